"""Numbers and anchors of a chapter: sections, figures, tables, by Quarto's notation.

``{#fig-…}`` and ``{#tbl-…}`` number figures and tables as "Abbildung 3.1" and "Tabelle 3.1", sections of the second
level as "3.1"; ``{.unnumbered}`` leaves a heading without number. On the way the chapter is linted: everything that
would make the page or the PDF inaccessible is an error that names notebook and cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sozlib.book.document import Heading, Numbered
from sozlib.book.sanitise import url_problem
from sozlib.book.tree import WORDS, Node, attr, children, classes, node_attr, plain, rewrite, text, value
from sozlib.errors import Place, Problem

CELL = "sozlib-cell"
KINDS = {"fig": "Abbildung", "tbl": "Tabelle", "sec": "Abschnitt"}

_RAW_FORMATS = {"html", CELL}


@dataclass(frozen=True)
class Target:
    """What a cross-reference may point to: ``kind`` is fig, tbl or sec."""

    kind: str
    id: str
    number: str
    slug: str

    @property
    def words(self) -> str:
        """``Abbildung 3.1``; a heading without number is "Abschnitt" alone."""
        return f"{KINDS[self.kind]} {self.number}".strip()


@dataclass
class Structure:
    """A chapter's tree with all that was counted in it.

    ``blocks`` is the normalised tree: every numbered figure and table is a ``Div`` whose last block is its caption.
    """

    blocks: list[Node]
    targets: dict[str, Target] = field(default_factory=dict)
    headings: list[Heading] = field(default_factory=list)
    figures: list[Numbered] = field(default_factory=list)
    tables: list[Numbered] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def with_cells(blocks: list[Node], notebook: str) -> Iterator[tuple[Node, Place]]:
    """All nodes but words in reading order, each with the cell it stems from."""
    place = Place(notebook)
    stack: list[object] = [blocks]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack.extend(reversed(part))
        elif isinstance(part, dict):
            if part.get("t") == "RawBlock" and part["c"][0] == CELL:
                place = Place(notebook, cell=int(part["c"][1].strip() or 0) or None)
                continue
            if part.get("t") in WORDS:
                continue
            if "t" in part:
                yield part, place
            stack.extend(reversed(children(part) if "t" in part else list(part.values())))


def read_structure(blocks: list[Node], number: int, slug: str, notebook: str) -> Structure:
    """Number, anchor and lint a chapter.

    Parameters
    ----------
    blocks
        pandoc's tree of the chapter.
    number
        The chapter's number in its volume.
    slug
        The chapter's slug.
    notebook
        Its path for messages.
    """
    structure = Structure(normalise(blocks))
    seen: dict[str, Place] = {}
    level, sections = 1, 0
    for node, place in with_cells(structure.blocks, notebook):
        kind, problems = node["t"], structure.problems
        _lint(node, place, problems)
        found = node_attr(node)
        id = str(found[0]) if found else ""
        if id:
            if id in seen:
                problems.append(
                    Problem(
                        "duplicate-id",
                        f"Die Kennung „{id}“ gibt es im Kapitel zweimal (auch in Zelle {seen[id].cell}).",
                        "Geben Sie jeder Abbildung, Tabelle und Überschrift eine eigene Kennung.",
                        place,
                    )
                )
            seen[id] = place
        if kind == "Header":
            here = int(node["c"][0])
            _lint_heading(node, here, level, place, problems)
            level = here
            numbered = here == 2 and "unnumbered" not in classes(node)
            sections += numbered
            label = f"{number}.{sections}" if numbered else ""
            structure.headings.append(Heading(id, here, label, text(node["c"][2])))
            structure.targets[id] = Target("sec", id, label, slug)
        elif kind == "Div" and is_numbered(node):
            caption = caption_of(node)
            figure = id.startswith("fig-")
            listed = structure.figures if figure else structure.tables
            label = f"{number}.{len(listed) + 1}"
            statement, what = caption_words(caption)
            listed.append(Numbered(id, label, statement, what))
            structure.targets[id] = Target(id[:3], id, label, slug)
            if not statement:
                problems.append(
                    Problem(
                        "no-caption",
                        f"„{id}“ hat keine Unterschrift.",
                        "Der letzte Absatz im Block ist die Unterschrift.",
                        place,
                    )
                )
    return structure


def is_numbered(node: Node) -> bool:
    """Whether a Div is a numbered figure or table."""
    return node["t"] == "Div" and str(node["c"][0][0]).startswith(("fig-", "tbl-"))


def caption_of(node: Node) -> list[Node]:
    """Inlines of the caption: the last paragraph of a numbered Div."""
    body = node["c"][1]
    if body and body[-1]["t"] in {"Para", "Plain"}:
        return list(body[-1]["c"])
    return []


def caption_words(inlines: list[Node]) -> tuple[str, str]:
    """Statement and second line of a caption as plain text."""
    statement = " ".join(text(node) for node in inlines if "statement" in classes(node))
    what = " ".join(text(node) for node in inlines if "what" in classes(node))
    return (statement, what) if statement else (text([n for n in inlines if "what" not in classes(n)]), what)


def normalise(blocks: list[Node]) -> list[Node]:
    """Figures and tables written in pandoc's ways, all as Divs with their caption as last paragraph."""

    def change(node: Node) -> Node:
        if node["t"] == "Figure" and str(node["c"][0][0]).startswith("fig-"):
            identity, caption, content = node["c"]
            inlines = [inline for block in caption[1] for inline in block["c"]]
            return {"t": "Div", "c": [attr(identity[0], ["figure", *identity[1]]), [*content, plain(inlines)]]}
        if node["t"] == "Figure":
            _, caption, content = node["c"]
            inlines = [inline for block in caption[1] for inline in block["c"]]
            return {"t": "Div", "c": [attr("", ["figure-plain"]), [*content, *([plain(inlines)] if inlines else [])]]}
        if node["t"] == "Table" and str(node["c"][0][0]).startswith("tbl-"):
            identity, caption, *rest = node["c"]
            inlines = [inline for block in caption[1] for inline in block["c"]]
            table = {"t": "Table", "c": [attr(), [None, []], *rest]}
            return {"t": "Div", "c": [attr(identity[0], ["table-block"]), [table, plain(inlines)]]}
        return node

    result: list[Node] = rewrite(blocks, change)
    return result


