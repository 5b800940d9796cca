"""The last look at a report before its release: every file, every place in it.

Looked for are traces of the machine (user, host, folders) and the hidden numbers of the edition:

* in data files and workbooks cell by cell: where the edition has no number, none may stand;
* in tables of pages cell by cell, by row, column and caption;
* in sentences, headings, alternative texts and attributes that name an indicator or belong to its figure;
* in drawings, by putting the hidden value on the drawing's own axes;
* in PDFs, search index and everything else: numbers that no page of the same volume shows, and numbers in full
  precision anywhere, metadata included.

A sign of one or two digits says nothing by itself; such small whole numbers are found in data files, tables and
drawings, not in free sentences. Numbers spelt out in words are not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from sozlib.disclosure.hidden import Hidden
from sozlib.errors import Place, Problem
from sozlib.gate import downloads, drawings
from sozlib.gate.files import Passage, read, spoken, strings
from sozlib.gate.machine import Machine
from sozlib.gate.numbers import fingerprints, long_numbers, tokens
from sozlib.gate.pages import Leak, Page, parse
from sozlib.gate.words import Names
from sozlib.snapshot import Snapshot

_REMEDY = "Der Bericht darf so nicht hinaus. Suchen Sie die Stelle in Vorlage, Text oder Programm und bauen Sie neu."
#: Files with numbers that are about pages: what they say must stand on a page, too.
_ABOUT_PAGES = {".pdf", ".pf_fragment"}


@dataclass
class _Seen:
    """Numbers on the pages of each volume; what is derived from pages is compared with them."""

    by_volume: dict[str, set[str]] = field(default_factory=dict)

    def add(self, volume: str, text: str) -> None:
        self.by_volume.setdefault(volume, set()).update(tokens(text))

    def of(self, volume: str) -> set[str]:
        if volume and volume in self.by_volume:
            return self.by_volume[volume]
        return set().union(*self.by_volume.values())


def examine_report(
    site: Path, snapshot: Snapshot | None, hidden: Hidden | None, machine: Machine | None = None
) -> list[Problem]:
    """Search a report.

    Parameters
    ----------
    site
        Its folder.
    snapshot, hidden
        The edition and what it hides; None looks for traces of the machine only.
    machine
        Whose traces to look for; this one's when not given.

    Returns
    -------
    list of Problem
        One for each leak, with file and place.
    """
    machine = machine or Machine.here()
    names = Names(snapshot, hidden) if snapshot is not None and hidden else None
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    seen = _Seen()
    marks = _marks(names) if names else set()
    problems: list[Problem] = []
    # Pages first: they are what the rest is compared with.
    for path in sorted(paths, key=lambda p: p.suffix != ".html"):
        name = path.relative_to(site).as_posix()
        volume = name.split("/")[0] if "/" in name else ""
        try:
            passages = list(read(path))
            found = [
                *_machine(passages, machine),
                *(_hidden(path, name, volume, passages, names, seen, marks) if names else ()),
            ]
        except Exception as error:  # whatever a reader stumbles over: what was not searched is not released
            problems.append(
                Problem("gate-unreadable", f"Die Datei ist nicht zu prüfen ({error}).", _REMEDY, Place(name))
            )
            continue
        problems += [Problem(code, said, _REMEDY, Place(name)) for code, said in dict.fromkeys(found)]
    return problems


def _marks(names: Names) -> set[str]:
    """Fingerprints of hidden numbers that no shown number shares."""
    shown = names.snapshot.indicators
    columns = ["value", "lower", "upper", "trend_change", "whole_value", "region_value"]
    public = fingerprints(shown[columns].astype(float).to_numpy().ravel())
    return fingerprints(n for numbers in names.hidden.cells.values() for n in numbers.values()) - public


def _machine(passages: list[Passage], machine: Machine) -> Iterator[tuple[str, str]]:
    for passage in passages:
        for trace in machine.traces(passage.text):
            where = f"{passage.place}: " if passage.place else ""
            yield "machine-trace", f"{where}„{trace}“ verrät den Rechner oder seinen Benutzer."


def _hidden(
    path: Path, name: str, volume: str, passages: list[Passage], names: Names, seen: _Seen, marks: set[str]
) -> Iterator[tuple[str, str]]:
    ending = path.suffix.lower()
    area = names.area_of_volume(path.stem if name.startswith("pdf/") else volume)
    leaks: list[Leak] = []
    if ending == ".html":
        tree = parse(passages[0].text)
        seen.add(volume, " ".join([*tree.itertext(), *map(str, tree.xpath("//@*"))]))
        page = Page(tree, area, names)
        leaks += page.leaks()
        for svg in tree.iter("svg"):
            leaks += drawings.leaks(svg, page.block_of(svg), area, names)
    elif ending == ".svg":
        svg = etree.fromstring(
            passages[0].text.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True)
        )
        leaks += drawings.leaks(svg, path.stem, area, names)
        leaks += Page(_as_page(svg, path.stem), area, names).leaks()
    elif ending in (".csv", ".xlsx"):
        leaks += downloads.leaks(path, names)
    elif ending in _ABOUT_PAGES or name == "assets/suchindex.js":
        leaks += _about_pages(name, passages, names, seen, path.stem if ending == ".pdf" else "")
    for leak in leaks:
        yield "disclosure", f"{leak.place}: zeigt den geschützten Wert {leak.cell}."
    for passage in passages:
        text = strings(passage.text) if ending in (".json", ".geojson") else passage.text
        for number, mark in long_numbers(text):
            if mark in marks:
                where = f"{passage.place}: " if passage.place else ""
                yield "disclosure", f"{where}„{number}“ ist ein geschützter Wert in voller Genauigkeit."
        if passage.metadata:
            yield from _metadata(passage, names)


def _as_page(svg: etree._Element, id: str) -> etree._Element:
    """Words of a drawing as a page of its own, so that its title and description are read like a page's."""
    root = etree.Element("html")
    figure = etree.SubElement(root, "figure", id=id)
    for element in svg.iter():
        tag = element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else ""
        if tag in ("title", "desc"):
            etree.SubElement(figure, tag).text = element.text
    from lxml import html

    return html.fromstring(etree.tostring(root, encoding="unicode"))


def _about_pages(name: str, passages: list[Passage], names: Names, seen: _Seen, volume: str) -> Iterator[Leak]:
    """Hidden numbers that no page shows: they cannot have come from there."""
    known = seen.of(volume)
    own = names.area_of_volume(volume) if volume else None
    wanted = [cell for cell in names.hidden.cells if own in (None, names.whole, cell[1])]
    for passage in passages:
        if passage.metadata:
            continue
        # Whole numbers up to 999 are numbers of pages, too.
        text = spoken(passage.text) if not volume else passage.text
        strange = {n for n in tokens(text) - known if "," in n or len(n) > 3}
        for cell in wanted if strange else ():
            if strange & names.forms[cell].keys():
                yield Leak(passage.place or "Text", names.described(cell))


def _metadata(passage: Passage, names: Names) -> Iterator[tuple[str, str]]:
    """Decimals in metadata, where no statistics belong."""
    decimals = {n for n in tokens(passage.text) if "," in n and len(n) >= 4}
    for cell, forms in names.forms.items():
        for number in decimals & forms.keys():
            yield "disclosure", f"{passage.place}: „{number}“ ist der geschützte Wert {names.described(cell)}."
