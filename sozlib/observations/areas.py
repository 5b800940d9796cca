"""Areas: who they are, to whom they belong, where their borders run.

Every total, rank and map of the report rests on this list; so an id twice, a parent that does not exist or two areas
that overlap stop the build before any number is read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from sozlib.errors import InputError, Place, Problem
from sozlib.nearest import nearest
from sozlib.observations.findings import listed, several
from sozlib.observations.heads import Table, understand
from sozlib.observations.outlines import read_features, read_geometry
from sozlib.observations.read import Grid, read_grid
from sozlib.patterns import search
from sozlib.project import Project
from sozlib.snapshot import AREA_COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd

#: Numbers of more areas than this help nobody to find one on a map.
MOST_NUMBERED = 99
_OPTIONAL = ("short_name", "number", "valid_from", "valid_to")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
#: Letters that turn the direction of writing: a name with them reads other than it is.
_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Areas:
    """Areas of all levels and the outlines of the reporting level.

    Parameters
    ----------
    table
        Columns :data:`sozlib.snapshot.AREA_COLUMNS`, in display order.
    geometry
        ``id`` and ``geometry`` of the reporting level, in metres (EPSG:25832); None where the report has no map.
    reporting
        Name of the reporting level.
    file
        Where the table comes from, for messages.
    """

    table: pd.DataFrame
    geometry: gpd.GeoDataFrame | None
    reporting: str
    file: str

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all levels."""
        return tuple(self.table["id"])

    @property
    def reporting_ids(self) -> tuple[str, ...]:
        """Ids of the reporting level."""
        return tuple(self.table.loc[self.table["level"] == self.reporting, "id"])

    def reporting_below(self, area: str) -> tuple[str, ...]:
        """Ids of the reporting level that belong to an area of a higher level."""
        parents = dict(zip(self.table["id"], self.table["parent"], strict=True))

        def belongs(id_: str | None) -> bool:
            seen: set[str] = set()
            while id_ and id_ not in seen:
                seen.add(id_)
                id_ = parents.get(id_)
                if id_ == area:
                    return True
            return False

        return tuple(id_ for id_ in self.reporting_ids if belongs(id_))

    def nearest(self, text: str) -> str | None:
        """Known area most like a text, as „0101 Altstadt“; by id or by name."""
        names = dict(zip(self.table["id"], self.table["name"], strict=True))
        by_name = {name: id_ for id_, name in names.items()}
        if re.search(r"[^\W\d]{3,}", text):
            name = nearest(text, list(by_name))
            found = by_name.get(name) if name else None
        else:
            padded = [id_ for id_ in names if id_.lstrip("0") == re.sub(r"\.0+$", "", text).lstrip("0")]
            mine = [id_ for id_ in self.reporting_ids if len(id_) == len(text)]
            found = padded[0] if padded else nearest(text, mine) or nearest(text, [i for i in names if i not in mine])
        return f"{found} {names[found]}" if found else None


