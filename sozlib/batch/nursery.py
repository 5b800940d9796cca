"""The process from which Jupyter kernels are forked.

It has imported what chapters need and opened the snapshot, and it has neither threads nor sockets; so a kernel that is
forked from it is ready in a fraction of a second and speaks the ordinary Jupyter protocol. It only answers: every
kernel is looked after by the one who asked for it (:mod:`sozlib.batch.provisioner`).
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ipykernel.iostream import OutStream

from sozlib.batch.captured import NAMES, CapturedText, write_text
from sozlib.batch.companion import answer
from sozlib.batch.forked import die_with_parent, how_it_died, preload, prepare
from sozlib.batch.limits import Limits, limit_memory

#: What a kernel imports beyond what every chapter needs.
_PRELOADED = ("comm", "ipykernel.comm", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.subshell_manager")


@dataclass(frozen=True)
class Birth:
    """Asks for a kernel; answered with its process number.

    Parameters
    ----------
    arguments
        Of ``ipykernel_launcher``.
    environment, folder
        Environment variables and working directory.
    limits
        What it may use; those of time are the asker's business.
    snapshot
        Snapshot to open beforehand for this and all later kernels; "" for none.
    """

    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str
    limits: Limits
    snapshot: str = ""


@dataclass(frozen=True)
class Look:
    """Asks how a kernel is; answered with None while it lives, then with :class:`Ended`."""

    kernel: int


@dataclass(frozen=True)
class Ended:
    """How a kernel ended.

    Parameters
    ----------
    code
        As ``Popen.returncode``.
    error, why
        Name of the error, and in German what happened.
    last_words
        Output by name of the stream that the kernel could no longer send.
    outside
        Whether it went with the process from which it was forked.
    """

    code: int
    error: str
    why: str
    last_words: Mapping[str, str]
    outside: bool = False


class CapturedStream(OutStream):
    """Standard output or error of a forked kernel: what child processes write stands in order with its text."""

    #: Where the text goes, by name; set in the forked process before the kernel starts.
    captured: ClassVar[dict[str, CapturedText]] = {}

    def __init__(self, session: Any, pub_thread: Any, name: str, *args: Any, **kwargs: Any):
        super().__init__(session, pub_thread, name, watchfd=False)  # type: ignore[no-untyped-call]
        self._text = self.captured[name]
        self._descriptor = NAMES.index(name) + 1
        self._text.redirect(self._descriptor)

    def fileno(self) -> int:
        """File descriptor, whose output is captured too."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Write where all others write."""
        return write_text(self._descriptor, text)

    def flush(self) -> None:
        """Publish what was written since the last time; processes forked by the chapter leave that to it."""
        if os.getpid() == self._master_pid:
            if text := self._text.read():
                super().write(text)
            super().flush()  # type: ignore[no-untyped-call]


class _Nursery:
    def __init__(self) -> None:
        self._kernels: dict[int, tuple[list[CapturedText], Limits]] = {}

    def __call__(self, request: Birth | Look) -> int | Ended | None:
        return self._fork(request) if isinstance(request, Birth) else self._look(request.kernel)

    def _fork(self, birth: Birth) -> int:
        if birth.snapshot:
            prepare(Path(birth.snapshot))
        captured = [CapturedText(name) for name in NAMES]
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:  # pragma: no cover - measured in the parent only
            try:
                _be_kernel(birth, captured)
            finally:
                os._exit(1)
        with contextlib.suppress(OSError):  # the child may have been quicker
            os.setpgid(pid, pid)
        self._kernels[pid] = captured, birth.limits
        return pid

    def _look(self, kernel: int) -> Ended | None:
        captured, limits = self._kernels[kernel]
        error = "DeadKernelError"
        pid, status = os.waitpid(kernel, os.WNOHANG)
        if not pid:
            if sum(text.written for text in captured) <= limits.output_bytes:
                return None
            error = "OutputLimitError"
            os.kill(kernel, signal.SIGKILL)
            _, status = os.waitpid(kernel, 0)
        # The kernel led a process group: what it started itself goes with it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(kernel, signal.SIGKILL)
        del self._kernels[kernel]
        why = how_it_died(status) if error == "DeadKernelError" else limits.too_much
        words = {text.name: rest for text in captured if (rest := text.rest())}
        for text in captured:
            text.close()
        return Ended(os.waitstatus_to_exitcode(status), error, why, words)


def _be_kernel(birth: Birth, captured: Sequence[CapturedText]) -> None:
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    os.environ.clear()
    os.environ.update(birth.environment)
    os.chdir(birth.folder)

    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    np.random.seed()
    CapturedStream.captured = {text.name: text for text in captured}
    app: Any = IPKernelApp.instance(outstream_class=f"{__name__}.{CapturedStream.__name__}")
    app.initialize(list(birth.arguments))
    faulthandler.enable(file=2)  # where C code crashes stands in the notebook too
    limit_memory(birth.limits.memory)
    app.start()
    os._exit(0)


def main() -> None:
    """Answer until nobody asks any more."""
    preload()
    for name in _PRELOADED:
        importlib.import_module(name)
    answer(_Nursery())
