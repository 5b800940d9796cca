"""The words of a figure: its finding without figures, what it shows, and what is read aloud instead of it.

A caption says one thing that is true for the data at hand; the alternative text names the kind of chart and its message
with two to four figures. Both come from the readings, so that the next cycle's report cannot keep last year's finding.
"""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german, numbers, signs
from sozlib.chapter.pyramid import AgeStructure
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.sentences import Setting, spread

_DIRECTION = {"rising": "steigt", "falling": "sinkt"}


def years(periods: Sequence[int]) -> str:
    """ "2016 bis 2025", "2025"."""
    if not periods:
        return ""
    return str(periods[0]) if len(periods) == 1 else f"{periods[0]} bis {periods[-1]}"


def what(meta: Meta, time: str, extra: str = "") -> str:
    """What, unit, time: "Kinder … in Prozent, 2016 bis 2025"."""
    unit = "" if meta.unit and meta.unit in meta.title else meta.unit_words
    words = f"{meta.title}{', ' if ' je ' in unit else ' '}{unit}".strip()
    return ", ".join(part for part in (words, time) if part) + (f". {extra}" if extra else "")


def as_of(meta: Meta, period: int | None) -> str:
    """Stichtag for what-lines: "31.12.2025", "2025"."""
    if period is None:
        return ""
    return german.stichtag(meta.as_of, period).removeprefix("Stand ").removeprefix("Jahr ")


def trend(series: Series, setting: Setting) -> str:
    """Finding of a line chart."""
    noun, whole = german.subject(series.meta.kind), setting.whole
    against = series.whole()
    if setting.area is None:
        moved = _DIRECTION.get(against.trend or "")
        place = german.capital(whole.locative)
        return f"{place} {moved} {noun.nominative}" if moved else f"{place} ist keine Veränderung gesichert"
    own, place = series.get(setting.area), german.capital(setting.place.locative)
    if not own.known:
        return f"{place} ist der jüngste Wert {_reason(own.status)}"
    moved, moved_there = _DIRECTION.get(own.trend or ""), _DIRECTION.get(against.trend or "")
    there = whole.kind_locative
    if moved and moved == moved_there:
        return f"{place} wie {there} {moved} {noun.nominative}"
    if moved and moved_there:
        return f"{place} {moved} {noun.nominative}, {there} {moved_there} {noun.pronoun}"
    if moved:
        return f"{place} {moved} {noun.nominative}, {there} ist keine Richtung gesichert"
    if moved_there:
        return f"{german.capital(there)} {moved_there} {noun.nominative}, {setting.place.locative} ist nichts gesichert"
    if own.versus_whole in ("above", "below"):
        side = "über" if own.versus_whole == "above" else "unter"
        return f"{place} liegt {noun.nominative} zuletzt {side} {noun.dative_article} {whole.kind_genitive}"
    return f"{place} ist keine Veränderung gesichert"


def trend_alt(series: Series, setting: Setting) -> str:
    """Message of a line chart in words."""
    parts = ["Liniendiagramm."]
    if setting.area is not None:
        parts.append(_course(series, setting.area, setting.place.name))
    parts.append(_course(series, series.whole_id, setting.whole.name))
    return " ".join(parts)


def comparison(series: Series, setting: Setting) -> str:
    """Finding of the ranked dot chart."""
    found = spread(series, setting)
    if setting.area is None:
        return _two_counts(setting, found["above"], found["below"], f"dem Wert {setting.whole.kind_genitive}")
    own = series.get(setting.area)
    name, whole = setting.place.name, setting.whole
    if not own.known:
        return f"Für {setting.place.dative} ist der Wert {_reason(own.status)}"
    if own.secured:
        side = "über" if own.versus_whole == "above" else "unter"
        return f"{name} liegt gesichert {side} {whole.dative}"
    if own.versus_whole == "same":
        return f"Zwischen {setting.place.dative} und {whole.dative} ist kein Unterschied gesichert"
    return f"{name} im Vergleich der {setting.plural}"


def comparison_alt(series: Series, setting: Setting, period: int | None = None) -> str:
    """Message of the ranked dot chart in words."""
    shown = _ordered(series, setting, period)
    parts = [f"Punktdiagramm, {len(setting.names)} {setting.plural} nach Wert geordnet, mit 95-Prozent-Intervallen."]
    parts += _extremes(series.meta, shown, setting)
    parts += _own_and_whole(series, setting, period)
    parts += _hidden(series, setting, period)
    return " ".join(parts)


