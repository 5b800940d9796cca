"""Which files belong to a source: its pattern, with the year and the area in the name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sozlib.errors import InputError, Place, Problem
from sozlib.nearest import nearest
from sozlib.observations.findings import listed, several
from sozlib.observations.labels import Given
from sozlib.observations.read import sheet_names
from sozlib.observations.source import Source
from sozlib.project import Project

_PARTS = {"{period}": r"(?P<period>\d{4})", "{area}": r"(?P<area>[^/]+?)", "*": r"[^/]*"}


#: Endings of tables; old formats count, because they are what an office may deliver by mistake.
TABLES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls", ".ods"})


@dataclass(frozen=True)
class Delivery:
    """A file, or one sheet of it, with what its name says."""

    path: Path
    shown: str
    given: Given
    sheet: str | None = None


def _expression(pattern: str) -> re.Pattern[str]:
    text = "".join(_PARTS.get(part, re.escape(part)) for part in re.split(r"(\{period\}|\{area\}|\*)", pattern))
    for name in ("period", "area"):  # a name may be captured once only
        group = f"(?P<{name}>"
        head, found, rest = text.partition(group)
        text = head + found + rest.replace(f"{_PARTS['{' + name + '}']}", f"(?P={name})")
    return re.compile(text)


def find_files(project: Project, source: Source, parameter_file: str) -> tuple[list[Delivery], list[Problem]]:
    """Files of a source in the order of their names.

    Parameters
    ----------
    project
        For the folders.
    source
        Its ``files`` and ``sheet``.
    parameter_file
        Where the source is declared, for messages.
    """
    deliveries: list[Delivery] = []
    problems: list[Problem] = []
    for pattern in source.files:
        folder, below = _split(project, pattern)
        expression = _expression(below)
        found: list[tuple[Path, re.Match[str]]] = []
        for path in sorted(folder.glob(re.sub(r"(?:\*?\{(?:period|area)\})+\*?", "*", below))):
            match = expression.fullmatch(path.relative_to(folder).as_posix())
            if match and path.is_file() and not path.name.startswith("~$"):
                found.append((path, match))
        if not found:
            wanted = folder / below
            there = sorted(p.name for p in wanted.parent.glob("*") if p.is_file()) if wanted.parent.is_dir() else []
            alike = nearest(wanted.name, there)
            if not wanted.parent.is_dir() and "{" not in str(wanted.parent) and "*" not in str(wanted.parent):
                remedy = f"Den Ordner {project.shown(wanted.parent)} gibt es nicht."
            else:
                remedy = f"Vorhanden ist „{alike}“." if alike else "Prüfen Sie files und den Ordner."
            problems.append(
                Problem("missing-file", f"Keine Datei passt auf „{pattern}“.", remedy, Place(parameter_file))
            )
        for path, match in found:
            try:
                deliveries += _sheets(project, source, path, match.groupdict())
            except InputError as error:
                problems += error.problems
    return deliveries, problems


def unread_files(
    project: Project,
    deliveries: Mapping[str, Sequence[Delivery]],
    sources: Mapping[str, Source],
    other: Collection[Path],
) -> list[Problem]:
    """Tables that lie beside those of a source, but that no source reads.

    A file whose name misses the pattern by a letter would otherwise be missing from the report without a word. Where
    a source names its files one by one, its neighbours are meant to be left out; that is a note.

    Parameters
    ----------
    project
        For the folders.
    deliveries
        What each source reads, by id of the source.
    sources
        The sources by id.
    other
        Files that are read for another purpose: areas, outlines, maps of ids.
    """
    read = {delivery.path for found in deliveries.values() for delivery in found} | set(other)
    patterns: dict[Path, list[str]] = {}
    for source_id, found in deliveries.items():
        for folder in dict.fromkeys(delivery.path.parent for delivery in found):
            patterns.setdefault(folder, []).extend(sources[source_id].files)
    problems: list[Problem] = []
    for folder, declared in patterns.items():
        names = [
            path.name
            for path in sorted(folder.iterdir())
            if path.suffix.lower() in TABLES and path not in read and path.is_file() and not path.name.startswith("~$")
        ]
        last = [pattern.rsplit("/", 1)[-1] for pattern in dict.fromkeys(declared)]
        wild = [f"„{pattern}“" for pattern in last if re.search(r"[*{]", pattern)]
        if names and not wild:
            said = f"Keine Quelle liest {listed([f'„{name}“' for name in names])}."
            place = Place(project.shown(folder).removesuffix("/."))
            problems.append(Problem("unread-file", said, "", place, "note"))
            continue
        problems += several(
            names,
            lambda name, folder=folder, wild=wild: Problem(  # type: ignore[misc]
                "unread-file",
                f"Keine Quelle liest diese Datei (Muster: {listed(wild, 3)}).",
                "Berichtigen Sie ihren Namen oder nehmen Sie sie aus dem Ordner.",
                Place(project.shown(folder / name)),
                "warning",
            ),
        )
    return problems


def _split(project: Project, pattern: str) -> tuple[Path, str]:
    """Folder to search in, and the pattern below it."""
    if Path(pattern).is_absolute():
        return Path(Path(pattern).anchor), Path(pattern).relative_to(Path(pattern).anchor).as_posix()
    if pattern.startswith("data/"):
        return project.data, pattern.removeprefix("data/")
    return project.root, pattern


def _sheets(project: Project, source: Source, path: Path, said: dict[str, str]) -> list[Delivery]:
    shown = project.shown(path)
    area = said.get("area")
    period = int(said["period"]) if "period" in said else None
    if source.sheet is None or path.suffix.lower() not in (".xlsx", ".xlsm"):
        return [Delivery(path, shown, Given(period, area))]
    if "{period}" not in source.sheet:
        return [Delivery(path, shown, Given(period, area), source.sheet)]
    expression = _expression(source.sheet)
    names = sheet_names(path, shown)
    matches = [(name, match) for name in names if (match := expression.fullmatch(name))]
    if not matches:
        raise InputError(
            [
                Problem(
                    "sheet",
                    f"Kein Blatt passt auf „{source.sheet}“.",
                    f"Vorhanden: {listed(names)}.",
                    Place(shown),
                )
            ]
        )
    return [Delivery(path, shown, Given(int(match["period"]), area), name) for name, match in matches]
