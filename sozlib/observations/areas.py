"""Areas: who they are, to whom they belong, where their borders run.

Every total, rank and map of the report rests on this list; so an id twice, a parent that does not exist or two areas
that overlap stop the build before any number is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sozlib.errors import InputError, Place, Problem
from sozlib.observations.findings import listed, several
from sozlib.observations.heads import Table, near, understand
from sozlib.observations.read import read_grid
from sozlib.project import AreasFile, Project
from sozlib.snapshot import AREA_COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd

#: Metric coordinates of the official survey (ETRS89 / UTM zone 32N).
CRS = "EPSG:25832"
#: Overlaps up to this share of the smaller area come from rounded coordinates and are only warned of.
SLIVER = 0.001
#: Overlaps below this surface (square metres) do not count at all.
DUST = 1.0

_OPTIONAL = ("short_name", "number", "valid_from", "valid_to")
_ID = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Areas:
    """Areas of all levels and the outlines of the reporting level.

    Parameters
    ----------
    table
        Columns :data:`sozlib.snapshot.AREA_COLUMNS`, in display order.
    geometry
        ``id`` and ``geometry`` of the reporting level in :data:`CRS`; None where the report has no map.
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
            name = near(text, list(by_name))
            found = by_name.get(name) if name else None
        else:
            padded = [id_ for id_ in names if id_.lstrip("0") == re.sub(r"\.0+$", "", text).lstrip("0")]
            found = padded[0] if padded else near(text, list(names))
        return f"{found} {names[found]}" if found else None


