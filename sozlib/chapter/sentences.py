"""What can be said about an indicator in an area, and no more.

Each function turns readings into German sentences that are true for exactly these readings: "gesichert" follows a
test, "deutlich" a secured and sizeable difference, and a value that is withheld gets a sentence of its own instead of a
number. Nothing here names a cause.
"""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german, numbers
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.setting import Setting
from sozlib.chapter.signs import SIGNS

#: From this share of the whole's value on, a secured difference is called "deutlich".
CLEARLY = 0.2

#: Up to so many neighbours are named one by one.
NAMED = 3


def describe(series: Series, setting: Setting, turn: int = 0) -> list[str]:
    """Paragraphs about an indicator in the setting's area: value and comparison, development, rank.

    Never empty: where nothing is known, the paragraph says so.

    Parameters
    ----------
    series, setting
        The indicator and the words of the chapter.
    turn
        How many indicators the chapter has described before; neighbouring paragraphs take different words for the
        same message.
    """
    if series.period is None:
        return [f"Für „{series.meta.title}“ liegen in dieser Ausgabe keine Werte vor."]
    area = setting.area
    if area is None:
        return overall(series, setting)
    reading = series.get(area)
    if not reading.known:
        return [" ".join(withheld(series, setting, reading))]
    first = [*level(series, setting, reading), *comparison(series, setting, reading, turn)]
    second = development(series, setting, reading, turn)
    third = rank(series, setting, reading, turn)
    return [" ".join(part) for part in (first, second, third) if part]


def level(series: Series, setting: Setting, reading: Reading) -> list[str]:
    """The value, the count behind it and its interval."""
    meta = series.meta
    if not reading.shown or reading.value is None:
        when = german.when(meta.as_of, reading.period)
        return [f"{when} {_clause_first(meta.noun.nominative, reading.status, setting.place.locative)}."]
    parts = [f"{_said(meta, reading, reading.value, setting.place.locative)}."]
    limits = ""
    if reading.lower is not None and reading.upper is not None:
        low, high = (numbers.number(n, meta.decimals) for n in (reading.lower, reading.upper))
        limits = f"{low} bis {numbers.with_unit(high, german.dative_plural(meta.unit))}"
    if _countable(meta, reading):
        top, base = (numbers.number(n, 0) for n in (reading.numerator or 0, reading.denominator or 0))
        each = german.every_nth(reading.value, meta.each) if meta.each and meta.unit == "%" else None
        aside = f" (95-%-Intervall: {limits})" if limits else ""
        about = "rund " if reading.area in series.rounded else ""
        parts.append(f"Das sind {about}{top} von {about}{base}{f', {each}' if each else ''}{aside}.")
    elif limits:
        parts.append(f"Das 95-%-Intervall reicht von {limits}.")
    if reading.status == "()":
        parts.append("Der Wert ist nur eingeschränkt aussagekräftig.")
    return parts


def _said(meta: Meta, reading: Reading, value: float, where: str) -> str:
    """Value in a sentence without full stop: the catalogue's own, or one with the indicator's name."""
    when = german.when(meta.as_of, reading.period)
    if meta.sentence:
        return f"{when} {meta.sentence.format(ort=where, wert=meta.text(value))}"
    return f"{when} beträgt {meta.noun.nominative} {where} {meta.beside(value)}"


