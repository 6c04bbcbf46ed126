"""Two runs on one package, and on one clone: one after the other, and never a mixture."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_line import program
from repos import Repo

from debpatch.files import alone_in
from trust.commands import Stage
from trust.faults import contents


def test_two_imports_into_one_package(stage: Stage) -> None:
    """Each reads the package that the other has left, so that nothing is lost."""
    before = contents(stage.package)
    processes = [
        subprocess.Popen(
            program("import-commits", stage.series(name), *stage.given),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for name in ("p1", "p2")
    ]  # fmt: skip
    told = [process.communicate()[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], told
    after = contents(stage.package)
    series = "debian/patches/series"
    assert after[series].startswith(before[series])
    names = after[series].removeprefix(before[series]).decode().split()
    assert len(set(names)) == 2
    assert all(f"debian/patches/{name}" in after for name in names)
    told_of = after["debian/changelog"].removesuffix(before["debian/changelog"])
    assert all(name.encode() in told_of for name in names)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="/proc is not mounted")
def test_headers_are_not_mended_during_an_import(stage: Stage) -> None:
    """What somebody else writes meanwhile is read, and not written over."""
    patch = next((stage.package / "debian/patches").glob("*.patch"))
    patch.write_bytes(b"Author: A <a@example.org>\nAuthr: B <b@example.org>\n" + patch.read_bytes())
    theirs = b"Bug-Debian: https://bugs.debian.org/7\n" + patch.read_bytes()
    with alone_in(stage.package):
        process = subprocess.Popen(program("validate-dep3", "--fix", patch),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # fmt: skip
        while process.poll() is None and f" {process.pid} " not in waiting():
            time.sleep(0.05)
        patch.write_bytes(theirs)
    told = process.communicate()[1]
    assert b"Corrected 1 header." in told
    after = patch.read_bytes()
    assert b"Author: B <b@example.org>" in after
    assert b"Bug-Debian: https://bugs.debian.org/7\n" in after


def waiting() -> str:
    """Who waits for a lock (proc_locks(5))."""
    return "".join(line for line in Path("/proc/locks").open() if "->" in line)


_CLONE = """
import sys
from debpatch.git import clone
clone.PROTOCOLS = (*clone.PROTOCOLS, "file")  # no network in a test
print(clone.clone(sys.argv[1], update=True))
"""


def test_two_clones_into_one_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both get the whole clone: one makes it, and the others wait for it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    repo = Repo(tmp_path / "upstream")
    for number in range(5):
        repo.commit({"a.c": f"{number}\n"}, tag=f"v1.{number}")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", _CLONE, f"file://{repo.path}"], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]  # fmt: skip
    told = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0] * 3, told
    (place,) = {Path(out.strip()) for out, _ in told}
    done = subprocess.run(["git", "-C", place, "fsck", "--strict"], capture_output=True, check=True)
    assert done.stdout == b""
    tags = subprocess.run(["git", "-C", place, "tag"], capture_output=True, check=True).stdout
    assert len(tags.split()) == 5
    assert {path.suffix for path in place.parent.iterdir()} == {".git", ".lock"}
