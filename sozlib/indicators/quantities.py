"""Counts behind an indicator: a term of the catalogue, summed over its groups, for every area, level and year.

Everything an indicator shows rests on two sums. They are made here once: groups are chosen, signs travel along, and
regions and the district come from the sums of their areas unless the source itself delivers their value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sozlib.indicators.catalogue import SURFACE, Term
from sozlib.snapshot import WITHOUT_VALUE

#: Which sign a sum takes when its parts have no value: the first of these that occurs.
_PRECEDENCE = (".", "/", "x", "...")

#: Kinds of measures whose sum means nothing.
_NOT_ADDED = ("share", "mean", "difference")

#: Years that people of the open oldest group are on average beyond its lower bound, for the mean age.
OPEN_GROUP_YEARS = 2.5

#: Columns of a quantity. ``least`` is the smallest count above zero that went into it, for disclosure control.
COLUMNS = ["area", "period", "value", "status", "size", "least"]


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
    """

    observations: pd.DataFrame
    areas: pd.DataFrame
    levels: tuple[str, ...]
    kinds: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _by_measure(self) -> dict[str, pd.DataFrame]:
        frame = self.observations.copy()
        frame["low"] = pd.to_numeric(frame["age_from"]).astype("Float64").fillna(0).astype(float)
        frame["high"] = pd.to_numeric(frame["age_to"]).astype("Float64").fillna(np.inf).astype(float)
        for column in ("sex", "nationality", "status"):
            frame[column] = frame[column].astype(object).where(frame[column].notna(), "")
        frame["value"] = pd.to_numeric(frame["value"]).astype("Float64").astype(float).fillna(np.nan)
        return {str(measure): part for measure, part in frame.groupby("measure", sort=False)}

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

    def of(self, terms: Sequence[Term]) -> pd.DataFrame:
        """Sum of terms for all areas and levels, columns :data:`COLUMNS`.

        A period appears where at least one area delivers every term; an area that is missing there has the status
        ".": unknown, never zero. What is counted for the whole only has no rows for the areas below it: it is not
        their value that is missing.
        """
        parts = [self._term(term) for term in terms]
        if any(part.empty for part in parts):
            return pd.DataFrame(columns=COLUMNS)
        periods = sorted(set.intersection(*(set(part["period"]) for part in parts)))
        grid = pd.MultiIndex.from_product([self._counted_for(parts), periods], names=["area", "period"])
        aligned = [part.set_index(["area", "period"]).reindex(grid) for part in parts]
        value = sum(part["value"] * term.factor for part, term in zip(aligned, terms, strict=True))
        size = sum(part["size"] * abs(term.factor) for part, term in zip(aligned, terms, strict=True))
        statuses = [part["status"].where(part["status"].notna(), ".").to_numpy(dtype=object) for part in aligned]
        least = pd.concat([part["least"] for part in aligned], axis=1).min(axis=1)
        frame = pd.DataFrame({"value": value, "size": size, "least": least}, index=grid)
        frame["status"] = combine_statuses(np.stack(statuses, axis=1), frame["value"].to_numpy(dtype=float))
        frame.loc[frame["status"].isin(WITHOUT_VALUE), ["value", "size", "least"]] = np.nan
        valid = self._valid(frame.index)
        return frame[valid].reset_index()[COLUMNS]

    def _counted_for(self, parts: Sequence[pd.DataFrame]) -> list[str]:
        """Areas of the lowest level for which all terms are counted, and of the levels above it."""
        levels = zip(self.areas["id"], self.areas["level"], strict=True)
        position = {area: self.levels.index(level) for area, level in levels}
        lowest = max(min((position[a] for a in pd.unique(part["area"]) if a in position), default=0) for part in parts)
        return [area for area in self.areas["id"] if position[area] >= lowest]

    @cached_property
    def _spans(self) -> tuple[pd.Series, pd.Series]:
        """First and last year of each area, NaN where it always was or still is."""
        known = self.areas.set_index("id")
        return known["valid_from"].map(_year).astype(float), known["valid_to"].map(_year).astype(float)

    def _valid(self, index: pd.Index[Any]) -> np.ndarray:
        """Whether an area existed at the end of the period."""
        starts, ends = (bound.reindex(index.get_level_values("area")).to_numpy(dtype=float) for bound in self._spans)
        period = index.get_level_values("period").to_numpy(dtype=float)
        inside: np.ndarray = ~(starts > period) & ~(ends < period)
        return inside

    @cached_property
    def _sums(self) -> dict[Term, pd.DataFrame]:
        """Terms that were summed already; many indicators share a denominator."""
        return {}

    def _term(self, term: Term) -> pd.DataFrame:
        """One term for all areas and levels, its lag applied, its factor not."""
        alone = term.model_copy(update={"lag": 0, "factor": 1.0})
        if alone not in self._sums:
            self._sums[alone] = self._surface() if term.measures == (SURFACE,) else self._summed_over_areas(alone)
        together = self._sums[alone]
        return together.assign(period=together["period"] + term.lag) if term.lag else together

    def _summed_over_areas(self, term: Term) -> pd.DataFrame:
        parts = []
        for measure in term.measures:
            cells = self._chosen(measure, term)
            if cells.empty:
                return pd.DataFrame(columns=COLUMNS)
            additive = self.kinds.get(measure, "count") not in _NOT_ADDED
            parts.append(self._aggregated(cells) if additive else _summed(cells, ["area", "period"]))
        return parts[0] if len(parts) == 1 else _summed(pd.concat(parts), ["area", "period"], expected=len(parts))

    def _surface(self) -> pd.DataFrame:
        periods = sorted(self.observations["period"].unique())
        frame = self.areas[["id", "km2"]].merge(pd.DataFrame({"period": periods}), how="cross")
        surface = frame["km2"].astype(float)
        return pd.DataFrame(
            {
                "area": frame["id"],
                "period": frame["period"].astype(int),
                "value": surface,
                "status": np.where(surface.isna(), ".", ""),
                "size": np.nan,
                "least": np.nan,
            }
        )

    def _chosen(self, measure: str, term: Term) -> pd.DataFrame:
        """Rows of a measure inside the term's groups, of those periods whose groups fit the term.

        A period in which a group straddles the term's bounds cannot answer the question and is left out whole.
        """
        rows = self._by_measure.get(measure)
        if rows is None:
            return pd.DataFrame()
        low = -np.inf if term.age_from is None else term.age_from
        high = np.inf if term.age_to is None else term.age_to
        outside = (rows["high"] < low) | (rows["low"] > high)
        straddles = ~outside & ((rows["low"] < low) | (rows["high"] > high))
        for column, wanted in (("sex", term.sex), ("nationality", term.nationality)):
            if wanted is not None:
                outside |= ~rows[column].isin([wanted, ""])
                straddles |= rows[column] == ""
        unfit = set(rows.loc[straddles & ~outside, "period"])
        usable = rows[~rows["period"].isin(unfit)]
        inside = usable[~outside.loc[usable.index]]
        # An area that delivers the measure, but nobody in these groups, has none of them; its other groups prove it.
        answered = inside["period"].unique()
        present = usable.loc[usable["period"].isin(answered), ["area", "period"]].drop_duplicates()
        none = present.merge(inside[["area", "period"]].drop_duplicates(), how="left", indicator=True)
        none = none.loc[none["_merge"] == "left_only", ["area", "period"]].assign(value=0.0, status="–", low=0.0)
        chosen = pd.concat([inside[["area", "period", "value", "status", "low", "high"]], none], ignore_index=True)
        chosen["size"] = chosen["value"].abs()
        if term.weight == "age":
            middle = np.where(
                np.isinf(chosen["high"].astype(float)),
                chosen["low"] + OPEN_GROUP_YEARS,
                (chosen["low"] + chosen["high"].fillna(0) + 1) / 2,
            )
            chosen["value"] = chosen["value"] * middle
        kind = self.kinds.get(measure, "count")
        chosen["least"] = chosen["size"] if kind == "count" else np.nan
        if kind in _NOT_ADDED:
            # Nobody can add averages: several groups give nothing, and an area above needs a value of its own.
            several = chosen.duplicated(["area", "period"], keep=False)
            chosen["status"] = chosen["status"].mask(several, "x")
        return chosen

    def grouped(self, measure: str, groups: pd.DataFrame) -> pd.DataFrame:
        """A measure in several groups of age and sex at once, for all areas and levels.

        Parameters
        ----------
        measure
            Id of a measure that counts.
        groups
            Columns sex, age_from, age_to (inf: open).

        Returns
        -------
        pandas.DataFrame
            Columns of ``groups`` beside :data:`COLUMNS`; only groups that the measure's own fit into.
        """
        names = list(groups.columns)
        rows = self._by_measure.get(measure)
        if rows is None:
            return pd.DataFrame(columns=[*COLUMNS, *names])
        cells = rows.drop(columns=["age_from", "age_to"]).merge(groups, on="sex")
        cells = cells[(cells["low"] >= cells["age_from"]) & (cells["high"] <= cells["age_to"])]
        present = cells[["area", "period"]].drop_duplicates().merge(cells[names].drop_duplicates(), how="cross")
        filled = present.merge(cells, on=["area", "period", *names], how="left")
        nobody = filled["status"].isna()
        filled["value"] = filled["value"].mask(nobody, 0.0)
        filled["status"] = filled["status"].mask(nobody, "–")
        counted = filled["value"].abs()
        return self._aggregated(filled.assign(size=counted, least=counted), names)

    def _aggregated(self, cells: pd.DataFrame, groups: Sequence[str] = ()) -> pd.DataFrame:
        """Sums over groups for each area, then over areas for each area above that the source does not deliver."""
        keys = ["area", "period", *groups]
        delivered = _summed(cells, keys)
        base = delivered[delivered["area"].isin(self.base["id"])]
        upper = delivered[~delivered["area"].isin(self.base["id"])]
        wanted = self.ancestors.merge(base[keys[1:]].drop_duplicates(), how="cross")
        wanted = wanted[self._valid(pd.MultiIndex.from_frame(wanted[["area", "period"]]))]
        parts = wanted.merge(base, on=keys, how="left")
        parts["status"] = parts["status"].astype(object).where(parts["status"].notna(), ".")
        if parts.empty:
            return delivered
        sums = _summed(parts.drop(columns="area").rename(columns={"upper": "area"}), keys)
        own = pd.MultiIndex.from_frame(upper[keys])
        sums = sums[~pd.MultiIndex.from_frame(sums[keys]).isin(own)]
        return pd.concat([base, upper, sums], ignore_index=True)