def distribution(series: Series, setting: Setting, period: int | None = None) -> str:
    """Finding of the distribution: in which part of the areas the own one lies, or where most lie."""
    ordered = _ordered(series, setting, period)
    noun = german.subject(series.meta.kind)
    if setting.area is None or len(ordered) < 4:
        return f"So verteilt sich {noun.nominative} auf die {setting.plural}"
    own = series.get(setting.area, period)
    if own.value is None or not own.shown:
        return f"Für {setting.place.dative} ist der Wert {_reason(own.status)}"
    below = sum((r.value or 0.0) < own.value for r in ordered) / (len(ordered) - 1)
    part = "im unteren Viertel" if below < 0.25 else "im oberen Viertel" if below > 0.75 else "in der mittleren Hälfte"
    return f"{setting.place.name} liegt {part} der {setting.plural}"


def distribution_alt(series: Series, setting: Setting, period: int | None = None) -> str:
    """Message of the distribution in words."""
    ordered = _ordered(series, setting, period)
    parts = [f"Punktverteilung über {len(setting.names)} {setting.plural}."]
    parts += _extremes(series.meta, ordered, setting)
    parts += _own_and_whole(series, setting, period)
    parts += _hidden(series, setting, period)
    return " ".join(parts)


def map_finding(series: Series, setting: Setting, period: int | None = None) -> str:
    """Finding of a map."""
    noun = german.subject(series.meta.kind)
    shown = _ordered(series, setting, period)
    if len(shown) < 2 or shown[0].value == shown[-1].value:
        return f"{noun.start} nach {setting.plural_dative}"
    low, high = (setting.name(r.area) for r in (shown[0], shown[-1]))
    return f"Am höchsten ist {noun.nominative} in {high}, am niedrigsten in {low}"


def map_alt(series: Series, setting: Setting, labels: Sequence[str], counts: Sequence[int], period: int | None) -> str:
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
        parts.append(f"In der höchsten Klasse ({labels[-1]}{unit}) {_lies(counts[-1])} {top}")
        parts[-1] += f", in der niedrigsten ({labels[0]}{unit}) {bottom}."
    parts += _extremes(series.meta, _ordered(series, setting, period), setting)
    parts += _hidden(series, setting, period)
    return numbers.spoken_number(" ".join(parts))


def multiples(series: Series, setting: Setting) -> str:
    """Finding of the small multiples of one indicator in all areas."""
    found = spread(series, setting)
    up, down = len(found["rising"]), len(found["falling"])
    rise, fall = ("steigt" if up == 1 else "steigen"), ("sinkt" if down == 1 else "sinken")
    if up and down:
        alone = german.count_alone(down, setting.gender)
        return f"{german.capital(setting.count(up))} {rise} gesichert, {alone} {fall}"
    if up or down:
        return f"{german.capital(setting.count(up or down))} {rise if up else fall} gesichert"
    none = "keiner" if setting.gender == "f" else "keinem"
    return f"In {none} {setting.singular} ist eine Veränderung gesichert"


def multiples_alt(series: Series, setting: Setting) -> str:
    """Message of the small multiples in words."""
    found = spread(series, setting)
    parts = [f"{len(setting.names)} kleine Liniendiagramme mit gleicher Skala, {setting.whole.kind} als graue Linie."]
    for key, word in (("rising", "gestiegen"), ("falling", "gesunken")):
        parts.append(f"Gesichert {word}: {german.join(found[key]) or 'keiner'}.")
    if found["hidden"]:
        parts.append(f"Zuletzt ohne ausgewiesenen Wert: {german.join(found['hidden'])}.")
    return " ".join(parts)


