"""The pages around the chapters: start page, overviews of areas, topics and indicators, downloads, search, legal pages.

Each function gives the page, its template and what the template needs. Values come through
:class:`sozlib.chapter.readings.Readings`, so a withheld value is a sign here as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from sozlib.batch.plan import Volume
from sozlib.book.document import ChapterDocument
from sozlib.book.downloads import Download
from sozlib.book.findings import findings
from sozlib.book.frame import Frame, Page, long_date, short_date, size_text
from sozlib.book.startmap import outlines, start_map
from sozlib.chapter import german
from sozlib.chapter.numbers import cell, number
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.signs import SIGNS, SPOKEN, legend_html
from sozlib.chapter.sources import CLASSED
from sozlib.indicators.rounding import bases_told, note
from sozlib.snapshot import CLASSES

#: Page, name of its template, context.
Made = tuple[Page, str, dict[str, Any]]

#: Columns of the table of areas beside the start indicator and the population.
_AREA_COLUMNS = 4

_DIRECTIONS = {
    "burdening": "niedriger gilt als günstiger",
    "relieving": "höher gilt als günstiger",
    "neutral": "ohne Wertung",
}


def shown(text: str) -> Markup:
    """Cell of a table: a sign gets spoken words, a value in brackets an addition."""
    if text in SPOKEN:
        return Markup('<span aria-hidden="true">{}</span><span class="sr">{}</span>').format(text, SPOKEN[text])
    if text.startswith("(") and text.endswith(")"):
        return Markup('{}<span class="sr"> {}</span>').format(text, SIGNS["()"].spoken)
    return escape(text)


#: Draws the map of the start page, or takes the one that is there.
Drawing = Callable[[Frame, Series], dict[str, Any] | None]


def start(
    frame: Frame, overall: Iterable[ChapterDocument], files: tuple[Download, ...], drawing: Drawing = start_map
) -> Made:
    """The start page."""
    page = Page("index.html", frame.report.title, "start", description=frame.report.subtitle, searchable=False)
    series = _start_series(frame)
    texts = {a["id"]: _value(series, a["id"]) for a in frame.areas} if series else {}
    entries = [{**area, "value": shown(texts[area["id"]]) if texts else ""} for area in frame.areas]
    caption = ""
    if series:
        caption = f"{frame.report.terms.singular} und {german.subject(series.meta.kind).bare} {series.meta.unit_words}"
    context = {
        "findings": findings(frame.report, frame.snapshot, overall, frame.links),
        "outlines": outlines(frame.snapshot),
        "map": drawing(frame, series) if series else None,
        "areas": () if frame.many else entries,
        "area_groups": _by_parent(frame, entries) if frame.many else (),
        "list_caption": caption,
        "has_signs": any(text in SPOKEN for text in texts.values()),
        "signs_note": "Ein Zeichen statt einer Zahl heißt: Es gibt keinen Wert.",
        "volumes": _volume_list(frame),
        "downloads": [_row(frame, file) for file in files if _belongs_on_start(file)],
    }
    return page, "start.html", context


def areas(frame: Frame) -> Made:
    """Overview of the areas by planning region, with their key figures."""
    terms, report = frame.report.terms, frame.report
    page = Page(
        "gebiete.html",
        f"Alle {terms.plural}",
        "areas",
        (frame.home,),
        terms.plural,
        description=f"Die {terms.plural} {report.whole.locative} mit Eckdaten, Profil und Kapiteln.",
        searchable=True,
    )
    wanted = dict.fromkeys([*([report.start_indicator] if report.start_indicator else []), *report.key_indicators])
    chosen = [s for i in wanted if i in frame.readings.catalogue and (s := frame.readings[i]).period is not None]
    chosen = chosen[: _AREA_COLUMNS + 1]
    population = _population(frame)
    columns = [{"title": "Einwohner", "unit": f"{population[0]}"}] if population else []
    columns += [{"title": s.meta.short_title, "unit": f"{s.meta.unit_words}, {s.period}"} for s in chosen]

    def cells(area: str) -> list[Markup]:
        first = [shown(population[1].get(area, "."))] if population else []
        return first + [shown(_value(s, area)) for s in chosen]

    groups = _by_parent(frame, [{**area, "cells": cells(area["id"])} for area in frame.areas])
    sources = "; ".join(dict.fromkeys(part.strip() for s in chosen for part in s.meta.source.split(";")))
    table = {
        "statement": f"Die {terms.plural} im Überblick",
        "what": f"Eckdaten; der Name führt zum Profil {_of_area(terms.gender, terms.singular)}",
        "columns": columns,
        "numbered": any(area["number"] for area in frame.areas),
        "groups": groups,
        "whole": {"name": report.whole.name, "cells": cells(report.whole.id)},
        "source": " ".join(filter(None, (sources and f"Quelle: {sources}; eigene Berechnung.", _note(frame, chosen)))),
    }
    lead = (
        f"{german.capital(german.counted(len(frame.areas), terms.singular, terms.plural, terms.gender))} "
        f"{report.whole.locative}. Zu {'jeder' if terms.gender == 'f' else 'jedem'} {terms.singular} gibt es ein "
        "Profil und ein Kapitel je Thema."
    )
    return page, "areas.html", {"lead": lead, "table": table}


def _by_parent(frame: Frame, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Areas under the names of the areas above them; one group without a name where there is nothing between."""
    parents = list(dict.fromkeys(entry["parent"] for entry in entries))
    if len(parents) <= 1 or frame.report.whole.id in parents:
        return [{"title": "", "areas": list(entries)}]
    return [
        {"title": frame.area_name(parent) if parent else "", "areas": [e for e in entries if e["parent"] == parent]}
        for parent in parents
    ]


