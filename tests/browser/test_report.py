"""report.html in a real browser: Debian's Chromium, driven by Playwright; axe-core looks at it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from render import reviews

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = os.environ.get("DEBPATCH_TEST_BROWSER", "")
"""Where axe-core's script is."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not AXE, reason="needs a browser; make test-browser gets it"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Containers seldom let Chromium make a sandbox of its own; it only opens our own files.
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=["demo", "hostile", "huge"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = getattr(reviews, request.param)(tmp_path_factory.mktemp(request.param))
    return made


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The report, opened from disk, in a browser that says nothing and asks the net for nothing."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("window.owned = () => { window.isOwned = true; };")
    page.goto(file.as_uri())
    yield page
    assert not said
    assert {urlsplit(url).scheme for url in asked} == {"file"}
    assert not page.evaluate("window.isOwned")
    page.close()


def shown(page: Page) -> list[str]:
    """The groups of the hunks that are shown in the first comparison."""
    found = page.locator(".comparison").first.locator(".hunk:not([hidden])")
    groups: list[str] = found.evaluate_all("hunks => hunks.map(hunk => hunk.dataset.group)")
    return groups


def test_each_filter_shows_its_hunks_and_no_others(page: Page) -> None:
    comparison = page.locator(".comparison").first
    everything = shown(page)
    buttons = comparison.locator("[data-filter]").all()
    assert {button.get_attribute("data-filter") for button in buttons} == set(everything)
    for button in buttons:
        group = str(button.get_attribute("data-filter"))
        button.click()
        assert shown(page) == [each for each in everything if each == group]
        count = comparison.locator(".shown").inner_text()
        assert count == f"{everything.count(group)} of {len(everything)} hunks"
        button.click()
    assert shown(page) == everything
    if len(buttons) > 1:
        first, second = buttons[:2]
        first.click()
        second.click()
        two = {first.get_attribute("data-filter"), second.get_attribute("data-filter")}
        assert set(shown(page)) == two


def test_all_can_be_opened_and_closed(page: Page, file: Path) -> None:
    if "huge" in str(file):
        pytest.skip("the same with more of it")
    comparison = page.locator(".comparison").first
    for action, number in (("open", len(shown(page))), ("close", 0)):
        comparison.locator(f"[data-all={action}]").click()
        assert comparison.locator(".hunk[open]").count() == number


def test_every_link_leads_somewhere(page: Page, file: Path) -> None:
    for link in page.locator("a[href]").all():
        address = str(link.get_attribute("href"))
        if address.startswith("#"):
            page.evaluate("address => { location.hash = address; }", address)
            assert page.locator(f"[id='{address[1:]}']").is_visible()
        elif not address.startswith("https://"):
            assert (file.parent / unquote(address)).is_file()


def test_a_link_to_a_hunk_that_is_filtered_away_shows_it(page: Page) -> None:
    comparison = page.locator(".comparison").first
    buttons = comparison.locator("[data-filter]").all()
    if len(buttons) < 2:
        pytest.skip("there is one group only")
    last = comparison.locator(".hunk").last
    buttons[0].click()
    assert not last.is_visible()
    page.evaluate("id => { location.hash = id; }", last.get_attribute("id"))
    last.locator("table").wait_for(state="visible")


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_nothing_has_to_be_scrolled_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("for (const each of [...document.querySelectorAll('details')].slice(0, 60)) "
                  "each.open = true")  # fmt: skip
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_narrow_page_shows_the_fix_between_the_branches_and_keeps_their_names(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 900})
    page.reload()
    lanes = page.locator("svg.lanes")
    frame: Any = lanes.locator("xpath=..")

    def box(selector: str) -> Any:
        return lanes.locator(selector).first.bounding_box()

    names, fix, around = box(".names"), box(".k-fix circle"), frame.bounding_box()
    assert names["x"] + names["width"] <= fix["x"] <= around["x"] + around["width"]
    frame.evaluate("frame => { frame.scrollLeft = frame.scrollWidth; }")
    page.wait_for_timeout(100)
    assert box(".names")["x"] == pytest.approx(names["x"], abs=1)
    assert box(".k-fix circle")["x"] <= fix["x"]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_no_violation(page: Page, theme: str, width: int) -> None:
    # It takes minutes for a thousand hunks, the last of which are like the first.
    page.evaluate("for (const each of [...document.querySelectorAll('.hunk')].slice(60)) "
                  "each.remove()")  # fmt: skip
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    page.evaluate("for (const each of [...document.querySelectorAll('details')].slice(0, 60)) "
                  "each.open = true")  # fmt: skip
    page.evaluate(Path(AXE).read_text())
    found: Any = page.evaluate("axe.run()")
    told = [
        {"rule": each["id"], "nodes": [node["html"] for node in each["nodes"][:3]]}
        for each in found["violations"]
    ]
    assert not told, json.dumps(told, indent=1)


def test_the_theme_is_as_the_system_has_it_or_chosen(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    paper = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(paper)
    toggle = page.locator("#theme")
    toggle.click()
    light = page.evaluate(paper)
    assert light != dark
    toggle.click()
    assert page.evaluate(paper) == dark
    page.reload()
    assert toggle.inner_text() == "Theme: dark"


def test_it_can_be_used_with_the_keyboard(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the review"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    hunk = page.locator(".comparison").first.locator(".hunk").last
    was_open = hunk.get_attribute("open")
    hunk.locator("summary").focus()
    page.keyboard.press("Enter")
    assert hunk.get_attribute("open") != was_open


def test_a_thousand_hunks_are_a_small_file(page: Page, file: Path) -> None:
    if "huge" not in str(file):
        pytest.skip("about the huge one")
    assert len(shown(page)) > 900
    assert file.stat().st_size < 5_000_000
