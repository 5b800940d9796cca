"""All observations of a report project, read and checked in one go.

:func:`collect` never stops at the first mistake: an office that waits a week for a corrected delivery wants to know
everything that is wrong with it. :func:`load_observations` is the door for what computes: it raises if anything is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sozlib.errors import InputError, Place, Problem, raise_errors
from sozlib.observations import keys, sums
from sozlib.observations.areas import Areas, read_areas
from sozlib.observations.boundaries import Boundaries, apply_boundaries, read_boundaries
from sozlib.observations.dominance import Dominance, wrong_contributions
from sozlib.observations.files import Delivery, find_files, unread_files
from sozlib.observations.findings import listed
from sozlib.observations.groups import OPEN
from sozlib.observations.heads import understand
from sozlib.observations.observe import RAW, Observed, observe, unused_columns
from sozlib.observations.read import read_grid
from sozlib.observations.schema import OBSERVATION_COLUMNS, validate
from sozlib.observations.source import Measure, Source
from sozlib.parameters import line_of, load, read_yaml
from sozlib.project import Project

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class Observations:
    """What the deliveries say, tidy, for present areas.

    Parameters
    ----------
    table
        Columns :data:`sozlib.observations.schema.OBSERVATION_COLUMNS`.
    areas
        All levels, columns :data:`sozlib.snapshot.AREA_COLUMNS`, in display order.
    geometry
        Outlines of the reporting level (``id``, ``geometry``; EPSG:25832), None without a map.
    sources
        By id, in the order of their files.
    measures
        All measures that the sources declare, by id.
    source_of
        Id of the source that delivers a measure (of several: the first).
    problems
        Everything found: errors, warnings, notes.
    declared
        Ids of all measures that source files declare, also of files that cannot be used for another mistake; None if
        a file hides what it declares.
    """

    table: pd.DataFrame
    areas: pd.DataFrame
    geometry: gpd.GeoDataFrame | None
    sources: Mapping[str, Source]
    measures: Mapping[str, Measure]
    source_of: Mapping[str, str]
    problems: tuple[Problem, ...]
    declared: frozenset[str] | None = None

    @property
    def rules(self) -> dict[str, Dominance]:
        """Rules for amounts that a few contributors make up, by measure."""
        return {id_: measure.dominance for id_, measure in self.measures.items() if measure.dominance}

    @property
    def contributions(self) -> frozenset[str]:
        """Measures of single contributions: nothing may show them."""
        return frozenset(name for rule in self.rules.values() for name in rule.contributions)


def declared_measures(project: Project) -> frozenset[str] | None:
    """Ids of measures in the source files, however wrong these are otherwise; None if one is no YAML at all.

    So one misspelt key in a source does not make all its measures unknown to the rest of the report.
    """
    found: set[str] = set()
    for path in (project.parameters / "sources").glob("*.yml"):
        try:
            content = read_yaml(path, project.root)
        except InputError:
            return None
        measures = content.get("measures") if isinstance(content, dict) else None
        if not isinstance(measures, list):
            return None
        found |= {str(measure["id"]) for measure in measures if isinstance(measure, dict) and "id" in measure}
    return frozenset(found)


def read_sources(project: Project) -> tuple[dict[str, Source], dict[str, str], list[Problem]]:
    """Sources of a project by id, their files for messages, and what is wrong with them."""
    sources: dict[str, Source] = {}
    files: dict[str, str] = {}
    problems: list[Problem] = []
    paths = sorted((project.parameters / "sources").glob("*.yml"))
    for path in paths:
        shown = project.shown(path)
        try:
            source = _with_map(load(path, Source, project.root), project)
        except InputError as error:
            problems += error.problems
            continue
        if source.id in sources:
            problems.append(
                Problem(
                    "duplicate-source",
                    f"Die Kennung „{source.id}“ hat schon {files[source.id]}.",
                    "Geben Sie jeder Quelle eine eigene id.",
                    Place(shown),
                )
            )
            continue
        sources[source.id], files[source.id] = source, shown
    if not paths:
        problems.append(
            Problem(
                "no-sources",
                "Es ist keine Quelle beschrieben.",
                "Legen Sie für jede Tabelle eine Datei an; docs/handbuch.md zeigt, wie.",
                Place("parameters/sources"),
            )
        )
    return sources, files, problems


def collect(project: Project) -> Observations:
    """Read and check everything; problems are collected, none is raised.

    Raises
    ------
    InputError
        Only if ``report.yml`` itself cannot be used.
    """
    _ = project.report
    problems: list[Problem] = []
    areas, boundaries = _territory(project, problems)
    sources, files, unusable = read_sources(project)
    problems += unusable
    if not project.data.is_dir():
        return _without_data(project, sources, problems)
    measures = {m.id: m for source in reversed(sources.values()) for m in reversed(source.measures)}
    kinds = {id_: measure.kind for id_, measure in measures.items()}
    # Neither contributors nor their largest contributions add up: one of them may be in several areas.
    kinds |= dict.fromkeys((name for m in measures.values() if m.dominance for name in m.dominance.measures), "mean")
    declared = frozenset(measures) if not unusable else declared_measures(project)

    def place_of(source: str, *path: str | int) -> Place:
        return Place(files[source], line_of(read_yaml(project.root / files[source], project.root), path))

    frames: list[pd.DataFrame] = []
    deliveries: dict[str, list[Delivery]] = {}
    for source in sources.values():
        problems += _kinds(source, measures, files[source.id])
        problems += wrong_contributions(source, measures, declared, place_of)
        deliveries[source.id], missing = find_files(project, source, files[source.id])
        problems += missing
        frames.append(_source_frame(source, files[source.id], deliveries[source.id], problems))
    if declared is not None and declared <= set(measures):
        problems += unread_files(project, deliveries, sources, _other_files(project, sources))
    filled = [frame for frame in frames if len(frame)]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(RAW))
    told: frozenset[tuple[str, str]] = frozenset()
    if areas is not None and len(table):
        table, found, told = keys.unknown_areas(table, areas, boundaries.old_ids | boundaries.unusable, sources)
        problems += found
        table = table.loc[~table["area"].isin(boundaries.unusable)]
    table, found = keys.duplicates(table)
    problems += found
    problems += keys.overlapping_groups(table)
    if areas is not None and len(table):
        starts = {
            str(id_): int(str(start)[:4])
            for id_, start in zip(areas.table["id"], areas.table["valid_from"], strict=True)
            if re.match(r"\d{4}", str(start or ""))
        }
        applied = apply_boundaries(table, boundaries, kinds, starts)
        table = applied.frame
        problems += applied.problems
        if not boundaries.unusable:
            problems += keys.missing_areas(table, areas, sources, told)
        problems += sums.level_totals(table, areas, sources, kinds)

    complete = [source.with_contributions(measures) for source in sources.values()]
    problems += sums.declared(table, complete, place_of, areas, declared)
    table = _tidy(table)
    if areas is not None and not any(problem.severity == "error" for problem in problems):
        problems += validate(table, areas.ids, measures)
    return Observations(
        table,
        areas.table if areas is not None else pd.DataFrame(),
        areas.geometry if areas is not None else None,
        sources,
        measures,
        {m.id: source.id for source in reversed(sources.values()) for m in source.measures},
        tuple(problems),
        declared,
    )


def _other_files(project: Project, sources: Mapping[str, Source]) -> set[Path]:
    """Tables that are read for another purpose than observations."""
    areas = project.report.areas
    named = [areas.table, areas.geometry, areas.changes, *(source.area.map_file for source in sources.values())]
    return {project.path(name) for name in named if name}


def _without_data(project: Project, sources: Mapping[str, Source], problems: list[Problem]) -> Observations:
    """One message instead of one for each file that is not there either."""
    declared = project.report.data
    unset = [name for name in re.findall(r"\$\{?(\w+)\}?", declared) if name not in os.environ]
    if unset:
        found = f"Die Umgebungsvariable {', '.join(unset)} (data: {declared}) ist nicht gesetzt."
        remedy = "Setzen Sie sie auf den Ordner der Rohtabellen."
    else:
        found, remedy = f"Den Datenordner „{declared}“ gibt es nicht.", "Legen Sie ihn an oder berichtigen Sie data."
    kept = [problem for problem in problems if problem.code != "missing-file"]
    problem = Problem("missing-data", found, remedy, Place("parameters/report.yml"))
    measures = {m.id: m for source in sources.values() for m in source.measures}
    empty = _tidy(pd.DataFrame(columns=list(RAW)))
    return Observations(
        empty, pd.DataFrame(), None, sources, measures, {}, (*kept, problem), declared_measures(project)
    )


def load_observations(project: Project) -> Observations:
    """All observations of a project.

    Raises
    ------
    InputError
        With every problem, if at least one of them is an error.
    """
    observations = collect(project)
    raise_errors(observations.problems)
    return observations


def check(project: Project) -> tuple[Problem, ...]:
    """All problems of a project's parameter files of this room, its areas and its raw tables."""
    return collect(project).problems


