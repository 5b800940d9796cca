"""What a release enters into the ledger: the counts that it shows, and what its classes say of those it does not.

A class says between which multiples of the denominator a numerator lies. Next year's sums may narrow that to a number,
so the two ends of every class stand in the ledger beside the counts, as relations between two counts.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from sozlib.disclosure.ledger import COLUMNS, RELATION, cell_of, published_counts
from sozlib.disclosure.ranges import of_classes
from sozlib.disclosure.system import Limit
from sozlib.indicators.catalogue import catalogue_of
from sozlib.snapshot import Snapshot


def entered(snapshot: Snapshot) -> pd.DataFrame:
    """All that an edition tells of counts, columns :data:`~sozlib.disclosure.ledger.COLUMNS` and
    :data:`~sozlib.disclosure.ledger.RELATION`.
    """
    counts = published_counts(snapshot).assign(of="", of_year=0, times=0.0)
    limits = [_row(limit) for limit in of_classes(snapshot, catalogue_of(snapshot.meta), {})]
    ranges = pd.DataFrame(limits, columns=[*COLUMNS, *RELATION])
    return pd.concat([counts, ranges.astype(counts.dtypes.to_dict())], ignore_index=True) if limits else counts


def _row(limit: Limit) -> tuple[object, ...]:
    """One end of a class: how much a count is above or below a multiple of another, at least."""
    (count, _), *others = limit.parts
    of, of_year, times = "", 0, 0.0
    if others:
        (other, weight), *_ = others
        of, _, of_year = cell_of(other)
        times = -weight
    number, above = (limit.low, np.inf) if np.isfinite(limit.low) else (limit.high, 0.0)
    return (*cell_of(count), number, np.inf if above == 0 else 0.0, above, of, of_year, times)


def keep(snapshot: Snapshot, path: Path) -> None:
    """Write what a released edition tells; a file that says the same already is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".neu")
    entered(snapshot).to_parquet(beside, index=False, compression="zstd")
    if path.is_file() and path.read_bytes() == beside.read_bytes():
        beside.unlink()
    else:
        os.replace(beside, path)
