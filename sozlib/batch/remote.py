"""Chapters on a Dask worker.

The worker's own process neither forks nor changes its folder (both would break it, and the chapters): each of its
threads asks a companion, a process of its own, which runs the chapters as a worker on this machine would. A plugin
unpacks the parcel once on every worker, also on one that joins later.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from sozlib.batch.chapter_run import ChapterJob, ChapterResult, worker_died
from sozlib.batch.companion import Companion, CompanionEndedError, log_end
from sozlib.batch.execute import worker_environment
from sozlib.batch.parcel import Parcel, arrived, content_digest, returning
from sozlib.files import Digests
from sozlib.program import program, versions

#: Seconds after which companions without work end; the next chapter starts new ones.
_IDLE = 120.0


@dataclass(frozen=True)
class Identity:
    """Which program a machine has: the digest of its files, and versions of what it stands on."""

    program: str
    versions: Mapping[str, str]


def identity() -> Identity:
    """Identity of the program here."""
    return Identity(program(Digests()), versions())


@dataclass(frozen=True)
class Delivery:
    """What comes back of a chapter.

    Parameters
    ----------
    result
        How it ended.
    notebook, digest
        The executed notebook and its SHA-256; None and "" where there is none.
    """

    result: ChapterResult
    notebook: bytes | None
    digest: str


class ChapterPlugin(WorkerPlugin):
    """Runs the chapters of one edition on a worker.

    Parameters
    ----------
    name
        Name of the plugin; one of that name takes the place of another.
    parcel
        What chapters read.
    environment
        Environment variables of the chapters, beside those that every worker has.
    sender
        The program of the machine that has sent it.
    """

    def __init__(self, name: str, parcel: Parcel, environment: Mapping[str, str], sender: Identity):
        self.name = name
        self._parcel = parcel
        self._digest = parcel.digest
        self._environment = dict(environment)
        self._sender = sender
        self._unfit = ""

    def setup(self, worker: Any) -> None:
        """Unpack the parcel in a folder of the worker's own."""
        if identity() != self._sender:
            self._unfit = "Dieser Arbeitsprozess hat eine andere Programmversion"
        elif Parcel(self._parcel.files).digest != self._digest:
            self._unfit = "Das Paket kam nicht unversehrt an"
        if self._unfit:
            return
        self._folder = Path(tempfile.mkdtemp(prefix="sozlib-", dir=worker.local_directory)).resolve()
        self._project, self._private = self._folder / "projekt", self._folder / "eigen"
        self._private.mkdir()
        self._parcel.unpack(self._project)
        self._parcel = Parcel({})  # its memory is needed for other things
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

    def run(self, job: ChapterJob) -> Delivery:
        """Run a chapter that has come from elsewhere.

        Raises
        ------
        RuntimeError
            This worker cannot: it joined later with another program, say.
        """
        if self._unfit:
            raise RuntimeError(self._unfit)
        here = arrived(job, self._project)
        companion, log = self._companion()
        began = time.perf_counter()
        try:
            result: ChapterResult = companion.ask(here)
        except CompanionEndedError:
            code = companion.process.wait()
            with self._lock, contextlib.suppress(ValueError):
                self._all.remove(companion)
            failure = worker_died(here, code, log_end(log))
            return Delivery(ChapterResult(job.id, time.perf_counter() - began, failure), None, "")
        with self._lock:
            self._idle.append(companion)
            self._last = time.monotonic()
        timer = threading.Timer(_IDLE, self._rest)
        timer.daemon = True
        timer.start()
        path = here.output if result.failure is None else result.failure.notebook
        if path is None:
            return Delivery(returning(result, self._project), None, "")
        content = path.read_bytes()
        path.unlink()
        return Delivery(returning(result, self._project), content, content_digest(content))

    def _companion(self) -> tuple[Companion, Path]:
        with self._lock:
            while self._idle:
                companion = self._idle.pop()
                if companion.alive:
                    return companion, self._log(companion)
                self._all.remove(companion)
            path = self._private / "neu.log"
            environment = {**os.environ, **worker_environment(self._private), **self._environment}
            with path.open("wb") as log:
                companion = Companion("sozlib.batch.chapter_run", environment, log)
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


def run(plugin: str, job: ChapterJob) -> Delivery:
    """Task: run a chapter on the worker that has got it."""
    found: Any = get_worker().plugins[plugin]
    delivery: Delivery = found.run(job)
    return delivery
