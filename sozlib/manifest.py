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
from sozlib.editions import edition_of
from sozlib.errors import Place, Problem, SozlibError
from sozlib.project import Project, scaffold
from sozlib.snapshot import Snapshot

NAME = "manifest.json"

#: Libraries on which numbers, drawings or pages depend.
_LIBRARIES = (
    "geopandas",
    "great-tables",
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


def inputs(project: Project, snapshot: Snapshot, plan: Plan) -> dict[str, str | None]:
    """Digest of every file that went into a report, by the path that messages show.

    What the snapshot was made from, the templates that the plan names, the texts and the theme. Raw tables of an
    edition that protects small numbers are named without digest: whoever knows all but one cell of a small table
    could find that cell by trying numbers until the digest fits.
    """
    protected = edition_of(project, plan.edition).protects
    found: dict[str, str | None] = {
        name: None if protected and not name.startswith("parameters/") else value
        for name, value in snapshot.meta.get("inputs", {}).items()
        if not name.startswith("sozlib/") and name != "tokens.css"
    }
    used = {chapter.template for chapter in plan.chapters}
    for folder in (project.notebooks / "texts", project.theme):
        used |= {path for path in folder.rglob("*") if path.is_file()}
    found |= {_name(project, path): digest(path) for path in used}
    return dict(sorted(found.items()))


def _name(project: Project, path: Path) -> str:
    """Name of an input that tells nothing about the machine: in the project, or in what the program brings."""
    if path.is_relative_to(scaffold()) and not path.is_relative_to(project.root):
        return f"sozlib/{path.relative_to(scaffold()).as_posix()}"
    return project.shown(path)


def make_manifest(
    project: Project, snapshot: Snapshot, plan: Plan, notebooks: Path, site: Path, assembler: str
) -> dict[str, Any]:
    """Manifest of a site that is ready for release.

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
    return {
        "title": project.report.title,
        "invented": project.report.invented,
        "cycle": plan.cycle,
        "edition": plan.edition,
        "for": edition_of(project, plan.edition).mark,
        "date": project.cycle.published.isoformat(),
        "versions": {
            "sozlib": version("sozlib"),
            "python": platform.python_version(),
            "assembler": assembler,
            **{name: version(name) for name in _LIBRARIES},
        },
        "snapshot": snapshot.meta["files"],
        "inputs": inputs(project, snapshot, plan),
        "chapters": [
            {
                "id": chapter.id,
                "title": chapter.title,
                "area": chapter.area,
                "topic": chapter.topic,
                "template": _name(project, chapter.template),
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
        raise SozlibError(
            f"{(site / NAME).as_posix()}: nicht lesbar. „sozlib build“ erstellt den Bericht neu."
        ) from None
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
