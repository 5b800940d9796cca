"""Small vocabulary for pandoc's document tree (JSON): building nodes, walking over them, reading their text.

The tree is plain data, ``{"t": type, "c": content}``; these functions name what the other modules do with it.

References
----------
https://hackage.haskell.org/package/pandoc-types
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Node = dict[str, Any]
Attr = list[Any]


def attr(id: str = "", classes: Iterable[str] = (), **values: str) -> Attr:
    """Identifier, classes and key-value pairs of a node."""
    return [id, list(classes), [[key.replace("_", "-"), value] for key, value in values.items()]]


def raw_block(format: str, text: str) -> Node:
    """Text that only the writer of ``format`` passes on, as a block."""
    return {"t": "RawBlock", "c": [format, text]}


def raw_inline(format: str, text: str) -> Node:
    """Text that only the writer of ``format`` passes on, within a paragraph."""
    return {"t": "RawInline", "c": [format, text]}


def plain(inlines: Iterable[Node]) -> Node:
    """Inlines without a paragraph around them."""
    return {"t": "Plain", "c": list(inlines)}


def string(text: str) -> Node:
    """A word."""
    return {"t": "Str", "c": text}


def node_attr(node: Node) -> Attr | None:
    """Attributes of a node that has some."""
    kind = node["t"]
    if kind in {"Div", "Span", "Link", "Image", "Code", "CodeBlock", "Table", "Figure"}:
        found: Attr = node["c"][0]
        return found
    if kind == "Header":
        found = node["c"][1]
        return found
    return None


def classes(node: Node) -> list[str]:
    """Classes of a node, empty where it can have none."""
    found = node_attr(node)
    return list(found[1]) if found else []


def value(node: Node, key: str) -> str:
    """Value of a node's attribute, empty where it is absent."""
    found = node_attr(node)
    return next((str(v) for k, v in found[2] if k == key), "") if found else ""


def children(node: Node) -> list[Any]:
    """Content that may hold further nodes."""
    content = node.get("c")
    return content if isinstance(content, list) else []


#: Most of a tree's nodes: words and what stands between them.
WORDS = frozenset({"Str", "Space", "SoftBreak", "LineBreak"})


def walk(content: Any) -> Iterator[Node]:
    """All nodes in reading order, parents before children."""
    if isinstance(content, dict):
        if "t" in content:
            yield content
        for part in content.values():
            yield from walk(part)
    elif isinstance(content, list):
        for part in content:
            yield from walk(part)


def rewrite(content: Any, change: Callable[[Node], Any]) -> Any:
    """A copy in which ``change`` decides on each node but :data:`WORDS`, innermost first.

    ``change`` returns a node, a list of nodes that take its place, or the node itself.
    """
    if isinstance(content, list):
        result = []
        for part in content:
            new = rewrite(part, change)
            if isinstance(part, dict) and "t" in part and isinstance(new, list):
                result += new
            else:
                result.append(new)
        return result
    if isinstance(content, dict):
        if content.get("t") in WORDS:
            return content
        copied = {
            key: rewrite(part, change) if isinstance(part, dict | list) else part for key, part in content.items()
        }
        return change(copied) if "t" in copied else copied
    return content


def text(content: Any) -> str:
    """Plain words of a piece of the tree; formulas as written, notes and raw parts left out."""
    parts: list[str] = []
    _collect(content, parts)
    return " ".join("".join(parts).split(" ")).strip()


def _collect(content: Any, parts: list[str]) -> None:
    if isinstance(content, list):
        for part in content:
            _collect(part, parts)
        return
    if not isinstance(content, dict):
        return
    kind = content.get("t")
    if kind == "Str":
        parts.append(content["c"])
    elif kind in WORDS:
        parts.append(" ")
    elif kind in {"Code", "CodeBlock", "Math"}:
        parts.append(content["c"][1])
    elif kind == "Quoted":
        single = content["c"][0]["t"] == "SingleQuote"
        parts.append("‚" if single else "„")
        _collect(content["c"][1], parts)
        parts.append("‘" if single else "“")
    elif kind in {"RawBlock", "RawInline", "Note"}:
        return
    elif "c" in content:
        _collect(content["c"], parts)
        if kind in {"Para", "Plain", "Header", "CodeBlock"}:
            parts.append(" ")
