"""No trace: the user's repository, and a package that is only read, stay as they are.

The pictures hold contents, owners, modes and times, so a file that was written and put back shows.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import debpatch

from debpatch.demo import Demo
from trust.commands import READING, WRITING, Stage, exit_code, git, loosen, set_stage
from trust.conftest import needs_root
from trust.picture import Picture, changed, picture

# What nobody can change by reading is not there; an hour ago, so that a renewed time shows.
_LONG_AGO = 1_500_000_000


def age(place: Path) -> None:
    """Make all files look as if nobody had touched them for years."""
    for folder, _, names in os.walk(place):
        for path in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118
            os.utime(path, (_LONG_AGO, _LONG_AGO), follow_symlinks=False)


def bare_and_loose(stage: Stage) -> tuple[Stage, Path]:
    """All objects are files of their own."""
    loosen(stage.repository)
    return stage, stage.repository


def borrowing_work_tree(stage: Stage) -> tuple[Stage, Path]:
    """A linked work tree of a repository that borrows its objects, with changes not committed."""
    packed, clone, linked = (stage.out.parent / name for name in ("packed.git", "clone", "linked"))
    stage.repository.rename(packed)
    git(packed, "gc", "-q", "--prune=now")
    git(packed.parent, "clone", "-q", "--shared", "--no-checkout", str(packed), str(clone))
    for branch in ("release/1.4", "main"):
        git(clone, "update-ref", f"refs/heads/{branch}", f"refs/remotes/origin/{branch}")
    git(clone, "worktree", "add", "-q", "--detach", str(linked), "v1.4.7")
    (linked / "NEWS").write_text("not committed\n")
    (linked / "added").write_text("staged\n")
    git(linked, "add", "added")
    (clone / ".git" / "hooks").mkdir(exist_ok=True)
    return replace(stage, repository=linked), stage.out.parent


def sha256(stage: Stage) -> tuple[Stage, Path]:
    """The other object format; half of the refs packed, and half of the objects."""
    there = stage.out.parent / "sha256.git"
    marks, new_marks = stage.out.parent / "marks", stage.out.parent / "new-marks"
    history = git(
        stage.repository, "fast-export", "--all", f"--export-marks={marks}",
        "--signed-tags=strip", "--tag-of-filtered-object=drop",
    )  # fmt: skip
    git(stage.out.parent, "init", "-q", "--bare", "--object-format=sha256", str(there))
    stream = history.encode("utf-8", "surrogateescape") + b"\n"
    git(there, "fast-import", "--quiet", f"--export-marks={new_marks}", stdin=stream)
    git(there, "symbolic-ref", "HEAD", "refs/heads/main")
    git(there, "gc", "-q")
    git(there, "branch", "loose", "v1.4.0")
    old, new = (
        dict(line.split() for line in file.read_text().splitlines()) for file in (marks, new_marks)
    )
    sha = {old[mark]: new[mark] for mark in old if mark in new}
    names = {name: sha[commit] for name, commit in stage.names.items() if commit in sha}
    text = stage.patch.read_text()
    stage.patch.write_text(text.replace(stage.names["fix"], names["fix"]))
    return replace(stage, repository=there, names=names), there


STATES: tuple[Callable[[Stage], tuple[Stage, Path]], ...] = (
    bare_and_loose,
    borrowing_work_tree,
    sha256,
)


@pytest.fixture(params=STATES, ids=lambda state: state.__name__)
def place(
    request: pytest.FixtureRequest, demo: Demo, tmp_path: Path
) -> tuple[Stage, Callable[[], Picture]]:
    """A stage, and a camera for all that no command may change."""
    stage, repository = request.param(set_stage(demo, tmp_path / "stage"))
    for each in (repository, stage.package):
        age(each)

    def take() -> Picture:
        parts = picture(repository, stage.package, stage.patch)
        return {path: seen for path, seen in parts.items() if Path(path) != stage.out.parent
                and not Path(path).is_relative_to(stage.out)}  # fmt: skip

    return stage, take


def test_what_only_reads_leaves_no_trace(
    place: tuple[Stage, Callable[[], Picture]], tmp_path: Path
) -> None:
    stage, take = place
    before = take()
    for name, arguments in READING.items():
        done = debpatch(*arguments(stage))
        assert done.code == exit_code(name), (name, done.err)
        assert changed(before, take()) == [], name
        assert list((tmp_path / "tmp").iterdir()) == [], name


@pytest.mark.parametrize("name", WRITING)
def test_what_changes_a_package_leaves_the_repository(stage: Stage, name: str) -> None:
    age(stage.repository)
    before, package = picture(stage.repository), picture(stage.package)
    assert debpatch(*WRITING[name](stage)).code == exit_code(name)
    assert changed(before, picture(stage.repository)) == []
    touched = changed(package, picture(stage.package))
    assert touched
    debian = stage.package / "debian"
    assert [path for path in touched if not Path(path).is_relative_to(debian)] in (
        [],
        [str(stage.package)],  # debian changes its place there
    )


def test_all_commands_are_in_the_tables() -> None:
    from debpatch.cli.app import app

    known = {name.partition(" ")[0].strip(",") for name in (*READING, *WRITING)}
    no_input = {"demo"}  # makes its own
    assert set(app.commands) - no_input == known


def test_somebody_elses_repository_that_may_only_be_read(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write everywhere and trusts itself, so root becomes two other users for this."""
    needs_root()
    monkeypatch.delenv("TMPDIR")  # the usual place, which others may enter
    owner, reader = 65533, 65534
    with tempfile.TemporaryDirectory(prefix="debpatch-test-") as name:
        Path(name).chmod(0o755)
        stage = set_stage(demo, Path(name) / "stage")
        git(stage.repository, "gc", "-q")
        git(stage.repository, "tag", "loose", "v1.4.0")
        for folder, folders, files in os.walk(name):
            for path in (folder, *(f"{folder}/{entry}" for entry in (*folders, *files))):
                os.chown(path, owner, owner, follow_symlinks=False)
                if not Path(path).is_symlink():
                    Path(path).chmod(0o555 if Path(path).is_dir() else 0o444)
        os.chown(stage.out, reader, reader)
        stage.out.chmod(0o755)
        before = picture(stage.repository, stage.package)
        failed = _as_user(reader, stage)
        assert failed == ""
        assert changed(before, picture(stage.repository, stage.package)) == []


_AS_USER = ("find-backports", "plan-backport", "audit-series", "review")


def _run(names: Iterable[str], stage: Stage) -> None:
    for name in names:
        done = debpatch(*READING[name](stage))
        assert done.code == exit_code(name), (name, done.err)


def _as_user(user: int, stage: Stage) -> str:
    """Run some commands as another user; gives what went wrong."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            # Python loads what they need meanwhile, from where the user may not be allowed to read.
            _run(["review"], replace(stage, out=stage.out / "before"))
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            (stage.out / "tmp").mkdir()
            os.environ["HOME"] = os.environ["TMPDIR"] = str(stage.out / "tmp")
            tempfile.tempdir = None
            os.chdir("/")
            _run(_AS_USER, stage)
        except BaseException as error:
            said += repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    shutil.rmtree(stage.out / "tmp", ignore_errors=True)
    return said
