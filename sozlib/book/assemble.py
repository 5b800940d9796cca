"""From executed notebooks to a finished site folder: all volumes side by side, by Quarto or by the embedded assembler.

Both read the same prepared projects. ``auto`` takes Quarto where it is on the PATH; without it pandoc and Typst from
the installed wheels do the work.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sozlib.batch.plan import Plan, Volume
from sozlib.book import quarto
from sozlib.book.convert import convert_volume
from sozlib.book.document import BookSite, ChapterDocument, VolumeDocument
from sozlib.book.imprint import volume_data
from sozlib.book.motif import write_motif
from sozlib.book.pdf import set_pdf, write_sources
from sozlib.book.prepare import prepare_volume
from sozlib.errors import Problem, SozlibError, raise_errors
from sozlib.project import Assembler, Project
from sozlib.snapshot import Snapshot

Chosen = Literal["quarto", "embedded"]


@dataclass(frozen=True)
class _Job:
    """One volume to assemble; plain data, so that another process can do it."""

    root: Path
    cycle: str
    edition: str
    snapshot: Path
    notebooks: Path
    folder: Path
    site: Path
    volume: Volume
    assembler: Chosen


@dataclass(frozen=True)
class _Result:
    """What came of a volume; ``failure`` is a message where nothing did."""

    document: VolumeDocument
    problems: tuple[Problem, ...] = ()
    failure: str = ""


def choose_assembler(wanted: Assembler) -> Chosen:
    """The assembler that is used.

    Raises
    ------
    SozlibError
        Quarto was asked for by name and is not installed.
    """
    installed = quarto.quarto_path() is not None
    if wanted == "quarto" and not installed:
        raise SozlibError(
            "Quarto ist nicht installiert. Installieren Sie es, oder wählen Sie --assembler embedded (oder auto)."
        )
    return "quarto" if wanted in ("auto", "quarto") and installed else "embedded"


def assemble(
    project: Project,
    plan: Plan,
    snapshot: Snapshot,
    workshop: Path,
    *,
    assembler: Assembler = "auto",
    workers: int = 0,
    build_pages: Callable[..., None] | None = None,
) -> BookSite:
    """Bind all volumes of a plan into a site folder.

    Parameters
    ----------
    project
        The report project.
    plan
        The volumes.
    snapshot
        The edition's snapshot.
    workshop
        Folder of the build; ``notebooks/`` holds the executed chapters, ``quarto/`` and ``site/`` are written.
    assembler
        Which assembler is wanted.
    workers
        Volumes at a time; 0 for one a processor core.
    build_pages
        What builds the pages around the chapters, by default :func:`sozlib.book.site.build_site`.

    Returns
    -------
    BookSite
        The folder ``workshop/site`` and what is in it.

    Raises
    ------
    InputError
        Chapters contain what must not be published, with every such place.
    SozlibError
        A volume could not be set.
    """
    if build_pages is None:
        from sozlib.book.site import build_site

        build_pages = build_site
    chosen = choose_assembler(assembler)
    site = workshop / "site"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    jobs = [
        _Job(
            project.root,
            plan.cycle,
            plan.edition,
            snapshot.path,
            workshop / "notebooks",
            workshop / "quarto" / volume.id,
            site,
            volume,
            chosen,
        )
        for volume in plan.volumes
    ]
    _remove_others(workshop / "quarto", {volume.id for volume in plan.volumes})
    results = _run(jobs, workers)
    problems = [problem for result in results for problem in result.problems]
    raise_errors(problems)
    if failures := [result.failure for result in results if result.failure]:
        raise SozlibError("\n\n".join(failures))
    documents: dict[str, ChapterDocument] = {
        chapter.chapter.id: chapter for result in results for chapter in result.document.chapters
    }
    pdfs = {r.document.volume.id: r.document.pdf for r in results if r.document.pdf is not None}
    build_pages(project, plan, snapshot, documents, site, pdfs)
    volumes = {result.document.volume.id: result.document for result in results}
    return BookSite(site, volumes, chosen, tuple(problems))


def _run(jobs: Sequence[_Job], workers: int) -> list[_Result]:
    count = min(workers or os.cpu_count() or 1, len(jobs))
    if count <= 1:
        return [_assemble_volume(job) for job in jobs]
    with ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(_assemble_volume, jobs))


def _assemble_volume(job: _Job) -> _Result:
    """Prepare one volume and bind it."""
    volume = job.volume
    empty = VolumeDocument(volume, ())
    try:
        project = Project(job.root, job.cycle)
        edition = project.edition(job.edition)
        problems = prepare_volume(volume, job.notebooks, job.folder)
        data = volume_data(project, edition, volume)
        quarto.write_project(project, volume, job.folder, data)
        if job.assembler == "quarto":
            return _Result(_by_quarto(project, job), tuple(problems))
        document, found = convert_volume(volume, job.folder)
        problems += found
        if any(problem.severity == "error" for problem in problems):
            return _Result(empty, tuple(problems))
        tokens = (job.folder / "theme" / "tokens.css").read_text(encoding="utf-8")
        motif = job.folder / "theme" / "motif.svg"
        has_motif = write_motif(Snapshot.open(job.snapshot), tokens, motif, volume.area)
        data["motif"] = motif.name if has_motif else None
        main = write_sources(document, job.folder, data)
        pdf = job.site / "pdf" / f"{volume.id}.pdf"
        set_pdf(main, job.folder, pdf, project.cycle.published)
        return _Result(replace(document, pdf=pdf), tuple(problems))
    except SozlibError as error:
        return _Result(empty, failure=f"Band „{volume.title}“: {error}")


def _by_quarto(project: Project, job: _Job) -> VolumeDocument:
    published = project.cycle.published
    epoch = int(dt.datetime(published.year, published.month, published.day, tzinfo=dt.UTC).timestamp())
    html, pdf = quarto.render(job.folder, job.volume, epoch)
    target = job.site / "pdf" / f"{job.volume.id}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(pdf, target)
    shutil.copytree(html, job.site / job.volume.id, ignore=shutil.ignore_patterns(pdf.name), dirs_exist_ok=True)
    return VolumeDocument(job.volume, (), target)


def _remove_others(folder: Path, wanted: set[str]) -> None:
    """Remove projects of volumes that the plan no longer has."""
    for path in folder.glob("*/"):
        if path.name not in wanted:
            shutil.rmtree(path)
