"""What a finished site must keep: pages that lead somewhere, PDFs that everyone can read, no request that leaves it.

``sozlib build`` runs these checks before a report is released and ``sozlib verify`` at any time. They look at the
files alone, so they also find what someone changed afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pikepdf
from pikepdf import Name

from sozlib.batch.plan import Plan
from sozlib.book.pdf import structure_elements
from sozlib.errors import Place, Problem
from sozlib.project import Project
from sozlib.snapshot import Snapshot

#: An alternative text longer than this is no longer heard to its end.
_LONGEST_ALT = 1200
_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


def check_site(site: Path, project: Project, plan: Plan, snapshot: Snapshot | None = None) -> list[Problem]:
    """Check a site folder.

    Parameters
    ----------
    site
        The folder of the site.
    project
        The report project, for the words every page must carry.
    plan
        What the site must contain.
    snapshot
        The edition's data, for the search for what it hides; without it the gate looks for traces of the machine.

    Returns
    -------
    list
        Everything that is wrong, pages first.
    """
    problems = [*check_pages(site), *check_presence(site, plan)]
    invented = project.report.invented
    for path in sorted((site / "pdf").glob("*.pdf")):
        problems += check_pdf(path, invented)
    return problems + check_gate(site, project, snapshot)


def check_gate(site: Path, project: Project, snapshot: Snapshot | None) -> list[Problem]:
    """Nothing in any file that the edition hides or that tells about the machine; see :mod:`sozlib.gate.gate`."""
    from sozlib.disclosure.hidden import is_written, read_hidden, record_of
    from sozlib.gate.gate import examine_report
    from sozlib.gate.machine import Machine

    record = record_of(snapshot.path) if snapshot is not None else None
    hidden = read_hidden(record) if record is not None and is_written(record) else None
    return examine_report(site, snapshot, hidden, Machine.here(project.root))


def check_presence(site: Path, plan: Plan) -> list[Problem]:
    """Every planned chapter has its page, every volume its PDF."""
    wanted = ["index.html"]
    for volume in plan.volumes:
        wanted.append(f"pdf/{volume.id}.pdf")
        wanted += [f"{chapter.id}.html" for chapter in volume.chapters]
    return [
        Problem("missing-page", "Die Datei fehlt im Bericht.", "Bauen Sie den Bericht neu.", Place(name))
        for name in wanted
        if not (site / name).is_file()
    ]


class _Page(HTMLParser):
    """What a page refers to, and what can be referred to on it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.findings: list[str] = []
        self.lang = ""
        self.h1 = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "html":
            self.lang = values.get("lang", "")
        if tag == "h1":
            self.h1 += 1
        for key in values:
            if key.startswith("on"):
                self.findings.append(f"Attribut „{key}“")
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "img":
            self.loads.append(values.get("src", ""))
            if "alt" not in values:
                self.findings.append(f"Bild „{values.get('src', '')}“ ohne Alternativtext")
        elif tag in {"script", "iframe", "source", "video", "audio", "embed"} and "src" in values:
            self.loads.append(values["src"])
        elif tag == "link" and values.get("rel") in {"stylesheet", "icon", "preload", "modulepreload", "manifest"}:
            self.loads.append(values.get("href", ""))
        elif tag in {"use", "image"}:
            self.loads.append(values.get("href") or values.get("xlink:href") or "")


def check_pages(site: Path) -> list[Problem]:
    """Links lead to files and anchors that exist; nothing is loaded from elsewhere; ids are unique on a page."""
    pages: dict[Path, _Page] = {}
    for path in sorted(site.rglob("*.html")):
        page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
        pages[path.resolve()] = page
    problems: list[Problem] = []
    for path, page in pages.items():
        place = Place(path.relative_to(site.resolve()).as_posix())
        problems += _check_page(page, place)
        problems += _check_targets(path, page, pages, site.resolve(), place)
    for path in sorted(site.rglob("*.css")):
        place = Place(path.relative_to(site).as_posix())
        for match in _CSS_URL.finditer(path.read_text(encoding="utf-8")):
            address = match[1] or match[2]
            if _is_foreign(address):
                problems.append(Problem("external-request", f"Es wird „{address}“ aus dem Netz geladen.", "", place))
    return problems


def _check_page(page: _Page, place: Place) -> Iterator[Problem]:
    twice = sorted({id for id in page.ids if page.ids.count(id) > 1}) if len(set(page.ids)) < len(page.ids) else []
    for id in twice:
        yield Problem("duplicate-id", f"Die Kennung „{id}“ gibt es auf der Seite mehrfach.", "", place)
    if page.lang != "de":
        yield Problem("page-language", f"Die Sprache der Seite ist „{page.lang}“ statt „de“.", "", place)
    if page.h1 != 1:
        yield Problem("page-title", f"Die Seite hat {page.h1} Überschriften der Ebene 1 statt einer.", "", place)
    for finding in page.findings:
        yield Problem("page-content", f"Nicht zulässig: {finding}.", "", place)
    for address in page.loads:
        if _is_foreign(address):
            yield Problem("external-request", f"Es wird „{address}“ aus dem Netz geladen.", "", place)


def _check_targets(path: Path, page: _Page, pages: dict[Path, _Page], site: Path, place: Place) -> Iterator[Problem]:
    for address in dict.fromkeys([*page.links, *page.loads]):
        if not address or address.startswith("data:"):
            continue
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        if target.is_dir():
            target = target / "index.html"
        if not target.is_relative_to(site):
            yield Problem("link-outside", f"Der Verweis „{address}“ führt aus dem Bericht hinaus.", "", place)
        elif not target.is_file():
            yield Problem("dead-link", f"Der Verweis „{address}“ führt ins Leere.", "", place)
        elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
            yield Problem("dead-anchor", f"Die Stelle „{address}“ gibt es nicht.", "", place)


def _is_foreign(address: str) -> bool:
    return bool(re.match(r"(?:[a-z][a-z0-9+.-]*:)?//", address.strip(), re.IGNORECASE))


def check_pdf(path: Path, notice: str = "") -> list[Problem]:
    """What PDF/UA asks of a file beyond what the typesetter already enforces.

    Parameters
    ----------
    path
        The PDF.
    notice
        Words that must be in its description; nothing when empty.

    Returns
    -------
    list
        Problems with language, title, bookmarks, structure, alternative texts, table headers.
    """
    place = Place(f"pdf/{path.name}")
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PdfError as error:
        return [Problem("pdf", f"Das PDF lässt sich nicht öffnen ({error}).", "Bauen Sie den Bericht neu.", place)]
    with pdf:
        return [Problem("pdf", found, "Bauen Sie den Bericht neu.", place) for found in _pdf_findings(pdf, notice)]


def _pdf_findings(pdf: pikepdf.Pdf, notice: str) -> Iterator[str]:
    root: Any = pdf.Root
    if not str(root.get("/Lang", "")).startswith("de"):
        yield "Die Sprache ist nicht Deutsch."
    with pdf.open_metadata() as metadata:
        if not metadata.get("dc:title"):
            yield "Der Titel fehlt in den Metadaten."
        if notice and notice not in str(metadata.get("dc:description", "")):
            yield "Der Hinweis auf erfundene Daten fehlt in den Metadaten."
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
