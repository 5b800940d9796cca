"""HTML tables as data: heads, row headers, spans, and rows that stand out.

great_tables and pandas write HTML; the PDF needs a real table with header rows, and the Quarto project a pipe table.
Both come from the same :class:`Table`, read once from the HTML.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import lxml.html

from sozlib.book.typst import escape

_INLINE = {
    "strong": ("*", "*"),
    "b": ("*", "*"),
    "em": ("_", "_"),
    "i": ("_", "_"),
}
#: A table with more columns than this is set in blocks of columns below one another, its first column in each.
MANY = 8
#: Columns of numbers in such a block.
_BLOCK = 7
_NUMBER = re.compile(r"^[(\[]?[+−–±-]?[\d.]*\d(?:,\d+)?(?:\s?[%‰])?(?:–[−-]?[\d.,]+)?[)\]]?$")
_MARKUP = re.compile(r"([\\`*_{}\[\]<>$@#~^|])")
_SIGNS = frozenset({"–", "0", ".", "/", "x", "…", "...", "( )", "()", ""})


@dataclass(frozen=True)
class Cell:
    """One cell: its words, its form in Typst's language, how far it reaches."""

    text: str
    typst: str
    header: bool = False
    left: bool = False
    colspan: int = 1
    rowspan: int = 1


@dataclass(frozen=True)
class Row:
    """One row; ``kind`` is ``""``, ``own`` (the area itself), ``whole`` (the district), ``region`` or ``group``."""

    cells: tuple[Cell, ...]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """A table; ``columns`` counts its columns."""

    head: tuple[Row, ...]
    body: tuple[Row, ...]
    columns: int

    @property
    def left_columns(self) -> frozenset[int]:
        """Columns with words rather than numbers, which align left."""
        words: set[int] = {0}
        for column in range(1, self.columns):
            cells = [cell for row in self.body if (cell := _at(row, column)) is not None]
            if any(cell.left for cell in cells) or (cells and not any(_is_number(cell.text) for cell in cells)):
                words.add(column)
        return frozenset(words)


def read_table(html: str) -> Table | None:
    """The first table in a piece of HTML; None where there is none with a body.

    Parameters
    ----------
    html
        Fragment with a ``<table>``; its caption is left out, since captions stand in Markdown.
    """
    if "<table" not in html:
        return None
    element = lxml.html.fragment_fromstring(html, create_parent="div").find(".//table")
    if element is None:
        return None
    head = tuple(_row(tr, head=True) for tr in element.xpath("./thead/tr"))
    rows = element.xpath("./tbody/tr|./tr|./tfoot/tr")
    if not head and rows and all(cell.tag == "th" for cell in _cells(rows[0])):
        head, rows = (_row(rows[0], head=True),), rows[1:]
    body = tuple(_row(tr, head=False) for tr in rows)
    widths = [sum(cell.colspan for cell in row.cells) for row in (*head, *body)]
    if not widths:
        return None
    columns = max(widths)
    body = tuple(
        Row(row.cells, "group") if len(row.cells) == 1 and row.cells[0].colspan >= columns > 1 else row for row in body
    )
    return Table(head, body, columns)


def to_typst(table: Table) -> str:
    """Calls of ``data-table`` (``reports/theme/report.typ``) that set this table."""
    blocks = column_blocks(table)
    return "\n".join(_data_table(block, crowded=len(blocks) > 1) for block in blocks)


