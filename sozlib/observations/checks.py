"""Do the observations agree with one another? Keys, groups, completeness, parts and totals.

Each check sees all sources at once and reports places in the deliveries, not in our tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sozlib.errors import Place, Problem
from sozlib.observations.areas import Areas
from sozlib.observations.findings import listed, several
from sozlib.observations.groups import OPEN
from sozlib.observations.heads import near
from sozlib.observations.schema import KEY
from sozlib.observations.source import ADDITIVE, Check, Selection, Source
from sozlib.snapshot import WITHOUT_VALUE

_GERMAN = str.maketrans(",.-", ".,−")


def german(value: float) -> str:
    """Number for messages: ``1.234,5``."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value != round(value) else f"{value:,.0f}"
    return text.translate(_GERMAN)


def _place(row: Mapping[Any, Any], column: bool = True) -> Place:
    return Place(
        row["file"],
        None if pd.isna(row["row"]) else int(row["row"]),
        row["column"] if column else None,
        row["sheet"] if isinstance(row["sheet"], str) else None,
    )


def unknown_areas(
    frame: pd.DataFrame, areas: Areas, old: frozenset[str], sources: Mapping[str, Source]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Drop rows of areas that nobody knows, each reported once a file with the nearest known area."""
    known = frame["area"].isin(areas.ids) | frame["area"].isin(old)
    unknown = frame.loc[~known]
    rows = unknown.drop_duplicates(["file", "sheet", "row", "area"])
    counts = rows.groupby(["file", "area"], sort=False)["row"].nunique()
    problems: list[Problem] = []
    once = rows.drop_duplicates(["file", "area"])
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
    return frame.loc[known], problems


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
        before = _place({**row, "file": row["file_first"], "row": np.nan, "sheet": row["sheet_first"]}, column=False)
        problems.append(
            Problem(
                "period-twice",
                f"Das Jahr {row['period']} kommt doppelt vor: auch in {before} (Merkmal „{row['measure']}“).",
                "Behalten Sie eine der beiden Lieferungen.",
                _place({**row, "row": np.nan}, column=False),
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
            _place({**row, "row": np.nan}),
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
                _place(row, column=False),
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
                _place(two),
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


def missing_areas(frame: pd.DataFrame, areas: Areas, sources: Mapping[str, Source]) -> list[Problem]:
    """Areas of the reporting level that a source leaves out in a year in which it has others."""
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
            missing = tuple(id_ for id_ in expected if id_ not in found)
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


def _allowed(count: int, base: float) -> float:
    """How far a sum of parts rounded to multiples of ``base`` may be from its rounded total; 1 stands for exact."""
    return (count + 1) * base / 2 if base != 1 else 0.0


def _bases(sources: Iterable[Source]) -> dict[tuple[str, str], float]:
    """What values are rounded to, by source and measure: a table in thousands is rounded to thousands."""
    return {(source.id, m.id): source.rounding * m.factor for source in sources for m in source.measures}


def level_totals(
    frame: pd.DataFrame, areas: Areas, sources: Mapping[str, Source], kinds: Mapping[str, str]
) -> list[Problem]:
    """Values delivered for a region or the whole against the sum of their areas."""
    reporting = set(areas.reporting_ids)
    higher = frame.loc[~frame["area"].isin(reporting) & frame["measure"].map(kinds).isin(ADDITIVE)]
    problems: list[Problem] = []
    rest = KEY[1:]
    bases = _bases(sources.values())
    for area in pd.unique(higher["area"]):
        below = areas.reporting_below(str(area))
        totals = higher.loc[(higher["area"] == area) & ~higher["status"].isin(WITHOUT_VALUE)]
        parts = frame.loc[frame["area"].isin(below) & frame["measure"].isin(set(totals["measure"]))]
        if not len(parts):
            continue
        sums = (
            parts.assign(known=~parts["status"].isin(WITHOUT_VALUE))
            .groupby(rest)
            .agg(sum=("value", "sum"), known=("known", "sum"))
            .reset_index()
        )
        both = totals.merge(sums, on=rest)
        tolerance = pd.Series(
            [
                sources[source].area.tolerance + _allowed(len(below), bases[source, measure])
                for source, measure in zip(both["source"], both["measure"], strict=True)
            ],
            index=both.index,
            dtype=float,
        )
        difference = both["sum"] - both["value"]
        complete = both["known"] == len(below)
        wrong = both.loc[
            (complete & (difference.abs() > tolerance + 1e-6)) | (~complete & (difference > tolerance + 1e-6))
        ]
        problems += several(
            wrong.to_dict("records"),
            lambda row: Problem(
                "sum",
                f"{row['period']}, Merkmal „{row['measure']}“: Die Räume ergeben zusammen {german(row['sum'])}, "
                f"angegeben sind {german(row['value'])}.",
                "Berichtigen Sie die Werte; Rundung erlauben rounding oder area.tolerance.",
                _place(row),
            ),
        )
    return problems


def _selected(frame: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    high = OPEN if selection.age_to is None else selection.age_to
    mask = (frame["age_from"] >= selection.age_from) & (frame["age_to"] <= high)
    for name, wanted in (("sex", selection.sex), ("nationality", selection.nationality)):
        if wanted:
            mask &= frame[name] == wanted
    return frame.loc[mask]


def _totals(frame: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Sum of a measure's rows by area and period: number of parts, whether all are known, and a place."""
    rows = _selected(frame, selection)
    rows = rows.assign(known=~rows["status"].isin(WITHOUT_VALUE))
    return rows.groupby(["area", "period"]).agg(
        value=("value", "sum"),
        known=("known", "all"),
        count=("value", "size"),
        file=("file", "first"),
        sheet=("sheet", "first"),
        row=("row", "first"),
        column=("column", "first"),
    )


def _sides(check: Check) -> list[Selection]:
    """Everything that a check compares, the total or whole last."""
    return [side for side in (*check.parts, check.total, check.part, check.whole) if side is not None]


def declared(
    frame: pd.DataFrame, sources: Sequence[Source], place_of: Callable[[str, int], Place], areas: Areas | None
) -> list[Problem]:
    """The checks that sources declare: sums of parts, parts of wholes.

    ``place_of`` says where the n-th check of a source is declared.
    """
    bases = _bases(sources)
    measures = sorted({measure.id for source in sources for measure in source.measures})
    names = dict(zip(areas.table["id"], areas.table["name"], strict=True)) if areas is not None else {}
    problems: list[Problem] = []
    checked = {side.measure for source in sources for check in source.checks for side in _sides(check)}
    wanted = frame.loc[frame["measure"].isin(checked)]
    delivered = {str(measure): rows for measure, rows in wanted.groupby("measure", sort=False)}
    totals: dict[Selection, pd.DataFrame] = {}
    for source in sources:
        for number, check in enumerate(source.checks):
            sides = _sides(check)
            unknown = [side for side in sides if side.measure not in measures]
            for side in unknown:
                nearest = near(side.measure, measures)
                problems.append(
                    Problem(
                        "unknown-measure",
                        f"checks: Das Merkmal „{side.measure}“ gibt es nicht.",
                        f"Meinten Sie „{nearest}“?" if nearest else f"Vorhanden: {listed(measures, 12)}.",
                        place_of(source.id, number),
                    )
                )
            if unknown:
                continue
            for side in sides:
                if side not in totals:
                    totals[side] = _totals(delivered.get(side.measure, frame.iloc[:0]), side)
            tables = [totals[side] for side in sides]
            for side, table in zip(sides, tables, strict=True):
                if table.empty and side.measure in delivered:
                    problems.append(
                        Problem(
                            "check-empty",
                            f"checks: Zu „{side}“ gibt es keine Gruppen; die Prüfung prüft nichts.",
                            "Richten Sie Alter, Geschlecht und Staatsangehörigkeit nach den gelieferten Gruppen.",
                            place_of(source.id, number),
                        )
                    )
            base = max(bases[of.id, m.id] for of in sources for m in of.measures if m.id in {s.measure for s in sides})
            problems += _compared(check, tables, base, names)
    return problems


def _compared(check: Check, tables: list[pd.DataFrame], base: float, names: Mapping[str, str]) -> list[Problem]:
    total = tables[-1]
    parts = tables[:-1]
    common = total.index
    for table in parts:
        common = common.intersection(table.index)
    if not len(common):
        return []
    total = total.loc[common]
    values = pd.concat([table.loc[common, "value"] for table in parts], axis=1)
    known = pd.concat([table.loc[common, "known"] for table in parts], axis=1).all(axis=1)
    count = sum(int(table["count"].max()) for table in parts)
    tolerance = check.tolerance + _allowed(count, base) + 1e-6
    added = values.sum(axis=1)
    difference = added - total["value"]
    too_much = (difference > tolerance) & total["known"]
    wrong = too_much | ((difference < -tolerance) & known & total["known"]) if check.parts else too_much
    rows = total.loc[wrong].assign(added=added[wrong]).reset_index().to_dict("records")
    whole = check.total or check.whole

    def problem(row: dict[Any, Any]) -> Problem:
        where = f"{row['area']} {names.get(row['area'], '')}".strip()
        shown = values.loc[(row["area"], row["period"])].tolist()
        if check.parts:
            terms = " + ".join(f"{side} {german(v)}" for side, v in zip(check.parts, shown, strict=True))
            found = (
                f"{where}, {row['period']}: Die Teile ergeben {german(row['added'])} ({terms}), „{whole}“ ist aber "
                f"{german(row['value'])}."
            )
            remedy = "Berichtigen Sie die Werte; Rundung erlauben rounding oder tolerance."
        else:
            found = (
                f"{where}, {row['period']}: „{check.part}“ ({german(row['added'])}) ist größer als „{whole}“ "
                f"({german(row['value'])})."
            )
            remedy = "Ein Teil kann nicht größer sein als das Ganze: Prüfen Sie beide Werte."
        part = parts[0].loc[(row["area"], row["period"])].to_dict()
        reason = f" ({check.reason})" if check.reason else ""
        place = _place(row if check.parts else part)
        return Problem("sum" if check.parts else "part-of-whole", found + reason, remedy, place, check.severity)

    return several(rows, problem)
