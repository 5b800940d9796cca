"""What every part of a chapter needs: the snapshot, the area, the words for it.

Opened once for each notebook; figures, tables and texts are pure functions of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sozlib import reads
from sozlib.chapter.classes import MapClasses
from sozlib.chapter.opened import open_snapshot, readings_of
from sozlib.chapter.palette import Palette
from sozlib.chapter.places import Place, Whole, place
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.setting import Setting
from sozlib.chapter.values import AreaValue, TimeSeries, finite
from sozlib.errors import InputError, Problem, SozlibError
from sozlib.nearest import nearest
from sozlib.snapshot import Snapshot

#: More areas than this are not shown one by one in a figure; nobody compares a hundred bars.
MANY = 60


@dataclass(frozen=True)
class Area:
    """An area as the snapshot knows it; ``number`` is None where areas are not numbered."""

    id: str
    name: str
    short_name: str
    number: int | None
    level: str
    parent: str | None
    slug: str
    km2: float | None


class Context:
    """A snapshot seen from one area and topic.

    Parameters
    ----------
    snapshot
        The frozen state of an edition.
    area
        Id of the chapter's area; "" in overall chapters.
    topic
        Id of the chapter's topic; "" where it has none.

    Raises
    ------
    InputError
        Area or topic are not in the snapshot.
    """

    def __init__(self, snapshot: Snapshot, area: str = "", topic: str = ""):
        self.snapshot = snapshot
        self.report: dict[str, Any] = snapshot.meta["report"]
        self.cycle: dict[str, Any] = snapshot.meta["cycle"]
        self.edition: dict[str, Any] = snapshot.meta["edition"]
        self.all_areas: dict[str, Area] = {a.id: a for a in map(_area, snapshot.areas.to_dict("records"))}
        self.whole_id = str(self.report["whole"]["id"])
        self.readings = readings_of(snapshot, self.whole_id)
        self.topics: dict[str, dict[str, Any]] = {str(t["id"]): t for t in self.report["topics"]}
        problems = []
        if area and area not in self.areas:
            problems.append(_unknown("area", "Den Raum", area, self.areas))
        if topic and topic not in self.topics:
            problems.append(_unknown("topic", "Das Themenfeld", topic, self.topics))
        if problems:
            raise InputError(problems)
        self.area = self.areas[area] if area else None
        self.topic = topic

    @cached_property
    def areas(self) -> dict[str, Area]:
        """Areas of the reporting level, in display order."""
        level = str(self.report["levels"][0]["id"])
        return {a.id: a for a in self.all_areas.values() if a.level == level}

    @property
    def many(self) -> bool:
        """Whether there are too many areas to show each of them by name in a figure."""
        return len(self.areas) > MANY

    @cached_property
    def compared(self) -> dict[str, Area]:
        """Areas that a figure shows one by one: all, or those of the level above where there are too many."""
        levels = [str(level["id"]) for level in self.report["levels"]]
        above = {a.id: a for a in self.all_areas.values() if a.level in levels[1:-1][:1]}
        return above if self.many and above else self.areas

    @cached_property
    def compared_plural(self) -> str:
        """What the areas of :attr:`compared` are called."""
        if self.compared is self.areas:
            return self.setting.plural
        return str(self.report["levels"][1]["plural"])

    @property
    def compared_singular(self) -> str:
        """What one of the areas of :attr:`compared` is called."""
        return self.setting.singular if self.compared is self.areas else str(self.report["levels"][1]["singular"])

    @cached_property
    def setting(self) -> Setting:
        """The words for area and whole."""
        terms = self.report.get("terms") or {}
        singular = str(terms.get("singular", "Raum"))
        gender = terms.get("gender", "m")
        whole = Whole.of(self.report)
        name = self.area.name if self.area else whole.name
        return Setting(
            area=self.area.id if self.area else None,
            place=place(name, singular, gender) if self.area else Place(name, whole.locative, whole.name),
            whole=whole,
            names={a.id: a.name for a in self.areas.values()},
            singular=singular,
            plural=str(terms.get("plural", "Räume")),
            plural_dative=str(terms.get("plural_dative", "Räumen")),
            gender=gender,
        )

    @cached_property
    def palette(self) -> Palette:
        """Colours of the charts."""
        return Palette.read(self.snapshot.path / "tokens.css")

    @property
    def invented(self) -> bool:
        """Whether the data are invented, which every source line then says."""
        return bool(self.report.get("invented"))

    @property
    def full_width(self) -> bool:
        """Whether figures may fill the page: a profile has no contents at its side as other chapters have."""
        return self.area is not None and not self.topic

    @property
    def focus(self) -> str:
        """Id of the chapter's area, of the whole in overall chapters."""
        return self.area.id if self.area else self.whole_id

    def series(self, indicator: str) -> Series:
        """An indicator of the catalogue.

        Raises
        ------
        InputError
            The catalogue does not hold it; with the nearest that it does.
        """
        if indicator not in self.readings.catalogue:
            raise InputError([_unknown("indicator", "Den Indikator", indicator, self.readings.catalogue)])
        return self.readings[indicator]

    def inhabitants(self, area: str) -> tuple[int, float | None, str] | None:
        """Latest period, number and status of an area's total population; None where it is not counted."""
        frame = self.snapshot.inhabitants
        rows = frame[frame["area"] == area].sort_values("period")
        if rows.empty:
            return None
        last = rows.iloc[-1]
        return int(last["period"]), finite(last["value"]), str(last["status"])

    def of_topic(self, topic: str) -> list[Meta]:
        """Indicators of a topic, all of the catalogue without one."""
        reads.note("topic", topic)
        return [m for m in self.readings.catalogue.values() if not topic or m.topic == topic]

    def chapter_of(self, topic: str) -> tuple[str, str] | None:
        """File name (without suffix) and title of the overall chapter on a topic, None where the report has none."""
        if topic not in self.topics:
            return None
        reads.note("meta", "volumes")
        words = {"topic": topic, "topic_title": str(self.topics[topic]["title"])}
        for entry in ((self.report.get("volumes") or {}).get("overall") or {}).get("chapters") or ():
            if entry.get("for_each") == "topic":
                slug = entry.get("slug") or str(entry["template"]).rsplit("/", 1)[-1]
                return _filled(str(slug), words), _filled(str(entry["title"]), words)
        return None

    def value(self, series: Series, area: str, period: int | None = None) -> AreaValue:
        """Reading of an area as charts take it."""
        return self._charted(series.get(area, period))

    def values(self, series: Series, period: int | None = None) -> tuple[AreaValue, ...]:
        """Readings of all areas of the reporting level."""
        return tuple(self._charted(r) for r in series.among(self.areas, period))

    def time_series(self, series: Series, area: str) -> TimeSeries:
        """Readings of an area over the years as charts take them."""
        history = series.over_time(area)
        here = self.all_areas[area]
        return TimeSeries(
            name=self.setting.whole.kind if area == self.whole_id and self.area else here.name,
            periods=tuple(r.period for r in history),
            values=tuple(r.value if r.known else None for r in history),
            lower=tuple(r.lower for r in history),
            upper=tuple(r.upper for r in history),
            statuses=tuple(r.status for r in history),
        )

    def told_classes(self, series: Series) -> MapClasses | None:
        """Classes of an indicator of which this edition tells the class instead of the value; else None."""
        limits = (self.snapshot.meta.get("class_limits") or {}).get(series.meta.id)
        return None if limits is None else MapClasses(tuple(limits), series.meta.decimals)

    def names_of(self, area: str) -> tuple[str, str]:
        """Name and short name of an area in charts, where the whole is called by its kind."""
        here, whole = self.all_areas[area], self.setting.whole
        return (whole.kind, whole.kind) if area == self.whole_id else (here.name, here.short_name)

    def _charted(self, reading: Reading) -> AreaValue:
        here = self.all_areas[reading.area]
        name, short_name = self.names_of(reading.area)
        return AreaValue(
            area=reading.area,
            name=name,
            value=reading.value,
            lower=reading.lower,
            upper=reading.upper,
            status=reading.status,
            short_name=short_name,
            label="" if here.number is None else str(here.number),
            versus=reading.versus_whole,
        )


