"""A small report to set into pages: three areas, two topics, three indicators with every kind of status."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from small_project import ROOT

from sozlib.batch.plan import Plan, PlannedChapter, Volume
from sozlib.book.document import ChapterDocument, Heading
from sozlib.editions import edition_of
from sozlib.project import Project
from sozlib.snapshot import INDICATOR_COLUMNS, Snapshot, write_snapshot

YEARS = (2021, 2022, 2023, 2024, 2025)

REPORT = """\
title: Probebericht 2026
subtitle: Wie die Menschen im Probekreis leben.
cycle: "2026"
invented: "Der Probekreis ist erfunden."
whole: {id: "00", name: Probekreis, locative: im Probekreis}
publisher: {name: Probekreis, unit: Sozialplanung, email: plan@probekreis.example}
levels:
  - {id: area, singular: Raum, plural: Räume}
  - {id: region, singular: Region, plural: Regionen}
  - {id: district, singular: Kreis, plural: Kreise}
areas: {table: data/gebiete.csv, source: "Probekreis, Gebietsstand 1.1.2026"}
editions:
  - {id: public, title: Öffentliche Ausgabe, minimum_count: 3}
  - {id: internal, title: Interne Ausgabe, notice: Nur für den Dienstgebrauch.}
topics:
  - {id: armut, title: Armut und Transferleistungen}
  - {id: pflege, title: Alter und Pflege}
volumes:
  overall:
    title: Der Kreis im Überblick
    chapters:
      - {template: overall/zusammenfassung, title: Zusammenfassung}
  area:
    title: "{area}"
    chapters:
      - {template: areas/profil, title: "{area}: Raumprofil"}
key_indicators: [kinderarmut, pflegequote]
start_indicator: kinderarmut
"""

CYCLE = """\
id: "2026"
title: Probebericht 2026
first_period: 2021
last_period: 2025
data_until: 2025-12-31
territory: 1.1.2026
published: 2026-06-30
"""

#: id, name, number, level, parent, slug
AREAS = (
    ("0101", "Altstadt", 1, "area", "01", "altstadt"),
    ("0102", "Neuhafen", 2, "area", "01", "neuhafen"),
    ("0201", "Überlingen", 3, "area", "02", "ueberlingen"),
    ("01", "Nord", None, "region", "00", "nord"),
    ("02", "Süd", None, "region", "00", "sued"),
    ("00", "Probekreis", None, "district", None, "probekreis"),
)

#: Values of 2025 by indicator and area: value and status.
LATEST: dict[str, dict[str, tuple[float | None, str]]] = {
    "kinderarmut": {"0101": (24.25, ""), "0102": (None, "."), "0201": (6.5, "()"), "00": (14.1, "")},
    "pflegequote": {"0101": (0.0, "–"), "0102": (7.5, ""), "0201": (None, "/"), "00": (5.2, "")},
    "einwohner_ab_65": {"0101": (1234.0, ""), "0102": (987.0, ""), "0201": (None, "..."), "00": (2500.0, "")},
}


def catalogue() -> list[dict[str, Any]]:
    """Three entries: two shares and a count."""
    common = {"direction": "burdening", "as_of": "31.12.", "source": "Probestatistik; Einwohnerregister"}
    share = {"kind": "proportion", "per": 100, "unit": "%", "decimals": 1, "version": "1.1", **common}
    return [
        {
            **share,
            "id": "kinderarmut",
            "title": "Kinder unter 15 Jahren in SGB-II-Haushalten",
            "short_title": "Kinderarmut",
            "topic": "armut",
            "numerator_text": "Kinder in Bedarfsgemeinschaften",
            "denominator_text": "Kinder unter 15 Jahren",
            "breaks": [{"period": 2022, "text": "Zensus 2022"}],
        },
        {
            **share,
            "id": "pflegequote",
            "title": "Pflegebedürftige an allen Menschen",
            "short_title": "Pflegequote",
            "topic": "pflege",
            "numerator_text": "Pflegebedürftige",
            "denominator_text": "Menschen",
        },
        {
            **common,
            "id": "einwohner_ab_65",
            "title": "Menschen ab 65 Jahren",
            "short_title": "Menschen ab 65",
            "topic": "pflege",
            "kind": "count",
            "unit": "",
            "decimals": 0,
            "version": "1.0",
            "numerator_text": "Menschen ab 65 Jahren",
        },
    ]


def project(folder: Path) -> Project:
    """Project of the small report with the program's own theme."""
    for name, text in {"parameters/report.yml": REPORT, "parameters/cycles/2026.yml": CYCLE}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Project(folder)


def snapshot(project: Project, folder: Path, geometry: bool = True) -> Snapshot:
    """Snapshot of its public edition."""
    columns = ("id", "name", "number", "level", "parent", "slug")
    areas = pd.DataFrame([dict(zip(columns, row, strict=True)) for row in AREAS])
    areas = areas.assign(short_name=areas["name"], valid_from=None, valid_to=None, km2=12.345)
    areas["number"] = areas["number"].astype("Int64")
    rows = [_row(indicator, area, year) for indicator, values in LATEST.items() for area in values for year in YEARS]
    indicators = pd.DataFrame(rows, columns=list(INDICATOR_COLUMNS))
    for name in ("rank", "ranked", "trend_from"):
        indicators[name] = indicators[name].astype("Int64")
    population = pd.DataFrame(
        [
            {"area": a, "period": 2025, "sex": s, "age_from": 0, "age_to": None, "value": 600.0, "status": ""}
            for a in ("0101", "0102", "0201", "00")
            for s in ("m", "f")
        ]
    )
    outlines = None
    if geometry:
        boxes = [shapely.box(500_000 + 4000 * i, 5_700_000, 504_000 + 4000 * i, 5_703_000) for i in range(3)]
        outlines = gpd.GeoDataFrame({"id": [row[0] for row in AREAS[:3]]}, geometry=boxes, crs=25832)
    meta = {
        "edition": edition_of(project, "public").model_dump(),
        "cycle": project.cycle.model_dump(mode="json"),
        "report": project.report.model_dump(mode="json"),
        "catalogue": catalogue(),
        "sources": [
            {"id": "probe", "title": "Probestatistik", "licence": "dl-de/by-2-0", "citation": "Probestatistik"}
        ],
    }
    return write_snapshot(
        folder,
        meta=meta,
        areas=areas,
        indicators=indicators,
        population=population,
        geometry=outlines,
        tokens=ROOT / "reports" / "theme" / "tokens.css",
    )


