"""The first sentences of a chapter: what stands out, said only where a test secures it."""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german
from sozlib.chapter.context import Context
from sozlib.chapter.readings import Reading, Series
from sozlib.chapter.signs import SIGNS


def area_lead(context: Context, all_series: Sequence[Series]) -> str:
    """Lead of a chapter about an area: its leading value, secured differences from the whole, secured trends.

    The first of the series that is known leads.
    """
    assert context.area is not None
    place, whole = context.setting.place, context.setting.whole
    used = [s for s in all_series if s.period is not None]
    readings = [s.get(context.area.id) for s in used]
    known = [r for r in readings if r.known]
    if not used:
        return f"Für {place.dative} liegen in dieser Ausgabe noch keine Werte zu diesem Thema vor."
    if not known:
        statuses = {reading.status for reading in readings}
        why = german.join((sign.reason for status, sign in SIGNS.items() if status in statuses), "oder")
        return f"Für {place.dative} ist zu diesem Thema kein aktueller Wert ausgewiesen: {why}."
    parts = _leading(context, used)
    tested = [r for r in known if r.versus_whole is not None]
    above = sum(r.versus_whole == "above" for r in tested)
    below = sum(r.versus_whole == "below" for r in tested)
    if len(tested) == 1 and not above and not below:
        parts.append(f"Ein gesicherter Unterschied {whole.to} ist nicht festzustellen.")
    elif len(tested) == 1:
        parts.append(f"Der Wert liegt gesichert {'über' if above else 'unter'} {whole.dative}.")
    elif tested:
        parts.append(_sides(len(tested), above, below, whole))
    parts += _moved(known)
    if not parts:
        parts.append(f"Ein Test gegen {whole.accusative} ist zu diesem Thema nicht möglich.")
    return " ".join(parts)


def overall_lead(context: Context, all_series: Sequence[Series]) -> str:
    """Lead of an overall chapter: the leading value, secured trends of the whole, where areas lie furthest apart."""
    setting, whole = context.setting, context.setting.whole
    used = [s for s in all_series if s.whole().known]
    if not used:
        return f"Für {whole.accusative} insgesamt liegen in dieser Ausgabe noch keine Werte zu diesem Thema vor."
    parts = _leading(context, used)
    moved = _moved([s.whole() for s in used], whole.kind_locative)
    if not moved and any(s.whole().trend for s in used):
        moved = [f"{german.capital(whole.kind_locative)} insgesamt ist bei keinem Wert eine Veränderung gesichert."]
    parts += moved
    widest = max(used, key=lambda s: _secured(context, s))
    n = _secured(context, widest)
    if n:
        word = german.capital(german.counted(n, setting.singular, setting.plural, setting.gender))
        verb = "weicht" if n == 1 else "weichen"
        parts.append(
            f"Die meisten gesicherten Unterschiede zwischen den {setting.plural_dative} gibt es bei "
            f"„{widest.meta.short_title}“: {word} {verb} vom Wert {whole.kind_genitive} ab."
        )
    return " ".join(parts) or f"Wie sich die {setting.plural} unterscheiden, zeigen Karten und Tabellen."


def _leading(context: Context, all_series: Sequence[Series]) -> list[str]:
    """Sentence on the first value that the catalogue has a sentence for."""
    for series in all_series:
        meta, reading, there = series.meta, series.get(context.focus), series.whole()
        if not meta.sentence or not reading.shown or reading.value is None:
            continue
        said = meta.sentence.replace("{ort} ", "").format(wert=meta.text(reading.value), ort="")
        aside = ""
        if context.area is not None and there.shown and there.value is not None:
            aside = f"; {context.setting.whole.kind_locative} sind es {meta.text(there.value)}"
        return [f"{german.capital(context.setting.place.locative)} {said}{aside}."]
    return []


def _sides(tested: int, above: int, below: int, whole: german.Whole) -> str:
    """How many of the tested values are secured above and below the whole."""
    of = f"Von {german.count_word(tested)} geprüften Werten"
    if above and below:
        verb = "liegt" if above == 1 else "liegen"
        high, low = german.count_alone(above, "m"), german.count_alone(below, "m")
        return f"{of} {verb} {high} gesichert über {whole.dative}, {low} darunter."
    if above or below:
        verb = "liegt" if above + below == 1 else "liegen"
        side = "über" if above else "unter"
        return f"{of} {verb} {german.count_alone(above + below, 'm')} gesichert {side} {whole.dative}."
    return f"{of} unterscheidet sich keiner gesichert {whole.source}."


def _secured(context: Context, series: Series) -> int:
    return sum(r.secured for r in series.among(context.areas))


def _moved(readings: Sequence[Reading], where: str = "") -> list[str]:
    """How many values have risen and fallen, secured ones only."""
    up, down = ([r for r in readings if r.trend == word] for word in ("rising", "falling"))
    if not up and not down:
        return []
    years = {r.trend_from for r in (*up, *down)}
    year = years.pop() if len(years) == 1 else None
    since = f"Seit {year}" if year else "Über die letzten Jahre"
    first = up or down
    verb = f"{'ist' if len(first) == 1 else 'sind'}{' ' + where if where else ''}"
    text = f"{since} {verb} {german.counted(len(first), 'Wert', 'Werte', 'm')} gesichert "
    text += "gestiegen" if up else "gesunken"
    if up and down:
        text += f", {german.count_alone(len(down), 'm')} {'ist' if len(down) == 1 else 'sind'} gesunken"
    return [text + "."]
