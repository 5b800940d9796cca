"""The HTML site of one edition: chapters set into pages, start page, overviews, downloads, search, legal pages.

Pages come from jinja2 templates of the theme with autoescaping, in a sandbox: a theme may come from elsewhere. Every
page forbids itself, by its Content Security Policy, to load anything from elsewhere or to run inline scripts. The same
inputs give the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from sozlib.batch.plan import Plan
from sozlib.book import overviews
from sozlib.book.chapterpage import chapter_page
from sozlib.book.document import ChapterDocument
from sozlib.book.downloads import shelved, write_downloads
from sozlib.book.frame import Frame, Page, Pdf
from sozlib.book.links import upwards
from sozlib.book.search import FALLBACK, write_index
from sozlib.book.shelf import Shelf
from sozlib.book.startmap import start_map
from sozlib.book.theme import FONTS, theme_file, theme_folders
from sozlib.chapter.readings import Series
from sozlib.errors import SozlibError
from sozlib.files import Digests, digest_of, stamps
from sozlib.project import Project
from sozlib.snapshot import Snapshot

_ASSETS = ("tokens.css", "style.css", "site.js", "search.js")


def build_site(
    project: Project,
    plan: Plan,
    snapshot: Snapshot,
    documents: Mapping[str, ChapterDocument],
    target: Path,
    pdfs: Mapping[str, Path],
    *,
    shelf: Shelf | None = None,
    program: str = "",
) -> None:
    """Write the site.

    Parameters
    ----------
    project
        The report project; its theme and report parameters are read.
    plan
        All volumes. A chapter without a document gets no page here: another assembler wrote it.
    snapshot
        The edition's snapshot, the only source of values.
    documents
        Chapter id (``<volume>/<slug>``) → its document.
    target
        Folder to be filled; pages already there are kept.
    pdfs
        Volume id → its PDF. Files outside ``target`` are copied to ``pdf/<volume>.pdf``.
    shelf
        Where downloads and search indexes of the last build lie, which are taken if they are still right.
    program
        Digest of the program, part of their keys.
    """
    target.mkdir(parents=True, exist_ok=True)
    _copy_assets(project, target)
    frame = Frame(project, plan, snapshot, _place_pdfs(pdfs, target), marks=bool(documents))
    if shelf is None:
        downloads = write_downloads(snapshot, target)
    else:
        downloads = shelved(snapshot, shelf, program)
        shutil.copytree(shelf.folder / "downloads", target, dirs_exist_ok=True)
    environment = SandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in theme_folders(project)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )

    def write(page: Page, template: str, context: Mapping[str, Any]) -> None:
        path = target / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        words = {"page": page, "root": upwards(page.path), **frame.context, **context}
        try:
            text = environment.get_template(template).render(words)
        except TemplateError as error:
            raise SozlibError(
                f"Die Seitenvorlage „{template}“ in reports/theme lässt sich nicht füllen: {error}"
            ) from error
        path.write_text(text, encoding="utf-8", newline="\n")

    for volume in plan.volumes:
        for chapter in volume.chapters:
            document = documents.get(chapter.id)
            if document is not None:
                _copy_files(document, target)
                write(*chapter_page(frame, volume, chapter, document))
    overall = [documents[c.id] for c in frame.links.overall if c.id in documents]
    write(*overviews.start(frame, overall, downloads, partial(_start_map, shelf=shelf, program=program)))
    write(*overviews.areas(frame))
    write(*overviews.topics(frame, documents))
    write(*overviews.indicators(frame, documents))
    write(*overviews.downloads(frame, downloads))
    write(*overviews.search(frame))
    write(*overviews.imprint(frame))
    write(*overviews.accessibility(frame))
    _index(target, shelf, program)


def _start_map(frame: Frame, series: Series, *, shelf: Shelf | None, program: str) -> dict[str, Any] | None:
    """Map of the start page, taken from the shelf where data, program and chapters that it leads to are the same."""
    if shelf is None:
        return start_map(frame, series)
    key = [frame.snapshot.digest, program, [chapter.id for chapter in frame.plan.chapters]]
    kept = shelf.take("startkarte", key)
    if kept is None:
        kept = {"map": start_map(frame, series)}
        shelf.clear("startkarte")
        shelf.put("startkarte", key, kept)
    drawn: dict[str, Any] | None = kept["map"]
    return drawn and drawn | {form: Markup(drawn[form]) for form in ("wide", "narrow")}


def _index(target: Path, shelf: Shelf | None, program: str) -> None:
    if shelf is None:
        write_index(target)
        return
    pages = Digests().below(target, sorted(name for name, _ in stamps(target) if name.endswith(".html")))
    key = digest_of([pages, program])
    if shelf.take("search", key) is None:
        before = shelf.take("searchable", program) or {}
        known = {name: before[name][1] for name, content in pages.items() if before.get(name, [""])[0] == content}
        entries = write_index(target, known)
        shelf.put("searchable", program, {name: [pages[name], found] for name, found in entries.items()})
        kept = shelf.clear("search")
        (kept / FALLBACK).parent.mkdir(parents=True)
        shutil.copyfile(target / FALLBACK, kept / FALLBACK)
        shutil.copytree(target / "pagefind", kept / "pagefind")
        shelf.put("search", key, "")
    else:
        shutil.copytree(shelf.folder / "search", target, dirs_exist_ok=True)


def _copy_assets(project: Project, target: Path) -> None:
    assets = target / "assets"
    (assets / "fonts").mkdir(parents=True, exist_ok=True)
    for name in _ASSETS:
        shutil.copyfile(theme_file(project, name), assets / name)
    for font in sorted([*FONTS.glob("*.woff2"), *FONTS.glob("OFL-*.md")]):
        shutil.copyfile(font, assets / "fonts" / font.name)


def _place_pdfs(pdfs: Mapping[str, Path], target: Path) -> dict[str, Pdf]:
    placed = {}
    for volume, source in pdfs.items():
        path = source
        if not source.resolve().is_relative_to(target.resolve()):
            path = target / "pdf" / f"{volume}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
        placed[volume] = Pdf.of(path.resolve(), target.resolve())
    return placed


def _copy_files(document: ChapterDocument, target: Path) -> None:
    for file in document.files:
        path = target / file.path
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.source, path)