def column_blocks(table: Table) -> list[Table]:
    """A table with many columns as tables that fit the page's width; the first column is repeated in each.

    Only tables with a plain head are divided: a spanner would be torn apart. A row with one cell goes with every block.
    """
    plain = all(len(row.cells) == table.columns for row in table.head) and all(
        len(row.cells) in (1, table.columns) for row in table.body
    )
    if table.columns <= MANY or not plain:
        return [table]
    count = -(-(table.columns - 1) // _BLOCK)
    size, larger = divmod(table.columns - 1, count)
    blocks, start = [], 1
    for block in range(count):
        end = start + size + (block < larger)

        def part(row: Row, start: int = start, end: int = end) -> Row:
            if len(row.cells) == 1:
                return Row((replace(row.cells[0], colspan=end - start + 1),), row.kind)
            return Row((row.cells[0], *row.cells[start:end]), row.kind)

        blocks.append(Table(tuple(part(r) for r in table.head), tuple(part(r) for r in table.body), end - start + 1))
        start = end
    return blocks


def _data_table(table: Table, crowded: bool) -> str:
    left = table.left_columns
    align = ", ".join("left" if column in left else "right" for column in range(table.columns))
    widths = ", ".join(_widths(table, crowded))
    kinds = ", ".join(f'"{row.kind}"' for row in table.body)
    lines = [
        "#data-table(",
        f"  columns: ({widths},), aligns: ({align},), head: {len(table.head)}, crowded: {str(crowded).lower()},",
        f"  kinds: ({kinds}{',' if table.body else ''}),",
        "  header: (" + "".join(_typst_cell(cell, "head") + ", " for row in table.head for cell in row.cells) + "),",
    ]
    lines += ["  " + "".join(_typst_cell(cell, row.kind) + ", " for cell in row.cells) for row in table.body]
    return "\n".join([*lines, ")"])


def _widths(table: Table, crowded: bool) -> list[str]:
    """Columns of numbers as wide as they need, columns of sentences share the rest.

    In a crowded table the words in the heads say how the columns share the width, the longest up to a line's end.
    """
    if table.columns == 1:
        return ["auto"]
    if crowded or table.columns > MANY:
        words = [
            max((len(part) for row in table.head for part in re.split(r"[\s-]", _head(row, column))), default=0)
            for column in range(1, table.columns)
        ]
        return ["auto", *(f"{min(max(length, 9), 13)}fr" for length in words)]
    longest = [
        max((len(cell.text) for row in table.body if (cell := _at(row, column))), default=0)
        for column in range(table.columns)
    ]
    return ["1fr", *("1.4fr" if longest[c] > 28 else "auto" for c in range(1, table.columns))]


def to_pipe(table: Table) -> str:
    """A pipe table for Quarto's PDF: one head row, spanners joined to the heads below them."""
    heads = [""] * table.columns
    for row in _grid(table.head, table.columns):
        for column, words in enumerate(row):
            heads[column] = f"{heads[column]}: {words}" if heads[column] and words else heads[column] or words
    left = table.left_columns
    rule = [":---" if column in left else "---:" for column in range(table.columns)]
    rows = [heads, rule, *_grid(table.body, table.columns)]
    lines = [
        " | ".join(cell if line == 1 else _MARKUP.sub(r"\\\1", cell) for cell in row) for line, row in enumerate(rows)
    ]
    return "\n".join(f"| {line} |" for line in lines)


def normalise(html: str) -> str:
    """pandas' and Styler's tables in the report's form: our class, scopes on header cells, no styles.

    Tables that already carry one of our classes are left as they are.
    """
    if re.search(r'<table[^>]*class="(?:table|matrix|mini)\b', html) or "<table" not in html:
        return html
    root = lxml.html.fragment_fromstring(re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL), create_parent="div")
    for table in root.iter("table"):
        table.attrib.clear()
        table.set("class", "table")
        for tr in table.iter("tr"):
            tr.attrib.clear()
        rows = table.xpath("./thead/tr")
        for tr in rows:
            for cell in _cells(tr):
                spans = {key: cell.get(key) for key in ("colspan", "rowspan") if cell.get(key) not in (None, "1")}
                words = (cell.text_content() or "").strip()
                cell.attrib.clear()
                cell.attrib.update(spans)
                if words:
                    cell.tag = "th"
                    cell.set("scope", "colgroup" if "colspan" in spans else "col")
                else:
                    cell.tag = "td"
        for tr in table.xpath("./tbody/tr|./tr"):
            for cell in _cells(tr):
                spans = {key: cell.get(key) for key in ("colspan", "rowspan") if cell.get(key) not in (None, "1")}
                cell.attrib.clear()
                cell.attrib.update(spans)
                if cell.tag == "th":
                    cell.set("scope", "row")
                elif not _is_number((cell.text_content() or "").strip()):
                    cell.set("class", "left")
        _drop_empty_index_row(table)
    inner = "".join(lxml.html.tostring(child, encoding="unicode") for child in root)
    return (root.text or "") + inner


