"""A chapter's tree for pages.

Figures become ``<figure>`` with their caption above, source below and data table behind. Raw HTML travels as a numbered
placeholder and is set in at the end, cleaned, so that large drawings never pass through pandoc.
"""

from __future__ import annotations

import html
import re
from typing import Any

from sozlib.book.blocks import (
    Numbered,
    Renderer,
    alternative,
    is_local,
    left_columns,
    placed,
    table_rows,
    written_caption,
)
from sozlib.book.sanitise import CLASSES
from sozlib.book.tree import Node, attr, classes, plain, raw_block, raw_inline, string


class HtmlRenderer(Renderer):
    """Renders one chapter's tree for pages; see :class:`~sozlib.book.blocks.Renderer`."""

    format = "html"

    def _numbered(self, numbered: Numbered) -> list[Node]:
        id, name = numbered.target.id, numbered.name
        full = " full" if "wide" in classes(numbered.node) else ""
        spaced = [part for piece in numbered.caption for part in (piece, {"t": "Space"})][:-1]
        caption = [raw_inline("html", f'<span class="number">{name}</span> '), *spaced]
        source = [block for part in numbered.sources for block in self._div(part)]
        after = [
            raw_block("html", _place(part).replace("data-raw", f'data-name="{name}" data-raw'))
            for part in numbered.data
        ]
        if numbered.target.kind == "tbl":
            return [
                raw_block("html", f'<div class="table-block{full}" id="{id}">'),
                *self._named_tables(numbered.body, name, caption),
                *source,
                *after,
                raw_block("html", "</div>"),
            ]
        return [
            raw_block("html", f'<div class="figure-block{full}"><figure class="figure" id="{id}">'),
            plain([raw_inline("html", "<figcaption>"), *caption, raw_inline("html", "</figcaption>")]),
            *self._unparagraphed(self.blocks(numbered.body)),
            *source,
            raw_block("html", "</figure>"),
            *after,
            raw_block("html", "</div>"),
        ]

    def _named_tables(self, body: list[Node], name: str, caption: list[Node]) -> list[Node]:
        """Blocks of a numbered table, its caption carried into the first table."""
        result: list[Node] = []
        used = False
        for node in self._opened(body):
            raw = self._raw(node)
            if raw is not None and "<table" in raw and not used:
                used = True
                key = _place(node).replace("data-raw", f'data-name="{name}" data-caption')
                opening = raw_inline("html", key.replace("></div>", ">"))
                result += [plain([opening, *caption, raw_inline("html", "</div>")])]
            elif node["t"] == "Table" and not used:
                used = True
                result += self._framed(node, caption, name)
            else:
                result += self._block(node)
        return result

    def _opened(self, blocks: list[Node]) -> list[Node]:
        """Blocks with ``output-table`` Divs opened: they only mark where a table came from."""
        result: list[Node] = []
        for node in self._unwrapped(blocks):
            result += self._opened(node["c"][1]) if "output-table" in classes(node) else [node]
        return result

    def _raw_html(self, node: Node, raw: str) -> list[Node]:
        return [raw_block("html", _place(node))]

    def _div(self, node: Node) -> list[Node]:
        names = classes(node)
        inner = self.blocks(node["c"][1])
        if names in (["source"], ["lead"]) and len(inner) == 1 and inner[0]["t"] in {"Para", "Plain"}:
            return [plain([raw_inline("html", f'<p class="{names[0]}">'), *inner[0]["c"], raw_inline("html", "</p>")])]
        allowed = [name for name in names if name in CLASSES]
        identity = node["c"][0][0]
        if not allowed and not identity:
            return inner
        return [{"t": "Div", "c": [attr(identity, allowed), inner]}]

    def _header(self, node: Node) -> Node:
        level, (id, _, _), inlines = node["c"]
        number = self.references.own[id].number if id in self.references.own else ""
        prefix = [string(number), {"t": "Space"}] if number else []
        return {"t": "Header", "c": [level, attr(id), [*prefix, *self.inlines(inlines)]]}

    def _table(self, node: Node) -> list[Node]:
        return self._framed(node, self.inlines(written_caption(node)), "Tabelle")

    def _framed(self, node: Node, caption: list[Node], name: str) -> list[Node]:
        _, _, columns, (_, head_rows), _, _ = node["c"]
        left = left_columns(columns)
        head = [
            [attr(), [self._cell(cell, "col", i == 0 or i in left) for i, cell in enumerate(row[1])]]
            for row in head_rows
        ]
        lines = [
            [attr(), [self._cell(cell, "row" if i == 0 else "", i in left) for i, cell in enumerate(row[1])]]
            for row in table_rows(node)
        ]
        widths = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in columns]
        shown = [None, [plain(caption)] if caption else []]
        table = {
            "t": "Table",
            "c": [attr("", ["table"]), shown, widths, [attr(), head], [[attr(), 1, [], lines]], [attr(), []]],
        }
        label = html.escape(f"{name}, seitlich verschiebbar")
        return [
            raw_block("html", f'<div class="frame" tabindex="0" role="group" aria-label="{label}">'),
            table,
            raw_block("html", "</div>"),
        ]

    def _cell(self, cell: list[Any], scope: str, left: bool) -> list[Any]:
        _, _, rowspan, colspan, content = cell
        values = {"scope": scope} if scope else {}
        names = ["left"] if left and scope != "row" else []
        return [attr("", names, **values), {"t": "AlignDefault"}, rowspan, colspan, self.blocks(content)]

    def _code(self, node: Node) -> Node:
        return {"t": "CodeBlock", "c": [attr("", ["code"]), node["c"][1]]}

    def _raw_inline(self, markup: str, content: str) -> Node | list[Node]:
        return raw_inline("html", content) if markup == "html" else []

    def _math(self, node: Node) -> Node:
        return node

    def _span(self, node: Node) -> Node:
        allowed = [name for name in classes(node) if name in CLASSES]
        return {"t": "Span", "c": [attr(node["c"][0][0], allowed), self.inlines(node["c"][1])]}

    def _link(self, node: Node) -> Node:
        _, inlines, (address, title) = node["c"]
        if is_local(address):
            page, _, anchor = address.partition("#")
            page = re.sub(r"\.(ipynb|qmd)$", ".html", page)
            address = f"{page}#{anchor}" if anchor else page
        allowed = [name for name in classes(node) if name in CLASSES]
        return {"t": "Link", "c": [attr("", allowed), self.inlines(inlines), [address, title]]}

    def _image(self, node: Node) -> Node:
        return {"t": "Image", "c": [attr(), [string(alternative(node))], node["c"][2]]}


def _place(node: Node) -> str:
    """Element that keeps the place of raw HTML until it is set in."""
    number = placed(node)
    return str(node["c"][1]) if number is None else f'<div data-raw="{number}"></div>'
