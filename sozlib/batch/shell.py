"""IPython in a forked child: the shell of a Jupyter kernel, its messages sent through a pipe instead of sockets."""

from __future__ import annotations

import builtins
import getpass
import io
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets.config import Config

from sozlib.batch.captured import CapturedText, write_text


class _PipeSession(Session):
    """A Jupyter session that hands every message to a function."""

    deliver = AnyTrait()

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Deliver a message; the socket is ignored."""
        if isinstance(msg_or_type, dict):
            msg_or_type, content = msg_or_type["header"]["msg_type"], msg_or_type["content"]
        self.deliver(msg_or_type, content)


class _Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr``: text goes out in the order of all other outputs."""

    encoding = "utf-8"

    def __init__(self, captured: CapturedText, shell: ChapterShell, descriptor: int):
        self._captured, self._shell, self._descriptor = captured, shell, descriptor
        self._pid = os.getpid()
        captured.redirect(descriptor)

    def write(self, text: str) -> int:
        """Write where all others write."""
        return write_text(self._descriptor, text)

    def flush(self) -> None:
        """Send what was written since the last time; a process that the chapter forked leaves that to the chapter."""
        if os.getpid() == self._pid and (text := self._captured.read()):
            self._shell.send("stream", {"name": self._captured.name, "text": text})

    def writable(self) -> bool:
        """Streams can be written to."""
        return True

    def fileno(self) -> int:
        """File descriptor, whose output is captured too."""
        return self._descriptor


class ChapterShell:
    """A kernel's shell without a kernel.

    Parameters
    ----------
    connection
        Where ``(kind, cell, content)`` goes.
    captured
        Where standard output and error go.
    """

    def __init__(self, connection: Connection, captured: Sequence[CapturedText]):
        self._connection = connection
        self._cell = -1
        self._lock = threading.Lock()
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        sys.stdout = _Stream(captured[0], self, 1)
        sys.stderr = _Stream(captured[1], self, 2)
        sys.stdin = open(os.devnull)  # noqa: SIM115 - stays open as long as the process lives
        if "" not in sys.path:
            sys.path.insert(0, "")
        session = _PipeSession(deliver=self.send, key=b"")
        config = Config({"HistoryManager": {"enabled": False}})  # no database; In, Out and _ work
        shell: Any = ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)
        self._shell = shell
        shell.unobserve_all("exit_now")  # would stop the loop of a kernel
        self._shell.displayhook.session = session
        self._shell.displayhook.topic = b"execute_result"
        self._shell.display_pub.session = session
        builtins.input = getpass.getpass = _no_input

    def send(self, kind: str, content: Any) -> None:
        """Send a message that belongs to the current cell."""
        with self._lock:
            self._connection.send((kind, self._cell, content))

    def run(self, cells: Mapping[int, str]) -> None:
        """Run the cells in order; after one that has failed, only if the parent says so."""
        self.send("ready", None)
        for index, source in cells.items():
            self._cell = index
            self.send("execute_input", {"code": source, "execution_count": self._shell.execution_count})
            self._shell._last_traceback_during_displayhook = False
            result = self._shell.run_cell(source, store_history=True)
            sys.stdout.flush()
            sys.stderr.flush()
            error = result.error_before_exec or result.error_in_exec
            failed = type(error).__name__ if error else "Error"
            ok = result.success and not self._shell._last_traceback_during_displayhook
            self.send("reply", "" if ok else failed)
            if not ok:
                self._connection.recv()
            if self._shell.exit_now:
                return


def _no_input(*args: object, **kwargs: object) -> NoReturn:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")
