"""The founding case: a patch made by hand for 2.6.14 beside what upstream did."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from command_line import Done, debpatch

FIX = "7791f5358a5574d4ef1bd27e2d52300c9d98bd72"
SERIES = "1fbbe91d,876a8cf5,e78a8af2"
RESIDUAL = [
    {"identifier": "dco_do_read", "path": "src/openvpn/dco_freebsd.c", "line": 507},
    {"identifier": "dco_do_read", "path": "src/openvpn/dco_win.c", "line": 425},
]
Json = Any


@pytest.fixture(scope="module")
def reading(openvpn: Path, dco_patch: Path) -> Json:
    """What the command says of the patch alone: no option but the repository."""
    done = debpatch("diff-upstream", dco_patch, "--repo", openvpn, "--format", "json")
    assert (done.code, done.err) == (1, "")
    return done.json


@pytest.fixture(scope="module")
def fix(reading: Json) -> Json:
    (comparison,) = reading["comparisons"]
    return comparison


def where(place: Json) -> tuple[str, int] | None:
    return (place["path"].removeprefix("src/openvpn/"), place["number"]) if place else None


def rows(comparison: Json, path: str, number: int) -> list[Json]:
    """What is said of one hunk of upstream's."""
    return [h for h in comparison["hunks"] if where(h["upstream"]) == (path, number)]


def test_it_names_the_patch_and_finds_base_and_alternative(reading: Json, fix: Json) -> None:
    assert reading["patch"]["name"].endswith("dco-process-messages-immediately.patch")
    assert (reading["patch"]["files"], reading["patch"]["hunks"]) == (9, 19)
    assert reading["base"] == "v2.6.14"  # by the openvpn-2.6.14/ before the patch's paths
    assert reading["does_not_apply"] == []
    subject = "dco: process messages immediately after read"
    assert fix["commits"] == [{"sha": FIX, "subject": subject, "released_in": "v2.7_rc3"}]
    assert fix["verdict"] == "adapted"


# Hunk of upstream's; statuses that are right; why it is missing; where the patch has it.
TABLE = [
    ("dco.h", 1, {"adapted"}, None, [("dco.h", 1)]),
    ("dco.h", 2, {"identical", "context"}, None, [("dco.h", 2)]),
    ("dco_freebsd.c", 1, {"missing"}, "not-carried", []),
    ("dco_freebsd.c", 2, {"missing"}, "not-carried", []),
    ("dco_linux.c", 1, {"formatting"}, None, [("dco_linux.c", 2)]),
    ("dco_linux.c", 2, {"identical", "context"}, None, [("dco_linux.c", 3)]),
    ("dco_linux.c", 3, {"missing"}, "code-absent", []),
    ("dco_linux.c", 4, {"adapted"}, None, [("dco_linux.c", 4)]),
    ("dco_linux.c", 5, {"context", "formatting"}, None, [("dco_linux.c", 5), ("dco_linux.c", 6)]),
    ("dco_win.c", 1, {"missing"}, "not-carried", []),
    ("dco_win.c", 2, {"missing"}, "not-carried", []),
    ("forward.c", 1, {"adapted"}, None, [("forward.c", 1)]),
    ("forward.c", 2, {"adapted"}, None, [("forward.c", 2)]),
    ("forward.h", 1, {"identical", "context"}, None, [("forward.h", 1)]),
    ("multi.c", 1, {"adapted", "renamed"}, None, [("multi.c", 1)]),
    ("multi.c", 2, {"identical", "context"}, None, [("multi.c", 2)]),
    ("multi.c", 3, {"adapted"}, None, [("multi.c", 3)]),
    ("multi.c", 4, {"missing"}, "already-present", []),
    ("multi.h", 1, {"adapted"}, None, [("multi.h", 1)]),
    ("multi_io.c", 1, {"adapted"}, None, [("mtcp.c", 1), ("mudp.c", 1)]),
]


