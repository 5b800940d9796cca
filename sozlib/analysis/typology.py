"""Types of areas: groups of areas alike in several indicators, with the certainty of every assignment.

A typology that changes its numbers with the random seed or between two reports does more harm than good: Berlin gave
up cluster types in 2007 because they could not be followed. So types here come with their stability (for each type and
each area), and keep their identity from cycle to cycle.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Labels = NDArray[np.int64]
Scale = Literal["z", "robust", "rank"]
Method = Literal["k-means", "ward", "mixture"]

#: Hennig's reading of a type's bootstrap Jaccard: below the first it is unstable, above the second it is stable.
UNSTABLE, STABLE = 0.60, 0.75


@dataclass(frozen=True)
class Stability:
    """How well types and assignments survive repetition.

    Parameters
    ----------
    types
        k, mean Jaccard similarity of each type to its counterpart in the bootstrap samples.
    areas
        n, share of the repetitions in which each area falls into the counterpart of its type.
    """

    types: Values
    areas: Values


@dataclass(frozen=True)
class Choice:
    """What speaks for a number of types.

    ``silhouette`` and ``stability`` (mean Jaccard) are better when higher; ``gap`` is the gap statistic and
    ``gap_error`` its standard error.
    """

    k: int
    silhouette: float
    gap: float
    gap_error: float
    stability: float
    smallest: int


def scale(values: Values, method: Scale = "z") -> Values:
    """Indicators on one scale: z-values, median and interquartile range, or normal scores of ranks (n × k)."""
    from scipy.stats import norm, rankdata

    if method == "rank":
        share = (rankdata(values, axis=0) - 0.5) / len(values)
        return np.asarray(norm.ppf(share))
    if method == "robust":
        low, middle, high = np.percentile(values, [25, 50, 75], axis=0)
        centre, spread = middle, (high - low) / 1.349
    else:
        centre, spread = values.mean(axis=0), values.std(axis=0)
    if np.any(~(spread > 0)):
        raise ValueError("Ein Merkmal ist in (fast) allen Räumen gleich und kann keine Typen unterscheiden.")
    scaled: Values = (values - centre) / spread
    return scaled


def cluster(scaled: Values, k: int, method: Method = "k-means", seed: int = 0) -> Labels:
    """Type 0 … k−1 of each area.

    Numbers follow the types' first indicator from low to high, so they do not depend on the seed.
    """
    from sklearn.cluster import AgglomerativeClustering, KMeans
    from sklearn.mixture import GaussianMixture

    if not 1 <= k <= len(scaled):
        raise ValueError(f"{k} Typen sind bei {len(scaled)} Räumen nicht möglich.")
    if method == "ward":
        labels = AgglomerativeClustering(k, linkage="ward").fit_predict(scaled)
    elif method == "mixture":
        model = GaussianMixture(k, covariance_type="diag", n_init=5, reg_covar=1e-3, random_state=seed)
        labels = model.fit_predict(scaled)
    else:
        labels = KMeans(k, n_init=20, random_state=seed).fit_predict(scaled)
    present = np.unique(labels)
    order = np.argsort([scaled[labels == type_, 0].mean() for type_ in present])
    numbers = {int(present[old]): new for new, old in enumerate(order)}
    return np.array([numbers[int(label)] for label in labels], dtype=np.int64)


def centres(scaled: Values, labels: Labels) -> Values:
    """Mean of each type (types × indicators)."""
    return np.array([scaled[labels == type_].mean(axis=0) for type_ in range(labels.max() + 1)])


def stability(scaled: Values, labels: Labels, method: Method = "k-means", runs: int = 100, seed: int = 0) -> Stability:
    """Bootstrap stability of types and of every single assignment.

    Each run draws areas with replacement, groups them anew and compares: a type's Jaccard similarity to the most
    similar new type; an area counts as kept when its nearest new centre is the counterpart of its own type.

    References
    ----------
    Hennig (2007): Cluster-wise assessment of cluster stability. Computational Statistics & Data Analysis 52, 258–271.
    """
    generator = np.random.default_rng(seed)
    k = int(labels.max()) + 1
    similar = np.zeros((runs, k))
    kept = np.zeros((runs, len(labels)))
    for run in range(runs):
        drawn = np.unique(generator.integers(0, len(labels), len(labels)))
        new = cluster(scaled[drawn], min(k, len(drawn)), method, seed=run)
        overlap = np.array([[_jaccard(labels[drawn] == old, new == type_) for type_ in range(k)] for old in range(k)])
        similar[run] = overlap.max(axis=1)
        counterpart = match(-overlap)
        nearest = np.linalg.norm(scaled[:, None] - centres(scaled[drawn], new)[None], axis=2).argmin(axis=1)
        kept[run] = nearest == counterpart[labels]
    return Stability(similar.mean(axis=0), kept.mean(axis=0))


def _jaccard(left: NDArray[np.bool_], right: NDArray[np.bool_]) -> float:
    union = int((left | right).sum())
    return float((left & right).sum() / union) if union else 0.0


def match(cost: Values) -> Labels:
    """Column for each row with the least total cost, one to one (Hungarian method)."""
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(cost)
    result = np.full(cost.shape[0], -1, dtype=np.int64)
    result[rows] = columns
    return result


def keep_identity(labels: Labels, now: Values, before: Values) -> Labels:
    """Labels renumbered so that each type bears the number of its counterpart in the previous cycle.

    Parameters
    ----------
    labels
        n, types of this cycle.
    now, before
        Centres of both cycles on the same scale; a type without counterpart gets a number not used before.
    """
    distance = np.linalg.norm(now[:, None] - before[None], axis=2)
    counterpart = match(distance)
    free = len(before)
    for type_ in np.flatnonzero(counterpart < 0):
        counterpart[type_] = free
        free += 1
    return counterpart[labels]


def transitions(before: Labels, now: Labels) -> NDArray[np.int64]:
    """How many areas went from which type (rows) to which (columns); shape (types before, types now)."""
    table = np.zeros((int(before.max()) + 1, int(now.max()) + 1), dtype=np.int64)
    np.add.at(table, (before, now), 1)
    return table


def choices(
    scaled: Values, ks: Iterable[int], method: Method = "k-means", runs: int = 50, seed: int = 0
) -> tuple[Choice, ...]:
    """Evidence for each number of types, to be shown and not hidden in a default.

    References
    ----------
    Tibshirani, Walther and Hastie (2001): Estimating the number of clusters in a data set via the gap statistic.
    JRSS B 63, 411–423.
    """
    from sklearn.metrics import silhouette_score

    found = []
    for k in ks:
        labels = cluster(scaled, k, method, seed)
        gap, error = _gap(scaled, labels, k, method, seed)
        steady = stability(scaled, labels, method, runs, seed).types
        silhouette = float(silhouette_score(scaled, labels)) if 1 < k < len(scaled) else float("nan")
        smallest = int(np.bincount(labels).min())
        found.append(Choice(k, silhouette, gap, error, float(steady.mean()), smallest))
    return tuple(found)


def _gap(
    scaled: Values, labels: Labels, k: int, method: Method, seed: int, references: int = 20
) -> tuple[float, float]:
    generator = np.random.default_rng(seed)
    low, high = scaled.min(axis=0), scaled.max(axis=0)
    logs = []
    for run in range(references):
        reference = generator.uniform(low, high, scaled.shape)
        logs.append(np.log(_within(reference, cluster(reference, k, method, run))))
    error = float(np.std(logs) * np.sqrt(1 + 1 / references))
    return float(np.mean(logs) - np.log(_within(scaled, labels))), error


def _within(scaled: Values, labels: Labels) -> float:
    return float(((scaled - centres(scaled, labels)[labels]) ** 2).sum()) or np.finfo(float).tiny
