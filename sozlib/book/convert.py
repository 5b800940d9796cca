"""The embedded assembler's middle: a volume's prepared notebooks become its chapters' documents.

Notebook → Markdown (:mod:`~sozlib.book.exporter`) → pandoc's tree → numbers and lint (:mod:`~sozlib.book.numbering`) →
one tree a format (:mod:`~sozlib.book.blocks`) → HTML and Typst by pandoc → safe HTML. Two pandoc processes serve a
whole volume.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat

from sozlib.batch.plan import PlannedChapter, Volume
from sozlib.book.blocks import first_with_class, plain_text
from sozlib.book.document import BookFile, ChapterDocument, VolumeDocument
from sozlib.book.exporter import to_markdown
from sozlib.book.html_blocks import HtmlRenderer
from sozlib.book.numbering import Structure, Target, read_structure, with_cells
from sozlib.book.pandoc import MARKDOWN, Conversion, convert
from sozlib.book.references import References
from sozlib.book.sanitise import clean_block, clean_body
from sozlib.book.tables import normalise
from sozlib.book.tree import Node, classes, rewrite, text
from sozlib.book.typst_blocks import TypstRenderer
from sozlib.errors import Place, Problem

_RAW_FENCE = re.compile(r"^(?P<ticks>`{3,})\{=html\}[ \t]*\n(?P<html>.*?)\n(?P=ticks)[ \t]*$", re.DOTALL | re.MULTILINE)
_RAW_SLOT = re.compile(r"<div(?P<attributes>[^>]*\bdata-(?P<use>raw|caption)=\"(?P<number>\d+)\"[^>]*)>")
_read: Any = nbformat.read  # nbformat is not annotated
_LOCATOR = re.compile(r'^\s*<div class="locator">(.*)</div>\s*$', re.DOTALL)
_CAPTION = re.compile(r"(<table[^>]*>)(?:<caption>.*?</caption>)?", re.DOTALL)
#: The style sheet lays out the list itself, not a block around it.
_DEFINITIONS = re.compile(r'<div class="(facts|signs)">\s*<dl>(.*?)</dl>\s*</div>', re.DOTALL)
_NAME = re.compile(r'data-name="([^"]*)"')
_COMMA = re.compile(r"<mn>(\d+)</mn><mo(?: [^>]*)?>,</mo><mn>(\d+)</mn>")
_TYPST_COMMA = re.compile(r"(?<=\d) \\, (?=\d)")
_HEADING = re.compile(r'<h[2-6] id="([^"]*)"[^>]*>(.*?)</h[2-6]>', re.DOTALL)


@dataclass
class _Draft:
    """A chapter between the two calls of pandoc."""

    chapter: PlannedChapter
    number: int
    notebook: str
    raws: list[str]
    files: list[BookFile]
    problems: list[Problem]
    structure: Structure | None = None
    kicker: str = ""
    lead: tuple[Node, ...] = ()
    locator: str = ""


def convert_volume(volume: Volume, folder: Path, *, shown: str | None = None) -> tuple[VolumeDocument, list[Problem]]:
    """Documents of all chapters of a volume.

    Parameters
    ----------
    volume
        The volume.
    folder
        Its prepared Quarto project: ``<slug>.ipynb`` and the chapters' pictures; pictures that notebooks carry in
        their outputs are added.
    shown
        How messages name the folder of the notebooks; by default ``<volume>``.

    Returns
    -------
    tuple
        The volume's document and all problems; with an error among them the document must not be published.
    """
    drafts, trees = [], []
    for number, chapter in enumerate(volume.chapters, start=1):
        draft, markdown = _draft(chapter, number, folder, shown or volume.id)
        drafts.append(draft)
        trees.append(Conversion(MARKDOWN, markdown, ("json",)))
    converted = [json.loads(result["json"]) for result in convert(trees)]
    for draft, tree in zip(drafts, converted, strict=True):
        blocks = _take_header(draft, tree["blocks"])
        draft.structure = read_structure(blocks, draft.number, draft.chapter.slug, draft.notebook)
        draft.problems += draft.structure.problems
    documents = _render(drafts, converted[0]["pandoc-api-version"] if converted else [])
    problems = [problem for draft in drafts for problem in draft.problems]
    return VolumeDocument(volume, tuple(documents)), problems


def _draft(chapter: PlannedChapter, number: int, folder: Path, shown: str) -> tuple[_Draft, str]:
    """Read a notebook, save its pictures, take raw HTML out."""
    name = f"{shown}/{chapter.slug}.ipynb"
    notebook = _read(folder / f"{chapter.slug}.ipynb", as_version=4)
    images = f"{chapter.slug}-abb"
    markdown, pictures, problems = to_markdown(notebook, name, images)
    for path, content in pictures.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    raws: list[str] = []

    def cut(match: re.Match[str]) -> str:
        raws.append(match["html"])
        return f"```{{=html}}\n@@raw {len(raws) - 1}@@\n```"

    markdown = _RAW_FENCE.sub(cut, markdown)
    files = [
        BookFile(f"{chapter.volume}/{images}/{file.name}", file)
        for file in (sorted((folder / images).iterdir()) if (folder / images).is_dir() else [])
    ]
    return _Draft(chapter, number, name, raws, files, problems), markdown


def _take_header(draft: _Draft, blocks: list[Node]) -> list[Node]:
    """Kicker, lead and locator map move from the chapter's body to its title."""
    header = first_with_class(blocks, "chapter-header")
    if header is None:
        return blocks
    if (kicker := first_with_class([header], "kicker")) is not None:
        draft.kicker = text(kicker["c"][1])
    if (lead := first_with_class([header], "lead")) is not None:
        draft.lead = tuple(lead["c"][1])
    for node, _ in with_cells([header], draft.notebook):
        if node["t"] == "RawBlock" and (match := re.fullmatch(r"@@raw (\d+)@@", node["c"][1].strip())):
            inner = re.sub(
                r'^\s*<div class="locator">(.*)</div>\s*$', r"\1", draft.raws[int(match[1])], flags=re.DOTALL
            )
            draft.locator = clean_block(inner)

    def drop(node: Node) -> Any:
        return [] if "chapter-header" in classes(node) else node

    rest: list[Node] = rewrite(blocks, drop)
    return rest


