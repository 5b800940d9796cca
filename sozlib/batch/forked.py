"""Cells run in a forked child of a warm process.

The parent has imported what every chapter needs; a fork gets it for nothing, and what a chapter changes (variables,
settings, patched modules) dies with it. The child sends the messages a kernel would send, through a pipe; so the
parent keeps notebooks as from a kernel, and a child that is killed takes only its own chapter with it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import multiprocessing
import os
import pickle
import pkgutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sozlib.batch.captured import NAMES, CapturedText
from sozlib.batch.limits import Limits, limit_memory

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

#: Seconds after which the parent of a silent child looks how much it has written.
_LOOK = 0.5

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

    ``died`` says in German why there will be no further cell; it is empty as long as the child lives. ``error`` is the
    name of the exception of a cell that has failed.
    """

    ok: bool
    error: str = ""
    died: str = ""


class ForkedCells:
    """A forked child that runs cells in their order.

    Parameters
    ----------
    cells
        Source of each cell by its position in the notebook.
    limits
        What the child may use.
    """

    def __init__(self, cells: Mapping[int, str], limits: Limits):
        self._cells = cells
        self._limits = limits
        self._received = 0
        self._ready = False

    def __enter__(self) -> Self:
        self._connection, theirs = multiprocessing.Pipe()
        self._captured = [CapturedText(name) for name in NAMES]
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if self._pid == 0:  # pragma: no cover - measured in the parent only
            try:
                self._connection.close()
                _be_child(theirs, self._captured, self._cells, self._limits)
            finally:
                os._exit(1)
        theirs.close()
        self._status: int | None = None
        return self

    def run(self, index: int, record: Callable[[dict[str, Any]], object]) -> Reply:
        """Record the messages of one cell until it has ended.

        A child whose cell has failed waits for :meth:`go_on`.
        """
        limits = self._limits
        while True:
            seconds = limits.cell if self._ready else limits.start
            try:
                reply = self._run(index, record, time.monotonic() + seconds if seconds else None)
            except TimeoutError:
                return self._end("CellTimeoutError", limits.too_long(seconds), index, record)
            except _TooMuchError:
                return self._end("OutputLimitError", limits.too_much, index, record)
            except (EOFError, OSError):
                return self._end("DeadKernelError", "", index, record)
            if reply is not None:
                return reply

    def _run(self, index: int, record: Callable[[dict[str, Any]], object], deadline: float | None) -> Reply | None:
        """Messages up to the cell's end, or None after the first sign of life."""
        while True:
            kind, number, content = self._receive(deadline)
            if kind == "ready":
                self._ready = True
                return None
            if number != index:  # pragma: no cover - a background thread of an earlier cell is still talking
                continue
            elif kind == "reply":
                return Reply(not content, content)
            else:
                record(_message(kind, content))

    def go_on(self) -> None:
        """Let the child run further cells although one has failed."""
        self._connection.send("go on")

    def _receive(self, deadline: float | None) -> Any:
        limit = self._limits.output_bytes
        while not self._connection.poll(
            _LOOK if deadline is None else min(_LOOK, max(0.0, deadline - time.monotonic()))
        ):
            if deadline is not None and time.monotonic() >= deadline:
                raise TimeoutError
            if sum(captured.written for captured in self._captured) > limit:
                raise _TooMuchError
        try:
            message = self._connection.recv_bytes(max(1, limit - self._received))
        except OSError as error:
            if error.errno is None:  # longer than that
                raise _TooMuchError from None
            raise
        self._received += len(message)
        return pickle.loads(message)

    def _end(self, name: str, why: str, index: int, record: Callable[[dict[str, Any]], object]) -> Reply:
        """End the child; what it could not send any more is recorded all the same."""
        self._stop()
        for captured in self._captured:
            if rest := captured.rest():
                record(_message("stream", {"name": captured.name, "text": rest}))
        return Reply(False, name, why or how_it_died(self._status))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()
        for captured in self._captured:
            captured.close()

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
        self._connection.close()

    def _at_end(self) -> bool:
        try:
            return self._connection.poll(0)
        except OSError:
            return True


class _TooMuchError(Exception):
    """The child has put out more than it may."""


def _message(kind: str, content: Any) -> dict[str, Any]:
    return {"header": {"msg_type": kind}, "msg_type": kind, "content": content, "parent_header": {}}


def how_it_died(status: int | None) -> str:
    """How a process ended, in German, by the status that ``waitpid`` gave."""
    if status is not None and os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        return f"Der Kapitelprozess wurde beendet ({name})"
    return f"Der Kapitelprozess hat sich beendet (Rückgabewert {os.waitstatus_to_exitcode(status or 0)})"


def _be_child(
    connection: Connection, captured: Sequence[CapturedText], cells: Mapping[int, str], limits: Limits
) -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()

    import numpy as np

    from sozlib.batch.shell import ChapterShell

    np.random.seed()
    shell = ChapterShell(connection, captured)
    faulthandler.enable(file=2)  # where C code crashes stands in the notebook too
    limit_memory(limits.memory)
    shell.run(cells)
    connection.close()
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
