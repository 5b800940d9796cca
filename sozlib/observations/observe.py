"""One table becomes observations: every cell of a measure gets its area, period, group, value and status.

Rows carry some of these (area, age, …), columns carry others (measure, sex, …); each cell takes both. File, row and
column stay with every observation, so that whatever is wrong later can still be found in the delivery.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sozlib.errors import InputError, Problem
from sozlib.observations.cells import read_cells
from sozlib.observations.findings import several
from sozlib.observations.groups import NATIONALITY, OPEN, SEX, age_range, nationality_of, sex_of
from sozlib.observations.heads import Table, near, text_of
from sozlib.observations.source import Column, Measure, Source

#: Columns of a raw frame, before areas are checked and ages end openly.
RAW = (
    "area", "period", "measure", "sex", "age_from", "age_to", "nationality", "value", "status", "source",
    "file", "sheet", "row", "column",
)  # fmt: skip
KEY = ["area", "period", "measure", "sex", "age_from", "age_to", "nationality"]


@dataclass(frozen=True)
class Given:
    """What the name of a file says: period and area, where its pattern has them."""

    period: int | None = None
    area: str | None = None


@dataclass(frozen=True)
class Observed:
    """Observations of one table, and what was found on the way."""

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()


def area_id(text: str, source: Source) -> str | None:
    """Id of an area from its text in the table, by the rules of the source; None if its pattern does not fit."""
    rules = source.area
    if text in rules.map:
        return rules.map[text]
    if rules.pattern:
        match = re.search(rules.pattern, text)
        if match is None:
            return None
        text = (match[1] if match.re.groups else match[0]).strip()
    if rules.integer and re.fullmatch(r"\d+\.0+", text):
        text = text.split(".")[0]
    if rules.width:
        text = text.zfill(rules.width)
    return rules.map.get(text, text)


def year_of(text: str, column: Column) -> int | None:
    """Year of a text: ``2016``, ``2016-12-31``, ``31.12.2016`` or what pattern and map make of it."""
    text = column.map.get(text, text)
    if column.pattern:
        match = re.search(column.pattern, text)
        if match is None:
            return None
        text = match[1] if match.re.groups else match[0]
        text = column.map.get(text, text)
    match = re.fullmatch(r"(\d{4})(?:-\d\d-\d\d)?|\d\d?\.\d\d?\.(\d{4})", text)
    year = int(match[1] or match[2]) if match else 0
    return year if 1900 <= year <= 2100 else None


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
    rows, kept = _rows(table, source, given, problems)
    parts: list[dict[str, np.ndarray]] = []
    used: set[int] = {table.position(head) for head in _named(source)}
    for measure in source.measures:
        columns = _columns(table, source, measure, used, problems)
        if len(columns):
            parts.append(_crossed(table, measure, rows, kept & _where(table, measure), columns))
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
        if head and i not in used and not (source.ignore_columns and re.search(source.ignore_columns, head))
    )
    return Observed(read.frame[list(RAW)], (*problems, *read.problems), (*table.grid.notes, *read.notes), unused)


def _named(source: Source) -> list[str]:
    columns = [source.area, source.period, source.groups.sex, source.groups.age, source.groups.nationality]
    heads = [column.column for column in columns if column is not None and column.column is not None]
    return [*heads, *source.fill_down, *(head for measure in source.measures for head in measure.where)]


def _require_columns(table: Table, source: Source) -> None:
    problems: list[Problem] = []
    for head in dict.fromkeys([*_named(source), *(m.column for m in source.measures if m.column)]):
        try:
            table.position(head)
        except InputError as error:
            problems += error.problems
    for measure in source.measures:
        if measure.columns and not any(re.search(measure.columns, head) for head in table.heads):
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


def _labels(
    table: Table,
    column: Column,
    kept: pd.Series,
    read: Callable[[str], Any],
    complaint: Callable[[str], tuple[str, str, str]],
    problems: list[Problem],
) -> pd.Series:
    """Meaning of a column's texts; rows to ignore leave ``kept``, texts not understood are reported once each."""
    assert column.column is not None
    texts = table.texts(column.column)
    known = pd.unique(texts)
    pattern = re.compile(column.ignore_pattern) if column.ignore_pattern else None
    ignored = {t for t in known if t in column.ignore or (pattern and pattern.search(t))}
    kept &= ~texts.isin(ignored)
    meaning = {text: read(text) for text in known if text not in ignored}
    unknown = [text for text, value in meaning.items() if value is None]
    first = [(text, texts.index[(texts == text) & kept]) for text in unknown]

    def problem(item: tuple[str, pd.Index]) -> Problem:
        text, where = item
        code, found, remedy = complaint(text)
        more = f" (in {len(where)} Zeilen)" if len(where) > 1 else ""
        return Problem(code, found + more + ".", remedy, table.grid.place(int(where[0]), column.column))

    problems += several([item for item in first if len(item[1])], problem)
    kept &= ~texts.isin(unknown)
    return texts.map(meaning)


