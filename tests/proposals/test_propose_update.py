"""The documents of a proposal, as a person would read them, and what keeps them honest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from functools import cache
from pathlib import Path

import pytest
from command_line import Done, debpatch, refusal
from debian.debian_support import Version

from debpatch.demo import Demo
from debpatch.errors import DebpatchError
from debpatch.package.source_package import open_package
from debpatch.package.upstream import Inputs, open_upstream
from debpatch.proposals.bugs import Bugs
from debpatch.proposals.debdiff import debdiff
from debpatch.proposals.documents import compose
from debpatch.proposals.package_update import new_entries
from debpatch.proposals.patch_facts import read_patches
from debpatch.proposals.proposal import Proposal
from debpatch.proposals.request import Uploader
from debpatch.proposals.self_check import self_check
from debpatch.proposals.suites import find_suite
from debpatch.proposals.templates import Questions, read_answers

from .conftest import GRETE, NOW
from .schema import check
from .snapshot import snapshot

GOLDEN = Path(__file__).parent / "golden"
KINDS = ("pu", "unblock", "security", "maintainer", "upstream")


def command(demo: Demo, folder: Path, kind: str, *arguments: str | Path) -> list[str | Path]:
    return [
        "propose-update", "--kind", kind, "--repo", demo.repository, "--package", demo.package,
        "--unstable", "1.5.0-1", "-o", folder, *arguments,
    ]  # fmt: skip


def by_hand(demo: Demo) -> list[str | Path]:
    return ["--patch", demo.patch, "--closes", "9000077"]


Made = Callable[[str], tuple[Done, Path]]


@pytest.fixture(scope="module")
def made(demo: Demo, series: str, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What came of asking for the documents of a kind, and their folder; each is asked for once."""
    unrepaired = series.rpartition(",")[0]
    changes: dict[str, list[str | Path]] = {
        "pu": by_hand(demo),
        "security": by_hand(demo),
        "unblock": ["--plan", series, "--strict"],
        "maintainer": ["--plan", unrepaired, "--closes", "9000077"],
        "upstream": ["--plan", series],
    }

    @cache
    def make(kind: str) -> tuple[Done, Path]:
        folder = tmp_path_factory.mktemp("documents") / kind
        return debpatch(*command(demo, folder, kind, *changes[kind]), "-f", "json"), folder

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_the_documents_of_the_demo(made: Made, kind: str) -> None:
    """Set WRITE_GOLDEN to write them anew, and read them before you commit them."""
    done, folder = made(kind)
    assert done.err == ""
    for name in ("request.mail", "control.mail"):
        place, golden = folder / name, GOLDEN / f"{kind}-{name}"
        if os.environ.get("WRITE_GOLDEN") and place.exists():
            GOLDEN.mkdir(exist_ok=True)
            shutil.copy(place, golden)
        assert place.exists() == golden.exists()
        if golden.exists():
            assert place.read_text() == golden.read_text()


def test_the_debdiff_is_debdiff_s(demo: Demo, tmp_path: Path, series: str) -> None:
    if not (shutil.which("debdiff") and shutil.which("dpkg-source")):
        pytest.skip("debdiff is not installed")
    package = Path(shutil.copytree(demo.package, tmp_path / demo.package.name, symlinks=True))
    for file in demo.dsc.parent.glob("tidewatch_*"):
        shutil.copy(file, tmp_path)
    debpatch("import-commits", "--repo", demo.repository, "--package", package, series)
    subprocess.run(
        ["dpkg-source", "-b", package.name], cwd=tmp_path, check=True, capture_output=True
    )
    new = tmp_path / "tidewatch_1.4.2-3+deb13u2.dsc"
    out = tmp_path / "out"
    done = debpatch(
        "propose-update", "--kind", "pu", "--repo", demo.repository, "--package", demo.dsc,
        "--proposed", new, "-o", out,
    )  # fmt: skip
    assert done.err == ""
    theirs = subprocess.run(
        ["debdiff", tmp_path / demo.dsc.name, new], check=False, capture_output=True
    ).stdout
    ours = (out / "tidewatch_1.4.2-3+deb13u2.debdiff").read_bytes()
    assert changed_lines(ours) == changed_lines(theirs)
    assert b"+ src/link.h" in ours


