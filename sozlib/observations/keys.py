"""Is every observation there exactly once? Areas, keys, groups, completeness.

Each check sees all sources at once and reports places in the deliveries, not in our tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sozlib.errors import Place, Problem
from sozlib.observations.areas import Areas
from sozlib.observations.findings import listed, place_of, several
from sozlib.observations.groups import OPEN
from sozlib.observations.schema import KEY
from sozlib.observations.source import Source


def unknown_areas(
    frame: pd.DataFrame, areas: Areas, old: frozenset[str], sources: Mapping[str, Source]
) -> tuple[pd.DataFrame, list[Problem], frozenset[tuple[str, str]]]:
    """Drop rows of areas that nobody knows, each reported once a file with the area that was probably meant.

    Returns
    -------
    pandas.DataFrame
        The other rows.
    list of Problem
        What to say.
    frozenset
        Pairs (file, id) of areas named there as the one that is missing: told once is enough.
    """
    known = frame["area"].isin(areas.ids) | frame["area"].isin(old)
    unknown = frame.loc[~known]
    rows = unknown.drop_duplicates(["file", "sheet", "row", "area"])
    counts = rows.groupby(["file", "area"], sort=False)["row"].nunique()
    problems: list[Problem] = []
    once = rows.drop_duplicates(["file", "area"])
    absent = _absent(frame.loc[known], unknown, areas)
    decimal = once["area"].astype(str).str.fullmatch(r"\d+\.0+")
    for file, of_file in once.loc[decimal].groupby("file", sort=False):
        problems.append(_decimal_ids(str(file), of_file, sources))
    for file, of_file in once.loc[~decimal].groupby("file", sort=False):

        def problem(row: dict[Any, Any], file: Any = file) -> Problem:
            text = str(row["area"])
            rules = sources[row["source"]].area
            count = int(counts[file, row["area"]])
            widths = sorted({len(i) for i in areas.ids if text.isdigit() and i.lstrip("0") == text.lstrip("0")})
            nearest = areas.nearest(text)
            if widths and not rules.width:
                hint = f"Fehlen führende Nullen? Dann area.width: {widths[0]}. "
            elif (row["file"], text) in absent:
                hint = f"Es fehlt dort {' '.join(absent[row['file'], text])}: Ist der gemeint? "
            else:
                hint = f"Meinten Sie {nearest}? " if nearest else ""
            more = f" (in {count} Zeilen)" if count > 1 else ""
            return Problem(
                "unknown-area",
                f"Den Raum „{text}“ gibt es nicht{more}.",
                hint + "Summenzeilen nimmt area.ignore aus, Kennungen übersetzt area.map.",
                Place(row["file"], int(row["row"]), rules.column or row["column"], row["sheet"]),
            )

        problems += several(of_file.to_dict("records"), problem)
    told = frozenset((file, found[0]) for (file, _), found in absent.items())
    return frame.loc[known], problems, told


def _absent(known: pd.DataFrame, unknown: pd.DataFrame, areas: Areas) -> dict[tuple[str, str], tuple[str, str]]:
    """The one area that a file leaves out in the very years in which it has one area that nobody knows."""
    names = dict(zip(areas.table["id"], areas.table["name"], strict=True))
    result: dict[tuple[str, str], tuple[str, str]] = {}
    for file, rows in unknown.groupby("file", sort=False):
        strangers = pd.unique(rows["area"])
        there = known.loc[(known["file"] == file) & known["period"].isin(rows["period"])]
        left_out = [id_ for id_ in areas.reporting_ids if id_ not in set(there["area"])]
        if len(strangers) == 1 and len(left_out) == 1 and len(there):
            result[str(file), str(strangers[0])] = (left_out[0], names[left_out[0]])
    return result


def _decimal_ids(file: str, rows: pd.DataFrame, sources: Mapping[str, Source]) -> Problem:
    """Ids that went through a program which took them for numbers: one cause, one message."""
    texts = [f"„{text}“" for text in rows["area"]]
    first = rows.iloc[0]
    return Problem(
        "unknown-area",
        f"{'Den Raum' if len(texts) == 1 else 'Die Räume'} {listed(texts)} gibt es nicht.",
        "Die Kennungen kamen als Kommazahlen an: area.integer: true macht aus „1.0“ wieder „1“.",
        Place(file, int(first["row"]), sources[first["source"]].area.column, first["sheet"]),
    )


def duplicates(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Drop what is there twice; say whether a whole year came twice or single rows did."""
    again = frame.duplicated(KEY)
    if not again.any():
        return frame, []
    first = frame.loc[~again, [*KEY, "source", "file", "sheet", "row", "column"]]
    pairs = frame.loc[again].merge(first, on=KEY, suffixes=("", "_first"))
    other_table = (pairs["file"] != pairs["file_first"]) | (
        pairs["sheet"].fillna("").astype(str) != pairs["sheet_first"].fillna("").astype(str)
    )
    same_row = ~other_table & (pairs["row"] == pairs["row_first"])
    problems: list[Problem] = []
    files = pairs.loc[other_table].drop_duplicates(["period", "file", "sheet", "file_first", "sheet_first"])
    for row in files.to_dict("records"):
        before = place_of({**row, "file": row["file_first"], "row": np.nan, "sheet": row["sheet_first"]}, column=False)
        problems.append(
            Problem(
                "period-twice",
                f"Das Jahr {row['period']} kommt doppelt vor: auch in {before} (Merkmal „{row['measure']}“).",
                "Behalten Sie eine der beiden Lieferungen.",
                place_of({**row, "row": np.nan}, column=False),
            )
        )
    heads = pairs.loc[same_row].drop_duplicates(["file", "column", "column_first"])
    problems += several(
        heads.to_dict("records"),
        lambda row: Problem(
            "period-twice",
            f"Die Spalten „{row['column_first']}“ und „{row['column']}“ liefern dasselbe (Merkmal "
            f"„{row['measure']}“, {row['period']}).",
            "Grenzen Sie das Muster in columns ein oder trennen Sie die Merkmale.",
            place_of({**row, "row": np.nan}),
        ),
    )
    rows = pairs.loc[~other_table & ~same_row].drop_duplicates(["file", "sheet", "row"])
    for _, of_file in rows.groupby("file", sort=False):
        problems += several(
            of_file.to_dict("records"),
            lambda row: Problem(
                "duplicate",
                f"Die Zeile wiederholt Zeile {row['row_first']} (Raum {row['area']}, {row['period']}, Merkmal "
                f"„{row['measure']}“).",
                "Streichen Sie eine der Zeilen; Gliederungsspalten nennt groups.",
                place_of(row, column=False),
            ),
        )
    return frame.loc[~again], problems


