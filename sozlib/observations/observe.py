"""One table becomes observations: every cell of a measure gets its area, period, group, value and status.

Rows carry some of these (area, age, …), columns carry others (measure, sex, …); each cell takes both. File, row and
column stay with every observation, so that whatever is wrong later can still be found in the delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sozlib.errors import InputError, Problem
from sozlib.observations.cells import read_cells
from sozlib.observations.groups import OPEN, age_range, nationality_of, sex_of
from sozlib.observations.heads import Table, text_of
from sozlib.observations.labels import Given, area_id, row_meanings, year_of
from sozlib.observations.source import Measure, Source
from sozlib.patterns import search

#: Columns of a raw frame, before areas are checked and ages end openly.
RAW = (
    "area", "period", "measure", "sex", "age_from", "age_to", "nationality", "value", "status", "source",
    "file", "sheet", "row", "column",
)  # fmt: skip
KEY = ["area", "period", "measure", "sex", "age_from", "age_to", "nationality"]


@dataclass(frozen=True)
class Observed:
    """Observations of one table, and what was found on the way."""

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()


def observe(table: Table, source: Source, given: Given) -> Observed:
    """Observations of one table.

    Parameters
    ----------
    table
        Head and body.
    source
        How it is to be read.
    given
        What its file name says.

    Raises
    ------
    InputError
        Columns that the source names are not there.
    """
    _require_columns(table, source)
    problems: list[Problem] = []
    body = table.body
    for head in source.fill_down:
        position = table.position(head)
        cells = body[position]
        body = body.copy()
        body[position] = cells.where(cells.map(lambda cell: text_of(cell) != "")).ffill()
    table = replace(table, body=body)
    rows, kept = row_meanings(table, source, given, problems)
    parts: list[dict[str, np.ndarray]] = []
    used: set[int] = {table.position(head) for head in _named(source)}
    unknown = _unknown(table, source)
    for measure in source.measures:
        columns = _columns(table, source, measure, used, problems)
        if len(columns):
            parts.append(_crossed(table, measure, rows, kept & _where(table, measure.where), columns, unknown))
    if not parts:
        return Observed(pd.DataFrame(columns=list(RAW)), tuple(problems))
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    # Explicitly objects: inferring string types again and again costs more than all the rest.
    frame = pd.DataFrame({name: pd.Series(array, dtype=object) for name, array in arrays.items()})
    for name, constant in (("source", source.id), ("file", table.grid.file), ("sheet", table.grid.sheet)):
        frame[name] = pd.Series([constant] * len(frame), dtype=object)
    whole = ["row", *(name for name in ("period", "age_from", "age_to") if frame[name].notna().all())]
    frame = frame.astype(dict.fromkeys(whole, "int64"))
    read = read_cells(frame, source, table.grid)
    unused = tuple(
        head
        for i, head in enumerate(table.heads)
        if head and i not in used and not (source.ignore_columns and search(source.ignore_columns, head))
    )
    return Observed(read.frame[list(RAW)], (*problems, *read.problems), (*table.grid.notes, *read.notes), unused)


def _named(source: Source) -> list[str]:
    columns = [source.area, source.period, source.groups.sex, source.groups.age, source.groups.nationality]
    heads = [column.column for column in columns if column is not None and column.column is not None]
    conditions = [source.unknown_where, *(measure.where for measure in source.measures)]
    return [*heads, *source.fill_down, *(head for condition in conditions for head in condition)]


def _require_columns(table: Table, source: Source) -> None:
    problems: list[Problem] = []
    for head in dict.fromkeys([*_named(source), *(m.column for m in source.measures if m.column)]):
        try:
            table.position(head)
        except InputError as error:
            problems += error.problems
    for measure in source.measures:
        if measure.columns and not any(search(measure.columns, head) for head in table.heads):
            problems.append(
                Problem(
                    "missing-column",
                    f"Keine Spalte passt auf das Muster des Merkmals „{measure.id}“ ({measure.columns}).",
                    f"Vorhanden: {', '.join(f'„{head}“' for head in table.heads[:12] if head)}.",
                    table.grid.place(table.head_row),
                )
            )
    if problems:
        raise InputError(problems)


def _where(table: Table, condition: Mapping[str, Sequence[str]]) -> pd.Series:
    """Rows that meet all of the conditions."""
    mask = pd.Series(True, index=table.body.index)
    for head, texts in condition.items():
        mask &= table.texts(head).isin([text_of(text) for text in texts])
    return mask


def _unknown(table: Table, source: Source) -> pd.Series:
    """Rows that the source declares to have no values, whatever stands in their cells."""
    mask = pd.Series(False, index=table.body.index)
    for head, texts in source.unknown_where.items():
        mask |= _where(table, {head: texts})
    return mask


def _columns(
    table: Table, source: Source, measure: Measure, used: set[int], problems: list[Problem]
) -> list[dict[str, Any]]:
    """Columns of a measure with what their heads say about all their cells."""
    if measure.column is not None:
        position = table.position(measure.column)
        used.add(position)
        return [{"position": position}]
    found: list[dict[str, Any]] = []
    for position, head in enumerate(table.heads):
        match = search(measure.columns or "", head)
        if match is None:
            continue
        used.add(position)
        said: dict[str, Any] = {"position": position}
        for name, text in match.groupdict().items():
            value = _capture(name, (text or "").strip(), source)
            if value is None:
                problems.append(
                    Problem(
                        "group",
                        f"Merkmal „{measure.id}“: „{text}“ in der Überschrift ist als {name} nicht zu verstehen.",
                        "Ändern Sie das Muster in columns.",
                        table.grid.place(None, head),
                    )
                )
            elif name == "age":
                said["age_from"], said["age_to"] = value
            else:
                said[name] = value
        found.append(said)
    return found


def _capture(name: str, text: str, source: Source) -> Any:
    groups = source.groups
    column = {"sex": groups.sex, "nationality": groups.nationality, "age": groups.age}.get(name)
    text = column.map.get(text, text) if column is not None else text
    match name:
        case "area":
            return area_id(text, source)
        case "period":
            return year_of(text, source.period)
        case "sex":
            return sex_of(text)
        case "nationality":
            return nationality_of(text)
        case "age":
            return age_range(text)
        case _:
            return int(text) if text.isdigit() else (OPEN if name == "age_to" and not text else None)


def _crossed(
    table: Table,
    measure: Measure,
    rows: dict[str, pd.Series],
    kept: pd.Series,
    columns: Sequence[dict[str, Any]],
    unknown: pd.Series,
) -> dict[str, np.ndarray]:
    """Cells of a measure, row by row, with all that rows and columns say about them."""
    positions = [column["position"] for column in columns]
    mask = kept.to_numpy(dtype=bool)
    cells = np.column_stack([table.body[position].to_numpy(dtype=object)[mask] for position in positions])
    cells[unknown.to_numpy(dtype=bool)[mask]] = "."
    height, width = cells.shape
    data: dict[str, np.ndarray] = {
        "raw": cells.ravel(),
        "row": np.repeat(table.body.index.to_numpy()[mask], width),
        "column": np.tile(np.array([table.heads[p] for p in positions], dtype=object), height),
        "measure": np.full(height * width, measure.id, dtype=object),
    }
    usual: dict[str, Any] = {
        "area": None,
        "period": None,
        "sex": measure.sex,
        "nationality": measure.nationality,
        "age_from": measure.age_from,
        "age_to": OPEN if measure.age_to is None else measure.age_to,
    }
    for name, value in usual.items():
        if any(name in column for column in columns):
            data[name] = np.tile(np.array([column.get(name, value) for column in columns], dtype=object), height)
        elif name in rows:
            data[name] = np.repeat(rows[name].to_numpy(dtype=object)[mask], width)
        else:
            data[name] = np.full(height * width, value, dtype=object)
    return data


def unused_columns(tables: Iterable[Observed]) -> tuple[str, ...]:
    """Heads that no measure, group or rule of the source uses, in order."""
    return tuple(dict.fromkeys(head for table in tables for head in table.unused))
