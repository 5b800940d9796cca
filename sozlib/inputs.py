"""What a snapshot is made from, and whether the one that is there was made from the very same.

A build whose data have not changed needs nothing of the way from raw tables to indicators, nor the libraries on it.
What "changed" means is decided by content, not by dates: parameters, raw tables, design tokens and the program's own
files for this way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sozlib
from sozlib.disclosure.hidden import is_written, record_of
from sozlib.disclosure.ledger import released_before
from sozlib.edition import Edition
from sozlib.editions import edition_of
from sozlib.errors import Place, Problem
from sozlib.observations.files import find_files
from sozlib.observations.load import read_sources
from sozlib.project import Project
from sozlib.snapshot import Snapshot


def ready_snapshot(project: Project, edition: str) -> tuple[Snapshot, tuple[Problem, ...]] | None:
    """Snapshot of an edition with the remarks on its input, if it is there and still right; nothing is made."""
    return still_right(snapshot_of(project, edition), edition_of(project, edition), digests(project))


def snapshot_of(project: Project, edition: str) -> Path:
    """Folder of an edition's snapshot."""
    return project.workshop(edition) / "snapshot"


def remarks_of(snapshot: Path) -> Path:
    """File of the remarks on the input of a snapshot.

    Beside the snapshot, not in it: what readers of an edition can open does not tell about files of the office.
    """
    return snapshot.with_name(f"{snapshot.name}-hinweise.json")


def still_right(path: Path, edition: Edition, inputs: dict[str, str]) -> tuple[Snapshot, tuple[Problem, ...]] | None:
    """Snapshot and remarks if they were made for this edition from these inputs and are whole."""
    remarks = remarks_of(path)
    if _current(path, edition.model_dump(mode="json"), inputs) and remarks.is_file() and is_written(record_of(path)):
        return Snapshot.open(path), _read_problems(remarks)
    return None


def digests(project: Project) -> dict[str, str]:
    """SHA-256 of everything that goes into a snapshot, by name."""
    return {name: _digest(path) for name, path in sorted(_inputs(project))}


def _inputs(project: Project) -> Iterator[tuple[str, Path]]:
    program = Path(sozlib.__file__).parent
    rooms = [program / room for room in ("observations", "indicators", "analysis", "disclosure")]
    names = ("state", "inputs", "snapshot", "project", "edition", "editions", "parameters", "patterns", "links")
    own = [program / f"{name}.py" for name in names]
    for module in [*own, *(file for room in rooms for file in room.glob("*.py"))]:
        yield f"sozlib/{module.relative_to(program).as_posix()}", module
    for file in project.parameters.rglob("*.yml"):
        if file.parent.name != "cycles" or file.stem == project.cycle.id:
            yield f"parameters/{file.relative_to(project.parameters).as_posix()}", file
    for path in released_before(project):
        yield project.shown(path), path
    declared = [project.report.areas.table, project.report.areas.geometry, project.report.areas.changes]
    sources, files, _ = read_sources(project)
    declared += [source.area.map_file for source in sources.values()]
    paths = [project.path(name) for name in declared if name]
    for source_id, source in sources.items():
        paths += [delivery.path for delivery in find_files(project, source, files[source_id])[0]]
    yield "tokens.css", project.theme / "tokens.css"
    for path in dict.fromkeys(paths):
        yield project.shown(path), path


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _read_problems(path: Path) -> tuple[Problem, ...]:
    read = json.loads(path.read_text(encoding="utf-8"))
    return tuple(Problem(**{**problem, "place": Place(**problem["place"])}) for problem in read)


def _current(path: Path, edition: dict[str, Any], inputs: dict[str, str]) -> bool:
    """Whether the snapshot there was made for this edition from these inputs and is whole."""
    try:
        meta = json.loads((path / "snapshot.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    if meta.get("edition") != edition or meta.get("inputs") != inputs or meta.get("version") != sozlib.__version__:
        return False
    return all(_digest(path / name) == digest for name, digest in meta.get("files", {}).items())
