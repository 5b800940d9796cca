"""Where people's texts lie, and whether each can be used: ``notebooks/texts/<area>/<chapter>.md``.

A text with a mistyped indicator would stop the build after an hour of work, and a text under a mistyped folder would
silently never appear. Both are found here from the files alone, before anything runs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from sozlib.chapter import prose
from sozlib.errors import Place, Problem, relative
from sozlib.nearest import nearest
from sozlib.project import Project

#: Folder of texts about the whole.
OVERALL = "ueberblick"

_NAMED = re.compile(r"""\.text\(\s*\\?["']([a-z0-9_-]+)\\?["']""")


def find_texts(*starts: Path) -> Path | None:
    """Folder ``notebooks/texts`` of the project that one of the paths lies in, searched upwards."""
    for start in starts:
        for folder in (start, *start.parents):
            if (folder / "parameters" / "report.yml").is_file():
                texts = folder / "notebooks" / "texts"
                return texts if texts.is_dir() else None
    return None


def text_file(texts: Path, area: str, slug: str, topic: str) -> Path | None:
    """File of an area and topic, under the area's id or its slug; None where nobody wrote one."""
    for folder in (area, slug):
        path = texts / folder / f"{topic}.md"
        if folder and path.is_file() and path.resolve().is_relative_to(texts.resolve()):
            return path
    return None


def examine_texts(project: Project, indicators: Collection[str], areas: dict[str, str]) -> list[Problem]:
    """Problems of all texts of a project.

    Parameters
    ----------
    project
        The report project.
    indicators
        Ids of the catalogue.
    areas
        Slug by id of the areas that the report is about.

    Returns
    -------
    list of Problem
        Errors with file and line for what a text says; warnings for files that no chapter will show.
    """
    texts = project.root / "notebooks" / "texts"
    if not texts.is_dir():
        return []
    folders = [OVERALL, *areas, *areas.values()]
    names = _chapters(project)
    problems: list[Problem] = []
    for folder in sorted(path for path in texts.iterdir() if path.is_dir()):
        place = Place(relative(folder, project.root))
        if folder.name not in folders:
            problems.append(_unused(f"Den Raum „{folder.name}“ gibt es nicht", folder.name, folders, place))
            continue
        for path in sorted(folder.glob("*.md")):
            if path.stem not in names:
                found = f"Zu „{path.stem}“ gibt es kein Kapitel"
                problems.append(_unused(found, path.stem, names, Place(relative(path, project.root))))
    for path in sorted(texts.rglob("*.md")):
        problems += prose.examine(path, project.root, indicators)
    return problems


def _chapters(project: Project) -> list[str]:
    """Names that chapters ask for: topics, the profile, the summary, and what notebooks name themselves."""
    names = [topic.id for topic in project.report.topics]
    return list(dict.fromkeys([*names, "profil", "zusammenfassung", *_asked(project)]))


def _asked(project: Project) -> Iterator[str]:
    for notebook in sorted((project.root / "notebooks").rglob("*.ipynb")):
        yield from _NAMED.findall(notebook.read_text(encoding="utf-8", errors="replace"))


def _unused(found: str, name: str, known: list[str], place: Place) -> Problem:
    near = nearest(name, known, cutoff=0.5)
    remedy = f"Meinten Sie „{near}“?" if near else f"Bekannt sind: {', '.join(known)}."
    return Problem("unused-text", f"{found}; der Text erscheint nirgends.", remedy, place, "warning")
