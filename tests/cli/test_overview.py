"""`debpatch` alone, and what it suggests when a name is not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import debpatch, refusal

from debpatch.demo import Demo
from debpatch.errors import near


def next_commands(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines() if line.startswith("  debpatch ")]


def test_in_an_empty_folder(tmp_path: Path) -> None:
    done = debpatch(cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "package   none" in done.out
    assert next_commands(done.out)[0] == "debpatch demo"
    assert done.out.endswith("All commands: debpatch --help\n")
    assert max(map(len, done.out.splitlines())) <= 80


def test_beside_a_patch(demo: Demo) -> None:
    said = debpatch(cwd=demo.patch.parent).out
    assert f"patches   {demo.patch.name}" in said
    assert next_commands(said)[0] == f"debpatch review {demo.patch.name} --repo URL"


def test_in_a_package(demo: Demo) -> None:
    said = debpatch(cwd=demo.package / "src").out
    assert "package   tidewatch 1.4.2-3+deb13u1" in said
    assert "series    4 patches, 4 applied" in said
    assert "https://git.example.org/tidewatch.git" in said
    assert "not cloned yet" in said
    assert "debpatch validate-dep3" in next_commands(said)


def test_with_a_repository_in_the_environment(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBPATCH_REPO", str(demo.repository))
    said = debpatch(cwd=demo.package).out
    assert "by DEBPATCH_REPO" in " ".join(said.split())
    assert "URL" not in "".join(next_commands(said))


def test_in_a_clone_of_upstream(demo: Demo) -> None:
    said = debpatch(cwd=demo.repository).out
    assert "use --repo . if it is this one" in said
    assert "debpatch find-backports REV --repo ." in next_commands(said)
    said = refusal("find-backports", "main", cwd=demo.repository)
    assert said.endswith("give it with --repo (--repo . for this one)")
    assert debpatch("find-backports", "main", "--repo", ".", cwd=demo.repository).err == ""


def test_a_package_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian/changelog").write_text("\x1b[2Jrubbish\n")
    done = debpatch(cwd=tmp_path)
    assert done.code == 0
    assert "it cannot be read" in done.out
    assert "\x1b" not in done.out


def test_a_patch_with_a_hostile_name(tmp_path: Path) -> None:
    (tmp_path / "$(touch x)\x1b[2J.patch").write_text("")
    said = debpatch(cwd=tmp_path).out
    assert "\x1b" not in said
    assert "debpatch review '$(touch x)" in said


def test_a_command_that_is_none() -> None:
    done = debpatch("diff-upstrem")
    assert done.code == 2
    assert "No such command 'diff-upstrem'; did you mean diff-upstream?" in done.err


def test_a_revision_that_is_none(demo: Demo) -> None:
    said = refusal("check-conflicts", "release/1.5", "--repo", demo.repository, "--onto", "main")
    assert said.endswith("'release/1.5' is not a commit; did you mean release/1.4?")


def test_a_patch_that_is_none(demo: Demo) -> None:
    said = refusal("diff-upstream", "default-devices.patch", cwd=demo.package)
    assert said.endswith("did you mean debian/patches/default-device.patch?")
    said = refusal("diff-upstream", demo.patch.parent / "link-proces-frames.patch")
    assert said.endswith("No such file or directory")


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("mian", ["main", "master"], ["main"]),
        ("plan", ["plan-backport", "demo"], ["plan-backport"]),
        ("2.6.14", ["v2.6.14", "v2.5.9"], ["v2.6.14"]),
        ("V2.6.14", ["v2.6.14", "zebra"], ["v2.6.14"]),
        ("x", ["main"], []),
        ("main", [], []),
    ],
)
def test_near(name: str, names: list[str], meant: list[str]) -> None:
    assert near(name, names) == meant
