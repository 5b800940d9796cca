"""Tables that are small as files and fill the memory when they are opened."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

from lxml import etree
from openpyxl.utils.cell import range_boundaries

from sozlib.errors import InputError, Place, Problem

#: Bytes that a workbook may have unpacked, and how many times its packed size that may be beyond a first megabyte.
_LARGEST, _DENSEST = 1_000_000_000, 400

#: Cells of a sheet, empty ones up to the last row and column included, and cells of its merged ranges.
MOST_CELLS, _MOST_MERGED = 20_000_000, 200_000


def refuse_bomb(path: Path, shown: str) -> None:
    """Stop before a workbook is opened whose parts or sheets are far larger than its file.

    Only sizes are looked at here; what is no workbook is left to what opens it next.

    Raises
    ------
    InputError
        It unpacks to gigabytes, has a cell far away from the others, or merges hundreds of thousands of cells.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked > _LARGEST or unpacked > 1_000_000 + _DENSEST * path.stat().st_size:
                raise too_large(f"Die Arbeitsmappe wird entpackt {unpacked // 1_000_000} MB groß.", shown)
            for member in members:
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml"):
                    with archive.open(member) as stream:
                        _refuse_spread(stream, shown)
    except (OSError, zipfile.BadZipFile, etree.XMLSyntaxError, ValueError):
        return


def _refuse_spread(stream: IO[bytes], shown: str) -> None:
    """Stop at a sheet whose last row and column span more cells than any table has."""
    rows = columns = merged = 0
    for _, element in etree.iterparse(stream, tag=("{*}c", "{*}row", "{*}mergeCell"), resolve_entities=False):
        kind = etree.QName(element).localname
        if kind == "row":
            rows = max(rows + 1, int(element.get("r", 0)))
        elif kind == "c" and element.get("r"):
            columns = max(columns, range_boundaries(element.get("r"))[2] or 0)
        elif kind == "mergeCell":
            left, top, right, bottom = range_boundaries(element.get("ref", ""))
            merged += ((right or 0) - (left or 0) + 1) * ((bottom or 0) - (top or 0) + 1)
        element.clear()
        if rows * columns > MOST_CELLS:
            raise too_large(f"Ein Blatt reicht bis Zeile {rows} und Spalte {columns}.", shown)
        if merged > _MOST_MERGED:
            raise too_large(f"Ein Blatt verbindet {merged} Zellen.", shown)


def too_large(found: str, shown: str) -> InputError:
    """What to say of a file that spans more than any table."""
    remedy = "Löschen Sie leere Zeilen und Spalten hinter den Daten, oder liefern Sie die Tabelle als CSV."
    return InputError([Problem("file-size", found, remedy, Place(shown))])
