"""Do observations agree with one another? Totals of levels, sums of parts, parts of wholes.

Rounded tables may miss a total by what rounding explains, and by no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from sozlib.errors import Place, Problem
from sozlib.nearest import suggestion
from sozlib.observations.areas import Areas
from sozlib.observations.findings import german, place_of, several
from sozlib.observations.groups import OPEN
from sozlib.observations.schema import KEY
from sozlib.observations.source import ADDITIVE, Check, Selection, Source
from sozlib.snapshot import WITHOUT_VALUE


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
                place_of(row),
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
    frame: pd.DataFrame,
    sources: Sequence[Source],
    declared_at: Callable[..., Place],
    areas: Areas | None,
    elsewhere: Collection[str] | None = (),
) -> list[Problem]:
    """The checks that sources declare: sums of parts, parts of wholes.

    ``declared_at`` says where a key of a source stands, from its id and path; ``elsewhere`` names measures of sources
    that cannot be used now (None: any may be), checks of which wait.
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
                if elsewhere is None or side.measure in elsewhere:
                    continue
                problems.append(
                    Problem(
                        "unknown-measure",
                        f"checks: Das Merkmal „{side.measure}“ gibt es nicht.",
                        suggestion(side.measure, measures, "in parameters/sources"),
                        declared_at(source.id, "checks", number),
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
                            declared_at(source.id, "checks", number),
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
        place = place_of(row if check.parts else part)
        return Problem("sum" if check.parts else "part-of-whole", found + reason, remedy, place, check.severity)

    return several(rows, problem)
