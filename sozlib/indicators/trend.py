"""Trends: has a value moved over the years of the cycle's window by more than chance?

A trend is "rising" or "falling" only if a test over **all** years of the window says so at the 5 % level and, where the
value has a sampling model, the difference between the last and the first year alone says the same. So sentence, number
and line agree: a hump that is gone again is no trend.

* Proportions and ratios of disjoint groups: Cochran-Armitage test.
* Rates: score test of the slope in a Poisson regression on the year (the same statistic with Poisson variance).
* Balances, means, other ratios and numbers: Mann-Kendall test with its exact distribution, because there is no sampling
  model of the single value.

The same people are counted in several years. The tests take the years as independent; with stocks that change slowly
this makes them cautious about the years between, not about the direction.

References
----------
.. [1] Cochran, W. G. (1954): Some methods for strengthening the common chi-squared tests. Biometrics 10, 417-451.
.. [2] Armitage, P. (1955): Tests for linear trends in proportions and frequencies. Biometrics 11, 375-386.
.. [3] Mann, H. B. (1945): Nonparametric tests against trend. Econometrica 13, 245-259.
.. [4] Kendall, M. G. (1975): Rank correlation methods. 4th ed., Griffin.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from sozlib.indicators.catalogue import Method

#: Level of significance.
LEVEL = 0.05

#: Fewer years with a value say nothing about a trend.
MINIMUM_YEARS = 3

Array = npt.NDArray[np.float64]


def trends(frame: pd.DataFrame, method: Method, years: int, restarts: Sequence[int] = ()) -> pd.DataFrame:
    """Trend of one indicator that ends in each of its rows.

    Parameters
    ----------
    frame
        Columns area, period, numerator, denominator, value (NaN where there is none to show).
    method
        The indicator's method, see :mod:`sozlib.indicators.intervals`.
    years
        Span of the window. A series that starts one year later is accepted (statistics of every other year).
    restarts
        First periods after a break that makes earlier values incomparable; no window reaches across.

    Returns
    -------
    pandas.DataFrame
        Index of ``frame``; ``trend`` ("rising", "falling", "none", None where it cannot be tested), ``trend_from``
        (Int64), ``trend_change`` in the indicator's unit.
    """
    trend = np.full(len(frame), None, dtype=object)
    trend_from, trend_change = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    period, area = frame["period"].to_numpy(), pd.Index(frame["area"])
    table = {c: frame.pivot(index="area", columns="period", values=c) for c in ("value", "numerator", "denominator")}
    value = table["value"]
    periods = [int(p) for p in value.columns]
    for end in periods:
        begin = max([end - years, *(r for r in restarts if r <= end)])
        window = [p for p in periods if begin <= p <= end]
        year = np.array(window, dtype=float)
        known = value[window].notna().to_numpy()
        first = np.where(known.any(axis=1), year[known.argmax(axis=1)], np.nan)
        long_enough = known[:, -1] & (known.sum(axis=1) >= MINIMUM_YEARS) & (first <= end - years + 1)
        if not long_enough.any():
            continue
        values = value[window].to_numpy(dtype=float)
        at_first = (np.arange(len(values)), known.argmax(axis=1))
        change = values[:, -1] - values[at_first]
        counts = [np.where(known, table[c][window].to_numpy(dtype=float), 0.0) for c in ("numerator", "denominator")]
        direction = significance(method, year, values, counts[0], counts[1])
        if method in ("wilson", "odds", "poisson"):
            pair, *ends = (np.stack([c[at_first], c[:, -1]], axis=1) for c in (values, *counts))
            direction[direction != significance(method, np.array([0.0, 1.0]), pair, ends[0], ends[1])] = 0
        direction[np.sign(direction) != np.sign(change)] = 0
        words = np.select([direction > 0, direction < 0], ["rising", "falling"], "none")
        rows = np.flatnonzero(period == end)
        at = value.index.get_indexer(area[rows])
        rows, at = rows[long_enough[at]], at[long_enough[at]]
        trend[rows], trend_from[rows], trend_change[rows] = words[at], first[at], change[at]
    columns = {"trend": pd.Series(trend, frame.index, dtype=object), "trend_from": trend_from}
    return pd.DataFrame(columns | {"trend_change": trend_change}, frame.index).astype({"trend_from": "Int64"})


def significance(method: Method, year: Array, values: Array, count: Array, total: Array) -> Array:
    """Direction of significant trends: 1, -1 or 0.

    Parameters
    ----------
    method
        The indicator's method.
    year
        Shape (years,).
    values, count, total
        Shape (areas, years); unknown years are NaN in ``values`` and 0 in ``count`` and ``total``.
    """
    if method in ("wilson", "odds", "poisson"):
        total = total + count if method == "odds" else total
        z = slope_score(year, count, total, poisson=method == "poisson")
        return np.where(np.abs(z) > norm.ppf(1 - LEVEL / 2), np.sign(z), 0.0)
    return _mann_kendall(values)


def slope_score(year: Array, count: Array, total: Array, *, poisson: bool) -> Array:
    """Standard normal statistic of a linear trend in shares ([1]_, [2]_) or in Poisson rates, one for each row."""
    people = total.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = count.sum(axis=1) / people
        centred = year - (total * year).sum(axis=1, keepdims=True) / people[:, None]
        score = (centred * count).sum(axis=1)
        spread = share * (1.0 if poisson else np.clip(1 - share, 0, None)) * (centred**2 * total).sum(axis=1)
        z = score / np.sqrt(spread)
    return np.where(np.isfinite(z), z, 0.0)


def _mann_kendall(values: Array) -> Array:
    """Direction of a significant Mann-Kendall trend ([3]_, [4]_), one for each row; ties count nothing."""
    years = values.shape[1]
    score = np.zeros(len(values))
    for i in range(years):
        for j in range(i + 1, years):
            score += np.nan_to_num(np.sign(values[:, j] - values[:, i]))
    known = np.isfinite(values).sum(axis=1)
    p = np.array([_tail(int(n), abs(int(s))) for n, s in zip(known, score, strict=True)])
    return np.where(p < LEVEL, np.sign(score), 0.0)


@lru_cache(maxsize=4096)
def _tail(n: int, score: int) -> float:
    """Two-sided probability of Kendall's score at least this large among n values in random order."""
    if n < 2 or score == 0:
        return 1.0
    ways = np.array([1.0])  # orders by number of inversions
    for size in range(2, n + 1):
        ways = np.convolve(ways, np.ones(size)) / size
    pairs = n * (n - 1) // 2
    scores = pairs - 2 * np.arange(pairs + 1)
    return float(min(1.0, 2 * ways[scores >= score].sum()))
