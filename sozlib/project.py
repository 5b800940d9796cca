"""A report project: its folders and what its parameter files say about the report as a whole.

A municipality keeps its data in a folder of its own (``sozlib init``); the same program builds every such folder.
Nothing here reads data: opening a project is cheap, so that a build with nothing to do can say so at once.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from sozlib.edition import Edition
from sozlib.errors import InputError, Place, Problem, raise_errors
from sozlib.links import links_out
from sozlib.parameters import Id, InProject, Parameters, load
from sozlib.patterns import Pattern

Assembler = Literal["auto", "quarto", "embedded"]
Engine = Literal["auto", "plain", "forked", "kernel"]
Executor = Literal["local", "dask"]


class Publisher(Parameters):
    """Who publishes the report: imprint, title page, footer."""

    name: str
    unit: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    responsible: str = ""
    website: str = ""


class Whole(Parameters):
    """The whole that the report is about, with the word forms that German sentences need."""

    id: Id
    name: str
    kind: str = Field("Kreis", description="Kurzes Gattungswort: Kreis, Stadt, Gemeinde")
    article: Literal["der", "die", "das"] = "der"
    locative: str = Field(description="Ortsangabe im Satz: „im Musterkreis“, „in Flensburg“")
    kind_locative: str = Field("im Kreis", description="Kurzform: „im Kreis“, „in der Stadt“")
    kind_genitive: str = Field("des Kreises", description="„des Kreises“, „der Stadt“")


class Terms(Parameters):
    """What an area is called in this report."""

    singular: str = "Raum"
    plural: str = "Räume"
    plural_dative: str = "Räumen"
    gender: Literal["m", "f", "n"] = "m"


class Level(Parameters):
    """A level of areas; the first is the reporting level, the last the whole."""

    id: Id
    singular: str
    plural: str


class Topic(Parameters):
    """A field of social life with a chapter for each area."""

    id: Id
    title: str
    short: str = ""
    lead: str = ""


class ChapterPlan(Parameters):
    """One line of a volume's contents.

    ``template`` is the notebook's path below ``notebooks/`` without ending; ``{topic}`` stands for each topic's id
    when ``for_each: topic`` is given, of all topics or of those in ``topics``. ``title`` and ``slug`` may use
    ``{topic}``, ``{topic_title}``, ``{area}``.
    """

    template: str
    title: str
    slug: str = ""
    for_each: Literal["topic"] | None = None
    topics: tuple[Id, ...] = Field((), description="Nur diese Themenfelder (bei for_each: topic); ohne Angabe alle")


class VolumePlan(Parameters):
    """The overall volume, or the pattern of every area's volume."""

    title: str
    subtitle: str = ""
    chapters: tuple[ChapterPlan, ...]


class Volumes(Parameters):
    """Both kinds of volumes."""

    overall: VolumePlan
    area: VolumePlan


class Inset(Parameters):
    """Areas too small to label on the map are drawn again, enlarged, beside it."""

    title: str
    areas: tuple[Id, ...]


class Parents(Parameters):
    """Areas of the level above that stand in the ids of the areas below, as districts do in the ids of many cities."""

    level: Id = Field(description="Ebene der übergeordneten Räume, zwischen der ersten und der letzten")
    id_pattern: Pattern = Field(
        description="Regulärer Ausdruck; seine erste Klammer ist der Teil der Kennung, der den oberen Raum nennt"
    )
    names: dict[Id, str] = Field(description="Kennung des übergeordneten Raums → sein Name")

    @field_validator("id_pattern")
    @classmethod
    def _one_group(cls, value: str) -> str:
        if not re.compile(value).groups:
            raise ValueError(f"{value!r} braucht eine Klammer um den Teil, der den übergeordneten Raum nennt.")
        return value


class AreasFile(Parameters):
    """Where areas and their outlines come from.

    ``table`` (CSV) has the columns id, name, level, parent and optionally short_name, number, valid_from, valid_to;
    ``geometry`` is GeoJSON or GeoPackage; ``id_property`` names the property that holds the id and ``ids`` maps its
    values to ids where they differ. ``columns`` names the headings where they are others (``id: Kennung``); a table
    without levels lists the areas of the reporting level, and the whole is added, as are ``parents`` between them.
    Where nobody has such a list, ``table`` may be the file of the outlines: its properties are the columns.

    What is wrong in a delivered file is put right here, not in the file: ``names`` for areas, ``features`` for outlines
    with the wrong id, ``ids`` and ``join_outlines`` for outlines that are finer than the tables.
    """

    table: InProject
    columns: dict[str, str] = Field(default_factory=dict, description="Feld → Überschrift in der Tabelle")
    geometry: InProject | None = None
    id_property: str = "id"
    id_pattern: Pattern | None = Field(
        None, description="Regulärer Ausdruck; seine erste Klammer ist der Teil der Eigenschaft, der die Kennung ist"
    )
    ids: dict[str, str] = Field(default_factory=dict)
    features: dict[int, str] = Field(
        default_factory=dict,
        description="Nummer der Fläche in der Datei (die erste ist 1) → Kennung, wo die Datei eine falsche trägt",
    )
    join_outlines: bool = Field(
        False, description="true: Mehrere Flächen mit derselben Kennung sind Teile eines Raums und werden vereinigt"
    )
    names: dict[str, str] = Field(
        default_factory=dict, description="Kennung → Name, wo die Tabelle keinen eindeutigen oder einen falschen nennt"
    )
    parents: Parents | None = None
    changes: InProject | None = Field(
        None, description="CSV der Gebietsänderungen: old, new, year (ab wann), share (Anteil, leer = ganz), source"
    )
    source: str = ""
    licence: str = ""
    inset: Inset | None = None


