"""Indicators of all areas, levels and years from their quantities.

Values of regions and of the whole are made from sums of numerators and denominators, never from means of rates: a mean
would give a village the weight of a town.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.comparison import ranks, versus
from sozlib.indicators.intervals import interval
from sozlib.indicators.quantities import Quantities, combine_statuses
from sozlib.indicators.rounding import nearest
from sozlib.indicators.trend import trends
from sozlib.snapshot import INDICATOR_COLUMNS, WITHOUT_VALUE

#: What disclosure control needs beyond the columns of a snapshot; never written.
INTERNAL_COLUMNS = ("numerator_size", "numerator_least", "denominator_least")


def compute(
    indicators: Sequence[Indicator], quantities: Quantities, *, periods: tuple[int, int], trend_years: int
) -> pd.DataFrame:
    """All indicators, unprotected.

    Parameters
    ----------
    indicators
        Entries of the catalogue.
    quantities
        The sums behind them.
    periods
        First and last period to keep; earlier ones still serve as denominators of an earlier Stichtag.
    trend_years
        Span of the trend.

    Returns
    -------
    pandas.DataFrame
        Columns :data:`~sozlib.snapshot.INDICATOR_COLUMNS` and :data:`INTERNAL_COLUMNS`, ordered by catalogue, area and
        period. A period in which nobody delivered has no rows: a gap stays a gap.
    """
    frames = [values(indicator, quantities, periods, trend_years) for indicator in indicators]
    frames = [frame for frame in frames if not frame.empty]
    if not frames:
        return typed(pd.DataFrame(columns=[*INDICATOR_COLUMNS, *INTERNAL_COLUMNS]))
    frame = compared(pd.concat(frames, ignore_index=True), quantities.areas, quantities.levels)
    return typed(frame[[*INDICATOR_COLUMNS, *INTERNAL_COLUMNS]])


def answered(indicators: Sequence[Indicator], quantities: Quantities, *, periods: tuple[int, int]) -> frozenset[str]:
    """Ids of the indicators that have a value in at least one area and period.

    The reporting level in the last years answers the question for nearly all of them, so everything else is summed
    only where there is no value: a check of the input should be quick.
    """
    late = quantities.observations["period"] >= periods[1] - 2
    base = replace(
        quantities, areas=quantities.base.assign(parent=None), observations=quantities.observations.loc[late]
    )

    def found(wanted: Sequence[Indicator], sums: Quantities) -> set[str]:
        frames = ((indicator.id, shown(indicator, sums, periods)) for indicator in wanted)
        return {id_ for id_, frame in frames if not frame.empty and frame["value"].notna().any()}

    filled = found(indicators, base)
    return frozenset(filled | found([indicator for indicator in indicators if indicator.id not in filled], quantities))


def values(indicator: Indicator, quantities: Quantities, periods: tuple[int, int], trend_years: int) -> pd.DataFrame:
    """One indicator: sums, value, interval, sign and trend."""
    result = shown(indicator, quantities, periods)
    if result.empty:
        return result
    masked = result["numerator"].where(result["value"].notna()).to_numpy(dtype=float)
    below = result["denominator"].to_numpy(dtype=float) if indicator.denominator else np.ones(len(result))
    size = result["numerator_size"].to_numpy(dtype=float)
    counted = _capped(masked, below, indicator, quantities)
    result["lower"], result["upper"] = interval(indicator.method, counted, below, size, indicator.per)
    restarts = [b.period for b in indicator.breaks if b.restart]
    return result.join(trends(result, indicator.method, trend_years, restarts))


def shown(indicator: Indicator, quantities: Quantities, periods: tuple[int, int]) -> pd.DataFrame:
    """One indicator: sums, value and sign."""
    if indicator.delivered:
        return _delivered(indicator, quantities, periods)
    # A sum of years of age is no count; over a rounded number of people it would be no mean.
    weighted = bool(quantities.bases) and any(term.weight for term in indicator.numerator)
    numerator = quantities.of(indicator.numerator, exact=weighted)
    if indicator.denominator:
        denominator = quantities.of(indicator.denominator, exact=weighted)
    else:
        denominator = numerator.assign(value=1.0, status="", least=np.nan)
    frame = numerator.merge(denominator, on=["area", "period"], suffixes=("", "_below"))
    frame = frame[frame["period"].between(*periods)].reset_index(drop=True)
    if frame.empty:
        return frame
    below = frame["value_below"].to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = _capped(frame["value"].to_numpy(dtype=float), below, indicator, quantities)
        # Multiplied first, so that a single division rounds: 23 of 40 are 57.5 and not 57.49999999999999, printed 57.
        value = above * indicator.per / below
    if weighted:
        value = np.round(value, indicator.decimals)
        frame["value_below"] = nearest(below, quantities.rounded_to(indicator.denominator))
        frame["value"] = value * frame["value_below"] / indicator.per
        below = frame["value_below"].to_numpy(dtype=float)
    status = combine_statuses(
        np.stack([frame["status"].to_numpy(object), _without_nothing(frame["status_below"])], axis=1), value
    )
    present = ~np.isin(status, list(WITHOUT_VALUE))
    if indicator.kind in ("proportion", "rate", "ratio", "count"):
        nothing = present & (frame["value"] == 0).to_numpy() & (status != "0") & (status != "()")
        status[nothing] = "–"
    else:
        status[present & np.isin(status, ["–", "0"])] = ""
    if indicator.denominator:
        status[present & (below < indicator.minimum_denominator)] = "/"
        status[present & (below <= 0)] = "x"
    visible = ~np.isin(status, list(WITHOUT_VALUE))
    value[~visible] = np.nan
    return pd.DataFrame(
        {
            "indicator": indicator.id,
            "area": frame["area"],
            "period": frame["period"].astype(int),
            "numerator": frame["value"],
            "denominator": frame["value_below"] if indicator.denominator else np.nan,
            "value": value,
            "status": status,
            "numerator_size": frame["size"],
            "numerator_least": frame["least"],
            "denominator_least": frame["least_below"],
        }
    )


def _capped(
    above: npt.NDArray[np.float64], below: npt.NDArray[np.float64], indicator: Indicator, quantities: Quantities
) -> npt.NDArray[np.float64]:
    """Numerators of proportions, not larger than their denominators where only rounding has made them so."""
    if indicator.kind != "proportion" or not quantities.bases:
        return above
    reach = sum(quantities.rounded_to(side) - 1 for side in (indicator.numerator, indicator.denominator))
    return np.where((above > below) & (above - below <= reach), below, above)


#: An area above whose parts without value hold more than this share of its people is marked as limited.
MOST_MISSING = 0.05


def _delivered(indicator: Indicator, quantities: Quantities, periods: tuple[int, int]) -> pd.DataFrame:
    """One indicator whose value an office delivers; what it rests on comes from the denominator, where that is known.

    The count behind a share is rounded to whole people. An area above takes the value delivered for it, or the mean of
    the areas below that have one, weighted with their denominators; areas without a value take no part in it.
    """
    frame = quantities.of(indicator.numerator)
    frame = frame[frame["period"].between(*periods)].reset_index(drop=True)
    if frame.empty:
        return frame
    below = (
        quantities.of(indicator.denominator)[["area", "period", "value", "least"]] if indicator.denominator else None
    )
    if below is None:
        below = pd.DataFrame(columns=["area", "period", "value", "least"])
    below = below.astype({"period": "int64", "value": "float64", "least": "float64"})
    frame = frame.merge(below, on=["area", "period"], how="left", suffixes=("", "_below"))
    counted = indicator.kind == "proportion"
    product = frame["value"] * frame["value_below"] / indicator.per
    frame["product"] = nearest(product.round(), quantities.rounded_to(indicator.denominator)) if counted else product
    frame["known"] = frame["value_below"].where(frame["product"].notna())
    parts = quantities.ancestors.merge(frame[frame["area"].isin(quantities.base["id"])], on="area")
    sums = parts.groupby(["upper", "period"])[["product", "known", "value_below"]].sum(min_count=1)
    own = sums.reindex(pd.MultiIndex.from_frame(frame[["area", "period"]]))
    unsaid = frame["value"].isna() & ~frame["area"].isin(quantities.base["id"])
    above = unsaid.to_numpy() & (own["known"] > 0).to_numpy()
    missing = (1 - own["known"] / own["value_below"]).to_numpy()
    frame.loc[above, ["product", "known"]] = own.loc[above, ["product", "known"]].to_numpy()
    frame.loc[above, "value"] = indicator.per * frame.loc[above, "product"] / frame.loc[above, "known"]
    frame.loc[above, "status"] = np.where(missing[above] > MOST_MISSING, "()", "")
    nothing = frame["status"].isin(["–", "0"])
    frame["status"] = frame["status"].mask(nothing, "–" if counted else "")
    counts = frame["product"] if counted else pd.Series(np.nan, index=frame.index)
    return pd.DataFrame(
        {
            "indicator": indicator.id,
            "area": frame["area"],
            "period": frame["period"].astype(int),
            "numerator": counts,
            "denominator": frame["known"] if counted else np.nan,
            "value": frame["value"],
            "status": frame["status"],
            "numerator_size": counts,
            "numerator_least": counts.where(counts > 0),
            "denominator_least": frame["least_below"] if counted else np.nan,
        }
    )


def compared(frame: pd.DataFrame, areas: pd.DataFrame, levels: Sequence[str]) -> pd.DataFrame:
    """Indicator rows with reference values, comparison and rank, made from the values shown in ``frame``.

    Run again after protection, so that a rank says nothing about a hidden value.
    """
    known = areas.set_index("id")
    level = frame["area"].map(known["level"])
    parent = frame["area"].map(known["parent"])
    shown = frame.set_index(["indicator", "area", "period"])["value"]
    whole = str(areas.loc[areas["level"] == levels[-1], "id"].iloc[0])
    frame = frame.assign(
        whole_value=_lookup(shown, frame, pd.Series(whole, index=frame.index)),
        region_value=_lookup(shown, frame, parent.where(parent.map(known["level"]).isin(levels[1:-1]))),
    )
    has_value = frame["value"].notna()
    is_whole = level == levels[-1]
    frame["versus_whole"] = versus(frame["lower"], frame["upper"], frame["whole_value"].where(has_value & ~is_whole))
    frame["versus_region"] = versus(frame["lower"], frame["upper"], frame["region_value"].where(has_value))
    ranked = ranks(frame["value"].where(~is_whole), [frame["indicator"], frame["period"], level])
    frame[["rank", "ranked", "tied"]] = ranked[["rank", "ranked", "tied"]]
    return frame


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Frame with the types of a snapshot."""
    floats = ["numerator", "denominator", "value", "lower", "upper", "whole_value", "region_value", "trend_change"]
    texts = ["indicator", "area", "status", "versus_whole", "versus_region", "trend"]
    kinds: dict[str, str] = {"period": "int64", "tied": "bool"}
    kinds |= dict.fromkeys(["rank", "ranked", "trend_from"], "Int64")
    kinds |= dict.fromkeys(floats, "float64") | dict.fromkeys(texts, "object")
    frame = frame.astype({k: v for k, v in kinds.items() if k in frame})
    nullable = [c for c in ("versus_whole", "versus_region", "trend") if c in frame]
    return frame.assign(**{c: frame[c].where(frame[c].notna(), None) for c in nullable})


def _lookup(shown: pd.Series, frame: pd.DataFrame, area: pd.Series) -> pd.Series:
    keys = pd.MultiIndex.from_arrays([frame["indicator"], area, frame["period"]])
    return pd.Series(shown.reindex(keys).to_numpy(dtype=float), index=frame.index)


def _without_nothing(status: pd.Series) -> np.ndarray:
    """Signs of a denominator; that nobody is there shows in its value."""
    return status.where(~status.isin(["–", "0"]), "").to_numpy(dtype=object)
