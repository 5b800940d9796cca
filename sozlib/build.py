"""A build from end to end: check, snapshot, plan, chapters, book, checks, release.

Each step is a room of its own; here they are only put in order. What a build makes lies in its workshop until all
is well; only then it takes the last report's place.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib.batch.chapter_run import ChapterFailure, ChapterJob, ChapterResult
from sozlib.batch.execute import chapter_jobs, choose_engine, execute
from sozlib.batch.keys import ChapterState, Present, keep, key_file, states
from sozlib.batch.plan import Plan
from sozlib.batch.planning import make_plan
from sozlib.batch.progress import ShownProgress
from sozlib.batch.summary import counted
from sozlib.errors import BuildError, Problem, relative
from sozlib.files import Digests
from sozlib.findings import listed
from sozlib.manifest import make_manifest, write_manifest
from sozlib.project import Assembler, Engine, Project
from sozlib.release import exclusive, switch_in

if TYPE_CHECKING:
    from sozlib.snapshot import Snapshot

#: Added to the edition's folder when only part of the report was asked for.
PARTIAL = "-teil"


@dataclass(frozen=True)
class Wish:
    """What the operator asked for.

    Parameters
    ----------
    areas, topics
        Ids; nothing means all.
    workers
        Chapters at a time; 0 for what ``report.yml`` says.
    engine, assembler
        None for what ``report.yml`` says.
    """

    areas: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    workers: int = 0
    engine: Engine | None = None
    assembler: Assembler | None = None

    @property
    def partial(self) -> bool:
        """Whether only part of the report is wanted."""
        return bool(self.areas or self.topics)


#: The whole report, as ``report.yml`` says.
EVERYTHING = Wish()

Say = Callable[[str], None]


def build(project: Project, edition: str, wish: Wish = EVERYTHING, say: Say = print) -> Path:
    """Build and release one edition.

    Returns
    -------
    Path
        Folder of the released report; for a partial build a folder of its own (``<edition>-teil``), so that it
        never takes the place of a whole report.

    Raises
    ------
    InputError
        The input cannot be used; nothing was run.
    BuildError
        Chapters failed or the report did not pass its checks: the last report stays.
    """
    from sozlib.book.assemble import assemble
    from sozlib.book.checks import check_site
    from sozlib.commands import usable_texts
    from sozlib.state import make_snapshot

    name = edition + (PARTIAL if wish.partial else "")
    began = time.perf_counter()
    workshop = project.workshop(name)
    # A partial build reads the whole one's snapshot, so the two never run at the same time.
    with exclusive(project.workshop(edition)):
        say("Daten lesen und prüfen …")
        snapshot, remarks = make_snapshot(project, edition)
        _show_warnings(remarks, say)
        plan = make_plan(project, snapshot.areas, edition, only_areas=wish.areas, only_topics=wish.topics)
        _show_warnings(usable_texts(project), say)
        say(described(plan))
        notebooks = workshop / "notebooks"
        digests = Digests(workshop / "digests.json")
        run(project, plan, notebooks, snapshot, wish, say, digests)
        say("Bücher und Seiten …")
        workers = wish.workers or project.report.workers
        site = assemble(
            project, plan, snapshot, workshop, assembler=wish.assembler or project.report.assembler, workers=workers
        )
        _show_warnings(site.problems, say)
        write_manifest(site.folder, make_manifest(project, snapshot, plan, notebooks, site.folder, site.assembler))
        _raise_failed_checks(check_site(site.folder, project, plan, snapshot), say)
        report = project.output(name)
        switch_in(site.folder, report)
    minutes, seconds = divmod(round(time.perf_counter() - began), 60)
    say(f"Fertig in {minutes} min {seconds} s: {(report / 'index.html').as_posix()}")
    if wish.partial:
        say(f"Teilbau: der vollständige Bericht in {relative(project.output(edition), project.root)} blieb unberührt.")
    return report


def run(
    project: Project, plan: Plan, notebooks: Path, snapshot: Snapshot, wish: Wish, say: Say, digests: Digests
) -> list[ChapterState]:
    """Run those chapters of a plan whose inputs have changed since their notebooks were executed.

    Returns
    -------
    list of ChapterState
        Every chapter, with the reasons why it was run.

    Raises
    ------
    BuildError
        Naming every failed chapter with cell, error and notebook.
    """
    engine, why = choose_engine(wish.engine or project.report.engine)
    workers = wish.workers or project.report.workers
    jobs = chapter_jobs(plan, project.root, notebooks, snapshot.path, engine)
    _remove_others(notebooks, {job.output for job in jobs})
    present = Present(project, snapshot, digests)
    found = states(jobs, present)
    todo = [state.job for state in found if state.reasons]
    if not todo:
        say("Kein Kapitel hat sich geändert.")
        return found
    say(f"Ausführung: {engine} ({why}), {counted(len(todo), len(jobs), 'Kapitel', 'Kapitel')}")
    environment = {"SOURCE_DATE_EPOCH": str(_epoch(project))}

    def done(job: ChapterJob, result: ChapterResult) -> None:
        keep(job, present, result.reads, result.seconds)

    with ShownProgress(len(todo), workers or os.cpu_count() or 1) as progress:
        results = execute(todo, workers, progress, environment, done)
    digests.keep()
    failures = [result.failure for result in results if result.failure]
    if failures:
        raise BuildError(failed_chapters(failures, len(jobs), project.root))
    return found


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


def described(plan: Plan) -> str:
    """One line on what will be run."""
    volumes, chapters = len(plan.volumes), len(plan.chapters)
    return (
        f"Ausgabe {plan.edition}: {volumes} {'Band' if volumes == 1 else 'Bände'}, "
        f"{chapters} Kapitel, Berichtszyklus {plan.cycle}"
    )


def _show_warnings(problems: Sequence[Problem], say: Say) -> None:
    warnings = [problem for problem in problems if problem.severity == "warning"]
    if warnings:
        say(listed(warnings) + "\n")


def _raise_failed_checks(problems: Sequence[Problem], say: Say) -> None:
    _show_warnings(problems, say)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise BuildError(
            "Der Bericht hat seine Prüfung nicht bestanden und wird nicht freigegeben; der letzte gute bleibt.\n\n"
            + listed(errors)
        )


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


def _epoch(project: Project) -> int:
    import datetime as dt

    published = project.cycle.published
    return int(dt.datetime(published.year, published.month, published.day, tzinfo=dt.UTC).timestamp())
