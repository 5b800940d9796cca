"""Files in: CSV and XLSX become a grid of cells, each with the row number that its reader sees.

Encoding and delimiter are detected when the source does not declare them, and what was detected is reported. Nothing
is interpreted here: ``0101`` stays text, an empty cell stays empty.
"""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from sozlib.errors import InputError, Place, Problem
from sozlib.observations.bombs import MOST_CELLS, refuse_bomb, too_large
from sozlib.observations.findings import listed

DELIMITERS = (";", ",", "\t", "|")
_NAMES = {"\t": "Tabulator", ";": "Semikolon", ",": "Komma", "|": "senkrechter Strich"}
#: Single-byte encodings of old exports, most usual first.
_OLD = ("cp1252", "cp850", "mac_roman")
_SHOWN = {
    "cp1252": "Windows-1252",
    "cp850": "DOS (cp850)",
    "mac_roman": "Mac Roman",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
}
_GERMAN = frozenset("äöüÄÖÜßéèáàóç§–—…•€°²³«»„“”’©\u00a0")

Merge = tuple[int, int, int, int]


@dataclass(frozen=True)
class Grid:
    """The cells of one CSV file or one sheet.

    Parameters
    ----------
    file
        Name for messages.
    sheet
        Sheet, None for CSV.
    rows
        Cells; text for CSV, text, numbers and None for workbooks.
    numbers
        Number of each row as its reader sees it.
    merges
        Merged cells: first row, first column, last row, last column, as indices into ``rows``.
    notes
        What was detected, as (kind, value): ``("Zeichensatz", "UTF-8")``.
    """

    file: str
    rows: list[list[Any]]
    numbers: list[int]
    sheet: str | None = None
    merges: tuple[Merge, ...] = ()
    notes: tuple[tuple[str, str], ...] = field(default=())

    def place(self, row: int | None = None, column: str | None = None) -> Place:
        """Place in this grid; ``row`` is the number as its reader sees it."""
        return Place(self.file, row, column, self.sheet)


def _stop(code: str, found: str, remedy: str, place: Place) -> InputError:
    return InputError([Problem(code, found, remedy, place)])


