"""Processes beside the build's own, for work that does not need each other: attack, volumes, files to be examined.

A process is started when there is something for it to do and stays for whatever comes next, so that libraries are
loaded once. Where there is only one thing to do it is done here: starting a process costs more than it would save.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Self, TypeVar

from sozlib.batch.forked import die_with_parent
from sozlib.errors import SozlibError

Job = TypeVar("Job")
Result = TypeVar("Result")


class Crew:
    """A few processes that are ended with the build, however it ends.

    Parameters
    ----------
    size
        How many; 0 for one a processor core. With 1 everything is done in this process.
    """

    def __init__(self, size: int = 0):
        self.size = size or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is None:
            return
        processes = list((self._pool._processes or {}).values()) if kind is not None else []
        self._pool.shutdown(wait=kind is None, cancel_futures=True)
        for process in processes:  # nobody waits for what they are at; Python 3.14 has terminate_workers for this
            process.terminate()

    def warm(self, *modules: str) -> None:
        """Start the processes and let them load modules while nobody needs them; a crew of one loads as it goes."""
        if self.size > 1:
            for _ in range(self.size):
                self._started().submit(_load, modules)

    def begin(self, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Begin something whose result is asked for later; with a crew of one it is done at once."""
        if self.size > 1:
            return self._started().submit(function, *arguments)
        future: Future[Result] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def each(
        self,
        function: Callable[[Job], Result],
        jobs: Sequence[Job],
        done: Callable[[Job, Result], None] = lambda job, result: None,
    ) -> list[Result]:
        """Do the same with each of some jobs.

        Parameters
        ----------
        function, jobs
            What to do, and with what; both travel to another process.
        done
            Is given every job that is done, with its result, as soon as it is.

        Returns
        -------
        list
            Results in the order of the jobs.

        Raises
        ------
        SozlibError
            A process was ended from outside.
        """
        if self.size == 1 or len(jobs) <= 1:
            results = []
            for job in jobs:
                results.append(function(job))
                done(job, results[-1])
            return results
        futures = {self._started().submit(function, job): job for job in jobs}
        for future in as_completed(futures):
            if future.exception() is None:
                done(futures[future], future.result())
        return [self.result(future) for future in futures]

    @staticmethod
    def result(future: Future[Result]) -> Result:
        """Result of something begun; waits for it.

        Raises
        ------
        SozlibError
            The process was ended from outside.
        """
        try:
            return future.result()
        except BrokenProcessPool:
            raise SozlibError(
                "Ein Arbeitsprozess wurde von außen beendet, vielleicht, weil der Speicher nicht reichte. Bauen Sie "
                "noch einmal, wenn nötig mit weniger Prozessen (--workers 1); was fertig ist, wird übernommen."
            ) from None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.size, mp_context=context, initializer=_begin)
        return self._pool


def _load(modules: Sequence[str]) -> None:
    for module in modules:
        importlib.import_module(module)


def _begin() -> None:
    die_with_parent()
    # Ctrl-C reaches the whole group; the build alone speaks of it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