@pytest.mark.parametrize(
    ("path", "number", "statuses", "reason", "places"),
    TABLE,
    ids=[f"{path}-{number}" for path, number, *_ in TABLE],  # xdist's workers must agree on them
)
def test_each_hunk_of_the_fix(
    fix: Json, path: str, number: int, statuses: set[str], reason: str | None, places: list[Any]
) -> None:
    found = rows(fix, path, number)
    assert {hunk["status"] for hunk in found} <= statuses
    assert {hunk["reason"] for hunk in found} == {reason}
    assert [where(hunk["patch"]) for hunk in found if hunk["patch"]] == places


def test_the_table_names_every_hunk_of_the_fix(fix: Json) -> None:
    hunks = {where(hunk["upstream"]) for hunk in fix["hunks"] if hunk["upstream"]}
    assert hunks == {(path, number) for path, number, *_ in TABLE}


def test_what_is_carried_of_the_adapted_hunks(fix: Json) -> None:
    def carried(path: str, number: int) -> list[tuple[int, int]]:
        rows_ = rows(fix, path, number)
        return [(row["carried"]["lines"], row["carried"]["of"]) for row in rows_]

    assert carried("dco.h", 1) == [(2, 5)]  # the prototype, not the comment
    assert carried("dco_linux.c", 4) == [(9, 14)]  # neither the return nor the condition
    assert carried("forward.c", 1) == [(7, 12)]  # not the block on message type 0
    assert carried("forward.c", 2) == [(2, 2)]  # all, and the back-pointers before it
    assert carried("multi.c", 3) == [(4, 4)]  # all, and two members more
    assert carried("multi.h", 1) == [(2, 8)]  # the stale @return stays


def test_noise_is_marked_as_such(fix: Json) -> None:
    assert [where(hunk["upstream"]) for hunk in fix["hunks"] if hunk["trivial"]] == [("multi.c", 4)]


def test_the_map_of_identifiers(fix: Json) -> None:
    chain = {"upstream": "dco->c->multi", "patch": "dco->multi"}
    assert [{k: i[k] for k in chain} for i in fix["identifiers"]] == [chain]


def test_what_only_the_patch_has(fix: Json) -> None:
    """The include, and the members that two earlier commits of upstream brought."""
    added = [where(hunk["patch"]) for hunk in fix["hunks"] if hunk["status"] == "added"]
    assert added == [("dco_linux.c", 1), ("dco_linux.h", 1), ("dco_linux.h", 2)]


def test_the_summary_adds_up(fix: Json) -> None:
    counts: dict[str, int] = dict.fromkeys(fix["summary"], 0)
    for hunk in fix["hunks"]:
        counts[hunk["status"]] += 1
    assert fix["summary"] == counts
    assert fix["summary"]["missing"] == 6


def test_both_residual_references(reading: Json) -> None:
    assert reading["residual_references"] == RESIDUAL


# -- the text --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def text(openvpn: Path, dco_patch: Path) -> str:
    done = debpatch("diff-upstream", dco_patch, "--repo", openvpn)
    assert (done.code, done.err) == (1, "")
    return done.out


def test_the_verdict_comes_first(text: str) -> None:
    assert text.splitlines()[0] == "dco-process-messages-immediately.patch: adapted"


def test_what_a_reviewer_must_see_comes_before_what_is_adapted_and_equal(text: str) -> None:
    wanted = ("dco_freebsd.c hunk 1", "dco_win.c:425", "dco.h hunk 1", "dco_linux.h hunk 1")
    places = [text.index(piece) for piece in (*wanted, "identical (")]
    assert places == sorted(places)


def test_both_residual_references_are_in_the_text(text: str) -> None:
    for use in RESIDUAL:
        assert f"{use['path']}:{use['line']}  {use['identifier']}" in text


def test_every_hunk_is_in_the_text(text: str) -> None:
    for path, number, statuses, *_ in TABLE:
        if statuses <= {"adapted", "missing"}:
            assert f"src/openvpn/{path} hunk {number}" in text
    assert "dco->c->multi -> dco->multi" in text