def _lint_heading(node: Node, here: int, before: int, place: Place, problems: list[Problem]) -> None:
    words = text(node["c"][2])
    if here == 1:
        problems.append(
            Problem(
                "heading-level",
                f"Die Überschrift „{words}“ hat die Ebene 1.",
                "Der Titel des Kapitels kommt aus parameters/report.yml; beginnen Sie mit „##“.",
                place,
            )
        )
    elif here > before + 1:
        problems.append(
            Problem(
                "heading-level",
                f"Die Überschrift „{words}“ überspringt eine Ebene (von {before} auf {here}).",
                f"Verwenden Sie „{'#' * (before + 1)}“.",
                place,
            )
        )
    if not words:
        problems.append(Problem("heading-empty", "Eine Überschrift ist leer.", "Entfernen Sie sie.", place))


def _lint(node: Node, place: Place, problems: list[Problem]) -> None:
    kind = node["t"]
    if kind == "Image":
        _, alt, (target, _) = node["c"]
        if reason := url_problem(target, image=True):
            problems.append(
                Problem("image-place", f"Das Bild „{target}“ {reason}.", "Legen Sie es neben das Notebook.", place)
            )
        if not (value(node, "fig-alt") or value(node, "alt") or text(alt)):
            problems.append(
                Problem(
                    "no-alt",
                    f"Dem Bild „{target}“ fehlt der Alternativtext.",
                    'Ergänzen Sie „#| fig-alt: …“ oder {fig-alt="…"}: was zeigt das Bild, was ist der Befund?',
                    place,
                )
            )
    elif kind == "Link":
        if reason := url_problem(node["c"][2][0]):
            problems.append(Problem("link", f"Der Verweis „{node['c'][2][0]}“ {reason}.", "", place))
    elif kind in {"RawBlock", "RawInline"}:
        format = re.split(r"[-_]", node["c"][0])[0] if node["c"][0] != CELL else CELL
        if format == "typst":
            problems.append(
                Problem(
                    "raw-typst",
                    "Rohes Typst ({=typst}) ist nicht erlaubt.",
                    "Es könnte Dateien lesen. Verwenden Sie Markdown oder einen Baustein von „chapter“.",
                    place,
                )
            )
        elif format not in _RAW_FORMATS:
            problems.append(Problem("raw-format", f"Rohes {node['c'][0]} wird nicht gesetzt.", "", place, "warning"))
    elif kind in {"Div", "Span"} and {"content-visible", "content-hidden"} & set(classes(node)):
        keys = {key for key, _ in node["c"][0][2]}
        if not keys & {"when-format", "unless-format"} or keys - {"when-format", "unless-format"}:
            problems.append(
                Problem(
                    "content-visible",
                    "content-visible/-hidden versteht hier nur when-format und unless-format.",
                    "",
                    place,
                )
            )
