"""The first sentences of a chapter: what stands out, said only where a test secures it."""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german
from sozlib.chapter.context import Context
from sozlib.chapter.readings import Series
from sozlib.chapter.signs import SIGNS

#: So many indicators are named in one sentence.
NAMED = 3


def area_lead(context: Context, all_series: Sequence[Series]) -> str:
    """Lead of a chapter about an area: secured differences from the whole, then secured trends."""
    assert context.area is not None
    place, whole = context.setting.place, context.setting.whole
    used = [s for s in all_series if s.period is not None]
    readings = {s.meta.id: s.get(context.area.id) for s in used}
    known = [s for s in used if readings[s.meta.id].known]
    if not used:
        return f"Für {place.dative} liegen in dieser Ausgabe noch keine Werte zu diesem Thema vor."
    if not known:
        statuses = {reading.status for reading in readings.values()}
        why = german.join((sign.reason for status, sign in SIGNS.items() if status in statuses), "oder")
        return f"Für {place.dative} ist zu diesem Thema kein aktueller Wert ausgewiesen: {why}."
    above = [s.meta.short_title for s in known if readings[s.meta.id].versus_whole == "above"]
    below = [s.meta.short_title for s in known if readings[s.meta.id].versus_whole == "below"]
    tested = [s for s in known if readings[s.meta.id].versus_whole is not None]
    parts = []
    if above and below:
        verb = "liegt" if len(above) == 1 else "liegen"
        parts.append(
            f"Gesichert über {whole.dative} {verb} {place.locative} {_titles(above)}, "
            f"gesichert darunter {_titles(below)}."
        )
    elif above or below:
        side = "über" if above else "unter"
        verb = "liegt" if len(above or below) == 1 else "liegen"
        parts.append(f"Gesichert {side} {whole.dative} {verb} {place.locative} {_titles(above or below)}.")
    elif tested:
        if len(tested) == 1:
            parts.append(f"Ein gesicherter Unterschied {whole.to} ist {place.locative} nicht festzustellen.")
        else:
            n = german.count_word(len(tested))
            parts.append(
                f"Bei keinem der {n} geprüften Werte unterscheidet sich {place.name} gesichert {whole.source}."
            )
    else:
        parts.append(f"Ein Test gegen {whole.accusative} ist zu diesem Thema nicht möglich.")
    parts += _moved([(s.meta.short_title, readings[s.meta.id].trend, readings[s.meta.id].trend_from) for s in known])
    return " ".join(parts)


def overall_lead(context: Context, all_series: Sequence[Series]) -> str:
    """Lead of an overall chapter: secured trends of the whole, then where the areas lie furthest apart."""
    whole = context.setting.whole
    used = [s for s in all_series if s.whole().known]
    if not used:
        return f"Für {whole.accusative} insgesamt liegen in dieser Ausgabe noch keine Werte zu diesem Thema vor."
    parts = _moved([(s.meta.short_title, s.whole().trend, s.whole().trend_from) for s in used], whole.kind_locative)
    if not parts and any(s.whole().trend for s in used):
        parts = [
            f"{german.capital(whole.kind_locative)} insgesamt ist bei keinem Indikator eine Veränderung gesichert."
        ]
    widest = max(used, key=lambda s: _secured(context, s))
    n = _secured(context, widest)
    if n:
        word = german.counted(n, context.setting.singular, context.setting.plural, context.setting.gender)
        verb = "weicht" if n == 1 else "weichen"
        parts.append(
            f"Die meisten gesicherten Unterschiede gibt es bei „{widest.meta.short_title}“: "
            f"{german.capital(word)} {verb} vom Wert {whole.kind_genitive} ab."
        )
    return " ".join(parts) or f"Wie sich die {context.setting.plural} unterscheiden, zeigen Karten und Tabellen."


def _secured(context: Context, series: Series) -> int:
    return sum(r.secured for r in series.among(context.areas))


def _titles(titles: Sequence[str]) -> str:
    """Up to three titles, the rest counted; quoted, since they are names and not bent."""
    shown = [f"„{title}“" for title in titles[:NAMED]]
    more = len(titles) - len(shown)
    if more == 1:
        shown.append(f"„{titles[-1]}“")
    elif more:
        shown.append(f"{german.count_word(more)} weitere")
    return german.join(shown)


def _moved(moves: Sequence[tuple[str, str | None, int | None]], where: str = "") -> list[str]:
    up = [title for title, trend, _ in moves if trend == "rising"]
    down = [title for title, trend, _ in moves if trend == "falling"]
    years = {start for _, trend, start in moves if trend in ("rising", "falling") and start}
    since = f"Seit {years.pop()}" if len(years) == 1 else "Zuletzt"
    since += f" {'ist' if len(up or down) == 1 else 'sind'}{' ' + where if where else ''}"
    if up and down:
        return [f"{since} {_titles(up)} gesichert gestiegen, {_titles(down)} gesunken."]
    if up or down:
        return [f"{since} {_titles(up or down)} gesichert {'gestiegen' if up else 'gesunken'}."]
    return []
