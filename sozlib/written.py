"""What people wrote into ``notebooks/texts``, looked at before anything runs.

The rules are in :mod:`sozlib.chapter.texts`; here they meet the project's areas and catalogue.
"""

from __future__ import annotations

from sozlib.errors import InputError, Problem, raise_errors
from sozlib.project import Project
from sozlib.snapshot import Snapshot


def examine_written(project: Project) -> list[Problem]:
    """Problems of the texts in ``notebooks/texts``; none while areas or catalogue cannot be read themselves."""
    from sozlib.chapter.texts import examine_texts
    from sozlib.indicators.catalogue import examine_catalogue
    from sozlib.observations.areas import read_areas

    catalogue, problems = examine_catalogue(project)
    try:
        areas, unreadable = read_areas(project)
    except InputError:  # told where the areas themselves are checked
        return []
    if any(problem.severity == "error" for problem in (*problems, *unreadable)):
        return []
    table = areas.table[areas.table["level"] == areas.reporting]
    slugs = dict(zip(table["id"].astype(str), table["slug"].astype(str), strict=True))
    return examine_texts(project, [indicator.id for indicator in catalogue], slugs)


def usable(project: Project, snapshot: Snapshot) -> list[Problem]:
    """Warnings on the texts that people wrote, by the catalogue and the areas of a snapshot.

    Raises
    ------
    InputError
        A text cannot be used; nothing should run.
    """
    from sozlib.chapter.texts import examine_texts

    areas = snapshot.areas
    table = areas[areas["level"] == snapshot.meta["report"]["levels"][0]["id"]]
    slugs = dict(zip(table["id"].astype(str), table["slug"].astype(str), strict=True))
    problems = examine_texts(project, [indicator["id"] for indicator in snapshot.meta["catalogue"]], slugs)
    problems += _citing(project, snapshot)
    raise_errors(problems)
    return problems


def _citing(project: Project, snapshot: Snapshot) -> list[Problem]:
    """Texts that cite what the snapshot's edition hides."""
    from sozlib.disclosure.hidden import is_written, read_hidden, record_of
    from sozlib.gate.citations import citations
    from sozlib.gate.words import Names

    texts, record = project.root / "notebooks" / "texts", record_of(snapshot.path)
    if not texts.is_dir() or not is_written(record) or not (hidden := read_hidden(record)):
        return []
    topics: dict[str, set[str]] = {}
    for indicator in snapshot.meta["catalogue"]:
        topics.setdefault(indicator["topic"], set()).add(indicator["id"])
    return list(citations(texts, project.root, Names.of(snapshot, hidden), topics))
