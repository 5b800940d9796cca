"""Parts of the types' chapter: their map, what marks them, how they are found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sozlib.chapter import areatypes, german, markdown, numbers
from sozlib.chapter.areatypes import Assignment, assignments, definition, letter, listed, members, titled, years
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.outlines import outlines_of
from sozlib.chapter.sources import source_line
from sozlib.chapter.tables import Column, Row, Table
from sozlib.chapter.typemap import type_map
from sozlib.chapter.typeprofile import TypePanel, type_profiles
from sozlib.chapter.values import finite

#: A type whose mean has moved by so many standard deviations since the reference year has shifted.
_SHIFTED = 0.5
#: What stands where a project has no types.
NONE = "Für diesen Bericht sind keine Raumtypen vereinbart (parameters/typology.yml)."
#: Words for the methods.
METHODS = {
    "ward": "Ward",
    "k-means": "k-Means",
    "mixture": "Mischverteilung",
    "ward-spatial": "Ward mit Nachbarschaft",
    "skater": "SKATER",
    "consensus": "Konsens",
}


def lead(context: Context) -> str:
    """What types are for."""
    return (
        f"Welche {context.setting.plural} einander ähnlich sind und sich deshalb gut vergleichen lassen. "
        "Typen beschreiben; sie bewerten nicht."
    )


def map(context: Context) -> Part:
    """Map of the types with their letters."""
    found = assignments(context)
    outlines = outlines_of(context.snapshot)
    if not found:
        return nothing(NONE)
    if outlines is None:
        return nothing("Für diesen Bericht liegen keine Gebietsgrenzen vor; die Karte entfällt.")
    groups, setting = members(found), context.setting
    titles = {number: titled(context, number) for number in groups}

    def draw(width: int) -> Canvas:
        return type_map(
            outlines, found, titles, palette=context.palette, own=setting.area, plural=setting.plural, width=width
        )

    statement = f"{german.capital(german.count_word(len(groups)))} Typen fassen ähnliche {setting.plural} zusammen"
    what = f"Gruppierung nach {german.count_word(len(areatypes.series(context)))} Merkmalen, ohne Bewertung, "
    told = "; ".join(
        f"{titled(context, number)}: {areatypes.cut(_names(context, shown), len(group) - len(shown))}"
        for number, group in groups.items()
        if (shown := areatypes.first(group, 8))
    )
    caption = markdown.Caption(statement, f"{what}{years(context)[-1]}", source(context))
    return figure(context, "fig-raumtypen", draw, caption, f"Karte der Typen. {told}.", None)


def describe(context: Context) -> Part:
    """A paragraph for each type: what marks it, how stable it is, its areas; then who has none or got it later."""
    found = assignments(context)
    if not found:
        return nothing(NONE)
    doubt = areatypes.unstable(context)
    caution = "Eine andere Auswahl der Gebiete führt leicht zu einer anderen Einteilung; stützen Sie keine Entscheidung"
    lines = [markdown.plain(f"{doubt}. {caution} allein darauf.")] if doubt else []
    for number, group in members(found).items():
        marked = areatypes.marked(context, areatypes.means(group))
        texts = [marked, *_belonging(context, group), *_since(context, number)]
        lines.append(f"**{markdown.plain(titled(context, number))}.** {markdown.plain(' '.join(texts))}")
    lines += [markdown.plain(text) for text in (*_gone(context, found), *_apart(context, found)) if text]
    return Part("text", "\n\n".join(lines))


def _belonging(context: Context, group: Sequence[Assignment]) -> list[str]:
    if len(group) == 1:
        return [f"Der Typ besteht aus einem einzigen Gebiet: {listed(context, group)}."]
    if len(group) <= areatypes.MOST_NAMED:
        return [f"Dazu gehören {listed(context, group)}."]
    core = [a for a in group if not a.later and not a.unsure] or group
    unsure = sum(a.unsure for a in group)
    shown = _names(context, areatypes.typical(core, 5))
    verb = "ist" if len(shown) == 1 else "sind"
    texts = [f"Dazu gehören {context.setting.count(len(group))}; typisch {verb} {german.join(shown)}."]
    if unsure:
        texts.append(f"Unsicher ist die Zuordnung {areatypes.within(context, unsure)}.")
    return texts


def _since(context: Context, number: int) -> list[str]:
    known = years(context)
    if len(known) < 2:
        return []
    if number not in members(assignments(context, known[0])):
        return [f"Diesen Typ gab es {known[0]} nicht."]
    moved = finite((definition(context).get("moved") or {}).get(str(number)))
    return [f"Der Typ hat sich seit {known[0]} verschoben."] if moved is not None and moved >= _SHIFTED else []


def _gone(context: Context, found: Mapping[str, Assignment]) -> list[str]:
    known = years(context)
    before = members(assignments(context, known[0]))
    return [
        f"Typ {titled(context, number)} gibt es nicht mehr; {known[0]} gehörten dazu {listed(context, group)}."
        if len(group) > 1
        else f"Typ {titled(context, number)} gibt es nicht mehr; {known[0]} gehörte dazu {listed(context, group)}."
        for number, group in before.items()
        if number not in members(found)
    ]


def _apart(context: Context, found: Mapping[str, Assignment]) -> list[str]:
    """Areas that took no part, and why."""
    later = [a for a in found.values() if a.later]
    without = [a for a in found.values() if a.number is None]
    return [
        f"{words}: {_with_reasons(context, group)}."
        for words, group in (("Nachträglich dem nächsten Typ zugeordnet", later), ("Ohne Typ", without))
        if group
    ]


def _with_reasons(context: Context, group: Sequence[Assignment]) -> str:
    reasons = dict.fromkeys(a.reason for a in group)
    parts = []
    for reason in reasons:
        same = [a for a in group if a.reason == reason]
        parts.append(f"{listed(context, same)} ({reason})")
    return "; ".join(parts)


def profiles(context: Context) -> Part:
    """Bars of what marks each type."""
    found = assignments(context)
    if not found:
        return nothing(NONE)
    groups, setting = members(found), context.setting
    all_series = areatypes.series(context)
    means = {number: areatypes.means(group) for number, group in groups.items()}
    panels = [
        TypePanel(
            letter(number),
            areatypes.name(context, number),
            setting.count(len(groups[number])),
            means[number],
        )
        for number in groups
    ]
    titles = {s.meta.id: s.meta.short_title for s in all_series}

    def draw(width: int) -> Canvas:
        return type_profiles(panels, titles, palette=context.palette, width=width)

    rows = [
        Row(s.meta.short_title, tuple(numbers.signed(means[number][s.meta.id], 1) for number in groups))
        for s in all_series
    ]
    rows.append(Row(f"Zahl der {setting.plural}", tuple(str(len(group)) for group in groups.values())))
    data = Table("Merkmal", tuple(Column(letter(number), "Typ") for number in groups), tuple(rows))
    middle = "Durchschnitt" if definition(context).get("scale") == "z" else "mittleren Wert"
    what = f"Abstand der Typen vom {middle} aller {setting.plural} in Standardabweichungen, {years(context)[-1]}"
    alt = "Balkendiagramm, je Typ ein Feld. " + " ".join(
        f"{titled(context, number)}: {_strongest(titles, means[number])}." for number in groups
    )
    caption = markdown.Caption("Was die Typen kennzeichnet", what, source(context))
    return figure(context, "fig-typprofile", draw, caption, alt, data)


def _strongest(titles: Mapping[str, str], marks: Mapping[str, float]) -> str:
    order = sorted(titles, key=lambda id: -abs(marks[id]))[:2]
    return german.join(f"„{titles[id]}“ {numbers.spoken_number(numbers.signed(marks[id]))}" for id in order)


def method(context: Context) -> Part:
    """How the types are found."""
    chosen = definition(context)
    if not chosen:
        return nothing(NONE)
    scales = {"z": "z-Werte", "robust": "Median und Quartilsabstand", "rank": "Ränge (normalverteilt)"}
    titles = german.join(f"„{s.meta.short_title}“" for s in areatypes.series(context))
    spatial = chosen["method"] == "ward-spatial"
    texts = [
        f"Merkmale: {titles}. Skala: {scales[chosen['scale']]}; Verfahren: {METHODS[chosen['method']]}.",
        "Gerechnet wird mit Hauptkomponenten der Merkmale." if chosen.get("components") else "",
        f"Die Typen werden für {german.join(str(year) for year in years(context))} auf gemeinsamer Skala gebildet; ein "
        f"Typ behält den Buchstaben seines Gegenstücks im Bezugsjahr {chosen['reference']} (beste Zuordnung nach "
        f"{'gemeinsamen Mitgliedern' if spatial else 'Abstand der Mittelwerte'}).",
        _rules(chosen["exclusions"], context.setting.plural),
        _regions(context) if spatial else "",
        f"Wie sicher eine Zuordnung ist, sagen zwei Anteile: in wie vielen von {chosen['runs']} Stichproben "
        + (
            "das Gebiet im Gegenstück seines Typs liegt"
            if spatial
            else "der nächste Typ das Gegenstück des eigenen ist"
        )
        + ", und wie viele Verfahren das Gebiet diesem Gegenstück zuordnen.",
        "Grundlage sind nur die in dieser Ausgabe gezeigten Werte. Ein Typ beschreibt; er bewertet nicht.",
    ]
    return Part("text", markdown.plain(" ".join(text for text in texts if text)))


def _rules(rules: Mapping[str, Any], plural: str) -> str:
    parts = []
    if rules["minimum_inhabitants"]:
        fewest = numbers.number(rules["minimum_inhabitants"], 0)
        parts.append(f"{plural} mit weniger als {fewest} Einwohnerinnen und Einwohnern")
    if rules["outliers"]:
        far = numbers.number(rules["outliers"], 1)
        parts.append(
            f"{plural} mit Werten, die um mehr als das {far}-Fache des Quartilsabstands jenseits der Quartile liegen"
        )
    if rules["areas"]:
        parts.append(f"einzeln ausgenommene {plural}")
    if not parts:
        return ""
    after = {"nearest": "werden danach dem nächsten Typ zugeordnet", "none": "bleiben ohne Typ"}[rules["then"]]
    return f"Nicht an der Bildung der Typen beteiligt: {'; '.join(parts)}. Sie {after}."


def _regions(context: Context) -> str:
    text = f"{context.setting.plural} eines Typs hängen zusammen; Nachbarn haben eine gemeinsame Grenze."
    pairs = definition(context).get("joined") or []
    if pairs:
        told = "; ".join(
            f"{context.areas[a].name} mit {context.areas[b].name}"
            for a, b in pairs
            if a in context.areas and b in context.areas
        )
        text += f" Ohne gemeinsame Grenze, aber mit dem nächsten Gebiet verbunden: {told}."
    return text


def source(context: Context) -> str:
    """Source line of the typology."""
    return source_line(context, areatypes.series(context), period=years(context)[-1])


def table_part(id: str, content: Table, statement: str, what: str, context: Context) -> Part:
    """Table of the typology with its caption."""
    caption = markdown.Caption(statement, what, source(context))
    return Part("table", markdown.table(id, content, caption), content.html(statement), id=id)


def _names(context: Context, group: Sequence[Assignment]) -> list[str]:
    return [context.areas[a.area].name for a in group]
