"""A build from end to end: check, snapshot, plan, chapters, book, checks, release.

Each step is a room of its own; here they are only put in order. What a build makes lies in its workshop until all
is well; only then it takes the last report's place.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib import receipt, written
from sozlib.batch.chapter_run import ChapterFailure, ChapterJob, ChapterResult
from sozlib.batch.choice import choose_engine, with_kernels
from sozlib.batch.execute import chapter_jobs, execute
from sozlib.batch.keys import ChapterState, Present, keep, key_file, states
from sozlib.batch.plan import Plan
from sozlib.batch.planning import make_plan
from sozlib.batch.progress import ShownProgress
from sozlib.batch.summary import by_reason, counted
from sozlib.crew import Crew
from sozlib.edition import PUBLIC
from sozlib.editions import chosen, edition_of, family_of
from sozlib.errors import BuildError, Problem, relative
from sozlib.files import Digests, digest_of
from sozlib.findings import listed
from sozlib.manifest import make_manifest, write_manifest
from sozlib.program import program
from sozlib.project import Assembler, Engine, Executor, Project, scaffold
from sozlib.release import exclusive, keep_apart, recover, switch_in

if TYPE_CHECKING:
    from sozlib.edition import Edition
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
    engine, assembler, executor
        None for what ``report.yml`` says.
    scheduler
        Address of the Dask scheduler; None for the one that Dask's settings name.
    """

    areas: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    workers: int = 0
    engine: Engine | None = None
    assembler: Assembler | None = None
    executor: Executor | None = None
    scheduler: str | None = None

    @property
    def partial(self) -> bool:
        """Whether only part of the report is wanted."""
        return bool(self.areas or self.topics)


#: The whole report, as ``report.yml`` says.
EVERYTHING = Wish()

Say = Callable[[str], None]

#: So many reasons are told at the end of a build.
_REASONS = 8


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
    from sozlib.book.assemble import assemble, choose_assembler, volume_keys, volume_reasons
    from sozlib.book.checks import check_site
    from sozlib.book.shelf import Shelf
    from sozlib.inputs import ready_snapshot

    about = edition_of(project, edition)
    name = edition + (PARTIAL if wish.partial else "")
    began = time.perf_counter()
    workshop, report = project.workshop(name), project.output(name)
    if not about.public:
        keep_apart(report, project.output(PUBLIC))
    # A partial build reads the whole one's snapshot, so the two never run at the same time.
    with exclusive(project.workshop(edition)), Crew(wish.workers or project.report.workers) as crew:
        recover(report)
        watched = _look(project)
        say("Daten lesen und prüfen …")
        ready = ready_snapshot(project, edition)
        snapshot, remarks = ready or _read_data(project, edition)
        watched = watched.also(_elsewhere(project, snapshot))
        _show_warnings(remarks, say)
        digests = Digests(workshop / "digests.json")
        # What the chapters do not need goes on beside them; for data that were there already it is done at a glance.
        beside = Crew(1) if ready else crew
        proof = beside.begin(_prove, project.root, project.cycle.id, snapshot.path, _held(project, about))
        downloads = beside.begin(_prepare_downloads, snapshot.path, workshop)
        plan = make_plan(project, snapshot.areas, edition, only_areas=wish.areas, only_topics=wish.topics)
        _show_warnings(written.usable(project, snapshot), say)
        say(described(plan))
        notebooks = workshop / "notebooks"
        chapters = run(project, plan, notebooks, snapshot, wish, say, digests)
        if said := crew.result(proof):
            say(said)
        crew.result(downloads)
        assembler = choose_assembler(wish.assembler or project.report.assembler)
        keys = volume_keys(project, plan, snapshot, workshop, digests, assembler)
        volumes = volume_reasons(Shelf(workshop / "quarto", digests), keys)
        key = digest_of([keys, snapshot.digest, project.report.model_dump(mode="json"), project.cycle.model_dump()])
        says = f"Nichts zu tun: {relative(report, project.root)} ist aktuell ({_extent(plan)})."
        last = receipt.read(workshop)
        if last.get("site") == key and receipt.untouched(last):
            say(says)
        else:
            say(f"Bücher und Seiten: {_bound(volumes)} …")
            site = assemble(
                project,
                plan,
                snapshot,
                workshop,
                assembler=assembler,
                crew=crew,
                digests=digests,
                bound=_milestones(sum(bool(reasons) for reasons in volumes.values()), say),
            )
            _show_warnings(site.problems, say)
            manifest = make_manifest(project, snapshot, plan, notebooks, site.folder, site.assembler)
            write_manifest(site.folder, manifest)
            say(f"Prüfung vor der Freigabe: {len(manifest['outputs'])} Dateien …")
            found = check_site(site.folder, project, plan, snapshot, crew=crew, digests=manifest["outputs"])
            _raise_failed_checks(found, say)
            switch_in(site.folder, report)
            _summarise(chapters, volumes, say)
            minutes, seconds = divmod(round(time.perf_counter() - began), 60)
            say(f"Fertig in {minutes} min {seconds} s: {(report / 'index.html').as_posix()}")
        if not wish.partial:
            _enter(project, snapshot)
        digests.keep()
        watched = watched.settled(project.ledger)
        receipt.write(workshop, _asked(project, edition, wish), watched, report, key, says)
    if wish.partial:
        say(f"Teilbau: der vollständige Bericht in {relative(project.output(edition), project.root)} blieb unberührt.")
    return report


