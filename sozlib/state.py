"""From a project's raw tables to the snapshot of an edition.

project → observations → indicators → protection → snapshot. The way runs once for each edition; where nothing that
goes in has changed since, the snapshot that is there is the answer. What "nothing" means is decided by content, not by
dates: parameters, raw tables, design tokens and the program's own files for this way.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import sozlib
from sozlib.analysis.analyse import analyse, examine_analyses
from sozlib.analysis.standardisation import protect_standardised, standardised
from sozlib.disclosure.dominance import levels
from sozlib.disclosure.hidden import hidden_cells, record_of, write_hidden
from sozlib.disclosure.ledger import Ledger, ledger_of
from sozlib.disclosure.own import NOBODY, Own
from sozlib.disclosure.protect import protect, protect_population
from sozlib.disclosure.showing import limits_of, population_shown, shown
from sozlib.edition import Edition
from sozlib.editions import edition_of, examine_editions
from sozlib.errors import Problem, raise_errors
from sozlib.indicators.catalogue import Indicator, examine_catalogue, read_catalogue
from sozlib.indicators.compute import answered, compute
from sozlib.indicators.population import population_table
from sozlib.indicators.quantities import Quantities
from sozlib.inputs import digests, remarks_of, snapshot_of, still_right
from sozlib.observations import Observations, collect, load_observations
from sozlib.project import Project
from sozlib.snapshot import Snapshot, write_snapshot

if TYPE_CHECKING:
    import geopandas as gpd

#: Outlines are simplified to this share of the map's extent: less than half a pixel of the widest drawing.
SIMPLIFY = 1 / 2500


@dataclass(frozen=True)
class State:
    """Everything of a project, before protection."""

    observations: Observations
    catalogue: tuple[Indicator, ...]
    indicators: pd.DataFrame
    population: pd.DataFrame
    geometry: gpd.GeoDataFrame | None
    standardised: pd.DataFrame
    amounts: pd.DataFrame


def prepare(project: Project, edition: str) -> Snapshot:
    """Snapshot of an edition in its own place; see :func:`make_snapshot`."""
    return make_snapshot(project, edition)[0]


def make_snapshot(project: Project, edition: str, folder: Path | None = None) -> tuple[Snapshot, tuple[Problem, ...]]:
    """Snapshot of an edition, made anew only if something that goes into it has changed.

    Parameters
    ----------
    project
        The report project, with its cycle.
    edition
        Id of the edition.
    folder
        Where the snapshot is to be; ``project.workshop(edition) / "snapshot"`` when not given.

    Returns
    -------
    Snapshot
        The edition's snapshot.
    tuple of Problem
        Warnings and notes on the input, the same whether it was read now or earlier.

    Raises
    ------
    InputError
        With every problem of sources, tables, areas or catalogue.
    """
    chosen = edition_of(project, edition)
    inputs = digests(project)
    path = folder or snapshot_of(project, edition)
    if (found := still_right(path, chosen, inputs)) is not None:
        return found
    state = _state(project.root, project.cycle.id, json.dumps(inputs, sort_keys=True))
    raise_errors(examine_editions(project, state.catalogue))
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_problems(remarks_of(path), state.observations.problems)
    indicators, population, limits = _as_shown(project, chosen, state, ledger_of(project, chosen))
    areas = state.observations.areas
    hidden = hidden_cells(state.indicators, indicators, state.population, population)
    write_hidden(replace(hidden, amounts=state.amounts), record_of(path))
    analyses = analyse(
        project,
        state.catalogue,
        state.indicators,
        indicators,
        state.population,
        areas,
        state.geometry,
        shown_population=population,
    )
    tables = dict(analyses.tables)
    if len(state.standardised):
        tables["standardised"] = protect_standardised(
            state.standardised, state.indicators, indicators, state.catalogue, minimum=chosen.minimum_count
        )
    licence, address = project.report.licence_of(chosen)
    snapshot = write_snapshot(
        path,
        meta={
            "edition": chosen.model_dump(mode="json"),
            "cycle": project.cycle.model_dump(mode="json"),
            "report": project.report.model_dump(mode="json") | {"licence": licence, "licence_url": address},
            "catalogue": [indicator.model_dump(mode="json") for indicator in state.catalogue],
            "sources": _sources(state.observations),
            "inputs": inputs,
            "version": sozlib.__version__,
            **({"class_limits": limits} if limits else {}),
            **analyses.meta,
        },
        areas=areas,
        indicators=indicators,
        population=population,
        geometry=state.geometry,
        tokens=project.theme / "tokens.css",
        analyses=tables,
    )
    return snapshot, state.observations.problems


def held_snapshots(project: Project, edition: str) -> tuple[Snapshot, ...]:
    """Snapshots of the further editions that readers of an edition have, in a place where no other build writes."""
    return tuple(
        make_snapshot(project, other, project.workshop(edition) / f"mit-{other}")[0]
        for other in edition_of(project, edition).holds
    )


def _as_shown(
    project: Project, edition: Edition, state: State, ledger: Ledger
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, tuple[float, ...]]]:
    """Indicators and population of an edition, and limits of the classes that it tells."""
    areas, levels, minimum = state.observations.areas, _levels(project), edition.minimum_count
    own = Own.of(edition.own, areas, edition.own_minimum_count)
    base = areas.loc[areas["level"] == levels[0], "id"].tolist()
    sources = {m.id: s.minimum_count for s in state.observations.sources.values() for m in s.measures}

    def protected(for_whom: Own) -> pd.DataFrame:
        trend = project.cycle.trend_years
        return protect(
            state.indicators,
            state.catalogue,
            areas,
            levels,
            minimum=minimum,
            trend_years=trend,
            own=for_whom,
            sources=sources,
            ledger=ledger,
            amounts=state.amounts,
            minimum_denominator=edition.minimum_denominator,
        )

    indicators = protected(own)
    limits: dict[str, tuple[float, ...]] = {}
    if not edition.shows.everything:
        everybodys = protected(NOBODY) if own else indicators
        limits = limits_of(everybodys, state.catalogue, areas, levels[0], edition.shows)
        indicators = shown(
            indicators,
            state.catalogue,
            areas,
            levels,
            shows=edition.shows,
            own=own,
            limits=limits,
            minimum=minimum,
        )
    population = protect_population(
        state.population,
        areas,
        state.catalogue,
        minimum=minimum,
        own=own,
        measure=project.report.population,
        sources=sources,
        ledger=ledger,
    )
    return indicators, population_shown(population, shows=edition.shows, own=own, base=base), limits


def examine(project: Project) -> tuple[Problem, ...]:
    """All problems on the way to the indicators: sources, tables, areas, catalogue; nothing is written.

    An indicator that has no value anywhere is a warning.
    """
    observations = collect(project)
    catalogue, found = examine_catalogue(project, observations.declared, observations.contributions)
    problems = [*observations.problems, *found, *examine_editions(project, catalogue)]
    problems += examine_analyses(project, catalogue)
    if not any(problem.severity == "error" for problem in problems):
        span = project.cycle.first_period, project.cycle.last_period
        filled = answered(catalogue, _quantities(project, observations), periods=span)
        problems += [
            Problem(
                "no-values",
                f"Der Indikator „{indicator.id}“ hat in keinem Raum und keinem Jahr einen Wert.",
                "Prüfen Sie, ob Altersgruppen, Geschlecht und Staatsangehörigkeit der Merkmale zu ihm passen.",
                severity="warning",
            )
            for indicator in catalogue
            if indicator.id not in filled
        ]
    return tuple(problems)


def _write_problems(path: Path, problems: tuple[Problem, ...]) -> None:
    path.write_text(json.dumps([asdict(problem) for problem in problems], ensure_ascii=False), encoding="utf-8")


@lru_cache(maxsize=1)
def _state(root: Path, cycle: str, inputs: str) -> State:
    """What all editions share; ``inputs`` only tells one state of the files from another."""
    project = Project(root, cycle)
    observations = load_observations(project)
    catalogue = read_catalogue(project, observations.measures, observations.contributions)
    quantities = _quantities(project, observations)
    span = project.cycle.first_period, project.cycle.last_period
    return State(
        observations,
        catalogue,
        _indicators(project, observations, catalogue),
        population_table(quantities, project.report.population, span),
        _simplified(observations.geometry),
        standardised(catalogue, quantities, project.report.whole.id, span),
        levels(catalogue, quantities, observations.rules),
    )


def _levels(project: Project) -> tuple[str, ...]:
    return tuple(level.id for level in project.report.levels)


def _quantities(project: Project, observations: Observations) -> Quantities:
    kinds = {name: measure.kind for name, measure in observations.measures.items()}
    return Quantities(observations.table, observations.areas, _levels(project), kinds)


def _indicators(project: Project, observations: Observations, catalogue: tuple[Indicator, ...]) -> pd.DataFrame:
    cycle = project.cycle
    span = cycle.first_period, cycle.last_period
    return compute(catalogue, _quantities(project, observations), periods=span, trend_years=cycle.trend_years)


def _sources(observations: Observations) -> list[dict[str, Any]]:
    told = (
        "minimum_count",
        "id",
        "title",
        "publisher",
        "citation",
        "as_of",
        "licence",
        "notes",
        "url",
        "retrieved",
        "territory",
    )
    return [
        {
            **{name: getattr(source, name) for name in told},
            "breaks": [{"period": year, "text": text} for year, text in sorted(source.breaks.items())],
            "measures": [m.id for m in source.measures if m.id not in observations.contributions],
            "minimum_count": source.minimum_count,
        }
        for source in observations.sources.values()
    ]


def _simplified(geometry: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame | None:
    """Outlines with fewer points for drawing; shared borders stay shared."""
    if geometry is None or geometry.empty:
        return None
    left, bottom, right, top = geometry.total_bounds
    result = geometry.copy()
    result["geometry"] = geometry.geometry.simplify_coverage(max(right - left, top - bottom) * SIMPLIFY)
    usable = result.geometry.is_valid & ~result.geometry.is_empty
    result.loc[~usable, "geometry"] = geometry.geometry[~usable]
    return result
