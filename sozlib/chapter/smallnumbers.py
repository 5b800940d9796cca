"""What chance may explain where numbers are small: values smoothed for maps, and the funnel plot."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from sozlib.chapter import captions, contents, german, numbers
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import caption_of, figure, nothing, slug
from sozlib.chapter.funnel import Dot, Limits
from sozlib.chapter.funnel import funnel as draw_funnel
from sozlib.chapter.readings import Meta, Reading, Series
from sozlib.chapter.tables import Column, Row, Table
from sozlib.chapter.values import AreaValue

#: A map is better smoothed where the areas' own values weigh less than this in half of them.
MUCH = 0.75

_BOUNDS = ("lower_998", "lower_95", "upper_95", "upper_998")


def smoothed(context: Context, series: Series, period: int | None = None) -> dict[str, tuple[float, float]]:
    """Smoothed value and weight of the own value by area; empty where the indicator is not smoothed."""
    frame = context.snapshot.smoothed
    if frame is None:
        return {}
    rows = frame[(frame["indicator"] == series.meta.id) & (frame["period"] == (period or series.period))]
    return {
        str(area): (float(value), float(weight))
        for area, value, weight in zip(rows["area"], rows["value"], rows["weight"], strict=True)
        if area in context.areas
    }


def varies_by_chance(context: Context, series: Series, period: int | None = None) -> bool:
    """Whether chance explains so much of the differences that a map should be smoothed."""
    weights = [weight for _, weight in smoothed(context, series, period).values()]
    return bool(weights) and median(weights) < MUCH


def chance_alone(context: Context, series: Series, period: int | None = None) -> bool:
    """Whether chance explains all of the differences: every smoothed value is the mean."""
    found = smoothed(context, series, period)
    return bool(found) and not any(weight for _, weight in found.values())


def smoothed_charted(context: Context, series: Series, period: int | None = None) -> tuple[AreaValue, ...]:
    """Smoothed values of all areas as maps take them; without intervals, which belong to the raw values."""
    found = smoothed(context, series, period)
    return tuple(
        replace(v, value=found[v.area][0], lower=None, upper=None) if v.known and v.area in found else v
        for v in context.values(series, period)
    )


def smoothed_table(context: Context, series: Series, period: int | None = None) -> Table:
    """Numbers behind a smoothed map: raw and smoothed value, weight of the raw one."""
    meta, found = series.meta, smoothed(context, series, period)
    readings = sorted(series.among(context.areas, period), key=lambda r: -found.get(r.area, (float("-inf"), 0.0))[0])
    rows = []
    for reading in readings:
        value, weight = found.get(reading.area, (None, None))
        cells = [meta.cell(reading), contents.interval(meta, reading)]
        if value is None or weight is None:
            cells += [meta.cell(reading)] * 2 if not reading.known else ["x", "x"]
        else:
            cells += [numbers.number(value, meta.decimals), numbers.number(100 * weight, 0)]
        rows.append(Row(context.areas[reading.area].name, tuple(cells)))
    columns = (Column("gezählt"), Column(contents.INTERVAL), Column("geglättet"), Column("Gewicht des Werts in %"))
    return Table(context.setting.singular, columns, tuple(rows))


def funnel(context: Context, series: Series) -> Part:
    """Funnel plot of the latest values."""
    meta, setting, frame = series.meta, context.setting, context.snapshot.funnels
    rows = [] if frame is None else frame[frame["indicator"] == meta.id].to_dict("records")
    if not rows:
        return nothing(f"Für „{meta.title}“ lässt sich kein Trichterdiagramm zeichnen.")
    period = int(rows[0]["period"])
    limits = {str(r["area"]): _limits({str(k): v for k, v in r.items()}) for r in rows if r["area"]}
    curve = [_limits({str(k): v for k, v in r.items()}) for r in rows]
    there = series.whole(period)
    readings = [r for r in series.among(context.areas, period) if r.value is not None and r.area in limits]
    if there.value is None or not readings:
        return nothing(f"Für „{meta.title}“ lässt sich kein Trichterdiagramm zeichnen.")
    target = there.value
    dots = {r.area: _dot(context, r, limits[r.area]) for r in readings}

    def draw(width: int) -> Canvas:
        return draw_funnel(
            list(dots.values()),
            curve,
            target,
            f"Linie: {setting.whole.kind} {meta.text(target)}",
            palette=context.palette,
            unit=meta.unit,
            people=meta.denominator_text or "Nenner",
            width=width,
        )

    out = [dot for dot in dots.values() if dot.outside]
    far = [dot for dot in dots.values() if dot.outside == 2]
    statement = _statement(context, meta, len(far), len(dots))
    extra = "Zwischen den Linien läge der Wert eines Gebiets dieser Größe zu 95 % (durchgezogen) und zu 99,8 % "
    extra += f"(gestrichelt), wenn überall der Wert {setting.whole.kind_genitive} gälte"
    caption = caption_of(context, series, statement, period, extra)
    alone = numbers.number(0.05 * len(dots), 0)
    alt = f"Trichterdiagramm, {len(dots)} {setting.plural} nach Zahl der Menschen. {setting.whole.kind}: "
    alt += (
        f"{numbers.spoken_number(meta.text(target))}. Außerhalb von 95 Prozent: {len(out)}, durch Zufall zu erwarten: "
    )
    alt += f"etwa {alone}. Außerhalb von 99,8 Prozent: {len(far)}."
    for side, word in ((True, "Darüber"), (False, "Darunter")):
        named = sorted((d for d in far if d.above is side), key=lambda d: -d.distance)[:4]
        if named:
            shown = german.join(f"{d.name} mit {numbers.spoken_number(meta.text(d.value))}" for d in named)
            alt += f" {word} vor allem: {shown}."
    id = f"fig-trichter-{slug(meta.id)}"
    return figure(context, id, draw, caption, alt, _funnel_table(context, series, dots, period))


def _statement(context: Context, meta: Meta, far: int, n: int) -> str:
    setting, noun = context.setting, meta.noun
    if not far:
        return f"Unterschiede {noun.at} kann der Zufall kleiner Zahlen erklären"
    where = german.counted_dative(far, setting.singular, setting.plural_dative, setting.gender)
    text = f"In {where} weicht {noun.nominative} stärker ab, als der Zufall erklärt"
    return text if far < n else f"Überall weicht {noun.nominative} stärker ab, als der Zufall erklärt"


def _funnel_table(context: Context, series: Series, dots: dict[str, Dot], period: int) -> Table:
    meta, words = series.meta, ("innerhalb", "außerhalb von 95 %", "außerhalb von 99,8 %")
    rows = []
    ordered = sorted(series.among(context.areas, period), key=lambda r: -(r.denominator or 0.0))
    for reading in ordered:
        dot = dots.get(reading.area)
        name = context.areas[reading.area].name
        if dot is None:
            rows.append(Row(name, (meta.cell(reading),) * 5))
            continue
        here, places = dot.limits, meta.decimals
        cells = (
            numbers.number(here.total, 0),
            meta.cell(reading),
            numbers.span(here.lower_95, here.upper_95, places),
            numbers.span(here.lower_998, here.upper_998, places),
            words[dot.outside],
        )
        rows.append(Row(name, cells))
    columns = (
        Column("Nenner"),
        Column("Wert"),
        Column("Grenzen 95 %"),
        Column("Grenzen 99,8 %"),
        Column("Lage", left=True),
    )
    return Table(context.setting.singular, columns, tuple(rows))


def _limits(row: dict[str, object]) -> Limits:
    return Limits(float(str(row["denominator"])), *(float(str(row[name])) for name in _BOUNDS))


def _dot(context: Context, reading: Reading, limits: Limits) -> Dot:
    here = context.areas[reading.area]
    return Dot(here.name, here.short_name, reading.value or 0.0, limits, own=reading.area == context.setting.area)


def smoothed_finding(context: Context, series: Series, period: int | None = None) -> str:
    """Finding of a smoothed map."""
    found = smoothed(context, series, period)
    low, high = (f(found, key=lambda id: found[id][0]) for f in (min, max))
    noun, setting = series.meta.noun, context.setting
    return f"Geglättet ist {noun.nominative} {setting.where(high)} am höchsten, {setting.where(low)} am niedrigsten"


def smoothed_what(context: Context, series: Series, period: int | None = None) -> str:
    """What a smoothed map shows, and why."""
    when = captions.as_of(series.meta, period or series.period)
    why = f"Geglättet: Werte, die auf wenigen Menschen beruhen, rücken zum Durchschnitt der {context.setting.plural}, "
    why += "weil sie stärker vom Zufall abhängen; die gezählten Werte stehen in den Zahlen zur Abbildung"
    return captions.what(series.meta, when, why)
