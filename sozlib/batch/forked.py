"""Cells run in a forked child of a warm process.

The parent has imported what every chapter needs; a fork gets it for nothing, and what a chapter changes (variables,
settings, patched modules) dies with it. The child sends the messages a kernel would send, through a pipe; so the
parent keeps notebooks as from a kernel, and a child that is killed takes only its own chapter with it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import multiprocessing
import os
import pkgutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

#: Backend of figures in notebooks. Set before matplotlib is imported, and imported only in the child: its import
#: ties it to the shell that exists then, and without a shell every figure would be dropped silently.
INLINE_BACKEND = "module://matplotlib_inline.backend_inline"

_PRELOADED = (
    "numpy",
    "pandas",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "geopandas",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "mapclassify",
    "great_tables",
    "IPython",
    # What IPython's shell imports when it starts and with its first cell.
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "bdb",
    "sqlite3",
    "ipykernel.zmqshell",
    "jupyter_client.session",
    "sozlib.batch.shell",
    "sozlib.snapshot",
)

#: Packages whose every module is imported: what a notebook calls imports some of its own only when it is used.
_PRELOADED_WHOLE = ("sozlib.chapter",)

_warm = False


def preload() -> None:
    """Import what chapters need, once in a process; later calls do nothing."""
    global _warm
    if _warm:
        return
    os.environ["MPLBACKEND"] = INLINE_BACKEND
    for name in _PRELOADED:
        importlib.import_module(name)
    for name in _PRELOADED_WHOLE:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    # Objects made so far are never collected: a collection in a child would copy their memory pages.
    gc.collect()
    gc.freeze()
    _warm = True


def prepare(snapshot: Path) -> None:
    """Open a snapshot for all chapters that will be forked from this process.

    One that cannot be opened is left to the chapter that asks for it, which says what is wrong and where.
    """
    preload()
    from sozlib.chapter import opened
    from sozlib.chapter.rehearsal import rehearse

    with contextlib.suppress(Exception):
        if opened.prepare(snapshot):
            rehearse(opened.open_snapshot(snapshot))
            gc.collect()
            gc.freeze()


@dataclass(frozen=True)
class Reply:
    """How a cell ended.

    ``died`` says in German why there will be no further cell; it is empty as long as the child lives.
    """

    ok: bool
    died: str = ""
    timed_out: bool = False


class ForkedCells:
    """A forked child that runs cells in their order.

    Parameters
    ----------
    cells
        Source of each cell by its position in the notebook.
    time_limit
        Seconds for all cells; None for no limit.
    """

    def __init__(self, cells: Mapping[int, str], time_limit: float | None = None):
        self._cells = cells
        self._deadline = time.monotonic() + time_limit if time_limit else None
        self._limit = time_limit

    def __enter__(self) -> Self:
        self._receiver, sender = multiprocessing.Pipe(duplex=False)
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:  # pragma: no cover - measured in the parent only
            try:
                self._receiver.close()
                _be_child(sender, self._cells)
            finally:
                os._exit(1)
        sender.close()
        self._status: int | None = None
        return self

    def run(self, index: int, record: Callable[[dict[str, Any]], object]) -> Reply:
        """Record the messages of one cell until it has ended."""
        while True:
            if self._deadline is not None and not self._receiver.poll(max(0.0, self._deadline - time.monotonic())):
                self._stop()
                return Reply(False, f"Nach {self._limit:g} Sekunden abgebrochen", timed_out=True)
            try:
                kind, number, content = self._receiver.recv()
            except (EOFError, OSError):
                self._stop()
                return Reply(False, _how_it_died(self._status))
            if number != index:  # pragma: no cover - a background thread of an earlier cell is still talking
                continue
            if kind == "reply":
                return Reply(content == "ok")
            record({"header": {"msg_type": kind}, "msg_type": kind, "content": content, "parent_header": {}})

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        if self._status is not None:
            return
        # A child that has just closed its pipe is given a moment, so that its own status is seen, not our signal.
        for attempt in range(40):
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid or not self._at_end():
                break
            time.sleep(0.001 * min(attempt, 10))
        else:
            pid = 0
        # The child leads a process group: what it started itself goes with it.
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self._pid, signal.SIGKILL)
        self._status = status if pid else os.waitpid(self._pid, 0)[1]
        self._receiver.close()

    def _at_end(self) -> bool:
        try:
            return self._receiver.poll(0)
        except OSError:
            return True


def _how_it_died(status: int | None) -> str:
    if status is not None and os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return f"Der Kapitelprozess wurde beendet ({name})"
    return f"Der Kapitelprozess hat sich beendet (Rückgabewert {os.waitstatus_to_exitcode(status or 0)})"


def _be_child(sender: Connection, cells: Mapping[int, str]) -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()

    import numpy as np

    from sozlib.batch.shell import ChapterShell

    np.random.seed()
    ChapterShell(sender).run(cells)
    sender.close()
    os._exit(0)


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, however that happens."""
    if sys.platform != "linux":
        return
    import ctypes

    parent = os.getppid()
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
