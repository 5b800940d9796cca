"""The first sentences of a chapter: the message that matters, in at most two sentences.

A lead says how the chapter's leading value stands and whether the rest agrees. "Günstiger" follows the direction that
the catalogue gives an indicator and is said only where a test secures the difference.
"""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german, numbers
from sozlib.chapter.context import Context
from sozlib.chapter.judgement import Standing, gap, movement
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.signs import SIGNS

#: More is not listed but counted.
_NAMED = 2


def area_lead(context: Context, all_series: Sequence[Series]) -> str:
    """Lead of a chapter about an area: its leading value beside the whole, then how the others stand.

    The first of the series that is known leads a topic's chapter; a chapter on the area as such begins with the count.
    """
    assert context.area is not None
    place, area = context.setting.place, context.area.id
    used = [s for s in all_series if s.period is not None]
    if not used:
        return f"Für {place.dative} liegen in dieser Ausgabe noch keine Werte zu diesem Thema vor."
    known = [s for s in used if s.get(area).known]
    if not known:
        return _nothing_known(context, used)
    standing = Standing.of(used, area)
    if not context.topic:
        return " ".join([*_profile(context, standing), *_scarce(context, used, standing)][:2])
    first, leading = _leading(context, known)
    return " ".join([first, _others(context, standing, leading)]).strip()


def _nothing_known(context: Context, used: Sequence[Series]) -> str:
    place = context.setting.place
    statuses = {s.get(context.focus).status for s in used}
    reasons = [why for status, sign in SIGNS.items() if status in statuses for why in sign.reason.split(" oder ")]
    why = german.join(reasons, "oder")
    one = len(used) == 1
    all_of = german.count_word(len(used))
    counted = "Der Wert zu diesem Thema ist" if one else f"Die {all_of} Werte zu diesem Thema sind"
    people = context.inhabitants(context.focus)
    who = f"Für {place.dative} gibt es hier keine Zahl zu lesen"
    if people is not None and people[1] is not None:
        n = numbers.number(people[1], 0)
        who = f"{german.capital(place.locative)} leben {n} Menschen"
    there = context.setting.whole.kind_genitive
    if any(reading.known for series in used for reading in series.among(context.areas)):
        there += f" und der anderen {context.setting.plural}"
    return f"{who}. {counted} {why}; dieses Kapitel zeigt die Werte {there}."


def _profile(context: Context, standing: Standing) -> list[str]:
    """How the area stands in the report's key indicators, and where the difference is largest."""
    place, whole = context.setting.place, context.setting.whole
    where = german.capital(place.locative)
    worse, better, n = len(standing.worse), len(standing.better), standing.judged
    if not standing.secured:
        if not standing.tested:
            return [f"Ein statistischer Vergleich mit {whole.dative} ist {place.locative} nicht möglich."]
        return [f"{where} unterscheidet sich keine der geprüften Kennzahlen gesichert {whole.source}."]
    of = f"{german.count_word(n)} gewerteten Kennzahlen"
    than = f"gesichert {{}} als {whole.kind_locative}"
    if worse or better:
        word, k, other, rest = (
            ("ungünstiger", worse, "günstiger", better)
            if worse >= better
            else ("günstiger", better, "ungünstiger", worse)
        )
        verb = "ist" if k == 1 else "sind"
        text = f"{where} {verb} {_of(k, of, n)} {than.format(word)}"
        if rest:
            text += f", {german.count_alone(rest, 'f')} {'ist' if rest == 1 else 'sind'} {other}"
        elif k < n:
            text += f", keine ist {other}"
        parts = [f"{text}."]
    else:
        parts = [f"{where} ist keine der {of} gesichert günstiger oder ungünstiger als {whole.kind_locative}."]
    widest = max((*standing.worse, *standing.better) or standing.secured, key=lambda s: gap(s.get(context.focus)))
    own, there = widest.get(context.focus), widest.whole()
    values = f"{widest.meta.beside(own.value or 0.0)} gegenüber {widest.meta.beside(there.value or 0.0)}"
    most = "Das zeigt sich" if worse + better == 1 else "Am größten ist der Abstand"
    return [*parts, f"{most} {widest.meta.noun.at}: {values} {whole.kind_locative}."]


