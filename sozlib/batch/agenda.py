"""What is still to be done and what has come of it, whoever does it: processes of this machine or of a cluster.

A job that was ended from outside (by the system for want of memory, say) is tried once more; an error of its own is
never repeated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from sozlib.batch.progress import Progress


class Named(Protocol):
    """A job with a name of its own."""

    @property
    def id(self) -> str:
        """The name."""


class Outcome(Protocol):
    """How a job has ended."""

    @property
    def outside(self) -> bool:
        """Whether it was ended from outside, so that another try makes sense."""


Job = TypeVar("Job", bound=Named)
Result = TypeVar("Result", bound=Outcome)


class Agenda(Generic[Job, Result]):
    """Jobs that wait, and results of those that are done.

    Parameters
    ----------
    todo
        The jobs, each with an id of its own.
    progress
        Is told of every start and end.
    done
        Is given every job that has ended, with its result, as soon as it has.
    """

    def __init__(
        self,
        todo: Sequence[Job],
        progress: Progress[Result],
        done: Callable[[Job, Result], None] | None = None,
    ):
        self._todo, self._progress, self._done = todo, progress, done
        self._waiting = deque(todo)
        self._again: set[str] = set()
        self._results: dict[str, Result] = {}

    @property
    def waiting(self) -> bool:
        """Whether there are jobs that nobody has begun."""
        return bool(self._waiting)

    @property
    def results(self) -> tuple[Result, ...]:
        """Results in the order of the jobs, once all have ended."""
        return tuple(self._results[job.id] for job in self._todo)

    def begin(self) -> Job:
        """The next job; the caller begins it now."""
        job = self._waiting.popleft()
        self._progress.started(job.id)
        return job

    def end(self, job: Job, result: Result) -> None:
        """Keep the result of a job, or put it back for its second try."""
        if result.outside and job.id not in self._again:
            self._again.add(job.id)
            self._progress.postponed(result)
            self._waiting.append(job)
            return
        self._results[job.id] = result
        if self._done is not None:
            self._done(job, result)
        self._progress.finished(result)