def overlapping_groups(frame: pd.DataFrame) -> list[Problem]:
    """Groups of one measure that share people: their sum would count some twice."""
    columns = ["sex", "age_from", "age_to", "nationality"]
    distinct = frame.drop_duplicates(["measure", "period", *columns])
    problems: list[Problem] = []
    told: set[str] = set()
    clean: set[frozenset[Any]] = set()
    for key, groups in distinct.groupby(["measure", "period"], sort=True):
        measure, period = str(key[0]), key[1]
        identity = frozenset(map(tuple, groups[columns].to_numpy(dtype=object)))
        if len(groups) < 2 or measure in told or identity in clean:
            continue
        pair = _first_overlap(groups)
        if pair is None:
            clean.add(identity)
            continue
        told.add(measure)
        one, two = (groups.iloc[i].to_dict() for i in pair)
        problems.append(
            Problem(
                "overlapping-groups",
                f"Merkmal „{measure}“, {period}: Die Gruppen „{_group(one)}“ und „{_group(two)}“ überschneiden sich; "
                "eine Summe zählte doppelt.",
                "Nehmen Sie Summenzeilen mit ignore aus oder geben Sie der zweiten Gliederung ein eigenes Merkmal.",
                place_of(two),
            )
        )
    return problems


def _first_overlap(groups: pd.DataFrame) -> tuple[int, int] | None:
    low, high = groups["age_from"].to_numpy(dtype=int), groups["age_to"].to_numpy(dtype=int)
    ages = (low[:, None] <= high) & (low <= high[:, None])
    common = np.triu(ages, 1)
    for name in ("sex", "nationality"):
        text = groups[name].to_numpy(dtype=object)
        common &= (text[:, None] == text) | (text[:, None] == "") | (text == "")
    hits = np.argwhere(common)
    return (int(hits[0][0]), int(hits[0][1])) if len(hits) else None


def _group(row: Mapping[Any, Any]) -> str:
    words = {"m": "männlich", "f": "weiblich", "d": "divers", "german": "deutsch", "foreign": "nichtdeutsch"}
    parts = [words[row[name]] for name in ("sex", "nationality") if row[name]]
    low, high = int(row["age_from"]), int(row["age_to"])
    if (low, high) != (0, OPEN):
        parts.append(
            f"{low} Jahre und älter" if high == OPEN else f"{low}–{high} Jahre" if high > low else f"{low} Jahre"
        )
    return ", ".join(parts) or "insgesamt"


def missing_areas(
    frame: pd.DataFrame,
    areas: Areas,
    sources: Mapping[str, Source],
    told: frozenset[tuple[str, str]] = frozenset(),
) -> list[Problem]:
    """Areas of the reporting level that a source leaves out in a year in which it has others.

    ``told`` holds pairs (file, id) that were named already, see :func:`unknown_areas`.
    """
    expected = areas.reporting_ids
    names = dict(zip(areas.table["id"], areas.table["name"], strict=True))
    mine = frame.loc[frame["area"].isin(expected)]
    problems: list[Problem] = []
    for source_id, of_source in mine.groupby("source", sort=True):
        source = sources[str(source_id)]
        gaps: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        files = of_source.groupby("period")[["file", "sheet"]].first()
        for key, group in of_source.groupby(["period", "measure"], sort=True):
            found = set(group["area"])
            file = str(files.loc[int(str(key[0])), "file"])
            missing = tuple(id_ for id_ in expected if id_ not in found and (file, id_) not in told)
            if missing:
                gaps.setdefault((int(str(key[0])), missing), []).append(str(key[1]))
        for (period, missing), measures in gaps.items():
            shown = listed([f"{id_} {names[id_]}" for id_ in missing])
            which = f" (Merkmale {listed(measures, 3)})" if len(measures) < len(source.measures) else ""
            verb = "fehlt" if len(missing) == 1 else "fehlen"
            problems.append(
                Problem(
                    "missing-area",
                    f"{period} {verb} {shown}{which}.",
                    "Ergänzen Sie die Zeilen (wo es keinen Wert gibt, mit Zeichen), oder erlauben Sie Lücken mit "
                    "area.complete: false."
                    if source.area.complete
                    else "Die Lücke ist mit area.complete: false erlaubt; im Bericht steht dort ein Punkt.",
                    Place(str(files.loc[period, "file"])),
                    "error" if source.area.complete else "note",
                )
            )
    return problems
