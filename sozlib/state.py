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
from sozlib.crew import Crew
from sozlib.disclosure.differencing import with_groups
from sozlib.disclosure.dominance import levels
from sozlib.disclosure.hidden import hidden_cells, read_hidden, record_of, write_hidden
from sozlib.disclosure.ledger import ledger_of
from sozlib.disclosure.own import Own
from sozlib.disclosure.possible import worlds
from sozlib.disclosure.proof import kinds_of
from sozlib.disclosure.publication import Protection, Publication
from sozlib.disclosure.rounding import Rounding, mixed, sides
from sozlib.disclosure.widening import widened
from sozlib.edition import SIDES, Edition
from sozlib.editions import edition_of, examine_editions
from sozlib.errors import Problem, raise_errors
from sozlib.indicators.catalogue import Indicator, examine_catalogue, read_catalogue
from sozlib.indicators.compute import answered, compared, compute, typed
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
class Counted:
    """Tables made from counts, before protection: all exact, or rounded."""

    indicators: pd.DataFrame
    population: pd.DataFrame
    standardised: pd.DataFrame


@dataclass(frozen=True)
class State(Counted):
    """Everything of a project, before protection."""

    observations: Observations
    catalogue: tuple[Indicator, ...]
    geometry: gpd.GeoDataFrame | None
    amounts: pd.DataFrame


def prepare(project: Project, edition: str) -> Snapshot:
    """Snapshot of an edition in its own place; see :func:`make_snapshot`."""
    return make_snapshot(project, edition)[0]