def topics(frame: Frame, documents: Mapping[str, ChapterDocument]) -> Made:
    """Overview of the topics: values of the whole, comparison of the areas, chapters of the areas."""
    page = Page("themen.html", "Themen", "topics", (frame.home,), description=frame.report.subtitle, searchable=True)
    found = []
    for topic in frame.report.topics:
        entries = [
            {**area, "href": href} for area in frame.areas if (href := frame.links.area_topic(area["id"], topic.id))
        ]
        found.append(
            {
                "id": topic.id,
                "title": topic.title,
                "lead": topic.lead,
                **_rows(frame, topic.id, documents),
                "comparison": frame.links.comparison(topic.id),
                "areas": () if frame.many else entries,
                "elsewhere": frame.many and bool(entries),
            }
        )
    terms = frame.report.terms
    each = {"m": "jeden", "f": "jede", "n": "jedes"}[terms.gender]
    lead = f"Zu jedem Thema ein Vergleich der {terms.plural} und ein Kapitel für {each} {terms.singular}."
    listed = [t for t in found if t["rows"] or t["areas"]]
    every = [frame.readings[indicator] for indicator in frame.readings.catalogue]
    return page, "topics.html", {"lead": lead, "topics": listed, "note": _note(frame, every)}


def indicators(frame: Frame, documents: Mapping[str, ChapterDocument]) -> Made:
    """List of all indicators with the way to their sheets."""
    page = Page("indikatoren.html", "Indikatoren", "indicators", (frame.home,), searchable=True)
    found = []
    for topic in frame.report.topics:
        rows = _rows(frame, topic.id, documents)
        if rows["rows"]:
            found.append({"id": topic.id, "title": topic.title, **rows})
    count = sum(len(topic["rows"]) for topic in found)
    lead = (
        f"{number(count, 0)} Indikatoren mit Definition, Quelle und Grenzen ihrer Aussage. Der Name führt zum "
        "Indikatorenblatt."
    )
    note = "„Günstiger“ ist eine Setzung dieses Berichts, keine amtliche Wertung."
    return page, "indicators.html", {"lead": lead, "topics": found, "note": note}


