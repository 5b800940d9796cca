"""A chapter between notebook and reader: what both assemblers' inputs have in common and what the site shows.

The embedded assembler turns every executed notebook into one :class:`ChapterDocument`. The site's pages, the search
index, the lists of figures and the PDF are all made from it, so numbers, titles and ids are the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sozlib.batch.plan import PlannedChapter, Volume
from sozlib.errors import Problem


@dataclass(frozen=True)
class Heading:
    """A heading of a chapter's body.

    Parameters
    ----------
    id
        Anchor on the chapter's page.
    level
        2 for a section of the chapter, 3 for one below it; the chapter's title (1) is not among them.
    number
        ``"3.1"``; empty where the heading carries no number.
    text
        Plain text.
    html
        The text with its markup, safe to put on a page.
    """

    id: str
    level: int
    number: str
    text: str
    html: str = ""


@dataclass(frozen=True)
class Numbered:
    """A figure or table with its number.

    ``number`` is ``"3.1"``, ``caption`` the statement as plain text, ``what`` the second line (measure, unit, time).
    """

    id: str
    number: str
    caption: str
    what: str = ""


@dataclass(frozen=True)
class BookFile:
    """A file that belongs to a chapter: ``path`` is where the site wants it, ``source`` where it lies now."""

    path: str
    source: Path


@dataclass(frozen=True)
class ChapterDocument:
    """One chapter, ready to be set into a page and into its volume's PDF.

    Parameters
    ----------
    chapter
        What the plan says about it.
    number
        Position in its volume, 1 for the first chapter.
    title
        Title without number.
    kicker
        Short line above the title, plain text, such as ``Raum 7``; may be empty.
    lead_html
        The lead's inline content, without a paragraph around it; may be empty.
    locator_html
        Small map beside the title (inline SVG); may be empty.
    body_html
        The chapter below its title: safe HTML, headings from ``h2``, figures and tables numbered, ids unique.
    headings, figures, tables
        In reading order.
    typst
        The chapter's body in Typst's language; it calls the functions of ``reports/theme/report.typ``.
    lead_typst
        The lead in Typst's language.
    plain_text
        All words of the chapter for the search index, without figures' drawings and data tables.
    files
        Pictures that the HTML or the PDF refers to, and the drawings of figures for download.
    problems
        Warnings found on the way; errors are raised instead.
    """

    chapter: PlannedChapter
    number: int
    title: str
    kicker: str
    lead_html: str
    locator_html: str
    body_html: str
    headings: tuple[Heading, ...] = ()
    figures: tuple[Numbered, ...] = ()
    tables: tuple[Numbered, ...] = ()
    typst: str = ""
    lead_typst: str = ""
    plain_text: str = ""
    files: tuple[BookFile, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def contents(self) -> tuple[Heading, ...]:
        """Headings for the list of contents beside the chapter (level 2)."""
        return tuple(h for h in self.headings if h.level == 2)


@dataclass(frozen=True)
class VolumeDocument:
    """One volume with its chapters' documents; ``pdf`` is its PDF in the site folder."""

    volume: Volume
    chapters: tuple[ChapterDocument, ...]
    pdf: Path | None = None


@dataclass(frozen=True)
class BookSite:
    """All that the site's pages are made from.

    Parameters
    ----------
    folder
        The site folder to be filled; ``pdf/`` and the chapters' files are already in it.
    volumes
        Volume id → its document, in the plan's order.
    assembler
        ``embedded`` or ``quarto``, for the manifest.
    problems
        Warnings found in chapters.
    """

    folder: Path
    volumes: Mapping[str, VolumeDocument]
    assembler: str = "embedded"
    problems: tuple[Problem, ...] = ()
