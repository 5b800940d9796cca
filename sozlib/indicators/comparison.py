"""Comparison with the whole and with the planning region, and ranks.

A difference counts only where it can be told from chance. The rule is the one that readers are told: **the value of the
whole lies outside the 95 % interval of the area**. It asks whether the area's cases could have come about at the level
of the whole. The value of the whole is taken as fixed: its own chance error is small beside the area's, and as the area
is a part of the whole, both errors are positively correlated. A two-sample test of area against whole would treat them
as independent and be wrong in the other direction; the test of area against the rest of the district asks another
question than the one in the figure.

References
----------
.. [1] Association of Public Health Observatories (2008): Commonly used public health statistics and their confidence
   intervals. Technical Briefing 3.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Values that differ by less are the same value: floating point, not the world.
_DIGITS = 9


def versus(lower: pd.Series, upper: pd.Series, reference: pd.Series) -> pd.Series:
    """Where an area stands against a reference value.

    Returns
    -------
    pandas.Series
        "above" where the whole interval lies above the reference, "below", "same" where the interval holds it (not
        distinguishable), None where interval or reference are missing.
    """
    result = pd.Series(np.full(len(lower), None, dtype=object), index=lower.index)
    known = lower.notna() & upper.notna() & reference.notna()
    result[known] = "same"
    result[known & (lower > reference)] = "above"
    result[known & (upper < reference)] = "below"
    return result


def ranks(values: pd.Series, groups: list[pd.Series]) -> pd.DataFrame:
    """Ranks within groups; 1 is the highest value, ties share the lowest rank, missing values have none.

    Parameters
    ----------
    values
        Values of indicators, NaN where there is none to show.
    groups
        Series that divide the rows: indicator, period, level.

    Returns
    -------
    pandas.DataFrame
        ``rank`` (Int64), ``ranked`` (Int64, how many values the group has), ``tied`` (bool).
    """
    rounded = values.round(_DIGITS)
    grouped = rounded.groupby(groups, sort=False)
    rank = grouped.rank(method="min", ascending=False)
    shared = rounded.groupby([*groups, rounded], sort=False).transform("size")
    missing: npt.NDArray[np.bool_] = values.isna().to_numpy()
    return pd.DataFrame(
        {
            "rank": rank.astype("Int64"),
            "ranked": grouped.transform("count").astype("Int64"),
            "tied": (shared > 1).fillna(False).astype(bool) & ~missing,
        }
    )
