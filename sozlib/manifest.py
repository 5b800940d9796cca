"""``manifest.json``: what a report was made from, with what, and what came out.

Every figure can be traced: inputs, versions and outputs with their digests. It holds no time of building (the date
is the cycle's date of publication), so the same inputs give the same manifest.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sozlib.batch.plan import Plan
from sozlib.errors import Place, Problem, SozlibError
from sozlib.project import Project
from sozlib.snapshot import Snapshot

NAME = "manifest.json"

#: Libraries on which numbers, drawings or pages depend.
_LIBRARIES = (
    "geopandas",
    "great-tables",
    "mapclassify",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pypandoc-binary",
    "scipy",
    "shapely",
    "statsmodels",
    "typst",
)


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def inputs(project: Project) -> dict[str, str]:
    """Digest of every file that can change the report, by the path that messages show.

    Parameter files, notebooks and texts, the theme, and all raw tables; hidden files and programs are left out.
    """
    folders = (project.parameters, project.notebooks, project.data, project.theme)
    found = {
        project.shown(path): digest(path)
        for folder in folders
        if folder.is_dir()
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in (".py", ".pyc")
        and not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
    }
    return dict(sorted(found.items()))


def make_manifest(
    project: Project, snapshot: Snapshot, plan: Plan, notebooks: Path, site: Path, assembler: str
) -> dict[str, Any]:
    """Manifest of a site that is ready for release.

    Raw tables of an edition that protects small numbers are named without digest: whoever knows all but one cell
    of a small table could find that cell by trying numbers until the digest fits.

    Parameters
    ----------
    project, snapshot, plan
        What the site was made from.
    notebooks
        Folder of the executed notebooks.
    site
        The site folder; every file in it becomes an output.
    assembler
        ``embedded`` or ``quarto``.
    """
    protected = project.edition(plan.edition).minimum_count > 0
    given: dict[str, str | None] = dict(inputs(project))
    for name in given:
        if protected and name.startswith(project.shown(project.data).rstrip("/") + "/"):
            given[name] = None
    return {
        "title": project.report.title,
        "invented": project.report.invented,
        "cycle": plan.cycle,
        "edition": plan.edition,
        "date": project.cycle.published.isoformat(),
        "versions": {
            "sozlib": version("sozlib"),
            "python": platform.python_version(),
            "assembler": assembler,
            **{name: version(name) for name in _LIBRARIES},
        },
        "snapshot": snapshot.digest,
        "inputs": given,
        "chapters": [
            {
                "id": chapter.id,
                "title": chapter.title,
                "area": chapter.area,
                "topic": chapter.topic,
                "template": project.shown(chapter.template),
                "notebook": digest(notebooks / chapter.volume / f"{chapter.slug}.ipynb"),
            }
            for chapter in plan.chapters
        ],
        "outputs": outputs(site),
    }


def outputs(site: Path) -> dict[str, str]:
    """Digest of every file of a site except the manifest itself."""
    return {
        path.relative_to(site).as_posix(): digest(path)
        for path in sorted(site.rglob("*"))
        if path.is_file() and path != site / NAME
    }


def write_manifest(site: Path, manifest: Mapping[str, Any]) -> Path:
    """Write the manifest into the site."""
    path = site / NAME
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def read_manifest(site: Path) -> dict[str, Any]:
    """Manifest of a report.

    Raises
    ------
    SozlibError
        There is none, or it cannot be read.
    """
    try:
        content: dict[str, Any] = json.loads((site / NAME).read_text(encoding="utf-8"))
        content["outputs"].items()
    except FileNotFoundError:
        raise SozlibError(f"{site.as_posix()}: kein Bericht ({NAME} fehlt). „sozlib build“ erstellt ihn.") from None
    except (ValueError, KeyError, AttributeError, TypeError):
        raise SozlibError(f"{(site / NAME).as_posix()}: nicht lesbar. „sozlib build“ erstellt den Bericht neu.") from None
    return content


def compare(site: Path, shown: str) -> list[Problem]:
    """Differences between a report and its manifest: changed, missing and added files.

    Parameters
    ----------
    site
        The report's folder.
    shown
        The folder as messages name it.
    """
    declared = read_manifest(site)["outputs"]
    found = outputs(site)
    remedy = "„sozlib build“ stellt den Bericht wieder her."
    problems = []
    for name in sorted({*declared, *found}):
        if name not in found:
            said = "Die Datei fehlt."
        elif name not in declared:
            said = "Die Datei gehört nicht zum Bericht."
        elif declared[name] != found[name]:
            said = "Die Datei wurde nach dem Bau verändert."
        else:
            continue
        problems.append(Problem("manifest", said, remedy, Place(f"{shown}/{name}")))
    return problems
