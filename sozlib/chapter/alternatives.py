"""What is read aloud instead of a figure: the kind of chart, its message with two to four numbers, what is withheld."""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german, numbers, signs
from sozlib.chapter.captions import in_order, lies, totals
from sozlib.chapter.judgement import Standing
from sozlib.chapter.pyramid import AgeStructure
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.sentences import spread
from sozlib.chapter.setting import Setting


def trend(series: Series, setting: Setting) -> str:
    """Message of a line chart in words."""
    parts = ["Liniendiagramm."]
    if setting.area is not None:
        parts.append(_course(series, setting.area, setting.place.name))
    parts.append(_course(series, series.whole_id, setting.whole.name))
    return " ".join(parts)


def comparison(series: Series, setting: Setting, period: int | None = None) -> str:
    """Message of the ranked dot chart in words."""
    shown = in_order(series, setting, period)
    parts = [f"Punktdiagramm, {len(setting.names)} {setting.plural} nach Wert geordnet, mit 95-Prozent-Intervallen."]
    parts += _extremes(series.meta, shown, setting)
    parts += _own_and_whole(series, setting, period)
    parts += _hidden(series, setting, period)
    return " ".join(parts)


def distribution(series: Series, setting: Setting, period: int | None = None) -> str:
    """Message of the distribution in words."""
    ordered = in_order(series, setting, period)
    parts = [f"Punktverteilung über {len(setting.names)} {setting.plural}."]
    parts += _extremes(series.meta, ordered, setting)
    parts += _own_and_whole(series, setting, period)
    parts += _hidden(series, setting, period)
    return " ".join(parts)


def map(series: Series, setting: Setting, labels: Sequence[str], counts: Sequence[int], period: int | None) -> str:
    """Message of a map in words.

    Parameters
    ----------
    series, setting, period
        What is shown.
    labels, counts
        Text of each class and how many areas are in it.
    """
    unit = {"%": " Prozent"}.get(series.meta.unit, f" {series.meta.unit}" if series.meta.unit else "")
    parts = [f"Karte in {german.count_word(len(labels))} Klassen." if len(labels) > 1 else "Karte."]
    if labels and counts:
        top, bottom = setting.count(counts[-1]), setting.count(counts[0])
        parts.append(f"In der höchsten Klasse ({labels[-1]}{unit}) {lies(counts[-1])} {top}")
        parts[-1] += f", in der niedrigsten ({labels[0]}{unit}) {bottom}."
    parts += _extremes(series.meta, in_order(series, setting, period), setting)
    parts += _hidden(series, setting, period)
    return numbers.spoken_number(" ".join(parts))


def multiples(series: Series, setting: Setting) -> str:
    """Message of the small multiples in words."""
    found = spread(series, setting)
    parts = [f"{len(setting.names)} kleine Liniendiagramme mit gleicher Skala, {setting.whole.kind} als graue Linie."]
    for key, word in (("rising", "gestiegen"), ("falling", "gesunken")):
        parts.append(f"Gesichert {word}: {german.join(found[key]) or 'keiner'}.")
    if found["hidden"]:
        parts.append(f"Zuletzt ohne ausgewiesenen Wert: {german.join(found['hidden'])}.")
    return " ".join(parts)


def multiples_above(series: Series, plural: str, panels: int, setting: Setting) -> str:
    """Message of small multiples of the level above the areas, with what holds for the areas themselves."""
    found = spread(series, setting)
    parts = [f"{panels} kleine Liniendiagramme der {plural} mit gleicher Skala, {setting.whole.kind} als graue Linie."]
    for key, word in (("rising", "gestiegen"), ("falling", "gesunken")):
        where = german.counted_dative(len(found[key]), setting.singular, setting.plural_dative, setting.gender)
        if found[key]:
            parts.append(f"In {where} ist der Wert gesichert {word}.")
    return " ".join(parts)


def profile(all_series: Sequence[Series], setting: Setting) -> str:
    """Message of the spine chart in words."""
    standing = Standing.of(all_series, setting.area or "")
    better, worse = standing.better, standing.worse
    other = [s.meta.short_title for s in (*standing.higher, *standing.lower)]
    parts = [f"Profil gegen {setting.whole.accusative}, {len(all_series)} Indikatoren."]
    for group, word in ((better, "Gesichert günstiger"), (worse, "Gesichert ungünstiger")):
        parts.append(f"{word}: {german.join(s.meta.short_title for s in group) or 'keiner'}.")
    if other:
        parts.append(f"Ohne Wertung, aber gesichert verschieden: {german.join(other)}.")
    hidden = [s.meta.short_title for s in all_series if not s.get(setting.area or s.whole_id).known]
    if hidden:
        parts.append(f"Ohne ausgewiesenen Wert: {german.join(hidden)}.")
    return " ".join(parts)


