"""One indicator read from the snapshot: typed values instead of rows with holes.

Everything that shows or says a number starts here. A reading either has a value or a status that says why not; NaN
does not get past this module.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sozlib import reads
from sozlib.chapter import german, numbers
from sozlib.chapter.signs import shows_value
from sozlib.snapshot import CLASSES, Snapshot

#: Fields of the catalogue that are plain text.
_TEXTS = (
    *("title", "short_title", "phrase", "numerator_text", "denominator_text", "source"),
    *("legal_basis", "interpretation", "caveats", "sentence", "each"),
)


@dataclass(frozen=True)
class Reading:
    """Value of an indicator in an area and period; see :data:`sozlib.snapshot.INDICATOR_COLUMNS`.

    Numbers are None where the snapshot has none; ``status`` then says why.
    """

    indicator: str
    area: str
    period: int
    status: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    whole_value: float | None = None
    region_value: float | None = None
    versus_whole: str | None = None
    versus_region: str | None = None
    rank: int | None = None
    ranked: int | None = None
    tied: bool = False
    trend: str | None = None
    trend_from: int | None = None
    trend_change: float | None = None

    @property
    def shown(self) -> bool:
        """Whether a number can be shown (ordinary or limited)."""
        return shows_value(self.status) and self.value is not None

    @property
    def known(self) -> bool:
        """Whether the value is known, be it that its sign ("–", "0") stands for it."""
        return self.shown or self.status in ("–", "0")

    @property
    def classed(self) -> bool:
        """Whether the edition tells the class in place of the value."""
        return self.status in CLASSES

    @property
    def distance(self) -> float | None:
        """Difference from the whole, in the indicator's unit; None where either is missing."""
        if not self.shown or self.value is None or self.whole_value is None:
            return None
        return self.value - self.whole_value

    @property
    def secured(self) -> bool:
        """Whether the difference from the whole is secured by the test."""
        return self.versus_whole in ("above", "below")


def measures_of(entry: Mapping[str, Any]) -> Iterator[str]:
    """Measures behind an entry of the catalogue."""
    for term in (*(entry.get("numerator") or ()), *(entry.get("denominator") or ())):
        yield from [term["measure"]] if isinstance(term["measure"], str) else term["measure"]


