"""The last look at a report before its release: every file, every place in it.

Looked for are traces of the machine (user, host, folders) and the hidden numbers of the edition:

* in data files and workbooks cell by cell: where the edition has no number, none may stand;
* in tables of pages cell by cell, by row, column and caption;
* in sentences, headings, alternative texts and attributes that name an indicator or belong to its figure;
* in drawings, by putting the hidden value on the drawing's own axes;
* in PDFs, search index and everything else: numbers that no page of the same volume shows, and numbers in full
  precision anywhere, metadata included.

Each file is examined by itself (:class:`Gate`), so that files can be examined side by side and what was found in one
can be kept as long as neither it nor what is looked for changes. What files say about each other's numbers is weighed
at the end (:meth:`Gate.verdict`).

A sign of one or two digits says nothing by itself; such small whole numbers are found in data files, tables and
drawings, not in free sentences. Numbers spelt out in words are not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from sozlib.disclosure.hidden import Hidden
from sozlib.errors import Place, Problem
from sozlib.files import digest_of
from sozlib.gate import downloads, drawings
from sozlib.gate.files import Passage, read, spoken, strings
from sozlib.gate.machine import Machine
from sozlib.gate.numbers import long_numbers, tokens
from sozlib.gate.pages import Leak, Page, parse
from sozlib.gate.words import Names
from sozlib.snapshot import Snapshot

_REMEDY = "Der Bericht darf so nicht hinaus. Suchen Sie die Stelle in Vorlage, Text oder Programm und bauen Sie neu."
#: Files with numbers that are about pages: what they say must stand on a page, too.
_ABOUT_PAGES = {".pdf", ".pf_fragment"}


@dataclass(frozen=True)
class Examined:
    """What one file says; plain data.

    Parameters
    ----------
    findings
        Code and German words of each leak that the file shows by itself.
    shown
        Of a page: numbers on it that equal one of a hidden cell. Some other cell may have the same, so what is made
        from the page may hold them.
    strange
        Of what is made from pages: place and such numbers there.
    """

    findings: tuple[tuple[str, str], ...] = ()
    shown: tuple[str, ...] = ()
    strange: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Gate:
    """What must not get out, and the search for it.

    Parameters
    ----------
    names
        Names of the report and what is hidden; without them traces of the machine are looked for only.
    machine
        Whose traces to look for.
    """

    names: Names | None
    machine: Machine

    @classmethod
    def of(cls, snapshot: Snapshot | None, hidden: Hidden | None, machine: Machine) -> Gate:
        """Gate of an edition; where nothing is hidden or the edition is not there, only the machine counts."""
        return cls(Names.of(snapshot, hidden) if snapshot is not None and hidden else None, machine)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that is looked for."""
        machine = [sorted(self.machine.names), sorted(self.machine.folders)]
        return digest_of([self.names.digest if self.names is not None else "", machine])

    def examine(self, path: Path, name: str, tree: Any = None) -> Examined:
        """Examine one file.

        Parameters
        ----------
        path
            The file.
        name
            Its path in the report, with forward slashes: it tells the volume.
        tree
            The parsed page, where the caller has it.
        """
        try:
            passages = list(read(path))
            looked = _Look(self, path, name, passages, tree)
            found = [*_machine(passages, self.machine), *looked.findings()]
        except Exception as error:  # whatever a reader stumbles over: what was not searched is not released
            return Examined((("gate-unreadable", f"Die Datei ist nicht zu prüfen ({error})."),))
        return Examined(tuple(dict.fromkeys(found)), looked.shown, tuple(looked.strange))

    def search(self, site: Path) -> list[Problem]:
        """Search all files of a report, one after the other; a problem for each leak, with file and place."""
        names = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
        return self.verdict({name: self.examine(path, name) for name, path in names.items()})

    def verdict(self, examined: Mapping[str, Examined]) -> list[Problem]:
        """Everything that must not get out, pages first.

        Parameters
        ----------
        examined
            All files of the report by name.
        """
        known: dict[str, set[str]] = {}
        for name, file in examined.items():
            if name.endswith(".html"):
                known.setdefault(_volume(name), set()).update(file.shown)
        everything = set().union(*known.values())
        problems = []
        # Pages first: they are what the rest is compared with.
        for name, file in sorted(examined.items(), key=lambda item: (not item[0].endswith(".html"), item[0])):
            found = list(file.findings)
            for leak in self._unexplained(name, file, known, everything):
                found.append(("disclosure", f"{leak.place}: zeigt den geschützten Wert {leak.cell}."))
            problems += [Problem(code, said, _REMEDY, Place(name)) for code, said in dict.fromkeys(found)]
        return problems

    def _unexplained(
        self, name: str, file: Examined, known: Mapping[str, set[str]], everything: set[str]
    ) -> Iterator[Leak]:
        """Hidden numbers that no page shows: they cannot have come from there."""
        if not file.strange or self.names is None:
            return
        volume = Path(name).stem if name.endswith(".pdf") else ""
        on_pages = known.get(volume, everything) if volume else everything
        own = self.names.area_of_volume(volume) if volume else None
        wanted = [cell for cell in self.names.hidden.cells if own in (None, self.names.whole["id"], cell[1])]
        for place, numbers in file.strange:
            left = set(numbers) - on_pages
            for cell in wanted if left else ():
                if left & self.names.forms[cell].keys():
                    yield Leak(place, self.names.described(cell))


