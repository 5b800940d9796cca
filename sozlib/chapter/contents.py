"""What stands in the tables of a chapter: readings set out in rows, with signs where there is no value."""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import ages, german, numbers
from sozlib.chapter.context import Context
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.signs import SIGNS
from sozlib.chapter.spine import SpineRow
from sozlib.chapter.tables import Column, Row, RowKind, Table

INTERVAL = "95-%-Intervall"


def interval(meta: Meta, reading: Reading) -> str:
    """Interval of a reading; "x" where the value has none, its sign where the value is withheld."""
    if not reading.known:
        return _sign(reading)
    if reading.lower is None or reading.upper is None:
        return "x"
    return numbers.span(reading.lower, reading.upper, meta.decimals)


def distance(meta: Meta, reading: Reading) -> str:
    """Difference from the whole with its sign, in brackets where it is not secured."""
    if reading.distance is None:
        return "x" if reading.known else _sign(reading)
    if meta.kind == "count":
        return "x"
    text = numbers.signed(reading.distance, meta.decimals)
    return text if reading.secured else f"({text})"


def change(meta: Meta, reading: Reading) -> str:
    """Change over the trend with its sign, in brackets where it is not secured; "x" where it cannot be tested."""
    if not reading.known:
        return _sign(reading)
    if reading.trend_change is None:
        return "x"
    text = numbers.signed(reading.trend_change, meta.decimals)
    return text if reading.trend in ("rising", "falling") else f"({text})"


def count(value: float | None, reading: Reading) -> str:
    """Absolute number behind a value."""
    if not reading.known:
        return _sign(reading)
    return "x" if value is None else numbers.number(value, 0 if float(value).is_integer() else 1)


def trend_label(all_series: Sequence[Series]) -> str:
    """Head of the change column: "seit 2020", where all share the year, else "im Trend"."""
    starts = {s.whole().trend_from for s in all_series} - {None}
    return f"seit {starts.pop()}" if len(starts) == 1 else "im Trend"


def one_area(context: Context, all_series: Sequence[Series]) -> Table:
    """Several indicators in the chapter's area beside the whole."""
    setting = context.setting
    assert context.area is not None
    units = {s.meta.unit for s in all_series}
    label = "Wert in %" if units == {"%"} else "Wert"
    here, there = setting.place.name, setting.whole.kind
    rows = []
    for series in all_series:
        meta, own, whole = series.meta, series.get(context.area.id), series.whole()
        rows.append(
            Row(
                _with_unit(meta, len(units) > 1),
                (
                    _year(series),
                    meta.cell(own),
                    interval(meta, own),
                    change(meta, own),
                    meta.cell(whole),
                    distance(meta, own),
                ),
            )
        )
    columns = (
        Column("Jahr"),
        Column(label, here),
        Column(INTERVAL, here),
        Column(trend_label(all_series), here),
        Column(label, there),
        Column("Abstand", there),
    )
    return Table("Merkmal", columns, tuple(rows))


def whole_only(context: Context, all_series: Sequence[Series]) -> Table:
    """Several indicators in the whole, with the lowest and highest area."""
    setting = context.setting
    units = {s.meta.unit for s in all_series}
    rows = []
    for series in all_series:
        meta, whole = series.meta, series.whole()
        shown = sorted(series.comparable(context.areas), key=lambda r: r.value or 0.0)
        nothing = "." if any(map(series.covers, context.areas)) else "x"
        ends = [meta.cell(shown[0]), meta.cell(shown[-1])] if shown else [nothing, nothing]
        rows.append(
            Row(
                _with_unit(meta, len(units) > 1),
                (_year(series), meta.cell(whole), interval(meta, whole), change(meta, whole), *ends),
            )
        )
    columns = (
        Column("Jahr"),
        Column("Wert in %" if units == {"%"} else "Wert", setting.whole.name),
        Column(INTERVAL, setting.whole.name),
        Column(trend_label(all_series), setting.whole.name),
        Column("niedrigster", setting.plural),
        Column("höchster", setting.plural),
    )
    return Table("Merkmal", columns, tuple(rows))


