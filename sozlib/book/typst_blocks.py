"""A chapter's tree for print: blocks become calls of the functions in ``reports/theme/report.typ``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sozlib.book.blocks import (
    Numbered,
    Renderer,
    alternative,
    is_conditional,
    is_local,
    left_columns,
    table_rows,
    visible,
    written_caption,
)
from sozlib.book.formula import spoken
from sozlib.book.tables import read_table, to_typst
from sozlib.book.tree import Node, attr, classes, plain, raw_block, raw_inline, text, value
from sozlib.book.typst import label, quoted

#: Tables with more rows may break over pages.
_LONG = 28
#: The height of a table with more rows is reckoned, not measured: setting it twice costs gigabytes.
_RECKONED = 150


class TypstRenderer(Renderer):
    """Renders one chapter's tree for print; see :class:`~sozlib.book.blocks.Renderer`."""

    format = "typst"

    def _numbered(self, numbered: Numbered) -> list[Node]:
        target = numbered.target
        body = self._one_table(numbered.body) if target.kind == "tbl" else numbered.body
        inner = self._unparagraphed(self.blocks(body))
        source = [block for part in numbered.sources for block in self.blocks(part["c"][1])]
        rows = sum(block["c"][1].count("\n") for block in inner if block["t"] == "RawBlock")
        return _call(
            f"numbered({quoted(target.kind)}, {quoted(numbered.name)}, {quoted(label(self.slug, target.id))}, "
            f"long: {str(rows > _LONG).lower()}, rows: {rows if rows > _RECKONED else 0})",
            [[plain(numbered.caption)], source, inner],
        )

    def _raw_html(self, node: Node, raw: str) -> list[Node]:
        table = read_table(raw)
        return [raw_block("typst", to_typst(table))] if table is not None else []

    def _div(self, node: Node) -> list[Node]:
        names = set(classes(node))
        content = node["c"][1]
        if names & {"table-block", "output-table"}:
            content = self._one_table(content)
        if names & {"facts", "signs"} and len(content) == 1 and content[0]["t"] == "DefinitionList":
            return _call("facts" if "facts" in names else "sign-list", self._definitions(content[0]))
        inner = self.blocks(content)
        if "box" in names:
            return _call(f"note(planning: {str('planning' in names).lower()})", [inner])
        if "key-figures-block" in names:
            return _call("key-figures", [inner])
        for name in ("lead", "source", "signs", "findings", "keys", "key-figures"):
            if name in names:
                return _call(name, [inner])
        return inner

    def _definitions(self, node: Node) -> list[list[Node]]:
        """Terms and their meanings in turn."""
        pairs = [
            (self.inlines(term), [block for meaning in meanings for block in self.blocks(meaning)])
            for term, meanings in node["c"]
        ]
        return [part for term, meaning in pairs for part in ([plain(term)], _tight(meaning))]

    def _one_table(self, content: list[Node]) -> list[Node]:
        """In print an HTML table is set as it is; its pipe-table twin for Quarto would double it."""
        tables = [
            child
            for node in content
            if is_conditional(node) and visible(node, "html")
            for child in node["c"][1]
            if (raw := self._raw(child)) is not None and "<table" in raw
        ]
        if not tables:
            return content
        return [*tables, *(node for node in content if not is_conditional(node))]

    def _header(self, node: Node) -> Node:
        level, (id, names, _), inlines = node["c"]
        keep = ["unnumbered"] if "unnumbered" in names or level > 2 else []
        return {"t": "Header", "c": [level, attr(label(self.slug, id) if id else "", keep), self.inlines(inlines)]}

    def _table(self, node: Node) -> list[Node]:
        _, _, columns, (_, head_rows), _, _ = node["c"]
        caption, rows, left = self.inlines(written_caption(node)), table_rows(node), left_columns(columns)
        aligns = ", ".join("left" if i in left else "right" for i in range(len(columns)))
        widths = ", ".join("1fr" if i == 0 or (i in left and len(columns) < 4) else "auto" for i in range(len(columns)))
        kinds = ", ".join('""' for _ in rows)
        heads = [row for row in head_rows if any(text(cell[4]) for cell in row[1])]
        count = sum(len(row[1]) for row in heads)
        start = (
            f"data-table(columns: ({widths},), aligns: ({aligns},), head: {len(heads)}, head-cells: {count}, "
            f"kinds: ({kinds}{',' if rows else ''}))"
        )
        cells = [_tight(self.blocks(cell[4])) for row in (*heads, *rows) for cell in row[1]]
        before = _call("table-caption", [[plain(caption)]]) if caption else []
        return [*before, *_call(start, cells or [[]])]

    def _code(self, node: Node) -> Node:
        return {"t": "CodeBlock", "c": [attr("", node["c"][0][1][:1]), node["c"][1]]}

    def _raw_inline(self, markup: str, content: str) -> Node | list[Node]:
        return {"t": "LineBreak"} if markup == "html" and re.match(r"<br\b", content) else []

    def _math(self, node: Node) -> list[Node]:
        return [raw_inline("typst", f"#formula({quoted(spoken(node['c'][1]))})["), node, raw_inline("typst", "]")]

    def _span(self, node: Node) -> list[Node]:
        names = classes(node)
        if "sr" in names:
            return []
        inner = self.inlines(node["c"][1])
        for name in ("statement", "what", "uncertain", "num", "kicker"):
            if name in names:
                return [raw_inline("typst", f"#{name}["), *inner, raw_inline("typst", "]")]
        return inner

    def _link(self, node: Node) -> Node | list[Node]:
        _, inlines, (address, _) = node["c"]
        inner = self.inlines(inlines)
        if not is_local(address):
            return {"t": "Link", "c": [attr(), inner, [address, ""]]}
        page, _, anchor = address.partition("#")
        slug = re.sub(r"\.(ipynb|qmd|html)$", "", page) if page else self.slug
        if "/" in slug or slug not in self.slugs:
            return inner
        known = anchor and slug == self.slug and anchor in self.references.own
        place = label(slug, anchor) if known else label(slug, "")
        return [raw_inline("typst", f"#inner-link({quoted(place)})["), *inner, raw_inline("typst", "]")]

    def _image(self, node: Node) -> Node:
        address, width = node["c"][2][0], value(node, "width")
        share = f"{min(float(width[:-1]), 100):g}%" if re.fullmatch(r"\d+(\.\d+)?%", width) else "auto"
        return raw_inline("typst", f"#picture({quoted('/' + address)}, {quoted(alternative(node))}, width: {share})")


def _tight(blocks: list[Node]) -> list[Node]:
    """Paragraphs without the space around them."""
    return [plain(node["c"]) if node["t"] == "Para" else node for node in blocks]


def _call(function: str, contents: Sequence[list[Node]]) -> list[Node]:
    """Call of a Typst function with content blocks as its last arguments."""
    result = [raw_block("typst", f"#{function}[")]
    for position, content in enumerate(contents):
        if position:
            result.append(raw_block("typst", "]["))
        result += content
    return [*result, raw_block("typst", "]")]
