"""What speaks for which number of types.

There is no true number of types. Three criteria ask different things, how far apart types are, whether they are more
than chance would give, whether they come back in another draw, and they rarely name the same number. All are shown;
analysts decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np

from sozlib.analysis.regions import Adjacency
from sozlib.analysis.stability import stability
from sozlib.analysis.typology import Labels, Method, Values, centres, cluster

#: Draws without types with which the gap statistic compares.
_REFERENCES = 20


@dataclass(frozen=True)
class Choice:
    """What speaks for a number of types.

    Parameters
    ----------
    types
        The number.
    silhouette
        Mean silhouette width, from −1 to 1; NaN for one type.
    gap, gap_error
        Gap statistic and its standard error.
    stability, weakest
        Mean bootstrap Jaccard of the types, and that of the weakest; NaN for one type.
    smallest
        Areas of the smallest type.
    """

    types: int
    silhouette: float
    gap: float
    gap_error: float
    stability: float
    weakest: float
    smallest: int

    def told(self) -> dict[str, float | int | None]:
        """Plain data, None for NaN."""
        return {name: None if value != value else value for name, value in asdict(self).items()}


def choices(
    points: Values,
    numbers: Iterable[int],
    method: Method = "k-means",
    runs: int = 50,
    seed: int = 0,
    *,
    adjacency: Adjacency | None = None,
) -> tuple[Choice, ...]:
    """Evidence for each number of types, to be shown and not hidden in a default.

    Parameters
    ----------
    points, method, seed, adjacency
        See :func:`~sozlib.analysis.typology.cluster`.
    numbers
        The numbers to look at; 1 has a gap statistic only.
    runs
        Repetitions of the bootstrap.

    References
    ----------
    Rousseeuw (1987): Silhouettes. Journal of Computational and Applied Mathematics 20, 53–65.

    Tibshirani, Walther and Hastie (2001): Estimating the number of clusters in a data set via the gap statistic.
    JRSS B 63, 411–423. Reference draws are uniform over the range of each indicator.
    """
    from sklearn.metrics import silhouette_score

    found = []
    for k in numbers:
        labels = cluster(points, k, method, seed, adjacency=adjacency)
        gap, error = _gap(points, labels, k, method, seed, adjacency)
        silhouette = steady = weakest = float("nan")
        if 1 < labels.max() + 1 < len(points):
            silhouette = float(silhouette_score(points, labels))
            types = stability(points, labels, method, runs, seed, adjacency=adjacency).types
            steady, weakest = float(types.mean()), float(types.min())
        found.append(Choice(k, silhouette, gap, error, steady, weakest, int(np.bincount(labels).min())))
    return tuple(found)


def favoured(found: Sequence[Choice]) -> dict[str, int | None]:
    """The number of types that each criterion favours.

    ``silhouette`` and ``stability``: the highest. ``gap``: the smallest number whose gap is not clearly below the next
    one's (Tibshirani's rule); None where the gap grows to the end, so that the criterion does not settle the matter.
    """
    several = [c for c in found if c.types > 1 and c.silhouette == c.silhouette]
    settled = (c.types for c, after in pairwise(found) if c.gap >= after.gap - after.gap_error)
    return {
        "silhouette": max(several, key=lambda c: c.silhouette).types if several else None,
        "gap": next(settled, None),
        "stability": max(several, key=lambda c: c.stability).types if several else None,
    }


def _gap(
    points: Values, labels: Labels, k: int, method: Method, seed: int, adjacency: Adjacency | None
) -> tuple[float, float]:
    generator = np.random.default_rng(seed)
    low, high = points.min(axis=0), points.max(axis=0)
    logs = []
    for run in range(_REFERENCES):
        reference = generator.uniform(low, high, points.shape)
        logs.append(np.log(_within(reference, cluster(reference, k, method, run, adjacency=adjacency, repeated=True))))
    error = float(np.std(logs) * np.sqrt(1 + 1 / _REFERENCES))
    return float(np.mean(logs) - np.log(_within(points, labels))), error


def _within(points: Values, labels: Labels) -> float:
    return float(((points - centres(points, labels)[labels]) ** 2).sum()) or np.finfo(float).tiny