def _read_data(project: Project, edition: str) -> tuple[Snapshot, tuple[Problem, ...]]:
    from sozlib.state import make_snapshot  # with the libraries for all analyses

    return make_snapshot(project, edition)


def _held(project: Project, edition: Edition) -> list[Path]:
    """Snapshots of further editions that readers of this one have."""
    if not edition.holds:
        return []
    from sozlib.state import held_snapshots

    return [held.path for held in held_snapshots(project, edition.id)]


def _prove(root: Path, cycle: str, snapshot: Path, held: Sequence[Path]) -> str:
    """Attack an edition in a process of its own; see :func:`sozlib.disclosure.proof.prove`."""
    from sozlib.disclosure.ledger import ledger_of
    from sozlib.disclosure.proof import prove
    from sozlib.snapshot import Snapshot

    project, own = Project(root, cycle), Snapshot.open(snapshot)
    earlier = ledger_of(project, edition_of(project, own.edition))
    return prove(project, own, [Snapshot.open(path) for path in held], earlier)


def _enter(project: Project, snapshot: Snapshot) -> None:
    """Enter what a released edition shows into the ledger; one that holds nothing back is not published."""
    from sozlib.disclosure.ledger import entry, keep

    if edition_of(project, snapshot.edition).protects:
        keep(snapshot, entry(project, snapshot.edition))


def _prepare_downloads(snapshot: Path, workshop: Path) -> None:
    """Lay the downloads on the shelf, where the site will take them from."""
    from sozlib.book.downloads import shelved
    from sozlib.book.shelf import Shelf
    from sozlib.snapshot import Snapshot

    shelved(Snapshot.open(snapshot), Shelf(workshop / "pages", Digests()), program(Digests()))


@dataclass(frozen=True)
class Outlook:
    """Why the next build will make each chapter and volume anew; no reasons where it will not."""

    chapters: dict[str, tuple[str, ...]]
    volumes: dict[str, tuple[str, ...]]

    def __str__(self) -> str:
        run_again = sum(map(bool, self.chapters.values()))
        return f"Zu tun: {counted(run_again, len(self.chapters), 'Kapitel', 'Kapitel')}, {_bound(self.volumes)}"


def outlook(project: Project, plan: Plan, wish: Wish = EVERYTHING) -> Outlook:
    """What a build of this plan would make anew; chapters are not run and no report is touched.

    Raises
    ------
    InputError
        The data cannot be used.
    """
    from sozlib.book.assemble import choose_assembler, volume_keys, volume_reasons
    from sozlib.book.shelf import Shelf
    from sozlib.inputs import ready_snapshot

    workshop = project.workshop(plan.edition + (PARTIAL if wish.partial else ""))
    with exclusive(project.workshop(plan.edition)):
        snapshot, _ = ready_snapshot(project, plan.edition) or _read_data(project, plan.edition)
        digests = Digests(workshop / "digests.json")
        jobs = chapter_jobs(plan, project.root, workshop / "notebooks", snapshot.path, "plain")
        chapters = {state.job.id: state.reasons for state in states(jobs, Present(project, snapshot, digests))}
        chosen = choose_assembler(wish.assembler or project.report.assembler)
        keys = volume_keys(project, plan, snapshot, workshop, digests, chosen)
        volumes = volume_reasons(Shelf(workshop / "quarto", digests), keys)
        for volume in plan.volumes:
            to_run = sum(bool(chapters[chapter.id]) for chapter in volume.chapters)
            if to_run and volumes[volume.id] != ("neu",):
                own = tuple(reason for reason in volumes[volume.id] if "Kapitel" not in reason)
                volumes[volume.id] = (*own, f"{to_run} Kapitel neu")
    return Outlook(chapters, volumes)


def _look(project: Project) -> receipt.Watched:
    """What this build can read, before it reads it."""
    return receipt.look(
        project.root, project.report.data, [scaffold() / part for part in ("notebooks", "reports/theme")]
    )


