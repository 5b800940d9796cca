"""The monitor: status and dynamics of every area, how sure its class is, and what drives it.

Classes decide where money and staff go, so each comes with the share of repeated runs that confirm it, with an interval
of ranks instead of a rank, and with what every indicator adds. What cannot be classified is named with its reason.

Confidentiality: a score and the contributions to it could be solved for a protected value. In an edition in which a
needed value is protected, all numbers of the monitor are therefore computed from what the edition shows; only the
class itself may come from all values (``classes: public``), as counties publish it for all their areas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozlib.analysis.definition import Exclusions, MonitorDefinition
from sozlib.analysis.index import Values, composite, middle_classes, standardise
from sozlib.analysis.uncertainty import Uncertainty, simulate
from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import MONITOR_COLUMNS, WITHOUT_VALUE

Flags = NDArray[np.bool_]
#: Fewer areas than this say nothing about how far one of them is from the others.
FEWEST = 5
#: Width of a 95 % interval in standard errors.
_WIDTH = 2 * 1.959963984540054


@dataclass(frozen=True)
class Side:
    """Status or dynamics of n areas, NaN where an area does not take part.

    Parameters
    ----------
    score
        n, standardised; a high score is a high burden (status) or a worsening (dynamics).
    classes
        n, 1 the most favourable.
    contributions
        n × k, what each indicator adds to the score, in its unit: they sum to the score up to a constant.
    uncertainty
        Ranks and classes over the repetitions.
    """

    score: Values
    classes: Values
    contributions: Values
    uncertainty: Uncertainty


def assess(
    definition: MonitorDefinition,
    values: Values,
    signs: Sequence[int],
    valid: Flags,
    limits: Sequence[float],
    errors: Values | None = None,
) -> Side:
    """Score, class, contributions and certainty of n areas on one side of the monitor.

    Parameters
    ----------
    definition
        Method, weights and repetitions.
    values
        n × k indicators in their units (status), or their changes over the years of the dynamics.
    signs
        k, +1 where a high value burdens, −1 where it relieves.
    valid
        n, areas that take part; each has all k values.
    limits
        Class limits of the standardised score.
    errors
        n × k standard errors of the values, None for none.

    Raises
    ------
    ValueError
        An indicator is the same in all areas.
    """
    repeat = definition.uncertainty
    result = composite(
        values,
        signs,
        valid,
        normaliser=definition.normaliser,
        aggregation=definition.aggregation,
        weights=definition.weights,
        ddof=definition.ddof,
    )
    score = standardise(result.score, valid, definition.ddof)
    parts = result.contributions - np.nanmean(result.contributions[valid], axis=0)
    spread = result.score[valid].std(ddof=definition.ddof)
    uncertainty = simulate(
        values,
        signs,
        valid,
        limits,
        errors=errors,
        weights=definition.weights,
        weight_spread=repeat.weight_spread,
        vary_method=repeat.vary_method,
        runs=repeat.runs,
        seed=repeat.seed,
    )
    return Side(score, middle_classes(score, limits), np.where(valid[:, None], parts / spread, np.nan), uncertainty)


def monitor_table(
    definition: MonitorDefinition,
    catalogue: Sequence[Indicator],
    indicators: pd.DataFrame,
    inhabitants: Mapping[tuple[str, int], float],
    areas: Sequence[str],
) -> pd.DataFrame:
    """Monitor of every year for which all indicators have values.

    Parameters
    ----------
    definition
        The project's monitor.
    catalogue
        Directions of the indicators.
    indicators
        Indicator table of one edition, columns :data:`sozlib.snapshot.INDICATOR_COLUMNS`.
    inhabitants
        Inhabitants by area and year; an area without number passes the minimum.
    areas
        Ids of the areas of the reporting level.

    Returns
    -------
    DataFrame
        Columns :data:`sozlib.snapshot.MONITOR_COLUMNS` and, for each indicator, ``status:<id>`` and ``dynamics:<id>``
        (its contribution in standard deviations of the score). One row an area and year; ``reason`` says why an area
        has no class.
    """
    cube = _Cube(definition, indicators, areas)
    signs = definition.signs(catalogue)
    frames = [frame for period in cube.periods if (frame := _year(cube, period, signs, inhabitants)) is not None]
    parts = [f"{side}:{id}" for side in ("status", "dynamics") for id in definition.ids]
    if not frames:
        return pd.DataFrame(columns=[*MONITOR_COLUMNS, *parts])
    return pd.concat(frames, ignore_index=True)[[*MONITOR_COLUMNS, *parts]]


def monitor_of_edition(
    definition: MonitorDefinition,
    catalogue: Sequence[Indicator],
    everything: pd.DataFrame,
    shown: pd.DataFrame,
    inhabitants: Mapping[tuple[str, int], float],
    areas: Sequence[str],
) -> pd.DataFrame:
    """Monitor as an edition may show it.

    Parameters
    ----------
    definition, catalogue, inhabitants, areas
        As for :func:`monitor_table`.
    everything
        The indicators before protection.
    shown
        The indicators that the edition shows.

    Returns
    -------
    DataFrame
        As :func:`monitor_table`. With ``classes: protected`` it is a function of what the edition shows. With
        ``classes: public`` the two classes come from all values; scores, ranks, shares and contributions still come
        from what the edition shows, so that no protected value can be solved for.
    """
    open_table = monitor_table(definition, catalogue, shown, inhabitants, areas)
    if definition.classes == "protected":
        return open_table
    whole = monitor_table(definition, catalogue, everything, inhabitants, areas)
    numbers = open_table.set_index(["area", "period"]).reindex(whole.set_index(["area", "period"]).index).reset_index()
    for column in ("status", "dynamics", "reason", "dynamics_reason"):
        numbers[column] = whole[column].to_numpy()
    return numbers


class _Cube:
    """Values and standard errors of the index's indicators by area and year."""

    def __init__(self, definition: MonitorDefinition, indicators: pd.DataFrame, areas: Sequence[str]):
        self.definition, self.areas = definition, list(areas)
        used = indicators[indicators["indicator"].isin(definition.ids) & indicators["area"].isin(self.areas)]
        seen = used[~used["status"].isin(WITHOUT_VALUE) & used["value"].notna()]
        error = (seen["upper"].astype(float) - seen["lower"].astype(float)) / _WIDTH
        keyed = seen.assign(error=error.fillna(0.0)).set_index(["period", "area", "indicator"])
        self._values: pd.DataFrame = keyed["value"].astype(float).unstack("indicator")
        self._errors: pd.DataFrame = keyed["error"].unstack("indicator")
        complete = seen.groupby("period")["indicator"].nunique()
        self.periods = [int(p) for p in sorted(complete.index) if complete[p] == len(definition.ids)]

    def values(self, period: int) -> Values:
        """Areas × indicators, NaN where there is none."""
        return self._year(self._values, period)

    def errors(self, period: int) -> Values:
        """Standard errors, areas × indicators."""
        return np.nan_to_num(self._year(self._errors, period))

    def _year(self, table: pd.DataFrame, period: int) -> Values:
        rows = pd.MultiIndex.from_product([[period], self.areas], names=["period", "area"])
        result: Values = table.reindex(index=rows, columns=list(self.definition.ids)).to_numpy(dtype=float)
        return result


