"""No execution: nothing of a hostile repository or package runs, and nothing is written outside.

A canary sings as soon as a program runs that the repository, the package or the user's own Git
configuration names. Everything around is compared with a picture taken before.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import debpatch, refusal

from trust.commands import READING, WRITING, Stage, exit_code, git
from trust.faults import assert_one_line
from trust.picture import changed, picture

_PROGRAMS = (
    "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass",
    "core.gitProxy", "core.alternateRefsCommand", "diff.external", "diff.evil.command",
    "diff.evil.textconv", "merge.evil.driver", "filter.evil.clean", "filter.evil.smudge",
    "filter.evil.process", "gpg.program", "gpg.ssh.program", "credential.helper",
    "uploadpack.packObjectsHook", "interactive.diffFilter", "sequence.editor", "pager.log",
    "pager.blame", "pager.grep", "pager.diff", "trailer.evil.command", "sendemail.smtpServer",
    "remote.origin.uploadpack", "remote.origin.vcs", "submodule.sub.update", "man.viewer",
    "init.templateDir", "core.hooksPath",
)  # fmt: skip
_ALIASES = (
    "blame", "cat-file", "count-objects", "diff", "diff-tree", "fast-import", "for-each-ref",
    "grep", "log", "merge-tree", "read-tree", "rev-list", "rev-parse", "symbolic-ref",
)  # fmt: skip
_HOOKS = (
    "fsmonitor-watchman", "post-checkout", "post-commit", "post-index-change", "post-merge",
    "post-rewrite", "pre-auto-gc", "pre-commit", "reference-transaction",
)  # fmt: skip
_VARIABLES = (
    "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_EDITOR",
    "GIT_PROXY_COMMAND", "GIT_SEQUENCE_EDITOR", "PAGER", "EDITOR", "VISUAL", "SSH_ASKPASS",
)  # fmt: skip
_ATTRIBUTES = "* filter=evil diff=evil merge=evil ident export-subst\n"


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A program that leaves ``ran`` beside it."""
    program = tmp_path / "canary" / "program"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$0 $*" >> {program.with_name("ran")}\ncat\n')
    program.chmod(0o755)
    return program


def sang(canary: Path) -> bool:
    return canary.with_name("ran").exists()


