"""What the texts of a row mean: its area, its period, the group of people it counts.

A text that is not understood leaves its rows out and is reported once with the number of rows, so that one wrong
spelling does not bury everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sozlib.errors import Problem
from sozlib.nearest import nearest
from sozlib.observations.findings import several
from sozlib.observations.groups import NATIONALITY, SEX, age_range, nationality_of, sex_of
from sozlib.observations.heads import Table
from sozlib.observations.source import Column, Source
from sozlib.patterns import search


@dataclass(frozen=True)
class Given:
    """What the name of a file says: period and area, where its pattern has them."""

    period: int | None = None
    area: str | None = None


def area_id(text: str, source: Source) -> str | None:
    """Id of an area from its text in the table, by the rules of the source; None if its pattern does not fit."""
    rules = source.area
    if text in rules.map:
        return rules.map[text]
    if rules.pattern:
        match = search(rules.pattern, text)
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
        match = search(column.pattern, text)
        if match is None:
            return None
        text = match[1] if match.re.groups else match[0]
        text = column.map.get(text, text)
    match = re.fullmatch(r"(\d{4})(?:-\d\d-\d\d)?|\d\d?\.\d\d?\.(\d{4})", text)
    year = int(match[1] or match[2]) if match else 0
    return year if 1900 <= year <= 2100 else None


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
    ignored = {t for t in known if t in column.ignore or (column.ignore_pattern and search(column.ignore_pattern, t))}
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


def row_meanings(
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
        if column.pattern and (match := search(column.pattern, text)):
            text = match[1] if match.re.groups else match[0]
        return understand(text)

    def complaint(text: str) -> tuple[str, str, str]:
        alike = nearest(text, [key for key in known if key]) if known else None
        hint = f" Ähnlich ist „{alike}“." if alike else ""
        return (
            "group",
            f"„{text}“ ist als {words[name]} nicht bekannt",
            f"Übersetzen Sie es mit groups.{name}.map oder nehmen Sie die Zeilen mit groups.{name}.ignore aus.{hint}",
        )

    return _labels(table, column, kept, read, complaint, problems)
