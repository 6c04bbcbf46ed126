"""The demo is what its story says it is: checked with Git, patch, cc and dpkg-source."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from debpatch.demo import Demo, build_demo
from debpatch.errors import DebpatchError

MAIN = "09abb2ac3a5d24ac4cd350932d8da629e3dae682"
RELEASE = "4f1e95b51c7ccc1183c3fbfc51de67d4290b76f9"
FIX = "229cc2fa89126268011ba66649979bde0934e8ea"

IDENTITY = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command as it runs on a machine without any Git configuration."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        command, cwd=cwd, env=environment, check=check, capture_output=True, text=True
    )


def git(folder: Path, *command: str) -> str:
    return run("git", *IDENTITY, *command, cwd=folder).stdout.rstrip("\n")


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


# ---------------------------------------------------------------- the build


def test_ids_are_the_recorded_ones(demo: Demo) -> None:
    assert git(demo.repository, "rev-parse", "main", "release/1.4").split() == [MAIN, RELEASE]
    assert demo.commits["fix"] == FIX


def test_nothing_around_the_build_changes_it(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[init]\n\tdefaultBranch = trunk\n\tdefaultObjectFormat = sha256\n"
        "[core]\n\tautocrlf = true\n\thooksPath = /nowhere\n[apply]\n\twhitespace = fix\n"
        "[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[i18n]\n\tcommitEncoding = latin1\n"
        "[tar]\n\tumask = 077\n"
    )
    surroundings = tmp_path / "somebody's repository"
    run("git", "init", "--quiet", surroundings, cwd=tmp_path)
    for name, text in {
        "HOME": str(home),
        "TZ": "Pacific/Auckland",
        "LC_ALL": "POSIX",
        "GIT_DIR": str(surroundings / ".git"),
        "GIT_INDEX_FILE": str(surroundings / ".git" / "index"),
        "GIT_OBJECT_DIRECTORY": str(surroundings / ".git" / "objects"),
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
        "GIT_COMMITTER_NAME": "Somebody Else",
        "GIT_DEFAULT_HASH": "sha256",
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
    }.items():
        monkeypatch.setenv(name, text)
    before = contents(surroundings)

    other = build_demo(surroundings / "new" / "demo")

    assert other.commits == demo.commits
    assert contents(surroundings / "new" / "demo") == contents(demo.repository.parent)
    shutil.rmtree(surroundings / "new")
    assert contents(surroundings) == before


def test_a_relative_folder_that_is_there_and_empty(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    here = build_demo(Path())

    assert here.repository == Path("tidewatch.git")
    assert here.package == Path("tidewatch-1.4.2")
    assert contents(tmp_path) == contents(demo.repository.parent)


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")

    with pytest.raises(DebpatchError, match="is not empty; name a new or an empty directory"):
        build_demo(tmp_path)

    assert contents(tmp_path) == {"thesis.txt": b"precious"}


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(DebpatchError, match=r"cannot build the demo in .*file: File exists"):
        build_demo(tmp_path / "file")


def test_without_git(tmp_path: Path) -> None:
    program = (
        "from debpatch.errors import DebpatchError\n"
        "try: import debpatch.demo\n"
        "except DebpatchError as error: print(error)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert result.stdout.startswith("git is not there or does not run; install it")


# ---------------------------------------------------------------- the upstream repository


def test_repository_is_sound_and_tidy(demo: Demo) -> None:
    assert run("git", "fsck", "--strict", "--full", cwd=demo.repository).stdout == ""
    assert git(demo.repository, "symbolic-ref", "HEAD") == "refs/heads/main"
    refs = git(demo.repository, "for-each-ref", "--format=%(objecttype) %(refname:short)")
    assert refs.splitlines() == [
        "commit main",
        "commit release/1.4",
        *(f"tag v1.4.{micro}" for micro in range(8)),
        "tag v1.5.0",
        "tag v1.5.0_rc1",
    ]
    reachable = git(demo.repository, "rev-list", "--all").split()
    assert sorted(reachable) == sorted(demo.commits.values())


def test_history_has_what_makes_real_ones_hard(demo: Demo) -> None:
    repository, commits = demo.repository, demo.commits
    assert "\n\nThis reverts commit " + commits["backlog"] in message(demo, "revert-backlog")
    assert len(git(repository, "log", "-1", "--format=%P", commits["merge-quiet"]).split()) == 2
    assert "Søren Ægidius Østergård" in git(repository, "log", "--format=%an", "release/1.4")
    assert git(repository, "log", "--format=%h", "v1.4.2..v1.4.3", "--", "docs/Frame format.md")
    assert "-0300" in git(repository, "log", "--format=%ad", "main")
    picked = {"leak": "main-leak", "number": "main-number", "cve": "main-cve", "p1": "main-moved"}
    for name, original in picked.items():
        assert f"\n(cherry picked from commit {commits[original]})" in message(demo, name)


def message(demo: Demo, name: str) -> str:
    return git(demo.repository, "log", "-1", "--format=%B", demo.commits[name])


def subject(demo: Demo, name: str) -> str:
    return message(demo, name).splitlines()[0]


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("m1", "v1.5.0_rc1"),
        ("m2", "v1.5.0_rc1"),
        ("fix", "v1.5.0"),
        ("s1", "v1.4.3"),
        ("p1", "v1.4.3"),
        ("p2", "v1.4.3"),
        ("r", "v1.4.4"),
        ("cve", "v1.4.5"),
        ("s2", "v1.4.6"),
        ("s3", "v1.4.6"),
        ("later-fix", "v1.4.7"),
    ],
)
def test_first_release(demo: Demo, name: str, release: str) -> None:
    containing = git(demo.repository, "tag", "--sort=creatordate", "--contains", demo.commits[name])

    assert containing.split()[0] == release


def test_backport_names_its_original_and_the_later_fix_names_the_backport(demo: Demo) -> None:
    commits = demo.commits
    assert f"commit {commits['fix'][:10]} (" in message(demo, "s3")
    assert all(f"commit {commits[name]}\n" in message(demo, "s2") for name in ("m1", "m2"))
    fixes = f'Fixes: {commits["s3"][:12]} ("{subject(demo, "s3")}")'
    assert fixes in message(demo, "later-fix").splitlines()


def test_file_of_the_fix_has_no_counterpart_by_name(demo: Demo) -> None:
    at_base = git(demo.repository, "ls-tree", "--name-only", "v1.4.2:src").split()
    at_fix = git(demo.repository, "ls-tree", "--name-only", demo.commits["fix"] + ":src").split()

    assert "event_io.c" in changed(demo, "fix")
    assert set(at_fix) - set(at_base) == {"event_io.c", "event_io.h"}
    assert set(at_base) - set(at_fix) == {"poll.h", "poll_tcp.c", "poll_udp.c"}


def changed(demo: Demo, name: str) -> set[str]:
    files = git(demo.repository, "diff-tree", "-r", "--name-only", demo.commits[name] + "^!")
    return {Path(file).name for file in files.splitlines()}


# ---------------------------------------------------------------- cherry-picks


@dataclass
class WorkTree:
    """A work tree on which `git cherry-pick` is the oracle."""

    folder: Path
    demo: Demo

    def pick(self, onto: str, names: Sequence[str]) -> dict[str, str]:
        """Pick commits in order; give the conflicts of the first one that is not clean.

        Each conflict is a path and Git's two letters for it; "EMPTY" if there was nothing to do.
        """
        git(self.folder, "checkout", "--quiet", "--force", "--detach", onto)
        for name in names:
            command = ["git", *IDENTITY, "cherry-pick", self.demo.commits[name]]
            if run(*command, cwd=self.folder, check=False).returncode == 0:
                continue
            status = git(self.folder, "status", "--porcelain", "--untracked-files=no")
            conflicts = {
                line[3:].removeprefix("src/"): line[:2]
                for line in status.splitlines()
                if "U" in line[:2]
            }
            git(self.folder, "reset", "--quiet", "--hard")
            return conflicts or {"EMPTY": name}
        return {}


@pytest.fixture(scope="module")
def tree(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> WorkTree:
    """A clone with a tag "packaged": the release with the series of the package applied."""
    folder = tmp_path_factory.mktemp("clone")
    run("git", "clone", "--quiet", demo.repository, folder, cwd=folder)
    git(folder, "checkout", "--quiet", "--detach", "v1.4.2")
    for patch in series(demo):
        git(folder, "apply", "--index", str(demo.package / "debian" / "patches" / patch))
        git(folder, "commit", "--quiet", f"--message={patch}")
    git(folder, "tag", "packaged")
    return WorkTree(folder, demo)


def series(demo: Demo) -> list[str]:
    lines = (demo.package / "debian" / "patches" / "series").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


ONTO = pytest.mark.parametrize("onto", ["v1.4.2", "packaged"])


@ONTO
@pytest.mark.parametrize(
    ("name", "conflicts"),
    [
        (
            "fix",
            {"collector.c": "UU", "event_io.c": "DU", "link_bsd.c": "UU", "link_linux.c": "UU"},
        ),
        ("m1", {"link.h": "UU", "link_bsd.h": "UU", "link_linux.h": "UU"}),
        ("s2", {"link_bsd.h": "UU", "link_linux.h": "UU"}),
        ("s3", {"collector.c": "UU", "forward.c": "UU", "link_bsd.c": "UU"}),
        ("later-fix", {"link_linux.c": "UU"}),
        ("m2", {}),
        ("p1", {}),
        ("p2", {}),
        ("r", {}),
    ],
)
def test_each_commit_alone(tree: WorkTree, onto: str, name: str, conflicts: dict[str, str]) -> None:
    assert tree.pick(onto, [name]) == conflicts


def test_the_package_carries_two_commits_already(tree: WorkTree) -> None:
    assert tree.pick("v1.4.2", ["s1", "cve"]) == {}
    assert tree.pick("packaged", ["s1"]) == {"EMPTY": "s1"}
    assert tree.pick("packaged", ["cve"]) == {"EMPTY": "cve"}


@ONTO
def test_the_series_is_clean_after_its_two_prerequisites(tree: WorkTree, onto: str) -> None:
    assert tree.pick(onto, ["p1", "p2", "s2", "s3", "later-fix"]) == {}


def test_the_whole_series_is_clean_on_the_release(tree: WorkTree) -> None:
    assert tree.pick("v1.4.2", ["p1", "p2", "s1", "s2", "s3"]) == {}


@ONTO
@pytest.mark.parametrize("missing", ["p1", "p2"])
def test_neither_prerequisite_can_be_left_out(tree: WorkTree, onto: str, missing: str) -> None:
    names = [name for name in ("p1", "p2", "s2", "s3") if name != missing]

    assert tree.pick(onto, names) != {}


def test_the_red_herring_touches_the_same_files(demo: Demo) -> None:
    assert changed(demo, "r") <= changed(demo, "s3")
    order = git(demo.repository, "rev-list", "--reverse", "release/1.4").split()
    places = [order.index(demo.commits[name]) for name in ("p1", "p2", "r", "s2", "s3")]
    assert places == sorted(places)


def test_the_fix_is_not_clean_after_the_prerequisite_that_is_either(tree: WorkTree) -> None:
    assert tree.pick("v1.4.2", ["m2", "fix"]) != {}


# ---------------------------------------------------------------- the source package


def test_dpkg_source_unpacks_the_same_tree(demo: Demo, tmp_path: Path) -> None:
    need("dpkg-source", "patch")

    run("dpkg-source", "--extract", demo.dsc, tmp_path / "unpacked", cwd=tmp_path)

    assert contents(tmp_path / "unpacked") == contents(demo.package)
    assert os.access(tmp_path / "unpacked" / "debian" / "rules", os.X_OK)
    assert os.access(demo.package / "debian" / "rules", os.X_OK)


@pytest.mark.parametrize(
    ("patch", "name"),
    [("fix-ftbfs-linux-headers.patch", "s1"), ("CVE-2025-99042.patch", "cve")],
)
def test_patches_that_are_commits(tree: WorkTree, patch: str, name: str) -> None:
    upstream = tree.demo.commits[name]
    applied = git(tree.folder, "rev-parse", f"packaged^{{/{patch}}}")

    assert patch_id(tree.folder, applied) == patch_id(tree.folder, upstream)


def patch_id(folder: Path, commit: str) -> str:
    result = subprocess.run(
        ["git", "patch-id", "--stable"],
        cwd=folder,
        input=git(folder, "show", commit),
        check=True,
        capture_output=True,
        text=True,
    )
    return result.stdout.split()[0]


def test_only_one_patch_names_its_commit(demo: Demo) -> None:
    texts = {
        patch: (demo.package / "debian" / "patches" / patch).read_text() for patch in series(demo)
    }

    first = texts["CVE-2025-99042.patch"].splitlines()[0]
    assert first == f"From {demo.commits['cve']} Mon Sep 17 00:00:00 2001"
    assert demo.commits["s1"][:8] not in texts["fix-ftbfs-linux-headers.patch"]


# ---------------------------------------------------------------- the adaptation by hand


@pytest.fixture(scope="module")
def patched(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with the adaptation applied, as dpkg-source would apply it."""
    need("patch")
    folder = tmp_path_factory.mktemp("patched") / "tidewatch"
    shutil.copytree(demo.package, folder)
    run("patch", "-F0", "-p1", "-i", demo.patch, cwd=folder)
    return folder


