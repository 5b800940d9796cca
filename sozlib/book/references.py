"""Cross-references: ``@fig-…``, ``@tbl-…`` and ``@sec-…`` as German words that lead there.

On a page "Abbildung 3.1" is a link; in print it also says the page, "Abbildung 3.1 auf Seite 7". References resolve
within their chapter first, then within the volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sozlib.book.numbering import Target
from sozlib.book.tree import Node, attr, raw_inline, string, text
from sozlib.book.typst import label, quoted
from sozlib.errors import Place, Problem

_PREFIXES = ("fig-", "tbl-", "sec-")


@dataclass(frozen=True)
class References:
    """What a chapter's references can point to.

    ``own`` are the chapter's targets, ``volume`` those that are unique among the volume's other chapters.
    """

    slug: str
    own: Mapping[str, Target]
    volume: Mapping[str, Target]

    def find(self, id: str) -> Target | None:
        """The target with that id."""
        return self.own.get(id) or self.volume.get(id)

    def address(self, target: Target) -> str:
        """Address of a target on the site, relative to this chapter's page."""
        page = "" if target.slug == self.slug else f"{target.slug}.html"
        return f"{page}#{target.id}"

    def problems(self, node: Node, place: Place) -> list[Problem]:
        """Targets of a ``Cite`` that do not exist."""
        missing = [c["citationId"] for c in node["c"][0] if is_reference(c) and self.find(c["citationId"]) is None]
        return [
            Problem(
                "unknown-reference",
                f"Der Verweis „@{id}“ hat kein Ziel.",
                "Prüfen Sie die Kennung der Abbildung, Tabelle oder Überschrift.",
                place,
            )
            for id in missing
        ]

    def resolve(self, node: Node, target_format: str) -> Node | list[Node]:
        """A ``Cite`` as inlines for ``html`` or ``typst``; one that is no cross-reference stays as written."""
        citations = node["c"][0]
        if not all(is_reference(citation) for citation in citations):
            return list(node["c"][1])
        parts: list[Node] = []
        for position, citation in enumerate(citations):
            target = self.find(citation["citationId"])
            if target is None:
                continue
            if position:
                parts += [string("," if position < len(citations) - 1 else " und"), {"t": "Space"}]
            words = self._words(citation, target)
            parts.append(self._html(target, words) if target_format == "html" else self._typst(target, words))
            if suffix := text(citation["citationSuffix"]):
                parts += [{"t": "Space"}, string(suffix)]
        return parts

    def _words(self, citation: Mapping[str, Any], target: Target) -> str:
        if citation["citationMode"]["t"] == "SuppressAuthor":
            return target.number
        if prefix := text(citation["citationPrefix"]):
            return f"{prefix}\u00a0{target.number}"
        return target.words.replace(" ", "\u00a0")

    def _html(self, target: Target, words: str) -> Node:
        return {"t": "Link", "c": [attr("", ["xref"]), [string(words)], [self.address(target), ""]]}

    def _typst(self, target: Target, words: str) -> Node:
        return raw_inline("typst", f"#place-of({quoted(words)}, {quoted(label(target.slug, target.id))});")


def is_reference(citation: Mapping[str, Any]) -> bool:
    """Whether a citation is a cross-reference by its prefix."""
    return str(citation["citationId"]).startswith(_PREFIXES)