@dataclass(frozen=True)
class Meta:
    """What the catalogue says about an indicator."""

    id: str
    title: str
    short_title: str
    phrase: str
    topic: str
    kind: str
    per: int
    unit: str
    decimals: int
    direction: str
    numerator_text: str
    denominator_text: str
    source: str
    as_of: str
    version: str
    legal_basis: str
    interpretation: str
    caveats: str
    sentence: str
    each: str
    minimum_denominator: int
    interval: str | None
    breaks: tuple[tuple[int, str], ...]
    measures: tuple[str, ...] = ()

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Meta:
        """From an entry of the snapshot's catalogue."""
        texts = {key: numbers.keep_together(str(entry.get(key) or "")) for key in _TEXTS}
        return cls(
            id=str(entry["id"]),
            topic=str(entry["topic"]),
            kind=str(entry["kind"]),
            per=int(entry.get("per", 100)),
            unit=str(entry.get("unit") or ""),
            decimals=int(entry.get("decimals", 1)),
            direction=str(entry.get("direction", "neutral")),
            as_of=str(entry.get("as_of") or ""),
            version=str(entry.get("version") or "1.0"),
            minimum_denominator=int(entry.get("minimum_denominator", 0) or 0),
            interval=entry.get("interval"),
            breaks=tuple((int(b["period"]), str(b["text"])) for b in entry.get("breaks") or ()),
            measures=tuple(dict.fromkeys(measures_of(entry))),
            **texts,
        )

    @property
    def noun(self) -> german.Noun:
        """The indicator as subject of sentences: "der Anteil der Kinder …"; its short title where it has no phrase."""
        return german.noun(self.phrase or f"{german.subject(self.kind).nominative} „{self.short_title}“")

    @property
    def method(self) -> str:
        """Method of the 95 % interval: the entry's own, or the usual one of its kind."""
        return self.interval or {"proportion": "wilson", "rate": "poisson"}.get(self.kind, "none")

    @property
    def difference_unit(self) -> str:
        """Unit of differences after "um": percentage points for shares."""
        return "Prozentpunkte" if self.unit == "%" else self.unit

    @property
    def unit_words(self) -> str:
        """Unit as it follows a title: "in Prozent", "je 1.000", "in Jahren"."""
        known = {"%": "in Prozent", "Jahre": "in Jahren", "": ""}
        if self.unit in known:
            return known[self.unit]
        return self.unit if " je " in f" {self.unit}" else f"in {self.unit}"

    def text(self, value: float) -> str:
        """Value with unit: "18,5 %"."""
        return numbers.with_unit(numbers.number(value, self.decimals), self.unit)

    def beside(self, value: float) -> str:
        """Value beside the phrase, without a unit that the phrase has said already ("… je 1.000 Menschen: 8,4")."""
        said = " je " in self.phrase and self.unit.startswith("je ")
        return numbers.number(value, self.decimals) if said else self.text(value)

    def dative(self, value: float) -> str:
        """Value beside the phrase, after "von" and "bis": "42,8 Jahren"."""
        said = " je " in self.phrase and self.unit.startswith("je ")
        unit = "" if said else german.dative_plural(self.unit)
        return numbers.with_unit(numbers.number(value, self.decimals), unit)

    def amount(self, value: float) -> str:
        """Size of a difference with unit, without sign: "3,8 Prozentpunkte"; of values "je 1.000" the number alone."""
        unit = "" if self.unit.startswith("je ") else self.difference_unit
        return numbers.with_unit(numbers.number(abs(value), self.decimals), unit)

    def cell(self, reading: Reading | None) -> str:
        """Table cell of a reading: number, number in brackets or sign."""
        if reading is None:
            return "."
        return numbers.cell(reading.value, self.decimals, reading.status)


class Series:
    """All readings of one indicator.

    Parameters
    ----------
    meta
        Its entry in the catalogue.
    readings
        All areas and periods.
    whole
        Id of the whole.
    rounded
        Areas of which the edition shows its counts rounded.
    """

    def __init__(self, meta: Meta, readings: Iterable[Reading], whole: str, rounded: Collection[str] = ()):
        self.meta = meta
        self.whole_id = whole
        self.rounded = frozenset(rounded)
        self._by_area: dict[str, dict[int, Reading]] = {}
        for reading in readings:
            self._by_area.setdefault(reading.area, {})[reading.period] = reading

    @cached_property
    def periods(self) -> tuple[int, ...]:
        """Periods in which at least one area has a known value."""
        found = {r.period for by in self._by_area.values() for r in by.values() if r.known}
        return tuple(sorted(found))

    @cached_property
    def period(self) -> int | None:
        """The latest of :attr:`periods`; None where there is no value at all.

        A source that reports every other year would otherwise end in a gap.
        """
        return self.periods[-1] if self.periods else None

    def get(self, area: str, period: int | None = None) -> Reading:
        """Reading of an area, of the latest period when none is given.

        What the snapshot does not hold is unknown: a reading with the status ".".
        """
        period = self.period if period is None else period
        empty = Reading(self.meta.id, area, period or 0, ".")
        return self._by_area.get(area, {}).get(period or 0, empty)

    def covers(self, area: str) -> bool:
        """Whether the snapshot holds readings of an area."""
        return area in self._by_area

    def whole(self, period: int | None = None) -> Reading:
        """Reading of the whole."""
        return self.get(self.whole_id, period)

    def over_time(self, area: str) -> list[Reading]:
        """Readings of an area in :attr:`periods`."""
        return [self.get(area, period) for period in self.periods]

    def among(self, areas: Iterable[str], period: int | None = None) -> list[Reading]:
        """Readings of several areas in one period."""
        return [self.get(area, period) for area in areas]

    def comparable(self, areas: Iterable[str], period: int | None = None) -> list[Reading]:
        """Readings of several areas that show a value; none where these say little about all of them.

        That is so where the edition tells of some only the class, or shows fewer than half: the highest of those few
        would be read as the highest of all.
        """
        among = [self.get(area, period) for area in areas if self.covers(area)]
        shown = [reading for reading in among if reading.shown and reading.value is not None]
        told = any(reading.classed for reading in among)
        return [] if told or 2 * len(shown) < len(among) else shown

    def last_known(self, area: str) -> Reading | None:
        """Latest reading of an area whose value is known."""
        return next((r for r in reversed(self.over_time(area)) if r.known), None)


