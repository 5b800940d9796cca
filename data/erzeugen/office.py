"""How offices write tables: signs, suppression, title rows, merged heads, footnotes, old encodings.

Values are written as an office would publish them. Nothing here knows what a table is about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from .district import AREAS, ENDED, MERGED, MERGER, REGIONS, WHOLE

#: Dash for "nothing there" in workbooks; tables of the GENESIS kind use a hyphen.
NOTHING = "–"
INVENTED = "Erfundene Zahlen eines erfundenen Kreises"
_CREATED = dt.datetime(2026, 2, 2, 8, 0)

#: Area and column.
Cell = tuple[str, str]
#: A row of a table: texts and whole or decimal numbers.
Row = Sequence["str | int | float | None"]


def areas_of(year: int | None, *, upper: bool = True) -> list[tuple[str, str]]:
    """Ids and names in the order of official tables: areas, then regions and the district.

    Parameters
    ----------
    year
        Year of the table; None for a table over all years, which names lasting and ended areas.
    upper
        With regions and district.
    """
    now = [(area.id, area.name) for area in AREAS if area.id != MERGED or year is None or year >= MERGER]
    old = [(area.id, area.name) for area in ENDED if year is None or year < MERGER]
    above = [*((key, name) for key, name, _ in REGIONS), WHOLE[:2]] if upper else []
    return [*sorted(now + old), *above]


def exists(area: str, year: int) -> bool:
    """Whether an area is there at the end of a year."""
    if area == MERGED:
        return year >= MERGER
    return year < MERGER if area in {old.id for old in ENDED} else True


@dataclass
class Shield:
    """Statistical confidentiality of one table: which cells an office withholds.

    Parameters
    ----------
    minimum
        Counts above zero and below it are withheld.
    relations
        Totals with the parts that add up to them: one withheld part alone could be computed, so a second goes too.
    """

    minimum: int = 3
    relations: Sequence[tuple[str, Sequence[str]]] = ()

    def withheld(self, table: Mapping[str, Mapping[str, int]]) -> set[Cell]:
        """Cells to withhold, as (area, column): small ones, and a second one wherever one alone would follow."""
        hidden = {(a, c) for a, row in table.items() for c, value in row.items() if 0 < value < self.minimum}
        sums = self.sums(table)
        before = -1
        while len(hidden) > before:
            before = len(hidden)
            for total, parts in sums:
                if sum(cell in hidden for cell in (total, *parts)) == 1:
                    visible = [cell for cell in parts if cell not in hidden and table[cell[0]][cell[1]] > 0]
                    hidden.add(min(visible, key=lambda cell: table[cell[0]][cell[1]], default=total))
        return hidden

    def sums(self, table: Mapping[str, Mapping[str, int]]) -> list[tuple[Cell, list[Cell]]]:
        """All totals of a table with their parts: within rows by the relations, within columns over areas."""
        found = [((a, total), [(a, part) for part in parts]) for a in table for total, parts in self.relations]
        regions = [key for key, *_ in REGIONS if key in table]
        whole = WHOLE[0]
        for column in next(iter(table.values())):
            for region in regions:
                parts = [(a, column) for a in table if len(a) > len(region) and a.startswith(region)]
                found.append(((region, column), parts))
            if whole in table and regions:
                found.append(((whole, column), [(region, column) for region in regions]))
        return found


@dataclass(frozen=True)
class Sheet:
    """One sheet or table as an office lays it out.

    Parameters
    ----------
    name
        Name of the sheet.
    titles
        Rows above the head.
    head
        For each column its texts from top to bottom; equal neighbours are merged, empty ones below are merged upwards.
    rows
        The body.
    notes
        Footnotes below it.
    """

    name: str
    titles: Sequence[str]
    head: Sequence[Sequence[str]]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    widths: Mapping[int, int] = field(default_factory=lambda: {0: 11, 1: 30})


def write_workbook(path: Path, sheets: Iterable[Sheet], *, title: str) -> None:
    """Write an XLSX file; same content, same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path)
    book.set_properties({"title": title, "author": "Musterkreis (erfunden)", "created": _CREATED, "comments": INVENTED})
    bold = book.add_format({"bold": True})
    top = book.add_format(
        {"bold": True, "align": "center", "valign": "vcenter", "border": 1, "text_wrap": True, "bg_color": "#E7E6E6"}
    )
    number = book.add_format({"num_format": "#,##0", "align": "right"})
    decimal = book.add_format({"num_format": "#,##0.00", "align": "right"})
    text, sign, small = book.add_format(), book.add_format({"align": "right"}), book.add_format({"font_size": 8})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        for column, width in sheet.widths.items():
            page.set_column(column, column, width)
        for line, words in enumerate(sheet.titles):
            page.write_string(line, 0, words, bold if line == 0 else text)
        first = len(sheet.titles)
        depth = max((len(column) for column in sheet.head), default=0)
        _head(page, sheet.head, first, depth, top)
        for line, row in enumerate(sheet.rows, first + depth):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(line, column, value, text if column < 2 else sign)
                elif value is not None:
                    page.write_number(line, column, value, decimal if isinstance(value, float) else number)
        for line, words in enumerate(sheet.notes, first + depth + len(sheet.rows) + 1):
            page.write_string(line, 0, words, small)
    book.close()


def _head(
    page: xlsxwriter.worksheet.Worksheet, head: Sequence[Sequence[str]], first: int, depth: int, style: object
) -> None:
    grid = [[*column, *[""] * (depth - len(column))] for column in head]
    done: set[tuple[int, int]] = set()
    for column, texts in enumerate(grid):
        for level, words in enumerate(texts):
            if (column, level) in done or not words:
                continue
            right = column
            while (
                right + 1 < len(grid) and grid[right + 1][: level + 1] == texts[: level + 1] and any(texts[level + 1 :])
            ):
                right += 1
            low = level
            while right == column and low + 1 < depth and not texts[low + 1]:
                low += 1
            done |= {(c, r) for c in range(column, right + 1) for r in range(level, low + 1)}
            if right > column or low > level:
                page.merge_range(first + level, column, first + low, right, words, style)
            else:
                page.write_string(first + level, column, words, style)


def german(value: str | int | float | None, *, decimals: int = 0) -> str:
    """A number as German CSV exports write it: thousands with points, decimals with a comma."""
    if value is None or isinstance(value, str):
        return value or ""
    text = f"{value:,.{decimals}f}" if isinstance(value, float) else f"{value:,d}"
    return text.replace(",", "_").replace(".", ",").replace("_", ".")


def write_csv(
    path: Path,
    lines: Iterable[Row],
    *,
    encoding: str = "cp1252",
    shown: Callable[[str | int | float | None], str] = german,
) -> None:
    """Write a CSV file with semicolons and Windows line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(";".join(_quoted(shown(cell)) for cell in line) + "\r\n" for line in lines)
    path.write_bytes(text.encode(encoding))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ';"\n') else text
