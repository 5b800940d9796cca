"""What a forked chapter may use: time, memory, output. Past a limit it fails alone, with a notebook that shows where.

Memory is limited by the system (``RLIMIT_DATA``, Linux): the statement that asks for too much gets a ``MemoryError``,
as on a full machine. Should the machine itself run out, Linux is told to end the chapter rather than the build.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

_MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of one chapter.

    Parameters
    ----------
    cell
        Seconds for a cell; None for no limit.
    start
        Seconds until the shell must be ready.
    memory
        Megabytes that a chapter may take beside what it shares with the process it was forked from; 0 for no limit.
    output
        Megabytes of outputs, of all cells together.
    """

    cell: float | None = None
    start: float = 60.0
    memory: int = 4096
    output: int = 100

    @property
    def output_bytes(self) -> int:
        """Limit of the outputs in bytes."""
        return self.output * _MB

    @property
    def too_much(self) -> str:
        """What is said of a chapter that has put out more, in German."""
        return f"Mehr als {self.output} MB Ausgabe"

    def too_long(self, seconds: float | None) -> str:
        """What is said of a chapter that took longer than it may, in German."""
        return f"Nach {seconds:g} Sekunden abgebrochen"


def limit_memory(megabytes: int) -> None:
    """Limit the memory that this process may take from here on."""
    if sys.platform != "linux":
        return
    import resource

    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    if megabytes <= 0:
        return
    taken = 0
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmData:"):
            taken = int(line.split()[1]) * 1024
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = taken + megabytes * _MB
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))