def _rows(
    table: Table, source: Source, given: Given, problems: list[Problem]
) -> tuple[dict[str, pd.Series], pd.Series]:
    """What rows say about all their cells, and which rows count."""
    index = table.body.index
    kept = pd.Series(True, index=index)
    rows: dict[str, pd.Series] = {}

    def constant(value: Any) -> pd.Series:
        return pd.Series([value] * len(index), index=index, dtype=object)

    if source.area.column is not None:
        rows["area"] = _labels(
            table,
            source.area,
            kept,
            lambda t: area_id(t, source) if t or t in source.area.map else None,
            _area_complaint,
            problems,
        )
    elif source.area.constant is not None or given.area is not None:
        rows["area"] = constant(source.area.constant or area_id(str(given.area), source))
    if source.period.column is not None:
        rows["period"] = _labels(
            table, source.period, kept, lambda t: year_of(t, source.period), _period_complaint, problems
        )
    elif source.period.constant is not None or given.period is not None:
        rows["period"] = constant(source.period.constant or given.period)
    groups = source.groups
    if groups.sex is not None:
        rows["sex"] = _group(table, groups.sex, kept, "sex", sex_of, SEX, problems)
    if groups.nationality is not None:
        rows["nationality"] = _group(
            table, groups.nationality, kept, "nationality", nationality_of, NATIONALITY, problems
        )
    if groups.age is not None:
        ages = _group(table, groups.age, kept, "age", age_range, None, problems)
        rows["age_from"] = ages.map(lambda pair: pair[0], na_action="ignore")
        rows["age_to"] = ages.map(lambda pair: pair[1], na_action="ignore")
    return rows, kept


def _area_complaint(text: str) -> tuple[str, str, str]:
    if not text:
        return (
            "area-empty",
            "Die Zelle mit dem Raum ist leer",
            "Verbundene Zellen füllt fill_down; Fußnoten beendet data_until.",
        )
    return (
        "unknown-area",
        f"„{text}“ passt nicht auf das Muster der Raumkennung",
        "Ändern Sie area.pattern oder nehmen Sie die Zeile mit area.ignore aus.",
    )


def _period_complaint(text: str) -> tuple[str, str, str]:
    return (
        "period",
        f"„{text}“ ist kein Jahr",
        "Erwartet wird etwa 2016 oder 31.12.2016; anderes übersetzen period.map oder period.pattern.",
    )


def _group(
    table: Table,
    column: Column,
    kept: pd.Series,
    name: str,
    understand: Callable[[str], Any],
    known: dict[str, str] | None,
    problems: list[Problem],
) -> pd.Series:
    words = {"sex": "Geschlecht", "nationality": "Staatsangehörigkeit", "age": "Alter"}

    def read(text: str) -> Any:
        text = column.map.get(text, text)
        if column.pattern and (match := re.search(column.pattern, text)):
            text = match[1] if match.re.groups else match[0]
        return understand(text)

    def complaint(text: str) -> tuple[str, str, str]:
        nearest = near(text, [key for key in known if key]) if known else None
        hint = f" Ähnlich ist „{nearest}“." if nearest else ""
        return (
            "group",
            f"„{text}“ ist als {words[name]} nicht bekannt",
            f"Übersetzen Sie es mit groups.{name}.map oder nehmen Sie die Zeilen mit groups.{name}.ignore aus.{hint}",
        )

    return _labels(table, column, kept, read, complaint, problems)


def _where(table: Table, measure: Measure) -> pd.Series:
    mask = pd.Series(True, index=table.body.index)
    for head, texts in measure.where.items():
        mask &= table.texts(head).isin([text_of(text) for text in texts])
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
    pattern = re.compile(measure.columns or "")
    for position, head in enumerate(table.heads):
        match = pattern.search(head)
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
    table: Table, measure: Measure, rows: dict[str, pd.Series], kept: pd.Series, columns: Sequence[dict[str, Any]]
) -> dict[str, np.ndarray]:
    """Cells of a measure, row by row, with all that rows and columns say about them."""
    positions = [column["position"] for column in columns]
    mask = kept.to_numpy(dtype=bool)
    cells = np.column_stack([table.body[position].to_numpy(dtype=object)[mask] for position in positions])
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
