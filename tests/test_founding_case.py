"""The case that debpatch was started for, in the small: the demo has its shape.

A fix on the main branch; upstream's own port of it, a series that needs two commits more and was
repaired later; an adaptation by hand that follows another pointer than upstream, leaves a platform
behind, and has two files where upstream has one. What is expected was found with Git, by hand, and
``test_demo.py`` holds the demo to it. ``tests/openvpn`` asks the same of the real case, where that
is at hand. What review and the documents say of the demo is in their own tests.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import debpatch

from debpatch.demo import Demo

Json = Any
RESIDUAL = [{"identifier": "link_do_read", "path": "src/link_bsd.c", "line": 39}]
PORT = ["p1", "s2", "p2", "s3"]
"""Upstream's own port and what it needs, in upstream's order as far as that matters."""


def found(code: int, *arguments: str | Path) -> Json:
    """What a command tells as JSON; it ends with ``code`` and complains of nothing."""
    done = debpatch(*arguments, "--format", "json")
    assert (done.code, done.err) == (code, "")
    return done.json


def series(demo: Demo, *names: str) -> str:
    return ",".join(demo.commits[name] for name in names)


def names(demo: Demo, each: list[Json]) -> list[str]:
    """Commits by their names in the demo."""
    known = {sha: name for name, sha in demo.commits.items()}
    return [known[item["sha"]] for item in each]


# -- the patch beside the fix ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def reading(demo: Demo) -> Json:
    """What is said of the patch alone: no option but the repository."""
    return found(1, "diff-upstream", demo.patch, "--repo", demo.repository)


@pytest.fixture(scope="module")
def fix(reading: Json) -> Json:
    (comparison,) = reading["comparisons"]
    return comparison


def where(place: Json) -> tuple[str, int] | None:
    return (place["path"].removeprefix("src/"), place["number"]) if place else None


def rows(comparison: Json, path: str, number: int) -> list[Json]:
    """What is said of one hunk of upstream's."""
    return [hunk for hunk in comparison["hunks"] if where(hunk["upstream"]) == (path, number)]


def test_it_names_the_patch_and_finds_base_and_alternative(
    demo: Demo, reading: Json, fix: Json
) -> None:
    assert reading["patch"]["name"] == str(demo.patch)
    assert (reading["patch"]["files"], reading["patch"]["hunks"]) == (9, 18)
    assert reading["base"] == "v1.4.2"  # by the tidewatch-1.4.2/ before the patch's paths
    assert reading["does_not_apply"] == []
    subject = "link: process frames immediately after read"
    assert fix["commits"] == [
        {"sha": demo.commits["fix"], "subject": subject, "released_in": "v1.5.0"}
    ]
    assert fix["verdict"] == "adapted"


# Hunk of upstream's; its status; why it is missing; where the patch has it.
TABLE = [
    ("collector.c", 1, "renamed", None, [("collector.c", 1)]),
    ("collector.c", 2, "adapted", None, [("collector.c", 2)]),
    ("collector.h", 1, "formatting", None, [("collector.h", 1)]),
    ("event_io.c", 1, "adapted", None, [("poll_tcp.c", 1), ("poll_udp.c", 1)]),
    ("forward.c", 1, "identical", None, [("forward.c", 1)]),
    ("forward.c", 2, "adapted", None, [("forward.c", 2)]),
    ("forward.c", 3, "adapted", None, [("forward.c", 3)]),
    ("forward.h", 1, "identical", None, [("forward.h", 1)]),
    ("gauge.c", 1, "missing", "not-carried", []),
    ("link.h", 1, "adapted", None, [("link.h", 1)]),
    ("link.h", 2, "identical", None, [("link.h", 2)]),
    ("link_bsd.c", 1, "missing", "not-carried", []),
    ("link_bsd.c", 2, "missing", "not-carried", []),
    ("link_bsd.c", 3, "missing", "not-carried", []),
    ("link_linux.c", 1, "context", None, [("link_linux.c", 1)]),
    ("link_linux.c", 2, "formatting", None, [("link_linux.c", 2)]),
    ("link_linux.c", 3, "identical", None, [("link_linux.c", 3)]),
    ("link_linux.c", 4, "missing", "code-absent", []),
    ("link_linux.c", 5, "adapted", None, [("link_linux.c", 4)]),
    ("link_linux.c", 6, "context", None, [("link_linux.c", 5), ("link_linux.c", 6)]),
]


