"""audit-series: beside one reading of upstream's patches, and as a series grows.

DEBPATCH_OPENVPN_REPO names a clone of OpenVPN's repository and DEBPATCH_BENCH_DSC Debian's package
of it. Aims: not far from one ``git log -p | git patch-id`` over all that the base does not have;
with ten times the patches, much less than ten times the time, for the repository is read once. The
generated patches have no header, so each is known by its contents alone.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import DEBPATCH, Row, medians, times
from bench._generated import generate_history
from bench._scratch import git

_SIZES = (10, 50, 100)
_COMMITS = 1000


def rows(folder: Path) -> Iterator[Row]:
    """Measure the real package, then generated ones with more and more patches."""
    repository, package = (
        os.environ.get("DEBPATCH_OPENVPN_REPO"),
        os.environ.get("DEBPATCH_BENCH_DSC"),
    )
    if repository and package:
        yield from _real(folder, Path(repository), package)
    else:
        yield Row("Debian's openvpn: set DEBPATCH_OPENVPN_REPO, and DEBPATCH_BENCH_DSC to its .dsc")
    yield from _growth(folder)


def _real(folder: Path, repository: Path, package: str) -> Iterator[Row]:
    command = (*DEBPATCH, "audit-series", package, "--repo", repository)
    output = folder / "audit.json"
    subprocess.run([*command, "-f", "json", "-o", output], check=False)
    audit = json.loads(output.read_text())
    read = folder / "read"
    read.write_text(
        f"git -C {repository} log -p --no-merges --branches --tags --not {audit['base']} "
        "| git patch-id --stable\n"
    )
    costs = medians({"audit": command, "git": ("sh", read)}, rounds=3)
    known = sum(patch["upstream"] is not None for patch in audit["patches"])
    note = f"{known} of {len(audit['patches'])} patches are upstream's; "
    note += times(costs["audit"], costs["git"], "git log -p | git patch-id")
    yield Row(f"audit-series, Debian's {audit['package']} {audit['version']}", costs["audit"], note)
    yield Row("git log -p | git patch-id, of what its base lacks", costs["git"])


def _growth(folder: Path) -> Iterator[Row]:
    repository, commits = generate_history(folder / "history", _COMMITS)
    packages = {size: _package(folder / str(size), repository, commits, size) for size in _SIZES}
    commands = {
        str(size): (*DEBPATCH, "audit-series", package, "--repo", repository)
        for size, package in packages.items()
    }
    costs = medians(commands, rounds=3)
    least = costs[str(_SIZES[0])]
    for size in _SIZES:
        cost = costs[str(size)]
        note = "" if cost is least else times(cost, least, f"that of {_SIZES[0]}")
        yield Row(f"audit-series, {size} patches, {_COMMITS} commits", cost, note)


def _package(folder: Path, repository: Path, commits: Sequence[str], size: int) -> Path:
    """A package of the first release with ``size`` of ``commits`` as patches without a header."""
    patches = folder / "debian/patches"
    patches.mkdir(parents=True)
    subprocess.run(["tar", "-xC", folder], input=git(repository, "archive", "v1.0.0"), check=True)
    chosen = commits[:: len(commits) // size][:size]
    for number, commit in enumerate(chosen):
        diff = git(repository, "diff-tree", "-p", f"{commit}^", commit)
        (patches / f"{number:03}.patch").write_bytes(diff)
    (patches / "series").write_text("".join(f"{n:03}.patch\n" for n in range(size)))
    (folder / "debian/changelog").write_text(_CHANGELOG)
    (folder / "debian/source").mkdir()
    (folder / "debian/source/format").write_text("3.0 (quilt)\n")
    return folder


_CHANGELOG = """\
generated (1.0.0-1) unstable; urgency=medium

  * A package.

 -- Bench <bench@example.org>  Thu, 01 Jan 1970 00:00:00 +0000
"""
