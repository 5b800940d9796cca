"""All analyses that a project asks for, as one edition may show them.

An analysis is a parameter file; without the file there is no analysis. What comes out are tables for the snapshot and
the definitions that the chapters need to explain them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from sozlib.analysis.audit import audit
from sozlib.analysis.change import LEVEL, changes, incomparable
from sozlib.analysis.definition import MonitorDefinition, read_definition
from sozlib.analysis.funnel import funnels
from sozlib.analysis.grouping import typology_of
from sozlib.analysis.monitor import Worlds, monitor_of_edition
from sozlib.analysis.neighbours import patterns
from sozlib.analysis.smoothing import smoothed
from sozlib.analysis.typedefinition import read_typology
from sozlib.crew import Crew
from sozlib.errors import InputError, Problem
from sozlib.indicators.catalogue import Indicator
from sozlib.project import Project

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class Analyses:
    """Tables by name and what the snapshot's meta data say about them."""

    tables: Mapping[str, pd.DataFrame]
    meta: Mapping[str, Any]


def analyse(
    project: Project,
    catalogue: Sequence[Indicator],
    worlds: Worlds,
    shown: pd.DataFrame,
    population: pd.DataFrame,
    areas: pd.DataFrame,
    geometry: gpd.GeoDataFrame | None = None,
    crew: Crew | None = None,
) -> Analyses:
    """Analyses of a project for one edition.

    Parameters
    ----------
    project
        Its parameter files say which analyses there are.
    catalogue
        The project's indicators.
    worlds
        Tables of indicators that agree with what the edition shows, for classes that are public by decision.
    shown
        Indicator table as the edition shows it.
    population
        Population as the edition shows it: small areas are left out by what it tells.
    areas
        Areas of all levels.
    geometry
        Outlines of the areas of the reporting level; without them nobody is a neighbour.
    crew
        Processes that share the work; without them this one does it all.

    Raises
    ------
    InputError
        A parameter file is wrong.
    """
    level = areas[(areas["level"] == project.report.levels[0].id) & areas["valid_to"].isna()]
    ids = [str(id) for id in level["id"]]
    people = inhabitants(population)
    whole, reference = project.report.whole.id, project.cycle.reference
    crew = crew or Crew(1)
    beside = {
        "changes": crew.begin(changes, shown, catalogue, ids, whole, reference),
        "smoothed": crew.begin(smoothed, shown, catalogue, ids),
        "funnels": crew.begin(funnels, shown, catalogue, ids, whole),
    }
    tables: dict[str, pd.DataFrame] = {}
    meta: dict[str, Any] = {
        "changes": {
            "compared_with": reference,
            "level": LEVEL,
            "incomparable": incomparable(shown, catalogue, reference),
        }
    }
    if geometry is not None:
        tables["patterns"], tables["clusters"] = patterns(shown, catalogue, ids, geometry)
    definition = read_definition(project, catalogue)
    if definition is not None:
        table = tables["monitor"] = monitor_of_edition(definition, catalogue, worlds, shown, people, ids)
        meta["monitor"] = _explained(definition, table)
        examined = audit(definition, catalogue, shown, people, ids)
        if examined is not None:
            tables["audit"], meta["audit"] = examined.table, examined.meta
    typology = read_typology(project, catalogue)
    if typology is not None:
        found = typology_of(typology, shown, ids, people, geometry)
        tables["typology"], tables["similar"] = found.table, found.similar
        meta["typology"] = {**typology.model_dump(mode="json"), **found.meta}
    return Analyses({name: crew.result(begun) for name, begun in beside.items()} | tables, meta)


def _explained(definition: MonitorDefinition, table: pd.DataFrame) -> dict[str, Any]:
    """The monitor's definition as it holds for its latest year, and the indicators that counted only before."""
    if table.empty:
        return definition.model_dump(mode="json")
    now = definition.at(int(table["period"].max()))
    before = [entry.model_dump(mode="json") for entry in definition.indicators if entry not in now.indicators]
    return now.model_dump(mode="json") | {"earlier": before}


def examine_analyses(project: Project, catalogue: Sequence[Indicator]) -> tuple[Problem, ...]:
    """Problems of the analyses' parameter files."""
    problems: list[Problem] = []
    for read in (read_definition, read_typology):
        try:
            read(project, catalogue)
        except InputError as error:
            problems += error.problems
    return tuple(problems)


def inhabitants(population: pd.DataFrame) -> dict[tuple[str, int], float]:
    """Inhabitants by area and year: the population's totals, the rows without sex."""
    totals = population[population["sex"] == ""]
    return {
        (str(area), int(period)): float(value)
        for area, period, value in zip(totals["area"], totals["period"], totals["value"], strict=True)
    }
