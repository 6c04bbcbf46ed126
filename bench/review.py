"""review: the founding case (aim: 5 s), and a patch of 1,000 hunks (aim: report.html under 5 MB).

DEBPATCH_OPENVPN_REPO names a clone of OpenVPN's repository, DEBPATCH_BENCH_DSC Debian's package of
it, DEBPATCH_OPENVPN_PATCH the patch of its issue 919. Where chromium is installed, it is timed from
its start to its picture of the report, beside a page with nothing on it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench import DEBPATCH, Cost, Row, medians
from bench._generated import MIXED, generate

_REVIEW = ("env", "DEBFULLNAME=Bench", "DEBEMAIL=bench@example.org", *DEBPATCH, "review", "--force")
_NEEDED = ("DEBPATCH_OPENVPN_REPO", "DEBPATCH_BENCH_DSC", "DEBPATCH_OPENVPN_PATCH")
_HUNKS = 1000


def rows(folder: Path) -> Iterator[Row]:
    """Measure both reviews, and how long a browser needs to show the second."""
    given = [os.environ.get(name) for name in _NEEDED]
    if all(given):
        repository, package, patch = map(str, given)
        where = ("--repo", repository, "--package", package, "-o", folder / "founding")
        cost = medians({"review": (*_REVIEW, patch, *where)}, rounds=3)["review"]
        yield Row("review, the founding case", cost, _size(folder / "founding/report.html"))
    else:
        yield Row(f"the founding case: set {', '.join(_NEEDED)}")
    case = generate(folder / "case", _HUNKS, 10, MIXED)
    inputs = ("--repo", case.repository, "--base", "base", "--upstream", "fix")
    report = folder / "huge/report.html"
    command = (*_REVIEW, case.patch, *inputs, "-o", report.parent)
    cost = medians({"review": command}, rounds=3)["review"]
    yield Row(f"review, {_HUNKS} hunks", cost, _size(report))
    yield from _browser(folder, report)


def _size(report: Path) -> str:
    return f"report.html has {report.stat().st_size / 1e6:.2f} MB"


def _browser(folder: Path, report: Path) -> Iterator[Row]:
    browser = shutil.which("chromium")
    if browser is None:
        yield Row("chromium is not installed: nobody looks at the report")
        return
    pages = {"nothing": "about:blank", "report": report.as_uri()}
    look = (browser, "--headless", "--no-sandbox", f"--screenshot={folder / 'picture.png'}")
    costs: dict[str, Cost] = medians({name: (*look, page) for name, page in pages.items()})
    more = costs["report"].seconds - costs["nothing"].seconds
    yield Row("its report.html in chromium, with the start", costs["report"],
              f"{more:.2f} s more than an empty page")  # fmt: skip
