"""Boundary changes: observations of areas that are gone become observations of the present ones.

Municipalities merge and are divided, series should go on. A merger adds up; a division needs a documented share and
gives an estimate, marked as limited. Shares and means cannot be added up: they are left without a value rather than
averaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sozlib.errors import InputError, Place, Problem
from sozlib.observations.areas import Areas
from sozlib.observations.findings import several
from sozlib.observations.heads import Table, text_of, understand
from sozlib.observations.numbers import NumberFormat
from sozlib.observations.read import read_grid
from sozlib.observations.signs import status_of_sum
from sozlib.observations.source import ADDITIVE
from sozlib.project import Project

KEY = ["area", "period", "measure", "sex", "age_from", "age_to", "nationality"]


@dataclass(frozen=True)
class Part:
    """An old area, or a share of it, that became part of a new one at the beginning of ``year``."""

    old: str
    new: str
    year: int
    share: float = 1.0
    row: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Boundaries:
    """All boundary changes of a report.

    Parameters
    ----------
    parts
        One line of the table each.
    unusable
        Old ids of a table with mistakes: what is delivered for them is known, but cannot be assigned.
    """

    parts: tuple[Part, ...] = ()
    unusable: frozenset[str] = frozenset()

    def present(self, old: str) -> tuple[Part, ...]:
        """Present areas of an old id with the shares they took, through several changes if need be."""
        direct = [part for part in self.parts if part.old == old]
        result: list[Part] = []
        for part in direct:
            later = self.present(part.new) if any(p.old == part.new for p in self.parts) else ()
            if later:
                result += [Part(old, p.new, part.year, part.share * p.share) for p in later]
            else:
                result.append(part)
        return tuple(result)

    @property
    def old_ids(self) -> frozenset[str]:
        """Ids of areas that are gone."""
        return frozenset(part.old for part in self.parts)

    def ended(self) -> Mapping[str, int]:
        """First year in which an old id no longer exists."""
        return {part.old: part.year for part in self.parts}


def read_boundaries(project: Project, areas: Areas) -> tuple[Boundaries, tuple[Problem, ...]]:
    """The table of boundary changes: ``old``, ``new``, ``year``, optionally ``share`` and ``source``."""
    declared = project.report.areas.changes
    if declared is None:
        return Boundaries(), ()
    path = project.path(declared)
    table = understand(read_grid(path, project.shown(path)))
    problems: list[Problem] = []
    for name in ("old", "new", "year"):
        try:
            table.position(name)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    parts: list[Part] = []
    for row in table.body.index:
        part = _part(table, row, problems)
        if part is not None:
            parts.append(part)
    problems += _consistent(table, parts, areas)
    if any(problem.severity == "error" for problem in problems):
        return Boundaries(unusable=frozenset(table.texts("old"))), tuple(problems)
    return Boundaries(tuple(parts)), tuple(problems)


def _part(table: Table, row: int, problems: list[Problem]) -> Part | None:
    cells = {head: text_of(table.body.loc[row, i]) for i, head in enumerate(table.heads)}
    year = cells["year"]
    share: float | None = 1.0
    if cells.get("share"):
        text = cells["share"]
        share = NumberFormat.of("," if "," in text else ".", "").parse(text)
    if not (year.isdigit() and 1900 <= int(year) <= 2100):
        problems.append(
            Problem("period", f"„{year}“ ist kein Jahr.", "Erwartet wird etwa 2016.", table.grid.place(row, "year"))
        )
        return None
    if share is None or not 0 < share <= 1:
        problems.append(
            Problem(
                "boundary-share",
                f"„{cells['share']}“ ist kein Anteil zwischen 0 und 1.",
                "Tragen Sie etwa 0,35 ein; leer bedeutet: ganz.",
                table.grid.place(row, "share"),
            )
        )
        return None
    return Part(cells["old"], cells["new"], int(year), share, row)


def _consistent(table: Table, parts: list[Part], areas: Areas) -> list[Problem]:
    problems: list[Problem] = []
    old = {part.old for part in parts}
    rows = {part.old: part.row for part in reversed(parts)}
    for part in parts:
        if part.new not in areas.ids and part.new not in old:
            nearest = areas.nearest(part.new)
            problems.append(
                Problem(
                    "unknown-area",
                    f"Den neuen Raum „{part.new}“ gibt es nicht.",
                    f"Meinten Sie {nearest}?" if nearest else "",
                    table.grid.place(part.row, "new"),
                )
            )
        if part.old == part.new:
            problems.append(
                Problem(
                    "boundary",
                    f"{part.old} kann nicht in sich selbst aufgehen.",
                    "Ein Raum, der seine Kennung behält, steht nicht in der Tabelle.",
                    table.grid.place(part.row, "old"),
                )
            )
    successors = {p.old: {q.new for q in parts if q.old == p.old} for p in parts}
    for start in sorted(successors):
        seen, ahead = set(), set(successors[start])
        while ahead:
            step = ahead.pop()
            if step == start and start not in successors[start]:
                problems.append(
                    Problem(
                        "boundary",
                        f"{start} geht über mehrere Schritte in sich selbst auf.",
                        "Prüfen Sie die Richtung der Änderungen.",
                        table.grid.place(rows[start], "old"),
                    )
                )
                break
            if step not in seen:
                seen.add(step)
                ahead |= successors.get(step, set())
    for id_ in sorted(old):
        total = sum(part.share for part in parts if part.old == id_)
        if abs(total - 1) > 1e-6:
            problems.append(
                Problem(
                    "boundary-share",
                    f"Die Anteile von {id_} ergeben zusammen {str(round(total, 4)).replace('.', ',')} statt 1.",
                    "Ergänzen Sie die fehlenden Teile oder berichtigen Sie share.",
                    table.grid.place(rows[id_], "share"),
                )
            )
    return problems


@dataclass(frozen=True)
class Applied:
    """Observations of present areas, and what did not go well."""

    frame: pd.DataFrame
    problems: tuple[Problem, ...] = field(default=())


def apply_boundaries(
    frame: pd.DataFrame, boundaries: Boundaries, kinds: Mapping[str, str], starts: Mapping[str, int] | None = None
) -> Applied:
    """Sum observations of old ids into the present ones.

    Rows of an id that no longer exists, filled with signs only (``–`` for a dissolved municipality is no zero), are
    left out; with values they are a problem. So is a merger of which one part is missing in a year: its sum would be
    too low.

    Parameters
    ----------
    frame
        Observations with :data:`KEY`, value, status and their places.
    boundaries
        The changes.
    kinds
        Kind of each measure.
    starts
        First year of present areas that did not exist before: there, values of new and old ids side by side would
        be counted twice.
    """
    old = frame["area"].isin(boundaries.old_ids)
    if not old.any():
        return Applied(frame)
    ended = frame["area"].map(boundaries.ended())
    late = old & (frame["period"] >= ended)
    signs_only = late & frame["status"].isin({"–", ".", "x", "..."})
    wrong = frame.loc[late & ~signs_only].drop_duplicates(["file", "area", "period"])
    problems = several(
        wrong.to_dict("records"),
        lambda row: Problem(
            "ended-area",
            f"Den Raum {row['area']} gibt es seit {boundaries.ended()[row['area']]} nicht mehr, hier steht er "
            f"{row['period']}.",
            "Prüfen Sie Kennung und Jahr; erlaubt sind in solchen Zeilen nur Zeichen.",
            Place(row["file"], row["row"], row["column"], row["sheet"]),
        ),
    )
    frame, old = frame.loc[~late], old.loc[~late]
    frame = _without_empty_successors(frame, old, boundaries)
    old = frame["area"].isin(boundaries.old_ids)
    problems += _incomplete(frame.loc[old], boundaries)
    links = pd.DataFrame(
        [(p.old, p.new, p.share) for id_ in sorted(boundaries.old_ids) for p in boundaries.present(id_)],
        columns=["area", "new", "share"],
    )
    moved = frame.loc[old].merge(links, on="area", how="left")
    moved["area"] = moved["new"]
    moved["value"] = moved["value"] * moved["share"]
    estimated = (moved["share"] < 1) & (moved["status"] == "")
    moved["status"] = moved["status"].where(~estimated, "()")
    moved["moved"] = True
    kept = frame.loc[~old].assign(moved=False)
    joint = kept.set_index(KEY).index.isin(moved.set_index(KEY).index)
    # A part may be joined to an area that keeps its id: then both are added up.
    moved = pd.concat([kept.loc[joint], moved], ignore_index=True)
    problems += _counted_twice(moved, starts or {})
    added = moved["measure"].map(kinds).isin(ADDITIVE)
    grouped = moved.groupby([*KEY, "source"], sort=False, dropna=False)
    status = grouped["status"].agg(status_of_sum)
    value = grouped["value"].sum(min_count=1).where(~status.isin({".", "/", "x", "..."}), np.nan)
    first = grouped[["file", "sheet", "row", "column"]].first()
    summed = pd.concat([value, status, first], axis=1).reset_index()
    if not added.all():
        lost = ~summed["measure"].map(kinds).isin(ADDITIVE)
        summed.loc[lost, "value"], summed.loc[lost, "status"] = np.nan, "x"
        names = ", ".join(sorted(set(summed.loc[lost, "measure"])))
        problems.append(
            Problem(
                "boundary-kind",
                f"Anteile und Mittelwerte ({names}) lassen sich über Gebietsänderungen nicht zusammenfassen; die alten "
                "Jahre der betroffenen Räume bleiben ohne Wert (x).",
                "Liefern Sie Zähler und Nenner statt des Anteils.",
                severity="warning",
            )
        )
    result = pd.concat([kept.loc[~joint], summed], ignore_index=True)[list(frame.columns)]
    return Applied(result, tuple(problems))


def _counted_twice(moved: pd.DataFrame, starts: Mapping[str, int]) -> list[Problem]:
    own = moved.loc[~moved["moved"].astype(bool)]
    if own.empty:
        return []
    early = own.loc[own["period"] < own["area"].map(starts)].drop_duplicates(["file", "area", "period"])
    return several(
        early.to_dict("records"),
        lambda row: Problem(
            "period-twice",
            f"{row['area']} gibt es erst seit {starts[row['area']]}; {row['period']} stehen der neue Raum und seine "
            "Vorgänger nebeneinander und würden doppelt zählen.",
            "Lassen Sie eines von beiden weg.",
            Place(row["file"], row["row"], row["column"], row["sheet"]),
        ),
    )


def _without_empty_successors(frame: pd.DataFrame, old: pd.Series, boundaries: Boundaries) -> pd.DataFrame:
    """Drop rows of a new id that hold only signs while its old parts still report: it did not exist yet."""
    successors = {part.new for id_ in boundaries.old_ids for part in boundaries.present(id_)}
    starts = {part.new: part.year for part in boundaries.parts}
    early = frame["area"].isin(successors) & (frame["period"] < frame["area"].map(starts))
    blank = early & frame["status"].isin({"–", ".", "x", "..."})
    parts = frame.loc[old, ["area", "period", "measure"]].drop_duplicates()
    links = {(p.new, row.period, row.measure) for row in parts.itertuples() for p in boundaries.present(str(row.area))}
    has_parts = pd.MultiIndex.from_frame(frame[["area", "period", "measure"]]).isin(list(links)) if links else False
    return frame.loc[~(blank & has_parts)]


def _incomplete(rows: pd.DataFrame, boundaries: Boundaries) -> list[Problem]:
    needed: dict[str, set[str]] = {}
    for id_ in boundaries.old_ids:
        for part in boundaries.present(id_):
            needed.setdefault(part.new, set()).add(id_)
    ended = boundaries.ended()
    problems: list[Problem] = []
    for key, group in rows.groupby(["source", "period", "measure"], sort=True):
        source, year, measure = str(key[0]), int(str(key[1])), str(key[2])
        present = set(group["area"])
        for new, olds in needed.items():
            direct = {old for old in olds if ended[old] > year}
            missing = sorted(old for old in direct - present if not _covered(old, present, boundaries))
            if present & olds and missing:
                problems.append(
                    Problem(
                        "missing-area",
                        f"Für {new} fehlen {year} die Werte von {', '.join(missing)} (Merkmal „{measure}“, Quelle "
                        f"{source}); die Summe wäre zu klein.",
                        "Ergänzen Sie die Zeilen oder tragen Sie Zeichen ein.",
                        Place(str(group["file"].iloc[0])),
                    )
                )
    return problems


def _covered(old: str, present: set[str], boundaries: Boundaries) -> bool:
    """An intermediate id need not report where its own predecessors do, nor they where it does."""
    before = {part.old for part in boundaries.parts if part.new == old}
    after = {part.new for part in boundaries.parts if part.old == old and part.new in boundaries.old_ids}
    return bool(before & present) or bool(after & present)
