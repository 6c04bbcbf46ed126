"""Bounds: a small file cannot fill memory or take a day, and a large one takes little of both."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from repos import Repo
from source_packages import member, packaging, quilt_package

from debpatch.errors import DebpatchError
from debpatch.formats.apply import apply_file
from debpatch.formats.diff import parse_diff
from debpatch.formats.patch import parse_patch
from debpatch.package.patch_file import read_patch
from debpatch.package.source_package import open_package

HUNK = b"@@ -%d +%d @@\n-a\n+b\n"


def hunks(number: int) -> bytes:
    return b"--- a/x\n+++ b/x\n" + b"".join(HUNK % (n, n) for n in range(1, number + 1))


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_patch_larger_than_the_limit(
    compress: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBPATCH_MAX_PATCH_MB", "1")
    place = tmp_path / "p.patch"
    place.write_bytes(compress(hunks(1) + b"x" * 1_000_000))
    with pytest.raises(
        DebpatchError, match="larger than 1 MB; raise the limit with DEBPATCH_MAX_PATCH_MB"
    ):
        read_patch(place)
    monkeypatch.setenv("DEBPATCH_MAX_PATCH_MB", "2")
    assert len(read_patch(place).files) == 1


BOMB = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
sys.argv = ["debpatch", "diff-upstream", sys.argv[1], "--repo", "."]
from debpatch.cli import main
main()
"""


def test_a_decompression_bomb_is_one_clear_line(tmp_path: Path) -> None:
    """Ten thousand million zeros in ten million bytes, and much less memory than that."""
    once = gzip.compress(b"\0" * 10_000_000)
    (tmp_path / "bomb.patch.gz").write_bytes(once * 1_000)
    command = [sys.executable, "-c", BOMB, str(tmp_path / "bomb.patch.gz")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"larger than 64 MB" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_more_hunks_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBPATCH_MAX_HUNKS", "10")
    assert len(parse_patch(hunks(10), "p")[0].files[0].hunks) == 10
    with pytest.raises(
        DebpatchError, match="more than 10 hunks; raise the limit with DEBPATCH_MAX_HUNKS"
    ):
        parse_patch(hunks(11), "p")


def test_a_file_larger_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dsc = quilt_package(tmp_path, [member("hello-1.0/big", b"\0" * 1_000_001)], packaging())
    package = open_package(dsc)
    monkeypatch.setenv("DEBPATCH_MAX_FILE_MB", "1")
    with pytest.raises(
        DebpatchError, match="big: larger than 1 MB; raise the limit with DEBPATCH_MAX_FILE_MB"
    ):
        list(package.files())


@pytest.mark.parametrize("value", ["many", "-1", "1e9", "٣", "9" * 20])
def test_a_limit_is_a_number(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBPATCH_MAX_HUNKS", value)
    with pytest.raises(DebpatchError, match=r"DEBPATCH_MAX_HUNKS=.*: not a limit"):
        parse_patch(hunks(1), "p")


@pytest.mark.parametrize("line", [2_777_777_777, 9_999_999_999])
def test_a_hunk_far_behind_the_end_of_its_file_is_looked_for_in_the_file_alone(line: int) -> None:
    patch = b"--- a/x\n+++ b/x\n@@ -%d +%d @@\n-a\n+b\n" % (line, line)
    (file,) = parse_diff(patch).files
    assert apply_file(file, b"c\na\nd\n").content == b"c\nb\nd\n"


@pytest.mark.parametrize("at", range(4))
def test_a_number_with_thousands_of_digits_is_one_clear_line(at: int) -> None:
    numbers = [b"1"] * 4
    numbers[at] = b"7" * 5000
    with pytest.raises(
        DebpatchError, match="p:3: the line number in this hunk's header is too large"
    ):
        parse_diff(b"--- a/x\n+++ b/x\n@@ -%b,%b +%b,%b @@\n-a\n+b\n" % tuple(numbers), where="p")


# Not getrusage(2): there a process begins with the peak of the one that it was forked from.
MEASURED = """
import re, sys
from debpatch.cli import main
try:
    main()
finally:
    peak = re.search(r"^VmHWM:\\s*(\\d+) kB$", open("/proc/self/status").read(), re.M)
    print(peak[1], file=sys.stderr)
"""


MEGABYTES = 20 if os.environ.get("DEBPATCH_TEST_LONG") else 4


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="/proc is not mounted")
@pytest.mark.parametrize(
    ("files", "is_changed"), [(1, False), (1, True), (20, True)], ids=["as-is", "one", "many"]
)
def test_a_20_mb_patch_takes_less_than_500_mb(files: int, is_changed: bool, tmp_path: Path) -> None:
    """Tables, every line of them new: the result is right, and memory within bounds.

    The patch is upstream's, or has others of the lines here and there. It is smaller unless
    DEBPATCH_TEST_LONG is set; as memory grows with the patch, its bound is the lower one on the
    same line.
    """
    total = 14_000 * MEGABYTES
    lines = [f"{n:08x} {n * 7919 % 1_000_003:06} entry of this table\n" for n in range(total)]
    tables = {f"{at}.txt": "".join(lines[at::files]) for at in range(files)}
    repo = Repo(tmp_path / "upstream")
    repo.commit(tables, "tables", tag="v2.0")
    repo.commit({p: t.replace("entry", "row") for p, t in tables.items()}, "rename rows")
    patch = tmp_path / "p.patch"
    text = repo.run("format-patch", "-1", "--stdout", "HEAD").stdout
    patch.write_bytes(text.replace(b"77 row", b"77 line") if is_changed else text)
    assert patch.stat().st_size > MEGABYTES * 1_000_000
    arguments = ["diff-upstream", str(patch), "--repo", str(repo.path), "--base", "v2.0"]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments, "--unified"], capture_output=True, check=False
    )
    if is_changed:
        changed = sum("77 entry" in line for line in lines)
        carries = f"carries  {2 * total - changed} of upstream's {2 * total} changed lines"
        assert done.stdout.startswith(b"p.patch: adapted\n"), done.stderr
        assert carries.encode() in done.stdout
    else:
        assert done.stdout.startswith(b"p.patch: identical\n"), done.stderr
    kilobytes = int(done.stderr.split()[-1])
    assert kilobytes < 100_000 + MEGABYTES * 20_000, kilobytes