def _summed(rows: pd.DataFrame, keys: list[str], expected: int | None = None) -> pd.DataFrame:
    """Sums of value and size with the sign they take; ``least`` of a sum is the sum's own size where it is a count."""
    rows = rows.assign(**{sign: rows["status"] == sign for sign in (*_PRECEDENCE, "()", "–", "0")})
    grouped = rows.groupby(keys, sort=False)
    frame = grouped[["value", "size"]].sum(min_count=1)
    frame["least"] = grouped["least"].sum(min_count=1)
    signs = grouped[[*_PRECEDENCE, "()", "0"]].any()
    signs["–"] = grouped["–"].all()
    status = np.where(signs["()"], "()", np.where(signs["–"], "–", ""))
    status = np.where(signs["0"] & (frame["value"] == 0), "0", status).astype(object)
    for sign in reversed(_PRECEDENCE):
        status[signs[sign].to_numpy()] = sign
    if expected is not None:
        status[(grouped.size() < expected).to_numpy() & ~np.isin(status, list(WITHOUT_VALUE))] = "."
    frame["status"] = status
    frame.loc[frame["status"].isin(WITHOUT_VALUE), ["value", "size", "least"]] = np.nan
    frame["least"] = frame["least"].where(frame["least"] > 0)
    return frame.reset_index()[[*COLUMNS, *keys[2:]]]


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
    for sign in reversed(_PRECEDENCE):
        result[(statuses == sign).any(axis=1)] = sign
    return result


def _year(value: object) -> float:
    """Year of a date, a year or nothing."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT or value is pd.NA:
        return np.nan
    text = str(value)
    return float(text[:4]) if text[:4].isdigit() else np.nan