def _drop_empty_index_row(table: Any) -> None:
    """pandas writes a second head row for the index's name; joined with the first it says the same in one row."""
    rows = table.xpath("./thead/tr")
    if len(rows) != 2:
        return
    upper, lower = (_cells(row) for row in rows)
    filled = [cell for cell in lower if (cell.text_content() or "").strip()]
    if len(upper) == len(lower) and filled == lower[:1] and not (upper[0].text_content() or "").strip():
        upper[0].getparent().replace(upper[0], lower[0])
        rows[1].getparent().remove(rows[1])


def _cells(tr: Any) -> list[Any]:
    return [cell for cell in tr if cell.tag in ("th", "td")]


def _row(tr: Any, *, head: bool) -> Row:
    names = (tr.get("class") or "").split()
    kind = next((name for name in ("own", "whole", "region", "group") if name in names), "")
    return Row(tuple(_cell(element, head) for element in _cells(tr)), kind)


def _cell(element: Any, head: bool) -> Cell:
    words, code = _inline(element)
    words = " ".join(words.split(" ")).strip()
    return Cell(
        words,
        code.strip(),
        header=head or element.tag == "th",
        left="left" in (element.get("class") or "").split(),
        colspan=int(element.get("colspan") or 1),
        rowspan=int(element.get("rowspan") or 1),
    )


def _inline(element: Any) -> tuple[str, str]:
    """Words and Typst form of an element's content; text for screen readers only is left out."""
    words, code = _pieces(element.text)
    for child in element:
        if "sr" not in (child.get("class") or "").split() and child.tag not in ("svg", "script", "style"):
            inner_words, inner_code = _inline(child)
            if child.tag == "br" or (child.tag in ("p", "div", "small") and code.strip()):
                inner_words, inner_code = " " + inner_words, " \\ " + inner_code
            elif child.tag in _INLINE and inner_code.strip():
                kind = "strong" if child.tag in ("strong", "b") else "emph"
                inner_code = f"#{kind}[{inner_code}]"
            elif child.tag in ("sup", "sub"):
                inner_code = f"#{'super' if child.tag == 'sup' else 'sub'}[{inner_code}]"
            words, code = words + inner_words, code + inner_code
        tail_words, tail_code = _pieces(child.tail)
        words, code = words + tail_words, code + tail_code
    return words, code


def _pieces(text: str | None) -> tuple[str, str]:
    text = re.sub(r"[ \t\r\n]+", " ", text or "")
    return text, escape(text)


def _head(row: Row, column: int) -> str:
    cell = _at(row, column)
    return cell.text if cell is not None else ""


def _typst_cell(cell: Cell, kind: str = "") -> str:
    """A cell in a row of a kind: heads are set back, the area's own row, the whole's and groups' stand out."""
    head, options = kind == "head", []
    words = cell.typst
    if words and (head or kind in ("own", "whole", "group")):
        words = f"#{'column-head' if head else 'strong'}[{words}]"
    if cell.colspan > 1:
        options.append(f"colspan: {cell.colspan}")
        if head:
            options.append("align: center + bottom")
    if cell.rowspan > 1:
        options.append(f"rowspan: {cell.rowspan}")
    if cell.left and not head:
        options.append("align: left")
    return f"table.cell({', '.join(options)})[{words}]" if options else f"[{words}]"


def _at(row: Row, column: int) -> Cell | None:
    position = 0
    for cell in row.cells:
        if position == column:
            return cell
        position += cell.colspan
    return None


def _grid(rows: tuple[Row, ...], columns: int) -> list[list[str]]:
    """Words by row and column, spans repeated."""
    grid = [[""] * columns for _ in rows]
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for cell in row.cells:
            while (y, x) in taken:
                x += 1
            for dy in range(cell.rowspan):
                for dx in range(cell.colspan):
                    taken.add((y + dy, x + dx))
                    if y + dy < len(rows) and x + dx < columns and (dy == 0):
                        grid[y + dy][x + dx] = cell.text
            x += cell.colspan
    return grid


def _is_number(words: str) -> bool:
    return bool(_NUMBER.match(words)) or (words in _SIGNS and words != "")
