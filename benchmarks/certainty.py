"""How long it takes to say how sure the classes of an index are."""

from __future__ import annotations

import numpy as np

from benchmarks.measure import Stopwatch
from sozlib.analysis.uncertainty import Trial, simulate

#: Areas, indicators and repetitions of the comparison with COINr, whose 1.1.14 takes about 20 s for the weights alone
#: (536 areas, three indicators).
AREAS, INDICATORS, RUNS = 542, 4, 1000


def certainty(rounds: int) -> None:
    """Repeat an invented index under everything that varies: sampling error, method, weights; medians.

    Parameters
    ----------
    rounds
        How often it is measured.
    """
    values = np.random.default_rng(1).normal(0, 1, (AREAS, INDICATORS))
    everyone = np.ones(AREAS, dtype=bool)
    trial = Trial(values, [1] * INDICATORS, everyone, errors=np.full(values.shape, 0.3))
    limits = (-1.0, 1.0, 1.5)
    simulate(trial, everyone, limits, runs=10)
    costs = []
    for _ in range(rounds):
        watch = Stopwatch()
        simulate(trial, everyone, limits, runs=RUNS)
        costs.append(watch.cost())
    wall, cpu = (float(np.median([getattr(cost, name) for cost in costs])) for name in ("wall", "cpu"))
    print(f"  {RUNS} runs, {AREAS} areas, {INDICATORS} indicators: wall {wall:.2f} s, cpu {cpu:.2f} s")