@pytest.fixture
def hostile(stage: Stage, canary: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The demo, its repository a work tree in which everything names the canary; so does HOME."""
    clone, home = stage.out.parent / "clone", canary.parent
    git(stage.repository.parent, "clone", "-q", str(stage.repository), str(clone))
    git(clone, "branch", "-q", "release/1.4", "origin/release/1.4")
    (clone / ".gitattributes").write_text(_ATTRIBUTES)
    (stage.package / ".gitattributes").write_text(_ATTRIBUTES)
    (clone / ".gitmodules").write_text(
        f'[submodule "sub"]\n\tpath = sub\n\turl = ext::{canary}\n\tupdate = !{canary}\n'
    )
    git(clone, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "hostile attributes")
    for name in ("--output=ran", f"$({canary.name})", "-u", "--upload-pack=x"):
        git(clone, "update-ref", f"refs/heads/{name}", "HEAD")
        git(clone, "update-ref", f"refs/tags/{name}", "HEAD")
    git_folder = clone / ".git"
    (git_folder / "info" / "attributes").write_text(_ATTRIBUTES)
    hooks = git_folder / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in _HOOKS:
        (hooks / hook).symlink_to(canary)
    programs = dict.fromkeys(_PROGRAMS, str(canary))
    programs |= {"core.hooksPath": str(hooks), "init.templateDir": str(git_folder)}
    programs |= {"merge.renormalize": "true", "filter.evil.required": "true"}
    programs |= {f"alias.{name}": f"!{canary}" for name in _ALIASES}
    programs |= {"log.showSignature": "true", "diff.evil.cachetextconv": "true"}
    for key, value in programs.items():
        git(clone, "config", "-f", str(git_folder / "config"), key, value)
        git(clone, "config", "-f", str(home / ".gitconfig"), key, value)
    monkeypatch.setenv("HOME", str(home))
    for name in _VARIABLES:
        monkeypatch.setenv(name, str(canary))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.external")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(canary))
    canary.with_name("ran").unlink(missing_ok=True)
    return replace(stage, repository=clone)


def test_the_canary_can_sing(hostile: Stage, canary: Path) -> None:
    subprocess.run(
        ["git", "diff", "HEAD~"], cwd=hostile.repository, capture_output=True, check=False
    )
    assert sang(canary)


def test_nothing_of_a_hostile_repository_runs(hostile: Stage, canary: Path, tmp_path: Path) -> None:
    places = (hostile.repository, tmp_path / "elsewhere", tmp_path / "tmp")
    before = picture(*places)
    for name, arguments in (*READING.items(), *WRITING.items()):
        done = debpatch(*arguments(hostile))
        assert done.code == exit_code(name), (name, done.err)
        assert not sang(canary), f"{name}: {canary.with_name('ran').read_text()}"
        assert changed(before, {**picture(*places), **_times(before, tmp_path / "tmp")}) == []


def _times(before: dict[str, tuple[object, ...]], place: Path) -> dict[str, tuple[object, ...]]:
    """What is temporary comes and goes, so that only the folder's times change."""
    return {str(place): before[str(place)]}


def run_all(stage: Stage, names: Iterable[str]) -> dict[str, str]:
    """Run commands; what each said where it refused."""
    done = {name: debpatch(*(READING | WRITING)[name](stage)) for name in names}
    refused = {name: each for name, each in done.items() if each.code == 2}
    for each in refused.values():
        assert_one_line(each)
    return {name: each.err for name, each in refused.items()}


# -- names -----------------------------------------------------------------------------------------

_NAMES = ("--output=ran", "-rf", "a\nb.c", "\x1b]0;x\x07.c", "$(touch ran)", "`touch ran`", ";ran",
          "..x", "%s%n", "\udcff.c", "q'u\"o", "--")  # fmt: skip


def test_hostile_names_are_names(stage: Stage, tmp_path: Path) -> None:
    """A commit of files with such names, as a patch, a revision and a plan."""
    clone = stage.out.parent / "clone"
    git(stage.repository.parent, "clone", "-q", str(stage.repository), str(clone))
    for number, name in enumerate(_NAMES):
        folder = clone / os.fsdecode(os.fsencode(name))
        folder.mkdir()
        (folder / name).write_text(f"{number}\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "-x\n\n$(touch ran)\n--output=ran\n")
    sha = git(clone, "rev-parse", "HEAD")
    patch = stage.out.parent / "-p.patch"
    patch.write_text(
        git(clone, "format-patch", "-1", "--stdout", "HEAD"), "utf-8", "surrogateescape"
    )
    names = dict.fromkeys(stage.names, sha)
    evil = replace(stage, repository=clone, patch=patch, names=names)
    before = picture(clone, tmp_path / "elsewhere", stage.package)
    said = run_all(evil, READING.keys() - {"diff-upstream, a series", "propose-update"})
    assert changed(before, picture(clone, tmp_path / "elsewhere", stage.package)) == []
    assert said.keys() == {"export-patch", "import-commits, dry"}


@pytest.mark.parametrize(
    "revision", ["--output=ran", "-n1", "--exec=touch ran", "$(touch ran)", "a\nb", "HEAD -- x"]
)
@pytest.mark.parametrize("command", ["check-conflicts", "plan-backport", "find-backports"])
def test_a_revision_is_no_option(stage: Stage, command: str, revision: str, tmp_path: Path) -> None:
    onto = () if command == "find-backports" else ("--onto", "v1.4.2")
    assert refusal(command, *stage.repo, *onto, "--", revision)
    assert list((tmp_path / "elsewhere").iterdir()) == []


# -- addresses -------------------------------------------------------------------------------------

_ADDRESSES = (
    "ext::sh -c 'touch ran'", "file:///etc", "fd::7", "--upload-pack=touch ran;@x:y", "-oProxy@x:y",
    "ssh://-oProxyCommand=touch%20ran/x", "https://-x/y",
)  # fmt: skip


@pytest.mark.parametrize("address", _ADDRESSES)
def test_an_address_that_can_run_something_is_refused(
    stage: Stage, address: str, tmp_path: Path
) -> None:
    for name in ("diff-upstream", "check-conflicts", "find-backports", "validate-dep3"):
        arguments = [
            f"--repo={address}" if argument == "--repo" else argument
            for argument in READING[name](stage)
            if argument != stage.repository
        ]
        assert refusal(*arguments)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_package_cannot_name_such_an_address(stage: Stage, tmp_path: Path) -> None:
    metadata = stage.package / "debian" / "upstream" / "metadata"
    metadata.parent.mkdir(exist_ok=True)
    for address in _ADDRESSES:
        metadata.write_text(f"Repository: {address}\n")
        (stage.package / "debian" / "watch").unlink(missing_ok=True)
        said = refusal("check-conflicts", "v1.4.1", "--onto", stage.package)
        assert "--repo" in said
    assert list((tmp_path / "elsewhere").iterdir()) == []


# -- packages --------------------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder beside the stage that nobody may write to."""
    place = tmp_path / "outside"
    (place / "patches").mkdir(parents=True)
    (place / "patches" / "series").write_text("x.patch\n")
    (place / "patches" / "x.patch").write_text(
        "Forwarded: non-needed\n--- a/NEWS\n+++ b/NEWS\n@@ -1 +1 @@\n-a\n+b\n"
    )
    return place


_WITH_THE_PACKAGE = (
    "diff-upstream", "check-conflicts", "audit-series", "import-commits", "validate-dep3 --fix",
)  # fmt: skip


@pytest.mark.parametrize("line", ["../../../outside/patches/x.patch", "/etc/passwd"])
def test_a_series_that_climbs_out(stage: Stage, outside: Path, line: str) -> None:
    with (stage.package / "debian/patches/series").open("a") as series:
        series.write(f"{line}\n")
    before = picture(outside, stage.package)
    reading_it = (READING.keys() | WRITING.keys()) - {"index"}
    said = run_all(stage, reading_it)
    assert said.keys() == reading_it
    assert all("leads out of debian/patches" in each for each in said.values())
    assert changed(before, picture(outside, stage.package)) == []


@pytest.mark.parametrize("place", ["debian", "debian/patches", "debian/changelog"])
def test_a_package_whose_parts_are_links(stage: Stage, outside: Path, place: str) -> None:
    part = stage.package / place
    part.rename(outside / "moved")
    part.symlink_to("../../../outside/moved" if "/" in place else "../../outside/moved")
    before = picture(outside)
    said = run_all(stage, _WITH_THE_PACKAGE)
    assert said.keys() == set(_WITH_THE_PACKAGE)
    assert changed(before, picture(outside)) == []


def test_a_patch_of_the_series_that_is_a_link(stage: Stage, outside: Path) -> None:
    patches = stage.package / "debian/patches"
    (patches / "x.patch").symlink_to("../../../../outside/patches/x.patch")
    with (patches / "series").open("a") as series:
        series.write("x.patch\n")
    before = picture(outside)
    said = run_all(stage, _WITH_THE_PACKAGE)
    assert said.keys() == {*_WITH_THE_PACKAGE} - {"diff-upstream"}
    assert changed(before, picture(outside)) == []


LINK = """\
diff --git a/way b/way
new file mode 120000
--- /dev/null
+++ b/way
@@ -0,0 +1 @@
+{outside}
\\ No newline at end of file
diff --git a/way/file b/way/file
new file mode 100755
--- /dev/null
+++ b/way/file
@@ -0,0 +1 @@
+evil
"""


def test_a_patch_that_writes_through_a_link(stage: Stage, outside: Path) -> None:
    stage.patch.write_text(f"Description: evil\n{LINK.format(outside=outside)}")
    patches = stage.package / "debian/patches"
    (patches / "way.patch").write_bytes(stage.patch.read_bytes())
    with (patches / "series").open("a") as series:
        series.write("way.patch\n")
    before = picture(outside)
    assert run_all(stage, _WITH_THE_PACKAGE) == {}
    assert changed(before, picture(outside)) == []


def test_a_checkout_does_not_go_through_a_link(
    stage: Stage, outside: Path, canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First a link, then a file where it leads; the steps share one folder, for ``--exec``."""
    clone = stage.out.parent / "clone"
    git(stage.repository.parent, "clone", "-q", str(stage.repository), str(clone))
    git(clone, "checkout", "-q", "v1.4.2")
    (clone / "way").symlink_to(outside)
    (clone / ".gitattributes").write_text(_ATTRIBUTES)
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "a link")
    (clone / "way").unlink()
    (clone / "way").mkdir()
    (clone / "way" / "file").write_text("evil\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "a file behind it")
    monkeypatch.setenv("HOME", str(canary.parent))
    for key in ("filter.evil.smudge", "core.fsmonitor"):
        git(clone, "config", key, str(canary))
        git(clone, "config", "-f", str(canary.parent / ".gitconfig"), key, str(canary))
    before = picture(outside)
    seen = stage.out / "seen"
    done = debpatch("plan-backport", "HEAD~,HEAD", "--repo", clone, "--onto", "v1.4.2",
                    "--exec", f"ls -l way >> {shlex.quote(str(seen))}")  # fmt: skip
    assert done.code == 0
    assert "file" in seen.read_text()
    assert changed(before, picture(outside)) == []
    assert not sang(canary)
