"""`debpatch index`: it fills the index, says what is there, and removes it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import debpatch, flat, refusal
from repos import Repo
from trust.faults import stand_in

from debpatch.demo import Demo
from debpatch.folders import cache_folder


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "upstream")
    for number in range(30):
        files = {"a.c": f"{number}\n" * 9, f"src/{number % 3}.c": f"{number}\nmore\n"}
        made.commit(files, f"change {number}\n\nCloses #{number % 5}", tag=f"v1.{number}")
    made.git("checkout", "-q", "-b", "other", "v1.9")
    made.commit({"b.c": "1\n"}, "other")
    made.git("merge", "-q", "--no-ff", "-m", "merge", "-X", "ours", "v1.12")
    made.git("checkout", "-q", "main")
    return made


def test_fill_look_and_clear(repo: Repo) -> None:
    here = ("--repo", repo.path, "--format", "json")
    empty = debpatch("index", "--state", *here).json
    assert (empty["size"], empty["written"], empty["commits"], empty["removed"]) == (
        0,
        None,
        0,
        None,
    )
    assert not Path(empty["path"]).exists()
    filled = debpatch("index", *here).json
    number = int(repo.git("rev-list", "--count", "--all"))
    assert [filled[name] for name in ("commits", "keys", "changes")] == [number] * 3
    assert Path(filled["path"]).stat().st_size <= filled["size"]
    again = debpatch("index", *here).json
    looked = debpatch("index", "--state", *here).json
    for name in ("path", "commits", "keys", "changes", "removed"):
        assert filled[name] == again[name] == looked[name]
    said = debpatch("index", "--repo", repo.path).out
    assert f"{number} commits, with all the lines that they change" in said
    assert filled["path"] in said
    cleared = debpatch("index", "--clear", *here).json
    assert cleared["removed"] >= looked["size"] > 0
    assert list((cache_folder() / "index").iterdir()) == []
    assert "Removed the index of" in debpatch("index", "--clear", "--repo", repo.path).out
    assert "no index of" in debpatch("index", "--state", "--repo", repo.path).out


def test_afterwards_nothing_is_read(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    expected = debpatch("find-backports", "v1.7", "--repo", repo.path, "--no-index", "-fjson").out
    assert debpatch("index", "--repo", repo.path).code == 0
    path = stand_in(tmp_path / "bin", f'echo "$@" >> {log}\nexec $git "$@"')
    monkeypatch.setenv("PATH", path)
    assert debpatch("find-backports", "v1.7", "--repo", repo.path, "-fjson").out == expected
    asked = [line.split()[0] for line in log.read_text().splitlines()]
    assert "log" not in asked
    assert "for-each-ref" in asked


def test_one_that_was_interrupted_goes_on(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is not read again."""
    monkeypatch.setattr("debpatch.git.changes._AT_ONCE", 5)
    log = tmp_path / "log"
    log.touch()
    script = (
        f'case "$*" in *" -p "*) echo >> {log}; [ $(wc -l < {log}) = 4 ] && kill -9 $$;; esac\n'
        'exec $git "$@"'
    )
    path = stand_in(tmp_path / "bin", script)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        assert "signal 9" in refusal("index", "--repo", repo.path)
        state = debpatch("index", "--state", "--repo", repo.path, "-fjson").json
        assert state["commits"] == state["keys"] == 32
        assert debpatch("index", "--repo", repo.path).code == 0
    assert len(log.read_text().splitlines()) == 4 + 4
    state = debpatch("index", "--state", "--repo", repo.path, "-fjson").json
    assert state["changes"] == 32


def test_after_a_fetch_what_is_new_is_added(repo: Repo) -> None:
    debpatch("index", "--repo", repo.path)
    repo.commit({"a.c": "new\n"}, "new")
    expected = debpatch("find-backports", "v1.20", "--repo", repo.path, "--no-index", "-fjson").out
    debpatch("index", "--repo", repo.path)
    state = debpatch("index", "--state", "--repo", repo.path, "-fjson").json
    assert state["commits"] == state["keys"] == state["changes"] == 33
    assert debpatch("find-backports", "v1.20", "--repo", repo.path, "-fjson").out == expected


def test_the_repository_of_the_package_around(demo: Demo, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(demo.package, package, symlinks=True)
    done = debpatch("index", "--repo", demo.repository, cwd=package)
    assert done.code == 0
    assert "the upstream repository is not known" in refusal("index", cwd=tmp_path)


def test_where_there_can_be_none(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{repo.path}", clone], check=True)
    assert "git fetch --unshallow" in refusal("index", "--repo", clone)
    assert "index cannot be written" in refusal("index", "--repo", repo.path, "--no-index")
    said = debpatch("index", "--state", "--clear", "--repo", repo.path)
    assert said.code == 2
    assert "cannot be used together" in flat(said.err)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for option in ((), ("--clear",)):
        assert debpatch("index", "--repo", repo.path, *option).code in {0, 2}
    assert "index cannot be written" in refusal("index", "--repo", repo.path)
