"""All counts that an edition publishes, as linear equations over the smallest groups of people they are made of.

Every count in the report (numerators, denominators, population by age and sex) is a sum over *atoms*: people of one
measure, age span, sex and nationality in one area at one date. Cut finely enough, every published count is a sum of
whole atoms, so everything that readers can add or subtract is in the equations: areas to regions and the whole,
children under 15 within those under 18, both sexes within everyone, births within the balance of births and deaths,
the pyramid within the denominators.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from sozlib.indicators.catalogue import SURFACE, Indicator, Term

#: measure, lower age, upper age (exclusive), sex, nationality
Group = tuple[str, float, float, str, str]
#: What is counted, where and when: equal for the same count, wherever it stands.
Identity = tuple[Any, ...]
#: group, area of the reporting level, year
Atom = tuple[Group, str, int]

#: Kinds of measures whose sums are equations: counts of people, and amounts that a rule of dominance guards. Totals of
#: other amounts may be rounded for themselves.
ADDED = ("count", "guarded")


@dataclass(frozen=True)
class Count:
    """A published or hidden count.

    Parameters
    ----------
    parts
        Measures and groups it is made of, each with weight and years before ``period``.
    area, period
        Where and when.
    name
        German words for messages.
    """

    parts: tuple[tuple[Term, float, int], ...]
    area: str
    period: int
    name: str

    @cached_property
    def identity(self) -> Identity:
        """Equal for the same count, wherever it stands."""
        return _identity_of(self.parts, self.period), self.area


@lru_cache(maxsize=4096)
def _identity_of(parts: tuple[tuple[Term, float, int], ...], period: int) -> Identity:
    """What is counted, in whatever area: thousands of counts have it in common."""
    return tuple(
        (t.measures, t.sex, t.age_from or 0, t.age_to, t.nationality, weight, period - lag) for t, weight, lag in parts
    )


@dataclass(frozen=True)
class Remainder:
    """People of one count who do not belong to another: those who are not meant.

    Parameters
    ----------
    everyone
        All of them.
    meant
        Those who belong to the other.
    """

    everyone: Count
    meant: Count

    @cached_property
    def identity(self) -> Identity:
        """See :attr:`Count.identity`."""
        return self.everyone.identity, self.meant.identity

    @property
    def name(self) -> str:
        """German words for messages."""
        return self.meant.name

    @property
    def area(self) -> str:
        """Where."""
        return self.meant.area

    @property
    def period(self) -> int:
        """When."""
        return self.meant.period


def counts(
    indicators: pd.DataFrame, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> Iterator[tuple[Count, float]]:
    """Every count behind the indicators with its number, NaN where there is none.

    Parameters
    ----------
    indicators
        Rows of a snapshot.
    catalogue
        Its indicators.
    kinds
        Kinds of the measures, see :data:`ADDED`.
    """
    by_id = {indicator.id: indicator for indicator in catalogue}
    for id, rows in indicators.groupby("indicator", sort=False):
        indicator = by_id[str(id)]
        for side in ("numerator", "denominator"):
            parts = expressed(getattr(indicator, side), kinds)
            if not parts:
                continue
            name = f"{indicator.short_title} ({'Zähler' if side == 'numerator' else 'Nenner'})"
            for area, period, number in zip(rows["area"], rows["period"], rows[side], strict=True):
                yield Count(parts, str(area), int(period), name), float(number)


def expressed(terms: Sequence[Term], kinds: Mapping[str, str]) -> tuple[tuple[Term, float, int], ...]:
    """Terms with weight and lag; nothing where one of them is no plain sum of what :data:`ADDED` names."""
    for term in terms:
        plain = term.weight is None and term.measures != (SURFACE,)
        if not plain or any(kinds.get(m, "count") not in ADDED for m in term.measures):
            return ()
    return tuple((term, term.factor, term.lag) for term in terms)


def people(population: pd.DataFrame, measure: str) -> Iterator[tuple[Count, float]]:
    """Counts of the table by age and sex."""
    for row in population.to_dict("records"):
        top = None if pd.isna(row["age_to"]) else int(row["age_to"])
        term = Term(measure=measure, sex=row["sex"] or None, age_from=int(row["age_from"]), age_to=top)
        span = f"{row['age_from']}–{top}" if top is not None else f"ab {row['age_from']}"
        name = f"Bevölkerung {span}, {row['sex']}"
        yield Count(((term, 1.0, 0),), str(row["area"]), int(row["period"]), name), float(row["value"])


@dataclass(frozen=True)
class Limit:
    """What an edition says of counts without saying them: a weighted sum of counts lies between two numbers.

    Parameters
    ----------
    parts
        Counts, each with its weight.
    low, high
        Both belong to what is possible; infinite where nothing is said.
    """

    parts: tuple[tuple[Count, float], ...]
    low: float = -np.inf
    high: float = np.inf

    def allows(self, numbers: Mapping[Identity, float]) -> bool:
        """Whether these numbers, by identity of their count, keep to it; true where one of them is not among them."""
        found = [numbers.get(count.identity, np.nan) for count, _ in self.parts]
        total = sum(number * weight for number, (_, weight) in zip(found, self.parts, strict=True))
        return bool(np.isnan(total) or self.low - _NEAR <= total <= self.high + _NEAR)


#: Sums of counts that differ by less are equal: floating point.
_NEAR = 1e-9


def _tells(limit: Limit, known: Container[Identity], unknown: Container[Identity]) -> bool:
    """Whether a limit is about a count without a number and about no count from elsewhere."""
    keys = [count.identity for count, _ in limit.parts]
    return any(key in unknown for key in keys) and all(key in unknown or key in known for key in keys)


@dataclass(frozen=True)
class System:
    """Equations and inequalities that hold between the counts of an edition.

    Parameters
    ----------
    known
        Numbers that the edition shows, by identity of their count.
    unknown
        Counts without a number in the edition.
    areas
        Areas of all levels: id, parent, level.
    base
        Id of the reporting level.
    sexes
        Sexes that everyone belongs to.
    limits
        What is published of counts beside their numbers.
    """

    known: Mapping[Identity, tuple[Count, float]]
    unknown: Mapping[Identity, Count]
    areas: pd.DataFrame
    base: str
    sexes: tuple[str, ...] = ("m", "f")
    limits: tuple[Limit, ...] = ()

    @classmethod
    def of(
        cls,
        published: Sequence[tuple[Count, float]],
        areas: pd.DataFrame,
        base: str,
        sexes: tuple[str, ...] = ("m", "f"),
        limits: Sequence[Limit] = (),
    ) -> System:
        """System of the counts of an edition; a count that is shown anywhere is known everywhere."""
        known: dict[Identity, tuple[Count, float]] = {}
        unknown: dict[Identity, Count] = {}
        for count, number in published:
            if math.isfinite(number):
                known.setdefault(count.identity, (count, number))
            else:
                unknown.setdefault(count.identity, count)
        unknown = {key: count for key, count in unknown.items() if key not in known}
        telling = tuple(limit for limit in limits if _tells(limit, known, unknown))
        return cls(known, unknown, areas, base, sexes, telling)

    @cached_property
    def below(self) -> dict[str, tuple[str, ...]]:
        """Areas of the reporting level inside each area, itself included."""
        parent = dict(zip(self.areas["id"], self.areas["parent"], strict=True))
        inside: dict[str, list[str]] = defaultdict(list)
        for area in self.areas.loc[self.areas["level"] == self.base, "id"]:
            upper: object = area
            while isinstance(upper, str) and upper:
                inside[upper].append(str(area))
                upper = parent.get(upper)
        return {area: tuple(found) for area, found in inside.items()}

    @cached_property
    def _cuts(self) -> dict[str, tuple[list[float], bool, bool]]:
        """For each measure: ages at which a group begins, whether sexes and nationalities are told apart."""
        ages: dict[str, set[float]] = defaultdict(lambda: {0.0, np.inf})
        sexes: dict[str, bool] = defaultdict(bool)
        nations: dict[str, bool] = defaultdict(bool)
        everything = [*self.unknown.values(), *(count for count, _ in self.known.values())]
        for term in {part[0] for count in everything for part in count.parts}:
            for measure in term.measures:
                ages[measure] |= {float(term.age_from or 0), np.inf if term.age_to is None else term.age_to + 1.0}
                sexes[measure] |= term.sex is not None
                nations[measure] |= term.nationality is not None
        return {m: (sorted(found), sexes[m], nations[m]) for m, found in ages.items()}

    @cached_property
    def _groups(self) -> dict[Term, tuple[Group, ...]]:
        return {}

    def groups(self, term: Term) -> tuple[Group, ...]:
        """Atoms of a term, without area and year."""
        if term not in self._groups:
            low = float(term.age_from or 0)
            high = np.inf if term.age_to is None else term.age_to + 1.0
            found: list[Group] = []
            for measure in term.measures:
                ages, by_sex, by_nation = self._cuts[measure]
                sexes = [term.sex] if term.sex else list(self.sexes) if by_sex else [""]
                nations = [term.nationality] if term.nationality else ["german", "foreign"] if by_nation else [""]
                found += [
                    (measure, start, end, sex, nation)
                    for start, end in pairwise(ages)
                    if low <= start and end <= high
                    for sex in sexes
                    for nation in nations
                ]
            self._groups[term] = tuple(found)
        return self._groups[term]

    def atoms(self, count: Count) -> dict[Atom, float]:
        """A count of an area of the reporting level as a sum of atoms."""
        found: dict[Atom, float] = defaultdict(float)
        for term, weight, lag in count.parts:
            for group in self.groups(term):
                found[group, count.area, count.period - lag] += weight
        return found

    def within(self, count: Count) -> tuple[Count, ...]:
        """The same count in the areas of the reporting level inside its area that have it; else the count itself."""
        areas = self.below.get(count.area, ())
        if areas == (count.area,):
            return (count,)
        what = count.identity[0]
        there = [self._counts[place] for area in areas if (place := (what, area)) in self._counts]
        return tuple(there) or (count,)

    @cached_property
    def _counts(self) -> dict[Identity, Count]:
        return {**self.unknown, **{key: count for key, (count, _) in self.known.items()}}