def _of(k: int, of: str, n: int) -> str:
    if k == n:
        return f"alle {of}" if n > 1 else "die gewertete Kennzahl"
    return f"{german.count_alone(k, 'f')} der {of}"


def _scarce(context: Context, used: Sequence[Series], standing: Standing) -> list[str]:
    """That much is missing, where it is."""
    hidden, n = len(standing.hidden), len(used)
    if not hidden:
        return []
    counted = german.capital(german.count_alone(hidden, "f"))
    verb = "ist" if hidden == 1 else "sind"
    return [f"{counted} der {german.count_word(n)} Kennzahlen {verb} nicht ausgewiesen."]


def _leading(context: Context, known: Sequence[Series]) -> tuple[str, Series]:
    """Sentence on the value that leads, beside the whole's, and its indicator."""
    series = next((s for s in known if s.meta.sentence and s.get(context.focus).shown), known[0])
    meta, reading, there = series.meta, series.get(context.focus), series.whole()
    if not reading.shown or reading.value is None:
        where = context.setting.place.locative
        return f"{meta.noun.start} ist {where} {SIGNS[reading.status].reason}.", series
    said = f"{german.capital(context.setting.place.locative)} {_valued(meta, reading)}"
    if there.shown and there.value is not None and meta.kind != "count":
        said += f"; {context.setting.whole.kind_locative} sind es {meta.beside(there.value)}"
    return f"{said}.", series


def _valued(meta: Meta, reading: Reading) -> str:
    """Value as the rest of a sentence that begins with the place."""
    value = reading.value or 0.0
    if meta.sentence:
        return meta.sentence.replace("{ort} ", "").format(wert=meta.text(value), ort="")
    return f"beträgt {meta.noun.nominative} {meta.beside(value)}"


def _others(context: Context, standing: Standing, leading: Series) -> str:
    """Whether the chapter's values agree: named where they are few, counted where they are many."""
    whole, n, moved = context.setting.whole, standing.tested, _since(context, leading)
    if not n:
        return moved
    if not standing.secured:
        alone = f"Ein gesicherter Unterschied {whole.to} ist nicht festzustellen{_and(moved)}."
        return alone if n == 1 else f"Kein Wert dieses Kapitels unterscheidet sich gesichert {whole.source}."
    found = (standing.worse, standing.better, standing.higher, standing.lower)
    groups = [(word, group) for word, group in zip(_WORDS, found, strict=True) if group]
    (word, first), *rest = groups
    word = word.removeprefix("ohne Wertung ")
    if not standing.worse and not standing.better:
        rest = [(word.removeprefix("ohne Wertung "), group) for word, group in rest]
    than = f"{word} als {whole.kind_locative}"
    if n == 1:
        return f"Der Wert ist gesichert {than}{_and(_since(context, leading, 'er'))}."
    if len(standing.secured) <= _NAMED:
        said = [f"{than} {_are(first)} {german.join(s.meta.noun.nominative for s in first)}"]
        said += [f"{word} {_are(group)} {german.join(s.meta.noun.nominative for s in group)}" for word, group in rest]
        return f"Gesichert {german.join(said)}."
    if len(first) == n:
        return f"Alle {german.count_word(n)} geprüften Werte dieses Kapitels sind gesichert {than}."
    counted = german.join(f"{german.count_alone(len(group), 'm')} {word}" for word, group in rest)
    text = f"Von den {german.count_word(n)} geprüften Werten {_are(first)} {german.count_alone(len(first), 'm')}"
    return f"{text} gesichert {than}{', ' if counted else ''}{counted}."


def _are(group: Sequence[Series]) -> str:
    return "ist" if len(group) == 1 else "sind"


_WORDS = ("ungünstiger", "günstiger", "ohne Wertung höher", "ohne Wertung niedriger")


