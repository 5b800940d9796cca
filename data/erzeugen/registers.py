"""Registers of areas: who they are, what became of old ones, how large they are."""

from __future__ import annotations

import csv
from pathlib import Path

from .district import AREAS, ENDED, LAST, MERGED, MERGER, REGIONS, WHOLE
from .office import INVENTED, write_csv


def write(folder: Path, surface: dict[str, float], raw: Path) -> None:
    """Write the table of areas, the table of boundary changes and the surface of each area."""
    head: list[object] = ["id", "name", "short_name", "number", "level", "parent", "valid_from", "valid_to"]
    rows: list[list[object]] = [
        [area.id, area.name, area.name.removeprefix("Haselmünde-"), area.number, "area", area.region, "", ""]
        for area in AREAS
    ]
    rows += [[key, name, short, "", "region", WHOLE[0], "", ""] for key, name, short in REGIONS]
    rows += [[*WHOLE, "", "district", "", "", ""]]
    _write(folder / "raeume.csv", [head, *rows])
    changes = [[area.id, MERGED, MERGER, 1, area.name, "Zusammenschluss zum 1.1.2016 (erfunden)"] for area in ENDED]
    _write(folder / "gebietsaenderungen.csv", [["old", "new", "year", "share", "old_name", "source"], *changes])
    lines: list[list[str | int | float]] = [
        [f"Gebietsfläche am 31.12.{LAST}"],
        [INVENTED],
        [],
        ["Kennung", "Raum", "Fläche in km²"],
    ]
    lines += [[area.id, area.name, surface[area.id]] for area in sorted(AREAS, key=lambda a: a.id)]
    write_csv(raw / "gebiet" / f"gebietsflaeche_{LAST}.csv", lines, shown=_square_kilometres)


def _square_kilometres(value: str | int | float | None) -> str:
    return f"{value:.2f}".replace(".", ",") if isinstance(value, float) else str(value or "")


def _write(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