def _render(drafts: Sequence[_Draft], version: list[int]) -> list[ChapterDocument]:
    everywhere = Counter(id for draft in drafts if draft.structure for id in draft.structure.targets)
    shared: dict[str, Target] = {
        id: target
        for draft in drafts
        if draft.structure
        for id, target in draft.structure.targets.items()
        if everywhere[id] == 1
    }
    slugs = [draft.chapter.slug for draft in drafts]
    jobs: list[Conversion] = []
    for draft in drafts:
        assert draft.structure is not None
        references = References(draft.chapter.slug, draft.structure.targets, shared)
        for node, place in with_cells([*draft.lead, *draft.structure.blocks], draft.notebook):
            if node["t"] == "Cite":
                draft.problems += references.problems(node, place)
            if node["t"] == "RawBlock" and node["c"][0] == "html":
                _lint_raw(node, draft, place)
        for kind, writer in ((HtmlRenderer, "html5"), (TypstRenderer, "typst")):
            renderer = kind(references, draft.raws, draft.chapter.slug, slugs)
            for blocks in (renderer.blocks(draft.structure.blocks), renderer.blocks(list(draft.lead))):
                tree = {"pandoc-api-version": version, "meta": {}, "blocks": blocks}
                jobs.append(Conversion("json", json.dumps(tree, ensure_ascii=False), (writer,)))
    results = convert(jobs)
    documents = []
    for i, draft in enumerate(drafts):
        html_body, html_lead, typst_body, typst_lead = (next(iter(r.values())) for r in results[4 * i : 4 * i + 4])
        documents.append(_document(draft, html_body, html_lead, typst_body, typst_lead))
    return documents


def _lint_raw(node: Node, draft: _Draft, place: Place) -> None:
    """HTML written in a Markdown cell shows on the page only; in print it is missing, and that is said."""
    match = re.fullmatch(r"@@raw (\d+)@@", node["c"][1].strip())
    raw = draft.raws[int(match[1])] if match else node["c"][1]
    if match is None and "<table" not in raw and not raw.lstrip().startswith("<!--"):
        draft.problems.append(
            Problem("html-block", "HTML in Markdown erscheint nur im Web, nicht im PDF.", "", place, "warning")
        )


def _document(draft: _Draft, html_body: str, html_lead: str, typst_body: str, typst_lead: str) -> ChapterDocument:
    structure = draft.structure
    assert structure is not None
    body = _COMMA.sub(r"<mn>\1,\2</mn>", clean_body(html_body))
    body = _fill(_DEFINITIONS.sub(r'<dl class="\1">\2</dl>', body), draft.raws)
    lead = re.sub(r"^<p>(.*)</p>$", r"\1", clean_body(html_lead).strip(), flags=re.DOTALL)
    inner = dict(_HEADING.findall(body))
    headings = tuple(
        replace(h, html=re.sub(rf"^{re.escape(h.number)} ", "", inner.get(h.id, "").strip()))
        for h in structure.headings
    )
    lead_text = text(list(draft.lead))
    return ChapterDocument(
        chapter=draft.chapter,
        number=draft.number,
        title=draft.chapter.title,
        kicker=draft.kicker,
        lead_html=lead,
        locator_html=draft.locator,
        body_html=body,
        headings=headings,
        figures=tuple(structure.figures),
        tables=tuple(structure.tables),
        typst=_TYPST_COMMA.sub('","', typst_body),
        lead_typst=typst_lead,
        plain_text=" ".join(part for part in (lead_text, plain_text(structure.blocks)) if part),
        files=tuple(draft.files),
        problems=tuple(draft.problems),
    )


def _fill(body: str, raws: Sequence[str]) -> str:
    """Set cleaned raw HTML into its places."""
    parts: list[str] = []
    position = 0
    while match := _RAW_SLOT.search(body, position):
        parts.append(body[position : match.start()])
        end = body.index("</div>", match.end())
        inner, position = body[match.end() : end], end + len("</div>")
        number = int(match["number"])
        name = found[1] if (found := _NAME.search(match["attributes"])) else ""
        if number < len(raws):
            parts.append(_piece(raws[number], name, inner if match["use"] == "caption" else None))
    return "".join([*parts, body[position:]])


def _piece(raw: str, name: str, caption: str | None) -> str:
    html = clean_block(normalise(raw))
    if caption is not None:
        html = _CAPTION.sub(lambda match: f"{match[1]}<caption>{caption}</caption>", html, count=1)
    if name:
        html = html.replace("<summary>Zahlen zur Abbildung</summary>", f"<summary>Zahlen zur {name}</summary>", 1)
        html = html.replace('aria-label="Zahlen zur Abbildung, ', f'aria-label="Zahlen zur {name}, ', 1)
        html = html.replace('aria-label="Tabelle, ', f'aria-label="{name}, ', 1)
    return html