def all_areas(context: Context, series: Series, period: int | None = None) -> Table:
    """One indicator in all areas, the regions and the whole; of many areas in the regions and the whole."""
    meta, even = series.meta, ages.readings(context, series, period)
    counts = meta.kind == "proportion"
    numbered = any(a.number is not None for a in context.areas.values())
    columns = [Column("Nr.")] if numbered else []
    if counts:
        columns += [Column("Zähler"), Column("Nenner")]
    columns += [
        Column(f"Wert in {meta.unit}" if meta.unit == "%" else "Wert"),
        Column(INTERVAL),
        *([Column("altersstandardisiert")] if even else []),
        Column("Abstand"),
        Column(trend_label([series])),
    ]
    rows = []
    upper = () if context.many else tuple(_regions(context, series))
    for id in (*context.compared, *upper, context.whole_id):
        reading, here = series.get(id, period), context.all_areas[id]
        cells = [str(here.number) if here.number is not None else ""] if numbered else []
        if counts:
            cells += [count(reading.numerator, reading), count(reading.denominator, reading)]
        apart = "" if id == context.whole_id else distance(meta, reading)
        cells += [meta.cell(reading), interval(meta, reading)]
        cells += [meta.cell(even.get(id))] if even else []
        cells += [apart, change(meta, reading)]
        rows.append(Row(here.name, tuple(cells), "whole" if id == context.whole_id else _kind(context, id)))
    return Table(context.compared_singular, tuple(columns), tuple(rows))


def ranked(context: Context, series: Series, period: int | None = None) -> Table:
    """Numbers behind a ranked chart, a map or a distribution: areas from high to low, withheld ones last."""
    meta = series.meta
    readings = sorted(series.among(context.areas, period), key=lambda r: (not r.known, -(r.value or 0.0)))
    rows = [_value_row(context, meta, r) for r in _ends(context, readings)]
    rows.append(_value_row(context, meta, series.whole(period)))
    return Table(context.setting.singular, (Column(_value_label(meta)), Column(INTERVAL)), tuple(rows))


def over_time(context: Context, series: Series) -> Table:
    """Numbers behind a trend chart."""
    meta, whole = series.meta, context.setting.whole
    columns = [Column(whole.kind)]
    if context.area is not None:
        columns = [Column(context.area.name), Column(INTERVAL), *columns]
    else:
        columns.append(Column(INTERVAL))
    rows = []
    for period in series.periods:
        there = series.whole(period)
        cells: tuple[str, ...]
        if context.area is not None:
            own = series.get(context.area.id, period)
            cells = (meta.cell(own), interval(meta, own), meta.cell(there))
        else:
            cells = (meta.cell(there), interval(meta, there))
        rows.append(Row(str(period), cells))
    return Table("Jahr", tuple(columns), tuple(rows))


def areas_over_time(context: Context, series: Series) -> Table:
    """Numbers behind small multiples of areas: one row an area, one column a year."""
    columns = tuple(Column(str(period)) for period in series.periods)
    rows = tuple(
        Row(context.all_areas[id].name, tuple(map(series.meta.cell, series.over_time(id))), _kind(context, id))
        for id in (*context.compared, context.whole_id)
    )
    return Table(context.compared_singular, columns, rows)


def indicators_over_time(context: Context, all_series: Sequence[Series]) -> Table:
    """Numbers behind small multiples of indicators: one row an indicator, one column a year."""
    periods = sorted({p for s in all_series for p in s.periods})
    rows = tuple(
        Row(
            _with_unit(s.meta, True),
            tuple(s.meta.cell(s.get(context.focus, p)) if p in s.periods else "." for p in periods),
        )
        for s in all_series
    )
    return Table("Merkmal", tuple(Column(str(p)) for p in periods), rows)


