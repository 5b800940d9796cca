"""The chapters of a build: those whose inputs have changed are run, here or on a cluster; the others stay."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib.batch.chapter_run import ChapterFailure, ChapterJob, ChapterResult
from sozlib.batch.choice import choose_engine, with_kernels
from sozlib.batch.execute import Workers, chapter_jobs, execute
from sozlib.batch.keys import ChapterState, Present, keep, key_file, states
from sozlib.batch.plan import Plan
from sozlib.batch.progress import ShownProgress
from sozlib.batch.summary import counted
from sozlib.errors import BuildError, relative
from sozlib.files import Digests
from sozlib.project import Engine, Project

if TYPE_CHECKING:
    from sozlib.batch.cluster import Cluster
    from sozlib.snapshot import Snapshot


def run_chapters(
    project: Project,
    plan: Plan,
    notebooks: Path,
    snapshot: Snapshot,
    digests: Digests,
    *,
    engine: Engine | None = None,
    workers: Workers,
    cluster: Cluster | None = None,
    say: Callable[[str], None] = print,
) -> list[ChapterState]:
    """Run those chapters of a plan whose inputs have changed since their notebooks were executed.

    Parameters
    ----------
    project, plan, snapshot
        What the report is, its chapters, and the edition's data.
    notebooks
        Folder of the executed notebooks; those of other chapters are removed.
    digests
        Digests of files.
    engine
        None for what ``report.yml`` says.
    workers
        The processes that run them.
    cluster
        Machines that run the chapters instead of this one.
    say
        Is told what is done.

    Returns
    -------
    list of ChapterState
        Every chapter, with the reasons why it was run.

    Raises
    ------
    BuildError
        Naming every failed chapter with cell, error and notebook.
    """
    wanted = engine or project.report.engine
    chosen, why = choose_engine(wanted)
    jobs = chapter_jobs(plan, project.root, notebooks, snapshot.path, chosen)
    exceptions = ""
    if wanted == "auto" and chosen == "forked":
        jobs, exceptions = with_kernels(jobs, project.root)
    _remove_others(notebooks, {job.output for job in jobs})
    present = Present(project, snapshot, digests)
    found = states(jobs, present)
    todo = [state.job for state in found if state.reasons]
    if not todo:
        say("Kein Kapitel hat sich geändert.")
        return found
    where = "" if cluster is None else f" am {cluster}"
    say(f"Ausführung{where}: {chosen} ({why}), {counted(len(todo), len(jobs), 'Kapitel', 'Kapitel')}")
    if exceptions:
        say(exceptions)

    def done(job: ChapterJob, result: ChapterResult) -> None:
        if result.failure is None:
            keep(job, present, result.reads, result.seconds)

    with ShownProgress(len(todo), workers.count if cluster is None else cluster.places) as progress:
        if cluster is None:
            results = execute(todo, workers, progress, done)
            workers.end()
        else:
            from sozlib.batch.remote_chapters import execute_on

            results = execute_on(cluster, todo, project.root, progress, done)
    digests.keep()
    failures = [result.failure for result in results if result.failure]
    if failures:
        raise BuildError(failed_chapters(failures, len(jobs), project.root))
    return found


def chapter_environment(project: Project) -> dict[str, str]:
    """Environment variables of a report's chapters: files with a time stamp bear the date of publication."""
    import datetime as dt

    day = project.cycle.published
    published = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return {"SOURCE_DATE_EPOCH": str(int(published.timestamp()))}


def failed_chapters(failures: Sequence[ChapterFailure], total: int, root: Path) -> str:
    """German list of failed chapters with cell, error and notebook."""
    count = f"{len(failures)} von {total} Kapiteln {'ist' if len(failures) == 1 else 'sind'} gescheitert"
    lines = [f"{count}. Der Bericht wird nicht freigegeben; der letzte gute bleibt."]
    for failure in failures:
        where = relative(failure.template, root) + (f", Zelle {failure.cell}" if failure.cell is not None else "")
        lines += ["", f"{failure.chapter} ({where})", f"  Fehler: {failure.error}"]
        if failure.notebook is not None:
            lines.append(f"  Notebook: {relative(failure.notebook, root)}")
        elif failure.traceback:
            lines += [f"  {line}" for line in failure.traceback.splitlines()]
    return "\n".join(lines)


def _remove_others(notebooks: Path, wanted: set[Path]) -> None:
    """Remove notebooks of chapters that the plan no longer has, and what a killed build left half written."""
    failed = {path.with_name(f"{path.stem}.fehler.ipynb") for path in wanted}
    kept = wanted | failed | {key_file(path) for path in wanted}
    for path in notebooks.glob("*/*"):
        if path not in kept:
            path.unlink()
    for folder in notebooks.glob("*/"):
        if not any(folder.iterdir()):
            shutil.rmtree(folder)
