"""What an index rests on: which areas take part, with which values, and what is done where one is missing.

Who is left out is decided by rules that stand in the parameters, and every area left out has its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sozlib.analysis.definition import Exclusions, MonitorDefinition
from sozlib.analysis.method import Values
from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import WITHOUT_VALUE

Flags = NDArray[np.bool_]
#: Fewer areas than this say nothing about how far one of them is from the others.
FEWEST = 5
#: Width of a 95 % interval in standard errors.
_WIDTH = 2 * 1.959963984540054


@dataclass(frozen=True)
class Year:
    """What the status of one year rests on.

    Parameters
    ----------
    period
        The year.
    values, errors
        n × k values with the gaps of valid areas closed, and their standard errors.
    valid
        n, which areas are classified.
    used
        n, number of indicators that an area has.
    reasons
        n, why an area is not classified, "" where it is.
    """

    period: int
    values: Values
    errors: Values
    valid: Flags
    used: NDArray[np.int64]
    reasons: tuple[str, ...]


class Basis:
    """Values and standard errors of the index's indicators by area and year.

    Parameters
    ----------
    definition
        The project's monitor.
    catalogue
        Directions of the indicators.
    indicators
        Indicator table of one edition, columns :data:`sozlib.snapshot.INDICATOR_COLUMNS`.
    areas
        Ids of the areas of the reporting level.
    """

    def __init__(
        self,
        definition: MonitorDefinition,
        catalogue: Sequence[Indicator],
        indicators: pd.DataFrame,
        areas: Sequence[str],
    ):
        self.definition, self.signs, self.areas = definition, definition.signs(catalogue), list(areas)
        used = indicators[indicators["indicator"].isin(definition.ids) & indicators["area"].isin(self.areas)]
        seen = used[~used["status"].isin(WITHOUT_VALUE) & used["value"].notna()]
        error = (seen["upper"].astype(float) - seen["lower"].astype(float)) / _WIDTH
        keyed = seen.assign(error=error.fillna(0.0)).set_index(["period", "area", "indicator"])
        self._values: pd.DataFrame = keyed["value"].astype(float).unstack("indicator")
        self._errors: pd.DataFrame = keyed["error"].unstack("indicator")
        complete = seen.groupby("period")["indicator"].nunique()
        self.periods = [int(p) for p in sorted(complete.index) if complete[p] == len(definition.ids)]

    @classmethod
    def by_year(
        cls,
        definition: MonitorDefinition,
        catalogue: Sequence[Indicator],
        indicators: pd.DataFrame,
        areas: Sequence[str],
    ) -> Iterator[tuple[int, Basis]]:
        """Years that have all indicators counting in them, each with its basis; parameters as for the class."""
        made: dict[tuple[str, ...], Basis] = {}
        for period in sorted({int(p) for p in indicators["period"].unique()}):
            then = definition.at(period)
            if then.ids not in made:
                made[then.ids] = cls(then, catalogue, indicators, areas)
            if period in made[then.ids].periods:
                yield period, made[then.ids]

    def year(self, period: int, inhabitants: Mapping[tuple[str, int], float]) -> Year | None:
        """What the status of a year rests on; None where too few areas have values or an indicator does not vary."""
        people = np.array([inhabitants.get((area, period), np.nan) for area in self.areas])
        given = self.values(period)
        reasons = tuple(excluded(self.definition.exclusions, self.areas, given, people))
        valid = np.array([not reason for reason in reasons])
        if not enough(given, valid):
            return None
        used = (~np.isnan(given)).sum(axis=1)
        closed = filled(given, valid, self.definition.weights, self.signs)
        return Year(period, closed, self.errors(period), valid, used, reasons)

    def values(self, period: int) -> Values:
        """Areas × indicators, NaN where there is none."""
        return self._rows(self._values, period)

    def errors(self, period: int) -> Values:
        """Standard errors, areas × indicators."""
        return np.nan_to_num(self._rows(self._errors, period))

    def _rows(self, table: pd.DataFrame, period: int) -> Values:
        rows = pd.MultiIndex.from_product([[period], self.areas], names=["period", "area"])
        result: Values = table.reindex(index=rows, columns=list(self.definition.ids)).to_numpy(dtype=float)
        return result


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


def filled(values: Values, valid: Flags, weights: Sequence[float], signs: Sequence[int]) -> Values:
    """Values with the gaps of valid areas closed so that they do not move the area.

    A missing indicator takes the value that burdens the area as much, in z-values, as the weighted mean of its other
    indicators: the area is judged by those that it has.

    Parameters
    ----------
    values
        n × k, NaN where there is none.
    valid
        n; mean and spread are theirs.
    weights
        k.
    signs
        k, +1 where a high value burdens, −1 where it relieves.
    """
    if not np.isnan(values[valid]).any():
        return values
    centre, spread = np.nanmean(values[valid], axis=0), np.nanstd(values[valid], axis=0)
    direction = np.asarray(signs, dtype=float)
    z = (values - centre) / spread * direction
    weight = np.where(np.isnan(z), 0.0, np.asarray(weights, dtype=float))
    total = weight.sum(axis=1, keepdims=True)
    mean = np.divide(np.nansum(z * weight, axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    closed: Values = np.where(np.isnan(values), centre + direction * mean * spread, values)
    return closed


def enough(values: Values, valid: Flags) -> bool:
    """Whether there are enough areas to compare, and every indicator tells them apart."""
    seen = values[valid]
    return len(seen) >= FEWEST and bool((np.fmax.reduce(seen) > np.fmin.reduce(seen)).all())
