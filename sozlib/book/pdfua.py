"""What PDF/UA asks of a volume beyond what the typesetter already enforces, so that everyone can read it.

References
----------
ISO 14289-1 (PDF/UA-1), ISO 19005-2 (PDF/A-2a).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name

from sozlib.book.pdf import structure_elements

#: An alternative text longer than this is no longer heard to its end.
_LONGEST_ALT = 1200


def pdf_findings(path: Path, *notices: str) -> list[str]:
    """What is wrong with a PDF: language, title, bookmarks, structure, alternative texts, table headers.

    Parameters
    ----------
    path
        The PDF.
    notices
        Words that must be in its description: for whom it is, that its data are invented.

    Returns
    -------
    list
        German sentences.
    """
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PdfError as error:
        return [f"Das PDF lässt sich nicht öffnen ({error})."]
    with pdf:
        return list(_findings(pdf, notices))


def _findings(pdf: pikepdf.Pdf, notices: Sequence[str]) -> Iterator[str]:
    root: Any = pdf.Root
    if not str(root.get("/Lang", "")).startswith("de"):
        yield "Die Sprache ist nicht Deutsch."
    with pdf.open_metadata() as metadata:
        if not metadata.get("dc:title"):
            yield "Der Titel fehlt in den Metadaten."
        described = str(metadata.get("dc:description", ""))
        for notice in notices:
            if notice not in described:
                yield f"Der Hinweis „{notice}“ fehlt in den Metadaten."
        if str(metadata.get("pdfuaid:part", "")) != "1":
            yield "Die Kennung als PDF/UA-1 fehlt."
        if (str(metadata.get("pdfaid:part", "")), str(metadata.get("pdfaid:conformance", ""))) != ("2", "A"):
            yield "Die Kennung als PDF/A-2a fehlt."
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "Das PDF ist nicht als ausgezeichnet gekennzeichnet."
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "Betrachter zeigen den Dateinamen statt des Titels."
    outlines = root.get("/Outlines")
    if outlines is None or "/First" not in outlines:
        yield "Lesezeichen fehlen."
    if "/StructTreeRoot" not in root:
        yield "Der Strukturbaum fehlt."
        return
    yield from _structure_findings(pdf)


def _structure_findings(pdf: pikepdf.Pdf) -> Iterator[str]:
    headings: list[int] = []
    for element in structure_elements(pdf):
        kind = element.get("/S")
        if kind == Name.Figure:
            alt = str(element.get("/Alt", ""))
            if not alt.strip():
                yield "Eine Abbildung hat keinen Alternativtext."
            elif len(alt) > _LONGEST_ALT:
                yield f"Ein Alternativtext hat {len(alt)} Zeichen: „{alt[:60]} …“."
        elif kind == Name.Formula and not str(element.get("/Alt", "")).strip():
            yield "Eine Formel hat keinen Alternativtext."
        elif kind == Name.Table:
            yield from _table_findings(element)
        elif re.fullmatch(r"/H[1-6]", str(kind)):
            headings.append(int(str(kind)[2:]))
    if headings and headings[0] != 1:
        yield "Die erste Überschrift ist nicht von der Ebene 1."
    for before, here in pairwise(headings):
        if here > before + 1:
            yield f"Überschriften springen von Ebene {before} auf {here}."


def _table_findings(table: Any) -> Iterator[str]:
    rows = [row for row in _descendants(table) if row.get("/S") == Name.TR]
    headers = [cell for row in rows for cell in _descendants(row) if cell.get("/S") == Name.TH]
    if not headers:
        yield "Eine Tabelle hat keine Kopfzellen."
    if any(_scope(cell) is None for cell in headers):
        yield "Einer Kopfzelle fehlt die Angabe, ob sie für Zeile oder Spalte gilt."


def _scope(cell: Any) -> str | None:
    attributes = cell.get("/A")
    if attributes is None:
        return None
    parts = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
    return next((str(part["/Scope"]) for part in parts if "/Scope" in part), None)


def _descendants(element: Any) -> Iterator[Any]:
    kids = element.get("/K")
    parts = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    for part in parts:
        if isinstance(part, pikepdf.Dictionary) and "/S" in part:
            yield part
            yield from _descendants(part)