def make_snapshot(
    project: Project, edition: str, folder: Path | None = None, crew: Crew | None = None
) -> tuple[Snapshot, tuple[Problem, ...]]:
    """Snapshot of an edition, made anew only if something that goes into it has changed.

    Parameters
    ----------
    project
        The report project, with its cycle.
    edition
        Id of the edition.
    folder
        Where the snapshot is to be; ``project.workshop(edition) / "snapshot"`` when not given.
    crew
        Processes that may help.

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
    content = json.dumps(inputs, sort_keys=True)
    state = _state(project.root, project.cycle.id, content)
    raise_errors(examine_editions(project, state.catalogue))
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_problems(remarks_of(path), state.observations.problems)
    held = held_snapshots(project, edition, path.parent, crew)
    rounding = Rounding.of(chosen, state.catalogue, tuple(state.observations.sources.values()))
    counted = _as_counted(project, chosen, state, rounding, content)
    areas = state.observations.areas
    licence, address = project.report.licence_of(chosen)
    meta = {
        "edition": chosen.model_dump(mode="json"),
        "cycle": project.cycle.model_dump(mode="json"),
        "report": project.report.model_dump(mode="json") | {"licence": licence, "licence_url": address},
        "catalogue": [indicator.model_dump(mode="json") for indicator in state.catalogue],
        "sources": _sources(state.observations),
        "inputs": inputs,
        "version": sozlib.__version__,
        **({"rounding": rounding.bases} if rounding else {}),
    }
    protection = Protection(
        Publication(state.indicators, state.population, areas, meta),
        state.catalogue,
        rounded=Publication(counted.indicators, counted.population, areas, meta) if rounding else None,
        amounts=state.amounts,
        ledger=ledger_of(project, chosen),
        given=frozenset(cell for other in held for cell in read_hidden(record_of(other.path)).further),
    )
    kinds = kinds_of(state.observations.sources.values())
    protection = with_groups(protection, kinds)
    shown, further = widened(protection, kinds, held, crew)
    hidden = hidden_cells(state.indicators, shown.indicators, state.population, shown.population)
    write_hidden(
        replace(hidden, amounts=state.amounts, groups=protection.groups, further=protection.given | further),
        record_of(path),
    )
    analyses = analyse(
        project,
        state.catalogue,
        lambda ids: worlds(shown, kinds, ids),
        shown.indicators,
        shown.population,
        areas,
        state.geometry,
        crew,
    )
    results = dict(analyses.tables)
    if len(counted.standardised):
        results["standardised"] = protect_standardised(
            counted.standardised, counted.indicators, shown.indicators, state.catalogue, minimum=chosen.minimum_count
        )
    snapshot = write_snapshot(
        path,
        meta={**shown.meta, **analyses.meta},
        areas=areas,
        indicators=shown.indicators,
        population=shown.population,
        geometry=state.geometry,
        tokens=project.theme / "tokens.css",
        analyses=results,
    )
    return snapshot, state.observations.problems


def held_snapshots(
    project: Project, edition: str, folder: Path | None = None, crew: Crew | None = None
) -> tuple[Snapshot, ...]:
    """Snapshots of the further editions that readers of an edition have.

    They lie beside the edition's own, in ``folder`` or its workshop, where no other build writes.
    """
    beside = folder or snapshot_of(project, edition).parent
    holds = edition_of(project, edition).holds
    return tuple(make_snapshot(project, other, beside / f"mit-{other}", crew)[0] for other in holds)


def _as_counted(project: Project, edition: Edition, state: State, rounding: Rounding, inputs: str) -> Counted:
    """Tables made from counts as the edition shows them, exact or rounded, before anything is hidden."""
    if not rounding:
        return state
    areas, ids = state.observations.areas, _levels(project)
    own = Own.of(edition.own, areas, edition.own_minimum_count)
    made = {
        side: _rounded(project.root, project.cycle.id, inputs, tuple(bases.items()))
        for side, bases in rounding.bases.items()
    }

    def each(table: str) -> pd.DataFrame:
        exact: pd.DataFrame = getattr(state, table)
        side = sides(exact["area"], areas, ids[0], own)
        return mixed(exact, {whose: getattr(tables, table) for whose, tables in made.items()}, side)

    # Whether an age group is small is asked of the true counts.
    values = each("standardised").assign(least=state.standardised["least"])
    return Counted(typed(compared(each("indicators"), areas, ids)), each("population"), values)


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
    return state_of(project, load_observations(project))


def state_of(project: Project, observations: Observations) -> State:
    """What all editions of a project make of its observations."""
    catalogue = read_catalogue(project, observations.measures, observations.contributions)
    quantities = _quantities(project, observations)
    counted = _counted(project, catalogue, quantities)
    return State(
        counted.indicators,
        counted.population,
        counted.standardised,
        observations,
        catalogue,
        _simplified(observations.geometry),
        levels(catalogue, quantities, observations.rules),
    )


@lru_cache(maxsize=len(SIDES))
def _rounded(root: Path, cycle: str, inputs: str, bases: tuple[tuple[str, int], ...]) -> Counted:
    """Tables with the counts of these measures rounded."""
    project, state = Project(root, cycle), _state(root, cycle, inputs)
    quantities = replace(_quantities(project, state.observations), bases=dict(bases))
    return _counted(project, state.catalogue, quantities)


def _counted(project: Project, catalogue: tuple[Indicator, ...], quantities: Quantities) -> Counted:
    cycle = project.cycle
    span = cycle.first_period, cycle.last_period
    return Counted(
        compute(catalogue, quantities, periods=span, trend_years=cycle.trend_years),
        population_table(quantities, project.report.population, span),
        standardised(catalogue, quantities, project.report.whole.id, span),
    )


def _levels(project: Project) -> tuple[str, ...]:
    return tuple(level.id for level in project.report.levels)


def _quantities(project: Project, observations: Observations) -> Quantities:
    kinds = {name: measure.kind for name, measure in observations.measures.items()}
    return Quantities(observations.table, observations.areas, _levels(project), kinds)


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
            "counted": [m.id for m in source.measures if m.kind == "count" and m.id not in observations.contributions],
            "guarded": [m.id for m in source.measures if m.dominance],
            "sums": [
                {"total": total.term, "parts": [part.term for part in parts], "complete": complete}
                for total, parts, complete in source.sums
                if all(observations.measures[side.measure].kind == "count" for side in (total, *parts))
            ],
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
