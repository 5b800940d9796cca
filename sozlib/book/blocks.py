"""A chapter's tree as each format wants it: what the blocks of the notebook contract become.

The same tree is rendered twice. For HTML, figures become ``<figure>`` with their caption above, source below and data
table behind; for Typst, calls of the functions in ``reports/theme/report.typ``. Raw HTML travels as a numbered
placeholder and is set in at the end, cleaned, so that large drawings never pass through pandoc.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from typing import Any

from sozlib.book.formula import spoken
from sozlib.book.numbering import CELL, KINDS, caption_of, is_numbered
from sozlib.book.references import References
from sozlib.book.sanitise import CLASSES
from sozlib.book.tables import read_table, to_typst
from sozlib.book.tree import (
    Node,
    attr,
    classes,
    node_attr,
    plain,
    raw_block,
    raw_inline,
    string,
    text,
    value,
    walk,
)
from sozlib.book.typst import label, quoted

_PLACEHOLDER = re.compile(r"@@raw (\d+)@@")
_BEFORE = re.compile(r"(\bSGB|§|\bAbs\.|\bNr\.|\bKap\.|\bArt\.)$")
_NUMERAL = re.compile(r"[IVX\d]")
_UNIT = re.compile(r"(%|Prozent|Euro|km²|ha)(\W|$)")
#: Tables with more rows may break over pages.
_LONG = 28
_ALIASES = {"html": {"html"}, "typst": {"typst", "pdf"}}


def visible(node: Node, target: str) -> bool:
    """Whether a ``content-visible``/``content-hidden`` block shows in a format (``html`` or ``typst``)."""
    names = classes(node)
    if "content-visible" not in names and "content-hidden" not in names:
        return True
    when, unless = value(node, "when-format"), value(node, "unless-format")
    fits = (not when or when in _ALIASES[target]) and (not unless or unless not in _ALIASES[target])
    return fits if "content-visible" in names else not fits


def is_conditional(node: Node) -> bool:
    """Whether a node's visibility depends on the format."""
    return bool({"content-visible", "content-hidden"} & set(classes(node)))