def trends(all_series: Sequence[Series], setting: Setting) -> str:
    """Message of small multiples of several indicators in words."""
    parts = [f"{len(all_series)} kleine Liniendiagramme mit eigener Skala."]
    for word, said in (("rising", "Gesichert gestiegen"), ("falling", "Gesichert gesunken")):
        names = [s.meta.short_title for s in all_series if s.get(setting.area or s.whole_id).trend == word]
        parts.append(f"{said}: {german.join(names) or 'keiner'}.")
    hidden = [s.meta.short_title for s in all_series if not s.get(setting.area or s.whole_id).known]
    if hidden:
        parts.append(f"Zuletzt ohne ausgewiesenen Wert: {german.join(hidden)}.")
    return " ".join(parts)


def pyramid(ages: AgeStructure) -> str:
    """Message of a population pyramid in words."""
    groups = totals(ages)
    parts = [f"Bevölkerungspyramide in {len(ages.age_from)} Altersgruppen, {ages.label}."]
    if len(groups) == len(ages.age_from):
        for words, low, high in (
            ("Unter 20 Jahren", 0, 20),
            ("Von 20 bis 64 Jahren", 20, 65),
            ("Ab 65 Jahren", 65, 999),
        ):
            n = sum(count for (start, _), count in groups if low <= start < high)
            parts.append(f"{words}: {numbers.number(n, 0)} Personen.")
    else:
        parts.append("Einzelne Altersgruppen sind geheim gehalten.")
    return " ".join(parts)


def _course(series: Series, area: str, name: str) -> str:
    meta = series.meta
    history = [r for r in series.over_time(area) if r.shown and r.value is not None]
    hidden = [r for r in series.over_time(area) if not r.known]
    if not history:
        status = hidden[-1].status if hidden else "."
        return f"{name}: {signs.SIGNS[status].spoken} in allen Jahren."
    first, last = history[0], history[-1]
    start, end = (numbers.spoken_number(meta.text(r.value or 0.0)) for r in (first, last))
    aside = ""
    if last.lower is not None and last.upper is not None:
        low, high = (numbers.spoken_number(numbers.number(n, meta.decimals)) for n in (last.lower, last.upper))
        aside = f" (95-Prozent-Intervall {low} bis {high})"
    if len(history) == 1:
        text = f"{name}: {end} im Jahr {last.period}{aside}."
    else:
        text = f"{name}: {start} im Jahr {first.period}, {end} im Jahr {last.period}{aside}."
    if hidden:
        text += f" Ohne ausgewiesenen Wert: {german.year_ranges([r.period for r in hidden])}."
    return text


def _extremes(meta: Meta, ordered: Sequence[Reading], setting: Setting) -> list[str]:
    if not ordered:
        return ["Kein Wert ist ausgewiesen."]
    high, low = ordered[-1], ordered[0]
    said = [
        f"{word} Wert: {setting.name(r.area)} mit {numbers.spoken_number(meta.text(r.value or 0.0))}"
        for word, r in (("Höchster", high), ("niedrigster", low))
    ]
    return [(", ".join(said) if high is not low else said[0].replace("Höchster", "Einziger")) + "."]


def _own_and_whole(series: Series, setting: Setting, period: int | None) -> list[str]:
    parts = []
    if setting.area is not None:
        parts.append(f"{setting.place.name}: {_spoken(series, series.get(setting.area, period))}")
    parts.append(f"{setting.whole.kind}: {_spoken(series, series.whole(period))}")
    return [", ".join(parts) + "."]


def _spoken(series: Series, reading: Reading) -> str:
    if reading.shown and reading.value is not None:
        return numbers.spoken_number(series.meta.text(reading.value))
    return signs.SIGNS[reading.status].spoken


def _hidden(series: Series, setting: Setting, period: int | None) -> list[str]:
    hidden = [setting.name(r.area) for r in series.among(setting.names, period) if not r.known]
    return [f"Ohne ausgewiesenen Wert: {german.join(hidden)}."] if hidden else []
