"""Every command, with arguments that make it do all of its work on the demo.

What holds for all commands is tested over these tables. A new command needs a line here; a test
says so where it is forgotten.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from debpatch.demo import Demo

Arguments = Sequence[str | Path]


@dataclass(frozen=True)
class Stage:
    """Where a command is tried: the demo's parts, each of which a test may put elsewhere.

    ``out`` is a folder for results, and ``names`` says what has become of the demo's commits.
    """

    repository: Path
    package: Path
    patch: Path
    out: Path
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def repo(self) -> Arguments:
        """The option that names the repository."""
        return ("--repo", self.repository)

    @property
    def given(self) -> Arguments:
        """The options that name repository and package."""
        return (*self.repo, "--package", self.package)

    def series(self, *names: str) -> str:
        """A series of commits, by their names in the demo."""
        return ",".join(self.names[name] for name in names)


READING: dict[str, Callable[[Stage], Arguments]] = {
    "diff-upstream": lambda s: ("diff-upstream", s.patch, *s.given, "--upstream", s.series("fix")),
    "diff-upstream, a series": lambda s: (
        "diff-upstream", s.patch, *s.given, "--upstream", s.series("s1", "s2", "s3"), "-fjson",
    ),
    "validate-dep3": lambda s: ("validate-dep3", s.package, *s.repo),
    "validate-dep3, what to mend": lambda s: ("validate-dep3", s.patch, *s.given, "--diff"),
    "check-conflicts": lambda s: (
        "check-conflicts", s.series("s1", "s2", "s3"), *s.repo, "--onto", s.package, "--regions",
    ),
    "find-backports": lambda s: ("find-backports", s.series("fix"), *s.given),
    "plan-backport": lambda s: (
        "plan-backport", s.series("s2", "s3"), *s.repo, "--onto", s.package, "--with-follow-ups",
    ),
    "import-commits, dry": lambda s: (
        "import-commits", s.series("p1", "p2", "s2"), *s.given, "--dry-run",
    ),
    "export-patch": lambda s: (
        "export-patch", s.patch, *s.given, "--onto", "v1.4.2",
        "--author", "A Uthor <a@example.org>",
    ),
    "audit-series": lambda s: ("audit-series", s.package, *s.repo, "--onto", "v1.4.7"),
    "propose-update": lambda s: (
        "propose-update", "--kind", "pu", *s.given, "--patch", s.patch,
        "--plan", s.series("p1", "p2", "s2"), "--output", s.out / "proposal",
    ),
    "index": lambda s: ("index", *s.repo),
    "review": lambda s: ("review", s.patch, *s.given, "--output", s.out / "review"),
}  # fmt: skip
"""Commands that only read the package; all that they write goes to the stage's ``out``."""

WRITING: dict[str, Callable[[Stage], Arguments]] = {
    "import-commits": lambda s: ("import-commits", s.series("p1", "p2", "s2", "s3"), *s.given),
    "validate-dep3 --fix": lambda s: ("validate-dep3", s.package, *s.repo, "--fix"),
}
"""Commands that change the package."""


def exit_code(name: str) -> int:
    """What a command of the tables ends with on the demo, where most find something."""
    made = {"plan-backport", "import-commits, dry", "export-patch", "import-commits", "index"}
    return int(name not in made)


def set_stage(demo: Demo, folder: Path) -> Stage:
    """A stage of copies of the demo's parts, all of them in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in demo.dsc.parent.iterdir():
        if path.is_dir():
            shutil.copytree(path, folder / path.name, symlinks=True)
        else:
            shutil.copy2(path, folder)
    (folder / "out").mkdir()
    return Stage(
        folder / demo.repository.name,
        folder / demo.package.name,
        folder / demo.patch.name,
        folder / "out",
        demo.commits,
    )


def loosen(repository: Path) -> None:
    """Make a file of its own of each object of a bare repository."""
    for pack in (repository / "objects" / "pack").glob("*.pack"):
        aside = pack.replace(repository / pack.name)
        for beside in pack.parent.glob(f"{pack.stem}.*"):
            beside.unlink()
        git(repository, "unpack-objects", "-q", stdin=aside.read_bytes())
        aside.unlink()


def git(folder: Path, *command: str, stdin: bytes = b"") -> str:
    """Run Git as the owner of a repository does."""
    identity = ("-c", "user.name=Owner", "-c", "user.email=owner@example.org")
    done = subprocess.run(
        ["git", *identity, *command], cwd=folder, input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode("utf-8", "surrogateescape").strip()
