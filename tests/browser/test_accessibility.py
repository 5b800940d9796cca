"""No finding of axe-core on one page of each kind, with everything opened; most also on a phone in the dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from report_pages import KINDS, OpenPage

RULES = {
    "resultTypes": ["violations"],  # of the others one example is enough
    "preload": False,  # axe would fetch style sheets, which pages opened as files may not
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}


#: The sixth row of a table and all below are built like the first five; long pages take axe half a minute otherwise.
SHORTER = "document.querySelectorAll('tbody tr:nth-child(n+6):not(:last-child)').forEach(row => row.remove())"


def findings(page: Page) -> list[str]:
    page.evaluate(SHORTER)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    result = Axe().run(page, options=RULES).response
    assert len(result["passes"]) > 15, "axe looked at the page"
    return [f"{v['id']}: {node['html'][:160]}" for v in result["violations"] for node in v["nodes"]]


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(open_page: OpenPage, area: str, kind: str) -> None:
    assert findings(open_page(KINDS[kind].format(area=area))) == []


@pytest.mark.parametrize("kind", ["start", "areas", "search", "summary", "profile", "topic"])
def test_axe_finds_nothing_on_a_phone_in_the_dark(open_page: OpenPage, area: str, kind: str) -> None:
    assert findings(open_page(KINDS[kind].format(area=area), width=390, dark=True)) == []


def test_axe_would_find_a_mistake(open_page: OpenPage) -> None:
    page = open_page("index.html")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert any(found.startswith("image-alt") for found in findings(page))


def test_search_hits_are_accessible_too(open_page: OpenPage) -> None:
    page = open_page("suche.html#q=anteil")
    page.locator(".hits li").first.wait_for()
    assert findings(page) == []
