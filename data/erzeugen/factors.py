"""The social situation of each unit and year, from which all counts follow.

One latent burden with a spatially correlated part, a trend of its own for each unit and persistent disturbances; the
economy and the shocks (refugees 2015/16, the pandemic 2020, Ukraine 2022) come with the year. Counts are then drawn
around these probabilities with persistence: who needs help this year mostly needed it last year, so series move
smoothly and small areas still jump.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binom, norm

from .district import UNITS, YEARS, stream

Array = np.ndarray[Any, Any]

#: Distance in kilometres over which the spatial part fades.
REACH = 9.0


def burden() -> Array:
    """Burden in standard deviations, shape (units, years)."""
    centres = np.array([(unit.x, unit.y) for unit in UNITS])
    distance = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    together = np.linalg.cholesky(np.exp(-distance / REACH) + 1e-9 * np.eye(len(UNITS)))
    rng = stream("burden")
    place = 0.25 * together @ rng.normal(size=len(UNITS))
    shake = np.zeros((len(UNITS), len(YEARS)))
    for step in range(1, len(YEARS)):
        shake[:, step] = 0.85 * shake[:, step - 1] + 0.06 * together @ rng.normal(size=len(UNITS))
    level = np.array([unit.burden for unit in UNITS])
    trend = np.array([unit.trend for unit in UNITS])
    passed = (np.array(YEARS) - YEARS[0]) / (YEARS[-1] - YEARS[0])
    time = 1.2 * (0.3 * passed + 0.7 * passed**2) - 0.45  # what changes, changes faster in the last years
    return np.asarray(level[:, None] + place[:, None] + trend[:, None] * time + shake)


def by_year(**points: float) -> Array:
    """Series over all years, straight between the given ones, e.g. ``by_year(y2010=1, y2025=1.3)``."""
    years = [int(key[1:]) for key in points]
    return np.interp(YEARS, years, list(points.values()))


def persistent(label: str, shape: tuple[int, ...], rho: float = 0.92) -> Array:
    """Quantiles in (0, 1) that drift slowly; the last axis is the year."""
    rng = stream("persistent", label)
    state = rng.normal(size=(*shape, len(YEARS)))
    for step in range(1, len(YEARS)):
        state[..., step] = rho * state[..., step - 1] + np.sqrt(1 - rho**2) * state[..., step]
    return np.asarray(norm.cdf(state))


def draw(label: str, people: Array, probability: Array) -> Array:
    """How many of ``people`` are concerned; both end with the axis of years.

    Each count is binomial, and the same quantile drifts from year to year.
    """
    people, probability = np.broadcast_arrays(people, np.clip(probability, 0, 0.995))
    quantile = persistent(label, people.shape[:-1])
    return np.asarray(binom.ppf(quantile, people, probability)).astype(np.int64)


def split(label: str, total: Array, shares: Array) -> Array:
    """Divide counts into parts that add up; shares has one more axis in front and sums to 1 over it."""
    rest, left = total.copy(), np.ones_like(total, dtype=float)
    parts = []
    for number, share in enumerate(shares[:-1]):
        part = draw(f"{label}/{number}", rest, np.where(left > 0, share / np.maximum(left, 1e-12), 0))
        parts.append(part)
        rest, left = rest - part, left - share
    return np.stack([*parts, rest])
