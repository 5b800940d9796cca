"""Cells of a table's measures: from what stands there to value and status, with every cell that cannot be meant.

Distinct texts are understood once, not cell by cell: a register extract has a hundred thousand cells and a few
hundred different texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sozlib.errors import Problem
from sozlib.observations.findings import listed, several
from sozlib.observations.numbers import SPACES, NumberFormat, detect_decimal
from sozlib.observations.read import Grid
from sozlib.observations.signs import CellReader
from sozlib.observations.source import Source
from sozlib.patterns import without

_WORD = {",": "Dezimalkomma", ".": "Dezimalpunkt"}
_SPACED = re.compile(rf"[+-]?\d{{1,3}}(?:[{SPACES}]\d{{3}})+(?:,\d+)?")


@dataclass(frozen=True)
class Read:
    """The frame with ``value`` and ``status``, and what was found."""

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[tuple[str, str], ...]


def read_cells(frame: pd.DataFrame, source: Source, grid: Grid) -> Read:
    """Understand the column ``raw``.

    Parameters
    ----------
    frame
        Cells with ``raw``, ``measure``, ``row``, ``column``.
    source
        How they are to be read.
    grid
        Where they come from, for messages.
    """
    numbers, problems, notes = _number_format(frame, source, grid)
    cells = np.empty(len(frame), dtype=object)
    for empty, ids in _by_empty(source).items():
        mask = frame["measure"].isin(ids).to_numpy()
        reader = CellReader(numbers, source.signs, empty, source.zero == "exact")
        codes, texts = pd.factorize(frame.loc[mask, "raw"], use_na_sentinel=True)
        understood = np.array(
            [*(reader.read(_unmarked(t, source.marks)) for t in texts), reader.read(None)], dtype=object
        )
        cells[mask] = understood[codes]
    factor_of = {m.id: m.factor for m in source.measures}
    factors = np.array([factor_of[measure] for measure in frame["measure"]], dtype=float)
    unscaled = np.array([cell.value for cell in cells], dtype=float)
    frame = frame.assign(status=pd.Series([cell.status for cell in cells], dtype=object))
    problems += _faults(frame, cells, numbers, source, grid)
    impossible, found = _impossible(frame, unscaled, source, grid)
    problems += found
    # A wrong cell is told once; as an unknown number it takes no part in sums and comparisons.
    wrong = impossible | np.array([cell.fault is not None for cell in cells], dtype=bool)
    frame = frame.assign(
        value=np.where(wrong, np.nan, unscaled * factors), status=frame["status"].mask(wrong, ".").astype(object)
    )
    flags = sorted({cell.flag for cell in set(cells) if cell.flag})
    notes += [("Kennzeichen", {"p": "p (vorläufig)", "r": "r (berichtigt)", "s": "s (geschätzt)"}[f]) for f in flags]
    if source.zero is None and (frame["status"] == "0").any():
        notes.append(("Null", "Ziffer 0 als „weniger als die Hälfte der Einheit“ gelesen; zero: exact ändert das"))
    return Read(frame, tuple(problems), tuple(notes))


def _unmarked(raw: Any, marks: str | None) -> Any:
    """Cell without footnote marks; the bracket of „(4)“ is a sign, not a mark."""
    if not marks or not isinstance(raw, str):
        return raw
    text = raw.strip()
    return text if text.startswith("(") and text.find(")") == len(text) - 1 else without(marks, text)


def _by_empty(source: Source) -> dict[str | None, list[str]]:
    by: dict[str | None, list[str]] = {}
    for measure in source.measures:
        by.setdefault(measure.empty or source.empty, []).append(measure.id)
    return by


def _number_format(
    frame: pd.DataFrame, source: Source, grid: Grid
) -> tuple[NumberFormat, list[Problem], list[tuple[str, str]]]:
    if source.decimal is not None:
        return NumberFormat.of(source.decimal, source.thousands), [], []
    texts = [_unmarked(t, source.marks) for t in pd.unique(frame["raw"]) if isinstance(t, str)]
    found = detect_decimal(texts)
    decimal = found.decimal
    notes: list[tuple[str, str]] = []
    problems: list[Problem] = []
    thousands = source.thousands
    if found.mixed:
        decimal = max((",", "."), key=lambda sign: len(found.sure[sign]))
    elif decimal is None:
        unsure = [sign for sign in (",", ".") if found.open[sign]]
        if unsure and thousands in unsure:
            decimal = "." if thousands == "," else ","
        elif len(unsure) == 1 and all(measure.kind == "count" for measure in source.measures):
            decimal = "." if unsure[0] == "," else ","
            notes.append(("Tausenderzeichen", f"„{unsure[0]}“ (in Zählwerten)"))
        elif unsure:
            example = found.open[unsure[0]][0]
            first = frame.loc[frame["raw"].map(lambda t: isinstance(t, str) and t.strip() == example)].iloc[:1]
            row, column = (int(first["row"].iloc[0]), str(first["column"].iloc[0])) if len(first) else (None, None)
            whole, broken = example.replace(unsure[0], ""), example.replace(unsure[0], ",")
            problems.append(
                Problem(
                    "ambiguous-number",
                    f"„{example}“ kann {whole} oder {broken} bedeuten.",
                    "Geben Sie decimal an.",
                    grid.place(row, column),
                )
            )
    if thousands is None and any(_SPACED.fullmatch(text.strip()) for text in texts):
        thousands = " "
        notes.append(("Tausenderzeichen", "Leerzeichen"))
    if decimal is not None and any(found.sure.values()):
        notes.append(("Dezimalzeichen", f"„{decimal}“"))
    return NumberFormat.of(decimal or ",", thousands), problems, notes


def _faults(frame: pd.DataFrame, cells: np.ndarray, numbers: NumberFormat, source: Source, grid: Grid) -> list[Problem]:
    """Empty cells, texts, numbers with the other decimal sign."""
    faults = np.array([cell.fault or "" for cell in cells], dtype=object)
    problems: list[Problem] = []
    if not faults.any():
        return problems
    empty = frame.loc[faults == "empty", ["row", "column"]]
    for column, rows in empty.groupby("column", sort=False)["row"]:
        shown = listed(list(rows))
        count = "Die Zelle ist leer" if len(rows) == 1 else f"{len(rows)} Zellen sind leer (Zeilen {shown})"
        problems.append(
            Problem(
                "empty-cell",
                f"{count}: keine Zahl, kein Zeichen.",
                "Tragen Sie den Wert oder ein Zeichen nach, oder vereinbaren Sie empty.",
                grid.place(int(rows.iloc[0]), str(column)),
            )
        )
    other = "." if numbers.decimal == "," else ","
    texts = {
        "text": ("text-in-number", "„{raw}“ ist weder eine Zahl noch ein bekanntes Zeichen.", "Berichtigen Sie die "
                 "Zelle; weitere Zeichen der Tabelle nennt signs, Fußnotenzeichen entfernt marks."),
        "decimal": ("mixed-decimal", f"„{{raw}}“ ist mit {_WORD[other]} geschrieben, die Tabelle sonst mit "
                    f"{_WORD[numbers.decimal]}.", "Vereinheitlichen Sie die Datei oder geben Sie decimal an."),
    }  # fmt: skip
    for fault, (code, found, remedy) in texts.items():
        wrong = list(frame.loc[faults == fault, ["raw", "row", "column"]].itertuples(index=False))
        problems += several(
            wrong,
            lambda cell, code=code, found=found, remedy=remedy: Problem(  # type: ignore[misc]
                code, found.format(raw=cell.raw), remedy, grid.place(int(cell.row), str(cell.column))
            ),
        )
    return problems


def _shown(raw: Any) -> str:
    """Cell as its reader sees it: a number of a workbook with a decimal comma."""
    return f"{raw:g}".replace(".", ",") if isinstance(raw, float) else str(raw).strip()


def _impossible(
    frame: pd.DataFrame, unscaled: np.ndarray, source: Source, grid: Grid
) -> tuple[np.ndarray, list[Problem]]:
    """Numbers that a measure of this kind cannot have: where they are, and what to say."""
    kind_of = {m.id: m.kind for m in source.measures}
    kinds = np.array([kind_of[measure] for measure in frame["measure"]], dtype=object)
    negative = (unscaled < 0) & ~np.isin(kinds, ["balance", "difference"])
    broken = (kinds == "count") & (unscaled >= 0) & (unscaled != np.floor(unscaled))
    over = (kinds == "share") & (unscaled > 100)
    rules = (
        (negative, "negative", "{raw}: Ein negativer Wert kann hier nicht stehen.",
         "Berichtigen Sie die Zelle; bei Salden gilt kind: balance."),
        (broken, "not-whole", "{raw}: Eine Anzahl ist eine ganze Zahl.",
         "Prüfen Sie das Dezimalzeichen; für andere Größen gilt kind: amount."),
        (over, "share", "{raw}: Ein Anteil über 100.", "Berichtigen Sie die Zelle oder ändern Sie kind."),
    )  # fmt: skip
    problems: list[Problem] = []
    for mask, code, found, remedy in rules:
        if not mask.any():
            continue
        wrong = list(frame.loc[mask, ["raw", "row", "column"]].itertuples(index=False))
        problems += several(
            wrong,
            lambda cell, code=code, found=found, remedy=remedy: Problem(  # type: ignore[misc]
                code, found.format(raw=f"„{_shown(cell.raw)}“"), remedy, grid.place(int(cell.row), str(cell.column))
            ),
        )
    return negative | broken | over, problems
