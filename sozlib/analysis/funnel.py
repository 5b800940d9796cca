"""Control limits for funnel plots: how far an area's value may lie from the whole's by chance, given its size.

A ranking suggests that somebody must be last. A funnel plot asks instead whether a value is compatible with the level
of the whole at this number of people; small areas have wide limits, large ones narrow. Limits are exact and
interpolated between whole cases as [1]_ (appendix A.1.1) has them, at 95 % and 99.8 %.

The limits hold what chance explains if all areas had the level of the whole. Areas differ for other reasons too; where
many lie outside, that is the finding and not a fault of the areas (overdispersion).

References
----------
.. [1] Spiegelhalter, D. J. (2005): Funnel plots for comparing institutional performance. Statistics in Medicine 24,
   1185-1202.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom, poisson

from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import FUNNEL_COLUMNS

#: Tail probabilities of the limits in the order of the columns: 99.8 % and 95 % below, 95 % and 99.8 % above.
TAILS = (0.001, 0.025, 0.975, 0.999)

#: Points on each limit between the smallest and the largest area.
POINTS = 60

Array = npt.NDArray[np.float64]


def limit(target: float, total: Array, tail: float, *, rates: bool) -> Array:
    """Control limit of a proportion or rate.

    Parameters
    ----------
    target
        The level of the whole: share of cases, or cases for each unit of exposure.
    total
        People (or exposure) of the areas.
    tail
        Probability of a smaller value, such as 0.025.
    rates
        Poisson cases; else binomial ones.

    Returns
    -------
    numpy.ndarray
        Limits as shares or rates, not below 0, proportions not above 1.
    """
    law = poisson(target * total) if rates else binom(total, target)
    cases = law.ppf(tail)
    reached, before = law.cdf(cases), law.cdf(cases - 1)
    bound: Array = (cases - (reached - tail) / (reached - before)) / total
    return np.clip(bound, 0.0, np.inf if rates else 1.0)


def funnels(shown: pd.DataFrame, catalogue: Sequence[Indicator], areas: Sequence[str], whole: str) -> pd.DataFrame:
    """Control limits of the latest values of all proportions and rates.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`sozlib.snapshot.FUNNEL_COLUMNS`. Rows with an area hold the limits at its denominator, rows
        without one the points between, to draw lines. Areas without a shown value have no row.
    """
    frames = []
    rows = shown[shown["value"].notna() & (shown["denominator"] > 0)]
    by_indicator = dict(iter(rows.groupby("indicator", sort=False)))
    for indicator in catalogue:
        if indicator.method not in ("wilson", "poisson") or indicator.id not in by_indicator:
            continue
        group = by_indicator[indicator.id]
        group = group[group["period"] == group["period"].max()].set_index("area")
        inside = group[group.index.isin(areas)]
        if whole not in group.index or len(inside) < 2:
            continue
        target = float(group.loc[whole, "numerator"] / group.loc[whole, "denominator"])
        if not 0 < target < (np.inf if indicator.method == "poisson" else 1):
            continue
        sizes = inside["denominator"].to_numpy(dtype=float)
        between = np.geomspace(max(sizes.min() * 0.8, 1.0), sizes.max() * 1.05, POINTS)
        # A proportion's denominator counts people; weighted ones need not be whole.
        total = np.concatenate([sizes, between]).round()
        low, down, up, high = (
            limit(target, total, tail, rates=indicator.method == "poisson") * indicator.per for tail in TAILS
        )
        frames.append(
            pd.DataFrame(
                {
                    "indicator": indicator.id,
                    "area": [*inside.index, *[""] * POINTS],
                    "period": int(group["period"].iloc[0]),
                    "denominator": total,
                    "lower_998": low,
                    "lower_95": down,
                    "upper_95": up,
                    "upper_998": high,
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=list(FUNNEL_COLUMNS))
    return pd.concat(frames, ignore_index=True)[list(FUNNEL_COLUMNS)]
