"""Who takes part in the grouping of a year, and where each area lies among the others.

Areas that the rules leave out do not shape the types: neither the scale nor the components nor the types come from
them. They keep a place in the same space, so that they can be assigned afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sozlib.analysis.basis import excluded
from sozlib.analysis.definition import Exclusions
from sozlib.analysis.typedefinition import FILE, TypologyDefinition
from sozlib.analysis.typology import Components, Labels, Values, components, scale
from sozlib.errors import InputError, Place, Problem
from sozlib.snapshot import WITHOUT_VALUE

#: Fewer areas than this for each type say nothing about types.
EACH = 2


@dataclass(frozen=True)
class Year:
    """The areas of a year that have all indicators.

    Parameters
    ----------
    year
        The year.
    areas
        Their n ids, in order.
    values
        n × k indicators in their units.
    reasons
        n, why an area does not take part, "" where it does.
    marks
        n × k indicators on the common scale of all years.
    points
        n × d, in what the types are found: the marks, or their principal components.
    """

    year: int
    areas: list[str]
    values: Values
    reasons: list[str]
    marks: Values
    points: Values

    @property
    def part(self) -> Labels:
        """Positions of the areas that take part."""
        return np.flatnonzero([not reason for reason in self.reasons])

    @property
    def rest(self) -> Labels:
        """Positions of the areas left out."""
        return np.flatnonzero([bool(reason) for reason in self.reasons])


def years_of(
    definition: TypologyDefinition,
    indicators: pd.DataFrame,
    areas: Sequence[str],
    inhabitants: Mapping[tuple[str, int], float],
    outlined: Collection[str] | None,
) -> list[Year]:
    """The reference year and the latest year, as far as enough areas take part in them; not yet on one scale.

    Parameters
    ----------
    definition, indicators, areas, inhabitants
        As for :func:`~sozlib.analysis.grouping.typology_of`.
    outlined
        Areas that have an outline, where one is needed.
    """
    ids, known = list(definition.indicators), list(areas)
    used = indicators[indicators["indicator"].isin(ids) & indicators["area"].isin(known)]
    seen = used[~used["status"].isin(WITHOUT_VALUE) & used["value"].notna()]
    wide = seen.pivot_table(index=["period", "area"], columns="indicator", values="value", aggfunc="first")
    wide = wide.reindex(columns=ids).dropna()
    rules = Exclusions(**definition.exclusions.model_dump(exclude={"then"}))
    found = []
    for period in sorted({int(year) for year in wide.index.get_level_values("period")}):
        rows = wide.loc[period]
        present = [area for area in known if area in rows.index]
        values = rows.loc[present].to_numpy(dtype=float)
        people = np.array([inhabitants.get((area, period), np.nan) for area in present])
        reasons = excluded(rules, present, values, people)
        if outlined is not None:
            without = ["" if area in outlined else "ohne Gebietsgrenzen" for area in present]
            reasons = [rule or lacking for rule, lacking in zip(reasons, without, strict=True)]
        year = Year(period, present, values, reasons, values, values)
        if len(year.part) >= EACH * max(definition.types, definition.reference_types or 0):
            found.append(year)
    return [year for year in found[:-1] if year.year == definition.reference] + found[-1:]


def placed(definition: TypologyDefinition, years: Sequence[Year]) -> tuple[list[Year], Components | None]:
    """The areas of all years on one scale, and in principal components where these are wanted.

    Raises
    ------
    InputError
        An indicator is the same in all areas.
    """
    values = np.vstack([year.values for year in years])
    taking = np.concatenate([[not reason for reason in year.reasons] for year in years])
    same = [id for id, x in zip(definition.indicators, values[taking].T, strict=True) if not _spread(x, definition)]
    if same:
        found = f"indicators: {', '.join(same)} ist in (fast) allen Räumen gleich und kann keine Typen unterscheiden."
        remedy = "Nehmen Sie den Indikator aus der Liste oder wählen Sie „scale: z“."
        raise InputError([Problem("constant-indicator", found, remedy, Place(f"parameters/{FILE}"))])
    marks = scale(values, definition.scale, values[taking])
    reduced = None
    if definition.components is not None:
        reduced = components(marks, definition.components, marks[taking])
    points = marks if reduced is None else reduced.points
    result, start = [], 0
    for year in years:
        rows = slice(start, start + len(year.areas))
        result.append(replace(year, marks=marks[rows], points=points[rows]))
        start = rows.stop
    return result, reduced


def _spread(column: Values, definition: TypologyDefinition) -> float:
    low, high = np.percentile(column, [25, 75] if definition.scale == "robust" else [0, 100])
    return float(high - low)
