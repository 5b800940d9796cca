"""No finding of axe-core on one page of each kind, wide and narrow, light and dark, with everything opened."""

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


def findings(page: Page) -> list[str]:
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    result = Axe().run(page, options=RULES).response
    assert len(result["passes"]) > 15, "axe looked at the page"
    return [f"{v['id']}: {node['html'][:160]}" for v in result["violations"] for node in v["nodes"]]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["wide-light", "narrow-dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing(open_page: OpenPage, area: str, kind: str, width: int, dark: bool) -> None:
    page = open_page(KINDS[kind].format(area=area), width=width, dark=dark)
    assert findings(page) == []


def test_axe_would_find_a_mistake(open_page: OpenPage) -> None:
    page = open_page("index.html")
    page.evaluate("document.querySelector('main').append(document.createElement('img'))")
    assert any(found.startswith("image-alt") for found in findings(page))


def test_search_hits_are_accessible_too(open_page: OpenPage) -> None:
    page = open_page("suche.html#q=anteil")
    page.locator(".hits li").first.wait_for()
    assert findings(page) == []