def test_header_is_well_formed_and_not_true(demo: Demo) -> None:
    header = demo.patch.read_text().partition("\n---\n")[0]

    assert demo.patch.name not in series(demo)
    assert f"\nOrigin: backport, https://git.example.org/tidewatch/commit/{FIX}\n" in header
    assert header.endswith("\nForwarded: not-needed")
    for field in ("Author", "From", "Last-Update", "Applied-Upstream", "Bug-Debian"):
        assert f"\n{field}:" not in header


def test_all_that_it_changes_is_quilt_style(demo: Demo, patched: Path) -> None:
    lines = demo.patch.read_text().splitlines()
    named = {line.removeprefix("Index: tidewatch-1.4.2/") for line in lines if line[:6] == "Index:"}
    before, after = contents(demo.package), contents(patched)

    assert named == {path for path, data in after.items() if before.get(path) != data}
    assert sum(line.startswith("--- tidewatch-1.4.2.orig/") for line in lines) == len(named)
    assert named > {"src/poll_tcp.c", "src/poll_udp.c", "src/link_linux.h"}


def test_one_file_still_defines_the_renamed_function(patched: Path) -> None:
    users = [path for path, data in contents(patched / "src").items() if b"link_do_read" in data]

    assert users == ["link_bsd.c"]


