"""The words above a figure: its finding, and what it shows.

A caption says one thing that is true for the data at hand. It comes from the readings, so that the next cycle's report
cannot keep last year's finding. Where no test exists it names an order or a development, never a significance.
"""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german, signs
from sozlib.chapter.judgement import Standing
from sozlib.chapter.pyramid import AgeStructure
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.sentences import spread
from sozlib.chapter.setting import Setting

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
    noun, whole = series.meta.noun, setting.whole
    against = series.whole()
    if setting.area is None:
        moved = _DIRECTION.get(against.trend or "")
        place = german.capital(whole.locative)
        if moved:
            return f"{place} {moved} {noun.nominative}"
        return _then_and_now(series, series.whole_id, place)
    own, place = series.get(setting.area), german.capital(setting.place.locative)
    if not own.known:
        return f"{noun.start} ist {setting.place.locative} zuletzt {_reason(own.status)}"
    moved, moved_there = _DIRECTION.get(own.trend or ""), _DIRECTION.get(against.trend or "")
    there = whole.kind_locative
    if moved and moved == moved_there:
        return f"{place} wie {there} {moved} {noun.nominative}"
    if moved and moved_there:
        return f"{place} {moved} {noun.nominative}, {there} {moved_there} {noun.pronoun}"
    if moved:
        return f"{place} {moved} {noun.nominative}, {there} ist keine Richtung gesichert"
    if own.trend is None and series.meta.method == "none":
        return _then_and_now(series, setting.area, place)
    if own.trend is None:
        return f"Ob sich {noun.nominative} {setting.place.locative} verändert hat, lässt sich nicht prüfen"
    if moved_there:
        return f"{german.capital(there)} {moved_there} {noun.nominative}, {setting.place.locative} ist nichts gesichert"
    if own.versus_whole in ("above", "below"):
        side = "über" if own.versus_whole == "above" else "unter"
        return f"{place} liegt {noun.nominative} zuletzt {side} dem Wert {whole.kind_genitive}"
    return f"{noun.start} hat sich {setting.place.locative} nicht gesichert verändert"


def _then_and_now(series: Series, area: str, place: str) -> str:
    """First and latest value side by side, where no test has looked at the change."""
    noun = series.meta.noun
    if series.get(area).trend is not None:
        return f"{place} hat sich {noun.nominative} nicht gesichert verändert"
    known = [r for r in series.over_time(area) if r.shown and r.value is not None]
    if len(known) < 2:
        return f"{noun.start} {place[:1].lower()}{place[1:]}"
    first, last = (series.meta.text(r.value or 0.0) for r in (known[0], known[-1]))
    if first == last:
        return f"{place} ist {noun.nominative} zuletzt so hoch wie am Anfang der Reihe"
    word = "höher" if (known[-1].value or 0.0) > (known[0].value or 0.0) else "niedriger"
    return f"{place} ist {noun.nominative} zuletzt {word} als am Anfang der Reihe"


def comparison(series: Series, setting: Setting) -> str:
    """Finding of the ranked dot chart."""
    noun, whole = series.meta.noun, setting.whole
    if setting.area is None:
        if not any(r.versus_whole for r in series.comparable(setting.names)):
            return map_finding(series, setting)
        found = spread(series, setting)
        return _two_counts(setting, noun, found["above"], found["below"])
    own = series.get(setting.area)
    if not own.known:
        return f"{noun.start} ist {setting.place.locative} {_reason(own.status)}"
    if own.secured:
        side = "über" if own.versus_whole == "above" else "unter"
        place = german.capital(setting.place.locative)
        return f"{place} liegt {noun.nominative} gesichert {side} dem Wert {whole.kind_genitive}"
    if own.versus_whole == "same":
        return f"{noun.start} unterscheidet sich {setting.place.locative} nicht gesichert {whole.source}"
    return _placed(series, setting)


def _placed(series: Series, setting: Setting) -> str:
    """Where the own area stands in the order, without a word on how sure that is."""
    noun, own = series.meta.noun, series.get(setting.area or "")
    shown = in_order(series, setting)
    if own.value is None or len(shown) < 2:
        return f"{noun.start} nach {setting.plural_dative}"
    low, high = shown[0].value or 0.0, shown[-1].value or 0.0
    for bound, word in ((high, "am höchsten"), (low, "am niedrigsten")):
        if own.value == bound and low != high:
            return f"{german.capital(word)} ist {noun.nominative} {setting.place.locative}"
    there = series.whole().value
    if there is None:
        return f"{noun.start} nach {setting.plural_dative}"
    if series.meta.text(own.value) == series.meta.text(there):
        return f"{noun.start} ist {setting.place.locative} so hoch wie {setting.whole.kind_locative}"
    word = "höher" if own.value > there else "niedriger"
    return f"{noun.start} ist {setting.place.locative} {word} als {setting.whole.kind_locative}"


