"""A person, a day, and the demo to work on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from debpatch.demo import Demo
from debpatch.package.source_package import open_package
from debpatch.package.upstream import Inputs, open_upstream
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.package_update import proposed_by
from debpatch.proposals.proposal import Proposal, gather_proposal
from debpatch.proposals.request import Occasion, Request, Uploader, find_target

TODAY = "1772360000"  # 2026-03-01, when trixie is stable and bookworm oldstable
NOW = datetime.fromtimestamp(int(TODAY), UTC)
GRETE = Uploader("Grete Vinter", "grete@debian.example.org")


APT = """\
Dir::State::lists "{folder}";
Dir::State::status "/dev/null";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
"""


@pytest.fixture(autouse=True, scope="package")
def _surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A person, a day, and an apt that knows of no package, whatever the machine's own knows."""
    lists = tmp_path_factory.mktemp("apt")
    (lists / "partial").mkdir()
    (lists / "apt.conf").write_text(APT.format(folder=lists))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEBFULLNAME", "Grete Vinter")
        patch.setenv("DEBEMAIL", "grete@debian.example.org")
        patch.setenv("SOURCE_DATE_EPOCH", TODAY)
        patch.setenv("APT_CONFIG", str(lists / "apt.conf"))
        yield


@pytest.fixture
def package(demo: Demo, tmp_path: Path) -> Path:
    """The demo's package, to write to; upstream's tarball lies beside it."""
    shutil.copy(next(demo.dsc.parent.glob("*.orig.tar.xz")), tmp_path)
    return Path(shutil.copytree(demo.package, tmp_path / demo.package.name, symlinks=True))


@pytest.fixture(scope="session")
def series(demo: Demo) -> str:
    """Upstream's own backport in the order in which it applies."""
    return ",".join(demo.commits[name] for name in ("p1", "p2", "s2", "s3", "later-fix"))


@pytest.fixture(scope="session")
def proposal(demo: Demo) -> Proposal:
    """The patch by hand, for a stable update."""
    current = open_package(str(demo.package))
    suite = find_target("pu", "trixie", NOW.date())
    occasion = Occasion(GRETE, NOW, suite, Bugs(debian=(9000077,)))
    request = Request("pu", occasion, patches=(str(demo.patch),), unstable="1.5.0-1")
    with open_upstream(Inputs(str(demo.repository)), current) as repository:
        new = proposed_by(repository, current, request)
        return gather_proposal(repository, current, new, request)