def test_the_line_break_at_the_end_of_a_file_is_not_among_what_was_left_out(text: str) -> None:
    left_out, _, rest = text.partition("\nAdapted:\n")
    assert "multi.c hunk 4" not in left_out
    assert "multi.c hunk 4" in rest


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def test_all_but_code_fits_eighty_columns_and_has_no_colours(text: str) -> None:
    code = re.compile(r"    (both|upstream|instead|patch) ")
    assert [line for line in text.splitlines() if not code.match(line) and width(line) > 80] == []
    assert "\x1b" not in text


def test_unified_prints_every_hunk_whole(openvpn: Path, dco_patch: Path) -> None:
    done = debpatch("diff-upstream", dco_patch, "--repo", openvpn, "--unified")
    assert done.code == 1
    added = [line[1:] for line in dco_patch.read_text().splitlines() if re.match(r"\+[^+]", line)]
    for line in added:
        assert line.strip() in done.out
    assert "more line" not in done.out


# -- the series on the release branch --------------------------------------------------------------


@pytest.fixture(scope="module")
def both(openvpn: Path, dco_patch: Path) -> Done:
    """The fix and the series as two alternatives in one run."""
    alternatives = ("--upstream", "7791f535", "--upstream", SERIES)
    return debpatch("diff-upstream", dco_patch, "--repo", openvpn, *alternatives, "-f", "json")


def test_two_alternatives_in_one_run(both: Done, fix: Json) -> None:
    first, second = both.json["comparisons"]
    assert first == fix
    assert [commit["sha"][:8] for commit in second["commits"]] == SERIES.split(",")
    assert [c["released_in"] for c in second["commits"]] == ["v2.6.15", "v2.6.20", "v2.6.20"]
    assert both.json["residual_references"] == RESIDUAL


def test_the_series_is_read_as_one(both: Done) -> None:
    """What the patch shares with upstream's own backport, and what of it is not there."""
    series = both.json["comparisons"][1]
    assert series["verdict"] == "diverged"
    carried = {("dco.h", 4), ("dco_linux.c", 1), ("dco_linux.c", 3), ("dco_linux.c", 20)}
    carried |= {("forward.c", 1), ("forward.h", 2), ("multi.c", 3)}
    equal = {"identical", "context", "formatting", "renamed"}
    found = {where(h["upstream"]) for h in series["hunks"] if h["status"] in equal}
    assert found == carried
    twice = [where(h["patch"]) for h in rows(series, "dco_linux.c", 20)]
    assert twice == [("dco_linux.c", 5), ("dco_linux.c", 6)]
    adapted = {("mtcp.c", 1): ("mtcp.c", 1), ("mudp.c", 1): ("mudp.c", 1)}
    for ours, theirs in adapted.items():
        assert [where(h["patch"]) for h in rows(series, *ours)] == [theirs]


def test_each_hunk_of_the_series_names_its_commit(both: Done) -> None:
    series = both.json["comparisons"][1]
    shas = {(where(h["upstream"]) or ("", 0))[0]: h["upstream"]["sha"][:8]
            for h in series["hunks"] if h["upstream"]}  # fmt: skip
    assert shas["ovpn_dco_linux.h"] == "1fbbe91d"
    assert shas["openvpn.h"] == shas["init.c"] == "876a8cf5"
    assert shas["multi.c"] == shas["multi.h"] == "e78a8af2"


def test_a_series_that_lacks_its_prerequisites_gives_no_tree(both: Done) -> None:
    trees = both.json["comparisons"][1]["trees"]
    assert trees["files"] is None
    assert trees["stopped_at"].startswith("876a8cf5")


def test_with_its_prerequisites_the_trees_are_beside_each_other(
    openvpn: Path, dco_patch: Path
) -> None:
    whole = "b0b123b3,3c9fe881,876a8cf5,e78a8af2"
    done = debpatch("diff-upstream", dco_patch, "--repo", openvpn, "--upstream", whole, "-fjson")
    (comparison,) = done.json["comparisons"]
    assert comparison["trees"]["stopped_at"] is None
    files = {file["path"]: file for file in comparison["trees"]["files"]}
    assert "src/openvpn/dco_freebsd.c" in files  # the series carries FreeBSD, the patch does not
    assert "src/openvpn/dco_linux.c" in files
