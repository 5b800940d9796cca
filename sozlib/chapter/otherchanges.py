"""Parts of the chapter on changes: what else has changed, classes and types of areas, definitions and sources."""

from __future__ import annotations

from sozlib.chapter import areatypes, german, markdown
from sozlib.chapter.changes import NONE
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import nothing
from sozlib.chapter.moved import reference
from sozlib.chapter.standing import STATUS, standings


def has_classes(context: Context) -> bool:
    """Whether the report has classes or types that may have changed."""
    return bool(_status_classes(context) or _types(context))


def classes(context: Context) -> Part:
    """Which areas have changed their class in the monitor or their type."""
    texts = [*_status_classes(context), *_types(context)]
    if not texts:
        return nothing("Dieser Bericht stuft nicht in Klassen ein.")
    return Part("text", "\n\n".join(markdown.plain(text) for text in texts))


def _status_classes(context: Context) -> list[str]:
    now = standings(context)
    definition = context.snapshot.meta.get("monitor") or {}
    if not now or not definition:
        return []
    earlier = next(iter(now.values())).period - int(definition["dynamics_years"])
    before = standings(context, earlier)
    pairs = [(s, before[id].status) for id, s in now.items() if id in before and s.status and before[id].status]
    moved = [(s, was) for s, was in pairs if s.status != was and was is not None]
    if not moved:
        return [f"Sozialraummonitor: Die Statusklasse ist seit {earlier} überall gleich geblieben."] if pairs else []
    told = [f"{context.areas[s.area].name} von {STATUS[was - 1]} auf {STATUS[(s.status or 1) - 1]}" for s, was in moved]
    verb = "hat" if len(moved) == 1 else "haben"
    many = german.capital(context.setting.count(len(moved)))
    return [f"Sozialraummonitor: {many} {verb} seit {earlier} die Statusklasse gewechselt: {areatypes.some(told)}."]


def _types(context: Context) -> list[str]:
    years = areatypes.years(context)
    if len(years) < 2:
        return []
    now, before = areatypes.assignments(context), areatypes.assignments(context, years[0])
    pairs = [(a, before[id]) for id, a in now.items() if id in before and a.number is not None]
    moved = [(a, was) for a, was in pairs if was.number not in (None, a.number)]
    if not moved:
        return [f"Raumtypen: Alle {context.setting.plural} gehören noch zum selben Typ wie {years[0]}."]
    told = [f"{context.areas[a.area].name} von {was.letter} zu {a.letter}" for a, was in moved]
    verb = "hat" if len(moved) == 1 else "haben"
    many = german.capital(context.setting.count(len(moved)))
    return [f"Raumtypen: {many} {verb} seit {years[0]} den Typ gewechselt: {areatypes.some(told)}."]


def definitions(context: Context) -> Part:
    """Breaks in definitions and sources between the years compared, and what cannot be compared for that reason."""
    year = reference(context)
    if year is None:
        return nothing(NONE)
    told = context.snapshot.meta.get("changes") or {}
    stopped = {str(id): str(text) for id, text in (told.get("incomparable") or {}).items()}
    breaks: dict[str, list[str]] = {}
    for meta in context.readings.catalogue.values():
        for period, text in meta.breaks:
            if year < period and meta.id not in stopped:
                breaks.setdefault(f"Ab {period}: {text.rstrip('.')}", []).append(meta.short_title)
    of_sources: dict[str, list[str]] = {}
    for source in context.snapshot.meta.get("sources") or ():
        for entry in source.get("breaks") or ():
            if year < int(entry["period"]):
                text = f"Ab {entry['period']}: {str(entry['text']).rstrip('.')}"
                of_sources.setdefault(text, []).append(f"„{source['title']}“")
    lines = [f"{text}. Das betrifft: {german.join(titles)}." for text, titles in sorted(breaks.items())]
    lines += [f"{text}. Quelle: {german.join(titles)}." for text, titles in sorted(of_sources.items())]
    lines += [
        f"Nicht verglichen, weil sich die Definition geändert hat: {context.series(id).meta.short_title} ({text})."
        for id, text in stopped.items()
        if id in context.readings.catalogue
    ]
    if not lines:
        return nothing(f"Seit {year} haben sich Definitionen und Quellen nicht geändert.")
    return Part("text", "\n".join(f"- {markdown.plain(line)}" for line in lines))