@pytest.mark.parametrize(
    ("path", "number", "status", "reason", "places"),
    TABLE,
    ids=[f"{path}-{number}" for path, number, *_ in TABLE],
)
def test_each_hunk_of_the_fix(
    fix: Json, path: str, number: int, status: str, reason: str | None, places: list[Any]
) -> None:
    hunks = rows(fix, path, number)
    assert {(hunk["status"], hunk["reason"]) for hunk in hunks} == {(status, reason)}
    assert [where(hunk["patch"]) for hunk in hunks if hunk["patch"]] == places


def test_the_table_names_every_hunk_of_the_fix(fix: Json) -> None:
    hunks = {where(hunk["upstream"]) for hunk in fix["hunks"] if hunk["upstream"]}
    assert hunks == {(path, number) for path, number, *_ in TABLE}


def test_what_is_carried_of_the_adapted_hunks(fix: Json) -> None:
    carried = {
        (path, number): [(row["carried"]["lines"], row["carried"]["of"]) for row in hunks]
        for path, number, status, *_ in TABLE
        if status == "adapted" and (hunks := rows(fix, path, number))
    }
    assert carried == {
        ("collector.c", 2): [(4, 5)],  # the fifth is of a field that 1.4.2 does not have
        ("event_io.c", 1): [(2, 2), (1, 2)],  # one call in two files, in the second in a loop
        ("forward.c", 2): [(2, 4)],  # goes on to reset the fields
        ("forward.c", 3): [(2, 2)],  # all, and the pointers before it
        ("link.h", 1): [(2, 6)],  # the prototype, not the comment
        ("link_linux.c", 5): [(8, 11)],  # neither the return nor the condition
    }


def test_the_map_of_identifiers(fix: Json) -> None:
    assert fix["identifiers"] == [
        {"upstream": "link->c->collector", "patch": "link->collector", "occurrences": 1}
    ]


def test_what_only_the_patch_has(fix: Json) -> None:
    """The members that two earlier commits of upstream brought."""
    added = [where(hunk["patch"]) for hunk in fix["hunks"] if hunk["status"] == "added"]
    assert added == [("link_linux.h", 1)]


def test_the_summary_adds_up(fix: Json) -> None:
    counts: dict[str, int] = dict.fromkeys(fix["summary"], 0)
    for hunk in fix["hunks"]:
        counts[hunk["status"]] += 1
    assert fix["summary"] == counts
    assert fix["summary"]["missing"] == 5


def test_the_residual_reference(reading: Json) -> None:
    assert reading["residual_references"] == RESIDUAL


# -- the text --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def text(demo: Demo) -> str:
    done = debpatch("diff-upstream", demo.patch, "--repo", demo.repository)
    assert (done.code, done.err) == (1, "")
    return done.out


def test_what_a_reviewer_must_see_comes_first(text: str) -> None:
    assert text.splitlines()[0] == "link-process-frames-immediately.patch: adapted"
    wanted = ("gauge.c hunk 1", "link_bsd.c:39", "link.h hunk 1", "link_linux.h hunk 1")
    places = [text.index(piece) for piece in (*wanted, "identical (")]
    assert places == sorted(places)


def test_every_hunk_that_differs_is_in_the_text(text: str) -> None:
    for path, number, status, *_ in TABLE:
        if status in {"adapted", "missing"}:
            assert f"src/{path} hunk {number}" in text
    assert "link->c->collector -> link->collector" in text
    assert "src/link_bsd.c:39  link_do_read" in text


def test_all_but_code_fits_eighty_columns_and_has_no_colours(text: str) -> None:
    code = re.compile(r"    (both|upstream|instead|patch) ")
    long = [line for line in text.splitlines() if not code.match(line) and len(line) > 80]
    assert long == []
    assert "\x1b" not in text


def test_unified_prints_every_hunk_whole(demo: Demo) -> None:
    done = debpatch("diff-upstream", demo.patch, "--repo", demo.repository, "--unified")
    assert done.code == 1
    for line in demo.patch.read_text().splitlines():
        if re.match(r"\+[^+]", line):
            assert line[1:].strip() in done.out
    assert "more line" not in done.out


# -- the series on the release branch --------------------------------------------------------------


@pytest.fixture(scope="module")
def both(demo: Demo) -> Json:
    """The fix and upstream's port as two alternatives in one run."""
    port = series(demo, "s1", "s2", "s3")
    alternatives = ("--upstream", demo.commits["fix"], "--upstream", port)
    return found(1, "diff-upstream", demo.patch, "--repo", demo.repository, *alternatives)


def test_two_alternatives_in_one_run(demo: Demo, both: Json, fix: Json) -> None:
    first, second = both["comparisons"]
    assert first == fix
    assert names(demo, second["commits"]) == ["s1", "s2", "s3"]
    assert [each["released_in"] for each in second["commits"]] == ["v1.4.3", "v1.4.6", "v1.4.6"]
    assert both["residual_references"] == RESIDUAL