def changed_lines(diff: bytes) -> list[bytes]:
    """The lines that come and go, without names of files, in any order of files."""
    lines = diff.split(b"\n")
    return sorted(x for x in lines if re.match(rb"[+-](?!\+\+ |-- )", x))


def test_json_and_the_figures(demo: Demo, made: Made) -> None:
    document = made("pu")[0].json
    check(document)
    own, planned, release = document["options"]
    assert document["version"] == "1.4.2-3+deb13u2"
    assert [(part["sha"], part["role"]) for part in planned["parts"]] == [
        (demo.commits["p1"], "prerequisite"),
        (demo.commits["p2"], "prerequisite"),
        (demo.commits["s3"], "wanted"),
        (demo.commits["later-fix"], "follow-up"),
    ]
    assert planned["parts"][3]["of"] == [demo.commits["s3"]]
    assert [option["name"] for option in (own, release)] == [
        "this update",
        "new upstream release v1.4.6",
    ]
    assert own["diffstat"] == document["source"]
    shortstat = subprocess.run(
        ["git", "diff", "--shortstat", "v1.4.2", "v1.4.6"],
        cwd=demo.repository, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    figures = [int(number) for number in re.findall(r"\d+", shortstat)]
    assert list(release["diffstat"].values()) == figures
    assert release["follow_ups"][0]["sha"] == demo.commits["later-fix"]
    assert planned["follow_ups"] == []
    count = ["git", "rev-list", "--count", "v1.4.2..v1.4.7"]
    later = int(subprocess.run(count, cwd=demo.repository, check=True, capture_output=True).stdout)
    assert own["later"] == {"release": "v1.4.7", "commits": later, "conflicts": 9, "without": 7}
    assert planned["later"] == own["later"] | {
        "commits": later - len(planned["parts"]), "conflicts": 4, "without": 5
    }  # fmt: skip
    (commit,) = document["commits"]
    assert (commit["sha"], commit["released_in"]) == (demo.commits["fix"], "v1.5.0")
    assert commit["in_unstable"] == {
        "state": "present",
        "sha": demo.commits["fix"],
        "because": "it is that commit",
    }


ANSWERS = """
reason = "Gauges that are gone stay in the table."
impact = "Wrong levels."
tests = '''
make check, on trixie: 12 passed.'''
risks = "Small."
documented = true
reviewed = true
attached = true
fixed-in-unstable = false
"""


def test_what_is_left_to_say_counts_where_it_is_asked_for(made: Made) -> None:
    done, _ = made("unblock")
    assert {"reason", "impact", "tests", "risks"} <= {t["name"] for t in done.json["todo"]}
    assert [f["rule"] for f in done.json["findings"]] == ["base", "no-bug"]
    assert done.code == 1
    assert made("upstream")[0].json["todo"]


def test_answers_fill_what_only_a_person_can_say(demo: Demo, tmp_path: Path, series: str) -> None:
    before = snapshot(demo.repository.parent)
    answers = tmp_path / "answers.toml"
    answers.write_text(ANSWERS)
    arguments = command(demo, tmp_path / "out", "pu", "--plan", series, "--closes", "9000077")
    done = debpatch(*arguments, "--strict", "--answers", answers)
    assert (done.code, done.err) == (0, "")
    text = (tmp_path / "out/request.mail").read_text()
    assert "TODO" not in text
    assert "\nmake check, on trixie: 12 passed.\n" in text
    assert "  [x] I reviewed all changes and I approve them\n" in text
    assert "  [ ] the issue is verified as fixed in unstable\n" in text
    assert snapshot(demo.repository.parent) == before


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ("reason = 3", "must be a text, or true or false"),
        ("reason = ", "not valid TOML"),
        ("reazon = 'x'", "there is no question 'reazon'; there are attached, documented"),
        ("reviewed = 'yes'", "must be true or false, not a text"),
        ("reason = true", "must be a text, not true or false"),
    ],
)
def test_answers_that_are_none(proposal: Proposal, tmp_path: Path, answers: str, says: str) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(answers)
    with pytest.raises(DebpatchError, match=re.escape(says)):
        compose(proposal, read_answers(file), GRETE, NOW)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("To: x\nSubject: {{ nothing }}\n\n", "pu.txt:2: 'nothing' is undefined"),
        ("To: x\n\n{% if %}\n", "pu.txt:3: "),
        ("To: x\n\n{{ p.__class__.__mro__ }}", "pu.txt:3: access to attribute '__class__'"),
        ("To: x\n\n{{ p.gather.__globals__ }}", "pu.txt:3: "),
        ("To: x\n\n{% include '../../secret' %}", "pu.txt:3: "),
        ("To: x\n\n{% for n in range(1000000000) %}{% endfor %}", "pu.txt:3: "),
        ("To: x\n\n{{ 1 / 0 }}", "pu.txt:3: division by zero"),
        ("no field\n\nbody", "'no field' is not a header field of a mail"),
    ],
)
def test_templates_that_are_wrong(
    proposal: Proposal, tmp_path: Path, template: str, says: str
) -> None:
    own = tmp_path / "own/proposals"
    own.mkdir(parents=True)
    (own / "pu.txt").write_text(template)
    (tmp_path / "secret").write_text("secret")
    with pytest.raises(DebpatchError) as refused:
        compose(proposal, Questions({}), GRETE, NOW, own.parent)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_user_s_template_wins(demo: Demo, proposal: Proposal, tmp_path: Path) -> None:
    own = tmp_path / "own/proposals"
    own.mkdir(parents=True)
    mine = "To: me@example.org\nSubject: {{ p.source }}\n\nMine: {{ p.version }}\n"
    (own / "pu.txt").write_text(mine)
    made = compose(proposal, Questions({}), GRETE, NOW, own.parent)
    assert made["request.mail"].endswith(b"\n\nMine: 1.4.2-3+deb13u2\n")
    (own / "pu.txt").write_text(mine + "{{ nothing }}")
    out = tmp_path / "out"
    said = refusal(*command(demo, out, "pu", *by_hand(demo), "--templates", own.parent))
    assert "pu.txt:5: 'nothing' is undefined" in said
    assert not out.exists()