def _with_map(source: Source, project: Project) -> Source:
    """Source with the content of its map file added to its own map."""
    if source.area.map_file is None:
        return source
    path = project.path(source.area.map_file)
    table = understand(read_grid(path, project.shown(path)))
    mapping = dict(zip(table.texts("from"), table.texts("to"), strict=True))
    area = source.area.model_copy(update={"map": {**mapping, **source.area.map}})
    return source.model_copy(update={"area": area})


def _territory(project: Project, problems: list[Problem]) -> tuple[Areas | None, Boundaries]:
    try:
        areas, found = read_areas(project)
        problems += found
        boundaries, found = read_boundaries(project, areas)
        problems += found
        return areas, boundaries
    except InputError as error:
        problems += error.problems
        return None, Boundaries()


def _kinds(source: Source, measures: Mapping[str, Measure], file: str) -> list[Problem]:
    return [
        Problem(
            "measure-kind",
            f"Das Merkmal „{measure.id}“ ist hier {measure.kind}, anderswo {measures[measure.id].kind}.",
            "Ein Merkmal hat in allen Quellen dieselbe Art (kind).",
            Place(file),
        )
        for measure in source.measures
        if measure.kind != measures[measure.id].kind
    ]


def _source_frame(source: Source, file: str, deliveries: Sequence[Delivery], problems: list[Problem]) -> pd.DataFrame:
    observed: list[Observed] = []
    unusable: list[Problem] = []
    detected: dict[tuple[str, str], list[str]] = {}
    for delivery in deliveries:
        try:
            grid = read_grid(
                delivery.path,
                delivery.shown,
                encoding=source.encoding,
                delimiter=source.delimiter,
                sheet=delivery.sheet,
            )
            table = understand(
                grid,
                header_row=source.header_row,
                header_rows=source.header_rows,
                skip_rows=source.skip_rows,
                data_until=source.data_until,
                marks=source.marks,
            )
            result = observe(table, source, delivery.given)
        except InputError as error:
            unusable += error.problems
            continue
        observed.append(result)
        problems += result.problems
        for note in result.notes:
            detected.setdefault(note, []).append(delivery.shown)
    problems += _together(unusable)
    problems += _notes(detected, unused_columns(observed), file)
    frames = [result.frame for result in observed if len(result.frame)]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(RAW))