def profile(all_series: Sequence[Series], setting: Setting) -> str:
    """Finding of the spine chart: how many indicators are secured better and worse."""
    better, worse, other = _judged(all_series, setting)
    if not better and not worse:
        if other:
            return "Gesichert verschieden sind nur Werte ohne Wertung"
        return f"Zwischen {setting.place.dative} und {setting.whole.dative} ist kein Unterschied gesichert"
    first, word = (better, "günstiger") if better else (worse, "ungünstiger")
    verb = "ist" if len(first) == 1 else "sind"
    text = f"{german.capital(german.counted(len(first), 'Wert', 'Werte', 'm'))} {verb} gesichert {word}"
    text += f" als {setting.whole.kind_locative}"
    if better and worse:
        text += f", {german.count_alone(len(worse), 'm')} {'ist' if len(worse) == 1 else 'sind'} ungünstiger"
    return text


def profile_alt(all_series: Sequence[Series], setting: Setting) -> str:
    """Message of the spine chart in words."""
    better, worse, other = _judged(all_series, setting)
    parts = [f"Profil gegen {setting.whole.accusative}, {len(all_series)} Indikatoren."]
    for names, word in ((better, "Gesichert günstiger"), (worse, "Gesichert ungünstiger")):
        parts.append(f"{word}: {german.join(names) or 'keiner'}.")
    if other:
        parts.append(f"Ohne Wertung, aber gesichert verschieden: {german.join(other)}.")
    hidden = [s.meta.short_title for s in all_series if not s.get(setting.area or s.whole_id).known]
    if hidden:
        parts.append(f"Ohne ausgewiesenen Wert: {german.join(hidden)}.")
    return " ".join(parts)


def trends(all_series: Sequence[Series], setting: Setting) -> str:
    """Finding of small multiples of several indicators."""
    moved = [s.get(setting.area or s.whole_id).trend for s in all_series]
    up, down = moved.count("rising"), moved.count("falling")
    if not up and not down:
        return "Bei keinem der Indikatoren ist eine Veränderung gesichert"
    rise, fall = ("steigt" if up == 1 else "steigen"), ("sinkt" if down == 1 else "sinken")
    first = german.counted(up or down, "Wert", "Werte", "m")
    text = f"{german.capital(first)} {rise if up else fall} gesichert"
    return text + (f", {german.count_alone(down, 'm')} {fall}" if up and down else "")


def trends_alt(all_series: Sequence[Series], setting: Setting) -> str:
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
    """Finding of a population pyramid: the largest age group."""
    groups = _totals(ages)
    if not groups:
        return "Altersaufbau der Bevölkerung"
    (start, end), _ = max(groups, key=lambda g: g[1])
    name = f"{start} und mehr Jahre" if end is None else f"{start} bis {end} Jahre"
    return f"Die größte Altersgruppe ist {name} alt"


def pyramid_alt(ages: AgeStructure) -> str:
    """Message of a population pyramid in words."""
    groups = _totals(ages)
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


def _totals(ages: AgeStructure) -> list[tuple[tuple[int, int | None], float]]:
    both = zip(ages.age_from, ages.age_to, ages.male, ages.female, strict=True)
    return [((a, b), float(m) + float(f)) for a, b, m, f in both if m is not None and f is not None]


def _judged(all_series: Sequence[Series], setting: Setting) -> tuple[list[str], list[str], list[str]]:
    better: list[str] = []
    worse: list[str] = []
    other: list[str] = []
    for series in all_series:
        reading = series.get(setting.area or series.whole_id)
        if not reading.secured:
            continue
        high = reading.versus_whole == "above"
        if series.meta.direction == "neutral":
            other.append(series.meta.short_title)
        elif high == (series.meta.direction == "relieving"):
            better.append(series.meta.short_title)
        else:
            worse.append(series.meta.short_title)
    return better, worse, other


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


def _ordered(series: Series, setting: Setting, period: int | None = None) -> list[Reading]:
    shown = [r for r in series.among(setting.names, period) if r.shown and r.value is not None]
    return sorted(shown, key=lambda r: r.value or 0.0)


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


def _two_counts(setting: Setting, above: Sequence[str], below: Sequence[str], of: str) -> str:
    if not above and not below:
        return f"Kein Unterschied zu {of} ist gesichert"
    high, low = setting.count(len(above)), setting.count(len(below))
    verb = _lies(len(above))
    return f"{german.capital(high)} {verb} gesichert über, {low} unter {of}"


def _lies(n: int) -> str:
    return "liegt" if n in (0, 1) else "liegen"


def _reason(status: str) -> str:
    return signs.SIGNS[status].reason if status in signs.SIGNS else "nicht ausgewiesen"