class Report(Parameters):
    """``parameters/report.yml``: what the report is."""

    title: str
    subtitle: str = ""
    cycle: Id = Field(description="Berichtszyklus, wenn --cycle nicht angegeben ist")
    invented: str = Field("", description="Hinweis auf erfundene Daten; steht auf jeder Seite und in jeder Datei")
    whole: Whole
    terms: Terms = Terms()
    publisher: Publisher
    licence: str = "Datenlizenz Deutschland – Namensnennung – 2.0"
    licence_url: str = "https://www.govdata.de/dl-de/by-2-0"
    data: str = Field(
        "data",
        description="Ordner der Rohtabellen; Pfade, die mit data/ beginnen, liegen darin. Relativ zum Projektordner "
        "oder absolut, auch mit Umgebungsvariablen (${NAME})",
    )
    levels: tuple[Level, ...]
    areas: AreasFile
    editions: tuple[Edition, ...]
    passphrase_variable: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")] = Field(
        "SOZLIB_PASSPHRASE",
        description="Umgebungsvariable mit der Passphrase der Pakete; mit _AUSGABE dahinter die einer einzelnen",
    )
    topics: tuple[Topic, ...]
    volumes: Volumes
    assembler: Assembler = "auto"
    engine: Engine = "auto"
    executor: Executor = "local"
    workers: int = Field(0, ge=0, description="Gleichzeitige Kapitel; 0: so viele wie Prozessorkerne")
    key_indicators: tuple[Id, ...] = Field((), description="Eckdaten und Profil der Räume, in dieser Reihenfolge")
    population: Id | None = Field(
        "einwohner", description="Merkmal der Bevölkerung nach Alter und Geschlecht (Bevölkerungspyramide)"
    )
    start_indicator: Id | None = Field(None, description="Indikator der Karte auf der Startseite")

    def licence_of(self, edition: Edition) -> tuple[str, str]:
        """Licence of an edition and its address; what is not for everybody is not licensed to anybody."""
        return (
            (self.licence, self.licence_url) if edition.public else ("keine, nicht zur Veröffentlichung bestimmt", "")
        )

    @model_validator(mode="after")
    def _unique(self) -> Self:
        known = {topic.id for topic in self.topics}
        for chapter in (*self.volumes.overall.chapters, *self.volumes.area.chapters):
            strange = sorted(set(chapter.topics) - known)
            if strange:
                raise ValueError(f"Kapitel „{chapter.template}“: {', '.join(strange)} ist kein Themenfeld (topics).")
            if chapter.topics and chapter.for_each is None:
                raise ValueError(f"Kapitel „{chapter.template}“: topics braucht for_each: topic.")
        lists: dict[str, list[str]] = {
            "topics": [t.id for t in self.topics],
            "editions": [e.id for e in self.editions],
        }
        for what, ids in lists.items():
            # Some file systems do not tell large letters from small ones: "Public" would be the folder "public".
            folders = [id.casefold() for id in ids]
            twice = sorted({id for id in ids if folders.count(id.casefold()) > 1})
            if twice:
                raise ValueError(f"{what}: {', '.join(twice)} steht mehrfach in der Liste.")
        return self


class Cycle(Parameters):
    """``parameters/cycles/<cycle>.yml``: one round of reporting.

    ``last_period`` is the year that the report is about, ``first_period`` where its series begin, ``trend_years`` the
    span of the trend test. ``compared_with`` is the year that the chapter on changes looks back to: the one that the
    last report was about, or ``trend_years`` before the last period where it is not given.
    """

    id: Id
    title: str
    first_period: int
    last_period: int
    trend_years: int = Field(5, ge=2)
    compared_with: int | None = Field(None, description="Bezugsjahr für „Was sich verändert hat“")
    data_until: dt.date
    territory: str = Field("", description="Gebietsstand")
    version: str = "1.0"
    published: dt.date
    changes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first_period > self.last_period:
            raise ValueError(f"first_period {self.first_period} liegt nach last_period {self.last_period}.")
        if self.compared_with is not None and not self.first_period <= self.compared_with < self.last_period:
            raise ValueError(
                f"compared_with {self.compared_with} liegt nicht zwischen first_period {self.first_period} und "
                f"last_period {self.last_period}."
            )
        return self

    @property
    def reference(self) -> int:
        """Year with which the latest values are compared."""
        return self.last_period - self.trend_years if self.compared_with is None else self.compared_with


