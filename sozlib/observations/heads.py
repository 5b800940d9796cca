"""Heads of tables: rows of merged cells become one text for each column.

„Arbeitslose“ over three columns and „Männer“, „Frauen“, „insgesamt“ below it read ``Arbeitslose | Männer`` and so on.
Merged cells are known in workbooks; in CSV an upper cell holds until the next filled one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sozlib.errors import InputError, Problem
from sozlib.nearest import nearest
from sozlib.observations.read import Grid
from sozlib.patterns import search, without

_SPACE = re.compile(r"\s+")
#: A head this much alike is the one that was meant.
SURE = 0.9


def text_of(cell: Any) -> str:
    """Cell as the text that its reader sees, white space collapsed; a whole number without ``.0``."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    return _SPACE.sub(" ", str(cell)).strip()


@dataclass(frozen=True)
class Table:
    """A grid with its head understood.

    Parameters
    ----------
    grid
        Where it comes from.
    heads
        Text of each column's head.
    body
        Cells below the head; the index holds row numbers as the reader sees them, columns are positions.
    head_row
        Number of the head's last row as the reader sees it.
    """

    grid: Grid
    heads: tuple[str, ...]
    body: pd.DataFrame
    head_row: int = 1

    def position(self, head: str) -> int:
        """Position of a column by its head.

        Raises
        ------
        InputError
            There is none, or more than one, of that name.
        """
        wanted = text_of(head)
        found = [i for i, candidate in enumerate(self.heads) if candidate == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                [
                    Problem(
                        "column-twice",
                        f"Die Spalte „{wanted}“ gibt es {len(found)}-mal.",
                        "Geben Sie jeder Spalte eine eigene Überschrift oder lesen Sie mehr Kopfzeilen (header_rows).",
                        self.grid.place(self.head_row),
                    )
                ]
            )
        named = [candidate for candidate in self.heads if candidate]
        alike = nearest(wanted, named)
        shown = ", ".join(f"„{name}“" for name in named[:12]) + (" …" if len(named) > 12 else "")
        # Where a single letter is missing, the list of all columns would only bury the answer.
        more = "" if alike and len(named) > 8 and nearest(wanted, [alike], SURE) else f" Vorhanden: {shown}."
        raise InputError(
            [
                Problem(
                    "missing-column",
                    f"Die Spalte „{wanted}“ fehlt.",
                    f"Meinten Sie „{alike}“?{more}" if alike else f"Vorhanden: {shown or 'keine'}.",
                    self.grid.place(self.head_row),
                )
            ]
        )

    def texts(self, head: str) -> pd.Series:
        """Column as texts."""
        column = self.body[self.position(head)]
        known = {cell: text_of(cell) for cell in pd.unique(column)}
        return column.map(known).astype(object).where(column.notna(), "")


def understand(
    grid: Grid,
    *,
    header_row: int | str = 1,
    header_rows: int = 1,
    skip_rows: Sequence[int] = (),
    data_until: str | None = None,
    marks: str | None = None,
) -> Table:
    """Divide a grid into head, body and footnotes.

    Parameters
    ----------
    grid
        The cells.
    header_row
        Number of the head's first row, or a text that stands in it.
    header_rows
        How many rows the head has.
    skip_rows
        Numbers of rows below the head to leave out.
    data_until
        Pattern for the first filled cell of the first row of footnotes.
    marks
        Pattern of footnote marks to strip from heads.

    Raises
    ------
    InputError
        The head or the data are not where they should be, or a row has more fields than the head.
    """
    first = _first_row(grid, header_row)
    width = max(len(row) for row in grid.rows)
    rows = [list(row) + [None] * (width - len(row)) for row in grid.rows]
    merged = [merge for merge in grid.merges if merge[0] < first + header_rows and merge[2] >= first]
    for r0, c0, r1, c1 in merged:
        for r in range(r0, min(r1, first + header_rows - 1) + 1):
            rows[r][c0 : c1 + 1] = [rows[r0][c0]] * (c1 + 1 - c0)
    heads = _joined(rows[first : first + header_rows], fill=not merged, marks=marks)
    last = max((i for i, head in enumerate(heads) if head), default=-1)
    kept: list[int] = []
    problems: list[Problem] = []
    for i in range(first + header_rows, len(rows)):
        filled = [(c, text_of(cell)) for c, cell in enumerate(rows[i]) if cell is not None and cell != ""]
        filled = [(c, text) for c, text in filled if text]
        if not filled or grid.numbers[i] in skip_rows:
            continue
        if data_until and search(data_until, filled[0][1]):
            break
        if filled[-1][0] > last:
            problems.append(
                Problem(
                    "ragged-row",
                    f"Die Zeile hat {filled[-1][0] + 1} Felder, der Kopf nur {last + 1} (überzählig: "
                    f"„{filled[-1][1]}“).",
                    "Steht ein Trennzeichen in einem Text ohne Anführungszeichen? Fußnoten beendet data_until.",
                    grid.place(grid.numbers[i]),
                )
            )
            continue
        kept.append(i)
    if problems:
        raise InputError(problems)
    if not kept:
        raise InputError(
            [
                Problem(
                    "empty-file",
                    "Unter dem Kopf stehen keine Daten.",
                    "Prüfen Sie die Lieferung sowie header_row, header_rows und data_until.",
                    grid.place(),
                )
            ]
        )
    body = pd.DataFrame([rows[i][: last + 1] for i in kept], index=[grid.numbers[i] for i in kept], dtype=object)
    return Table(grid, heads[: last + 1], body, grid.numbers[first + header_rows - 1])


def _first_row(grid: Grid, header_row: int | str) -> int:
    if isinstance(header_row, int):
        if header_row in grid.numbers:
            return grid.numbers.index(header_row)
        found = f"Zeile {header_row} gibt es nicht, die Tabelle endet in Zeile {grid.numbers[-1]}."
    else:
        for i, row in enumerate(grid.rows):
            if any(text_of(cell) == text_of(header_row) for cell in row):
                return i
        found = f"Keine Zeile enthält eine Zelle „{header_row}“."
    raise InputError([Problem("header", f"Der Kopf fehlt: {found}", "Prüfen Sie header_row.", grid.place())])


def _joined(rows: list[list[Any]], *, fill: bool, marks: str | None) -> tuple[str, ...]:
    texts = [[text_of(cell) for cell in row] for row in rows]
    if marks:
        texts = [[without(marks, text).strip() for text in row] for row in texts]
    if fill:
        for level, row in enumerate(texts[:-1]):
            for c in range(1, len(row)):
                below = any(texts[deeper][c] for deeper in range(level + 1, len(texts)))
                same_parent = all(texts[upper][c] == texts[upper][c - 1] for upper in range(level))
                if not row[c] and below and same_parent:
                    row[c] = row[c - 1]
    heads = []
    for column in zip(*texts, strict=True):
        parts: list[str] = []
        for text in column:
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        heads.append(" | ".join(parts))
    return tuple(heads)