def test_a_hunk_that_it_could_carry_is_left_out(demo: Demo, patched: Path, tmp_path: Path) -> None:
    hunk = git(demo.repository, "show", demo.commits["fix"], "--", "src/gauge.c") + "\n"
    (tmp_path / "hunk").write_text(hunk)

    run("patch", "-F0", "-p1", "--dry-run", "-i", tmp_path / "hunk", cwd=patched)


def test_a_hunk_changes_code_that_the_package_does_not_have(demo: Demo) -> None:
    fix = git(demo.repository, "show", demo.commits["fix"], "--", "src/link_linux.c")

    assert "\n link_handle_gone(" in fix
    assert b"link_handle_gone" not in (demo.package / "src" / "link_linux.c").read_bytes()


def test_one_hunk_is_carried_as_it_is(demo: Demo) -> None:
    upstream = git(demo.repository, "show", demo.commits["fix"], "--", "src/forward.h")
    ours = demo.patch.read_text()

    assert hunk_of("src/forward.h", upstream) == hunk_of("src/forward.h", ours)


def hunk_of(path: str, diff: str) -> list[str]:
    section = diff.partition(f"/{path}\n@@ ")[2].splitlines()[1:]
    end = next((n for n, line in enumerate(section) if line[:1] not in " +-"), len(section))
    return section[:end]


