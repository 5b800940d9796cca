"""A chapter's tree as each format wants it: what the blocks of the notebook contract become.

The same tree is rendered twice, by :class:`~sozlib.book.html_blocks.HtmlRenderer` for pages and by
:class:`~sozlib.book.typst_blocks.TypstRenderer` for print. Here is what both share: the walk through blocks and
inlines, what a format shows at all, what belongs to a figure, and words that no line end may part.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sozlib.book.numbering import CELL, KINDS, Target, caption_of, is_numbered
from sozlib.book.references import References
from sozlib.book.tree import Node, attr, classes, node_attr, plain, string, text, value, walk

_PLACEHOLDER = re.compile(r"@@raw (\d+)@@")
_BEFORE = re.compile(r"(\bSGB|§|\bAbs\.|\bNr\.|\bKap\.|\bArt\.)$")
_NUMERAL = re.compile(r"[IVX\d]")
_UNIT = re.compile(r"(%|Prozent|Euro|km²|ha)(\W|$)")
_FOREIGN = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ALIASES = {"html": {"html"}, "typst": {"typst", "pdf"}}
_STYLED = {"Emph", "Strong", "Strikeout", "Superscript", "Subscript", "SmallCaps", "Underline"}


@dataclass(frozen=True)
class Numbered:
    """A figure or table with all that belongs to it.

    Parameters
    ----------
    node
        The Div of the notebook contract.
    target
        Its number, kind and label.
    caption
        Rendered inlines of the caption.
    body
        Blocks of figure or table, as they are.
    sources, data
        Source lines and keys, and the folded table of a figure's data, as they are.
    """

    node: Node
    target: Target
    caption: list[Node]
    body: list[Node]
    sources: list[Node]
    data: list[Node]

    @property
    def name(self) -> str:
        """For example "Abbildung 3.1"."""
        return f"{KINDS[self.target.kind]} {self.target.number}"


class Renderer(ABC):
    """Renders one chapter's tree for one format.

    Parameters
    ----------
    references
        Targets of cross-references.
    raws
        The chapter's raw HTML; placeholders carry the position.
    slug
        The chapter's slug, for labels and addresses.
    slugs
        Slugs of all chapters of the volume: links among them work in print, too.
    """

    #: The format that pandoc makes of the result.
    format: ClassVar[str]

    def __init__(self, references: References, raws: Sequence[str], slug: str, slugs: Sequence[str]):
        self.references, self.raws, self.slug, self.slugs = references, raws, slug, frozenset(slugs)

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
                result += self._numbered(self._gathered(node, tail))
            else:
                result += self._block(node)
        return result

    def inlines(self, inlines: list[Node]) -> list[Node]:
        """Render inlines."""
        result: list[Node] = []
        for position, node in enumerate(inlines):
            if node["t"] in {"Space", "SoftBreak"} and _belong_together(inlines[position - 1 : position + 2]):
                node = string("\u00a0")
            new = self._inline(node)
            result += new if isinstance(new, list) else [new]
        return result

    # What each format decides

    @abstractmethod
    def _numbered(self, numbered: Numbered) -> list[Node]:
        """A figure or table with number, caption, source and data."""

    @abstractmethod
    def _raw_html(self, node: Node, raw: str) -> list[Node]:
        """Raw HTML that stands alone."""

    @abstractmethod
    def _div(self, node: Node) -> list[Node]: ...

    @abstractmethod
    def _header(self, node: Node) -> Node: ...

    @abstractmethod
    def _table(self, node: Node) -> list[Node]:
        """A table written in Markdown."""

    @abstractmethod
    def _code(self, node: Node) -> Node: ...

    @abstractmethod
    def _raw_inline(self, markup: str, content: str) -> Node | list[Node]: ...

    @abstractmethod
    def _math(self, node: Node) -> Node | list[Node]: ...

    @abstractmethod
    def _span(self, node: Node) -> Node | list[Node]:
        """A Span that this format shows."""

    @abstractmethod
    def _link(self, node: Node) -> Node | list[Node]: ...

    @abstractmethod
    def _image(self, node: Node) -> Node: ...

    # Blocks

    def _unwrapped(self, blocks: list[Node]) -> list[Node]:
        """Visible blocks, conditional Divs opened; cell marks removed."""
        result: list[Node] = []
        for node in blocks:
            if node["t"] == "RawBlock" and node["c"][0] == CELL:
                continue
            if is_conditional(node):
                if visible(node, self.format):
                    result += self._unwrapped(node["c"][1])
            else:
                result.append(node)
        return result

    def _tail(self, flat: list[Node], position: int) -> tuple[list[Node], int]:
        """Source line and data table that follow a figure or table and belong to it."""
        tail: list[Node] = []
        while position < len(flat):
            node = flat[position]
            is_data = (raw := self._raw(node)) is not None and raw.lstrip().startswith("<details")
            if not (is_data or {"source", "keys"} & set(classes(node))):
                break
            tail.append(node)
            position += 1
        return tail, position

    def _gathered(self, node: Node, tail: list[Node]) -> Numbered:
        caption = caption_of(node)
        body = node["c"][1][:-1] if caption else node["c"][1]
        if not any("statement" in classes(inline) for inline in caption):
            caption = [{"t": "Span", "c": [attr("", ["statement"]), caption]}]
        caption = self.inlines([part for part in caption if part["t"] not in {"Space", "SoftBreak"}])
        sources = [part for part in tail if {"source", "keys"} & set(classes(part))]
        data = [part for part in tail if part not in sources]
        return Numbered(node, self.references.own[str(node["c"][0][0])], caption, body, sources, data)

    def _raw(self, node: Node) -> str | None:
        """Raw HTML that a placeholder stands for."""
        if node["t"] != "RawBlock" or node["c"][0] != "html":
            return None
        number = placed(node)
        return str(node["c"][1]) if number is None else self.raws[number]

    def _block(self, node: Node) -> list[Node]:
        match kind := node["t"]:
            case "RawBlock":
                raw = self._raw(node)
                return [] if raw is None else self._raw_html(node, raw)
            case "Div":
                return self._div(node)
            case "Header":
                return [self._header(node)]
            case "Table":
                return self._table(node)
            case "CodeBlock":
                return [self._code(node)]
            case "Figure":
                return self.blocks(node["c"][2])
            case "Para" | "Plain":
                rendered: Any = self.inlines(node["c"])
            case "BlockQuote":
                rendered = self.blocks(node["c"])
            case "BulletList":
                rendered = [self.blocks(item) for item in node["c"]]
            case "OrderedList":
                rendered = [node["c"][0], [self.blocks(item) for item in node["c"][1]]]
            case "DefinitionList":
                rendered = [[self.inlines(term), [self.blocks(d) for d in meanings]] for term, meanings in node["c"]]
            case "LineBlock":
                rendered = [self.inlines(line) for line in node["c"]]
            case _:
                return [node]
        return [{"t": kind, "c": rendered}]

    def _unparagraphed(self, blocks: list[Node]) -> list[Node]:
        """A picture alone in its paragraph needs no paragraph."""
        result = []
        for node in blocks:
            alone = node["t"] == "Para" and len(node["c"]) == 1 and node["c"][0]["t"] in {"Image", "RawInline"}
            result.append(plain(node["c"]) if alone else node)
        return result

    # Inlines

    def _inline(self, node: Node) -> Node | list[Node]:
        kind = node["t"]
        if kind in _STYLED:
            return {"t": kind, "c": self.inlines(node["c"])}
        match kind:
            case "Cite":
                return self.references.resolve(node, self.format)
            case "Quoted":
                single = node["c"][0]["t"] == "SingleQuote"
                return [string("‚" if single else "„"), *self.inlines(node["c"][1]), string("‘" if single else "“")]
            case "Note":
                return {"t": "Note", "c": self.blocks(node["c"])}
            case "RawInline":
                return self._raw_inline(*node["c"])
            case "Math":
                return self._math(node)
            case "Span":
                if is_conditional(node):
                    return self.inlines(node["c"][1]) if visible(node, self.format) else []
                return self._span(node)
            case "Link":
                return self._link(node)
            case "Image":
                return self._image(node)
        return node


def placed(node: Node) -> int | None:
    """Position of the raw HTML whose place a block keeps, None for a block that is no placeholder."""
    match = _PLACEHOLDER.fullmatch(node["c"][1].strip())
    return int(match[1]) if match else None


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


def is_local(address: str) -> bool:
    """Whether a link leads to a page of the report: it names no scheme."""
    return _FOREIGN.match(address) is None


def alternative(image: Node) -> str:
    """Alternative text of a picture, by whichever of the ways it was given."""
    return value(image, "fig-alt") or value(image, "alt") or text(image["c"][1])


def left_columns(columns: list[Any]) -> set[int]:
    """Columns of a Markdown table that hold words."""
    return {i for i, (align, _) in enumerate(columns) if align["t"] in {"AlignDefault", "AlignLeft"}}


def table_rows(node: Node) -> list[Any]:
    """Rows of a Markdown table below its head."""
    _, _, _, _, bodies, (_, foot_rows) = node["c"]
    return [*(row for body in bodies for row in (*body[2], *body[3])), *foot_rows]


def written_caption(node: Node) -> list[Node]:
    """Inlines of the caption that a Markdown table was given."""
    blocks: list[Node] = node["c"][1][1]
    return [inline for block in blocks for inline in block.get("c", [])]


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


def _belong_together(around: list[Node]) -> bool:
    """Whether no line may end between two words: "§ 16", "SGB II", "18 %"."""
    if len(around) != 3 or any(node["t"] != "Str" for node in (around[0], around[2])):
        return False
    before, after = around[0]["c"], around[2]["c"]
    return bool((_BEFORE.search(before) and _NUMERAL.match(after)) or (before[-1:].isdigit() and _UNIT.match(after)))
