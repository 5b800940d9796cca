"""Values that an edition leaves possible where it shows none: made from nothing but what it shows.

A class of the monitor may be public although values behind it are not. So that it says nothing of them, it is told only
where every number that the edition leaves possible gives the same class. The ends of these intervals are what an
intruder computes (:mod:`sozlib.disclosure.attack`); the true numbers are not looked at, so they cannot show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from sozlib.disclosure import ranges
from sozlib.disclosure.attack import infer
from sozlib.disclosure.programme import ContradictionError
from sozlib.disclosure.publication import Published
from sozlib.disclosure.system import Count, System, expressed
from sozlib.indicators.catalogue import Indicator, catalogue_of
from sozlib.snapshot import WITHOUT_VALUE

#: How many tables are made: all smallest, all largest, and any mixture of both.
WORLDS = 24


def worlds(edition: Published, kinds: Mapping[str, str], ids: Collection[str]) -> list[pd.DataFrame]:
    """Tables of indicators with the smallest and largest possible values in place of those that an edition hides.

    Parameters
    ----------
    edition
        Its tables.
    kinds
        Kinds of the measures.
    ids
        Indicators that are needed.

    Returns
    -------
    list of pandas.DataFrame
        The edition's own table where nothing can be put in; else :data:`WORLDS` tables, always the same ones for the
        same edition. A value that may be anything stays missing in all of them.
    """
    ends = values_possible(edition, kinds, ids)
    if ends.empty:
        return [edition.indicators]
    mixed = np.random.default_rng(0).integers(0, 2, (WORLDS - 2, len(ends))).astype(bool)
    chosen = np.vstack([np.zeros(len(ends), dtype=bool), np.ones(len(ends), dtype=bool), mixed])
    low, high = ends["low"].to_numpy(), ends["high"].to_numpy()
    rows = edition.indicators[edition.indicators["indicator"].isin(ids)]
    return [_filled(rows, ends.index, np.where(largest, high, low)) for largest in chosen]


def _filled(rows: pd.DataFrame, at: pd.Index, values: np.ndarray) -> pd.DataFrame:
    world = rows.copy()
    world.loc[at, "value"], world.loc[at, "status"] = values, ""
    return world


def values_possible(edition: Published, kinds: Mapping[str, str], ids: Collection[str]) -> pd.DataFrame:
    """Smallest and largest possible values of rows of the reporting level without one.

    Parameters
    ----------
    edition, kinds, ids
        See :func:`worlds`.

    Returns
    -------
    pandas.DataFrame
        Columns low and high, index of the edition's rows; only values with both ends.
    """
    catalogue = {i.id: i for i in catalogue_of(edition.meta) if i.id in ids}
    base = str(edition.meta["report"]["levels"][0]["id"])
    rows = edition.indicators
    gone = rows["indicator"].isin(catalogue) & rows["status"].isin(WITHOUT_VALUE) & rows["numerator"].isna()
    gone &= rows["area"].isin(edition.areas.loc[edition.areas["level"] == base, "id"]) & (rows["denominator"] > 0)
    wanted = list(_asked(rows[gone], catalogue, kinds))
    found = _intervals(edition, kinds, base, [count for _, count, _ in wanted])
    ends = pd.DataFrame(
        [
            (
                low * indicator.per / below,
                min(high, below if indicator.kind == "proportion" else np.inf) * indicator.per / below,
            )
            for (_, _, (indicator, below)), (low, high) in zip(wanted, found, strict=True)
        ],
        columns=["low", "high"],
        index=[row for row, _, _ in wanted],
        dtype=float,
    )
    finite: pd.DataFrame = ends.loc[np.isfinite(ends.to_numpy()).all(axis=1)]
    return finite


def _asked(
    rows: pd.DataFrame, catalogue: Mapping[str, Indicator], kinds: Mapping[str, str]
) -> Iterator[tuple[int, Count, tuple[Indicator, float]]]:
    """Hidden numerators: their row, the count, the indicator and what it is divided by."""
    columns = rows[["indicator", "area", "period", "denominator"]]
    for row, id, area, period, below in columns.itertuples(name=None):
        indicator = catalogue[id]
        if parts := expressed(indicator.numerator, kinds):
            yield row, Count(parts, str(area), int(period), indicator.short_title), (indicator, float(below))


def _intervals(
    edition: Published, kinds: Mapping[str, str], base: str, wanted: Sequence[Count]
) -> Sequence[tuple[float, float]]:
    """What follows from the edition's numbers; anything where these contradict each other."""
    exact = ranges.exact(edition, ranges.shown(edition, kinds))
    # Where somebody is neither male nor female, the two sexes do not add up to all.
    for sexes in (("m", "f"), ("m", "f", "d")) if wanted else ():
        try:
            return infer(System.of(exact, edition.areas, base, sexes), wanted)
        except ContradictionError:
            continue
    return [(-np.inf, np.inf)] * len(wanted)
