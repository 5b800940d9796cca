"""What can be said about an indicator in an area, and no more.

Each function turns readings into German sentences that are true for exactly these readings: "gesichert" follows a
test, "deutlich" a secured and sizeable difference, and a value that is withheld gets a sentence of its own instead of a
number. Nothing here names a cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sozlib.chapter import german, numbers
from sozlib.chapter.german import Gender, Place, Whole
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.signs import SIGNS

#: From this share of the whole's value on, a secured difference is called "deutlich".
CLEARLY = 0.2

#: Up to so many neighbours are named one by one.
NAMED = 3


@dataclass(frozen=True)
class Setting:
    """Where a chapter plays: the words for its area, its whole and its kind of areas.

    Parameters
    ----------
    area
        Id of the area; None in overall chapters.
    place
        The area in sentences.
    whole
        The whole in sentences.
    names
        Names of the areas of the reporting level by id, in their order.
    singular, plural, plural_dative, gender
        What an area is called.
    """

    area: str | None
    place: Place
    whole: Whole
    names: dict[str, str]
    singular: str
    plural: str
    plural_dative: str
    gender: Gender

    def name(self, area: str) -> str:
        """Name of an area, of the whole for its id."""
        return self.names.get(area, self.whole.name)

    def count(self, n: int) -> str:
        """ "drei Räume", "kein Raum"."""
        return german.counted(n, self.singular, self.plural, self.gender)


def describe(series: Series, setting: Setting) -> list[str]:
    """Paragraphs about an indicator in the setting's area: value and comparison, development, rank.

    Never empty: where nothing is known, the paragraph says so.
    """
    if series.period is None:
        return [f"Für „{series.meta.title}“ liegen in dieser Ausgabe keine Werte vor."]
    area = setting.area
    if area is None:
        return overall(series, setting)
    reading = series.get(area)
    if not reading.known:
        return [" ".join(withheld(series, setting, reading))]
    first = [*level(series, setting, reading), *comparison(series, setting, reading)]
    second = development(series, setting, reading)
    third = rank(series, setting, reading)
    return [" ".join(part) for part in (first, second, third) if part]


def level(series: Series, setting: Setting, reading: Reading) -> list[str]:
    """The value, the count behind it and its interval."""
    meta, noun = series.meta, german.subject(series.meta.kind)
    when = german.when(meta.as_of, reading.period)
    if not reading.shown or reading.value is None:
        return [f"{when} {_clause_first(noun.nominative, reading.status, setting.place.locative)}."]
    wert = meta.text(reading.value)
    if meta.sentence:
        parts = [f"{when} {meta.sentence.format(ort=setting.place.locative, wert=wert)}."]
    else:
        parts = [f"{when} beträgt {noun.nominative} {setting.place.locative} {wert}."]
    if _countable(meta, reading):
        top, base = (numbers.number(n, 0) for n in (reading.numerator or 0, reading.denominator or 0))
        each = german.every_nth(reading.value, meta.each) if meta.each and meta.unit == "%" else None
        parts.append(f"Das sind {top} von {base}{f', {each}' if each else ''}.")
    if reading.lower is not None and reading.upper is not None:
        low, high = (numbers.number(n, meta.decimals) for n in (reading.lower, reading.upper))
        parts.append(f"Das 95-%-Intervall reicht von {low} bis {numbers.with_unit(high, meta.unit)}.")
    if reading.status == "()":
        parts.append("Der Wert ist nur eingeschränkt aussagekräftig.")
    return parts


def comparison(series: Series, setting: Setting, reading: Reading) -> list[str]:
    """The area against the whole, with what the test allows to say."""
    meta, noun, whole = series.meta, german.subject(series.meta.kind), setting.whole
    against = series.whole(reading.period)
    if not against.shown or against.value is None:
        if against.known:
            clause = SIGNS[against.status].clause.replace("ist", f"ist {noun.pronoun}", 1)
            return [f"{german.capital(whole.kind_locative)} insgesamt {clause}."]
        return [f"Ein Wert für {whole.accusative} insgesamt ist nicht ausgewiesen."]
    there = f"{german.capital(whole.kind_locative)} insgesamt sind es {meta.text(against.value)}"
    distance = None if reading.value is None or not reading.shown else reading.value - against.value
    if meta.kind == "count" or distance is None:
        return [f"{there}."]
    by = numbers.with_unit(numbers.number(abs(distance), meta.decimals), german.dative_plural(meta.difference_unit))
    level_with = numbers.signed(distance, meta.decimals).startswith("±")
    if reading.secured and not level_with:
        sizeable = meta.kind != "change" and abs(distance) >= CLEARLY * abs(against.value)
        clearly = "deutlich " if sizeable else ""
        side = "über" if distance > 0 else "unter"
        return [
            f"{there}. {noun.start} {setting.place.locative} liegt damit {clearly}{side} "
            f"{noun.dative_article} {whole.kind_genitive}; der Unterschied von {by} "
            "ist statistisch gesichert."
        ]
    if reading.versus_whole == "same":
        if level_with:
            return [f"{german.capital(whole.kind_locative)} insgesamt ist {noun.pronoun} ebenso hoch."]
        return [f"{there}; der Unterschied von {by} ist statistisch nicht gesichert."]
    return [f"{there}."]


def development(series: Series, setting: Setting, reading: Reading) -> list[str]:
    """The trend of the area and of the whole, breaks and years without value."""
    meta, noun = series.meta, german.subject(series.meta.kind)
    history = series.over_time(reading.area)
    known = [r for r in history if r.known]
    if len(known) < 2:
        return ["Werte für frühere Jahre liegen nicht vor; eine Entwicklung lässt sich deshalb nicht beschreiben."]
    start = reading.trend_from
    if reading.trend is None or start is None:
        parts = [f"Ob sich {noun.nominative} seit {known[0].period} verändert hat, lässt sich nicht prüfen."]
        start = known[0].period
    elif reading.trend == "none":
        change = reading.trend_change
        size = "" if change is None else f" ({_signed_amount(meta, change)})"
        parts = [f"Seit {start} ist keine gesicherte Veränderung festzustellen{size}."]
    else:
        parts = [_moved(meta, noun.nominative, reading, f"Seit {start}") + "; " + _certain(reading)]
    parts += _whole_moved(series, setting, reading, start)
    between = [(year, text) for year, text in meta.breaks if start < year <= reading.period]
    for year, text in between:
        parts.append(f"Ab {year} sind die Werte mit früheren nur eingeschränkt vergleichbar ({text.rstrip('.')}).")
    gaps = [r.period for r in history if not r.known and r.period > known[0].period]
    if gaps:
        parts.append(f"Für {german.year_ranges(gaps)} ist kein Wert ausgewiesen.")
    return parts


def rank(series: Series, setting: Setting, reading: Reading) -> list[str]:
    """The place among all areas, and which neighbours cannot be told apart."""
    noun = german.subject(series.meta.kind)
    others = [r for r in series.among(setting.names, reading.period) if r.shown and r.area != reading.area]
    if not reading.shown or reading.value is None or len(others) < 2:
        return []
    own = reading.value
    above = [r for r in others if r.value is not None and r.value > own]
    below = [r for r in others if r.value is not None and r.value < own]
    high = len(above) <= len(below)
    place = german.superlative(1 + len(above if high else below), high)
    which = f"{german.count_word(len(others) + 1)} {setting.plural_dative}"
    if len(others) + 1 < len(setting.names):
        which += " mit ausgewiesenem Wert"
    same = [setting.name(r.area) for r in others if r.value == own]
    along = f", gleichauf mit {german.join(same)}" if same else ""
    parts = [f"Unter den {which} ist das {noun.article} {place} {noun.bare}{along}."]
    if reading.lower is None or reading.upper is None:
        return parts
    blurred = [
        setting.name(r.area)
        for r in others
        if r.lower is not None and r.upper is not None and r.lower <= reading.upper and r.upper >= reading.lower
    ]
    if not blurred:
        parts.append("Die 95-%-Intervalle aller anderen liegen außerhalb des eigenen.")
    elif len(blurred) <= NAMED:
        parts.append(
            f"[Ob {setting.place.name} vor oder hinter {german.join(blurred, 'oder')} steht, lässt sich nicht "
            "sagen]{.uncertain}, denn die Intervalle überlappen sich."
        )
    else:
        n = german.counted_dative(len(blurred), setting.singular, setting.plural_dative, setting.gender)
        parts.append(
            f"[Gegenüber {n} ist die Reihenfolge nicht gesichert]{{.uncertain}}, denn die Intervalle überlappen sich."
        )
    return parts


def withheld(series: Series, setting: Setting, reading: Reading) -> list[str]:
    """Sentences in place of a value: why there is none, for how long, what is known instead."""
    noun, whole = german.subject(series.meta.kind), setting.whole
    history = series.over_time(reading.area)
    tail: list[int] = []
    for earlier in reversed(history):
        if earlier.status != reading.status:
            break
        tail.append(earlier.period)
    years = german.year_ranges(tail)
    lasting = f"; das gilt für die Jahre {years}" if len(tail) > 1 else f" (Stand {reading.period})"
    parts = [f"{noun.start} {setting.place.locative} {SIGNS[reading.status].clause}{lasting}."]
    against = series.whole(reading.period)
    if against.shown and against.value is not None:
        parts.append(f"{german.capital(whole.kind_locative)} insgesamt sind es {series.meta.text(against.value)}.")
    past = series.last_known(reading.area)
    if past is None:
        parts.append("Auch für frühere Jahre ist kein Wert ausgewiesen." if len(history) > len(tail) else "")
    elif past.shown and past.value is not None:
        there = series.whole(past.period)
        aside = f" ({whole.kind}: {series.meta.text(there.value)})" if there.shown and there.value is not None else ""
        parts.append(f"Zuletzt ist ein Wert für {past.period} ausgewiesen: {series.meta.text(past.value)}{aside}.")
    return [part for part in parts if part]


def withheld_together(all_series: Sequence[Series], setting: Setting) -> list[str]:
    """One paragraph for each reason why several indicators have no value, each with the value of the whole."""
    texts = []
    for status, sign in SIGNS.items():
        group = [s for s in all_series if s.get(setting.area or s.whole_id).status == status]
        if not group:
            continue
        named = []
        for series in group:
            there = series.whole()
            aside = f" ({setting.whole.kind} {series.meta.text(there.value)})" if there.shown and there.value else ""
            named.append(f"„{series.meta.short_title}“{aside}")
        if len(group) == 1:
            texts.append(f"{german.capital(setting.place.locative)} ist {sign.reason}: {named[0]}.")
        else:
            texts.append(f"{german.capital(setting.place.locative)} sind {sign.reason}: {german.join(named)}.")
    return texts


def overall(series: Series, setting: Setting) -> list[str]:
    """Paragraph about an indicator in the whole: level, spread between the areas, development."""
    meta, noun, whole = series.meta, german.subject(series.meta.kind), setting.whole
    reading = series.whole()
    when = german.when(meta.as_of, reading.period)
    if reading.shown and reading.value is not None:
        wert = meta.text(reading.value)
        if meta.sentence:
            parts = [f"{when} {meta.sentence.format(ort=whole.locative, wert=wert)}."]
        else:
            parts = [f"{when} beträgt {noun.nominative} {whole.locative} {wert}."]
    else:
        parts = [f"{noun.start} {whole.locative} {SIGNS[reading.status].clause}."]
    areas = [r for r in series.among(setting.names) if r.shown and r.value is not None]
    if len(areas) > 1:
        ordered = sorted(areas, key=lambda r: r.value or 0.0)
        low, high = ordered[0], ordered[-1]
        parts.append(
            f"Unter den {setting.plural_dative} reicht die Spanne von {meta.text(low.value or 0.0)} "
            f"({setting.name(low.area)}) bis {meta.text(high.value or 0.0)} ({setting.name(high.area)})."
        )
    hidden = [r for r in series.among(setting.names) if not r.known]
    if hidden:
        verb = "ist" if len(hidden) == 1 else "sind"
        names = (
            german.join(setting.name(r.area) for r in hidden) if len(hidden) <= NAMED else setting.count(len(hidden))
        )
        parts.append(f"Ohne ausgewiesenen Wert {verb} {names}.")
    if reading.known:
        return [" ".join(parts), " ".join(development(series, setting, reading))]
    return [" ".join(parts)]


def spread(series: Series, setting: Setting) -> dict[str, list[str]]:
    """Names of the areas that are secured above and below the whole and those that moved, in their order."""
    found: dict[str, list[str]] = {"above": [], "below": [], "rising": [], "falling": [], "hidden": []}
    for reading in series.among(setting.names):
        name = setting.name(reading.area)
        if not reading.known:
            found["hidden"].append(name)
        for word in (reading.versus_whole, reading.trend):
            if word in found:
                found[word].append(name)
    return found


def _whole_moved(series: Series, setting: Setting, reading: Reading, start: int) -> list[str]:
    if reading.area == series.whole_id:
        return []
    against = series.whole(reading.period)
    where = german.capital(setting.whole.kind_locative)
    if against.trend is None or against.trend_from != start:
        return []
    if against.trend == "none":
        return [f"{where} insgesamt ist in dieser Zeit keine Richtung gesichert."]
    noun = german.subject(series.meta.kind)
    who = noun.pronoun if reading.trend in ("rising", "falling") else noun.nominative
    return [_moved(series.meta, who, against, f"{where} insgesamt", " in dieser Zeit") + "."]


def _moved(meta: Meta, who: str, reading: Reading, start: str, span: str = "") -> str:
    change = reading.trend_change
    verb = "gestiegen" if reading.trend == "rising" else "gesunken"
    fits = change is not None and (change > 0) == (reading.trend == "rising")
    nothing = change is None or numbers.signed(change, meta.decimals).startswith("±")
    by = f" um {meta.amount(change)}" if change is not None and fits and not nothing else ""
    return f"{start} ist {who}{span}{by} {verb}"


def _certain(reading: Reading) -> str:
    return f"der {'Anstieg' if reading.trend == 'rising' else 'Rückgang'} ist statistisch gesichert."


def _signed_amount(meta: Meta, change: float) -> str:
    return numbers.with_unit(numbers.signed(change, meta.decimals), meta.difference_unit)


def _clause_first(subject: str, status: str, where: str) -> str:
    verb, _, rest = SIGNS[status].clause.partition(" ")
    return f"{verb} {subject} {where} {rest}"


def _countable(meta: Meta, reading: Reading) -> bool:
    whole_numbers = all(
        n is not None and float(n).is_integer() and n > 0 for n in (reading.numerator, reading.denominator)
    )
    return meta.kind == "proportion" and whole_numbers


def paragraphs(texts: Sequence[str]) -> str:
    """Paragraphs as Markdown, with fixed spaces where terms must not break."""
    return "\n\n".join(numbers.keep_together(text) for text in texts if text)
