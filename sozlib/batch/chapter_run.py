"""One chapter: its template run by papermill into a file of its own, written beside and renamed.

Success is never read from the notebook's metadata: papermill marks every cell ``completed`` when a kernel has died.
A chapter has succeeded when no cell holds an error and every code cell was reached.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from sozlib import reads
from sozlib.batch.companion import CompanionEndedError
from sozlib.batch.limits import Limits
from sozlib.batch.tidy import template_cell_number, tidy
from sozlib.errors import spoken
from sozlib.files import rename_whole

EngineName = Literal["plain", "forked", "kernel"]

#: Seconds after which a cell is given up, and its chapter with it.
TIME_LIMIT = 900


@dataclass(frozen=True)
class ChapterJob:
    """What a worker needs to run one chapter; picklable.

    Parameters
    ----------
    id
        ``<volume>/<slug>``.
    template, output
        The notebook to run and the file to write.
    parameters
        Values of the parameters cell.
    folder
        Working directory of the notebook.
    engine
        How its cells are run.
    time_limit
        Seconds for a cell.
    memory_limit, output_limit
        Megabytes, for forked chapters; see :class:`~sozlib.batch.limits.Limits`.
    """

    id: str
    template: Path
    output: Path
    parameters: dict[str, str]
    folder: Path
    engine: EngineName = "plain"
    time_limit: int = TIME_LIMIT
    memory_limit: int = Limits.memory
    output_limit: int = Limits.output

    @property
    def failed(self) -> Path:
        """Where the notebook lies if the chapter fails: nobody shall take it for a good one."""
        return self.output.with_name(f"{self.output.stem}.fehler.ipynb")


@dataclass(frozen=True)
class ChapterFailure:
    """A chapter that did not succeed.

    ``cell`` is the cell's number in the template, None when no cell is to blame; ``notebook`` the executed notebook,
    None when there is none; ``outside`` says that its process was ended from outside.
    """

    chapter: str
    template: Path
    error: str
    cell: int | None = None
    traceback: str = ""
    notebook: Path | None = None
    outside: bool = False


@dataclass(frozen=True)
class ChapterResult:
    """How a chapter ended, how many seconds it took, and what it has read (see :mod:`sozlib.reads`)."""

    chapter: str
    seconds: float
    failure: ChapterFailure | None = None
    reads: tuple[tuple[str, str], ...] = ()

    @property
    def outside(self) -> bool:
        """Whether the chapter was ended from outside, so that another try makes sense."""
        return self.failure is not None and self.failure.outside


def how_it_ended(code: int | None) -> str:
    """What is said of a worker process that has ended, in German.

    Parameters
    ----------
    code
        As ``Popen.returncode``.
    """
    how = signal.Signals(-code).name if code is not None and code < 0 else f"Rückgabewert {code}"
    return f"Der Arbeitsprozess wurde beendet ({how})."


def run_chapter(job: ChapterJob) -> ChapterResult:
    """Run one chapter and write its executed notebook.

    A failed chapter's notebook is written beside its place (``<slug>.fehler.ipynb``), so that nobody takes it for a
    good one.
    """
    began = time.perf_counter()
    try:
        return _run(job)
    except OSError as error:  # no room, no right to write: the next chapter may have more luck
        failure = ChapterFailure(job.id, job.template, spoken(error))
        return ChapterResult(job.id, time.perf_counter() - began, failure)


def _run(job: ChapterJob) -> ChapterResult:
    import papermill
    from papermill.exceptions import PapermillExecutionError, strip_color

    from sozlib.batch import engines, forked  # engines: registers them with papermill

    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    kept: list[Any] = []
    special: dict[str, Any] = {"shutdown_kernel": "immediate", "keep": kept}
    snapshot = job.folder / job.parameters["snapshot"]
    if job.engine != "plain":
        limits = {"memory_limit": job.memory_limit, "output_limit": job.output_limit}
        special |= {"snapshot": str(snapshot), **limits}
    if job.engine == "forked":
        forked.prepare(snapshot)  # here already: what is done once for all chapters is not this one's time
    began = time.perf_counter()
    job.output.parent.mkdir(parents=True, exist_ok=True)
    for stale in (job.output, job.failed):
        stale.unlink(missing_ok=True)
    raw = job.output.with_name(f".{job.output.stem}.{os.getpid()}.ipynb")
    notes = raw.with_suffix(".gelesen")
    os.environ[reads.VARIABLE] = str(notes.resolve())
    os.environ[reads.SNAPSHOT] = str(snapshot.resolve())
    failure: ChapterFailure | None = None
    try:
        papermill.execute_notebook(
            str(job.template).replace("{", "{{").replace("}", "}}"),  # papermill takes braces for placeholders
            None,  # written once, tidied
            parameters=job.parameters,
            engine_name=engines.PAPERMILL_NAME[job.engine],
            kernel_name="python3",
            language="python",
            progress_bar=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            cwd=str(job.folder),
            execution_timeout=job.time_limit,
            **special,
        )
    except PapermillExecutionError as error:
        failure = ChapterFailure(
            job.id,
            job.template,
            f"{error.ename}: {error.evalue}".removesuffix(": "),
            error.cell_index,
            strip_color("\n".join(error.traceback)),
        )
    except CompanionEndedError as error:
        failure = ChapterFailure(job.id, job.template, str(error), outside=True)
    except OSError:
        raise
    except Exception as error:
        failure = ChapterFailure(job.id, job.template, f"{type(error).__name__}: {error}")
    finally:
        os.environ.pop(reads.VARIABLE, None)
        os.environ.pop(reads.SNAPSHOT, None)
    try:
        read = _read(notes)
        failure = _finish(job, kept[-1] if kept else None, raw, failure)
    finally:
        raw.unlink(missing_ok=True)
        notes.unlink(missing_ok=True)
    return ChapterResult(job.id, time.perf_counter() - began, failure, read)


def _read(notes: Path) -> tuple[tuple[str, str], ...]:
    lines = notes.read_text(encoding="utf-8").splitlines() if notes.is_file() else []
    return tuple((kind, name) for kind, name in map(json.loads, lines))


def _finish(job: ChapterJob, notebook: Any, raw: Path, failure: ChapterFailure | None) -> ChapterFailure | None:
    import nbformat

    if notebook is None:
        return failure or ChapterFailure(job.id, job.template, "Es ist kein Notebook entstanden.")
    template = json.loads(job.template.read_text(encoding="utf-8"))
    ids = {cell.get("id") for cell in template["cells"]} - {None}
    if failure is None:
        failure = _unfinished(job, notebook)
    elif failure.cell is not None:
        # papermill counted before it inserted two notes: one at the top, one before the failing cell.
        cell = template_cell_number(notebook, failure.cell + 2)
        failure = replace(failure, cell=cell)
    target = job.output if failure is None else job.failed
    nbformat.write(tidy(notebook, ids, job.parameters), raw)  # type: ignore[no-untyped-call]
    rename_whole(raw, target)
    if failure is None:
        return None
    return replace(failure, notebook=target)


def _unfinished(job: ChapterJob, notebook: Any) -> ChapterFailure | None:
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
            number = template_cell_number(notebook, index)
            return ChapterFailure(job.id, job.template, "Das Notebook endete vor dieser Zelle.", number)
    return None