def read_grid(
    path: Path,
    shown: str,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Grid:
    """Read a CSV file or a sheet of a workbook.

    Parameters
    ----------
    path
        The file; its ending decides how it is read.
    shown
        Its name for messages.
    encoding, delimiter
        For CSV; detected when not given.
    sheet
        For workbooks; may be left out where there is only one.

    Raises
    ------
    InputError
        Missing, empty, not decodable, no workbook, no such sheet.
    """
    if not path.is_file():
        raise _stop("missing-file", "Datei nicht gefunden.", "Prüfen Sie Namen und Ordner.", Place(shown))
    if path.stat().st_size == 0:
        raise _stop("empty-file", "Die Datei ist leer.", "Legen Sie die vollständige Lieferung ab.", Place(shown))
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        grid = _workbook(path, shown, sheet)
    elif path.suffix.lower() in (".csv", ".txt", ".tsv"):
        grid = _csv(path.read_bytes(), shown, encoding, delimiter)
    else:
        raise _stop(
            "file-format",
            f"Das Format „{path.suffix}“ wird nicht gelesen.",
            "Speichern Sie die Tabelle als .xlsx oder .csv.",
            Place(shown),
        )
    if not any(_filled(cell) for row in grid.rows for cell in row):
        raise _stop("empty-file", "Die Tabelle enthält keine Zellen.", "Prüfen Sie die Lieferung.", grid.place())
    return grid


def _filled(cell: Any) -> bool:
    return cell is not None and cell != ""


def decode(raw: bytes, shown: str, declared: str | None) -> tuple[str, str | None]:
    """Text of a file, and the name of the encoding where it was detected.

    An old single-byte encoding always decodes; among the usual ones that wins whose non-ASCII characters look most
    German. A declared single-byte encoding is refused when the bytes are UTF-8, the usual cause of „Ã¤“.

    Raises
    ------
    InputError
        The declared encoding does not fit, or none does.
    """
    if declared is not None:
        return _as_declared(raw, shown, declared), None
    if raw.startswith(codecs.BOM_UTF8):
        return raw.decode("utf-8-sig"), "UTF-8"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16"), "UTF-16"
    try:
        return raw.decode("utf-8"), None if raw.isascii() else "UTF-8"
    except UnicodeDecodeError:
        pass
    best: tuple[int, str, str] | None = None
    for name in _OLD:
        try:
            text = raw.decode(name)
        except UnicodeDecodeError:
            continue
        foreign = [char for char in text if ord(char) > 127]
        score = sum(1 if char in _GERMAN else -2 for char in foreign)
        if best is None or score > best[0]:
            best = (score, name, text)
    if best is None or best[0] < 0:
        raise _stop(
            "encoding",
            "Der Zeichensatz lässt sich nicht sicher erkennen.",
            "Geben Sie encoding an (etwa windows-1252) oder speichern Sie die Datei als UTF-8.",
            Place(shown, _row_of(raw, next(i for i, byte in enumerate(raw) if byte > 127))),
        )
    return best[2], _SHOWN[best[1]]


def _as_declared(raw: bytes, shown: str, declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise _stop(
            "encoding",
            f"Den Zeichensatz „{declared}“ gibt es nicht.",
            "Üblich sind utf-8 und windows-1252.",
            Place(shown),
        ) from None
    try:
        text = raw.decode("utf-8-sig" if name == "utf-8" else name)
    except UnicodeDecodeError as error:
        detected = decode(raw, shown, None)[1]
        raise _stop(
            "encoding",
            f"Die Datei ist nicht in {declared} gespeichert (Byte 0x{raw[error.start]:02X}).",
            f"Sie sieht nach {detected} aus: Ändern Sie encoding oder speichern Sie die Datei neu.",
            Place(shown, _row_of(raw, error.start)),
        ) from None
    if name in ("cp1252", "iso8859-1", "iso8859-15", "cp850", "mac-roman") and not raw.isascii():
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            return text
        first = next(i for i, byte in enumerate(raw) if byte > 127)
        raise _stop(
            "encoding",
            f"Angegeben ist {declared}, die Datei ist aber UTF-8 (Umlaute erschienen sonst als "
            f"„{raw[first : first + 2].decode(name)}“).",
            "Setzen Sie encoding: utf-8.",
            Place(shown, _row_of(raw, first)),
        )
    return text


def _row_of(raw: bytes, position: int) -> int:
    return raw[:position].count(b"\n") + 1


def detect_delimiter(text: str) -> str | None:
    """Delimiter that splits most lines into the same number of fields, more than one; None if none does."""
    best: tuple[float, int, str] | None = None
    for candidate in DELIMITERS:
        try:
            counts = [len(row) for row in csv.reader(io.StringIO(text), delimiter=candidate) if any(row)]
        except csv.Error:  # with this delimiter a field would be endless
            continue
        if not counts:
            continue
        usual, times = Counter(counts).most_common(1)[0]
        if usual < 2:
            continue
        score = (times / len(counts), usual, candidate)
        if best is None or score[:2] > best[:2]:
            best = score
    return best[2] if best else None


def _csv(raw: bytes, shown: str, encoding: str | None, delimiter: str | None) -> Grid:
    text, detected = decode(raw, shown, encoding)
    notes = [("Zeichensatz", detected)] if detected else []
    if delimiter is None:
        delimiter = detect_delimiter(text)
        if delimiter is None:
            delimiter = ";"
        else:
            notes.append(("Trennzeichen", _NAMES[delimiter]))
    rows: list[list[Any]] = []
    numbers: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    start = 1
    try:
        for row in reader:
            rows.append(row)
            numbers.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        long = f"ein Feld hat mehr als {csv.field_size_limit()} Zeichen" if "field limit" in str(error) else str(error)
        raise _stop(
            "csv",
            f"Die Zeile lässt sich nicht lesen ({long}).",
            "Prüfen Sie die Anführungszeichen.",
            Place(shown, start),
        ) from None
    widest = max(map(len, rows), default=0)
    if len(rows) * widest > MOST_CELLS:
        raise too_large(f"Die Datei hat {len(rows)} Zeilen und eine mit {widest} Feldern.", shown)
    return Grid(shown, rows, numbers, notes=tuple(notes))


def sheet_names(path: Path, shown: str) -> tuple[str, ...]:
    """Sheets of a workbook.

    Raises
    ------
    InputError
        The file is no workbook.
    """
    return tuple(_open(path, shown).sheetnames)


@lru_cache(maxsize=1)
def _loaded(path: Path, shown: str, _size: int, _changed: int) -> Any:
    """The workbook opened last, as long as its file does not change: a sheet a year is one file read once."""
    import openpyxl

    refuse_bomb(path, shown)
    # Opened here, because openpyxl leaves a file open that it cannot read.
    with warnings.catch_warnings(), path.open("rb") as stream:
        warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that hold no data
        return openpyxl.load_workbook(stream, data_only=True)


def _open(path: Path, shown: str) -> Any:
    try:
        return _loaded(path, shown, path.stat().st_size, path.stat().st_mtime_ns)
    except InputError:
        raise
    except Exception:  # openpyxl passes on whatever zip, XML or its own parts raise
        raise _stop(
            "file-format",
            "Die Datei ist keine lesbare XLSX-Datei.",
            "Öffnen Sie sie in Excel und speichern Sie sie neu als .xlsx.",
            Place(shown),
        ) from None


def _workbook(path: Path, shown: str, sheet: str | None) -> Grid:
    book = _open(path, shown)
    names = list(book.sheetnames)
    if sheet is None and len(names) > 1:
        raise _stop(
            "sheet",
            f"Die Datei hat {len(names)} Blätter ({listed(names)}).",
            "Nennen Sie das richtige mit sheet.",
            Place(shown),
        )
    wanted = sheet or names[0]
    if wanted not in names:
        raise _stop("sheet", f"Das Blatt „{wanted}“ gibt es nicht.", f"Vorhanden: {listed(names)}.", Place(shown))
    page = book[wanted]
    rows = [list(row) for row in page.iter_rows(values_only=True)]
    merges = tuple((m.min_row - 1, m.min_col - 1, m.max_row - 1, m.max_col - 1) for m in page.merged_cells.ranges)
    return Grid(shown, rows, list(range(1, len(rows) + 1)), wanted, tuple(sorted(merges)))
