"""One chapter as a page, within seconds: what an analyst looks at while writing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib.batch.chapters import chapter_environment, run_chapters
from sozlib.batch.execute import Workers
from sozlib.batch.plan import Plan
from sozlib.batch.planning import OVERALL, make_plan
from sozlib.build import EVERYTHING, Wish
from sozlib.editions import edition_of
from sozlib.errors import InputError, Place, Problem, raise_errors
from sozlib.files import Digests
from sozlib.nearest import nearest
from sozlib.project import Project
from sozlib.release import exclusive

if TYPE_CHECKING:
    from sozlib.snapshot import Snapshot


def preview(project: Project, edition: str, area: str, topic: str, wish: Wish = EVERYTHING) -> Path:
    """Page of one chapter.

    Parameters
    ----------
    project, edition
        What to read.
    area
        Id or slug of an area, or ``ueberblick``.
    topic
        Topic, or the chapter's file name (``profil``).
    wish
        Engine and workers.

    Returns
    -------
    Path
        The page, in a workshop of its own; no report is touched.

    Raises
    ------
    InputError
        The input cannot be used, or there is no such chapter.
    BuildError
        The chapter failed.
    """
    from sozlib.state import prepare

    snapshot = prepare(project, edition)
    plan = only_chapter(make_plan(project, snapshot.areas, edition, only_areas=(area,)), topic)
    workshop = project.workshop(f"{edition}-vorschau")
    with exclusive(workshop), Workers(1, chapter_environment(project)) as workers:
        digests = Digests(workshop / "digests.json")
        run_chapters(
            project,
            plan,
            workshop / "notebooks",
            snapshot,
            digests,
            engine=wish.engine,
            workers=workers,
            say=lambda text: None,
        )
        return _page(project, plan, snapshot, workshop)


def _page(project: Project, plan: Plan, snapshot: Snapshot, workshop: Path) -> Path:
    """Set the one chapter into a site without PDF."""
    from sozlib.book.convert import convert_volume
    from sozlib.book.imprint import volume_data
    from sozlib.book.prepare import prepare_volume
    from sozlib.book.published import protection_of
    from sozlib.book.quarto import write_project
    from sozlib.book.site import build_site

    (volume,) = plan.volumes
    (chapter,) = volume.chapters
    folder, site = workshop / "quarto" / volume.id, workshop / "site"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    problems = prepare_volume(volume, workshop / "notebooks", folder)
    edition = edition_of(project, plan.edition)
    data = volume_data(project, edition, volume, protection=protection_of(edition, snapshot))
    write_project(project, volume, folder, data)
    document, found = convert_volume(volume, folder)
    raise_errors([*problems, *found])
    build_site(project, plan, snapshot, {chapter.id: document.chapters[0]}, site, {})
    return site / f"{chapter.id}.html"


def only_chapter(plan: Plan, wanted: str) -> Plan:
    """Plan of one chapter of a volume, named by file name or topic.

    Raises
    ------
    InputError
        There is no such chapter; names the nearest.
    """
    (volume,) = plan.volumes
    known = {chapter.topic: chapter for chapter in volume.chapters if chapter.topic and volume.id != OVERALL}
    known |= {chapter.slug: chapter for chapter in volume.chapters}
    if wanted not in known:
        near = nearest(wanted, [name for name in known if name], cutoff=0.5)
        remedy = f"Meinten Sie „{near}“?" if near else f"Vorhanden: {', '.join(c.slug for c in volume.chapters)}."
        found = f"Im Band „{volume.id}“ gibt es kein Kapitel „{wanted}“."
        raise InputError([Problem("unknown-chapter", found, remedy, Place("THEMA"))])
    return replace(plan, volumes=(replace(volume, chapters=(known[wanted],)),))