def comparison(series: Series, setting: Setting, reading: Reading, turn: int = 0) -> list[str]:
    """The area against the whole, with what the test allows to say; ``turn`` chooses among equal wordings."""
    meta, noun, whole = series.meta, german.subject(series.meta.kind), setting.whole
    against = series.whole(reading.period)
    where = german.capital(whole.kind_locative)
    if not against.shown or against.value is None:
        if against.known:
            clause = SIGNS[against.status].clause.replace("ist", f"ist {noun.pronoun}", 1)
            return [f"{where} insgesamt {clause}."]
        return [f"Ein Wert für {whole.accusative} insgesamt ist nicht ausgewiesen."]
    value = meta.text(against.value) if meta.sentence else meta.beside(against.value)
    there = f"{where} insgesamt sind es {value}"
    distance = None if reading.value is None or not reading.shown else reading.value - against.value
    if meta.kind == "count" or distance is None or reading.value is None or reading.versus_whole is None:
        return [f"{there}."]
    if numbers.signed(distance, meta.decimals).startswith("±"):
        return [f"{where} insgesamt ist {noun.nominative} ebenso hoch."]
    by = numbers.with_unit(numbers.number(abs(distance), meta.decimals), german.dative_plural(meta.difference_unit))
    amount, place = meta.amount(distance), setting.place.locative
    more = "weniger" if distance > 0 else "mehr"
    if not reading.secured:
        return _choose(
            turn,
            f"{there}; der Unterschied von {by} ist statistisch nicht gesichert.",
            f"Vom Wert {whole.kind_genitive} ({value}) unterscheidet sich {noun.nominative} nicht gesichert.",
            f"{there}; der Abstand von {by} kann zufällig sein.",
        )
    sizeable = meta.kind != "change" and abs(distance) >= CLEARLY * abs(against.value)
    clearly, side = "deutlich " if sizeable else "", "über" if distance > 0 else "unter"
    times = german.times(reading.value, against.value) if meta.kind != "change" else None
    near = f"; {noun.nominative} {place} ist {times}. Der Unterschied von {by} ist statistisch gesichert."
    apart = f", also {amount} {more}; der Unterschied ist statistisch gesichert."
    return _choose(
        turn,
        f"{there}. {noun.start} {place} liegt damit {clearly}{side} {noun.dative_article} {whole.kind_genitive}; "
        f"der Unterschied von {by} ist statistisch gesichert.",
        f"{noun.start} liegt damit um {amount} {side} {noun.dative_article} {whole.kind_genitive} ({value}); der "
        "Unterschied ist statistisch gesichert.",
        f"{there}{near if times else apart}",
    )


def _choose(turn: int, *wordings: str) -> list[str]:
    return [wordings[turn % len(wordings)]]


def development(series: Series, setting: Setting, reading: Reading, turn: int = 0) -> list[str]:
    """The trend of the area and of the whole, breaks and years without value."""
    meta, noun = series.meta, german.subject(series.meta.kind)
    history = series.over_time(reading.area)
    known = [r for r in history if r.known]
    if len(known) < 2:
        return ["Werte für frühere Jahre liegen nicht vor; eine Entwicklung lässt sich deshalb nicht beschreiben."]
    start = reading.trend_from
    if reading.trend is None or start is None:
        parts = _untested(meta, noun, known, reading)
        start = known[0].period
    elif reading.trend == "none":
        size = "" if reading.trend_change is None else f" ({_signed_amount(meta, reading.trend_change)})"
        parts = _choose(
            turn,
            f"Seit {start} ist keine gesicherte Veränderung festzustellen{size}.",
            f"Eine Veränderung seit {start} ist nicht gesichert{size}.",
        )
    else:
        since = "Seit" if turn % 2 == 0 else "Gegenüber"
        parts = [_moved(meta, noun.nominative, reading, f"{since} {start}") + "; " + _certain(reading)]
    parts += _whole_moved(series, setting, reading, start)
    between = [(year, text) for year, text in meta.breaks if start < year <= reading.period]
    for year, text in between:
        parts.append(f"Ab {year} sind die Werte mit früheren nur eingeschränkt vergleichbar ({text.rstrip('.')}).")
    gaps = [r.period for r in history if not r.known and r.period > known[0].period]
    if gaps:
        parts.append(f"Für {german.year_ranges(gaps)} ist kein Wert ausgewiesen.")
    return parts


def _untested(meta: Meta, noun: german.Noun, known: Sequence[Reading], reading: Reading) -> list[str]:
    """Development that no test has looked at: the first value beside the latest, without judgement."""
    first = known[0]
    if meta.method == "none" and first.shown and first.value is not None and first.period < reading.period:
        return [f"Im Jahr {first.period} waren es {meta.beside(first.value)}."]
    return [f"Ob sich {noun.nominative} seit {first.period} verändert hat, lässt sich nicht prüfen."]


