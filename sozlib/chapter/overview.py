"""Parts of the overall chapters: edition, sources, protection of small numbers, what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.markdown import Caption
from sozlib.chapter.sources import rounded
from sozlib.chapter.tables import Column, Row, Table
from sozlib.disclosure.told import amounts_note, protection_of_source
from sozlib.edition import Edition


def sources_table(context: Context) -> Part:
    """Table of the sources: who publishes them, of which day, under which licence."""
    rows = []
    for source in context.snapshot.meta.get("sources") or []:
        cells = tuple(_text(source.get(key)) for key in ("publisher", "as_of", "licence"))
        rows.append(Row(_text(source.get("title") or source.get("id")), cells))
    if not rows:
        return Part("text", "Quellen sind in diesem Datenstand nicht verzeichnet.")
    columns = (Column("Stelle", left=True), Column("Stichtag", left=True), Column("Lizenz", left=True))
    table = Table("Quelle", columns, tuple(rows))
    end = "Erfundene Daten." if context.invented else ""
    caption = Caption("Quellen dieses Berichts", f"Datenstand bis {_day(context.cycle.get('data_until'))}", "")
    note = f"Gebietsstand {context.cycle.get('territory') or 'siehe Impressum'}. {end}".strip()
    content = markdown.table("tbl-quellen", table, Caption(caption.statement, caption.what, note))
    return Part("table", content, table.html(caption.statement), id="tbl-quellen")


def protection(context: Context) -> Part:
    """How this edition protects small numbers, and how many values it withholds."""
    edition = Edition.model_validate(context.edition)
    minimum, title = edition.minimum_count, edition.title
    frame = context.snapshot.indicators
    hidden, total = int((frame["status"] == ".").sum()), len(frame)
    if minimum > 1:
        least = f"1 bis {minimum - 1}" if minimum > 2 else "1"
        text = (
            f"{title}: Anzahlen von {least} werden gesperrt{edition.unless_rounded}, mit ihnen alles, was aus ihnen "
            "folgt: Wert, Intervall, Rang, Vergleich und Entwicklung. Damit sich ein gesperrter Wert nicht als "
            "Differenz errechnen lässt, werden weitere gesperrt."
        )
        text += f" {edition.beyond_counts}".rstrip()
    elif edition.protects:
        text = f"{title}: {edition.protection}"
    else:
        text = f"{title}: In dieser Ausgabe werden keine Anzahlen gesperrt. Sie ist nicht zur Weitergabe bestimmt."
    sources = (context.snapshot.meta.get("sources") or ()) if edition.protects else ()
    text = " ".join(filter(None, (text, amounts_note(sources), rounded(context))))
    share = numbers.with_unit(numbers.number(100 * hidden / total), "%") if total else ""
    count = f" Von {numbers.number(total, 0)} Werten sind {numbers.number(hidden, 0)} geheim gehalten oder unbekannt"
    text += f"{count} ({share})." if total else ""
    return Part("text", "\n\n".join(filter(None, (markdown.plain(text), _by_source(context, sources, minimum)))))


def _by_source(context: Context, sources: Sequence[Mapping[str, Any]], minimum: int) -> str:
    """Which sources are protected in which way, as a list; empty where all are in the same."""
    ways: dict[str, list[str]] = {}
    for source in sources:
        way = protection_of_source(source, minimum, context.snapshot.meta.get("rounding"))
        if way:
            ways.setdefault(way, []).append(_text(source.get("title") or source.get("id")))
    if len(ways) < 2:
        return ""
    return "\n".join(
        f"- {markdown.plain(f'{german.capital(way)}: {german.join(titles)}.')}" for way, titles in ways.items()
    )


def changes(context: Context) -> Part:
    """What has changed since the last edition, as the cycle's parameters say."""
    entries = [str(entry) for entry in context.cycle.get("changes") or ()]
    if not entries:
        return Part("text", "Für diese Fassung sind keine Änderungen vermerkt.")
    return Part("text", "\n".join(f"- {markdown.plain(entry)}" for entry in entries))


def edition_note(context: Context) -> Part:
    """Version, data and territory of the edition in one sentence."""
    cycle = context.cycle
    text = f"{context.report.get('title')}, {context.edition.get('title')}. Fassung {cycle.get('version')} vom "
    text += f"{_day(cycle.get('published'))}, Daten bis {_day(cycle.get('data_until'))}"
    text += f", Gebietsstand {cycle['territory']}." if cycle.get("territory") else "."
    for notice in (context.edition.get("notice"), context.report.get("invented")):
        text += f" {str(notice).rstrip('.')}." if notice else ""
    return Part("text", markdown.plain(text))


def _day(date: object) -> str:
    parts = str(date or "").split("-")
    if len(parts) != 3:
        return str(date or "unbekannt")
    year, month, day = (int(part) for part in parts)
    return f"{day}.{numbers.NBSP}{german.month(month)} {year}"


def _text(value: object) -> str:
    return " ".join(str(value).split()) if value else "nicht angegeben"