def slug(name: str) -> str:
    """Name as part of a file name: lower case, ASCII, words joined by hyphens.

    Examples
    --------
    >>> slug("Haselmünde-Weidenhang (Süd)")
    'haselmuende-weidenhang-sued'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.casefold().translate(_LETTERS)).strip("-")


def read_areas(project: Project) -> tuple[Areas, tuple[Problem, ...]]:
    """Areas of a report with all problems of table and outlines.

    Raises
    ------
    InputError
        The table cannot be read at all.
    """
    declared = project.report.areas
    path = project.path(declared.table)
    table = understand(read_grid(path, project.shown(path)))
    frame, problems = _area_table(table, project)
    geometry = None
    if declared.geometry is not None:
        outlines = project.path(declared.geometry)
        geometry, found = read_geometry(outlines, project, frame)
        problems += found
    frame["km2"] = _surface(frame, geometry, project.report.levels[0].id)
    frame = frame.loc[:, list(AREA_COLUMNS)]
    return Areas(frame, geometry, project.report.levels[0].id, table.grid.file), tuple(problems)


def _area_table(table: Table, project: Project) -> tuple[pd.DataFrame, list[Problem]]:
    problems: list[Problem] = []
    columns: dict[str, Any] = {}
    heads = project.report.areas.columns
    levels = [level.id for level in project.report.levels]
    whole = project.report.whole.id
    # A plain list of areas: all of them belong to the reporting level and to the whole, which need not be in it.
    listed_only = heads.get("level", "level") not in table.heads
    alike = near("level", [head for head in table.heads if head]) if listed_only else None
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
    if listed_only:
        frame.loc[len(frame) + table.body.index.max() + 1] = {
            **dict.fromkeys(frame.columns, ""),
            "id": whole,
            "name": project.report.whole.name,
            "short_name": project.report.whole.kind,
            "level": levels[-1],
        }
    frame = frame.map(lambda text: text or None).astype(object).where(lambda f: f.notna(), None)
    grid = table.grid
    ids = list(frame["id"])
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
            nearest = near(area["level"] or "", levels)
            problems.append(
                Problem(
                    "area-level",
                    f"Die Ebene „{area['level'] or ''}“ gibt es nicht.",
                    f"Meinten Sie „{nearest}“?" if nearest else f"Erlaubt: {', '.join(levels)}.",
                    grid.place(int(str(row)), "level"),
                )
            )
        if id_ != whole and area["parent"] not in (*ids, whole):
            nearest = near(area["parent"] or "", [i for i in ids if i and i != id_])
            problems.append(
                Problem(
                    "area-parent",
                    f"Der übergeordnete Raum „{area['parent'] or ''}“ von {id_} fehlt in der Tabelle.",
                    f"Meinten Sie „{nearest}“?" if nearest else "Ergänzen Sie ihn.",
                    grid.place(int(str(row)), "parent"),
                )
            )
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


def _display_numbers(frame: pd.DataFrame, reporting: str) -> pd.Series:
    """Numbers as delivered, or 1, 2, 3 … in the order of the table, for the reporting level."""
    given = pd.to_numeric(frame["number"], errors="coerce").astype("Int64")
    mine = frame["level"] == reporting
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


def read_geometry(
    path: Path, project: Project, areas: pd.DataFrame
) -> tuple[gpd.GeoDataFrame | None, tuple[Problem, ...]]:
    """Outlines of the reporting level, checked: ids, validity, overlaps, completeness.

    Parameters
    ----------
    path
        GeoJSON or GeoPackage.
    project
        For ``areas.id_property`` and ``areas.ids``.
    areas
        The areas, with ``id``, ``name`` and ``level``.

    Returns
    -------
    geometry
        ``id`` and ``geometry`` in :data:`CRS`, in the order of the areas; None if the file cannot be used.
    problems
        Everything that was found.
    """
    import geopandas as gpd

    shown = project.shown(path)
    declared = project.report.areas
    if not path.is_file():
        return None, (Problem("missing-file", "Datei nicht gefunden.", "Prüfen Sie areas.geometry.", Place(shown)),)
    try:
        read = gpd.read_file(path)
    except Exception:  # GDAL's errors have many classes
        return None, (Problem("geometry", "Die Datei ist kein lesbares GeoJSON oder GeoPackage.", "", Place(shown)),)
    if declared.id_property not in read.columns:
        properties = [str(column) for column in read.columns if column != "geometry"]
        nearest = near(declared.id_property, properties)
        hint = f"Meinten Sie „{nearest}“?" if nearest else f"Vorhanden: {', '.join(properties)}."
        return None, (
            Problem(
                "missing-column",
                f"Die Eigenschaft „{declared.id_property}“ (areas.id_property) fehlt.",
                hint,
                Place(shown),
            ),
        )
    if read.crs is None:
        return None, (
            Problem(
                "geometry",
                "Das Koordinatensystem ist nicht angegeben.",
                "Speichern Sie die Datei als GeoJSON (WGS 84) oder als GeoPackage mit Koordinatensystem.",
                Place(shown),
            ),
        )
    texts = read[declared.id_property].astype(str)
    ids = [_property_id(text, declared) for text in texts]
    read = gpd.GeoDataFrame({"id": ids, "geometry": read.geometry}, crs=read.crs)
    read = read.to_crs(CRS)
    expected = areas.loc[areas["level"] == project.report.levels[0].id, ["id", "name"]]
    names = dict(zip(expected["id"], expected["name"], strict=True))
    problems = [*_identity(read, texts, names, areas, shown), *_shapes(read, names, shown)]
    read = read.loc[read["id"].isin(names) & read.geometry.notna()]
    problems += _overlaps(read, names, shown)
    order = {id_: i for i, id_ in enumerate(names)}
    read = read.drop_duplicates("id").sort_values("id", key=lambda ids: ids.map(order))
    return read.reset_index(drop=True), tuple(problems)


def _property_id(text: str, declared: AreasFile) -> str:
    if text in declared.ids:
        return declared.ids[text]
    if declared.id_pattern and (match := re.search(declared.id_pattern, text)):
        text = match[1] if match.re.groups else match[0]
    return declared.ids.get(text, text)


def _named(id_: str, names: dict[str, str]) -> str:
    return f"{id_} {names[id_]}" if id_ in names else f"„{id_}“"


def _identity(
    read: gpd.GeoDataFrame, texts: pd.Series, names: dict[str, str], areas: pd.DataFrame, shown: str
) -> list[Problem]:
    known = set(areas["id"])
    unknown = [text for text, id_ in zip(texts, read["id"], strict=True) if id_ not in known]
    missing = [_named(id_, names) for id_ in names if id_ not in set(read["id"])]

    def stranger(text: str) -> Problem:
        nearest = near(text, list(names)) if missing else None
        return Problem(
            "unknown-area",
            f"Fläche „{text}“: diesen Raum gibt es nicht.",
            (f"Meinten Sie „{nearest}“? " if nearest else "")
            + "Ordnen Sie die Kennung mit areas.ids oder areas.id_pattern in parameters/report.yml zu."
            if missing
            else "Sie bleibt unbeachtet, denn alle Räume haben eine Fläche.",
            Place(shown),
            "error" if missing else "warning",
        )

    problems = several(unknown, stranger)
    if missing:
        problems.append(
            Problem(
                "missing-geometry",
                f"Ohne Fläche: {listed(missing, 8)}.",
                "Ergänzen Sie die Flächen oder ordnen Sie Kennungen mit areas.ids zu.",
                Place(shown),
            )
        )
    twice = sorted(set(read.loc[read["id"].duplicated(), "id"]) & set(names))
    problems += [
        Problem(
            "duplicate-area",
            f"Für {_named(id_, names)} gibt es mehrere Flächen.",
            "Fassen Sie sie zu einer (Multipolygon) zusammen.",
            Place(shown),
        )
        for id_ in twice
    ]
    return problems


def _shapes(read: gpd.GeoDataFrame, names: dict[str, str], shown: str) -> list[Problem]:
    from shapely.validation import explain_validity

    problems: list[Problem] = []
    for id_, shape in zip(read["id"], read.geometry, strict=True):
        if shape is None or shape.is_empty:
            found = "die Fläche ist leer"
        elif shape.geom_type not in ("Polygon", "MultiPolygon"):
            found = f"{shape.geom_type} statt einer Fläche"
        elif not shape.is_valid:
            reason = explain_validity(shape)
            german = {
                "Self-intersection": "die Grenze kreuzt sich selbst",
                "Ring Self-intersection": "die Grenze berührt sich selbst",
                "Hole lies outside shell": "ein Loch liegt außerhalb der Fläche",
                "Holes are nested": "Löcher liegen ineinander",
                "Interior is disconnected": "die Fläche zerfällt in Teile",
                "Nested shells": "Teilflächen liegen ineinander",
            }
            cause, _, spot = reason.partition("[")
            found = german.get(cause.strip(), cause.strip())
            numbers = re.findall(r"-?[\d.]+", spot)
            if len(numbers) >= 2:
                found += f" (bei x = {float(numbers[0]):.0f} m, y = {float(numbers[1]):.0f} m, {CRS})"
        else:
            continue
        problems.append(
            Problem(
                "invalid-geometry",
                f"{_named(id_, names)}: {found}.",
                "Bereinigen Sie die Fläche im GIS (in QGIS: „Geometrien reparieren“).",
                Place(shown),
            )
        )
    return problems


def _overlaps(read: gpd.GeoDataFrame, names: dict[str, str], shown: str) -> list[Problem]:
    problems: list[Problem] = []
    valid = read.loc[read.geometry.is_valid].reset_index(drop=True)
    shapes, ids = valid.geometry.to_numpy(), valid["id"].to_numpy()
    one, other = valid.sindex.query(valid.geometry, predicate="intersects")
    for i, j in zip(one, other, strict=True):
        if i >= j or ids[i] == ids[j]:
            continue
        common = shapes[i].intersection(shapes[j]).area
        share = common / max(min(shapes[i].area, shapes[j].area), 1e-9)
        if common <= DUST:
            continue
        extent = f"{common / 1e6:.2f} km²" if common >= 1e5 else f"{common:.0f} m²"
        problems.append(
            Problem(
                "overlap",
                f"{_named(ids[i], names)} und {_named(ids[j], names)} überlappen sich auf {extent.replace('.', ',')}.",
                "Bereinigen Sie die gemeinsame Grenze im GIS."
                if share > SLIVER
                else "Vermutlich gerundete Koordinaten; die Karte leidet darunter nicht.",
                Place(shown),
                "error" if share > SLIVER else "warning",
            )
        )
    return problems
