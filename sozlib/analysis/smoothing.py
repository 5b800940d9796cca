"""Smoothed values for maps: the fewer people a value rests on, the nearer it is drawn to the mean of all areas.

On a map the extreme colours go to the smallest areas, because their values vary most by chance. Empirical Bayes weighs
each value by how much of the difference between areas chance can explain: what is smoothed shows the pattern, the raw
value stays beside it as what was counted.

The variance of chance is that of a Poisson count for rates [1]_ and of a binomial one for proportions, which need not
be rare [2]_. Where the areas differ no more than chance makes them, every value is the mean (``esda`` extrapolates
there).

References
----------
.. [1] Marshall, R. J. (1991): Mapping disease and mortality rates using empirical Bayes estimators. JRSS C 40, 283-294.
.. [2] Martuzzi, M.; Elliott, P. (1996): Empirical Bayes estimation of small area prevalence of non-rare conditions.
   Statistics in Medicine 15, 1867-1873.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import SMOOTHED_COLUMNS

#: Fewer areas have no distribution to learn from.
LEAST_AREAS = 5

Array = npt.NDArray[np.float64]


def empirical_bayes(count: Array, total: Array, *, poisson: bool) -> tuple[Array, Array]:
    """Smoothed rates and the weight of each area's own rate.

    Parameters
    ----------
    count, total
        Cases and people of each area; all known, people above zero.
    poisson
        Variance of a Poisson count; else of a proportion.

    Returns
    -------
    tuple of arrays
        Rates between the raw rate and the mean; weights between 0 (the mean) and 1 (the raw rate).
    """
    rate, mean = count / total, count.sum() / total.sum()
    chance = mean if poisson else mean * (1 - mean)
    between = (total * (rate - mean) ** 2).sum() / total.sum() - chance / total.mean()
    if between <= 0:
        return np.full(len(rate), mean), np.zeros(len(rate))
    weight = between / (between + chance / total)
    return weight * rate + (1 - weight) * mean, weight


def smoothed(shown: pd.DataFrame, catalogue: Sequence[Indicator], areas: Sequence[str]) -> pd.DataFrame:
    """Smoothed values of all proportions and rates, from the values that an edition shows.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`sozlib.snapshot.SMOOTHED_COLUMNS`; an area whose value is not shown has no row.
    """
    frames = []
    rows = shown[shown["area"].isin(areas) & shown["value"].notna() & (shown["denominator"] > 0)]
    by_indicator = dict(iter(rows.groupby("indicator", sort=False)))
    for indicator in catalogue:
        if indicator.method not in ("wilson", "poisson") or indicator.id not in by_indicator:
            continue
        for _, group in by_indicator[indicator.id].groupby("period", sort=True):
            if len(group) < LEAST_AREAS:
                continue
            count, total = (group[c].to_numpy(dtype=float) for c in ("numerator", "denominator"))
            rate, weight = empirical_bayes(count, total, poisson=indicator.method == "poisson")
            frames.append(group[["indicator", "area", "period"]].assign(value=rate * indicator.per, weight=weight))
    if not frames:
        return pd.DataFrame(columns=list(SMOOTHED_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(SMOOTHED_COLUMNS)]
