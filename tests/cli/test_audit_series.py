from __future__ import annotations

from pathlib import Path

import pytest
from audit.stories import Story, diff, engine, package, tell
from command_line import debpatch, refusal
from repos import Repo


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(tmp_path_factory.mktemp("upstream"))


CLEAN = """\
Description: Put the seal where Debian has it
 Upstream's default is another one.
Author: Ann Author <ann@example.org>
Forwarded: not-needed
Last-Update: 2025-01-01
---
"""
DEBIAN = CLEAN + diff(
    engine(), engine(seal="    seal_result = debian_specific_location(buf, DEBIAN_PATH_CONF);")
)


def named(story: Story, commit: str) -> str:
    origin = f"Origin: upstream, {story.commits[commit]}\n"
    return CLEAN.replace("Forwarded: not-needed\n", origin) + story.patch(commit)


def test_the_table(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path, {"debian.patch": DEBIAN, "bounds.patch": named(story, "bounds")})
    done = debpatch("audit-series", "--repo", story.repo.path, cwd=place)
    assert (done.code, done.err) == (1, "")  # upstream mended the bounds
    lines = done.out.splitlines()
    assert lines[:2] == [
        "hello 1.0-1 on v1.0: 2 patches, all apply; 1 found upstream.",
        "Can be dropped: 1 with v1.2, the newest of its release line; 1 with v2.1,",
    ]
    at = lines.index("  1  debian.patch")
    assert lines[at + 1].split() == ["ok", "yes", "none", "found", "-"]
    assert lines[at + 2] == "  2  bounds.patch"
    header, *cells = lines[at + 3].split()
    assert header != "ok"  # that it is applied upstream is not said
    assert cells == ["yes", story.commits["bounds"][:12], "identical", "v2.0", "v1.1"]
    assert f"repaired by {story.commits['repair'][:12]} Mend the bounds" in done.out
    assert max(map(len, lines)) <= 80


def test_nothing_to_do(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path, {"debian.patch": DEBIAN})
    done = debpatch("audit-series", place, "--repo", story.repo.path)
    assert (done.code, done.err) == (0, "")
    empty = debpatch("audit-series", package(tmp_path / "b", {}), "--repo", story.repo.path)
    assert (empty.code, empty.err) == (0, "")
    assert empty.out == "hello 1.0-1 has no patches: its series is empty or missing.\n"


def test_onto_a_version(story: Story, tmp_path: Path) -> None:
    other = diff(engine(), engine(bounds="    bounds_result = 0;"))
    patches = {"bounds.patch": named(story, "bounds"), "other.patch": CLEAN + other}
    place = package(tmp_path / "a", patches, "bounds.patch\n")
    done = debpatch("audit-series", place, "--repo", story.repo.path, "--onto", "1.2")
    assert done.code == 1
    assert "On 1.2: 1 can be dropped." in done.out
    place = package(tmp_path / "b", patches, "other.patch\n")
    done = debpatch("audit-series", place, "--repo", story.repo.path, "--onto", "1.2")
    assert done.code == 1
    assert "On 1.2: 1 conflict." in done.out
    assert "src/engine.c hunk 1 (its lines are not in the file)" in done.out
    place = package(tmp_path / "c", {"debian.patch": DEBIAN})
    done = debpatch("audit-series", place, "--repo", story.repo.path, "--onto", "v2.1")
    assert done.code == 0
    assert "On v2.1: 1 apply." in done.out


def test_json(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path, {"debian.patch": DEBIAN, "bounds.patch": named(story, "bounds")})
    found = debpatch("audit-series", place, "--repo", story.repo.path, "--format", "json").json
    debian, bounds = found["patches"]
    assert (debian["upstream"], debian["droppable_from"]) == (None, None)
    assert bounds["upstream"]["sha"] == story.commits["bounds"]
    assert bounds["upstream"]["match"] == "identical"
    assert bounds["droppable_from"] == "v1.1"
    assert bounds["droppable_from_newest_line"] == "v2.0"
    assert [later["kind"] for later in bounds["follow_ups"]] == ["fixes"]


def test_hostile_text_stays_text(story: Story, tmp_path: Path) -> None:
    name = "a\x1b[2J\u202eb.patch"
    place = package(tmp_path, {name: DEBIAN})
    done = debpatch("audit-series", place, "--repo", story.repo.path)
    assert "a\\x1b[2J\\u202eb.patch" in done.out
    assert "\x1b" not in done.out


def test_what_it_cannot_do(story: Story, tmp_path: Path) -> None:
    place = package(tmp_path / "package", {"debian.patch": DEBIAN})
    said = refusal("audit-series", place, "--repo", story.repo.path, "--onto", "9.9")
    assert said.startswith("no upstream tag for hello 9.9; the nearest are")
    (tmp_path / "empty").mkdir()
    assert "not in a source package" in refusal(
        "audit-series", "--repo", story.repo.path, cwd=tmp_path / "empty"
    )
    other = Repo(tmp_path / "other")
    other.commit({"lib/main.py": "pass\n", "README": "other\n"}, tag="v1.0")
    assert "is this the package's upstream repository?" in refusal(
        "audit-series", place, "--repo", other.path
    )