class Renderer:
    """Renders one chapter's tree for one format.

    Parameters
    ----------
    target
        ``html`` or ``typst``.
    references
        Targets of cross-references.
    raws
        The chapter's raw HTML; placeholders carry the position.
    slug
        The chapter's slug, for labels and addresses.
    slugs
        Slugs of all chapters of the volume: links among them work in print, too.
    """

    def __init__(self, target: str, references: References, raws: Sequence[str], slug: str, slugs: Sequence[str]):
        self.target, self.references, self.raws, self.slug = target, references, raws, slug
        self.slugs = frozenset(slugs)
        self.html = target == "html"

    def blocks(self, blocks: list[Node]) -> list[Node]:
        """Render a list of blocks."""
        result: list[Node] = []
        position = 0
        flat = self._unwrapped(blocks)
        while position < len(flat):
            node = flat[position]
            position += 1
            if is_numbered(node):
                tail, position = self._tail(flat, position)
                result += self._numbered(node, tail)
            else:
                result += self._block(node)
        return result

    def _unwrapped(self, blocks: list[Node]) -> list[Node]:
        """Visible blocks, conditional Divs opened; cell marks removed."""
        result: list[Node] = []
        for node in blocks:
            if node["t"] == "RawBlock" and node["c"][0] == CELL:
                continue
            if is_conditional(node):
                if visible(node, self.target):
                    result += self._unwrapped(node["c"][1])
            else:
                result.append(node)
        return result

    def _tail(self, flat: list[Node], position: int) -> tuple[list[Node], int]:
        """Source line and data table that follow a figure or table and belong to it."""
        tail: list[Node] = []
        while position < len(flat):
            node = flat[position]
            is_source = "source" in classes(node)
            is_keys = "keys" in classes(node)
            is_data = (raw := self._raw(node)) is not None and raw.lstrip().startswith("<details")
            if not (is_source or is_data or is_keys):
                break
            tail.append(node)
            position += 1
        return tail, position

    def _raw(self, node: Node) -> str | None:
        """Raw HTML that a placeholder stands for."""
        if node["t"] != "RawBlock" or node["c"][0] != "html":
            return None
        match = _PLACEHOLDER.fullmatch(node["c"][1].strip())
        return self.raws[int(match[1])] if match else str(node["c"][1])

    def _block(self, node: Node) -> list[Node]:
        kind = node["t"]
        if kind == "RawBlock":
            return self._raw_html(node)
        if kind == "Div":
            return self._div(node)
        if kind == "Header":
            return [self._header(node)]
        if kind in {"Para", "Plain"}:
            return [{"t": kind, "c": self.inlines(node["c"])}]
        if kind == "Table":
            return self._table(node)
        if kind == "BlockQuote":
            return [{"t": kind, "c": self.blocks(node["c"])}]
        if kind == "BulletList":
            return [{"t": kind, "c": [self.blocks(item) for item in node["c"]]}]
        if kind == "OrderedList":
            return [{"t": kind, "c": [node["c"][0], [self.blocks(item) for item in node["c"][1]]]}]
        if kind == "DefinitionList":
            return [
                {
                    "t": kind,
                    "c": [[self.inlines(term), [self.blocks(d) for d in meanings]] for term, meanings in node["c"]],
                }
            ]
        if kind == "LineBlock":
            return [{"t": kind, "c": [self.inlines(line) for line in node["c"]]}]
        if kind == "CodeBlock":
            return [{"t": kind, "c": [attr("", node["c"][0][1][:1] if not self.html else ["code"]), node["c"][1]]}]
        if kind == "Figure":
            return self.blocks(node["c"][2])
        return [node]

    def _raw_html(self, node: Node) -> list[Node]:
        raw = self._raw(node)
        if raw is None:
            return []
        if self.html:
            return [raw_block("html", self._placeholder(node))]
        table = read_table(raw)
        return [raw_block("typst", to_typst(table))] if table is not None else []

    def _placeholder(self, node: Node) -> str:
        match = _PLACEHOLDER.fullmatch(node["c"][1].strip())
        return f'<div data-raw="{match[1]}"></div>' if match else str(node["c"][1])

    def _div(self, node: Node) -> list[Node]:
        names = set(classes(node))
        content = node["c"][1]
        if names & {"table-block", "output-table"}:
            content = self._one_table(content)
        if self.html:
            return self._html_div(node, content)
        if names & {"facts", "signs"} and len(content) == 1 and content[0]["t"] == "DefinitionList":
            return self._call("facts" if "facts" in names else "sign-list", self._definitions(content[0]))
        inner = self.blocks(content)
        if "box" in names:
            return self._call(f"note(planning: {str('planning' in names).lower()})", [inner])
        if "key-figures-block" in names:
            return self._call("key-figures", [inner])
        for name in ("lead", "source", "signs", "findings", "keys", "key-figures"):
            if name in names:
                return self._call(name, [inner])
        return inner

    def _html_div(self, node: Node, content: list[Node]) -> list[Node]:
        names = classes(node)
        inner = self.blocks(content)
        if names in (["source"], ["lead"]) and len(inner) == 1 and inner[0]["t"] in {"Para", "Plain"}:
            return [plain([raw_inline("html", f'<p class="{names[0]}">'), *inner[0]["c"], raw_inline("html", "</p>")])]
        allowed = [name for name in names if name in CLASSES]
        identity = node["c"][0][0]
        if not allowed and not identity:
            return inner
        return [{"t": "Div", "c": [attr(identity, allowed), inner]}]

    def _definitions(self, node: Node) -> list[list[Node]]:
        """Terms and their meanings in turn."""
        pairs = [
            (self.inlines(term), [b for meaning in meanings for b in self.blocks(meaning)])
            for term, meanings in node["c"]
        ]
        return [part for term, meaning in pairs for part in ([plain(term)], self._tight(meaning))]

    def _one_table(self, content: list[Node]) -> list[Node]:
        """In print an HTML table is set as it is; its pipe-table twin for Quarto would double it."""
        if self.html:
            return content
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
        inlines = self.inlines(inlines)
        if self.html:
            number = next((t.number for t in [self.references.own.get(id)] if t is not None), "")
            prefix = [string(number), {"t": "Space"}] if number else []
            return {"t": "Header", "c": [level, attr(id), [*prefix, *inlines]]}
        keep = ["unnumbered"] if "unnumbered" in names or level > 2 else []
        return {"t": "Header", "c": [level, attr(label(self.slug, id) if id else "", keep), inlines]}

    def _numbered(self, node: Node, tail: list[Node]) -> list[Node]:
        """A figure or table with number, caption, source and data."""
        id = str(node["c"][0][0])
        target = self.references.own[id]
        caption = caption_of(node)
        body = node["c"][1][:-1] if caption else node["c"][1]
        if not any("statement" in classes(inline) for inline in caption):
            caption = [{"t": "Span", "c": [attr("", ["statement"]), caption]}]
        if target.kind == "tbl":
            body = self._one_table(body)
        caption = self.inlines([part for part in caption if part["t"] not in {"Space", "SoftBreak"}])
        name = f"{KINDS[target.kind]} {target.number}"
        sources = [part for part in tail if "source" in classes(part) or "keys" in classes(part)]
        if not self.html:
            inner = self._unparagraphed(self.blocks(body))
            source = [block for part in sources for block in self.blocks(part["c"][1])]
            rows = sum(block["c"][1].count("\n") for block in inner if block["t"] == "RawBlock")
            return self._call(
                f"numbered({quoted(target.kind)}, {quoted(name)}, {quoted(label(self.slug, id))}, "
                f"long: {str(rows > _LONG).lower()})",
                [[plain(caption)], source, inner],
            )
        data = [part for part in tail if part not in sources]
        return self._html_numbered(node, id, name, caption, body, sources, data)

    def _html_numbered(
        self,
        node: Node,
        id: str,
        name: str,
        caption: list[Node],
        body: list[Node],
        sources: list[Node],
        data: list[Node],
    ) -> list[Node]:
        full = " full" if "wide" in classes(node) else ""
        number = raw_inline("html", f'<span class="number">{name}</span> ')
        spaced = [part for piece in caption for part in (piece, {"t": "Space"})][:-1]
        source = [block for part in sources for block in self._html_div(part, part["c"][1])]
        after = [
            raw_block("html", self._placeholder(part).replace("data-raw", f'data-name="{name}" data-raw'))
            for part in data
        ]
        if id.startswith("tbl-"):
            tables = self._named_tables(body, name, caption=[number, *spaced])
            return [
                raw_block("html", f'<div class="table-block{full}" id="{id}">'),
                *tables,
                *source,
                *after,
                raw_block("html", "</div>"),
            ]
        inner = self._unparagraphed(self.blocks(body))
        return [
            raw_block("html", f'<div class="figure-block{full}"><figure class="figure" id="{id}">'),
            plain([raw_inline("html", "<figcaption>"), number, *spaced, raw_inline("html", "</figcaption>")]),
            *inner,
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
                key = self._placeholder(node).replace("data-raw", f'data-name="{name}" data-caption')
                result += [
                    plain([raw_inline("html", key.replace("></div>", ">")), *caption, raw_inline("html", "</div>")])
                ]
            elif node["t"] == "Table" and not used:
                used = True
                result += self._table(node, caption, name)
            else:
                result += self._block(node)
        return result

    def _opened(self, blocks: list[Node]) -> list[Node]:
        """Blocks with ``output-table`` Divs opened: they only mark where a table came from."""
        result: list[Node] = []
        for node in self._unwrapped(blocks):
            result += self._opened(node["c"][1]) if "output-table" in classes(node) else [node]
        return result

    def _unparagraphed(self, blocks: list[Node]) -> list[Node]:
        """A picture alone in its paragraph needs no paragraph."""
        result = []
        for node in blocks:
            alone = node["t"] == "Para" and len(node["c"]) == 1 and node["c"][0]["t"] in {"Image", "RawInline"}
            result.append(plain(node["c"]) if alone else node)
        return result

    def _table(self, node: Node, caption: list[Node] | None = None, name: str = "Tabelle") -> list[Node]:
        """A table written in Markdown."""
        _, own_caption, columns, (_, head_rows), bodies, (_, foot_rows) = node["c"]
        caption_inlines = caption or self.inlines([i for block in own_caption[1] for i in block.get("c", [])])
        rows = [row for body in bodies for row in (*body[2], *body[3])] + foot_rows
        left = {i for i, (align, _) in enumerate(columns) if align["t"] in {"AlignDefault", "AlignLeft"}}
        if not self.html:
            return self._typst_table(columns, head_rows, rows, left, caption_inlines)
        head = [
            [attr(), [self._html_cell(cell, "col", i == 0 or i in left) for i, cell in enumerate(row[1])]]
            for row in head_rows
        ]
        lines = [
            [attr(), [self._html_cell(c, "row" if i == 0 else "", i in left) for i, c in enumerate(row[1])]]
            for row in rows
        ]
        widths = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in columns]
        shown = [None, [plain(caption_inlines)] if caption_inlines else []]
        table = {
            "t": "Table",
            "c": [attr("", ["table"]), shown, widths, [attr(), head], [[attr(), 1, [], lines]], [attr(), []]],
        }
        label_text = html.escape(f"{name}, seitlich verschiebbar")
        return [
            raw_block("html", f'<div class="frame" tabindex="0" role="group" aria-label="{label_text}">'),
            table,
            raw_block("html", "</div>"),
        ]

    def _html_cell(self, cell: list[Any], scope: str, left: bool) -> list[Any]:
        _, _, rowspan, colspan, content = cell
        values = {"scope": scope} if scope else {}
        names = ["left"] if left and scope != "row" else []
        return [attr("", names, **values), {"t": "AlignDefault"}, rowspan, colspan, self.blocks(content)]

    def _typst_table(
        self, columns: list[Any], head_rows: list[Any], rows: list[Any], left: set[int], caption: list[Node]
    ) -> list[Node]:
        aligns = ", ".join("left" if i in left else "right" for i in range(len(columns)))
        widths = ", ".join("1fr" if i == 0 or (i in left and len(columns) < 4) else "auto" for i in range(len(columns)))
        kinds = ", ".join('""' for _ in rows)
        heads = [row for row in head_rows if any(text(cell[4]) for cell in row[1])]
        count = sum(len(row[1]) for row in heads)
        start = (
            f"data-table(columns: ({widths},), aligns: ({aligns},), head: {len(heads)}, head-cells: {count}, "
            f"kinds: ({kinds}{',' if rows else ''}))"
        )
        cells = [self._tight(self.blocks(cell[4])) for row in (*heads, *rows) for cell in row[1]]
        before = self._call("table-caption", [[plain(caption)]]) if caption else []
        return [*before, *self._call(start, cells or [[]])]

    def _tight(self, blocks: list[Node]) -> list[Node]:
        return [plain(node["c"]) if node["t"] == "Para" else node for node in blocks]

    def _call(self, function: str, contents: Sequence[list[Node]]) -> list[Node]:
        """Call of a Typst function with content blocks as its last arguments."""
        result = [raw_block("typst", f"#{function}[")]
        for position, content in enumerate(contents):
            if position:
                result.append(raw_block("typst", "]["))
            result += content
        return [*result, raw_block("typst", "]")]

    # Inlines

    def inlines(self, inlines: list[Node]) -> list[Node]:
        """Render inlines."""
        result: list[Node] = []
        for position, node in enumerate(inlines):
            if node["t"] in {"Space", "SoftBreak"} and _belong_together(inlines[position - 1 : position + 2]):
                node = string("\u00a0")
            new = self._inline(node)
            result += new if isinstance(new, list) else [new]
        return result

    def _inline(self, node: Node) -> Node | list[Node]:
        kind = node["t"]
        change: Callable[[Node], Node | list[Node]] | None = getattr(self, f"_{kind.lower()}", None)
        if kind in {"Cite", "Image", "Link", "Span", "Math", "Note", "RawInline", "Quoted"} and change is not None:
            return change(node)
        if kind in {"Emph", "Strong", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Underline"}:
            return {"t": kind, "c": self.inlines(node["c"])}
        return node

    def _cite(self, node: Node) -> Node | list[Node]:
        return self.references.resolve(node, self.target)

    def _quoted(self, node: Node) -> list[Node]:
        single = node["c"][0]["t"] == "SingleQuote"
        return [string("‚" if single else "„"), *self.inlines(node["c"][1]), string("‘" if single else "“")]

    def _note(self, node: Node) -> Node:
        return {"t": "Note", "c": self.blocks(node["c"])}

    def _rawinline(self, node: Node) -> Node | list[Node]:
        format, content = node["c"]
        if format != "html":
            return []
        if self.html:
            return node
        if re.match(r"<br\b", content):
            return {"t": "LineBreak"}
        return []

    def _math(self, node: Node) -> Node | list[Node]:
        if self.html:
            return node
        return [raw_inline("typst", f"#formula({quoted(spoken(node['c'][1]))})["), node, raw_inline("typst", "]")]

    def _span(self, node: Node) -> Node | list[Node]:
        names = classes(node)
        if is_conditional(node):
            return self.inlines(node["c"][1]) if visible(node, self.target) else []
        inner = self.inlines(node["c"][1])
        if self.html:
            return {"t": "Span", "c": [attr(node["c"][0][0], [n for n in names if n in CLASSES]), inner]}
        if "sr" in names:
            return []
        for name in ("statement", "what", "uncertain", "num", "kicker"):
            if name in names:
                return [raw_inline("typst", f"#{name}["), *inner, raw_inline("typst", "]")]
        return inner

    def _link(self, node: Node) -> Node | list[Node]:
        _, inlines, (address, title) = node["c"]
        inner = self.inlines(inlines)
        page, _, anchor = address.partition("#")
        local = not re.match(r"[a-z][a-z0-9+.-]*:", address, re.IGNORECASE)
        if self.html:
            if local:
                page = re.sub(r"\.(ipynb|qmd)$", ".html", page)
                address = f"{page}#{anchor}" if anchor else page
            return {"t": "Link", "c": [attr("", [n for n in classes(node) if n in CLASSES]), inner, [address, title]]}
        if not local:
            return {"t": "Link", "c": [attr(), inner, [address, ""]]}
        slug = re.sub(r"\.(ipynb|qmd|html)$", "", page) if page else self.slug
        if "/" in slug or slug not in self.slugs:
            return inner
        known = anchor and slug == self.slug and anchor in self.references.own
        place = label(slug, anchor) if known else label(slug, "")
        return [raw_inline("typst", f"#inner-link({quoted(place)})["), *inner, raw_inline("typst", "]")]

    def _image(self, node: Node) -> Node:
        _, inlines, (address, title) = node["c"]
        alt = value(node, "fig-alt") or value(node, "alt") or text(inlines)
        width = value(node, "width")
        if self.html:
            return {"t": "Image", "c": [attr("", []), [string(alt)], [address, title]]}
        share = f"{min(float(width[:-1]), 100):g}%" if re.fullmatch(r"\d+(\.\d+)?%", width) else "auto"
        return raw_inline("typst", f"#picture({quoted('/' + address)}, {quoted(alt)}, width: {share})")


def _belong_together(around: list[Node]) -> bool:
    """Whether no line may end between two words: "§ 16", "SGB II", "18 %"."""
    if len(around) != 3 or any(node["t"] != "Str" for node in (around[0], around[2])):
        return False
    before, after = around[0]["c"], around[2]["c"]
    return bool((_BEFORE.search(before) and _NUMERAL.match(after)) or (before[-1:].isdigit() and _UNIT.match(after)))


def plain_text(blocks: list[Node]) -> str:
    """Words of a chapter for the search index: without drawings, data tables and cell marks."""
    parts = []
    for node in blocks:
        if is_conditional(node) and not visible(node, "html"):
            continue
        if node["t"] == "RawBlock":
            continue
        if node["t"] == "Div":
            parts.append(plain_text(node["c"][1]))
        else:
            parts.append(text(node))
    return " ".join(part for part in parts if part)


def first_with_class(blocks: list[Node], name: str) -> Node | None:
    """The first node that carries a class."""
    return next((node for node in walk(blocks) if node_attr(node) is not None and name in classes(node)), None)