def _since(context: Context, series: Series, who: str = "") -> str:
    """The leading value's secured change, as a sentence; "" where there is none. ``who`` stands for "der Anteil"."""
    reading = series.get(context.focus)
    if movement(series.meta, reading) is None or reading.trend_from is None:
        return ""
    change = reading.trend_change or 0.0
    verb = "gestiegen" if reading.trend == "rising" else "gesunken"
    who = who or german.subject(series.meta.kind).nominative
    return f"Seit {reading.trend_from} ist {who} um {series.meta.amount(change)} {verb}."


def _and(sentence: str) -> str:
    return f"; {sentence[:1].lower()}{sentence[1:-1]}" if sentence else ""


def overall_lead(context: Context, all_series: Sequence[Series]) -> str:
    """Lead of an overall chapter: the leading value and its change, and how far the areas lie apart."""
    setting, whole = context.setting, context.setting.whole
    used = [s for s in all_series if s.whole().known]
    if not used:
        return f"Für {whole.accusative} insgesamt liegen in dieser Ausgabe noch keine Werte zu diesem Thema vor."
    if not context.topic:
        return " ".join([*_changes(context, used), *_widest(context, used)])
    first, series = _leading_overall(context, used)
    low, high = _ends(context, series)
    if low is None or high is None or low.value == high.value:
        return first
    noun = german.subject(series.meta.kind)
    span = f"{series.meta.dative(low.value or 0.0)} {setting.where(low.area)} bis "
    span += f"{series.meta.dative(high.value or 0.0)} {setting.where(high.area)}"
    return f"{first} Unter den {setting.plural_dative} reicht {noun.nominative} von {span}."


def _leading_overall(context: Context, used: Sequence[Series]) -> tuple[str, Series]:
    series = next((s for s in used if s.meta.sentence and s.whole().shown), used[0])
    meta, reading = series.meta, series.whole()
    where = german.capital(context.setting.whole.locative)
    if not reading.shown or reading.value is None:
        return f"{meta.noun.start} ist {context.setting.whole.locative} {SIGNS[reading.status].reason}.", series
    return f"{where} {_valued(meta, reading)}{_and(_since(context, series))}.", series


def _ends(context: Context, series: Series) -> tuple[Reading | None, Reading | None]:
    shown = series.comparable(context.areas)
    if len(shown) < 2:
        return None, None
    return min(shown, key=lambda r: r.value or 0.0), max(shown, key=lambda r: r.value or 0.0)


def _changes(context: Context, used: Sequence[Series]) -> list[str]:
    """How many of the whole's values have changed for worse and for better."""
    judged = [s for s in used if s.meta.direction != "neutral" and s.whole().trend is not None]
    moved = [movement(s.meta, s.whole()) for s in judged]
    worse, better = moved.count("worse"), moved.count("better")
    of = f"{german.count_word(len(judged))} gewerteten Kennzahlen {context.setting.whole.kind_genitive}"
    if not judged:
        return []
    if not worse and not better:
        return [f"Keine der {of} hat sich zuletzt gesichert verändert."]
    (other, rest), (word, k) = sorted((("günstig", better), ("ungünstig", worse)), key=lambda pair: pair[1])
    verb = "hat" if k == 1 else "haben"
    text = f"{german.capital(_of(k, of, len(judged)))} {verb} sich zuletzt gesichert {word} entwickelt"
    if rest:
        text += f", {german.count_alone(rest, 'f')} {other}"
    return [f"{text}."]


def _widest(context: Context, used: Sequence[Series]) -> list[str]:
    """Where the areas lie furthest apart in relation to the whole."""
    setting = context.setting
    spans = []
    for series in used:
        low, high = _ends(context, series)
        there = series.whole().value
        if low and high and there and series.meta.kind != "change" and series.meta.direction != "neutral":
            spans.append((((high.value or 0.0) - (low.value or 0.0)) / there, series, low, high))
    if not spans:
        return [f"Wie sich die {setting.plural} unterscheiden, zeigen Karten und Tabellen."]
    _, series, low, high = max(spans, key=lambda span: span[0])
    return [
        f"Am weitesten liegen die {setting.plural} {series.meta.noun.at} auseinander: Die Spanne reicht von "
        f"{series.meta.dative(low.value or 0.0)} {setting.where(low.area)} bis {series.meta.dative(high.value or 0.0)} "
        f"{setting.where(high.area)}."
    ]
