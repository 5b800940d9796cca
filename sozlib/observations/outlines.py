"""Outlines of areas: read, brought to metres, and checked before a map or a density rests on them.

Two areas that overlap count land twice, an outline that crosses itself has a surface that depends on the program.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sozlib.errors import InputError, Place, Problem
from sozlib.nearest import nearest
from sozlib.observations.findings import listed, several
from sozlib.observations.heads import Table
from sozlib.observations.read import Grid
from sozlib.patterns import search
from sozlib.project import AreasFile, Project

if TYPE_CHECKING:
    import geopandas as gpd

#: Metric coordinates of the official survey (ETRS89 / UTM zone 32N).
CRS = "EPSG:25832"
#: Overlaps up to this share of the smaller area come from rounded coordinates and are only warned of.
SLIVER = 0.001
#: Overlaps below this surface (square metres) do not count at all.
DUST = 1.0


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
        alike = nearest(declared.id_property, properties)
        hint = f"Meinten Sie „{alike}“?" if alike else f"Vorhanden: {', '.join(properties)}."
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
    ids = feature_ids(list(texts), declared)
    read = gpd.GeoDataFrame({"id": ids, "geometry": read.geometry}, crs=read.crs)
    read = read.to_crs(CRS)
    if declared.join_outlines and read["id"].duplicated().any():
        texts = texts[~read["id"].duplicated().to_numpy()]
        read = read.dissolve("id", sort=False).reset_index()
    expected = areas.loc[areas["level"] == project.report.levels[0].id, ["id", "name"]]
    names = dict(zip(expected["id"], expected["name"], strict=True))
    problems = [*_identity(read, texts, names, areas, shown), *_shapes(read, names, shown)]
    read = read.loc[read["id"].isin(names) & read.geometry.notna()]
    problems += _overlaps(read, names, shown)
    order = {id_: i for i, id_ in enumerate(names)}
    read = read.drop_duplicates("id").sort_values("id", key=lambda ids: ids.map(order))
    return read.reset_index(drop=True), tuple(problems)


def read_features(path: Path, project: Project) -> Table:
    """Properties of outlines as a table of areas, for projects that have no other list of them.

    Raises
    ------
    InputError
        The file is missing or cannot be read.
    """
    from pyogrio.errors import DataSourceError
    from pyogrio.raw import read

    declared, shown = project.report.areas, project.shown(path)
    try:
        meta, _, _, columns = read(path, read_geometry=False)
    except DataSourceError:
        found = "Die Datei fehlt oder ist kein lesbares GeoJSON oder GeoPackage."
        raise InputError([Problem("geometry", found, "Prüfen Sie areas.table.", Place(shown))]) from None
    heads = [str(head) for head in meta["fields"]]
    cells = {
        head: ["" if cell is None else cell for cell in column] for head, column in zip(heads, columns, strict=True)
    }
    kept = list(range(len(columns[0]) if heads else 0))
    if declared.id_property in cells:
        ids = cells[declared.id_property] = feature_ids([str(id_) for id_ in cells[declared.id_property]], declared)
        kept = [i for i in kept if not declared.join_outlines or ids[i] not in ids[:i]]
    rows = [[column[i] for column in cells.values()] for i in kept]
    body = pd.DataFrame(rows, index=[i + 1 for i in kept], dtype=object)
    return Table(Grid(shown, rows, list(body.index)), tuple(heads), body)


def feature_ids(texts: Sequence[str], declared: AreasFile) -> list[str]:
    """Ids of outlines from the texts of their property, by the rules of ``report.yml``."""
    return [declared.features.get(number) or _property_id(text, declared) for number, text in enumerate(texts, 1)]


def _property_id(text: str, declared: AreasFile) -> str:
    if text in declared.ids:
        return declared.ids[text]
    if declared.id_pattern and (match := search(declared.id_pattern, text)):
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
        alike = nearest(text, list(names)) if missing else None
        return Problem(
            "unknown-area",
            f"Fläche „{text}“: diesen Raum gibt es nicht.",
            (f"Meinten Sie „{alike}“? " if alike else "")
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
            "Fassen Sie sie zu einer (Multipolygon) zusammen, oder vereinigen Sie sie mit areas.join_outlines: true. "
            "Trägt eine Fläche die falsche Kennung, berichtigt sie areas.features.",
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