def distribution(series: Series, setting: Setting, period: int | None = None) -> str:
    """Finding of the distribution: in which part of the areas the own one lies, or where most lie."""
    ordered = in_order(series, setting, period)
    noun = series.meta.noun
    if setting.area is None or len(ordered) < 4:
        return f"{noun.start} nach {setting.plural_dative}"
    own = series.get(setting.area, period)
    if own.value is None or not own.shown:
        return f"{noun.start} ist {setting.place.locative} {_reason(own.status)}"
    below = sum((r.value or 0.0) < own.value for r in ordered) / (len(ordered) - 1)
    part = "im unteren Viertel" if below < 0.25 else "im oberen Viertel" if below > 0.75 else "in der mittleren Hälfte"
    return f"{german.capital(setting.place.locative)} liegt {noun.nominative} {part} der {setting.plural}"


def map_finding(series: Series, setting: Setting, period: int | None = None) -> str:
    """Finding of a map."""
    noun = series.meta.noun
    shown = in_order(series, setting, period)
    if len(shown) < 2 or shown[0].value == shown[-1].value:
        return f"{noun.start} nach {setting.plural_dative}"
    low, high = (setting.where(r.area) for r in (shown[0], shown[-1]))
    return f"Am höchsten ist {noun.nominative} {high}, am niedrigsten {low}"


def multiples(series: Series, setting: Setting) -> str:
    """Finding of the small multiples of one indicator in all areas."""
    if not any(r.trend for r in series.among(setting.names)):
        return map_finding(series, setting)
    noun, found = series.meta.noun, spread(series, setting)
    up, down = len(found["rising"]), len(found["falling"])
    if not up and not down:
        none = "keiner" if setting.gender == "f" else "keinem"
        return f"{noun.start} hat sich in {none} {setting.singular} gesichert verändert"
    first, word = (up, "gestiegen") if up else (down, "gesunken")
    where = german.counted_dative(first, setting.singular, setting.plural_dative, setting.gender)
    text = f"{noun.start} ist in {where} gesichert {word}"
    if up and down:
        text += f", in {_dative_alone(down, setting)} gesunken"
    return text


def profile(all_series: Sequence[Series], setting: Setting) -> str:
    """Finding of the spine chart: how many indicators are secured better and worse."""
    standing = Standing.of(all_series, setting.area or "")
    better, worse, other = standing.better, standing.worse, (*standing.higher, *standing.lower)
    if not better and not worse:
        if other:
            return "Gesichert verschieden sind nur Werte ohne Wertung"
        if not standing.tested:
            return f"{setting.place.name} im Vergleich mit {setting.whole.dative}"
        return f"Zwischen {setting.place.dative} und {setting.whole.dative} ist kein Unterschied gesichert"
    first, word = (better, "günstiger") if better else (worse, "ungünstiger")
    verb = "ist" if len(first) == 1 else "sind"
    text = f"{german.capital(german.counted(len(first), 'Wert', 'Werte', 'm'))} {verb} gesichert {word}"
    text += f" als {setting.whole.kind_locative}"
    if better and worse:
        text += f", {german.count_alone(len(worse), 'm')} {'ist' if len(worse) == 1 else 'sind'} ungünstiger"
    return text


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


def pyramid(ages: AgeStructure) -> str:
    """Finding of a population pyramid: the largest age group."""
    groups = totals(ages)
    if not groups:
        return "Altersaufbau der Bevölkerung"
    (start, end), _ = max(groups, key=lambda g: g[1])
    name = f"{start} und mehr Jahre" if end is None else f"{start} bis {end} Jahre"
    return f"Die größte Altersgruppe ist {name} alt"


def totals(ages: AgeStructure) -> list[tuple[tuple[int, int | None], float]]:
    """Both sexes of the age groups in which both are shown."""
    both = zip(ages.age_from, ages.age_to, ages.male, ages.female, strict=True)
    return [((a, b), float(m) + float(f)) for a, b, m, f in both if m is not None and f is not None]


def in_order(series: Series, setting: Setting, period: int | None = None) -> list[Reading]:
    """Readings of the areas that show a value, from low to high; none where they say little about all areas."""
    return sorted(series.comparable(setting.names, period), key=lambda r: r.value or 0.0)


def _two_counts(setting: Setting, noun: german.Noun, above: Sequence[str], below: Sequence[str]) -> str:
    if not above and not below:
        none = "keiner" if setting.gender == "f" else "keinem"
        return f"{noun.start} unterscheidet sich in {none} {setting.singular} gesichert {setting.whole.source}"
    first, word = (above, "über") if above else (below, "unter")
    where = german.counted_dative(len(first), setting.singular, setting.plural_dative, setting.gender)
    text = f"{noun.start} liegt in {where} gesichert {word} dem Wert {setting.whole.kind_genitive}"
    if above and below:
        text += f", in {_dative_alone(len(below), setting)} darunter"
    return text


def _dative_alone(n: int, setting: Setting) -> str:
    """Count that stands for its noun in the dative: "einem", "zwei"."""
    return ("einer" if setting.gender == "f" else "einem") if n == 1 else german.count_word(n)


def lies(n: int) -> str:
    """Verb of a count: none or one lies, several lie."""
    return "liegt" if n in (0, 1) else "liegen"


def _reason(status: str) -> str:
    return signs.SIGNS[status].reason if status in signs.SIGNS else "nicht ausgewiesen"