def downloads(frame: Frame, files: tuple[Download, ...]) -> Made:
    """All files for readers."""
    page = Page("downloads.html", "Downloads und Daten", "", (frame.home,), "Downloads", searchable=True)
    registers = {"gebiete", "definitionen", "quellen", "zeichen", "grenzen", "datapackage"}
    stem = {file.path: file.path.rsplit("/", 1)[-1].split(".")[0] for file in files}
    groups = (
        ("alle", "Alle Indikatoren", [f for f in files if stem[f.path] == "indikatoren"]),
        ("themen", "Indikatoren nach Themen", [f for f in files if stem[f.path] not in {*registers, "indikatoren"}]),
        ("register", "Gebiete, Definitionen, Quellen", [f for f in files if stem[f.path] in registers]),
    )
    volumes = [
        {"number": volume.number, "title": volume.title, "pdf": pdf}
        for volume in frame.plan.volumes
        if (pdf := frame.volume_pdf(volume))
    ]
    context = {
        "lead": "Der Bericht als PDF und alle gezeigten Werte zum Weiterrechnen.",
        "volumes": volumes,
        "groups": [
            {"id": i, "title": t, "entries": [_row(frame, f) for f in found]} for i, t, found in groups if found
        ],
        "protection": frame.protection,
        "attribution": f"{frame.report.publisher.name}, {frame.report.title}",
        "legend": Markup(legend_html()),
    }
    return page, "downloads.html", context


def search(frame: Frame) -> Made:
    """The search page."""
    page = Page("suche.html", "Suche", "search", (frame.home,))
    examples = [t.title for t in frame.report.topics[:1]] + [a["name"] for a in frame.areas[:1]]
    hint = f"Zum Beispiel: {', '.join(examples)}. Gesucht wird in allen Kapiteln und Übersichten." if examples else ""
    return page, "search.html", {"hint": hint}


def imprint(frame: Frame) -> Made:
    """Imprint and privacy notice."""
    page = Page("impressum.html", "Impressum und Datenschutz", "", (frame.home,))
    territory = f", Gebietsstand {frame.cycle.territory}" if frame.cycle.territory else ""
    context = {
        "edition": frame.edition,
        "version": frame.cycle.version,
        "published": long_date(frame.cycle.published),
        "data_until": f"Daten bis {short_date(frame.cycle.data_until)}{territory}",
        "changes": frame.cycle.changes,
        "protection": frame.protection,
    }
    return page, "imprint.html", context


def accessibility(frame: Frame) -> Made:
    """Accessibility statement."""
    page = Page("barrierefreiheit.html", "Erklärung zur Barrierefreiheit", "", (frame.home,), "Barrierefreiheit")
    audit = "Eine solche Prüfung steht für diese Fassung aus."
    lead = f"{frame.report.publisher.name} bemüht sich, diesen Bericht für alle Menschen zugänglich zu machen."
    return page, "accessibility.html", {"audit": audit, "lead": lead, "published": long_date(frame.cycle.published)}


def _start_series(frame: Frame) -> Series | None:
    wanted = frame.report.start_indicator
    if wanted is None or wanted not in frame.readings.catalogue:
        return None
    series = frame.readings[wanted]
    return series if series.period is not None else None


def _value(series: Series, area: str) -> str:
    return series.meta.cell(series.get(area))


def _population(frame: Frame) -> tuple[int, dict[str, str]] | None:
    """Latest year and the population of every area, as text."""
    table = frame.snapshot.inhabitants
    if not len(table):
        return None
    last = int(table["period"].max())
    now = table[table["period"] == last]
    rows = zip(now["area"], now["value"].astype(float), now["status"], strict=True)
    return last, {str(area): cell(total, 0, str(status)) for area, total, status in rows}


