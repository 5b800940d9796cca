"""A build from end to end: check, snapshot, plan, chapters, book, checks, release.

Each step is a room of its own; here they are only put in order. What a build makes lies in its workshop until all
is well; only then it takes the last report's place.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib import receipt, written
from sozlib.batch.chapters import chapter_environment, run_chapters
from sozlib.batch.choice import choose_engine
from sozlib.batch.execute import Workers, chapter_jobs
from sozlib.batch.keys import Present, states
from sozlib.batch.plan import Plan
from sozlib.batch.planning import make_plan
from sozlib.batch.summary import bound_volumes, counted, described, extent, milestones, summarise
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
    from sozlib.batch.cluster import Cluster
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


#: What attack, analyses, downloads and binding need: loaded while data are read, which keeps only one core busy.
_LATER = (
    "sozlib.disclosure.widening",
    "sozlib.analysis.change",
    "sozlib.book.binding",
    "sozlib.book.downloads",
    "sozlib.gate.gate",
)

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
    from sozlib.inputs import ready_snapshot

    about = edition_of(project, edition)
    name = edition + (PARTIAL if wish.partial else "")
    began, processes = time.perf_counter(), wish.workers or project.report.workers
    workshop, report = project.workshop(name), project.output(name)
    if not about.public:
        keep_apart(report, project.output(PUBLIC))
    # A partial build reads the whole one's snapshot, so the two never run at the same time.
    with (
        exclusive(project.workshop(edition)),
        Crew(processes) as crew,
        Workers(processes, chapter_environment(project)) as workers,
        contextlib.ExitStack() as stack,
    ):
        recover(report)
        watched = _look(project)
        say("Daten lesen und prüfen …")
        forks = _forks_here(project, wish)
        if forks:
            workers.warm(1)  # most builds run a chapter
        ready = ready_snapshot(project, edition)
        if ready is None:
            crew.warm(*_LATER)
            if forks:
                workers.warm()
        from sozlib.book.assemble import assemble, choose_assembler, volume_keys, volume_reasons
        from sozlib.book.checks import check_site
        from sozlib.book.shelf import Shelf

        snapshot, remarks = ready or _read_data(project, edition, crew)
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
        cluster = stack.enter_context(_cluster(project, plan, snapshot, wish))
        chapters = run_chapters(
            project,
            plan,
            notebooks,
            snapshot,
            digests,
            engine=wish.engine,
            workers=workers,
            cluster=cluster,
            say=say,
        )
        if said := crew.result(proof):
            say(said)
        crew.result(downloads)
        assembler = choose_assembler(wish.assembler or project.report.assembler)
        keys = volume_keys(project, plan, snapshot, workshop, digests, assembler)
        volumes = volume_reasons(Shelf(workshop / "quarto", digests), keys)
        key = digest_of([keys, snapshot.digest, project.report.model_dump(mode="json"), project.cycle.model_dump()])
        says = f"Nichts zu tun: {relative(report, project.root)} ist aktuell ({extent(plan)})."
        last = receipt.read(workshop)
        if last.get("site") == key and receipt.untouched(last):
            say(says)
        else:
            # Another machine may have another Quarto.
            binding = cluster if assembler == "embedded" and any(volumes.values()) else None
            where = "" if binding is None else f" am {binding}"
            say(f"Bücher und Seiten{where}: {bound_volumes(volumes)} …")
            site = assemble(
                project,
                plan,
                snapshot,
                workshop,
                assembler=assembler,
                crew=crew,
                cluster=binding,
                digests=digests,
                bound=milestones(sum(bool(reasons) for reasons in volumes.values()), say),
            )
            _show_warnings(site.problems, say)
            manifest = make_manifest(project, snapshot, plan, notebooks, site.folder, site.assembler)
            write_manifest(site.folder, manifest)
            say(f"Prüfung vor der Freigabe: {len(manifest['outputs'])} Dateien …")
            found = check_site(site.folder, project, plan, snapshot, crew=crew, digests=manifest["outputs"])
            _raise_failed_checks(found, say)
            switch_in(site.folder, report)
            summarise(chapters, volumes, say)
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


def _cluster(
    project: Project, plan: Plan, snapshot: Snapshot, wish: Wish
) -> contextlib.AbstractContextManager[Cluster | None]:
    """The machines that run chapters and bind volumes; none where this one does it."""
    if (wish.executor or project.report.executor) != "dask":
        return contextlib.nullcontext()
    from sozlib.batch.cluster import Cluster, scheduler_address
    from sozlib.batch.parcel import pack
    from sozlib.book.theme import theme_folders

    templates = {chapter.template for chapter in plan.chapters}
    reading = partial(pack, project.root, snapshot.path, templates, theme_folders(project))
    address = scheduler_address(wish.scheduler)
    return Cluster(address, project.root, plan.edition, reading, chapter_environment(project))


def _forks_here(project: Project, wish: Wish) -> bool:
    """Whether this machine's processes fork for each chapter."""
    executor, engine = wish.executor or project.report.executor, wish.engine or project.report.engine
    return executor == "local" and choose_engine(engine)[0] == "forked"


def _read_data(project: Project, edition: str, crew: Crew | None = None) -> tuple[Snapshot, tuple[Problem, ...]]:
    from sozlib.state import make_snapshot  # with the libraries for all analyses

    return make_snapshot(project, edition, crew=crew)


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
    from sozlib.disclosure.entry import keep
    from sozlib.disclosure.ledger import entry

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
        return f"Zu tun: {counted(run_again, len(self.chapters), 'Kapitel', 'Kapitel')}, {bound_volumes(self.volumes)}"


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
