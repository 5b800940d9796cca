"""The PDF of a volume: Typst sets it as PDF/UA-1 and PDF/A-2a, a second pass names the row headers.

Typst's warnings are errors here: a missing font or glyph would print something else than the screen shows. The time
stamp is the cycle's date of publication, so the same inputs give the same bytes.

References
----------
ISO 14289-1 (PDF/UA-1), ISO 19005-2 (PDF/A-2a); Tagged PDF Best Practice Guide: Syntax, PDF Association 2019.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pikepdf
import typst
from pikepdf import Array, Dictionary, Name

from sozlib.book.document import VolumeDocument
from sozlib.book.theme import FONTS
from sozlib.book.typst import label, quoted
from sozlib.errors import SozlibError

STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]
#: Folder of the Typst sources within a volume's project.
SOURCES = ".embedded"
_IMPORT = '#import "/theme/report.typ": *\n'


def write_sources(document: VolumeDocument, folder: Path, data: Mapping[str, Any]) -> Path:
    """Typst sources of a volume.

    Parameters
    ----------
    document
        The volume's chapters.
    folder
        The volume's project; ``theme/`` with ``report.typ`` and ``tokens.css`` is already in it.
    data
        Front matter, see :func:`sozlib.book.imprint.volume_data`.

    Returns
    -------
    Path
        The main file.
    """
    sources = folder / SOURCES
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir(parents=True)
    _write(sources / "volume.json", json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True))
    main = [_IMPORT, '#show: report.with(json("volume.json"))']
    for chapter in document.chapters:
        slug = chapter.chapter.slug
        opening = chapter.lead_typst.strip()
        head = f"#chapter({chapter.number}, {quoted(chapter.title)}, {quoted(label(slug, ''))})[{opening}]["
        _write(sources / f"{slug}.typ", f"{_IMPORT}{head}\n{chapter.typst.strip()}\n]\n")
        main.append(f"#include {quoted(f'{slug}.typ')}")
    _write(sources / "main.typ", "\n".join(main) + "\n")
    return sources / "main.typ"


def set_pdf(main: Path, root: Path, target: Path, published: dt.date) -> None:
    """Set a volume's PDF.

    Parameters
    ----------
    main
        Main file of its sources.
    root
        Folder beyond which Typst reads nothing.
    target
        The PDF to write.
    published
        Date of publication, the file's time stamp.

    Raises
    ------
    SozlibError
        Typst refused the sources or warned.
    """
    compiler = typst.Compiler(
        str(main),
        root=str(root),
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(FONTS)]),
    )
    stamp = dt.datetime(published.year, published.month, published.day, tzinfo=dt.UTC)
    try:
        content, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=[*STANDARDS], timestamp=int(stamp.timestamp())
        )
    except typst.TypstError as error:
        hints = "\n".join(getattr(error, "hints", []))
        raise SozlibError(
            f"{target.name}: Der Satz ist gescheitert.\n{getattr(error, 'diagnostic', error)}\n{hints}"
        ) from None
    if warnings:
        found = "\n".join(str(getattr(w, "diagnostic", "") or w.message) for w in warnings)
        raise SozlibError(f"{target.name}: Der Satz meldet Warnungen.\n{found}")
    target.parent.mkdir(parents=True, exist_ok=True)
    raw = target.with_suffix(".raw.pdf")
    raw.write_bytes(content if isinstance(content, bytes) else b"")
    with pikepdf.open(raw) as pdf:
        name_row_headers(pdf)
        pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    raw.unlink()


def name_row_headers(pdf: pikepdf.Pdf) -> int:
    """Make the first cell of every body row a row header (TH, Scope Row); returns how many there were.

    Every table of the report names in its first column what its row is about, but Typst's compiler for Python cannot
    say so. Empty corner cells stay data.
    """
    changed = 0
    for element in structure_elements(pdf):
        if element.get("/S") != Name.TR:
            continue
        cells = _kids(element)
        if not cells or any(cell.get("/S") == Name.TH for cell in cells):
            continue
        first = cells[0]
        if first.get("/S") == Name.TD:
            first["/S"] = Name.TH
            first["/A"] = _with_scope(first.get("/A"))
            changed += 1
    return changed


def structure_elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Elements of the structure tree in reading order."""
    root = pdf.Root.get("/StructTreeRoot")
    stack = list(reversed(_kids(root))) if root is not None else []
    while stack:
        element = stack.pop()
        yield element
        stack.extend(reversed(_kids(element)))


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K")
    if kids is None:
        return []
    parts = list(kids) if isinstance(kids, Array) else [kids]
    return [part for part in parts if isinstance(part, Dictionary) and "/S" in part]


def _with_scope(attributes: Any) -> Any:
    scope = Dictionary(O=Name.Table, Scope=Name.Row)
    if attributes is None:
        return scope
    parts = list(attributes) if isinstance(attributes, Array) else [attributes]
    for part in parts:
        if isinstance(part, Dictionary) and part.get("/O") == Name.Table:
            part["/Scope"] = Name.Row
            return attributes
    return Array([*parts, scope])


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
