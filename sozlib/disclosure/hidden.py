"""What an edition hides, with its true numbers: the gate and the attack must know what they look for.

The record is made while an edition is protected, lies beside its snapshot in the workshop, is readable by its owner
only and is no part of any release. Notebooks are never given its path.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure.ledger import COLUMNS as PLACED
from sozlib.disclosure.ledger import Cells

#: Numbers of an indicator row that disclosure control removes.
COLUMNS = ("numerator", "denominator", "value", "lower", "upper", "trend_change")

#: Tables of the record.
_NAMES = ("indicators", "population", "amounts", "groups", "further")

_KEY = ["indicator", "area", "period"]
_GROUP = ["area", "period", "sex", "age_from"]


@dataclass(frozen=True)
class Hidden:
    """Hidden cells of one edition.

    Parameters
    ----------
    indicators
        Columns indicator, area, period and :data:`COLUMNS`; a number that the edition shows as it is is missing here.
    population
        Columns area, period, sex, age_from, value.
    amounts
        Protection levels of amounts that give away a contributor (:func:`sozlib.disclosure.dominance.levels`).
    groups
        Small groups that no table shows and that follow from others (:mod:`~sozlib.disclosure.differencing`).
    further
        Counts that had to be hidden because of others: for these groups, or found by attack
        (:mod:`~sozlib.disclosure.widening`).
    """

    indicators: pd.DataFrame
    population: pd.DataFrame
    amounts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PLACED)))
    groups: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PLACED)))
    further: Cells = frozenset()

    @cached_property
    def cells(self) -> dict[tuple[str, str, int], dict[str, float]]:
        """Hidden numbers by indicator, area and period, each with the name of its column."""
        found: dict[tuple[str, str, int], dict[str, float]] = {}
        for row in self.indicators.to_dict("records"):
            numbers = {name: float(row[name]) for name in COLUMNS if np.isfinite(row[name])}
            found[str(row["indicator"]), str(row["area"]), int(row["period"])] = numbers
        return found

    @cached_property
    def people(self) -> dict[tuple[str, int, str, int], float]:
        """Hidden population counts by area, period, sex and lower age."""
        return {
            (str(r["area"]), int(r["period"]), str(r["sex"]), int(r["age_from"])): float(r["value"])
            for r in self.population.to_dict("records")
        }

    def __bool__(self) -> bool:
        return bool(len(self.indicators) or len(self.population))


def hidden_cells(
    full: pd.DataFrame,
    shown: pd.DataFrame,
    population: pd.DataFrame,
    shown_population: pd.DataFrame,
) -> Hidden:
    """What an edition's tables lack beside the unprotected ones, or show as another number.

    Parameters
    ----------
    full, shown
        Indicators before and after protection, the same rows.
    population, shown_population
        Population by age and sex before and after.
    """
    both = full[[*_KEY, *COLUMNS]].merge(shown[[*_KEY, *COLUMNS]], on=_KEY, suffixes=("", "_shown"))
    for name in COLUMNS:
        both[name] = both[name].astype(float).where(_another(both[name], both[f"{name}_shown"]))
    both.loc[_told_by_both_ends(full, both), "trend_change"] = np.nan
    indicators = both.loc[both[list(COLUMNS)].notna().any(axis=1), [*_KEY, *COLUMNS]]
    people = population[[*_GROUP, "value"]].merge(
        shown_population[[*_GROUP, "value"]], on=_GROUP, suffixes=("", "_shown")
    )
    hidden = people["value"].notna() & _another(people["value"], people["value_shown"])
    people = people.loc[hidden, [*_GROUP, "value"]]
    return Hidden(indicators.reset_index(drop=True), people.reset_index(drop=True))


def _told_by_both_ends(full: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Changes that a year hidden in between has taken away: no secret where the values at both ends are shown as they
    are.
    """
    start = rows[_KEY].merge(full.reindex(columns=[*_KEY, "trend_from"]), on=_KEY, how="left")["trend_from"]
    values = rows["value_shown"].where(rows["value"].isna()).set_axis(pd.MultiIndex.from_frame(rows[_KEY]))
    ends = [pd.MultiIndex.from_arrays([rows["indicator"], rows["area"], year]) for year in (rows["period"], start)]
    both = values.reindex(ends[0]).notna().to_numpy() & values.reindex(ends[1]).notna().to_numpy()
    return pd.Series(both, index=rows.index)


def _another(true: pd.Series, shown: pd.Series) -> npt.NDArray[np.bool_]:
    """Where an edition shows another number than the true one, or none."""
    numbers = true.to_numpy(dtype=float), shown.to_numpy(dtype=float)
    same: npt.NDArray[np.bool_] = np.isclose(*numbers, rtol=1e-9, atol=0.0)
    return ~same


def record_of(snapshot: Path) -> Path:
    """Folder of the record that belongs to a snapshot folder."""
    return snapshot.with_name(f"{snapshot.name}-verborgen")


def write_hidden(hidden: Hidden, folder: Path) -> None:
    """Write the record so that only its owner can read it."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    for name, frame in _tables(hidden):
        frame.to_parquet(folder / f"{name}.parquet", index=False)
        os.chmod(folder / f"{name}.parquet", 0o600)


def is_written(folder: Path) -> bool:
    """Whether a record is there and whole."""
    return all((folder / f"{name}.parquet").is_file() for name in _NAMES)


def read_hidden(folder: Path) -> Hidden:
    """Read a record."""
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in _NAMES}
    further = frozenset(tables.pop("further").itertuples(index=False, name=None))
    return Hidden(**tables, further=further)


def _tables(hidden: Hidden) -> Iterable[tuple[str, pd.DataFrame]]:
    further = pd.DataFrame(sorted(hidden.further), columns=list(PLACED[:3]))
    return zip(_NAMES, (hidden.indicators, hidden.population, hidden.amounts, hidden.groups, further), strict=True)
