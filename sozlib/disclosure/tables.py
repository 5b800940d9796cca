"""Which rows of an edition have to do with each other.

Indicators share a table in a year if they count or divide by the same measure. What is published of one table says
nothing about the counts of another, so each can be attacked by itself, and again only when it has changed. A sum of
counts that are all shown (this year's people and last year's) says nothing new and holds no tables together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure.publication import Publication, Published
from sozlib.disclosure.system import Count, Limit
from sozlib.disclosure.wholes import about, columns, plain, wholes_of
from sozlib.indicators.catalogue import Indicator, Term

T = TypeVar("T")
#: Measure and year.
Place = tuple[str, int]


@dataclass(frozen=True)
class Tables:
    """Numbers of tables that share nobody.

    Parameters
    ----------
    of_place
        Table of each measure and year.
    of_row
        Table of each indicator and year.
    catalogue
        Indicators by id.
    measure
        Measure of the population by age and sex, None without one.
    """

    of_place: Mapping[Place, int]
    of_row: Mapping[tuple[str, int], int]
    catalogue: Mapping[str, Indicator]
    measure: str | None

    @classmethod
    def of(
        cls,
        edition: Published,
        catalogue: Sequence[Indicator],
        earlier: Iterable[tuple[Count, float]] = (),
        limits: Iterable[Limit] = (),
    ) -> Tables:
        """Tables of an edition and of what was published ``earlier``, numbers or ``limits``, which may connect some."""
        by_id, measure = {indicator.id: indicator for indicator in catalogue}, edition.meta["report"]["population"]
        rows = edition.indicators[["indicator", "period"]].drop_duplicates().itertuples(index=False, name=None)
        redundant = _redundant(edition.indicators, catalogue)
        of_row = {
            (id, period): [
                place
                for side in ("numerator", "denominator")
                if (id, side, period) not in redundant
                for place in _places(getattr(by_id[id], side), int(period))
            ]
            or _places(_terms(by_id[id]), int(period))[:1]
            for id, period in rows
        }
        together = list(of_row.values())
        together += [[(str(measure), int(period))] for period in edition.population["period"].unique() if measure]
        together += [
            [(measure, year) for term in whole.terms for measure in term.measures]
            for whole in wholes_of(catalogue, edition.meta)
            for year in {year for places in together for _, year in places}
        ]
        together += {count.identity[0]: _places_of(count) for count, _ in earlier}.values()
        together += [[place for count, _ in limit.parts for place in _places_of(count)] for limit in limits]
        of_place = _connected(together)
        return cls(of_place, {row: of_place[places[0]] for row, places in of_row.items()}, by_id, measure)

    def split(self, edition: Published) -> dict[int, Publication]:
        """Rows of an edition by table."""
        of_rows = _rows(edition.indicators, ["indicator", "period"], lambda key: self._of(*key))
        of_people = _rows(edition.population, ["period"], lambda key: self.of_place[str(self.measure), int(key[0])])
        none = np.zeros(0, dtype=int)
        return {
            table: Publication(
                edition.indicators.iloc[of_rows.get(table, none)],
                edition.population.iloc[of_people.get(table, none) if self.measure else none],
                edition.areas,
                edition.meta,
            )
            for table in sorted({*of_rows, *of_people})
        }

    def sorted_by_table(self, things: Iterable[T], count_of: Callable[[T], Count]) -> dict[int, list[T]]:
        """What is about a count each, by table; what is about none of them is left out."""
        found: dict[int, list[T]] = {}
        for thing in things:
            table = self.of_place.get(_places_of(count_of(thing))[0])
            if table is not None:
                found.setdefault(table, []).append(thing)
        return found

    def _of(self, indicator: str, period: int) -> int:
        return self.of_row[indicator, int(period)]


def _redundant(indicators: pd.DataFrame, catalogue: Sequence[Indicator]) -> set[tuple[str, str, int]]:
    """Sums of several counts that are shown, as are all of these: indicator, side, period."""
    sums = [
        (indicator.id, side, getattr(indicator, side))
        for indicator in catalogue
        for side in ("numerator", "denominator")
        if len(getattr(indicator, side)) > 1
    ]
    if not sums:
        return set()
    wanted = {plain(term) for *_, terms in sums for term in terms}
    shown: dict[Term, set[tuple[str, int]]] = {}
    for term, _, numbers in columns(indicators, about(catalogue, wanted), {}):
        shown.setdefault(term, set()).update(numbers.dropna().index)
    found = set()
    for id, side, terms in sums:
        rows = indicators.loc[indicators["indicator"] == id, ["area", "period", side]]
        for period in map(int, rows["period"].unique()):
            of_year = rows[rows["period"] == period]
            places = [{(area, period - term.lag) for area in of_year["area"]} for term in terms]
            all_shown = all(of_term <= shown.get(plain(t), set()) for t, of_term in zip(terms, places, strict=True))
            if all_shown and of_year[side].notna().all():
                found.add((id, side, period))
    return found


def _terms(indicator: Indicator) -> list[Term]:
    return [*indicator.numerator, *indicator.denominator]


def _places(terms: Iterable[Term], period: int) -> list[Place]:
    return [(measure, period - term.lag) for term in terms for measure in term.measures]


def _places_of(count: Count) -> list[Place]:
    return _places((term for term, _, _ in count.parts), count.period)


def _connected(together: Iterable[Sequence[Place]]) -> dict[Place, int]:
    """A number for each place, the same for places that a chain of groups connects."""
    above: dict[Place, Place] = {}

    def top(place: Place) -> Place:
        while above.setdefault(place, place) != place:
            place = above[place]
        return place

    for places in together:
        for place in places:
            above[top(place)] = top(places[0])
    numbers: dict[Place, int] = {}
    return {place: numbers.setdefault(top(place), len(numbers)) for place in above}


def _rows(frame: pd.DataFrame, columns: list[str], table: Callable[[Any], int]) -> dict[int, npt.NDArray[np.intp]]:
    """Positions of a frame's rows by table, in their order."""
    of_row = np.zeros(len(frame), dtype=int)
    for key, rows in frame.groupby(columns, sort=False, observed=True).indices.items():
        of_row[rows] = table(key if isinstance(key, tuple) else (key,))
    return {int(number): np.flatnonzero(of_row == number) for number in np.unique(of_row)}
