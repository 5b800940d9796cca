"""Building blocks of German sentences: places, points in time, lists, number words, fractions.

Generated sentences stand beside sentences that people wrote. They must be right in grammar for every area and every
whole ("im Kreis", "in der Stadt"), and they never say more than the data: no cause, and "deutlich" only where a
difference is secured.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sozlib.chapter.numbers import NBSP

Gender = Literal["m", "f", "n"]

_WORDS = ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf")
_ORDINALS = (
    *("nullt", "erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt"),
    *("elft", "zwölft", "dreizehnt", "vierzehnt", "fünfzehnt", "sechzehnt", "siebzehnt", "achtzehnt", "neunzehnt"),
    "zwanzigst",
)
_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


@dataclass(frozen=True)
class Noun:
    """A subject of sentences: with article ("der Anteil der Kinder") and its pronoun ("er", "sie", "es")."""

    nominative: str
    pronoun: str

    @property
    def article(self) -> str:
        """ "der", "die" or "das"."""
        return self.nominative.split(" ", 1)[0]

    @property
    def dative_article(self) -> str:
        """ "dem" or "der"; alone it also stands for the noun: "über dem des Kreises"."""
        return "der" if self.article == "die" else "dem"

    @property
    def accusative(self) -> str:
        """After "für", "über": "den Anteil der Kinder"."""
        return f"{'den' if self.article == 'der' else self.article} {self.bare}"

    @property
    def at(self) -> str:
        """Where a difference shows: "beim Anteil der Kinder", "bei der Quote"."""
        return f"{'bei der' if self.article == 'die' else 'beim'} {self.bare}"

    @property
    def bare(self) -> str:
        """Without article."""
        return self.nominative.split(" ", 1)[1]

    @property
    def start(self) -> str:
        """With a capital letter, to begin a sentence."""
        return capital(self.nominative)


def noun(phrase: str) -> Noun:
    """Noun from its phrase: a singular with article that bends in the article alone ("der Anteil der Kinder")."""
    return Noun(phrase, {"der": "er", "die": "sie"}.get(phrase.split(" ", 1)[0], "es"))


SHARE = Noun("der Anteil", "er")
VALUE = Noun("der Wert", "er")
NUMBER = Noun("die Zahl", "sie")


def subject(kind: str) -> Noun:
    """The noun that stands for an indicator of this kind ("der Anteil", "der Wert", …)."""
    return {"proportion": SHARE, "count": NUMBER}.get(kind, VALUE)


def capital(text: str) -> str:
    """First letter as a capital."""
    return text[:1].upper() + text[1:]


def join(parts: Iterable[str], last: str = "und") -> str:
    """List in a sentence: "A, B und C"."""
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def count_word(n: int, gender: Gender | None = None) -> str:
    """Number as a word up to twelve, as digits beyond; ``gender`` bends "ein" ("ein Raum", "eine Gemeinde").

    Without gender the word stands alone: "zwei", "eins".
    """
    if n == 1 and gender is not None:
        return {"m": "ein", "f": "eine", "n": "ein"}[gender]
    return _WORDS[n] if 0 <= n < len(_WORDS) else str(n)


def counted(n: int, singular: str, plural: str, gender: Gender) -> str:
    """Counted noun in the nominative: "kein Raum", "ein Raum", "zwei Räume"."""
    if n == 0:
        return f"{'keine' if gender == 'f' else 'kein'} {singular}"
    return f"{count_word(n, gender)} {singular if n == 1 else plural}"


def count_alone(n: int, gender: Gender) -> str:
    """Count that stands for its noun: "einer", "keine", "zwei"."""
    if n > 1:
        return count_word(n)
    return ("k" if n == 0 else "") + {"m": "einer", "f": "eine", "n": "eines"}[gender]


def counted_dative(n: int, singular: str, plural_dative: str, gender: Gender) -> str:
    """Counted noun in the dative: "in einem Raum", "in zwei Räumen"; the preposition is the caller's."""
    if n == 1:
        return f"{'einer' if gender == 'f' else 'einem'} {singular}"
    return f"{count_word(n)} {plural_dative}"


def superlative(rank: int, high: bool = True) -> str:
    """Attribute of a rank in the nominative: "höchste", "zweithöchste", "fünftniedrigste"."""
    stem = "höchste" if high else "niedrigste"
    if rank == 1:
        return stem
    return (_ORDINALS[rank] if rank < len(_ORDINALS) else f"{rank}.-") + stem


def when(as_of: str, period: int) -> str:
    """Point in time at the start of a sentence: "Ende 2025", "Am 1. März 2025", "Im Jahr 2025".

    Parameters
    ----------
    as_of
        Stichtag in words from the catalogue: "31.12.", "1.3.", "Jahresdurchschnitt", …
    period
        Year.
    """
    text = _first(as_of).lower()
    match = re.match(r"^(\d{1,2})\.\s?(\d{1,2})\.", text)
    if match:
        day, month = int(match[1]), int(match[2])
        if (day, month) == (31, 12):
            return f"Ende {period}"
        if 1 <= month <= 12:
            return f"Am {day}.{NBSP}{_MONTHS[month - 1]} {period}"
    match = re.match(r"^(\d{1,2})\.\s?([a-zä]+)$", text)
    if match and match[2].capitalize() in _MONTHS:
        return when(f"{match[1]}.{_MONTHS.index(match[2].capitalize()) + 1}.", period)
    if "durchschnitt" in text or "mittel" in text:
        return f"Im Jahresdurchschnitt {period}"
    if text == "dezember":
        return f"Ende {period}"
    if text.capitalize() in _MONTHS:
        return f"Im {text.capitalize()} {period}"
    return f"Im Jahr {period}"


