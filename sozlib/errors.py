"""What went wrong, where, and what to do about it.

Decisions about money and people rest on the figures, so nothing is guessed silently: every finding becomes a
:class:`Problem` that names file, sheet, row and column, says what was found and how to mend it. Problems are
collected, and all of them are shown at once before anything runs. Messages are German: analysts read them.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning", "note"]

_LABEL = {"error": "Fehler", "warning": "Warnung", "note": "Hinweis"}


@dataclass(frozen=True, order=True)
class Place:
    """Where a problem was found, as precisely as it is known.

    Parameters
    ----------
    file
        Path as the reader knows it, relative to the project folder where possible.
    row
        Row as the reader's program counts it: 1 is the first line of the file or sheet.
    column
        Heading or letter of the column.
    sheet
        Sheet of a workbook.
    cell
        1-based number of a notebook's cell.
    """

    file: str = ""
    row: int | None = None
    column: str | None = None
    sheet: str | None = None
    cell: int | None = None

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        if self.sheet is not None:
            parts.append(f"Blatt „{self.sheet}“")
        if self.cell is not None:
            parts.append(f"Zelle {self.cell}")
        if self.row is not None:
            parts.append(f"Zeile {self.row}")
        if self.column is not None:
            parts.append(f"Spalte „{self.column}“")
        return ", ".join(parts)


@dataclass(frozen=True)
class Problem:
    """One finding.

    Parameters
    ----------
    code
        Stable short name such as ``unknown-area``; tests and filters use it.
    found
        What was found, a German sentence or phrase.
    remedy
        What to do, a German sentence.
    place
        Where.
    severity
        ``error`` stops everything, ``warning`` is shown, ``note`` informs (a detected encoding, say).
    """

    code: str
    found: str
    remedy: str = ""
    place: Place = field(default_factory=Place)
    severity: Severity = "error"

    def __str__(self) -> str:
        where = f"{self.place}: " if str(self.place) else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{_LABEL[self.severity]}: {where}{self.found}{remedy}"


class SozlibError(Exception):
    """Base of every error this package raises on purpose; its text is German and complete."""

    exit_code = 1


class InputError(SozlibError):
    """Input cannot be used. Carries every problem found, not only the first."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]):
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class BuildError(SozlibError):
    """A build ended without a releasable report."""

    exit_code = 3


def raise_errors(problems: Iterable[Problem]) -> None:
    """Raise :class:`InputError` with all problems if at least one of them is an error."""
    problems = tuple(problems)
    if any(p.severity == "error" for p in problems):
        raise InputError(problems)


def relative(path: Path, root: Path) -> str:
    """Path for messages: relative to the project folder where it lies inside, with forward slashes."""
    try:
        return path.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


_OBSTACLES = {
    errno.ENOSPC: "Der Datenträger ist voll. Schaffen Sie Platz; was fertig ist, wird nicht noch einmal gemacht.",
    errno.EDQUOT: "Ihr Speicherplatz reicht nicht. Schaffen Sie Platz; was fertig ist, wird nicht noch einmal gemacht.",
    errno.EFBIG: "Die Datei ist größer, als hier erlaubt ist.",
    errno.EROFS: "Der Datenträger ist schreibgeschützt.",
    errno.EACCES: "Zugriff verweigert. Prüfen Sie die Rechte an Datei und Ordner.",
    errno.EPERM: "Zugriff verweigert. Prüfen Sie die Rechte an Datei und Ordner.",
    errno.ENOENT: "Datei oder Ordner nicht gefunden.",
    errno.ENOTDIR: "Ein Teil des Pfads ist eine Datei statt eines Ordners.",
    errno.EISDIR: "Hier liegt ein Ordner statt einer Datei.",
    errno.EEXIST: "Hier liegt schon etwas anderes.",
    errno.ENAMETOOLONG: "Der Name ist zu lang.",
    errno.EMFILE: "Es sind zu viele Dateien zugleich offen.",
    errno.EIO: "Der Datenträger meldet einen Fehler beim Lesen oder Schreiben.",
    errno.ENOMEM: "Der Arbeitsspeicher reicht nicht.",
}


def spoken(error: OSError) -> str:
    """What the operating system refused, in German, with the path where it is known."""
    said = _OBSTACLES.get(error.errno or 0) or f"{error.strerror or error}."
    path = error.filename2 or error.filename  # of a copy, the place that refused it
    return f"{path}: {said}" if path else said