def _year(
    cube: _Cube, period: int, signs: Sequence[int], inhabitants: Mapping[tuple[str, int], float]
) -> pd.DataFrame | None:
    definition = cube.definition
    people = np.array([inhabitants.get((area, period), np.nan) for area in cube.areas])
    given = cube.values(period)
    used = (~np.isnan(given)).sum(axis=1)
    reasons = excluded(definition.exclusions, cube.areas, given, people)
    valid = np.array([not reason for reason in reasons])
    if valid.sum() < FEWEST or not _varies(given[valid]):
        return None
    now = filled(given, valid, definition.weights)
    status = assess(definition, now, signs, valid, definition.status_limits, cube.errors(period))
    frame = pd.DataFrame({"area": cube.areas, "period": period, "used": used, "reason": reasons})
    frame = _with_side(frame, "status", status, definition)
    order = pd.Series(status.score).rank(ascending=False, method="min")
    frame["rank"] = order
    frame["rank_low"], frame["rank_high"] = status.uncertainty.rank_low, status.uncertainty.rank_high
    return _with_dynamics(frame, cube, period, signs, valid)


def _with_dynamics(frame: pd.DataFrame, cube: _Cube, period: int, signs: Sequence[int], valid: Flags) -> pd.DataFrame:
    definition, earlier = cube.definition, period - cube.definition.dynamics_years
    moved = np.zeros(len(valid), dtype=bool)
    if earlier in cube.periods:
        change = cube.values(period) - cube.values(earlier)
        moved = valid & ~np.isnan(change).any(axis=1)
    if moved.sum() >= FEWEST and _varies(change[moved]):
        errors = np.hypot(cube.errors(period), cube.errors(earlier))
        side = assess(definition, change, signs, moved, definition.dynamics_limits, errors)
    else:
        moved[:] = False
        side = _no_side(len(valid), len(definition.ids), len(definition.dynamics_limits) + 1)
    frame = _with_side(frame, "dynamics", side, definition)
    lacking = f"Angaben für {earlier} fehlen"
    frame["dynamics_reason"] = np.where(moved | ~valid, "", lacking)
    return frame


