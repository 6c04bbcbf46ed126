"""report.html as a file: whole, harmless, and saying what report.json says."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from debpatch.render.html.hunks import commit_urls
from debpatch.render.hunk_text import marked

from . import reviews
from .page import Page

SECTIONS = ["verdict", "where", "plan", "hunks", "options", "header", "conflicts", "unknown"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reviews.demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reviews.hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(params=["demo", "hostile"])
def report(request: pytest.FixtureRequest) -> Path:
    file: Path = request.getfixturevalue(request.param)
    return file


@pytest.fixture
def page(report: Path) -> Page:
    return Page(report)


@pytest.fixture
def facts(report: Path) -> Any:
    return json.loads((report.parent / "report.json").read_text())


def test_the_policy_allows_its_own_style_and_script_and_nothing_else(page: Page) -> None:
    (policy,) = (meta["content"] for meta in page.all("meta") if "http-equiv" in meta)
    hashes = {
        kind: base64.b64encode(hashlib.sha256(page.inside[kind].encode()).digest()).decode()
        for kind in ("style", "script")
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; "
        f"script-src 'sha256-{hashes['script']}'; base-uri 'none'; form-action 'none'"
    )


def test_nothing_is_loaded_and_nothing_runs_but_its_own(page: Page) -> None:
    kinds = Counter(tag for tag, _ in page.elements)
    assert kinds["script"] == kinds["style"] == 1
    assert not kinds.keys() & {"img", "link", "iframe", "object", "embed", "base", "form", "image"}
    attributes = {name for _, each in page.elements for name in each}
    assert not {name for name in attributes if name.startswith("on") or name in {"style", "src"}}


def test_every_link_leads_somewhere(page: Page, report: Path) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    for address in page.values("href"):
        if address.startswith("#"):
            assert address[1:] in ids
        elif not address.startswith("https://"):
            assert (report.parent / unquote(address)).is_file()
    for name in page.values("aria-labelledby"):
        assert name in ids


def test_the_sections_are_there_in_their_order(page: Page) -> None:
    assert [section["id"] for section in page.all("section")] == SECTIONS
    targets = [address[1:] for address in page.values("href") if address[1:] in SECTIONS]
    assert set(targets) == set(SECTIONS)


def test_control_characters_are_visible(page: Page) -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]",
                         page.source)  # fmt: skip


def test_it_says_what_the_json_says(page: Page, facts: Any) -> None:
    assert facts["summary"] in page.text
    for step in facts["next_steps"]:
        assert step["sentence"] in page.text
    for text in facts["unknown"]:
        assert " ".join(text.split()) in " ".join(page.text.split())


def test_hostile_texts_are_texts(hostile: Path) -> None:
    page = Page(hostile)
    assert "<script>owned()</script><img src=x onerror=owned()>" in page.text
    assert "\\x1b[31m\\x1b]8;;javascript:owned()\\x07\\u202e\\u2066\\u200b\\x9b" in page.text
    assert not [value for value in page.values("href") if "owned" in value]
    shown = page.text
    for what in ("Fix", "Port", "Repair"):
        assert f"{what} </style></script></title><script>owned()" in shown


def test_the_demo_shows_the_fix_its_landing_and_its_repair(demo: Path) -> None:
    page = Page(demo)
    facts = json.loads((demo.parent / "report.json").read_text())
    assert Counter(page.values("data-group")).total() == sum(
        len(each["hunks"]) for each in facts["comparison"]["comparisons"]
    )
    marks = Counter(value for value in page.values("class") if value.startswith("k-"))
    assert {kind for kind, number in marks.items() if number > 1} >= {
        "k-fix",
        "k-landing",
        "k-base",
    }
    for name in ("main", "release/1.4", "tidewatch", "v1.4.2", "v1.4.6", "v1.5.0", "this patch"):
        assert name in page.text
    rows = [value for value in page.values("class") if value.startswith("r-")]
    assert {"r-prerequisite", "r-wanted", "r-follow-up", "r-carried"} <= set(rows)


def test_a_commit_is_linked_only_where_the_address_is_safe() -> None:
    sha = "0123456789abcdef0123456789abcdef01234567"
    github = commit_urls("https://github.com/OpenVPN/openvpn.git")
    assert github(sha) == f"https://github.com/OpenVPN/openvpn/commit/{sha}"
    assert commit_urls("https://salsa.debian.org/a/b")(sha) == (
        f"https://salsa.debian.org/a/b/-/commit/{sha}"
    )
    assert github("main") is None
    for address in (
        None,
        "/srv/upstream.git",
        "javascript:owned()//github.com/a/b",
        'https://github.com/a/"onclick="owned()',
        "https://github.com@example.org/a/b",
        "https://git.example.org/project",
    ):
        assert commit_urls(address)(sha) is None


def test_words_that_differ_are_marked() -> None:
    left, right = marked("if (dco->c->mode == CM_TOP)", "if (dco->multi)")
    assert [text for text, differs in left if differs] == ["c->mode == CM_TOP"]
    assert [text for text, differs in right if differs] == ["multi"]
    for pieces, line in ((left, "if (dco->c->mode == CM_TOP)"), (right, "if (dco->multi)")):
        assert "".join(text for text, _ in pieces) == line
