"""A person, a day, and the demo to work on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from debpatch.demo import Demo, build_demo

TODAY = "1772360000"  # 2026-03-01, when trixie is stable and bookworm oldstable


@pytest.fixture(autouse=True)
def _person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBFULLNAME", "Grete Vinter")
    monkeypatch.setenv("DEBEMAIL", "grete@debian.example.org")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", TODAY)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return build_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def package(demo: Demo, tmp_path: Path) -> Path:
    """The demo's package, to write to; upstream's tarball lies beside it."""
    shutil.copy(next(demo.dsc.parent.glob("*.orig.tar.xz")), tmp_path)
    return Path(shutil.copytree(demo.package, tmp_path / demo.package.name, symlinks=True))


@pytest.fixture
def series(demo: Demo) -> str:
    """Upstream's own backport in the order in which it applies."""
    return ",".join(demo.commits[name] for name in ("p1", "p2", "s2", "s3", "later-fix"))