def _elsewhere(project: Project, snapshot: Snapshot) -> set[Path]:
    """Folders of raw tables that lie neither in the data folder nor among the parameters."""
    named = {
        project.path(name)
        for name in snapshot.meta["inputs"]
        if not name.startswith(("sozlib/", "parameters/", "ledger/"))
    }
    paths = {path for path in named if not path.is_relative_to(project.data) and path.name != "tokens.css"}
    own = {path for path in paths if path.is_relative_to(project.root)}
    folders = {project.root / path.relative_to(project.root).parts[0] for path in own if path.parent != project.root}
    folders |= {project.root for path in own if path.parent == project.root}
    foreign = [path.parent for path in paths - own]
    with contextlib.suppress(ValueError):  # none, or on several drives
        folders |= {Path(os.path.commonpath(foreign))} - {Path(folder.anchor) for folder in foreign}
    return folders | set(foreign)


def _asked(project: Project, edition: str, wish: Wish) -> dict[str, object]:
    family = family_of(project, edition)
    return {
        "edition": edition,
        "family": family,
        "members": [member.id for member in chosen(project, [family])] if family else [],
        "default": edition == chosen(project, [])[0].id,
        "cycle": project.cycle.id,
        "own_cycle": project.cycle.id == project.report.cycle,
        "areas": list(wish.areas),
        "topics": list(wish.topics),
        "assembler": wish.assembler,
    }


def _bound(volumes: Mapping[str, Sequence[str]]) -> str:
    return counted(sum(bool(reasons) for reasons in volumes.values()), len(volumes), "Band", "Bände", article="der")


def _summarise(chapters: Sequence[ChapterState], volumes: Mapping[str, Sequence[str]], say: Say) -> None:
    """Say what was made anew and why."""
    run_again = sum(bool(state.reasons) for state in chapters)
    say(f"Ausgeführt: {counted(run_again, len(chapters), 'Kapitel', 'Kapitel')}")
    _say_reasons(by_reason((state.job.id, state.reasons) for state in chapters), say)
    say(f"Gebunden: {_bound(volumes)}")
    # That a volume's chapters are new has just been said.
    other = ((name, [r for r in reasons if "Kapitel" not in r]) for name, reasons in volumes.items())
    _say_reasons(by_reason(other), say)


def _milestones(total: int, say: Say, most: int = 8) -> Callable[[int], None]:
    """Says how far the binding of volumes is: a few lines however many there are, the same in a file as on a screen."""
    began = time.perf_counter()

    def reached(count: int) -> None:
        if count < total and count * most // total > (count - 1) * most // total:
            seconds = (time.perf_counter() - began) / count * (total - count)
            left = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
            say(f"  {count} von {total} Bänden gebunden, noch etwa {left}")

    return reached


def _say_reasons(lines: Sequence[str], say: Say) -> None:
    """Say those reasons that concern most; new data can have as many as there are indicators."""
    for line in lines[:_REASONS]:
        say(line)
    if len(lines) > _REASONS:
        more = len(lines) - _REASONS
        say(f"  und {more} {'weiterer Grund' if more == 1 else 'weitere Gründe'}")


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
    wanted = wish.engine or project.report.engine
    engine, why = choose_engine(wanted)
    workers = wish.workers or project.report.workers
    jobs = chapter_jobs(plan, project.root, notebooks, snapshot.path, engine)
    exceptions = ""
    if wanted == "auto" and engine == "forked":
        jobs, exceptions = with_kernels(jobs, project.root)
    _remove_others(notebooks, {job.output for job in jobs})
    present = Present(project, snapshot, digests)
    found = states(jobs, present)
    todo = [state.job for state in found if state.reasons]
    if not todo:
        say("Kein Kapitel hat sich geändert.")
        return found
    how = f"{engine} ({why})"
    how_many = counted(len(todo), len(jobs), "Kapitel", "Kapitel")
    environment = {"SOURCE_DATE_EPOCH": str(_epoch(project))}

    def done(job: ChapterJob, result: ChapterResult) -> None:
        if result.failure is None:
            keep(job, present, result.reads, result.seconds)

    with contextlib.ExitStack() as stack:
        if (wish.executor or project.report.executor) == "dask":
            from sozlib.batch.cluster import connected, scheduler_address

            cluster = stack.enter_context(connected(scheduler_address(wish.scheduler)))
            places = cluster.places
            where = f" auf dem Dask-Cluster {cluster.address}, {places} {'Platz' if places == 1 else 'Plätze'}"
        else:
            cluster, places, where = None, workers or os.cpu_count() or 1, ""
        say(f"Ausführung{where}: {how}, {how_many}")
        if exceptions:
            say(exceptions)
        progress = stack.enter_context(ShownProgress(len(todo), places))
        if cluster is None:
            results = execute(todo, workers, progress, environment, done)
        else:
            results = cluster.execute(todo, project.root, snapshot.path, progress, environment, done)
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
    """One line on what a report consists of."""
    return f"Ausgabe {plan.edition}: {_extent(plan)}, Berichtszyklus {plan.cycle}"


def _extent(plan: Plan) -> str:
    volumes = len(plan.volumes)
    return f"{volumes} {'Band' if volumes == 1 else 'Bände'}, {len(plan.chapters)} Kapitel"


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
