"""From executed notebooks to a finished site folder: all volumes side by side, by Quarto or by the embedded assembler.

Both read the same prepared projects. ``auto`` takes Quarto where it is on the PATH; without it pandoc and Typst from
the installed wheels do the work. A volume whose chapters, words, theme and program are the same as in the last build
is taken from the shelf; so is its PDF if only what the web shows has changed.
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sozlib.batch.plan import Plan
from sozlib.book import quarto
from sozlib.book.binding import BOUND, BoundVolume, Chosen, VolumeJob, bind
from sozlib.book.document import BookSite, ChapterDocument
from sozlib.book.imprint import volume_data
from sozlib.book.published import protection_of
from sozlib.book.remote_volumes import bind_on
from sozlib.book.shelf import Shelf
from sozlib.book.theme import theme_folders
from sozlib.crew import Crew
from sozlib.editions import edition_of
from sozlib.errors import SozlibError, raise_errors
from sozlib.files import Digests, digest_of, stamps
from sozlib.program import program
from sozlib.project import Assembler, Project
from sozlib.snapshot import Snapshot

if TYPE_CHECKING:
    from sozlib.batch.cluster import Cluster


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
    crew: Crew | None = None,
    cluster: Cluster | None = None,
    build_pages: Callable[..., None] | None = None,
    digests: Digests | None = None,
    bound: Callable[[int], None] = lambda count: None,
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
    crew
        Processes that bind volumes side by side; without them one is bound after the other.
    cluster
        Machines that do it instead.
    build_pages
        What builds the pages around the chapters, by default :func:`sozlib.book.site.build_site`.
    digests
        Digests of files, remembered from build to build.
    bound
        Is told how many of the volumes that had to be bound anew are.

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
    digests = digests or Digests()
    shelf = Shelf(workshop / "quarto", digests)
    chosen = choose_assembler(assembler)
    keys = volume_keys(project, plan, snapshot, workshop, digests, chosen)
    if build_pages is None:
        from sozlib.book.site import build_site

        build_pages = partial(build_site, shelf=Shelf(workshop / "pages", digests), program=program(digests))
    edition = edition_of(project, plan.edition)
    site = workshop / "site"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    shelf.keep_only(keys)
    Shelf(workshop / "pdf", digests).keep_only(keys)
    results = {name: _from_shelf(shelf, name, key) for name, key in keys.items()}
    jobs = [
        VolumeJob(
            project,
            volume_data(project, edition, volume, protection=protection_of(edition, snapshot)),
            snapshot.path,
            workshop / "notebooks",
            workshop / "quarto" / volume.id,
            volume,
            chosen,
        )
        for volume in plan.volumes
        if results[volume.id] is None
    ]
    counted = itertools.count(1)

    def done(job: VolumeJob, result: BoundVolume) -> None:
        results[job.id] = result
        if result.sound:
            shelf.put(job.id, keys[job.id], BOUND.dump_python(result, mode="json"))
        bound(next(counted))

    if cluster is None:
        (crew or Crew(1)).each(bind, jobs, done)
    else:
        bind_on(cluster, jobs, done)
    ready = [result for result in results.values() if result is not None]
    problems = [problem for result in ready for problem in result.problems]
    raise_errors(problems)
    if failures := [result.failure for result in ready if result.failure]:
        raise SozlibError("\n\n".join(failures))
    ready = [_into(site, result, workshop, chosen) for result in ready]
    documents: dict[str, ChapterDocument] = {
        chapter.chapter.id: chapter for result in ready for chapter in result.document.chapters
    }
    pdfs = {r.document.volume.id: r.document.pdf for r in ready if r.document.pdf is not None}
    build_pages(project, plan, snapshot, documents, site, pdfs)
    volumes = {result.document.volume.id: result.document for result in ready}
    return BookSite(site, volumes, chosen, tuple(problems))


def volume_keys(
    project: Project, plan: Plan, snapshot: Snapshot, workshop: Path, digests: Digests, chosen: Chosen
) -> dict[str, dict[str, Any]]:
    """Key of every volume: all that goes into it, by name; where it is the same, the volume is the same."""
    edition = edition_of(project, plan.edition)
    files = snapshot.meta["files"]
    notebooks = [n for n, _ in stamps(project.notebooks) if not n.endswith(".ipynb") and not n.startswith("texts/")]
    shared = {
        "program": program(digests),
        "assembler": [chosen, str(quarto.quarto_path()) if chosen == "quarto" else ""],
        "theme": digest_of([digests.below(folder) for folder in theme_folders(project)]),
        "pictures": digest_of(digests.below(project.notebooks, sorted(notebooks))),
        "outlines": [files.get(name, "") for name in ("geometry.parquet", "tokens.css")],
    }
    return {
        volume.id: {
            **shared,
            "words": digest_of(volume_data(project, edition, volume, protection=protection_of(edition, snapshot))),
            "plan": [[c.slug, c.title, c.area, c.topic, c.template.as_posix()] for c in volume.chapters],
            "place": str(workshop),
            "chapters": {c.slug: digests.of(workshop / "notebooks" / f"{c.id}.ipynb") for c in volume.chapters},
        }
        for volume in plan.volumes
    }


_CHANGES = {
    "program": "Programmversion",
    "assembler": "andere Fertigung",
    "theme": "Gestaltung geändert",
    "pictures": "Bilder neben den Vorlagen geändert",
    "outlines": "Umrisse oder Farben geändert",
    "words": "Angaben zum Bericht geändert",
    "plan": "Kapitelfolge oder Titel geändert",
    "place": "anderer Ordner",
}


def volume_reasons(shelf: Shelf, keys: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Why each volume has to be bound anew, in German; nothing where the one on the shelf will do."""
    found: dict[str, tuple[str, ...]] = {}
    for name, key in keys.items():
        then = shelf.key(name)
        if not isinstance(then, dict):
            found[name] = ("neu",)
            continue
        now = json.loads(json.dumps(key))
        reasons = [words for part, words in _CHANGES.items() if then.get(part) != now[part]]
        before = then.get("chapters", {})
        changed = [slug for slug, digest in now["chapters"].items() if before.get(slug) != digest]
        if changed:
            reasons.append(f"{len(changed)} Kapitel geändert" if len(changed) > 1 else f"Kapitel {changed[0]} geändert")
        if not reasons and shelf.take(name, key) is None:
            reasons.append("Ergebnis fehlt oder wurde verändert")
        found[name] = tuple(reasons)
    return found


def _from_shelf(shelf: Shelf, name: str, key: object) -> BoundVolume | None:
    about = shelf.take(name, key)
    if about is None:
        return None
    result = BOUND.validate_python(about)
    pdf = result.document.pdf
    return result if pdf is not None and shelf.digests.of(pdf) == result.pdf else None


def _into(site: Path, result: BoundVolume, workshop: Path, chosen: Chosen) -> BoundVolume:
    """Copy what is ready of a volume into the site."""
    document = result.document
    assert document.pdf is not None
    target = site / "pdf" / document.pdf.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(document.pdf, target)
    if chosen == "quarto":
        pages = workshop / "quarto" / document.volume.id / quarto.OUTPUT
        without = shutil.ignore_patterns(document.pdf.name)
        shutil.copytree(pages, site / document.volume.id, ignore=without, dirs_exist_ok=True)
    return replace(result, document=replace(document, pdf=target))