def _first(as_of: str) -> str:
    """The numerator's day, where the denominator's follows: "30.06., Bevölkerung 31.12."."""
    return re.split(r"[;,]", as_of, maxsplit=1)[0].strip()


def month(number: int) -> str:
    """Name of a month, 1 to 12."""
    return _MONTHS[number - 1]


def stichtag(as_of: str, period: int) -> str:
    """Stichtag for source lines: "Stand 31.12.2025", "Jahr 2025"."""
    text = _first(as_of)
    if re.match(r"^\d{1,2}\.\s?\d{1,2}\.$", text):
        return f"Stand {text}{period}"
    if text and text.lower() not in ("jahr", "kalenderjahr"):
        return f"{text} {period}"
    return f"Jahr {period}"


def dative_plural(unit: str) -> str:
    """Unit after "von": "Prozentpunkten", "Jahren"; units that do not bend stay."""
    first, _, rest = unit.partition(" ")
    bent = {"Prozentpunkte": "Prozentpunkten", "Jahre": "Jahren", "Einwohner": "Einwohnern"}.get(first, first)
    return f"{bent} {rest}".rstrip()


def year_ranges(years: Sequence[int]) -> str:
    """Years in words: "2025", "2024 und 2025", "2016 bis 2019 und 2023"."""
    groups: list[list[int]] = []
    for year in sorted(set(years)):
        if groups and year == groups[-1][-1] + 1:
            groups[-1].append(year)
        else:
            groups.append([year])
    parts: list[str] = []
    for group in groups:
        parts += [f"{group[0]} bis {group[-1]}"] if len(group) > 2 else [str(year) for year in group]
    return join(parts)


#: Shares that have a well-known fraction: percent and n of "one in n".
_FRACTIONS: tuple[tuple[float, int], ...] = (
    (50.0, 2),
    (33.333, 3),
    (25.0, 4),
    (20.0, 5),
    (16.667, 6),
    (14.286, 7),
    (12.5, 8),
    (10.0, 10),
    (5.0, 20),
)


def every_nth(percent: float, each: str) -> str | None:
    """Share as "fast jedes fünfte Kind", where it is near one in n; None where it is not.

    "fast" and "mehr als" say on which side the share lies, "rund" that it lies within a hair's breadth.

    Parameters
    ----------
    percent
        The share in percent.
    each
        The single case with its article: "jedes Kind unter 15 Jahren".

    Examples
    --------
    >>> every_nth(18.5, "jedes Kind")
    'fast jedes fünfte Kind'
    >>> every_nth(7.2, "jedes Kind") is None
    True
    """
    article, _, noun = each.partition(" ")
    for value, n in _FRACTIONS:
        relative = percent / value - 1
        if abs(relative) > 0.08:
            continue
        ordinal = "zwanzigste" if n == 20 else f"{_ORDINALS[n]}e"
        about = "rund" if abs(relative) <= 0.015 else "fast" if relative < 0 else "mehr als"
        return f"{about} {article} {ordinal} {noun}"
    return None


def times(value: float, reference: float) -> str | None:
    """How many times as high a value is, where that is easily said: "mehr als doppelt so hoch", else None.

    Examples
    --------
    >>> times(28.3, 13.8)
    'rund doppelt so hoch'
    >>> times(15.0, 13.8) is None
    True
    """
    if value <= 0 or reference <= 0:
        return None
    ratio = value / reference
    for low, high, words in _TIMES:
        if low <= ratio < high:
            return words
    return None


#: Bounds of a ratio and what is said of it.
_TIMES: tuple[tuple[float, float, str], ...] = (
    (0.0, 0.45, "weniger als halb so hoch"),
    (0.45, 0.55, "rund halb so hoch"),
    (1.45, 1.55, "rund anderthalbmal so hoch"),
    (1.9, 2.1, "rund doppelt so hoch"),
    (2.1, 2.85, "mehr als doppelt so hoch"),
    (2.85, 3.15, "rund dreimal so hoch"),
    (3.15, float("inf"), "mehr als dreimal so hoch"),
)


def standing(position: int) -> str:
    """Place in an order: "an erster Stelle", "an neunter Stelle", "an 23. Stelle"."""
    return f"an {_ORDINALS[position]}er Stelle" if position < len(_ORDINALS) else f"an {position}. Stelle"


def plural_dative(plural: str) -> str:
    """Dative of a plural without a declared one: "Bezirke" gives "Bezirken"."""
    return plural if plural.endswith(("n", "s")) else f"{plural}n"
