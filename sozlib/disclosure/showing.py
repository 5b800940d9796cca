"""What an edition tells of its values: the value, the class it lies in, or nothing.

Protection (:mod:`sozlib.disclosure.protect`) is about small counts; this is about what has been agreed. A value of
which only the class may be told is taken out of the table with everything that belongs to it, and its class stands in
its status: nothing that reads the table can show more. Where a published sum and the other parts would give a withheld
count back, the sum is withheld, too, or another with it. Where a class and a small denominator leave the count behind
the value too few numbers, the class is withheld, too.

Limits of the classes are those of the public maps: they rest on what the rule for small counts leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure.concealment import conceal
from sozlib.disclosure.own import Own
from sozlib.disclosure.protect import SIGN, nested
from sozlib.disclosure.rounding import sides
from sozlib.edition import SIDES, Shows
from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.compute import INTERNAL_COLUMNS, compared, typed
from sozlib.indicators.limits import class_limits, class_of, class_range
from sozlib.snapshot import CLASSES, WITHOUT_VALUE

_NAMES = {place: name for name, place in CLASSES.items()}

#: Numbers and words of a row that a withheld value takes with it.
_TAKEN = ["numerator", "denominator", "value", "lower", "upper", "trend_change", "trend", "trend_from"]


def limits_of(
    frame: pd.DataFrame, indicators: Sequence[Indicator], areas: pd.DataFrame, level: str, shows: Shows
) -> dict[str, tuple[float, ...]]:
    """Limits of the classes of those indicators of which an edition tells a class.

    Parameters
    ----------
    frame
        Indicators as the rule for small counts leaves them, without anything that only some readers may see.
    indicators, areas
        Catalogue and areas.
    level
        Id of the reporting level.
    shows
        What the edition shows.
    """
    base = set(areas.loc[areas["level"] == level, "id"])
    of_base = frame[frame["area"].isin(base)]
    found = {}
    for indicator in indicators:
        if any(shows.of(indicator.id, indicator.topic, side) == "class" for side in SIDES):
            values = of_base.loc[of_base["indicator"] == indicator.id, "value"].to_numpy(dtype=float)
            found[indicator.id] = class_limits(values, indicator.decimals)
    return found


def shown(
    frame: pd.DataFrame,
    indicators: Sequence[Indicator],
    areas: pd.DataFrame,
    levels: Sequence[str],
    *,
    shows: Shows,
    own: Own,
    limits: Mapping[str, Sequence[float]],
    minimum: int,
) -> pd.DataFrame:
    """Indicators of an edition as far as it shows them.

    Parameters
    ----------
    frame
        What :func:`sozlib.disclosure.protect.protect` left for these readers.
    indicators, areas, levels
        Catalogue; areas of all levels; ids of the levels, reporting level first.
    shows, own
        What the edition shows, and whose areas are the readers' own.
    limits
        What :func:`limits_of` found.
    minimum
        How uncertain a withheld count has to stay, at least by 1; see :func:`sozlib.disclosure.concealment.conceal`.
    """
    if shows.everything or frame.empty:
        return frame
    frame = frame.reset_index(drop=True)
    by_id = {indicator.id: indicator for indicator in indicators}
    level = frame["area"].map(dict(zip(areas["id"], areas["level"], strict=True)))
    side = sides(frame["area"], areas, levels[0], own)
    showing = pd.Series("value", index=frame.index)
    for whose in SIDES:
        for id, rows in frame[side == whose].groupby("indicator", sort=False).groups.items():
            showing[rows] = shows.of(str(id), by_id[str(id)].topic, whose)
    declared = showing.isin(["class", "nothing"])
    told = (showing == "class") & (level == levels[0]) & ~frame["status"].isin(WITHOUT_VALUE) & frame["value"].notna()
    classes = [
        _class_of(by_id[id], value, below, limits[id], max(minimum, 1))
        for id, value, below in frame.loc[told, ["indicator", "value", "denominator"]].itertuples(index=False)
    ]
    closed = _closed(frame, declared, areas, own, minimum)
    among = frame.loc[closed, ["indicator", "period"]].drop_duplicates()
    frame.loc[closed, "status"] = SIGN
    frame.loc[told, "status"] = classes
    frame.loc[closed, [*_TAKEN, *INTERNAL_COLUMNS]] = np.nan
    frame = typed(compared(frame, areas, levels)[list(frame.columns)])
    # A rank among those few that are shown would be read as a rank among all.
    touched = pd.MultiIndex.from_frame(frame[["indicator", "period"]]).isin(pd.MultiIndex.from_frame(among))
    frame.loc[touched, ["rank", "ranked"]] = pd.NA
    frame.loc[touched, "tied"] = False
    return frame


def population_shown(
    population: pd.DataFrame, areas: pd.DataFrame, level: str, *, shows: Shows, own: Own
) -> pd.DataFrame:
    """Population by age and sex as far as an edition shows it; it has no classes, so a class withholds it.

    Parameters
    ----------
    population
        What :func:`sozlib.disclosure.protect.protect_population` left.
    areas, level
        Areas of all levels; id of the reporting level.
    shows, own
        The general rule counts; topics and indicators have no say in it.
    """
    general = {side: getattr(shows, side) in ("class", "nothing") for side in SIDES}
    side = sides(population["area"], areas, level, own)
    closed = pd.Series(side, index=population.index).map(general).astype(bool)
    if not closed.any():
        return population
    return population.assign(status=population["status"].mask(closed, SIGN), value=population["value"].mask(closed))


def _class_of(indicator: Indicator, value: float, below: float, limits: Sequence[float], minimum: int) -> str:
    """Class of a value, or the sign where the class leaves the count behind it open by less than the minimum."""
    place = class_of(value, limits, indicator.decimals)
    low, high = (
        end * (1.0 if np.isnan(below) else below) / indicator.per
        for end in class_range(place, limits, indicator.decimals)
    )
    if all(term.factor > 0 for term in indicator.numerator):
        low = max(low, 0.0)
    high = np.ceil(high - _NEAR) - 1
    if indicator.kind == "proportion":
        high = min(high, below)
    return _NAMES[place + 1, len(limits) + 1] if high - np.ceil(low - _NEAR) >= minimum else SIGN


#: Numbers that differ by less are equal: floating point.
_NEAR = 1e-9


def _closed(
    frame: pd.DataFrame, declared: pd.Series, areas: pd.DataFrame, own: Own, minimum: int
) -> npt.NDArray[np.bool_]:
    """Rows to withhold: the declared ones, and sums that would give one back; own values are never taken for that."""
    concerned = frame["indicator"].isin(frame.loc[declared, "indicator"])
    rows = frame[concerned].reset_index(drop=True)
    wanted = declared[concerned].to_numpy()
    mine = rows["area"].isin(own.areas).to_numpy()
    sizes = np.where(mine & ~wanted, 0.0, rows["numerator_size"].abs().to_numpy(dtype=float))
    sums = nested(rows, areas, ["indicator", "period"])
    result = declared.to_numpy().copy()
    result[concerned] = conceal(
        sizes, wanted, sums, max(minimum, 1), already=rows["status"].isin(WITHOUT_VALUE).to_numpy()
    )
    return result