def _together(problems: Sequence[Problem]) -> list[Problem]:
    """One message where several files of a source have the same mistake, such as a wrong encoding declared."""
    same: dict[tuple[str, str, str, str | None], list[Problem]] = {}
    for problem in problems:
        same.setdefault((problem.code, problem.found, problem.remedy, problem.place.column), []).append(problem)
    result = []
    for first, *others in same.values():
        more = list(dict.fromkeys(problem.place.file for problem in others if problem.place.file != first.place.file))
        if len(more) < 2:
            result += [first, *others]
            continue
        told = f"{first.found} Ebenso {len(more)} weitere Dateien bis {more[-1].rsplit('/', 1)[-1]}."
        result.append(replace(first, found=told))
    return result


def _notes(detected: Mapping[tuple[str, str], list[str]], unused: tuple[str, ...], file: str) -> list[Problem]:
    """What was detected rather than declared, once for each source."""
    notes = [
        Problem(
            "detected",
            f"{kind} erkannt: {value} ({shown[0] if len(shown) == 1 else f'{len(shown)} Dateien, zuerst {shown[0]}'}).",
            "",
            Place(file),
            "note",
        )
        for (kind, value), shown in detected.items()
    ]
    if unused:
        notes.append(
            Problem(
                "unused-columns",
                f"Nicht verwendete Spalten: {listed([f'„{head}“' for head in unused], 8)}.",
                "Mit ignore_columns verschwindet dieser Hinweis.",
                Place(file),
                "note",
            )
        )
    return notes


def _tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Types and columns of the finished table."""
    table = table.reindex(columns=list(OBSERVATION_COLUMNS))
    ages = pd.to_numeric(table["age_to"]).astype("Int64")
    return table.assign(
        period=pd.to_numeric(table["period"]).astype("int64"),
        age_from=pd.to_numeric(table["age_from"]).astype("int64"),
        age_to=ages.where(ages != OPEN),
        value=pd.to_numeric(table["value"]).astype("float64"),
    ).reset_index(drop=True)
