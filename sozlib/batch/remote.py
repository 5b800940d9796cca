"""Work on a Dask worker.

The worker's own process neither forks nor changes its folder (both would break it, and the chapters): each of its
threads asks a companion, a process of its own, which does the work as a process of a local build would. A plugin
unpacks the parcel once on every worker, also on one that joins later. What comes and goes is bytes: sealed parcels.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from sozlib.batch.companion import Companion, CompanionEndedError, log_end
from sozlib.batch.execute import worker_environment
from sozlib.batch.identity import Identity, identity
from sozlib.batch.parcel import Parcel, moved

#: Seconds after which companions without work end; the next order starts new ones.
_IDLE = 120.0


class WorkPlugin(WorkerPlugin):
    """Does the work of one edition on a worker.

    Parameters
    ----------
    name
        Name of the plugin; one of that name takes the place of another.
    parcel
        What the work reads, sealed.
    places
        Folders of the sender, and where each lies in the parcel.
    environment
        Environment variables of the companions, beside those that every worker has.
    sender
        The program of the machine that has sent it.
    """

    def __init__(
        self, name: str, parcel: bytes, places: Mapping[str, str], environment: Mapping[str, str], sender: Identity
    ):
        self.name = name
        self._parcel = parcel
        self._places = dict(places)
        self._environment = dict(environment)
        self._sender = sender
        self._unfit = ""

    def setup(self, worker: Any) -> None:
        """Unpack the parcel in a folder of the worker's own."""
        if identity() != self._sender:
            self._unfit = "Dieser Arbeitsprozess hat eine andere Programmversion"
            return
        try:
            parcel = Parcel.opened(self._parcel)
        except ValueError as error:
            self._unfit = str(error)
            return
        self._parcel = b""  # its memory is needed for other things
        self._folder = Path(tempfile.mkdtemp(prefix="sozlib-", dir=worker.local_directory)).resolve()
        self._project, self._private = self._folder / "projekt", self._folder / "eigen"
        self._private.mkdir()
        parcel.unpack(self._project)
        self._coming = {there: str(self._project / inside) for there, inside in self._places.items()}
        self._going = {here: there for there, here in self._coming.items()}
        self._lock = threading.Lock()
        self._idle: list[Companion] = []
        self._all: list[Companion] = []
        self._last = time.monotonic()

    def teardown(self, worker: Any) -> None:
        """End the companions, remove the folder."""
        if self._unfit:
            return
        with self._lock:
            companions, self._all, self._idle = self._all, [], []
        for companion in companions:
            companion.close(0)
        shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, module: str, order: bytes) -> bytes:
        """Have an order done by a companion.

        Parameters
        ----------
        module
            Its ``main`` is the companion's. It is asked with the order's plain data and answers with a dictionary:
            the ``result``, plain data, and the ``files`` that go back with it.
        order
            A sealed parcel.

        Returns
        -------
        bytes
            A sealed parcel: the result with its files, or how the companion ended (``code`` as ``Popen.returncode``)
            and what it ``said`` last.

        Raises
        ------
        RuntimeError
            This worker cannot: it joined later with another program, say.
        """
        if self._unfit:
            raise RuntimeError(self._unfit)
        asked = Parcel.opened(order)
        asked.unpack(self._project)
        companion, log = self._companion(module)
        try:
            answer = companion.ask(moved(asked.about, self._coming))
        except CompanionEndedError:
            code = companion.process.wait()
            with self._lock, contextlib.suppress(ValueError):
                self._all.remove(companion)
            return Parcel({"code": code, "said": log_end(log)}).sealed()
        with self._lock:
            self._idle.append(companion)
            self._last = time.monotonic()
        timer = threading.Timer(_IDLE, self._rest)
        timer.daemon = True
        timer.start()
        made = {Path(name).relative_to(self._project).as_posix(): Path(name).read_bytes() for name in answer["files"]}
        for name in {*asked.files, *made}:
            (self._project / name).unlink()
        return Parcel({"result": moved(answer["result"], self._going)}, made).sealed()

    def _companion(self, module: str) -> tuple[Companion, Path]:
        with self._lock:
            for companion in [idle for idle in self._idle if idle.module == module]:
                self._idle.remove(companion)
                if companion.alive:
                    return companion, self._log(companion)
                self._all.remove(companion)
            path = self._private / "neu.log"
            environment = {**os.environ, **worker_environment(self._private), **self._environment}
            with path.open("wb") as log:
                companion = Companion(module, environment, log)
            os.replace(path, self._log(companion))
            self._all.append(companion)
            return companion, self._log(companion)

    def _log(self, companion: Companion) -> Path:
        return self._private / f"{companion.process.pid}.log"

    def _rest(self) -> None:
        with self._lock:
            if time.monotonic() - self._last < _IDLE:
                return
            idle, self._idle = self._idle, []
            self._all = [companion for companion in self._all if companion not in idle]
        for companion in idle:
            companion.close()


def run(plugin: str, module: str, order: bytes) -> bytes:
    """Task: have an order done on the worker that has got it."""
    found: Any = get_worker().plugins[plugin]
    answer: bytes = found.run(module, order)
    return answer
