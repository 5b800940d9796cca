"""Outlines of the areas, the river, and the places, drawn with believable borders.

The land is a Voronoi mosaic of small pieces; pieces go to the area whose centre pulls hardest, with a little noise, as
field boundaries and woods would have it. Along the Hasel the pieces come in pairs, one on each bank, so that the
river itself becomes the border where areas lie on one bank only. A coverage simplification keeps neighbours' common
borders common: no gaps, no overlaps.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from scipy.interpolate import CubicSpline
from scipy.spatial import Voronoi
from shapely.geometry import LineString, Polygon

from .district import AREAS, HASEL, LOHRA, PLACES, RESERVOIR, stream

Array = np.ndarray[Any, Any]

#: Metres of EPSG:25832 at the origin of the district's kilometre grid; a place in the middle of Germany that no real
#: district's outline is taken from.
ORIGIN = (522_000.0, 5_664_000.0)
TOWN_CENTRE, TOWN_RADIUS = (24.4, 27.3), 6.4


def curve(points: tuple[tuple[float, float], ...], spacing: float, wobble: float, label: str) -> LineString:
    """A meandering line through control points, a vertex every ``spacing`` kilometres."""
    anchors = np.array(points)
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(anchors, axis=0).T))]
    at = np.arange(0, along[-1], spacing)
    line = np.c_[CubicSpline(along, anchors[:, 0])(at), CubicSpline(along, anchors[:, 1])(at)]
    rng = stream("curve", label)
    phases = rng.uniform(0, 2 * np.pi, 4)
    swing = sum(
        np.sin(2 * np.pi * at / length + phase) for length, phase in zip((2.1, 3.3, 1.3, 5.2), phases, strict=True)
    )
    tangent = np.gradient(line, axis=0)
    normal = np.c_[-tangent[:, 1], tangent[:, 0]] / np.hypot(*tangent.T)[:, None]
    return LineString(line + wobble * swing[:, None] * normal)


def district_outline() -> Polygon:
    """Rough outline that decides which pieces of land belong to the district."""
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = (
        1
        + 0.06 * np.sin(2 * angle + 2.6)
        + 0.09 * np.sin(3 * angle + 0.2)
        + 0.06 * np.sin(5 * angle + 3.4)
        + 0.035 * np.sin(8 * angle + 1)
    )
    return Polygon(np.c_[32.5 + 28.5 * radius * np.cos(angle), 26 + 22.5 * radius * np.sin(angle)])


def pieces(river: LineString) -> tuple[list[Polygon], Array, Array]:
    """Small pieces of land, their seeds, and whether each lies north of the river."""
    rng = stream("land")
    scattered = rng.uniform((-4, -2), (68, 54), (5600, 2))
    outline = district_outline()
    near = shapely.distance(shapely.points(scattered), river) < 0.42
    scattered = scattered[~near]
    vertices = np.array(river.coords)
    tangent = np.gradient(vertices, axis=0)
    normal = np.c_[-tangent[:, 1], tangent[:, 0]] / np.hypot(*tangent.T)[:, None]
    # the river runs from east to west, so its right bank (minus the normal) is the northern one
    north, south = vertices - 0.12 * normal, vertices + 0.12 * normal
    seeds = np.r_[scattered, north, south]
    bank = np.r_[_north_of(scattered, river), np.ones(len(north), bool), np.zeros(len(south), bool)]
    mosaic = Voronoi(seeds)
    cells, kept = [], []
    inside = shapely.contains_xy(outline, seeds[:, 0], seeds[:, 1])
    for index in np.flatnonzero(inside):
        region = mosaic.regions[mosaic.point_region[index]]
        if region and -1 not in region:
            cells.append(Polygon(mosaic.vertices[region]))
            kept.append(index)
    return cells, seeds[kept], bank[kept]


def _north_of(points: Array, river: LineString) -> Array:
    first, last = river.coords[0], river.coords[-1]
    bank = Polygon([(80, 54), (80, 50), first, *river.coords, last, (-20, last[1]), (-20, 80), (80, 80)]).buffer(0)
    return np.asarray(shapely.contains_xy(bank, points[:, 0], points[:, 1]))


def outlines() -> gpd.GeoDataFrame:
    """Areas of the reporting level in the district's kilometre grid, columns ``id`` and ``geometry``."""
    river = curve(HASEL, 0.3, 0.16, "hasel")
    cells, seeds, north = pieces(river)
    centres = np.array([(area.x, area.y) for area in AREAS])
    weight = np.array([area.weight for area in AREAS])
    town = np.array([area.urban for area in AREAS])
    order = np.arange(len(AREAS))
    banks = np.array([area.bank for area in AREAS])
    owner = []
    for point, is_north in zip(seeds, north, strict=True):
        noise = 1.1 * np.sin(point[0] / 2.3 + 1) * np.cos(point[1] / 1.9) + 0.5 * np.sin(
            point[0] * 1.3 + point[1] * 0.9
        )
        distance = np.hypot(*(centres - point).T)
        other_bank = banks == ("south" if is_north else "north")
        if np.hypot(*(point - TOWN_CENTRE)) + 0.45 * noise < TOWN_RADIUS:
            pull = np.where(town & ~other_bank, distance + 0.18 * noise * np.cos(order), np.inf)
        else:
            broad = np.sin(point[0] / 3.4 + 2.3 * order) * np.cos(point[1] / 2.9 - 1.7 * order)
            pull = distance / np.sqrt(weight) + 0.16 * noise * np.cos(2 * order) + 0.22 * broad
            pull = np.where(town | other_bank, np.inf, pull)
        owner.append(int(np.argmin(pull)))
    land = gpd.GeoDataFrame({"area": owner}, geometry=cells).dissolve("area").reset_index()
    whole = _without_islands(land)
    simple = shapely.coverage_simplify(whole.geometry.to_numpy(), 0.16)
    closed = np.array([Polygon(shape.exterior) for shape in simple])
    if not shapely.coverage_is_valid(closed):
        raise ValueError("outlines overlap or leave gaps")
    ids = [AREAS[index].id for index in whole["area"]]
    return gpd.GeoDataFrame({"id": ids}, geometry=closed).sort_values("id", ignore_index=True)


