"""The report as readers use it: with mouse, keyboard, phone, in the dark, on paper, from a server and as files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from report_pages import KINDS, OpenPage


@pytest.fixture(params=KINDS)
def page_path(request: pytest.FixtureRequest, area: str) -> str:
    """One page of each kind."""
    return KINDS[request.param].format(area=area)


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_the_start_page_leads_to_an_area_and_on_to_its_topics(open_page: OpenPage) -> None:
    page = open_page("index.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sozialbericht 2026")
    page.locator(".area-list a").nth(2).click()
    name = page.get_by_role("heading", level=1).inner_text()
    assert name in page.title()
    page.locator(".chapters a:not([aria-current])").first.click()
    expect(page.locator(".kicker")).to_contain_text(name)
    page.get_by_role("navigation", name="Sie sind hier").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_main_navigation_reaches_every_overview_and_says_where_one_is(open_page: OpenPage) -> None:
    page = open_page("index.html")
    navigation = page.get_by_role("navigation", name="Hauptnavigation")
    for name in navigation.get_by_role("link").all_inner_texts():
        navigation.get_by_role("link", name=name, exact=True).click()
        expect(navigation.locator("[aria-current]")).to_have_text(name)


def test_chapters_follow_one_another(open_page: OpenPage, area: str) -> None:
    page = open_page(f"{area}/profil.html")
    total = page.locator(".chapters li").count()
    page.locator(".chapters a").nth(1).click()
    seen = [page.url]
    while page.locator("a[rel=next]").count():
        page.locator("a[rel=next]").click()
        seen.append(page.url)
    assert len(set(seen)) == len(seen) == total - 1


def test_the_contents_beside_a_chapter_lead_to_its_sections(open_page: OpenPage, area: str) -> None:
    page = open_page(f"{area}/armut.html")
    link = page.locator(".contents ol a").last
    link.click()
    anchor = (link.get_attribute("href") or "").lstrip("#")
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()


def test_the_map_is_used_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page("index.html")
    links = page.locator(".wide svg a")
    labels = links.evaluate_all("links => links.map(link => link.getAttribute('aria-label'))")
    assert labels, "the map has links"
    page.evaluate("document.querySelector('.findings a, .section a').focus()")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('svg') !== null"):
            break
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == labels[0]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == labels[1]
    expect(page.locator(".ring-2")).to_have_count(1)
    expect(page.locator(".area-list li.on")).to_have_count(1)
    page.keyboard.press("Enter")
    name = labels[1].split(". ", 1)[-1].split(":")[0]
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_the_first_tab_offers_to_skip_to_the_content(open_page: OpenPage, area: str) -> None:
    page = open_page(f"{area}/armut.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Zum Inhalt springen")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhalt"


@pytest.mark.parametrize("online", [True, False], ids=["server", "files"])
def test_search_finds_a_word_of_a_chapter_and_leads_there(open_page: OpenPage, online: bool) -> None:
    page = open_page("suche.html", server=online)
    page.get_by_label("Suchbegriff").fill("Grundsicherung")
    page.keyboard.press("Enter")
    hits = page.locator(".hits li")
    expect(hits.first).to_be_visible()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d+ Treffer"))
    expect(hits.locator("mark").first).to_have_text(re.compile("grundsicherung", re.IGNORECASE))
    hits.locator("a").first.click()
    expect(page.locator("main")).to_contain_text("Grundsicherung")


@pytest.mark.parametrize("online", [True, False], ids=["server", "files"])
def test_search_reads_umlauts_as_readers_type_them(open_page: OpenPage, online: bool) -> None:
    page = open_page("suche.html#q=bevoelkerung", server=online)
    expect(page.get_by_label("Suchbegriff")).to_have_value("bevoelkerung")
    expect(page.locator(".hits mark").first).to_have_text(re.compile("bevölkerung", re.IGNORECASE))


@pytest.mark.parametrize("online", [True, False], ids=["server", "files"])
def test_a_search_without_hits_says_so(open_page: OpenPage, online: bool) -> None:
    page = open_page("suche.html#q=quastenflosserin", server=online)
    expect(page.get_by_role("status")).to_contain_text("Keine Treffer für „quastenflosserin“")
    expect(page.locator(".hits li")).to_have_count(0)


def test_more_hits_are_shown_on_demand_and_the_focus_goes_to_them(open_page: OpenPage) -> None:
    page = open_page("suche.html#q=anteil")
    expect(page.locator(".hits li")).to_have_count(10)
    page.get_by_role("button", name="Weitere Treffer zeigen").press("Enter")
    expect(page.locator(".hits li a").nth(10)).to_be_focused()


def test_no_page_is_wider_than_a_phone(open_page: OpenPage, page_path: str) -> None:
    page = open_page(page_path, width=390)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert overflow(page) <= 0
    page.set_viewport_size({"width": 320, "height": 640})  # WCAG 1.4.10: 400 % of a desktop
    assert overflow(page) <= 0


def test_a_phone_gets_drawings_made_for_it(open_page: OpenPage, area: str) -> None:
    page = open_page(f"{area}/armut.html", width=390)
    assert page.locator(".figure .narrow svg").count() > 0
    assert page.locator(".figure .narrow svg:visible").count() == page.locator(".figure .narrow svg").count()
    assert page.locator(".figure .wide svg:visible").count() == 0


def test_dark_mode_turns_page_and_drawings(open_page: OpenPage, area: str) -> None:
    def colours(dark: bool) -> list[str]:
        page = open_page(f"{area}/armut.html", dark=dark)
        return list(
            page.evaluate(
                """() => [getComputedStyle(document.body).backgroundColor,
                ...Array.from(document.querySelectorAll('.figure .wide svg text'), e => getComputedStyle(e).fill)]"""
            )
        )

    light, dark = colours(False), colours(True)
    assert light[0] == "rgb(255, 255, 255)"
    assert dark[0] == "rgb(16, 24, 28)"
    assert len(light) > 3
    assert not set(light[1:]) & set(dark[1:])


def test_a_data_table_stands_behind_every_figure(open_page: OpenPage, area: str) -> None:
    page = open_page(f"{area}/armut.html")
    figures = page.locator(".figure-block").count()
    assert figures > 0
    assert page.locator(".figure-block details.data table").count() == figures
    page.locator("details.data summary").first.press("Enter")
    expect(page.locator("details.data table").first).to_be_visible()


def test_printed_pages_show_the_data_and_no_controls(open_page: OpenPage, area: str) -> None:
    page = open_page(f"{area}/armut.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("details.data table").first).to_be_visible()
    expect(page.get_by_role("navigation", name="Hauptnavigation")).to_be_hidden()
    expect(page.locator(".contents")).to_be_hidden()


def test_without_javascript_every_chapter_is_reached(open_page: OpenPage, area: str) -> None:
    page = open_page("index.html", javascript=False)
    page.locator(".area-list a").first.click()
    page.locator(".chapters a:not([aria-current])").first.click()
    expect(page.locator("main h1")).to_be_visible()


def test_downloads_are_there(open_page: OpenPage) -> None:
    page = open_page("downloads.html", server=True)
    addresses = page.locator("main table a").evaluate_all("links => links.map(link => link.href)")
    assert any(a.endswith(".pdf") for a in addresses)
    assert any(a.endswith(".xlsx") for a in addresses)
    missing = [a for a in addresses if not page.request.head(a).ok]
    assert missing == []
