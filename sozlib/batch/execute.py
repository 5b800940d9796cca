"""Run all chapters of a plan in parallel processes.

Processes, not threads: papermill changes the working directory of its whole process. Each worker is started anew
(``spawn``), runs one chapter after another and may die without taking the others along. A failing chapter never
stops the others.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing import connection
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sozlib.batch.agenda import Agenda
from sozlib.batch.chapter_run import (
    TIME_LIMIT,
    ChapterFailure,
    ChapterJob,
    ChapterResult,
    EngineName,
    how_it_ended,
    run_chapter,
)
from sozlib.batch.companion import log_end
from sozlib.batch.forked import die_with_parent, preload
from sozlib.batch.plan import Plan
from sozlib.batch.progress import Progress, SilentProgress

#: Seconds that a worker gets to clean up after itself when a build is broken off.
_GRACE = 3.0
#: Said to a worker that is to load what chapters need.
_WARM = "warm"


def chapter_jobs(
    plan: Plan, root: Path, notebooks: Path, snapshot: Path, engine: EngineName, time_limit: int = TIME_LIMIT
) -> tuple[ChapterJob, ...]:
    """Jobs of all chapters.

    A notebook runs where JupyterLab would run it, in its template's folder; a template that comes with the program
    runs in the project folder. The snapshot is named relative to that folder: so an executed notebook does not
    depend on where the project lies.

    Parameters
    ----------
    plan
        What to run.
    root
        The project folder.
    notebooks
        Folder for the executed notebooks, ``<volume>/<slug>.ipynb``.
    snapshot
        The edition's snapshot.
    engine
        How cells are run.
    time_limit
        Seconds after which a chapter is given up.
    """
    todo = []
    for chapter in plan.chapters:
        folder = chapter.template.parent if chapter.template.is_relative_to(root) else root
        parameters = {
            "area": chapter.area or "",
            "topic": chapter.topic or "",
            "cycle": plan.cycle,
            "edition": plan.edition,
            "snapshot": _relative(snapshot, folder),
        }
        output = notebooks / chapter.volume / f"{chapter.slug}.ipynb"
        todo.append(ChapterJob(chapter.id, chapter.template, output, parameters, folder, engine, time_limit))
    return tuple(todo)


def execute(
    todo: Sequence[ChapterJob],
    workers: Workers | int = 0,
    progress: Progress[ChapterResult] | None = None,
    done: Callable[[ChapterJob, ChapterResult], None] | None = None,
) -> tuple[ChapterResult, ...]:
    """Run jobs, return their results in the same order.

    Parameters
    ----------
    todo
        The jobs.
    workers
        Processes that run them, or how many to start; 0 for the number of cores.
    progress, done
        Are told what happens, see :class:`~sozlib.batch.agenda.Agenda`.

    Raises
    ------
    KeyboardInterrupt
        Broken off; all workers and their children have ended by then.
    """
    if isinstance(workers, int):
        with Workers(workers) as own:
            return execute(todo, own, progress, done)
    agenda = Agenda(todo, progress or SilentProgress(), done)
    workers.staff(len(todo))
    while agenda.waiting or workers.busy:
        for worker in workers.idle():
            if agenda.waiting:
                worker.give(agenda.begin())
        for worker in workers.ready():
            job, result = worker.take()
            if not worker.alive:
                workers.replace(worker)
            agenda.end(job, result)
    return agenda.results


class _Worker:
    """A worker process as its driver sees it."""

    def __init__(self, context: SpawnContext, log: Path):
        self.connection, theirs = context.Pipe()
        self._log = log
        self.process: SpawnProcess = context.Process(target=_work, args=(theirs, log), daemon=True)
        self.process.start()
        theirs.close()
        self.job: ChapterJob | None = None
        self.alive = True
        self._since = 0.0

    def give(self, job: ChapterJob) -> None:
        self.job, self._since = job, time.perf_counter()
        self.say(job)

    def say(self, what: ChapterJob | str | None) -> None:
        # A dead worker is noticed when its result is taken.
        with contextlib.suppress(OSError):
            self.connection.send(what)

    def take(self) -> tuple[ChapterJob, ChapterResult]:
        assert self.job is not None
        job, self.job = self.job, None
        try:
            result: ChapterResult = self.connection.recv()
        except (EOFError, OSError):
            self.alive = False
            self.process.join(_GRACE)
            why, said = how_it_ended(self.process.exitcode), log_end(self._log)
            failure = ChapterFailure(job.id, job.template, why, traceback=said, outside=True)
            return job, ChapterResult(job.id, time.perf_counter() - self._since, failure)
        return job, result


class Workers:
    """Processes that run chapters, always all ended at the end.

    Parameters
    ----------
    count
        How many at most; 0 for the number of cores.
    environment
        Environment variables for them and their kernels.
    """

    def __init__(self, count: int = 0, environment: Mapping[str, str] = {}):
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self.count = max(1, count or os.cpu_count() or 1)
        self._environment = environment
        self._private: tempfile.TemporaryDirectory[str] | None = None
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def staff(self, wanted: int) -> None:
        """Start processes until there are as many as are wanted, or as there may be."""
        while len(self._workers) < min(wanted, self.count):
            self._workers.append(self._start())

    def warm(self, wanted: int | None = None) -> None:
        """Start some, or all, and let them load what chapters need while something else is done."""
        self.staff(self.count if wanted is None else wanted)
        for worker in self._workers:
            worker.say(_WARM)

    def _start(self) -> _Worker:
        if self._private is None:  # removed at the end
            self._private = tempfile.TemporaryDirectory(prefix="sozlib-")
        private = Path(self._private.name)
        self._started += 1
        with _environment({**worker_environment(private), **self._environment}):
            return _Worker(self._context, private / f"worker-{self._started}.log")

    @property
    def busy(self) -> bool:
        """Whether any of them runs a chapter."""
        return any(worker.job for worker in self._workers)

    def idle(self) -> list[_Worker]:
        """Those that run none."""
        return [worker for worker in self._workers if worker.job is None]

    def ready(self) -> list[_Worker]:
        """Those that have come to an end with theirs, as soon as there is one."""
        busy: dict[Any, _Worker] = {worker.connection: worker for worker in self._workers if worker.job}
        return [busy[ready] for ready in connection.wait(list(busy))]

    def replace(self, worker: _Worker) -> None:
        """Start another process in place of one that has died."""
        worker.connection.close()
        self._workers[self._workers.index(worker)] = self._start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end(at_once=kind is not None)

    def end(self, at_once: bool = False) -> None:
        """End all; they are started again when they are needed again."""
        workers, self._workers = self._workers, []
        for worker in workers:
            if at_once:
                worker.process.terminate()
            else:
                worker.say(None)
        until = time.monotonic() + _GRACE
        for worker in workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.connection.close()
            worker.process.close()
        if self._private is not None:
            self._private.cleanup()
            self._private = None


def _work(jobs: Any, log: Path) -> None:
    """Body of a worker: run jobs until there are no more; :data:`_WARM` is no job, but time to prepare for some."""
    die_with_parent()
    # What kernels and libraries write past the notebook goes into a log, not into the operator's progress.
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    # Ctrl-C reaches the whole process group; the driver alone decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.suppress(EOFError, OSError):
        while (job := jobs.recv()) is not None:
            if job == _WARM:
                preload()
            else:
                jobs.send(run_chapter(job))


def worker_environment(private: Path) -> dict[str, str]:
    """Environment of chapters: nothing of the user's settings, the same order in every run.

    Parameters
    ----------
    private
        Folder for what belongs to nobody else.
    """
    return {
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": "315532800",  # 1980-01-01, the oldest date that every format can hold
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(Path(__file__).with_name("matplotlibrc")),
        "IPYTHONDIR": str(private),
    }


@contextlib.contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    """Environment in which processes are started."""
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _relative(path: Path, start: Path) -> str:
    try:
        return Path(os.path.relpath(path, start)).as_posix()
    except ValueError:  # another drive
        return str(path)
