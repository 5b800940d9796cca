"""What every page shares: head, foot, navigation, the notices of edition and invented data, the volumes' PDFs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf

from sozlib.batch.plan import Plan, Volume
from sozlib.book.links import Links
from sozlib.book.published import protection_of
from sozlib.chapter.context import MANY
from sozlib.chapter.german import capital
from sozlib.chapter.numbers import NBSP, number
from sozlib.chapter.readings import Readings
from sozlib.editions import edition_of
from sozlib.project import Project
from sozlib.snapshot import Snapshot

_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli"),
    *("August", "September", "Oktober", "November", "Dezember"),
)


@dataclass(frozen=True)
class Step:
    """An entry of the navigation or of the trail; ``href`` is relative to the site's root."""

    href: str
    title: str
    key: str = ""


@dataclass(frozen=True)
class Page:
    """What a template must know about the page itself.

    Parameters
    ----------
    path
        Relative to the site's root.
    title
        The page's ``h1``.
    section
        Key of the entry in the main navigation that the page belongs to.
    trail
        Pages above it, from the start page on.
    short_title
        Last step of the trail; the title when not given.
    search_title
        Title in the list of hits; the title when not given.
    description
        For search engines and link previews; plain text.
    searchable
        Whether the search finds it.
    """

    path: str
    title: str
    section: str = ""
    trail: tuple[Step, ...] = ()
    short_title: str = ""
    search_title: str = ""
    description: str = ""
    searchable: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "short_title", self.short_title or self.title)
        object.__setattr__(self, "search_title", self.search_title or self.title)


@dataclass(frozen=True)
class Pdf:
    """A volume's PDF: path relative to the site's root, its extent and size in words."""

    path: str
    pages: str
    size: str

    @classmethod
    def of(cls, path: Path, target: Path) -> Pdf:
        """Read extent and size of a PDF below ``target``."""
        with pikepdf.open(path) as document:
            count = len(document.pages)
        extent = "1 Seite" if count == 1 else f"{number(count, 0)} Seiten"
        return cls(path.relative_to(target).as_posix(), extent.replace(" ", NBSP), size_text(path.stat().st_size))


