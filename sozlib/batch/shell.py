"""IPython in a forked child: the shell of a Jupyter kernel, its messages sent through a pipe instead of sockets."""

from __future__ import annotations

import builtins
import getpass
import io
import os
import sys
import tempfile
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any, NoReturn

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets.config import Config


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

    def __init__(self, name: str, shell: ChapterShell, descriptor: int):
        self._name, self._shell, self._descriptor = name, shell, descriptor
        self._parts: list[str] = []
        self._captured = _capture(descriptor)

    def write(self, text: str) -> int:
        """Keep the text until the next flush."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._parts.append(text)
        return len(text)

    def flush(self) -> None:
        """Send what was written here, and what child processes or C code wrote to the file descriptor."""
        text = "".join(self._parts) + self._captured.read().decode("utf-8", "replace")
        self._parts.clear()
        if text:
            self._shell.send("stream", {"name": self._name, "text": text})

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
    sender
        Where ``(kind, cell, content)`` goes.
    """

    def __init__(self, sender: Connection):
        self._sender = sender
        self._cell = -1
        self._lock = threading.Lock()
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        sys.stdout = _Stream("stdout", self, 1)
        sys.stderr = _Stream("stderr", self, 2)
        sys.stdin = open(os.devnull)  # noqa: SIM115 - stays open as long as the process lives
        if "" not in sys.path:
            sys.path.insert(0, "")
        session = _PipeSession(deliver=self.send, key=b"")
        config = Config({"HistoryManager": {"hist_file": ":memory:"}})
        shell: Any = ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)
        self._shell = shell
        self._shell.displayhook.session = session
        self._shell.displayhook.topic = b"execute_result"
        self._shell.display_pub.session = session
        builtins.input = getpass.getpass = _no_input

    def send(self, kind: str, content: Any) -> None:
        """Send a message that belongs to the current cell."""
        with self._lock:
            self._sender.send((kind, self._cell, content))

    def run(self, cells: Mapping[int, str]) -> None:
        """Run the cells in order; the parent ends the process where it wants to go no further."""
        for index, source in cells.items():
            self._cell = index
            self.send("execute_input", {"code": source, "execution_count": self._shell.execution_count})
            self._shell._last_traceback_during_displayhook = False
            result = self._shell.run_cell(source, store_history=True)
            sys.stdout.flush()
            sys.stderr.flush()
            ok = result.success and not self._shell._last_traceback_during_displayhook
            self.send("reply", "ok" if ok else "error")


def _capture(descriptor: int) -> Any:
    """Send what child processes and C code write to a file descriptor into a file of our own."""
    writing, name = tempfile.mkstemp()
    reading = open(name, "rb", buffering=0)  # noqa: SIM115 - stays open as long as the process lives
    os.unlink(name)
    os.dup2(writing, descriptor)
    os.close(writing)
    return reading


def _no_input(*args: object, **kwargs: object) -> NoReturn:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")
