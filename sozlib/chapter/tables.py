"""Tables: laid out by great_tables, handed on as slim accessible HTML and as a pipe table.

great_tables knows how heads with spanners, stubs and alignment become a table; what it writes is made for a page of its
own. Here its ids, styles and classes go, header cells keep their scope, signs get spoken words, and the rows of the own
area and of the whole get the two classes that the style sheet knows. It lays out a head and one row, which is repeated:
most tables of a report differ in their rows only.
"""

from __future__ import annotations

import copy
import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import lxml.html
import pandas as pd
from great_tables import GT
from lxml import etree

from sozlib.chapter.numbers import escape, keep_together
from sozlib.chapter.signs import SIGNS, SPOKEN

RowKind = Literal["", "own", "whole", "region"]

_KEPT = frozenset({"scope", "colspan", "rowspan"})
_BRACKETED = re.compile(r"\([^()]+\)")


@dataclass(frozen=True)
class Column:
    """A column: its label, the label of the group it stands under, and whether it holds words."""

    label: str
    spanner: str = ""
    left: bool = False


@dataclass(frozen=True)
class Row:
    """A row: its header cell, its cells, and whether it is the own area's, the whole's or that of a region of many."""

    head: str
    cells: tuple[str, ...]
    kind: RowKind = ""


@dataclass(frozen=True)
class Table:
    """Content of a table; all cells are finished text.

    Parameters
    ----------
    stub
        Label above the row headers.
    columns
        The other columns.
    rows
        In display order; each has as many cells as there are columns.
    """

    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def html(self, label: str, caption: str = "") -> str:
        """Table in its scrollable frame.

        Parameters
        ----------
        label
            What a screen reader calls the frame.
        caption
            Caption for screen readers where no visible one stands beside the table.
        """
        spanners = tuple(dict.fromkeys(c.spanner for c in self.columns if c.spanner))
        shape = tuple((c.left, spanners.index(c.spanner) if c.spanner else None) for c in self.columns)
        table = copy.deepcopy(_laid_out(shape, bool(self.rows)))
        self._label(table, spanners)
        self._fill(table.find("tbody"))
        if caption:
            element = etree.Element("caption", {"class": "sr"})
            element.text = keep_together(caption)
            table.insert(0, element)
        content = lxml.html.tostring(table, encoding="unicode")
        name = html.escape(keep_together(label), quote=True)
        return (
            f'<div class="frame" tabindex="0" role="group" aria-label="{name}, seitlich verschiebbar">{content}</div>'
        )

    def markdown(self) -> str:
        """Pipe table; a group's label stands before that of its columns."""
        labels = [f"{c.spanner}: {c.label}" if c.spanner else c.label for c in self.columns]
        lines = [
            _pipe([self.stub, *labels]),
            "|" + "|".join([":--", *(":--" if c.left else "--:" for c in self.columns)]) + "|",
        ]
        for row in self.rows:
            cells = [row.head, *row.cells]
            lines.append(_pipe(cells, strong=bool(row.kind)))
        return "\n".join(lines)

    def _label(self, table: lxml.html.HtmlElement, spanners: tuple[str, ...]) -> None:
        """Put the words of the head in the places that :func:`_laid_out` has marked."""
        words = {"stub": self.stub}
        words |= {f"c{i}": column.label for i, column in enumerate(self.columns)}
        words |= {f"s{i}": spanner for i, spanner in enumerate(spanners)}
        for cell in table.iterfind("thead//th"):
            if cell.text:
                cell.text = keep_together(" ".join(words[cell.text].split()))

    def _fill(self, body: lxml.html.HtmlElement) -> None:
        """Repeat the one row that was laid out for each row of the table."""
        pattern = body.find("tr")
        for row in self.rows:
            line = copy.deepcopy(pattern)
            for cell, text in zip(line, (row.head, *row.cells), strict=True):
                cell.text = keep_together(" ".join(text.split()))
                if cell.tag == "td":
                    _speak(cell)
            if row.kind:
                line.set("class", row.kind)
            body.append(line)
        if pattern is not None:
            body.remove(pattern)


@lru_cache(maxsize=256)
def _laid_out(shape: tuple[tuple[bool, int | None], ...], rows: bool) -> lxml.html.HtmlElement:
    """Head and one empty row as great_tables lays them out.

    Parameters
    ----------
    shape
        For each column whether it holds words, and the number of the label it stands under. The columns' labels are
        ``c0``, ``c1`` …, those above them ``s0``, ``s1`` …, the one above the row headers is ``stub``.
    rows
        Whether there are any rows.
    """
    names = [f"c{i}" for i in range(len(shape))]
    empty = [[""] * (1 + len(names))] if rows else []
    table = GT(pd.DataFrame(empty, columns=["stub", *names], dtype=object), rowname_col="stub").tab_stubhead("stub")
    if names:
        table = table.cols_align("right", names)
    left = [name for name, (words, _) in zip(names, shape, strict=True) if words]
    if left:
        table = table.cols_align("left", left)
    for number in dict.fromkeys(under for _, under in shape if under is not None):
        together = [name for name, (_, under) in zip(names, shape, strict=True) if under == number]
        table = table.tab_spanner(f"s{number}", together)
    return _slim(lxml.html.fragment_fromstring(_only_table(table.as_raw_html())))


def _slim(table: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    for element in list(table.iter()):
        left = "gt_left" in element.get("class", "").split() and element.get("scope") != "row"
        for name in list(element.attrib):
            value = element.attrib[name]
            if name not in _KEPT or (name.endswith("span") and value == "1"):
                del element.attrib[name]
        if left and element.tag in ("td", "th"):
            element.set("class", "left")
        if element.tag in ("td", "th"):
            _plain(element)
        element.tail = None
        if element.tag in ("table", "thead", "tbody", "tr"):
            element.text = None
    table.set("class", "table")
    corner = table.find(".//th")
    if corner is not None:
        corner.attrib.pop("class", None)
    return table


def _only_table(document: str) -> str:
    return document[document.index("<table") : document.index("</table>") + len("</table>")]


def _plain(cell: lxml.html.HtmlElement) -> None:
    """Reduce a cell to its text."""
    text = keep_together(" ".join(cell.text_content().split()))
    for child in list(cell):
        cell.remove(child)
    cell.text = text


def _speak(cell: lxml.html.HtmlElement) -> None:
    """Add the spoken words of a sign."""
    text = cell.text or ""
    if text in SPOKEN:
        cell.text = None
        shown = etree.SubElement(cell, "span", {"aria-hidden": "true"})
        shown.text = text
        spoken = etree.SubElement(cell, "span", {"class": "sr"})
        spoken.text = SPOKEN[text]
    elif _BRACKETED.fullmatch(text) and not text.startswith(("(+", "(±", "(\u2212")):
        spoken = etree.SubElement(cell, "span", {"class": "sr"})
        spoken.text = " " + SIGNS["()"].spoken
    elif _BRACKETED.fullmatch(text):
        spoken = etree.SubElement(cell, "span", {"class": "sr"})
        spoken.text = " nicht gesichert"


def _pipe(cells: list[str], strong: bool = False) -> str:
    shown = [escape(keep_together(cell)) for cell in cells]
    if strong:
        shown = [f"**{cell}**" if cell else "" for cell in shown]
    return "| " + " | ".join(shown) + " |"