def _rows(frame: Frame, topic: str, documents: Mapping[str, ChapterDocument]) -> dict[str, Any]:
    rows = []
    periods = []
    for meta in frame.readings.catalogue.values():
        if meta.topic != topic:
            continue
        series = frame.readings[meta.id]
        if series.period is not None:
            periods.append(series.period)
        readings = series.among(a["id"] for a in frame.areas)
        ends = sorted((r for r in readings if r.shown and r.value is not None), key=lambda r: r.value or 0.0)
        ends = ends or sorted((r for r in readings if r.classed), key=lambda r: r.status)
        rows.append(
            {
                "title": meta.short_title,
                "long_title": meta.title,
                "unit": meta.unit or german.subject(meta.kind).bare,
                "whole": shown(meta.cell(series.whole())),
                "low": _end(frame, meta, ends, 0),
                "high": _end(frame, meta, ends, -1),
                "direction": _DIRECTIONS[meta.direction],
                "source": meta.source,
                "href": _sheet(frame, meta, documents),
                "period": series.period,
            }
        )
    period = max(periods, default=None)
    for row in rows:
        if row["period"] not in (None, period):
            row["title"] = f"{row['title']} ({row['period']})"
            row["long_title"] = f"{row['long_title']} ({row['period']})"
    return {"rows": rows, "period": period or ""}


def _note(frame: Frame, chosen: Sequence[Series]) -> str:
    """What readers must know of values that are rounded or told as classes in this edition."""
    said = [note(bases_told(frame.snapshot.meta.get("rounding")))]
    level = [area["id"] for area in frame.areas]
    if any(reading.classed for series in chosen for reading in series.among(level)):
        said.append(CLASSED)
    return " ".join(filter(None, said))


def _end(frame: Frame, meta: Meta, ordered: list[Reading], position: int) -> dict[str, Any]:
    """Value and area at an end of the range; several areas with the same value as shown are not named."""
    if not ordered:
        return {"value": shown("."), "name": ""}
    text = meta.cell(ordered[position])
    same = [reading.area for reading in ordered if meta.cell(reading) == text]
    name = frame.area_name(same[0]) if len(same) == 1 else f"{german.count_word(len(same))} {frame.report.terms.plural}"
    if text in CLASSES:  # too long for a column of numbers
        return {"value": "", "name": f"{text}: {name}"}
    return {"value": shown(text), "name": name}


def _sheet(frame: Frame, meta: Meta, documents: Mapping[str, ChapterDocument]) -> str | None:
    """Address of an indicator's sheet, down to its heading where the chapter has one."""
    page = frame.links.overall_chapter("indikator")
    if page is None:
        return frame.links.comparison(meta.topic)
    document = documents.get(page.removesuffix(".html"))
    for heading in document.headings if document else ():
        if meta.id in heading.id or heading.text in (meta.title, meta.short_title):
            return f"{page}#{heading.id}"
    return page


def _volume_list(frame: Frame) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = []
    areas = [v for v in frame.plan.volumes if v.kind == "area" and v.chapters]
    for volume in frame.plan.volumes:
        if volume.kind == "overall" and volume.chapters:
            listed.append(
                {
                    "label": f"Band {volume.number}",
                    "href": frame.links.volume(volume),
                    "title": volume.title,
                    "subtitle": volume.subtitle,
                    "pdf": frame.volume_pdf(volume),
                    "parts": (),
                }
            )
    if areas:
        first, last = areas[0].number, areas[-1].number
        listed.append(
            {
                "label": f"Band {first}" if first == last else f"Bände {first}–{last}",
                "href": "gebiete.html",
                "title": f"{frame.report.terms.plural} im Einzelnen",
                "subtitle": areas[0].subtitle,
                "pdf": None,
                "parts": () if frame.many else [_part(frame, volume) for volume in areas],
            }
        )
    return listed


def _part(frame: Frame, volume: Volume) -> dict[str, Any]:
    return {
        "number": volume.number,
        "href": frame.links.volume(volume),
        "title": volume.title,
        "pdf": frame.volume_pdf(volume),
    }


def _row(frame: Frame, file: Download) -> dict[str, str]:
    return {
        "path": file.path,
        "title": file.title,
        "format": file.format,
        "size": size_text(file.bytes),
        "as_of": short_date(frame.cycle.published),
    }


def _belongs_on_start(file: Download) -> bool:
    name = file.path.rsplit("/", 1)[-1]
    return name in {"indikatoren.xlsx", "indikatoren.csv", "definitionen.csv", "grenzen.geojson"}


def _of_area(gender: str, singular: str) -> str:
    return f"{'der' if gender == 'f' else 'des'} {singular}{'' if gender == 'f' or singular.endswith('s') else 's'}"
