"""The monitor: status and dynamics of every area, how sure its class is, and what drives it.

Classes decide where money and staff go, so each comes with the share of repeated runs that confirm it, with an interval
of ranks instead of a rank, and with what every indicator adds. What cannot be classified is named with its reason.

Confidentiality: a score and the contributions to it could be solved for a protected value. In an edition in which a
needed value is protected, all numbers of the monitor are therefore computed from what the edition shows. With
``classes: public`` an area has a class although a value of it is protected, where every number that the edition leaves
possible gives the same class.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sozlib.analysis.basis import Basis, Flags, enough
from sozlib.analysis.definition import MonitorDefinition
from sozlib.analysis.index import composite, middle_classes, standardise
from sozlib.analysis.method import Values
from sozlib.analysis.uncertainty import Trial, Uncertainty, simulate
from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import MONITOR_COLUMNS

#: Makes of the ids of indicators tables of them that may all be the true one.
Worlds = Callable[[Collection[str]], Sequence[pd.DataFrame]]

#: Why an area has no class although one could be computed from the true numbers.
UNCERTAIN = "Klasse wegen gesperrter Angaben nicht sicher"


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
        n × k, what each indicator adds to the score, in its unit; in additive methods they sum to the score.
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
    result = composite(values, signs, valid, definition.method, definition.weights)
    score = standardise(result.score, valid, definition.ddof)
    parts = result.contributions / result.score[valid].std(ddof=definition.ddof)
    trial = trial_of(definition, values, signs, valid, errors)
    uncertainty = simulate(trial, valid, limits, runs=repeat.runs, seed=repeat.seed)
    return Side(score, middle_classes(score, limits), parts, uncertainty)


def trial_of(
    definition: MonitorDefinition, values: Values, signs: Sequence[int], valid: Flags, errors: Values | None = None
) -> Trial:
    """What the repetitions of a monitor vary; parameters as for :func:`assess`."""
    return Trial(
        values,
        signs,
        valid,
        definition.methods,
        errors=errors,
        weights=definition.weights,
        weight_spread=definition.uncertainty.weight_spread,
    )


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
    changes: dict[int, Basis] = {}
    if definition.dynamics:
        changes = dict(Basis.by_year(definition.of_changes, catalogue, indicators, areas))
    frames = [
        frame
        for period, basis in Basis.by_year(definition, catalogue, indicators, areas)
        if (frame := _year(basis, changes.get(period), period, inhabitants)) is not None
    ]
    parts = [*(f"status:{id}" for id in definition.ids), *(f"dynamics:{id}" for id in definition.of_changes.ids)]
    if not frames:
        return pd.DataFrame(columns=[*MONITOR_COLUMNS, *parts])
    return pd.concat(frames, ignore_index=True).reindex(columns=[*MONITOR_COLUMNS, *parts])


def monitor_of_edition(
    definition: MonitorDefinition,
    catalogue: Sequence[Indicator],
    worlds: Worlds,
    shown: pd.DataFrame,
    inhabitants: Mapping[tuple[str, int], float],
    areas: Sequence[str],
) -> pd.DataFrame:
    """Monitor as an edition may show it.

    Parameters
    ----------
    definition, catalogue, inhabitants, areas
        As for :func:`monitor_table`.
    worlds
        Makes of the ids of indicators tables of them that agree with what the edition shows.
    shown
        The indicators that the edition shows.

    Returns
    -------
    DataFrame
        As :func:`monitor_table`, a function of what the edition shows. With ``classes: public`` the two classes are
        those that all worlds have in common; scores, ranks, shares and contributions come from the values shown.
    """
    open_table = monitor_table(definition, catalogue, shown, inhabitants, areas)
    if definition.classes == "protected":
        return open_table
    once = definition.model_copy(update={"uncertainty": definition.uncertainty.model_copy(update={"runs": 1})})
    ids = {*definition.ids, *definition.of_changes.ids}
    tables = [
        monitor_table(once, catalogue, world, inhabitants, areas).set_index(["area", "period"]) for world in worlds(ids)
    ]
    first = tables[0]
    numbers = open_table.set_index(["area", "period"]).reindex(first.index)
    for side, reason in (("status", "reason"), ("dynamics", "dynamics_reason")):
        same = np.all([table[side].reindex(first.index) == first[side] for table in tables], axis=0)
        told = first[reason].mask(first[side].notna() & ~same, UNCERTAIN)
        numbers[side], numbers[reason] = first[side].where(same), told
    return numbers.reset_index()[list(open_table.columns)]


def _year(
    basis: Basis, changes: Basis | None, period: int, inhabitants: Mapping[tuple[str, int], float]
) -> pd.DataFrame | None:
    definition, year = basis.definition, basis.year(period, inhabitants)
    if year is None:
        return None
    status = assess(definition, year.values, basis.signs, year.valid, definition.status_limits, year.errors)
    frame = pd.DataFrame({"area": basis.areas, "period": period, "used": year.used, "reason": year.reasons})
    frame = _with_side(frame, "status", status, definition)
    frame["rank"] = ranked(status.score)
    frame["rank_low"], frame["rank_high"] = status.uncertainty.rank_low, status.uncertainty.rank_high
    return _with_dynamics(frame, basis, changes, period, year.valid)


def _with_dynamics(frame: pd.DataFrame, basis: Basis, changes: Basis | None, period: int, valid: Flags) -> pd.DataFrame:
    earlier = period - basis.definition.dynamics_years
    moved, change, errors = np.zeros(len(valid), dtype=bool), np.empty(0), np.empty(0)
    if basis.definition.dynamics:
        lacking = "Angaben zur Veränderung fehlen"
        if changes is not None:
            change, errors = changes.values(period), changes.errors(period)
            moved = valid & ~np.isnan(change).any(axis=1)
    else:
        changes, lacking = basis, f"Angaben für {earlier} fehlen"
        if earlier in basis.periods:
            change = basis.values(period) - basis.values(earlier)
            errors = np.hypot(basis.errors(period), basis.errors(earlier))
            moved = valid & ~np.isnan(change).any(axis=1)
    definition = basis.definition.of_changes
    if changes is not None and moved.any() and enough(change, moved):
        side = assess(definition, change, changes.signs, moved, definition.dynamics_limits, errors)
    else:
        moved[:] = False
        side = _no_side(len(valid), len(definition.ids), len(definition.dynamics_limits) + 1)
    frame = _with_side(frame, "dynamics", side, definition)
    frame["dynamics_reason"] = np.where(moved | ~valid, "", lacking)
    return frame


def ranked(score: Values) -> Values:
    """Rank of each score, 1 the highest, NaN where there is none; equal scores share the better rank."""
    return np.asarray(pd.Series(score).rank(ascending=False, method="min"), dtype=np.float64)


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