def test_names_in_fields_are_ascii(proposal: Proposal) -> None:
    uploader = Uploader("Søren Ægidius", "soeren@debian.example.org")
    data = compose(proposal, Questions({}), uploader, NOW)["request.mail"]
    assert data.partition(b"\n\n")[0].isascii()
    sender = str(make_header(decode_header(message_from_bytes(data)["From"])))
    assert sender == "Søren Ægidius <soeren@debian.example.org>"


@pytest.mark.parametrize(
    ("kind", "arguments", "says"),
    [
        ("pu", [], "use --proposed, --patch or --plan"),
        ("pu", ["--suite", "unstable"], "needs a released suite"),
        ("pu", ["--suite", "bullseye"], "the LTS team takes them"),
        ("pu", ["--suite", "buster"], "end of life"),
        ("security", ["--suite", "testing"], "needs a released suite"),
        ("pu", ["--closes", "x"], "not a Debian bug"),
        ("pu", ["--templates", "/nowhere"], "no such directory of templates"),
        ("pu", ["--answers", "/nowhere"], "cannot be read"),
    ],
)
def test_requests_that_cannot_be(
    demo: Demo, tmp_path: Path, kind: str, arguments: list[str], says: str
) -> None:
    assert says in refusal(*command(demo, tmp_path / "out", kind, *arguments))
    assert not (tmp_path / "out").exists()


def test_an_unfinished_changelog_and_a_patch_named_twice(
    demo: Demo, package: Path, tmp_path: Path
) -> None:
    twice: list[str | Path] = [
        "propose-update", "--kind", "pu", "--repo", demo.repository, "--package", package,
        "-o", tmp_path / "out", "--patch", demo.patch, "--patch", demo.patch,
    ]  # fmt: skip
    assert "the package has a patch of this name" in refusal(*twice)
    edit(package / "debian/changelog", ("trixie-security", "UNRELEASED"))
    assert "is UNRELEASED; release it first" in refusal(*twice)
    assert not (tmp_path / "out").exists()


def test_the_same_package_is_no_update(demo: Demo, tmp_path: Path) -> None:
    said = refusal(*command(demo, tmp_path / "out", "pu", "--proposed", demo.dsc))
    assert "is the same as" in said


