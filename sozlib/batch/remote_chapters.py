"""Chapters on other machines: what goes with a chapter, how it is run there, what becomes of what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sozlib.batch.agenda import Agenda
from sozlib.batch.chapter_run import ChapterFailure, ChapterJob, ChapterResult, run_chapter
from sozlib.batch.cluster import Cluster, Loss
from sozlib.batch.companion import answer
from sozlib.batch.parcel import Parcel
from sozlib.batch.progress import Progress, SilentProgress
from sozlib.errors import spoken
from sozlib.files import write_whole

_JOB = TypeAdapter(ChapterJob)
_RESULT = TypeAdapter(ChapterResult)


def execute_on(
    cluster: Cluster,
    todo: Sequence[ChapterJob],
    root: Path,
    progress: Progress[ChapterResult] | None = None,
    done: Callable[[ChapterJob, ChapterResult], None] | None = None,
) -> tuple[ChapterResult, ...]:
    """Run jobs on a cluster, return their results in the same order, as :func:`sozlib.batch.execute.execute` does.

    Parameters
    ----------
    cluster
        Where.
    todo
        The jobs.
    root
        The project folder.
    progress, done
        Are told what happens, see :class:`~sozlib.batch.agenda.Agenda`.

    Raises
    ------
    BuildError
        The scheduler or all workers were lost; chapters that are done stay done.
    """
    agenda = Agenda(todo, progress or SilentProgress(), done)
    cluster.work(agenda, __name__, lambda job: Parcel(_JOB.dump_python(job, mode="json")), partial(_take, root))
    return agenda.results


def _take(root: Path, job: ChapterJob, back: Parcel | Loss) -> ChapterResult:
    """The result that has come back, with its notebook put into its place."""
    if isinstance(back, Loss):
        failure = ChapterFailure(job.id, job.template, back.why, traceback=back.said, outside=back.outside)
        return ChapterResult(job.id, 0.0, failure)
    result = _RESULT.validate_python(back.about["result"])
    try:
        for stale in (job.output, job.failed):
            stale.unlink(missing_ok=True)
        target = job.output if result.failure is None else result.failure.notebook
        if target is not None:
            write_whole(target, back.files[target.relative_to(root).as_posix()])
    except OSError as error:  # no room, no right to write: the next chapter may have more luck
        result = ChapterResult(job.id, result.seconds, ChapterFailure(job.id, job.template, spoken(error)))
    return result


def main() -> None:
    """Body of a companion that runs chapters; see :mod:`sozlib.batch.companion`."""
    answer(_run)


def _run(request: Any) -> dict[str, Any]:
    job = _JOB.validate_python(request)
    result = run_chapter(job)
    notebook = job.output if result.failure is None else result.failure.notebook
    return {"result": _RESULT.dump_python(result, mode="json"), "files": [] if notebook is None else [str(notebook)]}
