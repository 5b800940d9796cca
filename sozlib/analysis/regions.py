"""Which areas touch: the ground on which types become regions without gaps.

A region is a type whose areas hang together. Whether two areas are neighbours is read off the outlines (a common
border, not a common point). An area without neighbour, behind water or another district, is joined to the nearest one,
and the report names the pair: a region across water is a decision that readers should see.

Ward's method with the constraint of contiguity is what the report uses: it needs no random numbers, takes the number
of regions as given and 15 ms for 450 areas. SKATER is its second opinion; with 2 s for a single solution it is too slow
for the repetitions. Max-p finds the number of regions itself and draws from numpy's global generator, so it can neither
be compared with other numbers of regions nor repeated.

References
----------
Feng, Gaboardi, Knaap, Rey and Wei (2022): spopt: a python package for solving spatial optimization problems in PySAL.
Journal of Open Source Software 7 (74), 3330.

Assunção, Neves, Câmara and Da Costa Freitas (2006): Efficient regionalization techniques for socio-economic
geographical units using minimum spanning trees. IJGIS 20, 797–811.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import geopandas as gpd

Adjacency = NDArray[np.bool_]
Labels = NDArray[np.int64]
Values = NDArray[np.float64]

#: Added to every dissimilarity: SKATER takes a distance of zero for a missing border.
_APART = 1e-9


@dataclass(frozen=True)
class Neighbours:
    """Which areas border on each other.

    Parameters
    ----------
    adjacency
        n × n, symmetric, without the diagonal; connected.
    joined
        Pairs of areas (ids) that share no border and were joined, the one without neighbours first.
    """

    adjacency: Adjacency
    joined: tuple[tuple[str, str], ...] = ()


def neighbours_of(geometry: gpd.GeoDataFrame, areas: Sequence[str]) -> Neighbours:
    """Neighbours by common borders; parts without connection are joined to the nearest area.

    Parameters
    ----------
    geometry
        Columns ``id`` and ``geometry``, projected.
    areas
        Ids in the order of the result; all of them have an outline.
    """
    from libpysal.graph import Graph
    from scipy.sparse.csgraph import connected_components

    shapes = geometry.set_index(geometry["id"].astype(str)).geometry.loc[list(areas)]
    adjacency = Graph.build_contiguity(shapes, rook=True, strict=True).sparse.toarray() > 0
    outlines = np.asarray(shapes.to_numpy())
    joined: list[tuple[str, str]] = []
    while True:
        count, part = connected_components(adjacency, directed=False)
        if count == 1:
            return Neighbours(adjacency, tuple(joined))
        smallest = int(np.bincount(part).argmin())
        island, other = _nearest(outlines, part == smallest)
        adjacency[island, other] = adjacency[other, island] = True
        joined.append((str(areas[island]), str(areas[other])))


def _nearest(shapes: NDArray[np.object_], inside: NDArray[np.bool_]) -> tuple[int, int]:
    """The two areas, one of a part and one outside of it, that lie closest."""
    import shapely

    own, others = np.flatnonzero(inside), np.flatnonzero(~inside)
    pairs, distances = shapely.STRtree(shapes[others]).query_nearest(shapes[own], return_distance=True)
    best = int(distances.argmin())
    return int(own[pairs[0, best]]), int(others[pairs[1, best]])


def contracted(adjacency: Adjacency, kept: NDArray[np.int64], points: Values | None = None) -> Adjacency:
    """Adjacency among some of the areas, when each of the others is added to one of them.

    So a sample of areas hangs together as all of them do, and areas around a gap do not all become neighbours.

    Parameters
    ----------
    adjacency
        n × n, connected.
    kept
        Positions of the areas kept.
    points
        n × d: an area left out is added to where the way over areas alike leads; without, to the next one.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra
    from scipy.spatial.distance import cdist

    lengths = np.where(adjacency, _APART + (1.0 if points is None else cdist(points, points)), 0.0)
    sources = dijkstra(csr_matrix(lengths), directed=False, indices=kept, min_only=True, return_predecessors=True)[2]
    place = np.zeros(len(adjacency), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    owner = place[sources]
    result = np.zeros((len(kept), len(kept)), dtype=bool)
    left, right = adjacency.nonzero()
    result[owner[left], owner[right]] = True
    np.fill_diagonal(result, False)
    return result


def ward_regions(points: Values, k: int, adjacency: Adjacency) -> Labels:
    """Regions by Ward's method, merging only areas that touch."""
    from libpysal.weights import WSP
    from scipy.sparse import csr_matrix
    from spopt.region import WardSpatial

    frame, columns = _frame(points)
    model = WardSpatial(frame, WSP(csr_matrix(adjacency.astype(float))), columns, k)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def skater_regions(points: Values, k: int, adjacency: Adjacency) -> Labels:
    """Regions by cutting a minimum spanning tree of neighbours (SKATER)."""
    from libpysal.weights import WSP
    from scipy.sparse import csr_matrix
    from sklearn.metrics.pairwise import euclidean_distances
    from spopt.region import Skater

    def apart(left: Values, right: Values | None) -> Values:
        return np.asarray(euclidean_distances(left, right), dtype=np.float64) + _APART

    frame, columns = _frame(points)
    model = Skater(
        frame,
        WSP(csr_matrix(adjacency.astype(float))),
        columns,
        k,
        spanning_forest_kwds={"dissimilarity": apart},
    )
    model.solve()
    return np.asarray(model.labels_, dtype=np.int64)


def _frame(points: Values) -> tuple[object, list[str]]:
    import pandas as pd

    columns = [str(number) for number in range(points.shape[1])]
    return pd.DataFrame(points, columns=columns), columns
