"""What an edition tells of counts whose numbers it does not show: inequalities between them.

* Those meant are never more than all, whether the edition shows how many all are or not; parts are no more than their
  whole (:mod:`~sozlib.disclosure.wholes`).
* A rounded number says between which two the true one lies.
* A class says between which limits a value lies, and so between which multiples of the denominator its numerator does.

A rate whose counts are hidden is never shown (:mod:`sozlib.disclosure.protect`), so rounded rates say nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sozlib.disclosure import wholes
from sozlib.disclosure.balance import balanced
from sozlib.disclosure.publication import Published
from sozlib.disclosure.rounding import whose
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.system import Count, Identity, Limit, counts, expressed, people
from sozlib.indicators.catalogue import SURFACE, Indicator, catalogue_of
from sozlib.indicators.limits import class_range
from sozlib.snapshot import CLASSES


@dataclass(frozen=True)
class Below:
    """What a numerator is divided by: a count, or a number that everybody knows."""

    count: Count | None
    number: float = 0.0

    def times(self, factor: float) -> tuple[tuple[tuple[Count, float], ...], float]:
        """So many times this, as weighted counts and a number."""
        return ((self.count, factor),) if self.count is not None else (), self.number * factor


def told(snapshot: Published, catalogue: Sequence[Indicator], kinds: Mapping[str, str]) -> Iterator[Limit]:
    """Inequalities that an edition tells.

    Parameters
    ----------
    snapshot
        The edition.
    catalogue
        Its indicators.
    kinds
        Kinds of the measures; only counts are numbers of people that can be compared.
    """
    known = rounded(snapshot, kinds)
    yield from _telling(known)
    rows = snapshot.indicators
    uncertain = rows if snapshot.meta.get("rounding") else rows[rows["numerator"].isna() | rows["denominator"].isna()]
    for indicator, above, below, _ in _pairs(snapshot, uncertain, catalogue, kinds):
        if indicator.kind == "proportion" and not _apart(above, below, known):
            yield _at_most(above, below)
    yield from of_classes(snapshot, catalogue, kinds)
    yield from wholes.told(snapshot, catalogue, kinds)


def of_classes(snapshot: Published, catalogue: Sequence[Indicator], kinds: Mapping[str, str]) -> Iterator[Limit]:
    """What the classes of an edition say; for the parameters see :func:`told`."""
    limits = snapshot.meta.get("class_limits") or {}
    classed = snapshot.indicators[snapshot.indicators["status"].isin(CLASSES)]
    for indicator, above, below, status in _pairs(snapshot, classed, catalogue, kinds):
        place, _ = CLASSES[status]
        yield from of_class(above, below, class_range(place - 1, limits[indicator.id], indicator.decimals), indicator)


def _pairs(
    snapshot: Published, rows: pd.DataFrame, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> Iterator[tuple[Indicator, Count, Below, str]]:
    """Numerator and denominator of each row with its status, where both are counted or known."""
    by_id = {indicator.id: indicator for indicator in catalogue}
    km2 = dict(zip(snapshot.areas["id"], snapshot.areas["km2"].astype(float), strict=True))
    for id, found in rows.groupby("indicator", sort=False):
        indicator = by_id[str(id)]
        numerator = expressed(indicator.numerator, kinds)
        for area, period, status in zip(found["area"], found["period"], found["status"], strict=True):
            below = _below(indicator, str(area), int(period), kinds, km2[area]) if numerator else None
            if below is not None:
                above = Count(numerator, str(area), int(period), f"{indicator.short_title} (Zähler)")
                yield indicator, above, below, str(status)


def shown(snapshot: Published, kinds: Mapping[str, str]) -> list[tuple[Count, float]]:
    """All counts of an edition with the numbers that stand there, rounded ones as they are; NaN where it shows none."""
    measure = snapshot.meta["report"]["population"]
    catalogue = catalogue_of(snapshot.meta)
    found = [*counts(snapshot.indicators, catalogue, kinds), *balanced(snapshot.indicators, catalogue, kinds)]
    if measure and len(snapshot.population):
        found += people(snapshot.population, measure)
    return found


def exact(snapshot: Published, found: list[tuple[Count, float]]) -> list[tuple[Count, float]]:
    """What :func:`shown` found, with NaN where the number is a rounded one."""
    if not snapshot.meta.get("rounding"):
        return found
    limit = _limit_of(snapshot)
    return [(count, number if limit(count, number) is None else np.nan) for count, number in found]


def rounded(snapshot: Published, kinds: Mapping[str, str]) -> dict[Identity, Limit]:
    """What the numbers of an edition that rounds say of their counts; exact ones leave nothing open."""
    if not snapshot.meta.get("rounding"):
        return {}
    limit = _limit_of(snapshot)
    numbers = {count.identity: (count, number) for count, number in shown(snapshot, kinds) if np.isfinite(number)}
    return {
        key: limit(count, number) or Limit(((count, 1.0),), number, number) for key, (count, number) in numbers.items()
    }


def _telling(rounded: Mapping[Identity, Limit]) -> Iterator[Limit]:
    """Those that say more than others do: a sum of counts is made of the rounded counts, so nothing but where one of
    these is not shown.
    """
    for (parts, area), limit in rounded.items():
        alone = all((((*group, 1.0, year),), area) in rounded for *group, _, year in parts)
        if limit.low < limit.high and (len(parts) == 1 or not alone):
            yield limit


def _apart(above: Count, below: Below, rounded: Mapping[Identity, Limit]) -> bool:
    """Whether those meant are fewer than all by what is shown of each."""
    if below.count is None:
        return False
    meant, everyone = rounded.get(above.identity), rounded.get(below.count.identity)
    return meant is not None and everyone is not None and meant.high <= everyone.low


def _limit_of(snapshot: Published) -> Callable[[Count, float], Limit | None]:
    """What a number of an edition says of its count; None where it is exact or there is none."""
    rule = Rule.of(snapshot.meta, snapshot.areas)
    side_of = whose(snapshot.areas, str(snapshot.meta["report"]["levels"][0]["id"]), rule.own)

    def limit(count: Count, number: float) -> Limit | None:
        return rule.rounding.limit(count, number, side_of(count.area)) if np.isfinite(number) else None

    return limit


def _below(indicator: Indicator, area: str, period: int, kinds: Mapping[str, str], km2: float) -> Below | None:
    """Denominator of a value; None where it is neither counted nor known."""
    if not indicator.denominator:
        return Below(None, 1.0)
    if all(term.measures == (SURFACE,) for term in indicator.denominator):
        return Below(None, km2 * sum(term.factor for term in indicator.denominator)) if np.isfinite(km2) else None
    parts = expressed(indicator.denominator, kinds)
    return Below(Count(parts, area, period, f"{indicator.short_title} (Nenner)")) if parts else None


def _at_most(above: Count, below: Below) -> Limit:
    counts, number = below.times(1.0)
    return Limit(((above, 1.0), *((count, -weight) for count, weight in counts)), high=number)


def of_class(above: Count, below: Below, ends: tuple[float, float], indicator: Indicator) -> Iterator[Limit]:
    """What a class says of numerator and denominator: low · denominator ≤ numerator · per < high · denominator.

    Both sides are multiples of a smallest step, so "less than" is "a step less at least".

    Parameters
    ----------
    above, below
        Numerator and denominator.
    ends
        Values of the class, see :func:`sozlib.indicators.limits.class_range`.
    indicator
        Whose value it is.
    """
    low, high = ends
    if np.isfinite(low):
        counts, number = below.times(low / indicator.per)
        yield Limit(((above, 1.0), *((count, -weight) for count, weight in counts)), low=number)
    if np.isfinite(high):
        counts, number = below.times(high / indicator.per)
        finest = min(1.0, *(abs(term.factor) for term in (*indicator.numerator, *indicator.denominator)))
        step = finest / (indicator.per * 10.0 ** (indicator.decimals + 1))
        yield Limit(((above, 1.0), *((count, -weight) for count, weight in counts)), high=number - step)