def rank(series: Series, setting: Setting, reading: Reading, turn: int = 0) -> list[str]:
    """The place among all areas, and which neighbours cannot be told apart."""
    noun = german.subject(series.meta.kind)
    others = [r for r in series.comparable(setting.names, reading.period) if r.area != reading.area]
    if not reading.shown or reading.value is None or len(others) < 2:
        return []
    own = reading.value
    above = [r for r in others if r.value is not None and r.value > own]
    below = [r for r in others if r.value is not None and r.value < own]
    high = len(above) <= len(below)
    position = 1 + len(above if high else below)
    which = f"{german.count_word(len(others) + 1)} {setting.plural_dative}"
    if len(others) + 1 < len(setting.names):
        which += " mit ausgewiesenem Wert"
    same = [setting.name(r.area) for r in others if r.value == own]
    along = f", gleichauf mit {german.join(same)}" if same else ""
    if position <= NAMED:
        parts = [f"Unter den {which} ist das {noun.article} {german.superlative(position, high)} {noun.bare}{along}."]
    else:
        standing = german.standing(1 + len(above))
        parts = _choose(
            turn,
            f"Der Höhe nach steht {setting.place.name} damit unter den {which} {standing}{along}.",
            f"Vom höchsten Wert aus gezählt ist das unter den {which} Platz {1 + len(above)}{along}.",
        )
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
    noun, whole = series.meta.noun, setting.whole
    history = series.over_time(reading.area)
    tail: list[int] = []
    for earlier in reversed(history):
        if earlier.status != reading.status:
            break
        tail.append(earlier.period)
    years = german.year_ranges(tail)
    lasting = f"; das gilt für die Jahre {years}" if len(tail) > 1 else f" (Stand {reading.period})"
    clause = _clause_first(noun.nominative, reading.status, setting.place.locative, subject_first=True)
    parts = [f"{clause}{lasting}."]
    against = series.whole(reading.period)
    if against.shown and against.value is not None:
        parts.append(f"{german.capital(whole.kind_locative)} insgesamt sind es {series.meta.beside(against.value)}.")
    past = series.last_known(reading.area)
    if past is None:
        parts.append("Auch für frühere Jahre ist kein Wert ausgewiesen." if len(history) > len(tail) else "")
    elif past.shown and past.value is not None:
        there = series.whole(past.period)
        aside = f" ({whole.kind}: {series.meta.text(there.value)})" if there.shown and there.value is not None else ""
        parts.append(f"Zuletzt ist ein Wert für {past.period} ausgewiesen: {series.meta.text(past.value)}{aside}.")
    return [part for part in parts if part]


def overall(series: Series, setting: Setting) -> list[str]:
    """Paragraph about an indicator in the whole: level, spread between the areas, development."""
    meta, whole = series.meta, setting.whole
    reading = series.whole()
    if reading.shown and reading.value is not None:
        parts = [f"{_said(meta, reading, reading.value, whole.locative)}."]
    else:
        parts = [_clause_first(meta.noun.nominative, reading.status, whole.locative, subject_first=True) + "."]
    areas = series.comparable(setting.names)
    if len(areas) > 1:
        ordered = sorted(areas, key=lambda r: r.value or 0.0)
        low, high = ordered[0], ordered[-1]
        parts.append(
            f"Die Spanne reicht von {meta.dative(low.value or 0.0)} {setting.where(low.area)} bis "
            f"{meta.dative(high.value or 0.0)} {setting.where(high.area)}."
        )
    unknown = [r for r in series.among(filter(series.covers, setting.names)) if not r.known]
    told = [r for r in unknown if r.classed]
    hidden = [r for r in unknown if not r.classed]
    for how, some in (("Nur mit der Klasse ausgewiesen", told), ("Ohne ausgewiesenen Wert", hidden)):
        if some:
            verb = "ist" if len(some) == 1 else "sind"
            names = german.join(setting.name(r.area) for r in some) if len(some) <= NAMED else setting.count(len(some))
            parts.append(f"{how} {verb} {names}.")
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


def _clause_first(subject: str, status: str, where: str, subject_first: bool = False) -> str:
    verb, _, rest = SIGNS[status].clause.partition(" ")
    if rest.startswith("sich "):
        where, rest = f"sich {where}", rest.removeprefix("sich ")
    return f"{german.capital(subject)} {verb} {where} {rest}" if subject_first else f"{verb} {subject} {where} {rest}"


def _countable(meta: Meta, reading: Reading) -> bool:
    whole_numbers = all(
        n is not None and float(n).is_integer() and n > 0 for n in (reading.numerator, reading.denominator)
    )
    return meta.kind == "proportion" and whole_numbers


def paragraphs(texts: Sequence[str]) -> str:
    """Paragraphs as Markdown, with fixed spaces where terms must not break."""
    return "\n\n".join(numbers.keep_together(text) for text in texts if text)