def _without_islands(land: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give small detached parts to the neighbour they share the longest border with."""
    parts = land.explode(ignore_index=True)
    largest = parts.area == parts.area.groupby(parts["area"]).transform("max")
    main, rest = parts[largest].copy(), parts[~largest]
    for shape in rest.geometry:
        shared = main.geometry.intersection(shape).length
        if shared.max() > 0:
            index = shared.idxmax()
            main.loc[index, "geometry"] = main.loc[index, "geometry"].union(shape)
    return main.sort_values("area", ignore_index=True)


def hasel(areas: gpd.GeoDataFrame) -> LineString:
    """The river: the border between the banks where it is one, its own bed in the hills of Oberzellenau."""
    bank = {area.id: area.bank for area in AREAS}
    sides = [areas[areas["id"].map(bank) == side].union_all() for side in ("north", "south")]
    border = shapely.line_merge(shapely.intersection(*sides))
    longest = max(getattr(border, "geoms", [border]), key=lambda part: part.length)
    coords = np.array(longest.coords)
    if coords[0, 0] < coords[-1, 0]:
        coords = coords[::-1]
    bed = np.array(curve(HASEL, 0.3, 0.16, "hasel").coords)
    upper = bed[bed[:, 0] > coords[0, 0] + 0.1]
    return max(
        _lines(LineString(np.r_[upper, coords]).intersection(areas.union_all().buffer(0.01))),
        key=lambda part: part.length,
    )


def _lines(shape: shapely.Geometry) -> list[LineString]:
    merged = shapely.line_merge(shape)
    return list(getattr(merged, "geoms", [merged]))


def waters(areas: gpd.GeoDataFrame) -> list[tuple[str, str, shapely.Geometry]]:
    """Name, kind and shape of the waters in the kilometre grid."""
    main = hasel(areas)
    brook = curve(LOHRA, 0.3, 0.08, "lohra")
    mouth = main.interpolate(main.project(shapely.Point(brook.coords[-1])))
    crossing = brook.intersection(main)
    if not crossing.is_empty:
        cut = min(brook.project(point) for point in getattr(crossing, "geoms", [crossing]))
        brook = shapely.ops.substring(brook, 0, cut)
        mouth = shapely.Point(brook.coords[-1])
    brook = LineString([*brook.coords, mouth.coords[0]]) if brook.coords[-1] != mouth.coords[0] else brook
    x, y, wide, high = RESERVOIR
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    shore = 1 + 0.22 * np.sin(3 * angle + 1) + 0.12 * np.sin(5 * angle)
    tilt = np.deg2rad(52)
    across, along = wide * shore * np.cos(angle), high * shore * np.sin(angle)
    lake = Polygon(
        np.c_[x + across * np.cos(tilt) - along * np.sin(tilt), y + across * np.sin(tilt) + along * np.cos(tilt)]
    )
    return [("Hasel", "Fluss", main), ("Lohra", "Bach", brook), ("Zellenauer Talsperre", "Stausee", lake)]


def to_degrees(shapes: Any) -> Any:
    """From the kilometre grid to longitude and latitude, rounded to about a decimetre."""
    metres = shapely.transform(np.asarray(shapes, dtype=object), lambda c: c * 1000 + np.array(ORIGIN))
    degrees = gpd.GeoSeries(metres, crs=25832).to_crs(4326).to_numpy()
    return shapely.transform(degrees, lambda c: np.round(c, 6))


def square_kilometres(areas: gpd.GeoDataFrame) -> dict[str, float]:
    """Surface of each area."""
    return {key: float(round(size, 2)) for key, size in zip(areas["id"], areas.area, strict=True)}


def write_geojson(path: Path, name: str, rows: list[tuple[dict[str, Any], shapely.Geometry]]) -> None:
    """A feature collection, one feature a line, so that changes can be read in a diff."""
    features = []
    for properties, shape in rows:
        geometry = shapely.geometry.mapping(shapely.orient_polygons(shape))
        features.append(
            json.dumps(
                {"type": "Feature", "properties": properties, "geometry": geometry},
                ensure_ascii=False,
                separators=(",", ":"),
            )
        )
    head = json.dumps({"type": "FeatureCollection", "name": name}, ensure_ascii=False)[:-1]
    path.write_text(head + ', "features": [\n' + ",\n".join(features) + "\n]}\n", encoding="utf-8", newline="\n")


def write(folder: Path, areas: gpd.GeoDataFrame) -> None:
    """Write outlines, waters and places as GeoJSON."""
    names = {area.id: area.name for area in AREAS}
    shapes = to_degrees(areas.geometry)
    write_geojson(
        folder / "raeume.geojson",
        "Räume des Musterkreises (erfunden)",
        [({"id": key, "name": names[key]}, shape) for key, shape in zip(areas["id"], shapes, strict=True)],
    )
    found = waters(areas)
    shapes = to_degrees([shape for _, _, shape in found])
    write_geojson(
        folder / "gewaesser.geojson",
        "Gewässer des Musterkreises (erfunden)",
        [({"name": name, "kind": kind}, shape) for (name, kind, _), shape in zip(found, shapes, strict=True)],
    )
    points = to_degrees([shapely.Point(x, y) for _, _, x, y, _ in PLACES])
    write_geojson(
        folder / "orte.geojson",
        "Orte des Musterkreises (erfunden)",
        [
            ({"name": p[0], "area": p[1], "kind": "Hauptort" if p[4] else "Dorf"}, shape)
            for p, shape in zip(PLACES, points, strict=True)
        ],
    )
