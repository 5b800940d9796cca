"""Outlines of the areas, prepared once for all maps of a chapter.

Published boundaries are far finer than a map in a report can show. They are simplified together, so that neighbours
keep their common border, turned into rings of coordinates, and each area gets the point where its label has most room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from sozlib.snapshot import Snapshot

if TYPE_CHECKING:
    import geopandas as gpd

Ring = npt.NDArray[np.float64]
#: The longer side of a map is about this many simplification steps.
_FINE, _COARSE = 900.0, 160.0


@dataclass(frozen=True)
class Inset:
    """Small areas that a map shows again, enlarged, under a title."""

    title: str
    areas: frozenset[str]


@dataclass(frozen=True)
class Spot:
    """Middle and radius (map units) of the largest circle in an area: where its label goes."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Outlines:
    """Areas of one level as simplified geometry.

    Parameters
    ----------
    shapes
        Polygon or multipolygon by area id, in display order, in metres.
    inset
        Areas to enlarge, None for a map without.
    """

    shapes: Mapping[str, Any]
    inset: Inset | None = None

    @classmethod
    def prepare(cls, geometry: gpd.GeoDataFrame, order: Iterable[str], inset: Inset | None = None) -> Outlines:
        """Simplify outlines.

        Parameters
        ----------
        geometry
            Columns ``id`` and ``geometry``, projected.
        order
            Ids in display order; areas without geometry are left out.
        inset
            Areas to enlarge; ids without geometry are left out.
        """
        given = {
            str(id): shape
            for id, shape in zip(geometry["id"], geometry.geometry, strict=True)
            if shape is not None and not shape.is_empty
        }
        ids = [id for id in order if id in given]
        shapes = dict(zip(ids, _simplified([given[id] for id in ids], _FINE), strict=True))
        if inset is not None:
            areas = frozenset(inset.areas) & set(ids)
            inset = Inset(inset.title, areas) if 0 < len(areas) < len(ids) else None
        return cls(shapes, inset)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north end."""
        west, south, east, north = shapely.total_bounds(list(self.shapes.values()))
        return float(west), float(south), float(east), float(north)

    @cached_property
    def frame(self) -> tuple[float, float, float, float] | None:
        """Bounds of the enlarged areas with a margin, None without inset."""
        if self.inset is None:
            return None
        west, south, east, north = shapely.total_bounds([self.shapes[id] for id in sorted(self.inset.areas)])
        margin = 0.06 * max(east - west, north - south)
        return float(west - margin), float(south - margin), float(east + margin), float(north + margin)

    @cached_property
    def land(self) -> Any:
        """All areas as one shape, prepared for questions."""
        union = shapely.union_all(list(self.shapes.values()))
        shapely.prepare(union)
        return union

    @cached_property
    def rings(self) -> dict[str, list[Ring]]:
        """Closed rings of each area."""
        return {id: _rings(shape) for id, shape in self.shapes.items()}

    @cached_property
    def coarse_rings(self) -> dict[str, list[Ring]]:
        """Closed rings for very small maps."""
        return {id: _rings(shape) for id, shape in zip(self.shapes, self._coarse, strict=True)}

    @cached_property
    def coarse_land(self) -> list[Ring]:
        """Closed rings of the whole for very small maps."""
        return _rings(shapely.union_all(self._coarse))

    @cached_property
    def _coarse(self) -> list[Any]:
        return _simplified(list(self.shapes.values()), _COARSE)

    @cached_property
    def spots(self) -> dict[str, Spot]:
        """Place of each label; on the main map outside the frame of the enlarged areas."""
        free = None if self.frame is None else shapely.box(*self.frame)
        return {id: _spot(shape, free, inside=self.enlarged(id)) for id, shape in self.shapes.items()}

    def settle(self) -> None:
        """Compute now what maps will ask for."""
        for name in ("bounds", "frame", "land", "rings", "coarse_rings", "coarse_land", "spots"):
            getattr(self, name)

    def enlarged(self, id: str) -> bool:
        """Whether an area is shown in the inset."""
        return self.inset is not None and id in self.inset.areas


def outlines_of(snapshot: Snapshot) -> Outlines | None:
    """Outlines of a snapshot's reporting level, None if it has no geometry; prepared once for each snapshot."""
    geometry = snapshot.geometry  # asked for even where the outlines are known: the chapter depends on it
    if geometry is None:
        return None
    if snapshot.digest not in _by_digest:
        while len(_by_digest) >= _SNAPSHOTS:
            del _by_digest[next(iter(_by_digest))]
        _by_digest[snapshot.digest] = _of_snapshot(snapshot, geometry)
    return _by_digest[snapshot.digest]


#: Outlines of the snapshots seen last, by digest.
_by_digest: dict[str, Outlines] = {}
_SNAPSHOTS = 4


def _of_snapshot(snapshot: Snapshot, geometry: gpd.GeoDataFrame) -> Outlines:
    chosen = snapshot.meta["report"].get("areas", {}).get("inset")
    inset = Inset(str(chosen["title"]), frozenset(map(str, chosen["areas"]))) if chosen else None
    return Outlines.prepare(geometry, snapshot.areas["id"].astype(str), inset)


def _simplified(shapes: Sequence[Any], steps: float) -> list[Any]:
    if not shapes:
        return []
    west, south, east, north = shapely.total_bounds(list(shapes))
    tolerance = max(east - west, north - south) / steps
    result = shapely.coverage_simplify(list(shapes), tolerance)
    return [new if not new.is_empty else old for new, old in zip(result, shapes, strict=True)]


def _polygons(shape: Any) -> list[Any]:
    return (
        [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"] if shape.geom_type != "Polygon" else [shape]
    )


def _rings(shape: Any) -> list[Ring]:
    return [
        np.asarray(ring.coords, dtype=float)[:, :2]
        for polygon in _polygons(shape)
        for ring in (polygon.exterior, *polygon.interiors)
    ]


def _spot(shape: Any, frame: Any, inside: bool) -> Spot:
    if frame is not None and not inside:
        outside = shape.difference(frame)
        shape = shape if outside.is_empty else outside
    largest = max(_polygons(shape), key=lambda p: p.area)
    west, south, east, north = largest.bounds
    circle = shapely.maximum_inscribed_circle(largest, tolerance=max(east - west, north - south) / 60)
    (x, y), (x2, y2) = circle.coords[0], circle.coords[-1]
    return Spot(float(x), float(y), float(np.hypot(x2 - x, y2 - y)))