def locate(snapshot: str, edition: str, cycle: str) -> Snapshot:
    """The snapshot that a notebook asks for.

    With a path, that one. Without, the notebook stands in JupyterLab: the project is searched from the working
    directory upwards and its snapshot opened, or made where there is none yet.

    Raises
    ------
    SozlibError
        No project, no snapshot, or it belongs to another edition.
    """
    found = open_snapshot(Path(snapshot)) if snapshot else _of_project(Path.cwd(), edition, cycle)
    if edition and found.edition != edition:
        raise SozlibError(
            f"{found.path.as_posix()}: Datenstand der Ausgabe „{found.edition}“, verlangt ist „{edition}“. "
            "Jede Ausgabe liest nur ihren eigenen Datenstand."
        )
    return found


def _of_project(start: Path, edition: str, cycle: str) -> Snapshot:
    from sozlib.project import Project

    for folder in (start, *start.parents):
        if (folder / "parameters" / "report.yml").is_file():
            project = Project(folder, cycle or None)
            path = project.workshop(edition or "internal") / "snapshot"
            if not (path / "snapshot.json").is_file():
                _make(project, edition or "internal")
            return Snapshot.open(path)
    raise SozlibError(
        f"{start.as_posix()}: Hier und darüber liegt kein Berichtsprojekt (parameters/report.yml). Öffnen Sie das "
        "Notebook in einem Projektordner oder nennen Sie „snapshot“ in der ersten Zelle."
    )


def _make(project: Any, edition: str) -> None:
    from sozlib.state import prepare

    prepare(project, edition)


def _area(row: dict[Any, Any]) -> Area:
    number, km2, parent = row["number"], row["km2"], row["parent"]
    return Area(
        id=str(row["id"]),
        name=str(row["name"]),
        short_name=str(row["short_name"]) if isinstance(row["short_name"], str) else str(row["name"]),
        number=int(number) if isinstance(number, int | float) and number == number else None,
        level=str(row["level"]),
        parent=parent if isinstance(parent, str) else None,
        slug=str(row["slug"]),
        km2=float(km2) if isinstance(km2, int | float) and km2 == km2 else None,
    )


def _filled(pattern: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        pattern = pattern.replace(f"{{{name}}}", word)
    return pattern


def _unknown(code: str, what: str, name: str, known: Iterable[str]) -> Problem:
    ids = list(known)
    near = nearest(name, ids, cutoff=0.5)
    remedy = f"Meinten Sie „{near}“?" if near else f"Bekannt sind: {', '.join(ids)}."
    return Problem(f"unknown-{code}", f"{what} „{name}“ gibt es in diesem Datenstand nicht.", remedy)
