"""Which cells different ways hide in the same invented tables: what they cost, and whether they are safe.

The tables hold counts of areas in regions in one whole by sex and age, with all margins. Each way's choice is attacked:
the interval of every small count must be at least as wide as the rule asks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measure import Stopwatch
from benchmarks.optimal import optimal
from sozlib.disclosure.bounds import intervals
from sozlib.disclosure.concealment import Sum, conceal
from sozlib.disclosure.opening import opened

MINIMUM = 3
#: Areas, regions and age groups of the tables.
SIZES = ((12, 3, 4), (40, 5, 5), (100, 8, 6))

#: Area or sum of areas, sex ("" both), age group (-1 all).
Cell = tuple[str, str, int]


@dataclass(frozen=True)
class Table:
    """Cells with all margins.

    Parameters
    ----------
    people
        One row a person: area, region, sex, age.
    cells
        Names of the cells.
    counts
        Number of people in each cell.
    sums
        How cells add up.
    """

    people: pd.DataFrame
    cells: list[Cell]
    counts: np.ndarray
    sums: list[Sum]

    @property
    def small(self) -> np.ndarray:
        """Cells that must be hidden."""
        return (self.counts > 0) & (self.counts < MINIMUM)


def invented(areas: int, regions: int, ages: int) -> Table:
    """A table in which about one inner cell in fifty is small."""
    chance = np.random.default_rng(2026)
    names = [f"A{number:03}" for number in range(areas)]
    parent = {name: f"R{number % regions:02}" for number, name in enumerate(names)}
    above = sorted(set(parent.values()))
    size = dict(zip(names, chance.lognormal(0, 0.6, areas), strict=True))
    rows = [
        (area, parent[area], sex, str(age))
        for area, sex, age in product(names, "mf", range(ages))
        for _ in range(chance.poisson(9 * size[area]))
    ]
    people = pd.DataFrame(rows, columns=["area", "region", "sex", "age"]).assign(one=1)
    parent |= dict.fromkeys(above, "Total")
    sexes, groups = ("m", "f", ""), (*range(ages), -1)
    cells = list(product([*names, *above, "Total"], sexes, groups))
    place = {cell: number for number, cell in enumerate(cells)}
    counts = np.zeros(len(cells))
    for (area, region, sex, age), number in people.groupby(["area", "region", "sex", "age"]).size().items():
        for cell in product((area, region, "Total"), (sex, ""), (int(age), -1)):
            counts[place[cell]] += number
    sums = [
        Sum(tuple(place[area, sex, age] for area in parent if parent[area] == upper), place[upper, sex, age])
        for upper, sex, age in product([*above, "Total"], sexes, groups)
    ]
    for area in (*names, *above, "Total"):
        sums += [Sum((place[area, "m", age], place[area, "f", age]), place[area, "", age]) for age in groups]
        sums += [Sum(tuple(place[area, sex, age] for age in range(ages)), place[area, sex, -1]) for sex in sexes]
    return Table(people, cells, counts, sums)


def widths(table: Table, hidden: np.ndarray) -> np.ndarray:
    """Widths of the intervals that the attacker finds for the small counts."""
    rows, right = [], []
    for equation in table.sums:
        row = {cell: 1.0 for cell in equation.parts if hidden[cell]}
        if equation.total is not None and hidden[equation.total]:
            row[equation.total] = -1.0
        if row:
            rows.append(row)
            right.append(float(sum(weight * table.counts[cell] for cell, weight in row.items())))
    found = intervals(rows, right, [({int(cell): 1.0}, 0.0) for cell in np.flatnonzero(table.small)])
    return np.array([high - low for low, high in found])


def chosen(table: Table) -> np.ndarray:
    """What sozlib hides in a table of the population."""
    hidden = conceal(table.counts, table.small, table.sums, MINIMUM)
    return opened(hidden, table.counts, table.small, table.sums, MINIMUM)


def tauargus(table: Table, method: str, seconds: float) -> np.ndarray | None:
    """What pytauargus hides; None where it fails or takes too long."""
    with tempfile.TemporaryDirectory(prefix="tauargus-") as name:
        folder = Path(name)
        table.people.to_csv(folder / "people.csv", index=False)
        command = [sys.executable, "-m", "benchmarks.tauargus", name, method]
        # Its libraries also write logs into the current folder.
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
        try:
            subprocess.run(command, cwd=folder, env=environment, check=True, timeout=seconds, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(f"    {type(error).__name__}: {(error.stderr or b'').decode()[-300:].strip()}")
            return None
        result = pd.read_csv(folder / "result.csv", dtype=str)
    names = zip(result["area"], result["sex"].replace("Total", ""), result["age"].replace("Total", "-1"), strict=True)
    status = {(area, sex, int(age)): sign for (area, sex, age), sign in zip(names, result["status"], strict=True)}
    return np.array([status.get(cell) in ("U", "M") for cell in table.cells])


def suppression(seconds: float) -> None:
    """Print what each way hides, its time and what the attack finds.

    Parameters
    ----------
    seconds
        Time for each way and table.
    """
    for size in SIZES:
        table = invented(*size)
        print(f"  {size[0]} areas x 2 sexes x {size[2]} ages: {len(table.cells)} cells, {int(table.small.sum())} small")

        def best(table: Table = table) -> np.ndarray | None:
            found = optimal(table.counts, table.small, table.sums, MINIMUM, seconds)
            print(f"    at least {found.least} cells, {found.cuts} cuts")
            return found.hidden

        ways: dict[str, Callable[[], np.ndarray | None]] = {
            "threshold alone": lambda table=table: table.small,
            "conceal": lambda table=table: conceal(table.counts, table.small, table.sums, MINIMUM),
            "conceal and open": lambda table=table: chosen(table),
            "optimal (HiGHS)": best,
            "pytauargus modular": lambda table=table: tauargus(table, "modular", seconds),
            "pytauargus optimal": lambda table=table: tauargus(table, "optimal", seconds),
        }
        for name, way in ways.items():
            watch = Stopwatch()
            hidden = way()
            cost = watch.cost()
            print(f"    {name:20} {_said(table, hidden)}; wall {cost.wall:.1f} s", flush=True)


def _said(table: Table, hidden: np.ndarray | None) -> str:
    if hidden is None:
        return "no result"
    found = widths(table, hidden)
    lost = table.counts[hidden].sum() / table.counts.sum()
    return (
        f"{int(hidden.sum())} cells hidden, {lost:.2%} of all counts; {int((found < MINIMUM).sum())} too narrow, "
        f"{int((found == 0).sum())} of them exactly"
    )
