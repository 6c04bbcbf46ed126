from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from command_line import debpatch, refusal
from dep3.sarif import SCHEMA as SARIF
from dep3.test_evidence import ADAPTED, source
from headers import CLEAN, DIFF, MAIL, patch
from repos import Repo
from source_packages import packaging, quilt_package, write_tree

from debpatch.dep3.rules import all_rules
from debpatch.render.dep3 import markdown

ROOT = Path(__file__).parents[2]
NEAR_MISS = CLEAN + "Forwarded: non-needed\n"
HOSTILE = CLEAN.replace("2024-05-01", "never \x1b[2J\u202e\ufffe")


def write(folder: Path, header: str, name: str = "x.patch") -> Path:
    place = folder / name
    place.write_bytes(patch(header))
    return place


# -- what it prints --------------------------------------------------------------------------------


def test_a_clean_header(tmp_path: Path) -> None:
    done = debpatch("validate-dep3", write(tmp_path, CLEAN))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("1 patch: 0 errors, 0 warnings, 0 infos.\n")


def test_a_finding_has_place_rule_sentence_line_and_cure(tmp_path: Path) -> None:
    write(tmp_path, NEAR_MISS)
    done = debpatch("validate-dep3", "x.patch", cwd=tmp_path)
    assert done.code == 1
    assert done.out.split("\n\n")[0].splitlines() == [
        "x.patch:5: warning forwarded-near-miss",
        "  'non-needed' is not a keyword of DEP-3, and means that the patch was forwarded",
        "      5 | Forwarded: non-needed",
        '  help: write "not-needed"',
    ]
    assert "--fix can correct 1 of them" in done.out


def test_infos_alone_are_no_failure(tmp_path: Path) -> None:
    done = debpatch("validate-dep3", write(tmp_path, "Subject: x\nAuthor: Ann\n"))
    assert done.code == 0
    assert "2 infos" in done.out


def test_the_text_fits_eighty_columns(tmp_path: Path) -> None:
    header = f"Description: {'word ' * 40}\nOrigin: Fedora, https://x.example/{'1' * 90}\n"
    write(tmp_path, header)
    out = debpatch("validate-dep3", "x.patch", cwd=tmp_path).out
    assert max(map(len, out.splitlines())) <= 80


def test_foreign_text_is_made_harmless(tmp_path: Path) -> None:
    write(tmp_path, HOSTILE, "a\n\x1b[2J.patch")
    for form in ("text", "json", "sarif", "codequality", "junit"):
        done = debpatch("validate-dep3", tmp_path, "--format", form)
        assert done.code == 1
        assert not {"\x1b", "\u202e"} & set(done.out)


def test_standard_input() -> None:
    done = debpatch("validate-dep3", "-", stdin=patch(NEAR_MISS))
    assert done.code == 1
    assert done.out.startswith("standard input:5: warning")