def _volume(name: str) -> str:
    return name.split("/")[0] if "/" in name else ""


def _machine(passages: list[Passage], machine: Machine) -> Iterator[tuple[str, str]]:
    for passage in passages:
        for trace in machine.traces(passage.text):
            where = f"{passage.place}: " if passage.place else ""
            yield "machine-trace", f"{where}„{trace}“ verrät den Rechner oder seinen Benutzer."


class _Look:
    """The search of one file for hidden numbers."""

    def __init__(self, gate: Gate, path: Path, name: str, passages: list[Passage], tree: Any):
        self.gate, self.path, self.name, self.passages, self.tree = gate, path, name, passages, tree
        self.shown: tuple[str, ...] = ()
        self.strange: list[tuple[str, tuple[str, ...]]] = []

    def findings(self) -> Iterator[tuple[str, str]]:
        """What the file shows by itself."""
        names = self.gate.names
        if names is None:
            return
        ending = self.path.suffix.lower()
        for leak in self._leaks(names, ending):
            yield "disclosure", f"{leak.place}: zeigt den geschützten Wert {leak.cell}."
        for passage in self.passages:
            text = strings(passage.text) if ending in (".json", ".geojson") else passage.text
            for number, mark in long_numbers(text):
                if mark in names.marks:
                    where = f"{passage.place}: " if passage.place else ""
                    yield "disclosure", f"{where}„{number}“ ist ein geschützter Wert in voller Genauigkeit."
            if passage.metadata:
                yield from _metadata(passage, names)

    def _leaks(self, names: Names, ending: str) -> Iterator[Leak]:
        volume = _volume(self.name)
        area = names.area_of_volume(self.path.stem if self.name.startswith("pdf/") else volume)
        if ending == ".html":
            tree = parse(self.passages[0].text) if self.tree is None else self.tree
            words = " ".join([*tree.itertext(), *map(str, tree.xpath("//@*"))])
            self.shown = tuple(sorted(tokens(words) & names.distinct))
            page = Page(tree, area, names)
            yield from page.leaks()
            for svg in tree.iter("svg"):
                yield from drawings.leaks(svg, page.block_of(svg), area, names)
        elif ending == ".svg":
            svg = etree.fromstring(
                self.passages[0].text.encode("utf-8"), etree.XMLParser(resolve_entities=False, no_network=True)
            )
            yield from drawings.leaks(svg, self.path.stem, area, names)
            yield from Page(_as_page(svg, self.path.stem), area, names).leaks()
        elif ending in (".csv", ".xlsx"):
            yield from downloads.leaks(self.path, names)
        elif ending in _ABOUT_PAGES or self.name == "assets/suchindex.js":
            for passage in self.passages:
                if not passage.metadata:
                    text = passage.text if ending == ".pdf" else spoken(passage.text)
                    if numbers := tokens(text) & names.distinct:
                        self.strange.append((passage.place or "Text", tuple(sorted(numbers))))


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


def _metadata(passage: Passage, names: Names) -> Iterator[tuple[str, str]]:
    """Decimals in metadata, where no statistics belong."""
    decimals = {n for n in tokens(passage.text) if "," in n and len(n) >= 4}
    for cell, forms in names.forms.items():
        for number in decimals & forms.keys():
            yield "disclosure", f"{passage.place}: „{number}“ ist der geschützte Wert {names.described(cell)}."