def scaffold() -> Path:
    """Folder of the notebooks, parameters and theme that come with the program (wheel or checkout)."""
    installed = Path(__file__).parent / "scaffold"
    return installed if installed.is_dir() else Path(__file__).parents[1]


class Project:
    """A project folder with its parameter files read.

    Parameters
    ----------
    root
        Folder that holds ``parameters/``, ``notebooks/``, ``data/`` and ``reports/``.
    cycle
        Id of the cycle; the report's own when not given.

    Raises
    ------
    InputError
        A parameter file is missing or wrong, or a link leads out of the project.
    """

    def __init__(self, root: Path | str, cycle: str | None = None):
        self.root = Path(root).resolve()
        if not (self.root / "parameters" / "report.yml").is_file():
            raise InputError(
                [
                    Problem(
                        "no-project",
                        "Kein Berichtsprojekt: parameters/report.yml fehlt.",
                        "Wechseln Sie in einen Projektordner, nennen Sie ihn mit --project oder legen Sie mit "
                        "„sozlib init ORDNER“ einen an.",
                        Place(self.root.as_posix()),
                    )
                ]
            )
        self.cycle_id = cycle
        folders = ("data", "parameters", "notebooks", "reports/theme")
        raise_errors(links_out(self.root, [self.root / name for name in folders]))

    @cached_property
    def report(self) -> Report:
        """What the report is."""
        report = load(self.parameters / "report.yml", Report, self.root)
        tables = self._tables_of(report)
        if not tables.is_relative_to(self.root):
            raise_errors(links_out(tables, [tables]))
        return report

    def _tables_of(self, report: Report) -> Path:
        return self.root / os.path.expandvars(report.data)

    @cached_property
    def cycle(self) -> Cycle:
        """The round of reporting."""
        wanted = self.cycle_id or self.report.cycle
        path = self.parameters / "cycles" / f"{wanted}.yml"
        known = sorted(p.stem for p in (self.parameters / "cycles").glob("*.yml"))
        if wanted not in known:
            raise InputError(
                [
                    Problem(
                        "unknown-cycle",
                        f"Den Berichtszyklus „{wanted}“ gibt es nicht.",
                        f"Vorhanden: {', '.join(known) or 'keiner'}.",
                        Place("parameters/cycles"),
                    )
                ]
            )
        return load(path, Cycle, self.root)

    @property
    def parameters(self) -> Path:
        """Folder of the parameter files."""
        return self.root / "parameters"

    @property
    def ledger(self) -> Path:
        """Folder of the counts that released editions have shown, see :mod:`sozlib.disclosure.ledger`."""
        return self.root / "ledger"

    @property
    def notebooks(self) -> Path:
        """Folder of the templates and texts."""
        return self.root / "notebooks"

    @property
    def data(self) -> Path:
        """Folder of the raw tables; it may lie outside the project (``data`` in ``report.yml``)."""
        return self._tables_of(self.report)

    def path(self, declared: str) -> Path:
        """Path as a parameter file declares it: ``data/…`` in the folder of raw tables, all else in the project."""
        if declared.startswith("data/"):
            return self.data / declared.removeprefix("data/")
        return self.root / declared

    def shown(self, path: Path) -> str:
        """Path as messages show it, the way a parameter file would declare it."""
        for folder, prefix in ((self.data, "data/"), (self.root, "")):
            if path.is_relative_to(folder):
                return prefix + path.relative_to(folder).as_posix()
        return path.as_posix()

    def template(self, name: str) -> Path:
        """Notebook of that name below ``notebooks/``: the project's own, else the one that comes with the program.

        Parameters
        ----------
        name
            Path without ending, such as ``areas/arbeit``. The file need not exist.
        """
        own = self.notebooks / f"{name}.ipynb"
        packaged = scaffold() / "notebooks" / f"{name}.ipynb"
        return packaged if packaged.is_file() and not own.is_file() else own

    @property
    def theme(self) -> Path:
        """Folder of design tokens, style sheet and page templates: the project's own, else the program's."""
        own = self.root / "reports" / "theme"
        return own if own.is_dir() else scaffold() / "reports" / "theme"

    def output(self, edition: str) -> Path:
        """Folder of one edition's last good report, ``reports/<cycle>/<edition>``."""
        return self.root / "reports" / self.cycle.id / edition

    def workshop(self, edition: str) -> Path:
        """Folder in which an edition is made before it is switched in, ``reports/<cycle>/.work/<edition>``."""
        return self.root / "reports" / self.cycle.id / ".work" / edition