class Readings:
    """Door to a snapshot's indicators, one :class:`Series` at a time."""

    def __init__(self, snapshot: Snapshot, whole: str):
        self._snapshot = snapshot
        self.whole_id = whole
        self.catalogue: dict[str, Meta] = {m.id: m for m in map(Meta.of, snapshot.meta["catalogue"])}
        self._series: dict[str, Series] = {}

    @cached_property
    def _groups(self) -> dict[Any, Any]:
        frame = self._snapshot.unnoted("indicators")
        return dict(frame.groupby("indicator", sort=False).indices)

    def rounds(self, area: str, measures: Collection[str]) -> bool:
        """Whether the edition shows counts of one of these measures rounded in an area."""
        told = (self._snapshot.meta.get("rounding") or {}).get(self._sides.get(area, ""), {})
        return any(measure in told for measure in measures)

    @cached_property
    def _sides(self) -> dict[str, str]:
        """Whose each area is, as the rules of rounding tell them apart."""
        meta, areas = self._snapshot.meta, self._snapshot.areas
        own, level = meta["edition"].get("own") or (), meta["report"]["levels"][0]["id"]
        return {
            str(id): "own" if id in own else "others" if of == level else "sums"
            for id, of in zip(areas["id"], areas["level"], strict=True)
        }

    def read_all(self) -> None:
        """Read every indicator now instead of when it is asked for."""
        for indicator in self.catalogue:
            self[indicator].periods  # noqa: B018 - computed once and kept

    def copy(self, snapshot: Snapshot) -> Readings:
        """Readings of the same snapshot opened once more, with all that were read so far."""
        same = Readings.__new__(Readings)
        same._snapshot, same.whole_id, same._sides = snapshot, self.whole_id, self._sides
        same.catalogue, same._series = dict(self.catalogue), dict(self._series)
        return same

    def __getitem__(self, indicator: str) -> Series:
        reads.note("indicator", indicator)
        if indicator not in self._series:
            positions = self._groups.get(indicator, [])
            rows = self._snapshot.unnoted("indicators").iloc[positions].to_dict("records")
            readings = (_reading({str(k): v for k, v in row.items()}) for row in rows)
            meta = self.catalogue[indicator]
            rounded = {area for area in self._sides if self.rounds(area, meta.measures)}
            self._series[indicator] = Series(meta, readings, self.whole_id, rounded)
        return self._series[indicator]


def _reading(row: dict[str, Any]) -> Reading:
    status = _word(row["status"]) or ""
    value = _number(row["value"])
    if status in ("", "()") and value is None:
        status = "."
    return Reading(
        indicator=str(row["indicator"]),
        area=str(row["area"]),
        period=int(row["period"]),
        status=status,
        value=value,
        lower=_number(row["lower"]),
        upper=_number(row["upper"]),
        numerator=_number(row["numerator"]),
        denominator=_number(row["denominator"]),
        whole_value=_number(row["whole_value"]),
        region_value=_number(row["region_value"]),
        versus_whole=_word(row["versus_whole"]),
        versus_region=_word(row["versus_region"]),
        rank=_integer(row["rank"]),
        ranked=_integer(row["ranked"]),
        tied=bool(_number(row["tied"])),
        trend=_word(row["trend"]),
        trend_from=_integer(row["trend_from"]),
        trend_change=_number(row["trend_change"]),
    )


def _number(value: Any) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):  # pandas.NA
        return None
    return number if math.isfinite(number) else None


def _integer(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
