"""Directly standardised values: what an area's value would be if it had the age structure of a reference population.

An area where many old people live has more people in need of care, whatever the risk at each age. The standardised
value weighs the rate of each age group by a reference population: the whole's in the latest year, or the European
standard population of 2013 [1]_. It compares areas and years; it is not the share of people who are there, so the crude
value stays beside it.

Intervals: for rates the gamma interval of Fay and Feuer [2]_, which is the exact Poisson interval where there is one
age group. For proportions, whose cases are no rare events at high ages, the Wilson intervals of the age groups put
together (square-and-add for a sum of proportions [3]_).

Protection: a value is hidden where one of the counts behind it (cases, people, people without) is small, where the
crude value is hidden, or where another indicator hides a count of the same measure. What is shown is rounded, so that
counts cannot be computed back.

References
----------
.. [1] Eurostat (2013): Revision of the European Standard Population. Methodologies and working papers.
.. [2] Fay, M. P.; Feuer, E. J. (1997): Confidence intervals for directly standardized rates: a method based on the
   gamma distribution. Statistics in Medicine 16, 791-801.
.. [3] Zou, G. Y.; Huang, W.; Zhang, X. (2009): A note on confidence interval estimation for a linear function of
   binomial proportions. Computational Statistics and Data Analysis 53, 1080-1085.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import gamma

from sozlib.indicators.catalogue import Indicator, Standardisation
from sozlib.indicators.intervals import CONFIDENCE, wilson
from sozlib.indicators.quantities import Quantities, combine_statuses
from sozlib.snapshot import STANDARDISED_COLUMNS, WITHOUT_VALUE

#: European standard population of 2013: people of each five-year age group from 0 to 95 and more, of 100,000.
EUROPEAN_2013 = (
    *(5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000),
    *(7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 800, 200),
)

Array = npt.NDArray[np.float64]


def direct(count: Array, total: Array, weights: Array, *, rates: bool) -> tuple[Array, Array, Array]:
    """Directly standardised values with 95 % intervals.

    Parameters
    ----------
    count, total
        Cases and people, shape (areas, age groups); people above zero.
    weights
        Reference population of the age groups.
    rates
        Cases are Poisson events; else people with a property, not more than there are people.

    Returns
    -------
    tuple of arrays
        Values, lower and upper bounds, shape (areas,), as shares or rates.
    """
    share = weights / weights.sum()
    value = (share * count / total).sum(axis=1)
    if rates:
        each = share / total
        return value, *_gamma(value, (each**2 * count).sum(axis=1), each.max(axis=1))
    low, high = wilson(count, total)
    rate = count / total
    below = np.sqrt(((share * (rate - low)) ** 2).sum(axis=1))
    above = np.sqrt(((share * (high - rate)) ** 2).sum(axis=1))
    return value, value - below, value + above


def _gamma(value: Array, variance: Array, largest: Array) -> tuple[Array, Array]:
    """Interval of Fay and Feuer; ``largest`` is the weight of one more case where it weighs most."""
    tail = (1 - CONFIDENCE) / 2
    some = value > 0
    low = np.zeros_like(value)
    low[some] = gamma.ppf(tail, value[some] ** 2 / variance[some], scale=variance[some] / value[some])
    more, spread = value + largest, variance + largest**2
    return low, gamma.ppf(1 - tail, more**2 / spread, scale=spread / more)


def age_groups(wanted: Standardisation, last: int | None) -> list[tuple[int, int | None]]:
    """First and last age of each group; ``last`` is the denominator's last age, None where it is open."""
    return [*((a, b - 1) for a, b in pairwise(wanted.ages)), (wanted.ages[-1], last)]


