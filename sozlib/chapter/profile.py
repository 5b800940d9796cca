"""The profile of an area: all its indicators at a glance, its people by age, where it lies."""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import alternatives, captions, contents, german, markdown, numbers
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, from_zero, hidden_among, nothing
from sozlib.chapter.locator import locator as draw_locator
from sozlib.chapter.multiples import Panel
from sozlib.chapter.multiples import multiples as draw_multiples
from sozlib.chapter.outlines import outlines_of
from sozlib.chapter.pyramid import AgeStructure
from sozlib.chapter.pyramid import pyramid as draw_pyramid
from sozlib.chapter.readings import Series
from sozlib.chapter.sources import rounded, source_line
from sozlib.chapter.spine import SpineRow
from sozlib.chapter.spine import spine as draw_spine
from sozlib.chapter.svg import html_form
from sozlib.chapter.tables import Column, Row, Table

_KEYS = (
    '<ul class="keys"><li><b class="key-better">▸</b> gesichert günstiger</li>'
    '<li><b class="key-worse">◂</b> gesichert ungünstiger</li><li><b>○</b> nicht unterscheidbar</li>'
    '<li><b class="key-own">■</b> ohne Wertung</li><li><b>—</b> 95-%-Intervall</li>'
    '<li><span class="bar"></span>alle {plural}</li><li><span class="bar middle"></span>mittlere Hälfte</li></ul>'
)


def spine(context: Context, all_series: Sequence[Series]) -> Part:
    """Profile of the area against the whole."""
    used = [s for s in all_series if s.period is not None and s.meta.kind != "count"]
    if not used or context.area is None:
        return nothing("Für das Profil sind keine Werte ausgewiesen.")
    area, setting = context.area, context.setting
    rows = [
        SpineRow(
            title=s.meta.short_title,
            own=context.value(s, area.id),
            whole=context.value(s, context.whole_id),
            areas=context.values(s),
            direction=s.meta.direction,  # type: ignore[arg-type]
            unit=s.meta.unit,
            decimals=s.meta.decimals,
        )
        for s in used
    ]

    def draw(width: int) -> Canvas:
        return draw_spine(
            rows, palette=context.palette, own_label=setting.singular, whole_label=setting.whole.kind, width=width
        )

    years = sorted({s.period for s in used if s.period is not None})
    units = {s.meta.unit for s in used}
    what = f"Werte für {setting.place.name} im Vergleich {setting.whole.to} und zu allen "
    what += f"{len(context.areas)} {setting.plural_dative}, {captions.years([years[0], years[-1]][: len(set(years))])}"
    what += (", in Prozent" if units == {"%"} else "") + ". Rechts ist günstiger"
    if any(row.areas and not row.spread for row in rows):
        what += f". Balken fehlen, wo für die meisten {setting.plural} kein Wert dasteht"
    caption = markdown.Caption(captions.profile(used, setting), what, source_line(context, used, tested=True))
    data = contents.profile(context, used, rows)
    return figure(
        context,
        "fig-profil",
        draw,
        caption,
        alternatives.profile(used, setting),
        data,
        full=context.full_width,
        keys=_KEYS.format(plural=setting.plural),
    )


def trends(context: Context, all_series: Sequence[Series], id: str = "fig-verlaeufe") -> Part:
    """Small multiples: several indicators of the area, each on its own scale, the whole in grey."""
    used = [s for s in all_series if len(s.periods) > 1]
    if not used:
        return nothing("Für Zeitverläufe liegen nicht genügend Jahre vor.")
    panels = [
        Panel(
            title=s.meta.short_title,
            series=context.time_series(s, context.focus),
            whole=context.time_series(s, context.whole_id) if context.area and s.meta.kind != "count" else None,
            own=True,
            unit=s.meta.unit,
            decimals=s.meta.decimals,
            from_zero=from_zero(s),
        )
        for s in used
    ]

    def draw(width: int) -> Canvas:
        return draw_multiples(panels, palette=context.palette, shared_scale=False, width=width)

    years = sorted({p for s in used for p in s.periods})
    beside = f" Graue Linie: {context.setting.whole.kind}." if context.area else ""
    what = f"{german.capital(german.count_word(len(used)))} Indikatoren, {captions.years([years[0], years[-1]])}."
    what += f"{beside} Jedes Feld hat seine eigene Skala; die Zahl ist der letzte Wert"
    hidden = hidden_among([r for s in used for r in s.over_time(context.focus)])
    caption = markdown.Caption(captions.trends(used, context.setting), what, source_line(context, used, hidden=hidden))
    alt = alternatives.trends(used, context.setting)
    data = contents.indicators_over_time(context, used)
    return figure(context, id, draw, caption, alt, data, full=context.full_width)