def _row(indicator: str, area: str, year: int) -> dict[str, Any]:
    value, status = LATEST[indicator][area]
    bare = value is None
    count = indicator == "einwohner_ab_65"
    shown = None if value is None else value + (2025 - year) * (0.5 if value else 0)
    whole = area == "00"
    return {
        "indicator": indicator,
        "area": area,
        "period": year,
        "numerator": math.nan if bare else 37.0,
        "denominator": math.nan if count else 500.0,
        "value": shown,
        "lower": math.nan if bare or count else max(0.0, (shown or 0) - 2),
        "upper": math.nan if bare or count else (shown or 0) + 2,
        "status": status,
        "whole_value": LATEST[indicator]["00"][0],
        "region_value": math.nan,
        "versus_whole": None
        if bare or whole
        else "above"
        if (value or 0) > (LATEST[indicator]["00"][0] or 0)
        else "below",
        "versus_region": None,
        "rank": None if bare or whole else 1,
        "ranked": None if bare or whole else 2,
        "tied": False,
        "trend": None if bare else "falling",
        "trend_from": None if bare else 2021,
        "trend_change": math.nan if bare else -2.0,
    }


def plan(project: Project) -> Plan:
    """Overall volume with comparisons and indicator sheets, and a volume for each area."""
    folder = project.notebooks
    overall = [
        ("zusammenfassung", "zusammenfassung", "Zusammenfassung", None),
        *(
            (f"vergleich-{t.id}", "vergleich", f"{t.title}: die Räume im Vergleich", t.id)
            for t in project.report.topics
        ),
        ("methoden", "methoden", "Methoden und Zeichen", None),
        ("indikatoren", "indikatoren", "Indikatorenblätter", None),
    ]
    chapters = tuple(
        PlannedChapter("ueberblick", slug, folder / "overall" / f"{name}.ipynb", title, None, topic)
        for slug, name, title, topic in overall
    )
    volumes = [Volume("ueberblick", 1, "overall", "Der Kreis im Überblick", "Vergleich und Methoden", chapters)]
    for number, (area, name, _, level, _, slug) in enumerate(AREAS, start=2):
        if level != "area":
            continue
        own = (
            PlannedChapter(slug, "profil", folder / "areas" / "profil.ipynb", f"{name}: Raumprofil", area),
            *(
                PlannedChapter(slug, t.id, folder / "areas" / f"{t.id}.ipynb", t.title, area, t.id)
                for t in project.report.topics
            ),
        )
        volumes.append(Volume(slug, number, "area", name, "Raumprofil und Themen", own, area))
    return Plan("2026", "public", tuple(volumes))


def documents(plan: Plan) -> dict[str, ChapterDocument]:
    """A document for every chapter, with a heading, a figure with its data, and a word of its own to search for."""
    return {chapter.id: _document(plan, chapter) for chapter in plan.chapters}


def _document(plan: Plan, chapter: PlannedChapter) -> ChapterDocument:
    volume = next(v for v in plan.volumes if v.id == chapter.volume)
    number = volume.chapters.index(chapter) + 1
    body = (
        f'<h2 id="lage">{number}.1 Lage und Entwicklung</h2>'
        f"<p>Die Überschuldung in {volume.title} ist <strong>hoch</strong>.</p>"
        '<div class="figure-block"><figure class="figure" id="fig-verlauf"><figcaption>'
        f'<span class="number">Abbildung {number}.1</span> <span class="statement">Der Anteil sinkt</span> '
        '<span class="what">in Prozent</span></figcaption><div class="wide">'
        '<svg role="img" aria-label="Liniendiagramm" '
        'viewBox="0 0 680 100" width="680" height="100"><path d="M0 0L9 9" fill="none" stroke="var(--own, #0b5a6d)"/>'
        '</svg></div><div class="narrow"><svg role="img" aria-label="Liniendiagramm" viewBox="0 0 340 100" width="340" '
        'height="100"><path d="M0 0L9 9"/></svg></div><p class="source">Quelle: Probestatistik.</p></figure>'
        '<details class="data"><summary>Zahlen zur Abbildung</summary><div class="frame" tabindex="0" role="group" '
        'aria-label="Zahlen, seitlich verschiebbar"><table class="table"><caption>Zahlen</caption><thead><tr>'
        '<th scope="col">Jahr</th><th scope="col">Wert</th></tr></thead><tbody><tr><th scope="row">2025</th><td>18,5'
        "</td></tr></tbody></table></div></details></div>"
    )
    heading = Heading("lage", 2, f"{number}.1", "Lage und Entwicklung", "Lage und Entwicklung")
    lead = "Ein Satz, der das Kapitel trägt."
    return ChapterDocument(chapter, number, chapter.title, f"Raum {number}", lead, "", body, (heading,))