def matrix(context: Context, all_series: Sequence[Series]) -> Table:
    """All areas × several indicators; many areas stand in the chapters of topics only, elsewhere their regions do."""
    columns = tuple(Column(_with_unit(s.meta, True)) for s in all_series)
    rows = tuple(
        Row(context.all_areas[id].name, tuple(s.meta.cell(s.get(id)) for s in all_series), _kind(context, id))
        for id in _grouped(context) or (*context.compared, context.whole_id)
    )
    return Table(context.setting.singular if context.topic else context.compared_singular, columns, rows)


def profile(context: Context, all_series: Sequence[Series], spine_rows: Sequence[SpineRow]) -> Table:
    """Numbers behind the spine chart, with its finding in words."""
    words = {
        "better": "günstiger",
        "worse": "ungünstiger",
        "same": "nicht unterscheidbar",
        "higher": "höher, ohne Wertung",
        "lower": "niedriger, ohne Wertung",
        "unknown": "nicht geprüft",
    }
    rows = []
    for series, shown in zip(all_series, spine_rows, strict=True):
        meta, own = series.meta, series.get(context.focus)
        cells = (meta.cell(own), interval(meta, own), meta.cell(series.whole()), words[shown.finding])
        rows.append(Row(_with_unit(meta, True), cells))
    columns = (
        Column(context.setting.singular),
        Column(INTERVAL),
        Column(context.setting.whole.kind),
        Column("Abstand", left=True),
    )
    return Table("Merkmal", columns, tuple(rows))


#: So many areas from both ends stand in the numbers behind a figure that shows many.
_ENDS = 10


def _ends(context: Context, readings: Sequence[Reading]) -> list[Reading]:
    """Readings in order as they are, or both ends (and the own area) where there are many."""
    if not context.many or len(readings) <= 2 * _ENDS:
        return list(readings)
    own = context.area.id if context.area else ""
    known = [r for r in readings if r.known]
    inner = [r for r in known[_ENDS:-_ENDS] if r.area == own]
    return [*known[:_ENDS], *inner, *known[-_ENDS:]]


def _grouped(context: Context) -> list[str]:
    """Many areas below the region to which they belong, the whole last; empty where there are few or no regions."""
    if context.compared is context.areas or not context.topic:
        return []
    below = {region: [a.id for a in context.areas.values() if a.parent == region] for region in context.compared}
    return [*(id for region, areas in below.items() for id in (region, *areas)), context.whole_id]


def _regions(context: Context, series: Series) -> list[str]:
    """Areas between reporting level and whole that the snapshot has readings for."""
    levels = [str(level["id"]) for level in context.report["levels"][1:-1]]
    return [a.id for a in context.all_areas.values() if a.level in levels and series.covers(a.id)]


def _kind(context: Context, area: str) -> RowKind:
    if area == context.whole_id:
        return "whole"
    if area not in context.areas and context.many:
        return "region"
    return "own" if context.area is not None and area == context.area.id else ""


def _value_label(meta: Meta) -> str:
    return german.capital(german.subject(meta.kind).bare) + (f" {meta.unit_words}" if meta.unit else "")


def _value_row(context: Context, meta: Meta, reading: Reading) -> Row:
    cells = (meta.cell(reading), interval(meta, reading))
    return Row(context.all_areas[reading.area].name, cells, _kind(context, reading.area))


def _with_unit(meta: Meta, shown: bool) -> str:
    return f"{meta.short_title} ({meta.unit})" if shown and meta.unit else meta.short_title


def _year(series: Series) -> str:
    return str(series.period) if series.period else "."


def _sign(reading: Reading) -> str:
    """Sign of what follows from a value that is not there; the class that stands in its place tells nothing of it."""
    return SIGNS["." if reading.classed else reading.status].sign
