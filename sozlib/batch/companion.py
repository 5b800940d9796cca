"""A freshly started Python process of our own, asked over its standard input and answering over its standard output.

Two need one: the executor on a Dask worker, whose own process must neither fork nor change its folder, and the kernels
that are forked, because the process that talks to them has sockets open that no fork may inherit.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from sozlib.batch.forked import die_with_parent

#: Seconds that a companion gets to end by itself.
_GRACE = 3.0


class CompanionEndedError(Exception):
    """A companion was ended from outside; what it was asked is not to blame."""


class Companion:
    """The process, as the one who asks sees it.

    Parameters
    ----------
    module
        Name of the module whose function ``main`` it runs; that calls :func:`answer`.
    environment
        Environment variables; None for those of this process.
    log
        File that takes what it writes past its answers; None for this process's standard error.
    """

    def __init__(self, module: str, environment: Mapping[str, str] | None = None, log: BinaryIO | None = None):
        self.module = module
        # -P: what lies in the working directory is not imported in the place of a library.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", f"from {__name__} import run; run({module!r})"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=None if environment is None else dict(environment),
        )

    def ask(self, request: object) -> Any:
        """Answer to a request.

        Raises
        ------
        CompanionEndedError
            The process has ended.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            pickle.dump(request, self.process.stdin)
            self.process.stdin.flush()
            return pickle.load(self.process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise CompanionEndedError("Ein Hilfsprozess hat sich beendet.") from error

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self.process.poll() is None

    def close(self, grace: float = _GRACE) -> None:
        """End the process and all that it has forked; it gets some seconds to do so by itself."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(OSError, ValueError):
            self.process.stdin.close()
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def run(module: str) -> None:
    """Life of a companion: it ends with the one who asks, not with Ctrl-C, which reaches all."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    importlib.import_module(module).main()


def answer(reply: Callable[[Any], object]) -> None:
    """Body of a companion: answer requests until there are no more.

    What libraries print goes to standard error: standard output belongs to the answers.
    """
    requests, answers = _private(0, "rb"), _private(1, "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            pickle.dump(reply(pickle.load(requests)), answers)
            answers.flush()


def _private(descriptor: int, mode: str) -> Any:
    return os.fdopen(os.dup(descriptor), mode)


def log_end(path: Path) -> str:
    """Last lines of a log, for a message; "" where there is none."""
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")[-4000:].strip()
    return ""
