"""Types of areas: groups of areas alike in several indicators, and how they keep their identity.

A typology that changes its numbers with the random seed or between two reports does more harm than good: Berlin gave
up cluster types in 2007 because they could not be followed. So types here come with their certainty
(:mod:`sozlib.analysis.stability`, :mod:`sozlib.analysis.agreement`), and keep their number from cycle to cycle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sozlib.analysis.regions import Adjacency, ward_regions

Values = NDArray[np.float64]
Labels = NDArray[np.int64]
Scale = Literal["z", "robust", "rank"]
Method = Literal["k-means", "ward", "mixture", "ward-spatial"]

#: Starts of the methods that begin at random: for the types themselves, and in each of many repetitions.
_STARTS = {"k-means": (20, 5), "mixture": (5, 1)}


def scale(values: Values, method: Scale = "z", of: Values | None = None) -> Values:
    """Indicators on one scale (n × k).

    Parameters
    ----------
    values
        n × k, in their units.
    method
        ``z``: mean and standard deviation; ``robust``: median and interquartile range; ``rank``: normal scores of
        ranks, which depend on the order of the areas alone.
    of
        m × k, the areas that make the scale; the values themselves if not given.

    Raises
    ------
    ValueError
        An indicator is the same in (almost) all areas.
    """
    from scipy.stats import norm

    basis = values if of is None else of
    low, middle, high = np.percentile(basis, [25, 50, 75], axis=0)
    if method == "robust":
        centre, spread = middle, (high - low) / 1.349
    else:
        centre, spread = basis.mean(axis=0), basis.std(axis=0)
    if np.any(~(spread > 0)):
        raise ValueError("Ein Merkmal ist in (fast) allen Räumen gleich und kann keine Typen unterscheiden.")
    if method == "rank":
        n, ordered = len(basis), np.sort(basis, axis=0)
        sides: list[Literal["left", "right"]] = ["left", "right"]
        pairs = zip(ordered.T, values.T, strict=True)
        passed = np.array([sum(column.searchsorted(own, side) for side in sides) / 2 for column, own in pairs]).T
        return np.asarray(norm.ppf(np.clip(passed / n, 0.5 / n, 1 - 0.5 / n)))
    scaled: Values = (values - centre) / spread
    return scaled


@dataclass(frozen=True)
class Components:
    """Principal components of scaled indicators.

    Parameters
    ----------
    points
        n × d, the areas in the components kept.
    loadings
        d × k, correlation of each component with each indicator.
    shares
        d, share of the variance that each component holds.
    """

    points: Values
    loadings: Values
    shares: Values


def components(scaled: Values, kept: int | float, of: Values | None = None) -> Components:
    """Principal components: a number of them (int), or as many as hold a share of the variance (float below 1).

    Components keep their own variance: the first counts for more than the last, as it does among the indicators.
    ``of`` are the areas that make the components, all of them if not given.
    """
    from sklearn.decomposition import PCA

    basis = scaled if of is None else of
    model = PCA(kept, svd_solver="full").fit(basis)
    deviation = np.sqrt(np.asarray(model.explained_variance_))[:, None]
    loadings = np.asarray(model.components_) * deviation / basis.std(axis=0, ddof=1)
    return Components(np.asarray(model.transform(scaled)), loadings, np.asarray(model.explained_variance_ratio_))


def cluster(
    points: Values,
    k: int,
    method: Method = "k-means",
    seed: int = 0,
    *,
    adjacency: Adjacency | None = None,
    by: Values | None = None,
    repeated: bool = False,
) -> Labels:
    """Type 0 … k−1 of each area.

    Parameters
    ----------
    points
        n × d, areas on one scale.
    k
        Number of types; a mixture may find fewer.
    method
        ``ward-spatial`` gives regions and needs ``adjacency``.
    seed
        Of the methods that start at random.
    adjacency
        n × n, which areas touch.
    by
        n, what the types are numbered by, from low to high; the first column if not given. So numbers do not depend on
        the seed.
    repeated
        Fewer starts, for one of many repetitions.

    Raises
    ------
    ValueError
        There are fewer areas than types, or regions are wanted without neighbours.
    """
    from sklearn.cluster import AgglomerativeClustering, KMeans
    from sklearn.mixture import GaussianMixture

    if not 1 <= k <= len(points):
        raise ValueError(f"{k} Typen sind bei {len(points)} Räumen nicht möglich.")
    if method == "ward-spatial":
        if adjacency is None:
            raise ValueError("Zusammenhängende Gebiete brauchen Gebietsgrenzen.")
        labels = ward_regions(points, k, adjacency)
    elif method == "ward":
        labels = AgglomerativeClustering(k, linkage="ward").fit_predict(points)
    elif method == "mixture":
        starts = _STARTS[method][repeated]
        model = GaussianMixture(k, covariance_type="diag", n_init=starts, reg_covar=1e-3, random_state=seed)
        labels = model.fit_predict(points)
    else:
        labels = KMeans(k, n_init=_STARTS[method][repeated], random_state=seed).fit_predict(points)
    return _numbered(labels, points[:, 0] if by is None else by)


def _numbered(labels: Labels, by: Values) -> Labels:
    present, compact = np.unique(labels, return_inverse=True)
    means = [by[compact == number].mean() for number in range(len(present))]
    numbers = np.empty(len(present), dtype=np.int64)
    numbers[np.argsort(means, kind="stable")] = np.arange(len(present))
    result: Labels = numbers[compact]
    return result


def centres(points: Values, labels: Labels) -> Values:
    """Mean of each type (types × indicators)."""
    return np.array([points[labels == type_].mean(axis=0) for type_ in range(labels.max() + 1)])


def distances(points: Values, others: Values) -> Values:
    """Euclidean distance of each point to each of the others (n × m)."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(points, others))


def jaccard(left: Labels, right: Labels) -> Values:
    """Jaccard similarity of each type of one grouping to each of another: shared areas by areas in either."""
    shared = crosstable(left, right)
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0, keepdims=True) - shared
    return np.asarray(np.divide(shared, either, out=np.zeros(shared.shape), where=either > 0))


def crosstable(rows: Labels, columns: Labels) -> Labels:
    """How many areas are of which type in one grouping (rows) and in another (columns)."""
    table = np.zeros((int(rows.max()) + 1, int(columns.max()) + 1), dtype=np.int64)
    np.add.at(table, (rows, columns), 1)
    return table


def match(cost: Values) -> Labels:
    """Column for each row with the least total cost, one to one (Hungarian method); −1 where columns run out."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    result = np.full(cost.shape[0], -1, dtype=np.int64)
    result[rows] = columns
    return result


def identity(cost: Values) -> Labels:
    """Number of each type of this cycle: that of its counterpart in the previous one.

    Parameters
    ----------
    cost
        Types now × types before: how unlike they are, the distance of their centres say.

    Returns
    -------
    ndarray
        A type without counterpart gets a number not used before.
    """
    counterpart = match(cost)
    without = np.flatnonzero(counterpart < 0)
    counterpart[without] = cost.shape[1] + np.arange(len(without))
    return counterpart