class Frame:
    """The report as its pages see it.

    Parameters
    ----------
    project
        The report project.
    plan
        All volumes.
    snapshot
        The edition.
    pdfs
        Volume id → its PDF.
    marks
        Whether pages say themselves what the search may read; off where another assembler wrote the chapters.
    """

    def __init__(self, project: Project, plan: Plan, snapshot: Snapshot, pdfs: Mapping[str, Pdf], marks: bool = True):
        self.report, self.cycle = project.report, project.cycle
        self.edition = edition_of(project, plan.edition)
        self.plan, self.snapshot, self.pdfs, self.marks = plan, snapshot, pdfs, marks
        self.links = Links(plan)
        self.readings = Readings(snapshot, self.report.whole.id)

    @property
    def home(self) -> Step:
        """The start page as a step of trails."""
        return Step("index.html", "Überblick", "start")

    @property
    def areas_step(self) -> Step:
        """The overview of areas."""
        return Step("gebiete.html", self.report.terms.plural, "areas")

    @cached_property
    def areas(self) -> list[dict[str, Any]]:
        """Areas of the reporting level, in display order, with the address of their profile."""
        level = self.report.levels[0].id
        rows = self.snapshot.areas[self.snapshot.areas["level"] == level].to_dict("records")
        found = []
        for position, row in enumerate(rows, start=1):
            area = str(row["id"])
            label = str(row["number"])
            volume = self.links.volume_of(area)
            found.append(
                {
                    "id": area,
                    "name": str(row["name"]),
                    "number": label if label.isdigit() else "" if len(rows) > MANY else str(position),
                    "parent": row["parent"] if isinstance(row["parent"], str) else None,
                    "href": self.links.area(area),
                    "pdf": self.pdfs.get(volume.id) if volume else None,
                }
            )
        return found

    @property
    def many(self) -> bool:
        """Whether there are too many areas for lists without order; then they stand below the regions."""
        return len(self.areas) > MANY

    def area_name(self, area: str) -> str:
        """Name of an area of any level."""
        rows = self.snapshot.areas
        found = rows.loc[rows["id"] == area, "name"]
        return str(found.iloc[0]) if len(found) else area

    def volume_pdf(self, volume: Volume) -> Pdf | None:
        """The volume's PDF."""
        return self.pdfs.get(volume.id)

    @property
    def protection(self) -> str:
        """What the edition protects, in sentences."""
        return protection_of(self.edition, self.snapshot)

    @property
    def signs_href(self) -> str:
        """Where the legend of the signs stands."""
        return "downloads.html#zeichen"

    @cached_property
    def context(self) -> dict[str, Any]:
        """What every template gets: ``site``, ``terms``, ``words``, ``publisher``, ``signs_href``."""
        report, cycle, terms = self.report, self.cycle, self.report.terms
        several = len(self.edition_ids) > 1
        licence, licence_url = report.licence_of(self.edition)
        said = (self.edition.title if several else "", self.edition.notice, report.invented)
        band = " · ".join(filter(None, said)).replace(". · ", " · ")
        publisher = ", ".join(filter(None, (report.publisher.name, report.publisher.unit)))
        territory = f", Gebietsstand {cycle.territory}" if cycle.territory else ""
        version = f"Fassung {cycle.version} vom {long_date(cycle.published)}"
        as_of = [f"Daten bis {short_date(cycle.data_until)}", version]
        methods = self.links.overall_chapter("method")
        content = [Step("downloads.html", "Downloads und Daten")]
        content += [Step(methods, "Methoden und Datenqualität")] if methods else []
        content += [Step(self.signs_href, "Zeichenerklärung")]
        return {
            "site": {
                "title": report.title,
                "subtitle": report.subtitle,
                "whole": report.whole.name,
                "band": band,
                "invented": report.invented,
                "internal": not self.edition.public,
                "marks": self.marks,
                "nav": (
                    self.home,
                    self.areas_step,
                    Step("themen.html", "Themen", "topics"),
                    Step("indikatoren.html", "Indikatoren", "indicators"),
                    Step("suche.html", "Suche", "search"),
                ),
                "publisher": publisher,
                "imprint_line": f"{report.title}, {version}. Daten bis {short_date(cycle.data_until)}{territory}.",
                "as_of": " · ".join([*as_of, *(["alle Angaben erfunden"] if report.invented else [])]),
                "licence": licence,
                "licence_url": licence_url,
                "foot_content": content,
                "foot_legal": (
                    Step("barrierefreiheit.html", "Barrierefreiheit"),
                    Step("impressum.html", "Impressum"),
                    Step("impressum.html#datenschutz", "Datenschutz"),
                ),
            },
            "terms": terms,
            "words": {
                "choose": f"{_one(terms.gender)} {terms.singular} wählen",
                "all_areas": f"Alle {terms.plural}",
                "whole_short": report.whole.kind,
                "of_whole": report.whole.kind_genitive,
                "in_whole": capital(report.whole.kind_locative),
                "volumes": _volumes_title(len(self.plan.volumes)),
            },
            "publisher": report.publisher,
            "signs_href": self.signs_href,
        }

    @property
    def edition_ids(self) -> tuple[str, ...]:
        """Ids of all editions of the report."""
        return tuple(edition.id for edition in self.report.editions)


def short_date(day: dt.date) -> str:
    """ "31.12.2025"."""
    return f"{day.day}.{day.month}.{day.year}"


def long_date(day: dt.date) -> str:
    """ "16. März 2026"."""
    return f"{day.day}.{NBSP}{_MONTHS[day.month - 1]} {day.year}"


def size_text(size: int) -> str:
    """Size of a file in decimal units: "1,4 MB", "28 KB"."""
    if size >= 950_000:
        return f"{number(size / 1e6, 1)}{NBSP}MB"
    return f"{number(max(1, round(size / 1e3)), 0)}{NBSP}KB"


def _one(gender: str) -> str:
    return {"m": "Einen", "f": "Eine", "n": "Ein"}[gender]


def _volumes_title(count: int) -> str:
    from sozlib.chapter.german import count_word

    if count == 1:
        return "Der Bericht in einem Band"
    return f"Der Bericht in {count_word(count)} Bänden"