def test_the_series_is_read_as_one(both: Json) -> None:
    """What the patch shares with upstream's own port."""
    port = both["comparisons"][1]
    assert port["verdict"] == "diverged"
    equal = {"identical", "context", "formatting", "renamed"}
    carried = {where(each["upstream"]) for each in port["hunks"] if each["status"] in equal}
    assert carried == {("collector.h", 1), ("forward.c", 1), ("forward.h", 1)}
    for path in ("poll_tcp.c", "poll_udp.c"):  # upstream's port has these two files as well
        assert [where(each["patch"]) for each in rows(port, path, 1)] == [(path, 1)]


def test_each_hunk_of_the_series_names_its_commit(demo: Demo, both: Json) -> None:
    port = both["comparisons"][1]
    hunks = [hunk["upstream"] for hunk in port["hunks"] if hunk["upstream"]]
    shas = {place[0]: hunk["sha"] for hunk in hunks if (place := where(hunk))}
    assert shas["frame.h"] == demo.commits["s1"]
    assert shas["tidewatch.h"] == shas["link_bsd.h"] == demo.commits["s2"]
    assert shas["forward.c"] == shas["poll_udp.c"] == demo.commits["s3"]


def test_a_series_that_lacks_its_prerequisites_gives_no_tree(demo: Demo, both: Json) -> None:
    trees = both["comparisons"][1]["trees"]
    assert (trees["files"], trees["stopped_at"]) == (None, demo.commits["s2"])


def test_with_its_prerequisites_the_trees_are_beside_each_other(demo: Demo) -> None:
    whole = series(demo, "p1", "p2", "s2", "s3")
    where_ = ("--repo", demo.repository, "--upstream", whole)
    (comparison,) = found(1, "diff-upstream", demo.patch, *where_)["comparisons"]
    assert comparison["trees"]["stopped_at"] is None
    paths = {file["path"] for file in comparison["trees"]["files"]}
    # The series carries the other platform, and the patch does not.
    assert {"src/link_bsd.c", "src/link_linux.c"} <= paths


# -- its header ------------------------------------------------------------------------------------

CHANGELOG = """\
tidewatch (1.4.2-3+deb13u2) trixie; urgency=medium

  * {patch}: process every frame of a batch.
    (Closes: #9000077)

 -- Ann Author <ann@example.org>  Mon, 01 Dec 2025 00:00:00 +0000

"""


@pytest.fixture
def package(demo: Demo, tmp_path: Path) -> Path:
    """The package with the patch in its series, and a changelog that closes a bug with it."""
    place = shutil.copytree(demo.package, tmp_path / "package")
    shutil.copy(demo.patch, place / "debian/patches")
    with (place / "debian/patches/series").open("a") as listed:
        listed.write(f"{demo.patch.name}\n")
    changelog = place / "debian/changelog"
    changelog.write_text(CHANGELOG.format(patch=demo.patch.name) + changelog.read_text())
    return place


def test_the_header_is_well_formed_and_not_true(demo: Demo, package: Path) -> None:
    told = found(1, "validate-dep3", package, "--repo", demo.repository)["patches"][-1]
    findings = {each["rule"]: each for each in told["findings"]}
    assert findings.keys() == {
        "author-missing",
        "last-update-missing",
        "bug-debian-missing",
        "applied-upstream-missing",
        "not-needed-but-upstream",
        "not-forwarded-but-bug",
    }
    assert "#9000077" in findings["bug-debian-missing"]["message"]
    landed = findings["applied-upstream-missing"]["evidence"]
    assert {(each["sha"], each["released_in"]) for each in landed} == {
        (demo.commits["fix"], "v1.5.0"), (demo.commits["s3"], "v1.4.6"),
    }  # fmt: skip


def test_the_header_that_a_maintainer_would_sign(demo: Demo, package: Path) -> None:
    place = package / "debian/patches" / demo.patch.name
    before = place.read_text()
    fixed = debpatch("validate-dep3", place, "--repo", demo.repository, "--fix")
    assert (fixed.code, fixed.err) == (0, "Corrected 1 header.\n")
    header, diff = place.read_text().split("---\nIndex:", 1)
    assert before.endswith(diff)
    added = [line for line in header.splitlines() if line not in before.splitlines()]
    link = f"https://git.example.org/tidewatch/commit/{demo.commits['s3']}"
    bug, applied, update = added
    assert bug == "Bug-Debian: https://bugs.debian.org/9000077"
    assert applied == f"Applied-Upstream: 1.4.6, {link}"
    assert re.fullmatch(r"Last-Update: \d{4}-\d\d-\d\d", update)
    again = debpatch("validate-dep3", place, "--repo", demo.repository, "--fix")
    assert again.err == "Corrected 0 headers.\n"
    # What nothing proves is left to the maintainer, and said.
    assert {"author-missing", "not-needed-but-upstream", "not-forwarded-but-bug"} == set(
        re.findall(r"info (\S+)", again.out)
    )


