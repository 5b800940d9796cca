"""Problems as the command line shows them: grouped by file, in the order of the file, with a count at the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sozlib.errors import Problem

_LABEL = {"error": "Fehler", "warning": "Warnung", "note": "Hinweis"}


def listed(problems: Iterable[Problem]) -> str:
    """All problems as text, grouped by file; empty if there are none.

    Within a file they stand in the order of sheet, cell, row and column, so that one can mend them from top to
    bottom; a note stands after errors and warnings.
    """
    unique = list(dict.fromkeys(problems))
    files: dict[str, list[Problem]] = {}
    for problem in unique:
        files.setdefault(problem.place.file, []).append(problem)
    blocks = []
    for file in sorted(files):
        lines = [file or "Allgemein"]
        for problem in sorted(files[file], key=_position):
            where = str(problem.place).removeprefix(file).removeprefix(", ")
            text = " ".join(part for part in (problem.found, problem.remedy) if part)
            lines.append(f"  {_LABEL[problem.severity]}: {f'{where}: ' if where else ''}{text}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def counted(problems: Sequence[Problem]) -> str:
    """The number of errors, warnings and notes in words: „2 Fehler, 1 Warnung, kein Hinweis“."""
    words = {
        "error": ("Fehler", "Fehler", "kein"),
        "warning": ("Warnung", "Warnungen", "keine"),
        "note": ("Hinweis", "Hinweise", "kein"),
    }
    unique = dict.fromkeys(problems)
    parts = []
    for severity, (one, many, none) in words.items():
        count = sum(problem.severity == severity for problem in unique)
        parts.append(f"{none if count == 0 else count} {one if count < 2 else many}")
    return ", ".join(parts)


def _position(problem: Problem) -> tuple[bool, str, int, int, str]:
    place = problem.place
    return (problem.severity == "note", place.sheet or "", place.cell or 0, place.row or 0, place.column or "")
