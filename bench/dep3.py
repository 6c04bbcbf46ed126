"""validate-dep3: headers a second, memory, and lintian (aim: 3,000 headers in under 5 s).

The headers are generated in the proportions of Debian's archive. ``DEBPATCH_BENCH_DSC`` names a
real source package to run lintian on, and ``DEBPATCH_OPENVPN_REPO`` upstream's repository.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench import DEBPATCH, Row, medians, times

_DIFF = "--- a/file{n}.c\n+++ b/file{n}.c\n@@ -1 +1 @@\n-old {n}\n+new {n}\n"
_AUTHOR = "Ann Author <ann@example.org>"
_PROSE = "It did so whenever it was asked once, and nobody knew why that should be.\n" * 4
_SHA = "0123456789abcdef0123456789abcdef01234567"
_MAIL = (
    f"From {_SHA} Mon Sep 17 00:00:00 2001\nFrom: {_AUTHOR}\nDate: Mon, 1 Jan 2024 10:00:00 +0100\n"
    "Subject: [PATCH] Keep the frobnicator number {n} from frobbing twice when it\n"
    f" is asked once\n\n{_PROSE}\n"
)
_TRAILERS = f"Signed-off-by: {_AUTHOR}\n---\n file{{n}}.c | 2 +-\n\n"
_FIELDS = "Bug-Debian: https://bugs.debian.org/{n}\nForwarded: non-needed\n"
# Layouts and their shares in Debian, in percent.
_HEADERS = (
    (38, _MAIL + "Origin: backport, https://forge.example/commit/" + _SHA + "\n" + _FIELDS
     + _TRAILERS),
    (37, _MAIL + _TRAILERS),
    (13, f"Description: Keep frobnicator {{n}} still\n It moved.\nAuthor: {_AUTHOR}\n" + _FIELDS),
    (6, ""),
    (5, _PROSE),
    (1, _FIELDS),
)  # fmt: skip
_LINTIAN_TAGS = (
    "quilt-patch-missing-description,quilt-patch-using-template-description,"
    "patch-not-forwarded-upstream,patch-file-present-but-not-mentioned-in-series,"
    "quilt-series-references-non-existent-patch"
)


def rows(folder: Path) -> Iterator[Row]:
    """Measure trees of 300 and 3,000 patches, then a real package beside lintian and git log."""
    trees = {number: _tree(folder / str(number), number) for number in (300, 3000)}
    costs = medians(
        {f"{n} headers": (*DEBPATCH, "validate-dep3", tree) for n, tree in trees.items()}
    )
    for number in trees:
        cost = costs[f"{number} headers"]
        yield Row(f"{number} headers", cost, f"{number / cost.seconds:.0f} headers a second")
    yield from _real()


def _real() -> Iterator[Row]:
    dsc, repository = os.environ.get("DEBPATCH_BENCH_DSC"), os.environ.get("DEBPATCH_OPENVPN_REPO")
    if not dsc:
        yield Row("a real package: set DEBPATCH_BENCH_DSC to its .dsc")
        return
    form, lintian = "a real package", "lintian's checks of its patches"
    true, log = "the same, with evidence", "git log --all"
    commands: dict[str, tuple[str | Path, ...]] = {form: (*DEBPATCH, "validate-dep3", dsc)}
    if shutil.which("lintian"):
        commands[lintian] = ("lintian", "--allow-root", "--tags", _LINTIAN_TAGS, dsc)
    if repository:
        commands[true] = (*DEBPATCH, "validate-dep3", dsc, "--repo", repository)
        commands[log] = ("git", f"--git-dir={repository}", "log", "--all", "--format=%B")
    costs = medians(commands)
    beside = {form: lintian, true: log}
    for what, cost in costs.items():
        other = beside.get(what)
        yield Row(what, cost, times(cost, costs[other], other) if other in costs else "")


def _tree(folder: Path, number: int) -> Path:
    """A folder with a series of ``number`` patches, the same at every call."""
    folder.mkdir()
    chance = random.Random(3)  # noqa: S311 - for the same tree every time
    shares, headers = zip(*_HEADERS, strict=True)
    chosen = chance.choices(headers, shares, k=number)
    for n, header in enumerate(chosen):
        text = (header + _DIFF).replace("{n}", str(n))
        (folder / f"patch-{n:04}.patch").write_text(text)
    names = sorted(path.name for path in folder.iterdir())
    (folder / "series").write_text("".join(f"{name}\n" for name in names))
    return folder