# -- picks, plans and landings ---------------------------------------------------------------------

CONFLICTS = {
    "fix": [
        "collector.c contents", "event_io.c modify/delete", "link_bsd.c contents",
        "link_linux.c contents",
    ],
    "m1": ["link.h contents", "link_bsd.h contents", "link_linux.h contents"],
    "m2": [],
    "s1": [],
    "s2": ["link_bsd.h contents", "link_linux.h contents"],
    "s3": ["collector.c contents", "forward.c contents", "link_bsd.c contents"],
    "p1": [],
    "p2": [],
    "r": [],
    "later-fix": ["link_linux.c contents"],
}  # fmt: skip


def test_each_commit_alone(demo: Demo) -> None:
    asked = ("--onto", "v1.4.2", "--repo", demo.repository)
    alone = found(1, "check-conflicts", series(demo, *CONFLICTS), *asked)["alone"]
    told = {
        name: [f"{each['path'].removeprefix('src/')} {each['kind']}" for each in trial["conflicts"]]
        for name, trial in zip(names(demo, alone), alone, strict=True)
    }
    assert told == CONFLICTS
    assert all(each["regions"] or each["kind"] == "modify/delete"
               for trial in alone for each in trial["conflicts"])  # fmt: skip


def test_the_way_that_nobody_saw(demo: Demo) -> None:
    asked = ("--onto", "v1.4.2", "--repo", demo.repository)
    done = debpatch("check-conflicts", series(demo, "p1", "p2", "s2", "s3", "later-fix"), *asked)
    assert done.code == 0
    plan = found(0, "plan-backport", series(demo, "s2", "s3"), *asked)
    assert plan["clean"]
    roles = {"p1": "prerequisite", "s2": "wanted", "p2": "prerequisite", "s3": "wanted"}
    steps = zip(names(demo, plan["steps"]), plan["steps"], strict=True)
    assert {name: step["role"] for name, step in steps} == roles
    assert names(demo, plan["steps"]) == PORT
    (repair,) = [each for each in plan["follow_ups"] if each["kind"] == "fixes"]
    assert names(demo, [repair]) == ["later-fix"]
    assert repair["of"] == demo.commits["s3"]


def test_the_same_in_the_package(demo: Demo) -> None:
    port = series(demo, "s1", "s2", "s3")
    asked = ("--onto", demo.package, "--repo", demo.repository, "--with-follow-ups")
    plan = found(0, "plan-backport", port, *asked)
    assert plan["clean"]
    assert names(demo, plan["steps"]) == ["s1", *PORT, "later-fix"]
    carried = plan["steps"][0]
    assert carried["outcome"] == "already-applied"
    assert carried["carried_by"]["patch"] == "fix-ftbfs-linux-headers.patch"
    assert plan["diffstat"] == {"files": 17, "insertions": 126, "deletions": 54}


def test_where_the_fix_has_landed(demo: Demo) -> None:
    told = found(1, "find-backports", demo.commits["fix"], "--repo", demo.repository)
    assert told["released_in"] == "v1.5.0"
    main, release = told["branches"]
    assert (main["branch"], main["state"]) == ("main", "present")
    assert (release["branch"], release["state"]) == ("release/1.4", "partial")
    assert names(demo, release["landings"]) == ["s3"]
    assert release["landings"][0]["released_in"] == "v1.4.6"
    assert {each["path"] for each in release["lacks"]} == {"src/gauge.c", "src/link_linux.c"}
    (repair,) = [each for each in told["follow_ups"] if each["kind"] == "fixes"]
    assert names(demo, [repair]) == ["later-fix"]
    assert (repair["of"], repair["released_in"]) == (demo.commits["s3"], "v1.4.7")


def test_what_the_package_carries(demo: Demo) -> None:
    where_ = ("--repo", demo.repository, "--package", demo.package)
    cve = found(0, "find-backports", "CVE-2025-99042", *where_)["package"]
    assert cve["state"] == "ported"
    assert [each["patch"] for each in cve["landings"]] == ["CVE-2025-99042.patch"]
    fix = found(1, "find-backports", demo.commits["fix"], *where_)["package"]
    assert (fix["state"], fix["built_from"]) == ("missing", "release/1.4")