def european(groups: Sequence[tuple[int, int | None]]) -> Array:
    """Reference population of 2013 in age groups of whole five-year steps."""
    ends = [len(EUROPEAN_2013) if last is None else (last + 1) // 5 for _, last in groups]
    return np.array([sum(EUROPEAN_2013[g[0] // 5 : end]) for g, end in zip(groups, ends, strict=True)], dtype=float)


def standardised(
    catalogue: Sequence[Indicator], quantities: Quantities, whole: str, periods: tuple[int, int]
) -> pd.DataFrame:
    """Standardised values of all indicators that ask for them, unprotected.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`sozlib.snapshot.STANDARDISED_COLUMNS` and ``least``, the smallest count above zero behind a
        value.
    """
    frames = [
        frame
        for indicator in catalogue
        if indicator.standardised is not None
        and not (frame := _of_indicator(indicator, indicator.standardised, quantities, whole, periods)).empty
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=[*STANDARDISED_COLUMNS, "least"])


def _of_indicator(
    indicator: Indicator, wanted: Standardisation, quantities: Quantities, whole: str, periods: tuple[int, int]
) -> pd.DataFrame:
    numerator, denominator = indicator.numerator[0], indicator.denominator[0]
    groups = age_groups(wanted, denominator.age_to)
    sides = []
    for term, measure in ((numerator, wanted.measure or numerator.measure), (denominator, denominator.measure)):
        parts = [
            quantities.of([term.model_copy(update={"measure": measure, "age_from": low, "age_to": high})])
            for low, high in groups
        ]
        sides.append([part.set_index(["area", "period"]) for part in parts])
    index = sides[0][0].index
    for part in (*sides[0], *sides[1]):
        index = index.intersection(part.index, sort=False)
    index = index[np.asarray(index.get_level_values("period").isin(range(periods[0], periods[1] + 1)), dtype=bool)]
    if index.empty:
        return pd.DataFrame()
    parts = [part.loc[index] for side in sides for part in side]
    count, total = (np.stack([p.loc[index, "value"].to_numpy(dtype=float) for p in side], axis=1) for side in sides)
    weights = european(groups) if wanted.reference == "esp2013" else _weights(index, total, whole)
    statuses = np.stack([part["status"].to_numpy(dtype=object) for part in parts], axis=1)
    # That an age group has no case, or nobody in it, is a number like any other here.
    statuses = np.where(np.isin(statuses, ["–", "0"]), "", statuses)
    status = combine_statuses(statuses, np.ones(len(index)))
    visible = ~np.isin(status, list(WITHOUT_VALUE))
    small = visible & ((total.sum(axis=1) < indicator.minimum_denominator) | (total <= 0).any(axis=1))
    senseless = visible & ~small & (count > total).any(axis=1) & (indicator.kind == "proportion")
    status[small], status[senseless] = "/", "x"
    if weights is None:
        status[visible] = "x"
    usable = ~np.isin(status, list(WITHOUT_VALUE))
    bounds = np.full((3, len(index)), np.nan)
    if usable.any() and weights is not None:
        found = direct(count[usable], total[usable], weights, rates=indicator.kind == "rate")
        bounds[:, usable] = np.stack(found) * indicator.per
    sizes = [count, total, *([total - count] if indicator.kind == "proportion" else [])]
    every = np.concatenate(sizes, axis=1)
    least = pd.DataFrame(np.where(every > 0, every, np.nan)).min(axis=1).to_numpy(dtype=float)
    frame = index.to_frame(index=False).assign(indicator=indicator.id, status=status, least=least)
    return frame.assign(value=bounds[0], lower=bounds[1], upper=bounds[2])[[*STANDARDISED_COLUMNS, "least"]]


def _weights(index: pd.Index[Any], total: Array, whole: str) -> Array | None:
    """People of the whole in each age group in the latest year that has all of them."""
    rows = np.flatnonzero((index.get_level_values("area") == whole) & np.isfinite(total).all(axis=1))
    if not len(rows):
        return None
    latest: Array = total[rows[np.argmax(index.get_level_values("period")[rows])]]
    return latest


def protect_standardised(
    frame: pd.DataFrame, full: pd.DataFrame, shown: pd.DataFrame, catalogue: Sequence[Indicator], *, minimum: int
) -> pd.DataFrame:
    """Standardised values of an edition.

    Parameters
    ----------
    frame
        What :func:`standardised` returned.
    full, shown
        Indicators before protection and as the edition shows them, the same rows.
    catalogue
        The indicators.
    minimum
        Counts above zero and below it are hidden; 0 or 1 hides nothing by its size.
    """
    if frame.empty:
        return frame[list(STANDARDISED_COLUMNS)]
    key = ["indicator", "area", "period"]
    crude = pd.MultiIndex.from_frame(shown.loc[shown["value"].notna(), key])
    by_id = {indicator.id: indicator for indicator in catalogue}
    hidden = _hidden_measures(full, shown, by_id)
    rows = list(frame[key].itertuples(index=False, name=None))
    beside = [bool(hidden.get(row[1:], frozenset()) & _measures(by_id[row[0]])) for row in rows]
    concealed = (frame["least"] < minimum) | ~pd.MultiIndex.from_frame(frame[key]).isin(crude) | np.array(beside)
    concealed &= ~frame["status"].isin(WITHOUT_VALUE)
    result = frame[list(STANDARDISED_COLUMNS)].copy()
    places = result["indicator"].map({indicator.id: indicator.decimals for indicator in catalogue})
    for column in ("value", "lower", "upper"):
        rounded = [round(v, d) if np.isfinite(v) else v for v, d in zip(result[column], places, strict=True)]
        result[column] = np.where(concealed, np.nan, rounded)
    result.loc[concealed, "status"] = "."
    return result


def _measures(indicator: Indicator) -> frozenset[str]:
    own = indicator.standardised.measure if indicator.standardised else None
    return frozenset(indicator.numerator[0].measures) | ({own} if own else frozenset())


def _hidden_measures(
    full: pd.DataFrame, shown: pd.DataFrame, by_id: Mapping[str, Indicator]
) -> dict[tuple[str, int], frozenset[str]]:
    """Measures of the numerators that an edition hides, by area and period."""
    key = ["indicator", "area", "period"]
    there = pd.MultiIndex.from_frame(shown.loc[shown["numerator"].notna(), key])
    known = full[full["numerator"].notna()]
    gone = known.loc[~pd.MultiIndex.from_frame(known[key]).isin(there), key]
    found: dict[tuple[str, int], frozenset[str]] = {}
    for id, area, period in gone.itertuples(index=False, name=None):
        measures = frozenset(m for term in by_id[str(id)].numerator for m in term.measures)
        found[area, period] = found.get((area, period), frozenset()) | measures
    return found
