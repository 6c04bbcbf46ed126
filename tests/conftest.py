"""No test sees the configuration of the machine, the cache of the user or the current folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from debpatch.demo import Demo, build_demo
from debpatch.folders import cache_folder

# How long an example takes depends on the machine, so a deadline would make slow ones fail.
settings.register_profile("debpatch", deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile("debpatch")


@pytest.fixture(autouse=True, scope="session")
def _surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    home: Path = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.chdir(home)  # the checkout is a source package itself
        patch.setenv("XDG_CACHE_HOME", str(home / "cache"))
        for name in (
            "DEBPATCH_REPO",
            "DEBPATCH_NO_INDEX",
            "COLUMNS",
            "NO_COLOR",
            "FORCE_COLOR",
            "GIT_DIR",
        ):
            patch.delenv(name, raising=False)
        yield


@pytest.fixture(autouse=True)
def _no_index_of_other_tests() -> None:
    """Repositories of tests have commits in common, and a broken one may be told what it lacks."""
    shutil.rmtree(cache_folder() / "index", ignore_errors=True)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, which all tests share: what writes to it takes a copy, and that is checked."""
    place = tmp_path_factory.mktemp("demo")
    made = build_demo(place)
    before = _contents(place)
    yield made
    assert _contents(place) == before


def _contents(place: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in place.rglob("*")}
