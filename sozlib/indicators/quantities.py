"""Counts behind an indicator: a term of the catalogue, summed over its groups, for every area, level and year.

Everything an indicator shows rests on two sums. They are made here once: groups are chosen, signs travel along, and
regions and the district come from the sums of their areas unless the source itself delivers their value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property

import numpy as np
import pandas as pd

from sozlib.indicators.catalogue import SURFACE, Term
from sozlib.indicators.rounding import base_of
from sozlib.indicators.sums import ABSENT, NOTHING, PLAIN, SIGNS, UNKNOWN, WITHOUT, Sums, added, together
from sozlib.snapshot import WITHOUT_VALUE

#: Kinds of measures whose sum means nothing.
_NOT_ADDED = ("share", "mean", "difference")

#: Years that people of the open oldest group are on average beyond its lower bound, for the mean age.
OPEN_GROUP_YEARS = 2.5

#: Columns of a quantity. ``least`` is the smallest count above zero that went into it, for disclosure control.
COLUMNS = ["area", "period", "value", "status", "size", "least"]


_SIGNS = np.array(SIGNS, dtype=object)


@dataclass(frozen=True)
class _Rows:
    """Observations of one measure, a row in each array; area and year are positions on the grid."""

    area: np.ndarray
    year: np.ndarray
    low: np.ndarray
    high: np.ndarray
    sex: np.ndarray
    nationality: np.ndarray
    value: np.ndarray
    sign: np.ndarray

    def chosen(self, rows: np.ndarray) -> _Rows:
        """Some of the rows."""
        return _Rows(*(getattr(self, part.name)[rows] for part in fields(self)))


@dataclass(frozen=True)
class Quantities:
    """Door to the sums of observations.

    Parameters
    ----------
    observations
        Long table: area, period, measure, sex, age_from, age_to, nationality, value, status. Groups of a measure do not
        overlap; an empty ``age_to`` is open.
    areas
        Areas of all levels with id, level, parent, km2, valid_from, valid_to; the first level is the reporting level.
    levels
        Ids of the levels, reporting level first, the whole last.
    kinds
        What measures are (count, amount, balance, share, mean, difference); counts where nothing is said. Only counts
        are looked at by disclosure control; shares, means and differences are never added up.
    bases
        Measures that are rounded, each with its base: every sum of people is rounded by itself to a multiple of it.
        Sums weighted with ages are no counts and stay.
    """

    observations: pd.DataFrame
    areas: pd.DataFrame
    levels: tuple[str, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def _by_measure(self) -> dict[str, _Rows]:
        frame = self.observations[self.observations["area"].isin(self._ids)]
        return {str(measure): self._rows(part) for measure, part in frame.groupby("measure", sort=False)}

    def _rows(self, part: pd.DataFrame) -> _Rows:
        signs = {sign: position for position, sign in enumerate(SIGNS)}
        return _Rows(
            area=self._places(part["area"]),
            year=np.searchsorted(self._years, part["period"].to_numpy(dtype=int)),
            low=_numbers(part["age_from"], 0),
            high=_numbers(part["age_to"], np.inf),
            sex=part["sex"].astype(object).where(part["sex"].notna(), "").to_numpy(),
            nationality=part["nationality"].astype(object).where(part["nationality"].notna(), "").to_numpy(),
            value=_numbers(part["value"], np.nan),
            sign=part["status"].map(signs).fillna(PLAIN).to_numpy(dtype=int),
        )

    @cached_property
    def _ids(self) -> np.ndarray:
        """Areas of the grid, of all levels."""
        ids: np.ndarray = self.areas["id"].to_numpy(dtype=object)
        return ids

    def _places(self, ids: pd.Series) -> np.ndarray:
        """Positions of areas on the grid."""
        places: np.ndarray = pd.Index(self._ids).get_indexer(pd.Index(ids))
        return places

    @cached_property
    def _years(self) -> np.ndarray:
        """Years of the grid, rising."""
        years: np.ndarray = np.unique(self.observations["period"].to_numpy(dtype=int))
        return years

    @cached_property
    def base(self) -> pd.DataFrame:
        """Areas of the reporting level."""
        return self.areas[self.areas["level"] == self.levels[0]]

    @cached_property
    def ancestors(self) -> pd.DataFrame:
        """Pairs (area, upper): every area of the reporting level with each area above it."""
        parent = dict(zip(self.areas["id"], self.areas["parent"], strict=True))
        pairs = []
        for area in self.base["id"]:
            upper = parent.get(area)
            while isinstance(upper, str) and upper:
                pairs.append((area, upper))
                upper = parent.get(upper)
        return pd.DataFrame(pairs, columns=["area", "upper"], dtype=object)

    def of(self, terms: Sequence[Term], *, exact: bool = False) -> pd.DataFrame:
        """Sum of terms for all areas and levels, columns :data:`COLUMNS`.

        A period appears where at least one area delivers every term; an area that is missing there has the status
        ".": unknown, never zero. What is counted for the whole only has no rows for the areas below it: it is not
        their value that is missing. ``exact`` leaves out the rounding.
        """
        parts = [(self._term(term, exact=exact), term) for term in terms]
        if not all(part.there.any() for part, _ in parts):
            return pd.DataFrame(columns=COLUMNS)
        periods = np.array(sorted(set.intersection(*(self._periods(part, term) for part, term in parts))), dtype=int)
        areas = self._counted_for([part for part, _ in parts])
        there = [part.at(areas, np.searchsorted(self._years, periods - term.lag)) for part, term in parts]
        factors = [term.factor for term in terms]
        value = np.sum([part.value * factor for part, factor in zip(there, factors, strict=True)], axis=0)
        size = np.sum([part.size * abs(factor) for part, factor in zip(there, factors, strict=True)], axis=0)
        least = np.fmin.reduce([part.least for part in there])
        existed = self._valid(periods)[areas]
        numbers = {name: array[existed] for name, array in (("value", value), ("size", size), ("least", least))}
        status = combine_statuses(np.stack([_SIGNS[part.sign[existed]] for part in there], axis=1), numbers["value"])
        without = np.isin(status, list(WITHOUT_VALUE))
        area, period = np.broadcast_arrays(self._ids[areas][:, None], periods)
        return pd.DataFrame(
            {"area": area[existed], "period": period[existed]}
            | {name: np.where(without, np.nan, array) for name, array in numbers.items()}
            | {"status": status}
        )[COLUMNS]

    def _periods(self, part: Sums, term: Term) -> set[int]:
        """Periods for which somebody delivers a term."""
        return set((self._years[part.there.any(axis=0)] + term.lag).tolist())

    def _counted_for(self, parts: Sequence[Sums]) -> np.ndarray:
        """Areas of the lowest level for which all terms are counted, and of the levels above it, as positions."""
        level = self.areas["level"].map(self.levels.index).to_numpy(dtype=int)
        lowest = max(level[part.there.any(axis=1)].min() for part in parts)
        return np.flatnonzero(level >= lowest)

    @cached_property
    def _spans(self) -> tuple[np.ndarray, np.ndarray]:
        """First and last year of each area, NaN where it always was or still is."""
        starts, ends = (self.areas[column].map(_year) for column in ("valid_from", "valid_to"))
        return starts.to_numpy(dtype=float), ends.to_numpy(dtype=float)

    def _valid(self, periods: np.ndarray) -> np.ndarray:
        """Whether each area existed at the end of each period, shape (areas, periods)."""
        starts, ends = self._spans
        existed: np.ndarray = ~(starts[:, None] > periods) & ~(ends[:, None] < periods)
        return existed

    @cached_property
    def _sums(self) -> dict[Term, Sums]:
        """Terms that were summed already; many indicators share a denominator."""
        return {}

    def rounded_to(self, terms: Sequence[Term]) -> int:
        """Base to which the counts of these terms are rounded, the largest of several; 1 where none is."""
        return max((base_of(term.measures, self.bases) for term in terms if term.weight is None), default=1)

    def _term(self, term: Term, *, exact: bool) -> Sums:
        """One term for all areas and levels in the years of its counts, rounded unless exact, without its factor."""
        alone = term.model_copy(update={"lag": 0, "factor": 1.0})
        if alone not in self._sums:
            self._sums[alone] = self._surface() if term.measures == (SURFACE,) else self._summed_over_areas(alone)
        return self._sums[alone] if exact else self._sums[alone].rounded(self.rounded_to([alone]))

    def _summed_over_areas(self, term: Term) -> Sums:
        parts = [self._of_measure(measure, term) for measure in term.measures]
        if not all(part.there.any() for part in parts):
            return self._nothing
        return parts[0] if len(parts) == 1 else together(parts)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self._ids), len(self._years)

    @property
    def _nothing(self) -> Sums:
        """A grid without rows."""
        none = np.full(self._shape, np.nan)
        return Sums(none, none, none, np.full(self._shape, ABSENT))

    def _surface(self) -> Sums:
        km2 = np.broadcast_to(self.areas["km2"].to_numpy(dtype=float)[:, None], self._shape)
        none = np.full(self._shape, np.nan)
        return Sums(km2, none, none, np.where(np.isnan(km2), UNKNOWN, PLAIN))

    def _of_measure(self, measure: str, term: Term) -> Sums:
        """Sums of a measure over the term's groups, in those periods whose groups fit the term.

        A period in which a group straddles the term's bounds cannot answer the question and is left out whole.
        """
        rows = self._by_measure.get(measure)
        if rows is None:
            return self._nothing
        low = -np.inf if term.age_from is None else term.age_from
        high = np.inf if term.age_to is None else term.age_to
        outside = (rows.high < low) | (rows.low > high)
        straddles = ~outside & ((rows.low < low) | (rows.high > high))
        for group, wanted in ((rows.sex, term.sex), (rows.nationality, term.nationality)):
            if wanted is not None:
                outside |= (group != wanted) & (group != "")
                straddles |= group == ""
        fit = ~np.isin(rows.year, rows.year[straddles & ~outside])
        inside = fit & ~outside
        chosen, answering = rows.chosen(inside), rows.chosen(fit & np.isin(rows.year, rows.year[inside]))
        # An area that delivers the measure, but nobody in these groups, has none of them; its other groups prove it.
        none = np.zeros(self._shape, dtype=bool)
        none[answering.area, answering.year] = True
        none[chosen.area, chosen.year] = False
        value = chosen.value
        if term.weight == "age":
            value = value * np.where(
                np.isinf(chosen.high), chosen.low + OPEN_GROUP_YEARS, (chosen.low + chosen.high + 1) / 2
            )
        place, sign = np.ravel_multi_index((chosen.area, chosen.year), self._shape), chosen.sign
        kind = self.kinds.get(measure, "count")
        if kind in _NOT_ADDED:
            # Nobody can add averages: several groups give nothing, and an area above needs a value of its own.
            sign = np.where(np.bincount(place, minlength=none.size)[place] > 1, SIGNS.index("x"), sign)
        sums = self._added(place, none, value, np.abs(chosen.value), sign, kind)
        return sums if kind in _NOT_ADDED else self._with_levels_above(sums)

    def grouped(self, measure: str, groups: pd.DataFrame) -> pd.DataFrame:
        """A measure in several groups of age and sex at once, for all areas and levels.

        Parameters
        ----------
        measure
            Id of a measure that counts.
        groups
            Columns sex, age_from, age_to (inf: open); no two overlap.

        Returns
        -------
        pandas.DataFrame
            Columns of ``groups`` beside :data:`COLUMNS`; only groups that the measure's own fit into.
        """
        names, shape = list(groups.columns), (*self._shape, len(groups))
        of_group = np.full(0, 0) if (rows := self._by_measure.get(measure)) is None else _group_of(rows, groups)
        if rows is None or not (of_group >= 0).any():
            return pd.DataFrame(columns=[*COLUMNS, *names])
        chosen, of_group = rows.chosen(of_group >= 0), of_group[of_group >= 0]
        none = np.zeros(shape, dtype=bool)
        none[chosen.area, chosen.year] = np.isin(np.arange(len(groups)), of_group)
        none[chosen.area, chosen.year, of_group] = False
        place = np.ravel_multi_index((chosen.area, chosen.year, of_group), shape)
        sums = self._added(place, none, chosen.value, np.abs(chosen.value), chosen.sign, "count")
        sums = self._with_levels_above(sums).rounded(self.bases.get(measure, 1))
        area, year, group = np.nonzero(sums.there)
        numbers = {name: getattr(sums, name)[sums.there] for name in ("value", "size", "least")}
        frame = pd.DataFrame({"area": self._ids[area], "period": self._years[year], **numbers})
        frame["status"] = _SIGNS[sums.sign[sums.there]]
        return frame[COLUMNS].join(groups.iloc[group].reset_index(drop=True))

    def _added(
        self, place: np.ndarray, none: np.ndarray, value: np.ndarray, size: np.ndarray, sign: np.ndarray, kind: str
    ) -> Sums:
        """Sums of rows, and nothing where there is none of them."""
        empty = np.flatnonzero(none)
        zeros = np.zeros(len(empty))
        place, value, size = (np.concatenate(pair) for pair in ((place, empty), (value, zeros), (size, zeros)))
        sign = np.concatenate([sign, np.full(len(empty), NOTHING)])
        least = size if kind == "count" else np.full(len(size), np.nan)
        return added(place, none.shape, value, size, least, sign)

    def _with_levels_above(self, sums: Sums) -> Sums:
        pairs = np.stack([self._places(self.ancestors[column]) for column in ("area", "upper")], axis=1)
        return sums.with_levels_above(self._places(self.base["id"]), pairs, self._valid(self._years))


def _group_of(rows: _Rows, groups: pd.DataFrame) -> np.ndarray:
    """Position of the group that each row lies in, -1 for none."""
    found = np.full(len(rows.area), -1)
    for position, (sex, low, high) in enumerate(groups[["sex", "age_from", "age_to"]].itertuples(index=False)):
        found[(rows.sex == sex) & (rows.low >= low) & (rows.high <= high)] = position
    return found


def combine_statuses(statuses: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sign of something computed from parts.

    Parameters
    ----------
    statuses
        Signs, shape (rows, parts).
    values
        What was computed, shape (rows,); tells zero from something.
    """
    result = np.full(len(statuses), "", dtype=object)
    result[(statuses == "–").all(axis=1)] = "–"
    result[(statuses == "0").any(axis=1) & (values == 0)] = "0"
    result[(statuses == "()").any(axis=1)] = "()"
    for sign in SIGNS[WITHOUT:]:
        result[(statuses == sign).any(axis=1)] = sign
    return result


def _numbers(column: pd.Series, missing: float) -> np.ndarray:
    return pd.to_numeric(column).astype("Float64").to_numpy(dtype=float, na_value=missing)


def _year(value: object) -> float:
    """Year of a date, a year or nothing."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT or value is pd.NA:
        return np.nan
    text = str(value)
    return float(text[:4]) if text[:4].isdigit() else np.nan