@pytest.fixture
def rules_of(demo: Demo, package: Path, proposal: Proposal) -> Callable[[], set[str]]:
    """What the self-check says of the update to ``package``, as it stands by then."""

    def found() -> set[str]:
        current, new = open_package(str(demo.package)), open_package(str(package))
        with open_upstream(Inputs(str(demo.repository)), current) as repository:
            patches, _ = read_patches(repository, current, new)
            update = replace(
                proposal, version=new.version, distribution=new.distribution, patches=patches,
                entry=new_entries(current, new), debdiff=debdiff(repository, current, new),
            )  # fmt: skip
        return {each.rule for each in self_check(update) if each.severity != "info"}

    return found


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text)


def test_the_self_check(
    demo: Demo, package: Path, series: str, rules_of: Callable[[], set[str]]
) -> None:
    debpatch("import-commits", "--repo", demo.repository, "--package", package, series)
    assert rules_of() == set()
    changelog = package / "debian/changelog"
    good = changelog.read_text()
    edit(changelog, ("deb13u2) trixie;", "deb13u9) trixie-security;"))
    assert rules_of() == {"version-form", "distribution"}
    changelog.write_text(good)
    edit(changelog, ("3+deb13u2)", "2)"), ("- d/patches/link-take", "- d/patches/other"))
    assert rules_of() == {"version-order", "version-form", "undocumented"}
    changelog.write_text(good)
    edit(package / "debian/control", ("Version: 4.7.2", "Version: 4.7.3"))
    (package / "debian/patches/left-over.patch").write_text("what nobody listed\n")
    (package / "debian/__pycache__").mkdir()
    (package / "debian/__pycache__/x.pyc").write_text("x")
    assert rules_of() == {"undocumented", "noise", "not-in-series"}


def test_the_self_check_wants_a_bug(proposal: Proposal) -> None:
    assert "no-bug" not in {found.rule for found in self_check(proposal)}
    assert "no-bug" in {found.rule for found in self_check(replace(proposal, bugs=Bugs()))}


def test_a_version_that_is_in_the_suite_already(proposal: Proposal) -> None:
    newer = replace(proposal, in_suite=Version("1.4.2-3+deb13u2"))
    (found,) = (each for each in self_check(newer) if each.rule == "base")
    assert "trixie now has 1.4.2-3+deb13u2" in found.message
    release = replace(proposal, suite=find_suite("unstable", NOW.date()))
    (found,) = (each for each in self_check(release) if each.rule == "base")
    assert "starts from the package in unstable" in found.message
    same = replace(proposal, in_suite=proposal.current)
    assert "base" not in {each.rule for each in self_check(same)}


def test_a_header_that_is_not_true(made: Made) -> None:
    messages = [f["message"] for f in made("pu")[0].json["findings"] if f["rule"] == "header"]
    assert any("no Applied-Upstream" in message for message in messages)


def test_what_a_plan_leaves_out_is_said(demo: Demo, made: Made) -> None:
    done, _ = made("maintainer")
    messages = [f["message"] for f in done.json["findings"] if f["rule"] == "follow-up"]
    assert len(messages) == 1
    assert demo.commits["later-fix"][:12] in messages[0]


def test_the_mail_for_upstream_applies(demo: Demo, tmp_path: Path) -> None:
    text = demo.patch.read_text()
    patch = tmp_path / "by-hand.patch"
    patch.write_text(text.replace("Forwarded:", "Author: S\u00f8ren <s@example.org>\nForwarded:"))
    done = debpatch(*command(demo, tmp_path / "out", "upstream", "--patch", patch))
    (mail,) = (tmp_path / "out").glob("0*.patch")
    assert f"git send-email {tmp_path}/out/0*.patch" in done.out
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.org")
    work = tmp_path / "work"
    subprocess.run(
        [*git, "clone", "-q", "-b", "v1.4.2", demo.repository, work],
        check=True,
        capture_output=True,
    )
    subprocess.run([*git, "am", mail], cwd=work, check=True, capture_output=True)


def test_upstream_is_asked_to_pick_its_own_commits(made: Made, series: str) -> None:
    done, folder = made("upstream")
    assert list(folder.glob("0*.patch")) == []
    told = (folder / "request.mail").read_text().partition("git cherry-pick -x ")[2].split()[:5]
    assert told == [sha[:12] for sha in series.split(",")]
    assert [finding["rule"] for finding in done.json["findings"]] == ["landed"]
