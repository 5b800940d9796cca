"""The main results of the report: a statement each, with the numbers behind it and where to read on.

The summary is what a committee reads. Each result answers one question of planning: where do the areas differ most,
what has changed, where do unfavourable or favourable values come together, where are values missing. Each is made only
where tests bear it out; none names a cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.judgement import Standing, movement
from sozlib.chapter.readings import Reading, Series

#: Areas count as such where values come together from this share of the judged indicators on.
TOGETHER = 0.5

#: So many areas are named one by one.
_NAMED = 3


@dataclass(frozen=True)
class Result:
    """Statement, sentences, and the topic whose chapter shows more ("" for none)."""

    statement: str
    text: str
    topic: str = ""


def results(context: Context, all_series: Sequence[Series]) -> list[Result]:
    """What the data bear out, the most important first; empty where nothing is secured.

    Parameters
    ----------
    context
        Of an overall chapter.
    all_series
        The key indicators.
    """
    used = [s for s in all_series if s.period is not None and s.meta.kind != "count"]
    widest = _widest(context, used)
    found = [_apart(context, *widest)] if widest else []
    others = [s for s in used if not widest or s is not widest[0]]
    standings = {area: Standing.of(used, area) for area in context.areas}
    found += _together(context, standings, "worse")
    found += [r for word in ("worse", "better") if (r := _changed(context, others or used, word))]
    found += _together(context, standings, "better")
    found += _missing(context, standings, len(used))
    return found


def block(context: Context, found: Sequence[Result]) -> Part:
    """List of results: for the page with links, for print as headings and paragraphs."""
    if not found:
        return Part("text", "Gesicherte Unterschiede oder Veränderungen zeigt diese Ausgabe nicht.")
    items, lines = [], []
    for result in found:
        statement, text = (numbers.keep_together(words) for words in (result.statement, result.text))
        chapter = context.chapter_of(result.topic) if result.topic else None
        link = f'<p><a href="{escape(chapter[0])}.html">{escape(chapter[1])}</a></p>' if chapter else ""
        items.append(f"<li><h3>{escape(statement)}</h3><p>{escape(text)}</p>{link}</li>")
        aside = f" Mehr im Kapitel „{chapter[1]}“." if chapter else ""
        lines.append(f"### {markdown.plain(statement)}\n\n{markdown.plain(text + aside)}")
    page = f'<ul class="findings">{"".join(items)}</ul>'
    printed = "\n\n".join(lines)
    return Part("findings", f"{markdown.html(page)}\n{markdown.other(f'{chr(10)}{printed}{chr(10)}')}", page)


def _widest(context: Context, used: Sequence[Series]) -> tuple[Series, Reading, Reading] | None:
    """Indicator with a direction whose areas lie furthest apart in relation to the whole, with its ends."""
    found = []
    for series in used:
        shown = series.comparable(context.areas)
        there = series.whole().value
        if len(shown) > 1 and there and series.meta.direction != "neutral" and series.meta.kind != "change":
            ends = min(shown, key=_value), max(shown, key=_value)
            found.append(((_value(ends[1]) - _value(ends[0])) / there, series, *ends))
    if not found:
        return None
    _, series, low, high = max(found, key=lambda entry: entry[0])
    return (series, low, high) if _value(low) < _value(high) else None


def _apart(context: Context, series: Series, low: Reading, high: Reading) -> Result:
    setting, meta = context.setting, series.meta
    noun, there = german.subject(meta.kind), series.whole()
    span = f"{meta.dative(_value(low))} {setting.where(low.area)} bis {meta.dative(_value(high))}"
    text = f"{noun.start} reicht von {span} {setting.where(high.area)}; {setting.whole.kind_locative} insgesamt "
    text += f"sind es {meta.beside(there.value or 0.0)}."
    among = series.among(context.areas)
    above, below = (sum(r.versus_whole == word for r in among) for word in ("above", "below"))
    if above or below:
        first, side = (above, "über") if above else (below, "unter")
        verb = "liegt" if first == 1 else "liegen"
        text += f" {german.capital(setting.count(first))} {verb} gesichert {side} diesem Wert"
        text += f", {german.count_alone(below, setting.gender)} darunter." if above and below else "."
    statement = f"{german.capital(meta.noun.at)} liegen die {setting.plural} am weitesten auseinander"
    return Result(statement, text, meta.topic)


def _together(context: Context, standings: dict[str, Standing], word: str) -> list[Result]:
    """Areas in which at least :data:`TOGETHER` of the judged values are secured worse (or better) than the whole."""
    setting = context.setting
    counts = {area: len(getattr(standing, word)) for area, standing in standings.items()}
    chosen = [a for a, n in counts.items() if n > 1 and n >= TOGETHER * standings[a].judged]
    if not chosen:
        return []
    chosen.sort(key=lambda area: -counts[area])
    said = "ungünstige" if word == "worse" else "günstige"
    where = german.counted_dative(len(chosen), setting.singular, setting.plural_dative, setting.gender)
    than = f"gesichert {said}r als {setting.whole.kind_locative}"
    counted = [
        f"{setting.where(a)} ({german.count_word(counts[a])} von {german.count_word(standings[a].judged)})"
        for a in chosen[:_NAMED]
    ]
    if len(chosen) == 1:
        text = f"Dort ist mindestens die Hälfte der gewerteten Kennzahlen {than}: {counted[0]}."
    else:
        text = f"Dort ist jeweils mindestens die Hälfte der gewerteten Kennzahlen {than}: "
        text += f"{'vor allem ' if len(chosen) > _NAMED else ''}{german.join(counted)}."
    return [Result(f"In {where} kommen mehrere {said} Werte zusammen", text)]


def _changed(context: Context, used: Sequence[Series], word: str) -> Result | None:
    """The relatively largest secured change of the whole for worse or for better."""
    setting, whole = context.setting, context.setting.whole
    moved = [s for s in used if movement(s.meta, s.whole()) == word and s.whole().trend_from]
    moved = [s for s in moved if s.whole().shown and (s.whole().trend_change or 0.0)]
    if not moved:
        return None
    series = max(moved, key=lambda s: abs((s.whole().trend_change or 0.0) / (s.whole().value or 1.0)))
    meta, now = series.meta, series.whole()
    verb = "gestiegen" if now.trend == "rising" else "gesunken"
    risen, change = ("stieg", "Anstieg") if now.trend == "rising" else ("sank", "Rückgang")
    where, by = german.capital(whole.kind_locative), meta.amount(now.trend_change or 0.0)
    text = f"{where} {risen} {meta.noun.pronoun} um {by} auf {meta.beside(_value(now))}; "
    text += f"der {change} ist statistisch gesichert."
    same, other = (
        sum(r.trend == trend for r in series.among(context.areas))
        for trend in ((now.trend, "falling" if now.trend == "rising" else "rising"))
    )
    if same:
        counted = german.counted_dative(same, setting.singular, setting.plural_dative, setting.gender)
        text += f" In {counted} ist {meta.noun.pronoun} ebenfalls gesichert {verb}"
        opposite = "gesunken" if verb == "gestiegen" else "gestiegen"
        alone = ("einer" if setting.gender == "f" else "einem") if other == 1 else german.count_word(other)
        text += f", in {alone} {opposite}." if other else "."
    for year, why in meta.breaks:
        if (now.trend_from or 0) < year <= now.period:
            text += f" Ab {year} sind die Werte nur eingeschränkt vergleichbar ({why.rstrip('.')})."
    return Result(f"{meta.noun.start} ist seit {now.trend_from} {verb}", text, meta.topic)


def _missing(context: Context, standings: dict[str, Standing], n: int) -> list[Result]:
    """Areas for which part of the values is not shown."""
    setting = context.setting
    counts = {area: len(standing.hidden) for area, standing in standings.items() if standing.hidden}
    if not counts:
        return []
    where = german.counted_dative(len(counts), setting.singular, setting.plural_dative, setting.gender)
    most = max(counts, key=lambda area: counts[area])
    k, verb = counts[most], "ist" if counts[most] == 1 else "sind"
    text = f"{german.capital(setting.where(most))} {verb} {german.count_alone(k, 'f')} der {german.count_word(n)} "
    text += "Kennzahlen nicht ausgewiesen"
    rest = [setting.where(area) for area in counts if area != most]
    if 0 < len(rest) <= _NAMED:
        text += f", {'weniger sind es' if k > min(counts.values()) else 'ebenso'} {german.join(rest)}"
    text += ". Dass ein Wert fehlt, sagt nichts über die Lage vor Ort."
    return [Result(f"In {where} ist ein Teil der Kennzahlen nicht ausgewiesen", text)]


def _value(reading: Reading) -> float:
    return reading.value or 0.0