def slug(name: str) -> str:
    """Name as part of a file name: lower case, ASCII, words joined by hyphens.

    Examples
    --------
    >>> slug("Haselmünde-Weidenhang (Süd)")
    'haselmuende-weidenhang-sued'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().translate(_LETTERS)).strip("-")


def read_area_table(project: Project) -> tuple[Areas, tuple[Problem, ...]]:
    """Areas of a report without outlines and surface, with all problems of the table.

    Raises
    ------
    InputError
        The table cannot be read at all.
    """
    path = project.path(project.report.areas.table)
    outlines = path.suffix in (".geojson", ".gpkg")
    table = read_features(path, project) if outlines else understand(read_grid(path, project.shown(path)))
    frame, problems = _area_table(table, project)
    return Areas(frame, None, project.report.levels[0].id, table.grid.file), tuple(problems)


def read_areas(project: Project) -> tuple[Areas, tuple[Problem, ...]]:
    """Areas of a report with all problems of table and outlines.

    Raises
    ------
    InputError
        The table cannot be read at all.
    """
    areas, problems = read_area_table(project)
    frame, geometry = areas.table, None
    if project.report.areas.geometry is not None:
        outlines = project.path(project.report.areas.geometry)
        geometry, found = read_geometry(outlines, project, frame)
        problems += tuple(found)
    frame["km2"] = _surface(frame, geometry, areas.reporting)
    return replace(areas, table=frame.loc[:, list(AREA_COLUMNS)], geometry=geometry), problems


def _area_table(table: Table, project: Project) -> tuple[pd.DataFrame, list[Problem]]:
    problems: list[Problem] = []
    columns: dict[str, Any] = {}
    heads = project.report.areas.columns
    levels = [level.id for level in project.report.levels]
    whole = project.report.whole.id
    # A plain list of areas: all of them belong to the reporting level and to the whole, which need not be in it.
    listed_only = heads.get("level", "level") not in table.heads
    alike = nearest("level", [head for head in table.heads if head]) if listed_only else None
    if alike is not None and "level" not in heads:
        problems.append(
            Problem(
                "missing-column",
                f"Die Spalte „level“ fehlt; ist „{alike}“ gemeint?",
                "Benennen Sie die Spalte um oder nennen Sie sie in areas.columns.",
                table.grid.place(table.head_row),
            )
        )
    for name in ("id", "name") if listed_only else ("id", "name", "level", "parent"):
        try:
            columns[name] = table.texts(heads.get(name, name))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    for name in _OPTIONAL:
        columns[name] = table.texts(heads.get(name, name)) if heads.get(name, name) in table.heads else ""
    if listed_only:
        columns |= {"level": levels[0], "parent": whole}
    frame = pd.DataFrame(columns, index=table.body.index)
    names = project.report.areas.names
    frame["name"] = [names.get(id_, name) for id_, name in zip(frame["id"], frame["name"], strict=True)]
    if listed_only:
        frame, found = _with_parents(frame, project, table.grid)
        problems += found
        frame.loc[frame.index.max() + 1] = {
            **dict.fromkeys(frame.columns, ""),
            "id": whole,
            "name": project.report.whole.name,
            "short_name": project.report.whole.kind,
            "level": levels[-1],
        }
    frame = frame.map(lambda text: text or None).astype(object).where(lambda f: f.notna(), None)
    grid = table.grid
    ids = list(frame["id"])
    level_of = dict(zip(frame["id"], frame["level"], strict=True))
    for row, area in frame.iterrows():
        id_, place = area["id"], grid.place(int(str(row)), "id")
        if not id_ or not _ID.fullmatch(id_):
            problems.append(
                Problem(
                    "area-id",
                    f"„{id_ or ''}“ ist keine gültige Kennung.",
                    "Erlaubt sind Buchstaben, Ziffern, dazwischen - und _.",
                    place,
                )
            )
        elif ids.count(id_) > 1 and ids.index(id_) != frame.index.get_loc(row):
            first = frame.index[ids.index(id_)]
            problems.append(
                Problem(
                    "duplicate-area",
                    f"Die Kennung {id_} steht schon in Zeile {first}.",
                    "Jeder Raum steht genau einmal in der Tabelle.",
                    place,
                )
            )
        if area["level"] not in levels:
            alike = nearest(area["level"] or "", levels)
            problems.append(
                Problem(
                    "area-level",
                    f"Die Ebene „{area['level'] or ''}“ gibt es nicht.",
                    f"Meinten Sie „{alike}“?" if alike else f"Erlaubt: {', '.join(levels)}.",
                    grid.place(int(str(row)), "level"),
                )
            )
        if id_ != whole and area["parent"] not in (*ids, whole):
            alike = nearest(area["parent"] or "", [i for i in ids if i and i != id_])
            problems.append(
                Problem(
                    "area-parent",
                    f"Der übergeordnete Raum „{area['parent'] or ''}“ von {id_} fehlt in der Tabelle.",
                    f"Meinten Sie „{alike}“?" if alike else "Ergänzen Sie ihn.",
                    grid.place(int(str(row)), "parent"),
                )
            )
        elif area["level"] in levels and level_of.get(area["parent"]) in levels[: levels.index(area["level"]) + 1]:
            wrong = f"„{area['parent']}“ kann nicht über {id_} stehen: Seine Ebene liegt nicht höher."
            remedy = "Ein Raum gehört zu einem auf höherer Ebene, das Ganze zu keinem."
            problems.append(Problem("area-parent", wrong, remedy, grid.place(int(str(row)), "parent")))
        if any(map(_unseen, area["name"] or "")):
            wrong = f"Der Name von {id_} enthält unsichtbare Steuerzeichen."
            problems.append(Problem("area-name", wrong, "Schreiben Sie ihn neu.", grid.place(int(str(row)), "name")))
    if whole not in ids:
        problems.append(
            Problem(
                "area-whole",
                f"Das Ganze ({whole}, {project.report.whole.name}) fehlt in der Tabelle.",
                f"Ergänzen Sie eine Zeile mit der Ebene „{levels[-1]}“.",
                Place(grid.file),
            )
        )
    if levels[0] not in set(frame["level"]):
        problems.append(
            Problem(
                "area-level",
                f"Kein Raum gehört zur Berichtsebene „{levels[0]}“.",
                "Prüfen Sie die Spalte level und levels in parameters/report.yml.",
                Place(grid.file),
            )
        )
    frame = frame.loc[~frame["id"].duplicated()].copy()
    frame["short_name"] = frame["short_name"].where(frame["short_name"].notna(), frame["name"])
    frame["number"] = _display_numbers(frame, levels[0])
    frame["slug"] = [slug(name or "") for name in frame["name"]]
    twice = frame.loc[(frame["level"] == levels[0]) & frame["slug"].duplicated(), ["id", "name"]]
    for row, area in twice.iterrows():
        problems.append(
            Problem(
                "area-name",
                f"Der Name „{area['name']}“ ergibt denselben Dateinamen wie ein anderer Raum.",
                "Geben Sie jedem Raum einen eigenen Namen.",
                grid.place(int(str(row)), "name"),
            )
        )
    return frame.reset_index(drop=True), problems


def _unseen(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc" or unicodedata.bidirectional(letter) in _TURNING


def _with_parents(frame: pd.DataFrame, project: Project, grid: Grid) -> tuple[pd.DataFrame, list[Problem]]:
    """A plain list with the areas above that its ids name."""
    parents, whole = project.report.areas.parents, project.report.whole.id
    if parents is None:
        return frame, []
    file = Place("parameters/report.yml")
    levels = [level.id for level in project.report.levels]
    if parents.level not in levels[1:-1]:
        found = f"Die Ebene „{parents.level}“ (areas.parents) liegt nicht zwischen der ersten und der letzten Ebene."
        return frame, [Problem("area-level", found, f"Ebenen: {', '.join(levels)}.", file)]
    matches = [search(parents.id_pattern, id_) for id_ in frame["id"]]
    above = pd.Series([match[1] if match else None for match in matches], index=frame.index, dtype=object)
    lost = ~above.isin(list(parents.names))

    def unnamed(item: tuple[int, str, str | None]) -> Problem:
        row, id_, upper = item
        found = f"Zu welchem übergeordneten Raum gehört „{id_}“?"
        if upper:
            found = f"„{id_}“ gehört zu „{upper}“, das keinen Namen hat."
        remedy = "Ergänzen Sie areas.parents.names oder berichtigen Sie areas.parents.id_pattern."
        return Problem("area-parent", found, remedy, grid.place(row, "id"))

    problems = several(list(zip(frame.index[lost], frame["id"][lost], above[lost], strict=True)), unnamed)
    empty = [f"{id_} {name}" for id_, name in parents.names.items() if id_ not in set(above)]
    if empty:
        found = f"Zu {listed(empty)} (areas.parents.names) gehört kein Raum."
        problems.append(Problem("area-parent", found, "Streichen Sie den Eintrag oder berichtigen Sie ihn.", file))
    usual = dict.fromkeys(frame.columns, "") | {"level": parents.level, "parent": whole}
    rows = [usual | {"id": id_, "name": name} for id_, name in parents.names.items()]
    after = frame.index.max() + 1
    added = pd.DataFrame(rows, index=range(after, after + len(rows)))
    return pd.concat([frame.assign(parent=above.mask(lost, whole)), added]), problems


def _display_numbers(frame: pd.DataFrame, reporting: str) -> pd.Series:
    """Numbers as delivered, or 1, 2, 3 … in the order of the table, for the reporting level; none for many areas."""
    given = pd.to_numeric(frame["number"], errors="coerce").astype("Int64")
    mine = frame["level"] == reporting
    if given[mine].isna().any() and mine.sum() > MOST_NUMBERED:
        return pd.Series(pd.NA, index=frame.index, dtype="Int64")
    if given[mine].isna().any():
        given = mine.cumsum().astype("Int64").where(mine)
    return given


def _surface(frame: pd.DataFrame, geometry: gpd.GeoDataFrame | None, reporting: str) -> list[float]:
    """Square kilometres: from the outlines for the reporting level, above it the sum of what belongs to an area."""
    if geometry is None:
        return [float("nan")] * len(frame)
    own = dict(zip(geometry["id"], geometry.area / 1e6, strict=True))
    areas = Areas(frame, None, reporting, "")
    return [
        own.get(id_, float("nan"))
        if level == reporting
        else sum(own.get(below, float("nan")) for below in areas.reporting_below(id_))
        for id_, level in zip(frame["id"], frame["level"], strict=True)
    ]