# ---------------------------------------------------------------- the program


def frame(kind: int, gauge: int, reason: int = 0, value: int = 0) -> bytes:
    return struct.pack(">BBHi", kind, gauge, reason, value)


LEVEL, GONE, MOVED = 1, 2, 4
RECORDING = b"".join(
    [
        frame(LEVEL, 1, value=1200),
        frame(LEVEL, 2, value=-40),
        frame(LEVEL, 1, value=1210),
        frame(GONE, 2, reason=7),
    ]
)
TABLE = "gauge 1: 1210 mm, 2 samples\ngauge 2: -40 mm, 1 samples, gone (7)\n"


def compiled(source: Path, platform: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Compile a copy of ``source`` in ``folder``."""
    need("make", "cc")
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(".git", ".pc"))
    command = ["make", f"PLATFORM={platform}", "CFLAGS=-O0 -Werror"]
    return run(*command, cwd=folder, check=False)


def table(source: Path, recording: bytes, folder: Path) -> str:
    """What the program of ``source`` says of a recording."""
    result = compiled(source, "linux", folder)
    assert result.returncode == 0, result.stderr
    (folder / "recording").write_bytes(recording)
    return run("./tidewatch", "recording", cwd=folder).stdout


@pytest.mark.parametrize("platform", ["linux", "bsd", "none"])
@pytest.mark.parametrize("revision", ["v1.4.2", "v1.4.7", "v1.5.0"])
def test_releases_compile(tree: WorkTree, revision: str, platform: str, tmp_path: Path) -> None:
    git(tree.folder, "checkout", "--quiet", "--force", "--detach", revision)

    result = compiled(tree.folder, platform, tmp_path / "build")

    assert result.returncode == 0, result.stderr


def test_the_package_has_the_bug(demo: Demo, tmp_path: Path) -> None:
    assert table(demo.package, RECORDING, tmp_path / "build") == ""


def test_the_adaptation_works_on_linux(patched: Path, tmp_path: Path) -> None:
    assert table(patched, RECORDING, tmp_path / "build") == TABLE


def test_the_adaptation_breaks_the_other_platform(patched: Path, tmp_path: Path) -> None:
    assert compiled(patched, "bsd", tmp_path / "build").returncode != 0


def test_the_series_works_on_the_package(tree: WorkTree, tmp_path: Path) -> None:
    assert tree.pick("packaged", ["p1", "p2", "s2", "s3", "later-fix"]) == {}

    moved = frame(MOVED, 1, value=3)
    assert table(tree.folder, RECORDING + moved, tmp_path / "build") == TABLE.replace(
        "2 samples", "2 samples, berth 3"
    )
