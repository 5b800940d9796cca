"""The report's types of areas: as ``parameters/typology.yml`` asks for them, with their identity over the years.

Types are found twice by the same method, for the year of the report and for a reference year that stays the same over
cycles, on one common scale. A type keeps the letter of its counterpart in the reference year, so that "from B to C" is
a statement about an area and not about the program. Everything is computed from the values that the edition shows:
nothing protected can be inferred, and an area whose values are hidden has no type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sozlib.analysis.agreement import agreement
from sozlib.analysis.choice import Choice, choices, favoured
from sozlib.analysis.participants import EACH, Year, placed, years_of
from sozlib.analysis.regions import Adjacency, Neighbours, contracted, neighbours_of
from sozlib.analysis.stability import stability
from sozlib.analysis.typedefinition import FILE, TypologyDefinition
from sozlib.analysis.typology import Labels, Values, centres, cluster, crosstable, distances, identity
from sozlib.errors import InputError, Place, Problem
from sozlib.snapshot import SIMILAR_COLUMNS, TYPOLOGY_COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd

#: Most repetitions for numbers of types that are only looked at.
_GLANCE = 25
#: How many similar areas are told of each.
_SIMILAR = 5


@dataclass(frozen=True)
class Typology:
    """Types of the areas in one or two years.

    Parameters
    ----------
    table
        Columns :data:`sozlib.snapshot.TYPOLOGY_COLUMNS` and ``mark:<indicator>``; one row an area and year.
    similar
        Columns :data:`sozlib.snapshot.SIMILAR_COLUMNS`: to each area the areas most like it in the latest year.
    meta
        What the snapshot's meta data say: ``stability`` (mean bootstrap Jaccard by number of the type), ``evidence``
        (:class:`~sozlib.analysis.choice.Choice` for each number of types) and what each criterion has ``favoured``,
        ``agreement`` (``methods`` and their ``rand``), ``components`` (``shares`` and ``loadings``, None without),
        ``moved`` (how far each type's mean marks have moved since the reference year, root mean square) and
        ``joined`` (pairs of areas without common border that were made neighbours).
    """

    table: pd.DataFrame
    similar: pd.DataFrame
    meta: Mapping[str, Any]


@dataclass(frozen=True)
class _Grouped:
    """Types of a year's areas (−1: left without), share of the runs that keep each, Jaccard of each type."""

    labels: Labels
    kept: Values
    jaccard: Values


def typology_of(
    definition: TypologyDefinition,
    indicators: pd.DataFrame,
    areas: Sequence[str],
    inhabitants: Mapping[tuple[str, int], float] | None = None,
    geometry: gpd.GeoDataFrame | None = None,
) -> Typology:
    """Types in the latest year in which all indicators have values, and in the reference year if it has them too.

    Parameters
    ----------
    definition
        The project's typology.
    indicators
        The indicators that the edition shows.
    areas
        Ids of the areas of the reporting level. Areas that lack an indicator get no type and a reason.
    inhabitants
        By area and year, as the edition shows them, for the minimum; an area without number passes it.
    geometry
        Outlines (``id``, ``geometry``, projected), for regions.

    Raises
    ------
    InputError
        An indicator is the same in all areas; an excluded area is unknown.
    """
    import sklearn.cluster  # noqa: F401 — what is loaded later would not be limited
    from threadpoolctl import threadpool_limits

    _require_known(definition, areas)
    spatial = definition.method == "ward-spatial"
    outlined = set(geometry["id"].astype(str)) if spatial and geometry is not None else None
    years = years_of(definition, indicators, areas, inhabitants or {}, outlined)
    if not years:
        columns = [*TYPOLOGY_COLUMNS, *(f"mark:{id}" for id in definition.indicators)]
        return Typology(pd.DataFrame(columns=columns), pd.DataFrame(columns=list(SIMILAR_COLUMNS)), {})
    neighbours, order = None, [area for area in areas if outlined is not None and area in outlined]
    if spatial and geometry is not None:
        neighbours = neighbours_of(geometry, order)
    with threadpool_limits(1):  # many small groupings: threads would wait for each other; and sums keep their order
        return _typology(definition, years, list(areas), neighbours, order)


def _require_known(definition: TypologyDefinition, areas: Sequence[str]) -> None:
    strange = [id for id in definition.exclusions.areas if id not in set(areas)]
    if strange:
        found = f"exclusions: areas: {', '.join(strange)} gibt es unter den Räumen nicht."
        remedy = "Nennen Sie Kennungen aus der Tabelle der Räume."
        raise InputError([Problem("unknown-area", found, remedy, Place(f"parameters/{FILE}"))])


def _typology(
    definition: TypologyDefinition,
    years: Sequence[Year],
    areas: list[str],
    neighbours: Neighbours | None,
    order: Sequence[str],
) -> Typology:
    years, reduced = placed(definition, years)
    near = [None if neighbours is None else _among(neighbours, order, year) for year in years]
    beside = [None if neighbours is None else _beside(neighbours, order, year) for year in years]
    now = years[-1]
    grouped = []
    for year, adjacency, open_to in zip(years, near, beside, strict=True):
        count = definition.types if year is now else definition.reference_types or definition.types
        grouped.append(_grouped(definition, year, count, adjacency, open_to))
    numbers = [np.arange(len(found.jaccard)) for found in grouped]
    if len(years) == 2:
        numbers[1] = identity(_unlike(years, grouped, by_areas=neighbours is not None))
    last, part = grouped[-1], now.part
    agreed = agreement(now.points[part], last.labels[part], definition.method, definition.seed, adjacency=near[-1])
    evidence = _evidence(definition, now, last, near[-1])
    frames = [
        _rows(definition, areas, year, found, number, agreed.areas if year is now else None)
        for year, found, number in zip(years, grouped, numbers, strict=True)
    ]
    meta = {
        "stability": {str(number): float(share) for number, share in zip(numbers[-1], last.jaccard, strict=True)},
        "evidence": [choice.told() for choice in evidence],
        "favoured": favoured(evidence),
        "agreement": {"methods": list(agreed.methods), "rand": agreed.rand.tolist()},
        "components": reduced and {"shares": reduced.shares.tolist(), "loadings": reduced.loadings.tolist()},
        "moved": _moved(years, grouped, numbers) if len(years) == 2 else {},
        "joined": [list(pair) for pair in neighbours.joined] if neighbours is not None else [],
    }
    return Typology(pd.concat(frames, ignore_index=True), _similar(now), meta)


def _among(neighbours: Neighbours, order: Sequence[str], year: Year) -> Adjacency:
    """Neighbours among the areas that take part in a year."""
    place = {area: position for position, area in enumerate(order)}
    return contracted(neighbours.adjacency, np.array([place[year.areas[i]] for i in year.part]))


def _beside(neighbours: Neighbours, order: Sequence[str], year: Year) -> Adjacency:
    """Which of the areas that take part each of the others borders on; on all of them where it borders on none."""
    place = {area: position for position, area in enumerate(order)}
    result = np.zeros((len(year.rest), len(year.part)), dtype=bool)
    taking = np.array([place[year.areas[i]] for i in year.part])
    for row, area in enumerate(year.areas[i] for i in year.rest):
        if area in place:
            result[row] = neighbours.adjacency[place[area], taking]
    result[~result.any(axis=1)] = True
    return result


def _grouped(
    definition: TypologyDefinition, year: Year, count: int, adjacency: Adjacency | None, beside: Adjacency | None
) -> _Grouped:
    """Types of a year; regions take up only areas that they border on (``beside``)."""
    part, rest = year.part, year.rest
    if definition.exclusions.then == "none":
        rest = rest[:0]
    points, later = year.points[part], year.points[rest]
    method, seed = definition.method, definition.seed
    own = cluster(points, count, method, seed, adjacency=adjacency, by=year.marks[part, 0])
    apart = distances(later, centres(points, own))
    if beside is not None and len(rest):
        apart[~(beside.astype(int) @ (own[:, None] == np.arange(apart.shape[1])) > 0)] = np.inf
    others = apart.argmin(axis=1)
    steady = stability(
        points, own, method, definition.runs, seed, adjacency=adjacency, later=later, later_labels=others
    )
    labels = np.full(len(year.areas), -1, dtype=np.int64)
    kept = np.full(len(year.areas), np.nan)
    labels[part], labels[rest] = own, others
    kept[part], kept[rest] = steady.areas[: len(part)], steady.areas[len(part) :]
    return _Grouped(labels, kept, steady.types)


def _unlike(years: Sequence[Year], grouped: Sequence[_Grouped], *, by_areas: bool) -> Values:
    """How unlike the types of both years are (now × before): by their centres, regions by the areas they share."""
    (before, now), (old, new) = years, grouped
    if not by_areas:
        left = centres(now.marks[now.part], new.labels[now.part])
        return distances(left, centres(before.marks[before.part], old.labels[before.part]))
    was = dict(zip(before.areas, old.labels, strict=True))
    pairs = [(label, was.get(area, -1)) for area, label in zip(now.areas, new.labels, strict=True)]
    shared = np.array([pair for pair in pairs if min(pair) >= 0])
    table = np.zeros((len(new.jaccard), len(old.jaccard)))
    found = crosstable(shared[:, 0], shared[:, 1])
    table[: found.shape[0], : found.shape[1]] = found
    return -table


def _moved(years: Sequence[Year], grouped: Sequence[_Grouped], numbers: Sequence[Labels]) -> dict[str, float]:
    means = [
        {int(n): row for n, row in zip(number, centres(y.marks[y.part], g.labels[y.part]), strict=True)}
        for y, g, number in zip(years, grouped, numbers, strict=True)
    ]
    both = sorted(set(means[0]) & set(means[1]))
    return {str(n): float(np.sqrt(((means[1][n] - means[0][n]) ** 2).mean())) for n in both}


def _evidence(
    definition: TypologyDefinition, now: Year, found: _Grouped, adjacency: Adjacency | None
) -> tuple[Choice, ...]:
    """Evidence for one type and more; the report's own number has the stability that stands beside its types."""
    part = now.part
    numbers = range(1, min(definition.most, len(part) // EACH) + 1)
    runs = min(definition.runs, _GLANCE)
    looked = choices(now.points[part], numbers, definition.method, runs, definition.seed, adjacency=adjacency)
    mean, weakest = float(found.jaccard.mean()), float(found.jaccard.min())
    chosen = definition.types
    return tuple(replace(c, stability=mean, weakest=weakest) if c.types == chosen else c for c in looked)


def _rows(
    definition: TypologyDefinition,
    areas: list[str],
    year: Year,
    found: _Grouped,
    numbers: Labels,
    agreed: Values | None,
) -> pd.DataFrame:
    ids, part = list(definition.indicators), year.part
    frame = pd.DataFrame(year.marks, columns=[f"mark:{id}" for id in ids])
    frame["area"], frame["kept"], frame["reason"] = year.areas, found.kept, year.reasons
    frame["type"] = np.where(found.labels >= 0, numbers[found.labels], -1)
    frame["agreed"] = np.nan
    if agreed is not None:
        frame.loc[part, "agreed"] = agreed
    apart = distances(year.points, centres(year.points[part], found.labels[part]))
    apart[np.arange(len(apart)), found.labels] = np.inf
    frame["second"] = numbers[apart.argmin(axis=1)]
    if definition.method == "ward-spatial":
        frame["second"] = -1
    whole = pd.DataFrame({"area": areas, "period": year.year}).merge(frame, on="area", how="left")
    whole["reason"] = whole["reason"].fillna("Angaben fehlen")
    whole[["type", "second"]] = whole[["type", "second"]].fillna(-1).astype(int)
    whole.loc[whole["type"] < 0, "second"] = -1
    return whole[[*TYPOLOGY_COLUMNS, *(f"mark:{id}" for id in ids)]]


def _similar(now: Year) -> pd.DataFrame:
    """The areas most like each area, among those that take part; nearest first, ties in the order of the areas."""
    part = now.part
    apart = distances(now.points, now.points[part])
    apart[part, np.arange(len(part))] = np.inf
    nearest = np.argsort(apart, axis=1, kind="stable")[:, : min(_SIMILAR, len(part) - 1)]
    rows = [
        (now.areas[own], now.areas[part[other]], place, float(apart[own, other]))
        for own, others in enumerate(nearest)
        for place, other in enumerate(others, 1)
    ]
    return pd.DataFrame(rows, columns=list(SIMILAR_COLUMNS))