def test_json_has_every_field_and_finding(tmp_path: Path) -> None:
    write(tmp_path, NEAR_MISS)
    done = debpatch("validate-dep3", "x.patch", "--format", "json", cwd=tmp_path)
    schema = json.loads((ROOT / "docs/schema/validate-dep3.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(done.json)
    (report,) = done.json["patches"]
    assert report["layout"] == "deb822"
    assert [field["line"] for field in report["fields"]] == [1, 3, 4, 5]
    assert report["findings"] == [
        {
            "rule": "forwarded-near-miss",
            "severity": "warning",
            "line": 5,
            "message": "'non-needed' is not a keyword of DEP-3,"
            " and means that the patch was forwarded",
            "fix": 'write "not-needed"',
            "mendable": True,
            "evidence": [],
        }
    ]
    assert done.json["totals"] == {"error": 0, "warning": 1, "info": 0}


def test_json_of_nothing_to_report_is_whole(tmp_path: Path) -> None:
    write_tree(tmp_path, {"series": "# nothing yet\n"})
    document = debpatch("validate-dep3", tmp_path, "--format", "json").json
    assert (document["patches"], len(document["series"])) == ([], 1)


def test_sarif(tmp_path: Path) -> None:
    write_tree(tmp_path, {"debian/patches/a b.patch": patch(NEAR_MISS), **packaging()})
    write_tree(tmp_path, {"debian/patches/series": "gone.patch\n"})
    log = debpatch(
        "validate-dep3", "debian/patches/a b.patch", ".", "--format", "sarif", cwd=tmp_path
    ).json
    jsonschema.Draft202012Validator.check_schema(SARIF)
    jsonschema.Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    places = {
        result["ruleId"]: result["locations"][0]["physicalLocation"] for result in run["results"]
    }
    near_miss = places["forwarded-near-miss"]
    assert near_miss["artifactLocation"]["uri"] == "debian/patches/a%20b.patch"
    assert near_miss["region"]["startLine"] == 5
    assert places["series-missing-patch"]["artifactLocation"]["uri"] == "debian/patches/series"


def test_code_quality(tmp_path: Path) -> None:
    write(tmp_path, NEAR_MISS)
    (issue,) = debpatch("validate-dep3", "x.patch", "-f", "codequality", cwd=tmp_path).json
    assert issue["location"] == {"path": "x.patch", "lines": {"begin": 5}}
    assert (issue["check_name"], issue["severity"]) == ("forwarded-near-miss", "minor")
    write(tmp_path, "\n\n" + NEAR_MISS)
    (moved,) = debpatch("validate-dep3", "x.patch", "-f", "codequality", cwd=tmp_path).json
    assert moved["location"]["lines"] == {"begin": 7}
    assert moved["fingerprint"] == issue["fingerprint"]


def test_junit(tmp_path: Path) -> None:
    write(tmp_path, NEAR_MISS, "a.patch")
    write(tmp_path, CLEAN.replace("Last-Update", "X-Day"), "b.patch")
    document = debpatch("validate-dep3", ".", "-f", "junit", cwd=tmp_path).out
    suites = ET.fromstring(document)  # noqa: S314 - it is our own
    (suite,) = suites
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    first, second = suite
    assert first.find("failure") is not None
    assert second.find("failure") is None
    assert "last-update-missing" in str(second.findtext("system-out"))


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    place = tmp_path / "report.json"
    done = debpatch(
        "validate-dep3", write(tmp_path, NEAR_MISS), "--format", "json", "--output", place
    )
    assert (done.code, done.out) == (1, "")
    assert json.loads(place.read_text())["totals"]["warning"] == 1


# -- rules -----------------------------------------------------------------------------------------


def test_rules_are_listed_and_explained() -> None:
    listed = debpatch("validate-dep3", "--list-rules")
    assert listed.code == 0
    assert all(f"  {rule.id} ({rule.severity})" in listed.out for rule in all_rules())
    explained = debpatch("validate-dep3", "--explain", "origin-missing")
    assert "DEP-3" in explained.out
    assert "no such rule: 'nonsense'" in refusal("validate-dep3", "--explain", "nonsense")


def test_the_documentation_is_made_from_the_rules() -> None:
    assert (ROOT / "docs/dep3-rules.md").read_text() == markdown(all_rules())


def test_rules_are_chosen(tmp_path: Path) -> None:
    place = write(tmp_path, NEAR_MISS.replace("Last-Update", "Last-Updated"))
    only = debpatch("validate-dep3", place, "--select", "field-misspelt", "-f", "json").json
    assert [f["rule"] for f in only["patches"][0]["findings"]] == ["field-misspelt"]
    done = debpatch("validate-dep3", place, "--ignore", "syntax", "--ignore", "semantics")
    assert done.code == 0
    assert "no such rule: 'nonsense'" in refusal("validate-dep3", place, "--select", "nonsense")


def test_a_maintainer_accepts_a_finding_in_the_header(tmp_path: Path) -> None:
    accepted = NEAR_MISS + "X-Debpatch-Accept: forwarded-near-miss upstream insists\n"
    assert debpatch("validate-dep3", write(tmp_path, accepted)).code == 0


def test_a_maintainer_accepts_a_finding_in_the_settings(tmp_path: Path) -> None:
    settings = '[dep3.patches]\n"x.patch" = ["forwarded-near-miss"]\n'
    root = write_tree(
        tmp_path,
        {
            **packaging(),
            "debian/patches/series": "x.patch\n",
            "debian/patches/x.patch": patch(NEAR_MISS),
            "debian/debpatch.toml": settings,
        },
    )
    assert debpatch("validate-dep3", root).code == 0
    assert debpatch("validate-dep3", root / "debian/patches/x.patch").code == 0
    (root / "debian/debpatch.toml").write_text("[dep3]\nselekt = []\n")
    assert "debian/debpatch.toml" in refusal("validate-dep3", root)


# -- mending ---------------------------------------------------------------------------------------


def test_diff_shows_and_fix_writes(tmp_path: Path) -> None:
    place = write(tmp_path, NEAR_MISS)
    place.chmod(0o600)
    before = place.read_bytes()
    shown = debpatch("validate-dep3", "x.patch", "--diff", cwd=tmp_path)
    assert shown.code == 1
    assert {"-Forwarded: non-needed", "+Forwarded: not-needed"} <= set(shown.out.splitlines())
    assert place.read_bytes() == before
    done = debpatch("validate-dep3", place, "--fix")
    assert (done.code, done.err) == (0, "Corrected 1 header.\n")
    assert place.read_bytes().endswith(DIFF.encode())
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [place]
    after = place.read_bytes()
    assert debpatch("validate-dep3", place, "--fix").err == "Corrected 0 headers.\n"
    assert place.read_bytes() == after
    assert debpatch("validate-dep3", place, "--diff") == type(shown)(0, "", "")


def test_what_cannot_be_mended_is_still_told(tmp_path: Path) -> None:
    place = write(tmp_path, NEAR_MISS + "Bug: 1234\n")
    done = debpatch("validate-dep3", place, "--fix")
    assert done.code == 1
    assert "bug-number" in done.out
    assert "forwarded-near-miss" not in done.out


def test_a_link_is_not_written_to(tmp_path: Path) -> None:
    place = write(tmp_path, NEAR_MISS, "real.patch")
    (tmp_path / "x.patch").symlink_to(place)
    before = place.read_bytes()
    assert "is a symbolic link" in debpatch("validate-dep3", tmp_path / "x.patch", "--fix").err
    assert place.read_bytes() == before


def test_an_archive_is_not_written_to(tmp_path: Path) -> None:
    files = packaging() | {
        "debian/patches/series": "x.patch\n",
        "debian/patches/x.patch": NEAR_MISS + DIFF,
    }
    dsc = quilt_package(tmp_path, [], files)
    done = debpatch("validate-dep3", dsc, "--fix")
    assert done.code == 2
    assert "--diff" in done.err
    assert "+Forwarded: not-needed" in debpatch("validate-dep3", dsc, "--diff").out


# -- evidence --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> tuple[Repo, str]:
    repo = Repo(tmp_path_factory.mktemp("upstream"))
    repo.commit({"a.c": source()}, "Begin", tag="v1.0")
    changed = source((5, "guard;"), (15, "checked;"))
    return repo, repo.commit({"a.c": changed}, "Fix the overflow", tag="v1.1")


def evidence(document: Any) -> list[tuple[str, list[Any]]]:
    return [
        (finding["rule"], finding["evidence"])
        for report in document["patches"]
        for finding in report["findings"]
    ]


def test_a_package_is_held_against_upstream(upstream: tuple[Repo, str], tmp_path: Path) -> None:
    repo, fix = upstream
    header = f"{CLEAN}Origin: upstream, commit:{fix}\n"
    root = write_tree(
        tmp_path,
        {
            **packaging(version="1.0-1"),
            "debian/patches/series": "x.patch\nvendor.patch\n",
            "debian/patches/x.patch": header + ADAPTED,
            "debian/patches/vendor.patch": patch(CLEAN),
        },
    )
    done = debpatch("validate-dep3", root, "--repo", repo.path, "--format", "json")
    witness = {"sha": fix, "subject": "Fix the overflow", "released_in": "v1.1"}
    assert evidence(done.json) == [
        ("applied-upstream-missing", [witness]),
        ("origin-differs", [witness]),
    ]
    text = debpatch("validate-dep3", root, "--repo", repo.path).out
    assert "Not verified: 1 patch, because no upstream commit is named." in text
    fixed = debpatch("validate-dep3", root, "--repo", repo.path, "--fix")
    assert fixed.code == 0
    result = (root / "debian/patches/x.patch").read_text()
    assert f"\nOrigin: backport, commit:{fix}\n" in result
    assert f"\nApplied-Upstream: 1.1, commit:{fix}\n" in result


def test_a_loose_patch_finds_its_package(upstream: tuple[Repo, str], tmp_path: Path) -> None:
    repo, fix = upstream
    place = tmp_path / "x.patch"
    place.write_text(f"{CLEAN}Origin: backport, commit:{fix}\n{ADAPTED}")
    root = write_tree(tmp_path / "package", packaging(version="1.1-1"))
    done = debpatch(
        "validate-dep3", place, "--repo", repo.path, "--package", root, "--format", "json"
    )
    assert [rule for rule, _ in evidence(done.json)] == ["already-in-base"]


def test_without_a_repository_it_is_said_once(tmp_path: Path) -> None:
    write(tmp_path, CLEAN, "a.patch")
    write(tmp_path, MAIL, "b.patch")
    out = debpatch("validate-dep3", tmp_path).out
    assert out.count("--repo") == 1


# -- bad input -------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    assert "no such file" in refusal("validate-dep3", tmp_path / "nothing.patch")
    assert "not in a source package" in refusal("validate-dep3", cwd=tmp_path)
    assert "not a Git repository" in refusal(
        "validate-dep3", write(tmp_path, CLEAN), "--repo", tmp_path
    )
    root = write_tree(tmp_path / "p", {**packaging(), "debian/patches/series": "../../x\n"})
    assert "leads out" in refusal("validate-dep3", root)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 5000, bytes(range(256)) * 20, b"\n" * 5000, b"\x1f\x8b" + b"x" * 99,
     b"Description: x\n" + b"\xff" * 999, b"From " + b"0" * 40 + b" Mon Sep 17 00:00:00 2001"],
)  # fmt: skip
def test_rubbish_gives_findings(tmp_path: Path, data: bytes) -> None:
    place = tmp_path / "x.patch"
    place.write_bytes(data)
    done = debpatch("validate-dep3", place, "--format", "json")
    assert (done.code, done.err) == (1, "")
    assert done.json["patches"][0]["findings"]
