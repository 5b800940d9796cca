"""The site: every page holds together, asks nobody for anything, and says the same on every build."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pikepdf
import pytest
import small_report
from lxml import html

from sozlib.book.site import build_site
from sozlib.project import Project
from sozlib.snapshot import Snapshot

OVERVIEWS = (
    *("index.html", "gebiete.html", "themen.html", "indikatoren.html"),
    *("downloads.html", "suche.html", "impressum.html", "barrierefreiheit.html"),
)


def pdf(path: Path, pages: int = 2) -> Path:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(path, deterministic_id=True)
    return path


def made(folder: Path, project: Project, snapshot: Snapshot) -> Path:
    plan = small_report.plan(project)
    pdfs = {volume.id: pdf(folder.parent / "pdf" / f"{volume.id}.pdf") for volume in plan.volumes}
    build_site(project, plan, snapshot, small_report.documents(plan), folder, pdfs)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return small_report.project(tmp_path_factory.mktemp("projekt"))


@pytest.fixture(scope="module")
def snapshot(project: Project) -> Snapshot:
    return small_report.snapshot(project, project.root / "stand")


@pytest.fixture(scope="module")
def site(project: Project, snapshot: Snapshot) -> Path:
    return made(project.root / "seiten", project, snapshot)


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def read(path: Path) -> html.HtmlElement:
    return html.fromstring(path.read_text(encoding="utf-8"))


def test_every_chapter_and_overview_has_its_page(site: Path, project: Project) -> None:
    chapters = {f"{c.id}.html" for c in small_report.plan(project).chapters}
    assert {p.relative_to(site).as_posix() for p in pages(site)} == chapters | set(OVERVIEWS)


def test_every_link_leads_to_a_file_and_an_anchor_that_exist(site: Path) -> None:
    broken = []
    for page in pages(site):
        for element in read(page).xpath("//*[@href or @src]"):
            target = urlsplit(element.get("href") or element.get("src"))
            if target.scheme:
                continue
            path = (page.parent / unquote(target.path)).resolve() if target.path else page
            if not path.is_file():
                broken.append(f"{page.name}: {target.geturl()}")
            elif target.fragment and path.suffix == ".html" and not read(path).xpath(f"//*[@id='{target.fragment}']"):
                broken.append(f"{page.name}: {target.geturl()} (Anker)")
    assert broken == []


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for page in pages(site):
        root = read(page)
        loaded = root.xpath("//script/@src | //link[@rel!='license']/@href | //img/@src | //iframe/@src | //use/@href")
        assert [u for u in loaded if urlsplit(u).scheme not in ("", "data")] == [], page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", sheet.read_text(encoding="utf-8"))


def test_every_page_forbids_inline_scripts_and_uses_none(site: Path) -> None:
    for page in pages(site):
        text = page.read_text(encoding="utf-8")
        policy = read(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|javascript:", text), page


def test_every_page_is_german_has_one_title_and_unique_ids(site: Path) -> None:
    for page in pages(site):
        root = read(page)
        assert root.get("lang") == "de"
        assert len(root.xpath("//h1")) == 1, page
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids)), page
        levels = [int(h.tag[1]) for h in root.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")]
        assert all(b - a <= 1 for a, b in pairwise(levels)), page


def test_every_page_says_that_the_district_is_invented_and_which_edition_it_is(site: Path) -> None:
    for page in pages(site):
        band = read(page).xpath("//*[@class='band']")[0].text_content()
        assert band == "Öffentliche Ausgabe · Der Probekreis ist erfunden."


def test_titles_tell_pages_apart(site: Path) -> None:
    titles = [read(page).xpath("//h1")[0].text_content() + str(page.parent) for page in pages(site)]
    assert len(titles) == len(set(titles))


def test_a_chapter_names_its_area_number_and_neighbours(site: Path) -> None:
    root = read(site / "neuhafen" / "armut.html")
    assert root.xpath("//*[@class='kicker']")[0].text_content() == "Neuhafen · Kapitel 2"
    trail = [e.text_content() for e in root.xpath("//nav[@aria-label='Sie sind hier']//li")]
    assert trail == ["Überblick", "Räume", "Neuhafen", "Armut und Transferleistungen"]
    steps = root.xpath("//nav[@aria-label='Nachbarkapitel']/a")
    assert [a.get("href") for a in steps] == ["../neuhafen/profil.html", "../neuhafen/pflege.html"]
    assert root.xpath("//nav[contains(@class,'contents')]//li/a/@href") == ["#lage"]
    assert "2\u00a0Seiten" in root.xpath("//nav[contains(@class,'contents')]")[0].text_content()


def test_a_profile_is_headed_by_its_area_and_leads_to_all_its_chapters(site: Path) -> None:
    root = read(site / "ueberlingen" / "profil.html")
    assert root.xpath("//h1")[0].text_content() == "Überlingen"
    listed = root.xpath("//nav[contains(@class,'chapters-nav')]//li//a/@href")
    assert listed == [f"../ueberlingen/{slug}.html" for slug in ("profil", "armut", "pflege")]


def test_the_start_page_shows_a_protected_value_as_its_sign_and_says_it(site: Path) -> None:
    row = read(site / "index.html").xpath("//li[@data-area='0102']")[0]
    value = row.xpath("./span[last()]")[0]
    assert value.text_content() == ".geheim gehalten oder unbekannt"
    assert value.xpath("./span[@aria-hidden='true']")[0].text_content() == "."


def test_each_area_of_the_map_is_a_link_with_name_and_value(site: Path) -> None:
    drawing = read(site / "index.html").xpath("//*[@class='wide']//*[local-name()='svg']")[0]
    links = {a.get("href"): a.get("aria-label") for a in drawing.xpath(".//*[local-name()='a']")}
    assert links == {
        "altstadt/profil.html": "1. Altstadt: 24,3 Prozent",
        "neuhafen/profil.html": "2. Neuhafen: geheim gehalten oder unbekannt",
        "ueberlingen/profil.html": "3. Überlingen: 6,5 Prozent, eingeschränkt aussagekräftig",
    }


def test_the_range_of_a_topic_leaves_out_what_has_no_value(site: Path) -> None:
    row = read(site / "themen.html").xpath("//section[@aria-labelledby='armut']//tbody/tr")[0]
    cells = [c.text_content() for c in row]
    assert cells[2:] == ["14,1", "(6,5) eingeschränkt aussagekräftig", "Überlingen", "24,3", "Altstadt"]


def test_findings_rest_on_secured_changes_only(site: Path) -> None:
    items = [i.text_content() for i in read(site / "index.html").xpath("//ul[@class='findings']/li")]
    assert any("Zwischen den Räumen liegen" in item and "Überlingen" in item for item in items)
    assert any("seit 2021 gesunken" in item for item in items)
    assert not any("Neuhafen hat mit" in item for item in items)


def test_findings_that_a_chapter_states_are_taken_over(tmp_path: Path, project: Project, snapshot: Snapshot) -> None:
    plan = small_report.plan(project)
    documents = small_report.documents(plan)
    first = documents["ueberblick/zusammenfassung"]
    stated = '<ul class="findings"><li><h3>Weniger Kinder.</h3><p>Es sind 12\u00a0% weniger.</p></li>'
    stated += '<li><h3>Mehr</h3><p>Viel.</p><p><a href="vergleich-armut.html">Armut</a></p></li></ul>'
    object.__setattr__(first, "body_html", first.body_html + stated)
    build_site(project, plan, snapshot, documents, tmp_path / "seiten", {})
    items = read(tmp_path / "seiten" / "index.html").xpath("//ul[@class='findings']/li")
    first, second = items
    assert first.text_content().strip() == "Weniger KinderEs sind 12\u00a0% weniger. Zusammenfassung"
    assert second.text_content().strip() == "MehrViel. Armut"
    assert second.xpath(".//a/@href") == ["ueberblick/vergleich-armut.html"], "each leads where it says"


def test_without_geometry_the_list_still_leads_to_every_area(tmp_path: Path, project: Project) -> None:
    flat = small_report.snapshot(project, tmp_path / "stand", geometry=False)
    root = read(made(tmp_path / "seiten", project, flat) / "index.html")
    assert root.xpath("//figure") == []
    assert len(root.xpath("//ol[@class='area-list']/li/a")) == 3
    assert not (tmp_path / "seiten" / "daten" / "grenzen.geojson").exists()


def test_the_internal_edition_says_so_and_is_not_offered_to_search_engines(tmp_path: Path, project: Project) -> None:
    plan = small_report.plan(project)
    internal = type(plan)(plan.cycle, "internal", plan.volumes)
    snapshot = small_report.snapshot(project, tmp_path / "stand")
    build_site(project, internal, snapshot, small_report.documents(plan), tmp_path / "seiten", {})
    root = read(tmp_path / "seiten" / "index.html")
    assert (
        "Interne Ausgabe · Nur für den Dienstgebrauch · Der Probekreis ist erfunden."
        in root.xpath("//*[@class='band']")[0].text_content()
    )
    assert root.xpath("//meta[@name='robots']/@content") == ["noindex, nofollow"]


def test_the_same_inputs_give_the_same_bytes(site: Path, tmp_path: Path, project: Project, snapshot: Snapshot) -> None:
    again = made(tmp_path / "seiten", project, snapshot)
    first, second = ({p.relative_to(s): p.read_bytes() for p in s.rglob("*") if p.is_file()} for s in (site, again))
    assert sorted(first) == sorted(second)
    assert [path.as_posix() for path in first if first[path] != second[path]] == []


def test_a_project_may_bring_a_style_sheet_of_its_own(tmp_path: Path) -> None:
    own = small_report.project(tmp_path / "projekt")
    own.root.joinpath("reports/theme").mkdir(parents=True)
    own.root.joinpath("reports/theme/style.css").write_text("body { color: black; }\n", encoding="utf-8")
    snapshot = small_report.snapshot(own, tmp_path / "stand")
    plan = small_report.plan(own)
    build_site(own, plan, snapshot, small_report.documents(plan), tmp_path / "seiten", {})
    assert (tmp_path / "seiten/assets/style.css").read_text(encoding="utf-8") == "body { color: black; }\n"
    assert (tmp_path / "seiten/assets/site.js").is_file()
