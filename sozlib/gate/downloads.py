"""Hidden numbers in data files: every cell of every row of a hidden value."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sozlib.gate.numbers import CLASS
from sozlib.gate.pages import Leak
from sozlib.gate.words import Names

#: Column of a data file for each hidden number; the rank follows from the value.
_COLUMNS = {
    "wert": "value",
    "rang": "value",
    "untergrenze": "lower",
    "obergrenze": "upper",
    "zaehler": "numerator",
    "nenner": "denominator",
    "trend_aenderung": "trend_change",
}


def leaks(path: Path, names: Names) -> Iterator[Leak]:
    """Cells of a CSV file or workbook that hold a number where the edition has none.

    Parameters
    ----------
    path
        The file; tables without the columns indikator, gebiet_id and jahr hold no values of cells.
    names
        Names and hidden cells.
    """
    for place, row in _rows(path):
        cell = _cell(row)
        if cell is None or cell not in names.hidden.cells:
            continue
        hidden, beside = names.hidden.cells[cell], names.beside.get(cell, {})
        for column, number in _COLUMNS.items():
            told = row.get(column)
            if number in beside:
                leaks_out = column != "rang" and _betrays(told, beside[number], names.printed(cell[0], number))
            else:
                leaks_out = number in hidden and _is_number(told)
            if leaks_out:
                yield Leak(f"{place}, Spalte „{column}“", names.described(cell))


def _cell(row: Mapping[str, Any]) -> tuple[str, str, int] | None:
    try:
        return str(row["indikator"]), str(row["gebiet_id"]), int(row["jahr"])
    except (KeyError, TypeError, ValueError):
        return None


def _betrays(told: Any, shown: float, decimals: int) -> bool:
    """Whether a number is another than the rounded one that the edition shows in place of the true one."""
    try:
        number = float(str(told).replace(",", "."))
    except ValueError:
        return _is_number(told)
    return abs(number - shown) > 0.5 * 10.0**-decimals * (1 + 1e-6)


def _is_number(value: Any) -> bool:
    if isinstance(value, (int, float)):
        return True
    return isinstance(value, str) and re.search(r"\d", CLASS.sub("", value)) is not None


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.suffix.lower() == ".csv":
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        table = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
        for row in table:
            yield f"Zeile {table.line_num}", row
    else:
        from python_calamine import CalamineWorkbook

        _refuse_formulas(path)
        book = CalamineWorkbook.from_path(str(path))
        for title in book.sheet_names:
            lines = iter(book.get_sheet_by_name(title).to_python(skip_empty_area=False))
            heads = [str(head) for head in next(lines, ())]
            if {"indikator", "gebiet_id", "jahr"} <= set(heads):
                for number, line in enumerate(lines, 2):
                    yield f"Blatt „{title}“, Zeile {number}", dict(zip(heads, line, strict=False))


def _refuse_formulas(path: Path) -> None:
    """A formula can say what its cell does not; the report's own workbook has none."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if member.startswith("xl/worksheets/") and re.search(rb"<f[\s/>]", archive.read(member)):
                raise ValueError("formulas")