def _with_side(frame: pd.DataFrame, name: str, side: Side, definition: MonitorDefinition) -> pd.DataFrame:
    columns: dict[str, Values] = {name: side.classes, f"{name}_score": side.score}
    for number, share in enumerate(side.uncertainty.probability.T, 1):
        columns[f"{name}_{number}"] = share
    for id, part in zip(definition.ids, side.contributions.T, strict=True):
        columns[f"{name}:{id}"] = part
    return pd.concat([frame, pd.DataFrame(columns)], axis=1)


def _no_side(areas: int, indicators: int, classes: int) -> Side:
    none = np.full(areas, np.nan)
    nothing = Uncertainty(none, none, none, np.full((areas, classes), np.nan))
    return Side(none, none, np.full((areas, indicators), np.nan), nothing)


def excluded(rules: Exclusions, areas: Sequence[str], values: Values, inhabitants: Values) -> list[str]:
    """Why each area is not classified, "" where it is; a German phrase."""
    lacking = np.isnan(values).sum(axis=1)
    allowed = 0 if rules.missing == "exclude" else values.shape[1] - rules.at_least
    far = np.zeros(len(areas), dtype=bool)
    if rules.outliers is not None:
        low, high = np.nanpercentile(values, [25, 75], axis=0)
        reach = rules.outliers * (high - low)
        far = ((values < low - reach) | (values > high + reach)).any(axis=1)
    reasons = []
    for i, area in enumerate(areas):
        if area in rules.areas:
            reasons.append(rules.areas[area])
        elif inhabitants[i] < rules.minimum_inhabitants:
            people = f"{rules.minimum_inhabitants:,}".replace(",", ".")
            reasons.append(f"weniger als {people} Einwohnerinnen und Einwohner")
        elif lacking[i] > max(allowed, 0):
            reasons.append("Angaben fehlen")
        else:
            reasons.append("Ausreißer" if far[i] else "")
    return reasons


def filled(values: Values, valid: Flags, weights: Sequence[float]) -> Values:
    """Values with the gaps of valid areas closed so that they do not move the area.

    A missing indicator takes the value whose z-value is the weighted mean of the area's other z-values: the area is
    judged by the indicators that it has.
    """
    if not np.isnan(values[valid]).any():
        return values
    centre, spread = np.nanmean(values[valid], axis=0), np.nanstd(values[valid], axis=0)
    z = (values - centre) / spread
    weight = np.where(np.isnan(z), 0.0, np.asarray(weights, dtype=float))
    total = weight.sum(axis=1, keepdims=True)
    mean = np.divide(np.nansum(z * weight, axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    closed: Values = np.where(np.isnan(values), centre + mean * spread, values)
    return closed


def _varies(values: Values) -> bool:
    seen = np.nanmax(values, axis=0) - np.nanmin(values, axis=0)
    return bool((seen > 0).all())
