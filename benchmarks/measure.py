"""Wall time, processor time and memory of this process and of all that it starts."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Self


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock and seconds of all processors together."""

    wall: float
    cpu: float

    def __truediv__(self, n: int) -> Cost:
        return Cost(self.wall / n, self.cpu / n)

    def __mul__(self, factor: float) -> Cost:
        return Cost(self.wall * factor, self.cpu * factor)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def middle(costs: Iterable[Cost]) -> Cost:
    """Medians of repeated measurements."""
    found = list(costs)
    return Cost(median(c.wall for c in found), median(c.cpu for c in found))


class Stopwatch:
    """Cost since its start, with all child processes that have ended and were waited for."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), _cpu()

    def cost(self) -> Cost:
        """Cost so far."""
        return Cost(time.perf_counter() - self._wall, _cpu() - self._cpu)


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class MemoryWatch:
    """Samples the memory of this process and its descendants: PSS in MB, in which shared pages count once."""

    def __init__(self, every: float = 0.5):
        self._every = every
        self.peak = 0.0
        self.samples: list[tuple[float, float]] = []
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(self._every):
            total = sum(_pss(pid) for pid in _tree(os.getpid()))
            self.samples.append((time.perf_counter() - self._began, total))
            self.peak = max(self.peak, total)


def _tree(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += parents.get(pid, [])
    return found


def _pss(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


@contextmanager
def bytecode_compiled() -> Iterator[None]:
    """Children may keep compiled modules: without, a kernel's imports look two to three times as slow as they are."""
    before = os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        yield
    finally:
        if before is not None:
            os.environ["PYTHONDONTWRITEBYTECODE"] = before


def machine() -> str:
    """Processor, number of cores and load, for the page of results."""
    names = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores ({names[0] if names else '?'}), load {load}"
