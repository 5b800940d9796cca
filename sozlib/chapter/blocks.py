"""Parts of a chapter beside figures and tables: its head, key figures, definitions, notes on reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from sozlib.chapter import ages, german, leads, markdown, numbers, signs
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.profile import locator
from sozlib.chapter.readings import Meta, Series
from sozlib.chapter.tables import Column, Row, Table

_METHODS = {
    "wilson": "Das 95-%-Intervall (Wilson) zeigt, wie stark ein Anteil bei dieser Zahl von Fällen zufällig schwanken "
    "kann.",
    "poisson": "Das 95-%-Intervall (Poisson, exakt) zeigt, wie stark eine Rate bei dieser Zahl von Ereignissen "
    "zufällig schwanken kann.",
    "odds": "Das 95-%-Intervall eines Verhältnisses zeigt, wie stark es bei diesen Fallzahlen zufällig schwanken kann.",
    "difference": "Das 95-%-Intervall einer Differenz zeigt, wie stark sie bei diesen Ereigniszahlen zufällig "
    "schwanken kann.",
}

#: So many definitions stand open on the page; more are folded together.
_OPEN = 3


def header(context: Context, lead: str) -> Part:
    """Head of a chapter: where it is about, its lead, its place on the map."""
    lines = ["::: {.chapter-header}"]
    kicker = _kicker(context)
    if kicker:
        lines += [f"[{markdown.plain(kicker)}]{{.kicker}}", ""]
    if lead:
        lines += [markdown.div(".lead", markdown.plain(lead)), ""]
    place = locator(context) if context.area else ""
    if place:
        lines.append(markdown.html(f'<div class="locator">{place}</div>'))
    content = "\n".join([*lines, ":::"])
    shown = f"<p><strong>{markdown.as_html(kicker)}</strong></p><p>{markdown.as_html(lead)}</p>{place}"
    return Part("header", content, shown)


def lead_of(context: Context, all_series: Sequence[Series]) -> str:
    """The chapter's lead: the topic's own sentence, then what the data secure."""
    own = str((context.topics.get(context.topic) or {}).get("lead") or "").strip()
    found = leads.area_lead(context, all_series) if context.area else leads.overall_lead(context, all_series)
    return numbers.keep_together(f"{own} {found}".strip())


def key_figures(context: Context, all_series: Sequence[Series]) -> Part:
    """Population, surface and key indicators, each beside the whole."""
    whole = context.setting.whole
    facts: list[tuple[str, str, str]] = [*_population(context)]
    for series in all_series:
        if series.period is None:
            continue
        meta, reading, there = series.meta, series.get(context.focus), series.whole()
        text = meta.text(reading.value) if reading.shown and reading.value is not None else meta.cell(reading)
        if reading.status == "()":
            text = f"({text})"
        aside = f"{whole.kind} {meta.text(there.value)}" if context.area and there.value is not None else ""
        if meta.kind == "count":
            aside = ""
        facts.append((meta.short_title, text, aside or str(series.period)))
    if not facts:
        return Part("text", "Eckdaten sind in dieser Ausgabe nicht ausgewiesen.")
    # With spaces between them: search and screen readers take inline elements for one word.
    items = " ".join(
        f"<div><dt>{_html(t)}</dt> <dd>{_spoken(v)} <small>{_html(a)}</small></dd></div>" for t, v, a in facts
    )
    content = f'<dl class="key-figures">{items}</dl>'
    rows = tuple(Row(title, (value, aside)) for title, value, aside in facts)
    beside = "Zum Vergleich" if context.area else "Stand"
    pipe = Table("Eckdaten", (Column(context.setting.place.name), Column(beside)), rows).markdown()
    shape = f"::: {{.key-figures-block}}\n{markdown.html(content)}\n{markdown.other(pipe)}:::"
    return Part("key-figures", shape, content)


def definitions(metas: Sequence[Meta]) -> Part:
    """ "Was gezählt wird" of several indicators: on the page folded together where they are many, in print a list."""
    entries = [(meta.short_title, _counted(meta)) for meta in metas]
    lines = "\n\n".join(f"**{markdown.plain(title)}:** {markdown.plain(text)}" for title, text in entries)
    if len(entries) <= _OPEN:
        return Part("box", markdown.div(".box", f"**Was gezählt wird**\n\n{lines}"))
    items = "".join(f"<dt>{_html(title)}</dt><dd>{_html(text)}</dd>" for title, text in entries)
    summary = f"Was gezählt wird: {german.count_word(len(entries))} Indikatoren"
    folded = f'<details class="definitions"><summary>{summary}</summary><dl>{items}</dl></details>'
    boxes = (f"**{markdown.plain(title)}.** {markdown.plain(text)}" for title, text in entries)
    printed = "\n\n".join(markdown.div(".box", box) for box in ("**Was gezählt wird**", *boxes))
    return Part("box", f"{markdown.html(folded)}\n{markdown.other(printed)}", folded)


def _counted(meta: Meta) -> str:
    """What an indicator counts, and of what to beware; how to read it stands in its indicator sheet."""
    per = {1: "", 100: "je 100 ", 1000: "je 1.000 ", 10000: "je 10.000 "}.get(meta.per, f"je {meta.per} ")
    counted = _sentence(meta.numerator_text, "")
    if meta.denominator_text:
        connection = per if meta.kind in ("proportion", "rate", "ratio") and per else "bezogen auf: "
        counted = f"{_open(meta.numerator_text)}, {connection}{_sentence(meta.denominator_text, '', False)}"
    return " ".join(part for part in (counted, _sentence(meta.caveats, "Vorsicht: ")) if part)


def reading_help(context: Context, metas: Sequence[Meta]) -> Part:
    """Box on how certain the numbers are, with the methods that the indicators use."""
    used = {meta.method for meta in metas}
    methods = [text for method, text in _METHODS.items() if method in used]
    without = [meta.noun.nominative for meta in metas if meta.method not in _METHODS]
    if without:
        verb = "steht" if len(without) == 1 else "stehen"
        methods.append(f"Ohne Intervall {verb} {german.join(without)}.")
    text = (
        " ".join(methods)
        + (" " if methods else "")
        + (
            f"„Gesichert“ heißt: Ein Test zeigt mit 95 % Sicherheit einen Unterschied {context.setting.whole.to} oder "
            "eine Veränderung über die Jahre. Was nicht gesichert ist, steht in Tabellen in Klammern. Kein Unterschied "
            "nennt eine Ursache."
        )
    )
    return Part("box", markdown.div(".box", f"**Wie sicher die Zahlen sind.** {markdown.plain(text)}"))


def legend() -> Part:
    """Legend of the signs."""
    return Part("signs", f"### Zeichenerklärung\n\n{signs.legend_markdown()}", signs.legend_html())


def sheet(context: Context, meta: Meta) -> Part:
    """Facts of an indicator sheet: calculation, source, day, direction, uncertainty, version."""
    directions = {
        "burdening": "Ein niedriger Wert gilt als günstiger (Setzung dieses Berichts).",
        "relieving": "Ein hoher Wert gilt als günstiger (Setzung dieses Berichts).",
        "neutral": "Der Wert wird nicht gewertet.",
    }
    per = f" × {numbers.number(meta.per, 0)}" if meta.per != 1 else ""
    formula = _open(meta.numerator_text)
    if meta.denominator_text:
        formula = f"{formula} ÷ {_open(meta.denominator_text)}{per}"
    minimum = meta.minimum_denominator
    facts = [
        ("Berechnung", formula),
        ("Einheit", meta.unit),
        ("Stichtag", meta.as_of),
        ("Quelle", meta.source),
        ("Rechtsgrundlage", meta.legal_basis),
        ("Richtung", directions.get(meta.direction, "")),
        ("Deutung", meta.interpretation),
        ("Vorsicht", meta.caveats),
        ("Unsicherheit", _METHODS.get(meta.method, "Ohne Intervall.")),
        ("Altersstandardisierung", ages.explained(context, meta.id)),
        ("Kleine Nenner", f"Bei einem Nenner unter {minimum} steht „/“ statt eines Wertes." if minimum else ""),
        ("Brüche", " ".join(f"{year}: {text.rstrip('.')}." for year, text in meta.breaks)),
        ("Definition", f"Version {meta.version}, Kennung {meta.id}"),
    ]
    lines = [f"{markdown.plain(term)}\n:   {markdown.plain(text)}" for term, text in facts if text]
    return Part("facts", markdown.div(".facts", "\n\n".join(lines)))


def _kicker(context: Context) -> str:
    if context.area is None:
        return context.setting.whole.name
    singular, number = context.setting.singular, context.area.number
    numbered = f"{singular} {number}" if number is not None else singular
    return f"{context.area.name} · {numbered}" if context.topic else numbered


def _population(context: Context) -> list[tuple[str, str, str]]:
    facts: list[tuple[str, str, str]] = []
    counted = context.inhabitants(context.focus)
    if counted is not None:
        period, value, status = counted
        facts.append(("Einwohnerinnen und Einwohner", numbers.cell(value, 0, status), f"31.12.{period}"))
    area = context.all_areas[context.focus]
    if area.km2 is not None:
        whole = context.all_areas[context.whole_id].km2
        share = ""
        if context.area and whole:
            percent = numbers.with_unit(numbers.number(100 * area.km2 / whole), "%")
            share = f"{percent} {context.setting.whole.kind_genitive}"
        facts.append(("Fläche", numbers.with_unit(numbers.number(area.km2), "km²"), share))
    return facts


def _html(text: str) -> str:
    return escape(numbers.keep_together(text))


def _spoken(text: str) -> str:
    if text in signs.SPOKEN:
        return f'<span aria-hidden="true">{text}</span><span class="sr">{signs.SPOKEN[text]}</span>'
    return _html(text)


def _open(text: str) -> str:
    """Text without its full stop; a date keeps its own."""
    return re.sub(r"(?<=[^\d\s])\.$", "", text.strip())


def _sentence(text: str, before: str, start: bool = True) -> str:
    """Text as a sentence that ends with exactly one full stop."""
    text = text.strip()
    if not text:
        return ""
    return f"{before}{german.capital(text) if start else text}{'' if text.endswith(('.', '?', '!')) else '.'}"
