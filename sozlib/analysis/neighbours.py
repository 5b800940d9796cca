"""Do neighbouring areas resemble each other? Moran's I for the whole map, local Moran for where.

A map is read for patterns, and the eye finds patterns everywhere. The global test says whether similar values lie
together more often than if the same values were dealt out to the areas at random [1]_; the local one names areas that
lie among similar ones or stand out from theirs [2]_. Values of small areas vary more by chance: proportions and rates
are first divided by how much theirs would [3]_.

Neighbours are areas that share a border or a corner. An area without neighbours (an island) is left out and counted.
Permutations use a fixed seed: the same values give the same p. Local p-values are two-sided and adjusted together, so
that at most 5 % of the areas marked are expected to be marked by chance.

References
----------
.. [1] Moran, P. A. P. (1950): Notes on continuous stochastic phenomena. Biometrika 37, 17-23.
.. [2] Anselin, L. (1995): Local indicators of spatial association - LISA. Geographical Analysis 27, 93-115.
.. [3] Assunção, R. M.; Reis, E. A. (1999): A new proposal to adjust Moran's I for population density. Statistics in
   Medicine 18, 2147-2162.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control

from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import CLUSTER_COLUMNS, PATTERN_COLUMNS

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

#: Fewer areas with neighbours cannot tell a pattern from chance.
LEAST_AREAS = 10

#: Share of false marks that is accepted among the areas marked.
LEVEL = 0.05

#: Random orders of the values on the map; with a fixed seed.
RUNS, SEED = 999, 20260101

#: Adjusted for many areas, a p-value must be able to get small: up to so many :data:`RUNS` do, beyond that ten times
#: more.
FEW_AREAS = 20

#: Quadrants as ``esda`` numbers them.
KINDS = {1: "high", 2: "low-among-high", 3: "low", 4: "high-among-low"}

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """Spatial pattern of values.

    Parameters
    ----------
    index
        Moran's I: above its expectation where neighbours resemble each other, below where they differ.
    expected
        Its mean over random maps, −1/(n−1).
    p
        Two-sided p-value from the permutations.
    kinds
        What each area is: a key of :data:`KINDS`' values, "" where nothing is secured.
    q
        Adjusted p-value of each area.
    """

    index: float
    expected: float
    p: float
    kinds: tuple[str, ...]
    q: Array


def neighbourhood(geometry: gpd.GeoDataFrame, areas: Sequence[str]) -> tuple[Graph, list[str], list[str]]:
    """Who borders on whom among some areas.

    Returns
    -------
    Graph
        Of the areas that have neighbours, row-standardised.
    list of str
        These areas in the graph's order.
    list of str
        Areas without neighbours.
    """
    from libpysal.graph import Graph

    frame = geometry[geometry["id"].isin(areas)].set_index("id").loc[lambda f: [a for a in areas if a in f.index]]
    if frame.empty:
        return Graph.from_arrays([], [], []), [], []
    graph = Graph.build_contiguity(frame, rook=False)
    islands = [str(area) for area in graph.isolates]
    linked = [str(area) for area in frame.index if area not in set(islands)]
    if islands and linked:
        graph = Graph.build_contiguity(frame.loc[linked], rook=False)
    return graph.transform("r"), linked, islands


def pattern(values: Array, graph: Graph) -> Pattern:
    """Global and local test of values on a map.

    Parameters
    ----------
    values
        One for each area of the graph, in its order; not all the same.
    graph
        Row-standardised neighbours, no islands.
    """
    from esda.moran import Moran, Moran_Local

    found = Moran(values, graph, transformation="r", permutations=0)
    random = np.random.default_rng(SEED)
    mixed = random.permuted(np.tile(values - values.mean(), (RUNS, 1)), axis=1)
    lagged = (graph.sparse @ mixed.T).T
    # Row-standardised weights sum to the number of areas: numerator and denominator need no factor.
    simulated = (mixed * lagged).sum(axis=1) / (mixed**2).sum(axis=1)
    runs = RUNS if len(values) <= FEW_AREAS else 10 * RUNS + 9
    # An area whose value is the mean has no spread to divide by; of esda's own p-values none is used.
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", DeprecationWarning)
        local = Moran_Local(values, graph, transformation="r", permutations=runs, seed=SEED)
    q = np.asarray(false_discovery_control(_two_sided(local.Is, local.rlisas)), dtype=float)
    kinds = tuple(KINDS[int(k)] if value <= LEVEL else "" for k, value in zip(local.q, q, strict=True))
    p = float(_two_sided(np.array([found.I]), simulated[None])[0])
    return Pattern(float(found.I), float(found.EI), p, kinds, q)


def _two_sided(observed: Array, simulated: Array) -> Array:
    """Twice the smaller tail of the random maps; the observed one counts among them."""
    above, below = ((simulated >= observed[:, None]).sum(axis=1), (simulated <= observed[:, None]).sum(axis=1))
    p: Array = np.minimum(1.0, 2 * (np.minimum(above, below) + 1) / (simulated.shape[1] + 1))
    return p


def comparable(rows: pd.DataFrame, indicator: Indicator) -> Array:
    """Values of areas in units of their own chance ([3]_) for proportions and rates, as they are for the rest."""
    from esda.smoothing import assuncao_rate

    if indicator.method not in ("wilson", "poisson"):
        return rows["value"].to_numpy(dtype=float)
    count, total = (rows[column].to_numpy(dtype=float) for column in ("numerator", "denominator"))
    result: Array = np.asarray(assuncao_rate(count, total), dtype=float)
    return result


def patterns(
    shown: pd.DataFrame, catalogue: Sequence[Indicator], areas: Sequence[str], geometry: gpd.GeoDataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Patterns of the latest shown values of all indicators but plain numbers.

    Returns
    -------
    tuple of pandas.DataFrame
        One row an indicator, columns :data:`sozlib.snapshot.PATTERN_COLUMNS` (``p`` NaN where nothing could be
        tested), and one row for each area marked, columns :data:`sozlib.snapshot.CLUSTER_COLUMNS`.
    """
    found: list[dict[str, object]] = []
    marked: list[dict[str, object]] = []
    rows = shown[shown["area"].isin(areas) & shown["value"].notna()]
    by_indicator = dict(iter(rows.groupby("indicator", sort=False)))
    graphs: dict[tuple[str, ...], tuple[Graph, list[str], list[str]]] = {}
    for indicator in catalogue if geometry is not None else ():
        if indicator.kind == "count" or indicator.id not in by_indicator:
            continue
        group = by_indicator[indicator.id]
        period = int(group["period"].max())
        group = group[group["period"] == period].set_index("area")
        known = tuple(area for area in areas if area in group.index)
        if known not in graphs:
            graphs[known] = neighbourhood(geometry, known)
        graph, linked, islands = graphs[known]
        row: dict[str, object] = {"indicator": indicator.id, "period": period, "areas": len(linked)}
        row |= {"islands": len(islands), "index": np.nan, "expected": np.nan, "p": np.nan}
        if len(linked) >= LEAST_AREAS and group.loc[linked, "value"].nunique() > 1:
            result = pattern(comparable(group.loc[linked], indicator), graph)
            row |= {"index": result.index, "expected": result.expected, "p": result.p}
            marked += [
                {"indicator": indicator.id, "area": area, "period": period, "kind": kind, "q": q}
                for area, kind, q in zip(linked, result.kinds, result.q, strict=True)
                if kind
            ]
        found.append(row)
    return pd.DataFrame(found, columns=list(PATTERN_COLUMNS)), pd.DataFrame(marked, columns=list(CLUSTER_COLUMNS))