def pyramid(context: Context) -> Part:
    """Inhabitants by age and sex, the whole as step line."""
    frame = context.snapshot.age_groups
    own = frame[frame["area"] == context.focus]
    periods = sorted({int(p) for p in own["period"]})
    if own.empty:
        return nothing("Einwohnerzahlen nach Alter und Geschlecht sind nicht ausgewiesen.")
    period = periods[-1]
    earlier = next((p for p in periods if p == period - 10), periods[0])
    people = {context.snapshot.meta["report"].get("population")}
    exact = not context.readings.rounds(context.focus, people)
    today = AgeStructure.of(str(period), own[own["period"] == period], exact=exact)
    whole = frame[(frame["area"] == context.whole_id) & (frame["period"] == period)]
    compared: AgeStructure | None = None
    share = context.area is not None and not whole.empty
    if share:
        compared = AgeStructure.of(f"{context.setting.whole.kind} {period}", whole)
    elif earlier != period:
        compared = AgeStructure.of(str(earlier), own[own["period"] == earlier])
    if compared is not None and (compared.age_from != today.age_from or (share and not today.complete)):
        compared, share = None, False

    def draw(width: int) -> Canvas:
        return draw_pyramid(today, palette=context.palette, compared=compared, share=share, width=width)

    what = f"Bevölkerung nach Alter und Geschlecht, 31.12.{period}"
    if share:
        what += f", in Prozent aller Einwohnerinnen und Einwohner. Linie: {context.setting.whole.kind}"
    elif compared is not None:
        what += f". Linie: {compared.label}"
    source = next((s for s in context.snapshot.meta.get("sources", []) if "evölkerung" in str(s)), None)
    cited = str((source or {}).get("citation") or (source or {}).get("title") or "Einwohnermelderegister").rstrip(".")
    line = f"Quelle: {cited}; eigene Berechnung. Stand 31.12.{period}."
    if not today.complete:
        line += " Geheim gehaltene Altersgruppen sind mit „.“ gekennzeichnet."
    ends = (rounded(context, people), "Erfundene Daten." if context.invented else "")
    caption = markdown.Caption(captions.pyramid(today), what, " ".join(filter(None, (line, *ends))))
    return figure(context, "fig-altersaufbau", draw, caption, alternatives.pyramid(today), _ages(today))


def locator(context: Context) -> str:
    """Small map with the area filled, as inline SVG; "" without geometry or area."""
    outlines = outlines_of(context.snapshot)
    if outlines is None or context.area is None:
        return ""
    place, whole = context.setting.place, context.setting.whole
    return html_form(
        draw_locator(outlines, context.area.id, palette=context.palette),
        "lage",
        f"Lage von {place.name}",
        f"Umriss {whole.kind_genitive}, {place.name} hervorgehoben.",
    )


def _ages(today: AgeStructure) -> Table:
    rows = []
    sides = ((today.male, today.male_status), (today.female, today.female_status))
    for i, (start, end) in enumerate(zip(today.age_from, today.age_to, strict=True)):
        cells = []
        for counts, statuses in sides:
            status = statuses[i] if statuses else ""
            cells.append(numbers.cell(counts[i], 0, status))
        rows.append(Row(f"{start} und älter" if end is None else f"{start}–{end}", tuple(cells)))
    return Table("Alter", (Column("Männer"), Column("Frauen")), tuple(rows))
