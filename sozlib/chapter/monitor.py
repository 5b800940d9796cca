"""Parts of the monitor's chapter: matrix, map, rank intervals, tables, and what must be said beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.addresses import profile_address
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.matrix import matrix as draw_matrix
from sozlib.chapter.matrix import matrix_table
from sozlib.chapter.outlines import outlines_of
from sozlib.chapter.ranks import MOST, in_order, rank_intervals
from sozlib.chapter.readings import Series
from sozlib.chapter.sources import source_line
from sozlib.chapter.standing import DYNAMICS, FAIR, HIGH, STATUS, Standing, standings
from sozlib.chapter.statusmap import status_map
from sozlib.chapter.svg import print_form
from sozlib.chapter.tables import Column, Row, Table

#: What stands in place of a part where there is no monitor.
NONE = "Für diesen Bericht ist kein Monitor vereinbart (parameters/index.yml)."

#: More areas than this are counted in a sentence, not named.
MOST_NAMED = 30


def definition(context: Context) -> Mapping[str, Any]:
    """The monitor's definition as the snapshot holds it; empty without one."""
    return context.snapshot.meta.get("monitor") or {}


def indicators(context: Context) -> list[Series]:
    """Indicators of the monitor, in its order."""
    return [context.series(str(entry["indicator"])) for entry in definition(context).get("indicators", ())]


def changes(context: Context) -> list[Series]:
    """Indicators of the dynamics: the delivered changes, or the monitor's indicators themselves."""
    delivered = definition(context).get("dynamics", ())
    return [context.series(str(entry["indicator"])) for entry in delivered] or indicators(context)


def lead(context: Context) -> str:
    """What the monitor shows, and how many areas are burdened."""
    found = list(standings(context).values())
    text = "Der Monitor zeigt, wo sich soziale Belastungen häufen und wo sich die Lage ändert. Er beschreibt "
    text += f"{context.setting.plural}, nicht die Menschen, die dort leben."
    return f"{text} {_burdened(context, found)}." if found else text


def matrix(context: Context) -> Part:
    """Matrix of status and dynamics."""
    found = list(standings(context).values())
    if not any(s.placed for s in found):
        return nothing(NONE)
    setting, period = context.setting, found[0].period
    years = int(definition(context)["dynamics_years"])
    names = _names(context)
    links = {id: address for id in context.areas if (address := profile_address(context, id))}
    what = f"Status: Lage Ende {period}. Dynamik: Veränderung seit {period - years} im Vergleich der {setting.plural}"
    caption = markdown.Caption(_burdened(context, found), what, source(context))
    alt = f"Matrix aus vier Statusklassen und drei Klassen der Dynamik. {_spoken(context, found)}"
    table = matrix_table(found, names, links, setting.plural, caption.statement)

    def draw(width: int) -> Canvas:
        return draw_matrix(found, names, palette=context.palette, plural=setting.plural, width=width)

    printed = print_form(draw(680), caption.what, alt)
    spoken = numbers.keep_together(alt).replace('"', '\\"')
    content = "\n".join(
        [
            "::: {#fig-matrix .figure}",
            markdown.html(f'<div class="frame">{table}</div>'),
            markdown.other(f'![](abb/fig-matrix.svg){{fig-alt="{spoken}" width="100%"}}'),
            "",
            caption.markdown(),
            ":::",
            "",
            markdown.source(caption.source),
            "",
        ]
    )
    return Part("figure", content, table, id="fig-matrix", alt=alt, svg=printed)


def map(context: Context) -> Part:
    """Map of the twelve classes."""
    found = standings(context)
    outlines = outlines_of(context.snapshot)
    if not any(s.placed for s in found.values()):
        return nothing(NONE)
    if outlines is None:
        return nothing("Für diesen Bericht liegen keine Gebietsgrenzen vor; die Karte entfällt.")
    setting = context.setting
    labels = {a.id: "" if a.number is None else str(a.number) for a in context.areas.values()}

    def draw(width: int) -> Canvas:
        return status_map(
            outlines, found, labels, palette=context.palette, own=setting.area, plural=setting.plural, width=width
        )

    worse = [s for s in found.values() if s.dynamics == 3]
    better = [s for s in found.values() if s.dynamics == 1]
    statement = (
        f"{german.capital(context.setting.count(len(better)))} mit positiver, {context.setting.count(len(worse))} mit "
    )
    statement += "negativer Dynamik"
    what = f"Status (Helligkeit) und Dynamik (Farbton), {next(iter(found.values())).period}"
    alt = f"Karte in zwölf Klassen aus Status und Dynamik. {_spoken(context, list(found.values()))}"
    caption = markdown.Caption(statement, what, source(context))
    return figure(context, "fig-monitorkarte", draw, caption, alt, None)


def ranks(context: Context) -> Part:
    """Rank intervals of the status."""
    found = list(standings(context).values())
    rows = in_order(found)
    if not rows:
        return nothing("Rangintervalle sind in dieser Ausgabe nicht ausgewiesen.")
    names = {id: area.name for id, area in context.areas.items()}

    def draw(width: int) -> Canvas:
        return rank_intervals(found, names, palette=context.palette, width=width)

    wide = sum((s.rank_high or 0) - (s.rank_low or 0) >= 2 for s in rows)
    statement = f"{german.capital(context.setting.count(wide))} {'kann' if wide == 1 else 'können'} zwei oder mehr "
    statement += "Ränge höher oder tiefer stehen"
    runs = numbers.number(int(definition(context)["uncertainty"]["runs"]), 0)
    shape = "Punkt" if len(rows) <= MOST else "Linie"
    area = "Balken" if len(rows) <= MOST else "Fläche"
    what = f"Rang des Status ({shape}) und Bereich von 90 % der {runs} Wiederholungen ({area}), {rows[0].period}"
    first = rows[0]
    sure = first.rank_low == first.rank_high
    where = f"auf Rang {first.rank_low}" if sure else f"zwischen Rang {first.rank_low} und {first.rank_high}"
    alt = f"Rangintervalle. {names[first.area]} hat den höchsten Belastungswert und liegt {where}. {statement}."
    columns = (Column("Rang"), Column("von"), Column("bis"), Column("Status", left=True), Column("gleiche Klasse in %"))
    data = Table(
        context.setting.singular,
        columns,
        tuple(
            Row(
                names[s.area],
                (str(s.rank), str(s.rank_low), str(s.rank_high), s.status_text, _percent(s.status_share, s.status)),
            )
            for s in rows
        ),
    )
    return figure(context, "fig-raenge", draw, markdown.Caption(statement, what, source(context)), alt, data)


def certainty_table(context: Context) -> Part:
    """Classes of all areas with their certainty and how long the status has lasted."""
    found = list(standings(context).values())
    if not found:
        return nothing(NONE)
    columns = (
        Column("Klasse", "Status", left=True),
        Column("gleiche Klasse in %", "Status"),
        Column("Rang (90 %)", "Status"),
        Column("seit", "Status"),
        Column("Klasse", "Dynamik", left=True),
        Column("gleiche Klasse in %", "Dynamik"),
        Column("Sicherheit", left=True),
    )
    rows = tuple(
        Row(
            context.areas[s.area].name,
            (
                s.status_text,
                _percent(s.status_share, s.status),
                rank_text(s),
                _since(s),
                s.dynamics_text,
                _percent(s.dynamics_share, s.dynamics),
                s.certainty or ("." if s.status else "x"),
            ),
            "own" if s.area == context.setting.area else "",
        )
        for s in found
    )
    table = Table(context.setting.singular, columns, rows)
    what = f"Sicherheit der weniger sicheren Klasse: hoch ab {HIGH:.0%}, mittel ab {FAIR:.0%}, sonst gering".replace(
        "%", f"{numbers.NBSP}%"
    )
    statement = f"Einstufung und Sicherheit: alle {context.setting.plural}, {found[0].period}"
    return captioned_table("tbl-einstufung", table, statement, what, source(context))


def contributions(context: Context) -> Part:
    """What each indicator adds to the status."""
    found = sorted((s for s in standings(context).values() if s.parts), key=lambda s: -(s.status_score or 0.0))
    if context.many:
        found = [s for s in found if s.status is not None and s.status >= 3]
    if not found:
        return nothing("Beiträge der Indikatoren sind in dieser Ausgabe nicht ausgewiesen.")
    used = indicators(context)
    columns = (*(Column(s.meta.short_title) for s in used), Column("Statuswert"))
    rows = tuple(
        Row(
            context.areas[s.area].name,
            (
                *(numbers.signed(s.parts[i.meta.id], 2) if i.meta.id in s.parts else "." for i in used),
                "." if s.status_score is None else numbers.signed(s.status_score, 2),
            ),
        )
        for s in found
    )
    table = Table(context.setting.singular, columns, rows)
    what = f"In Standardabweichungen; 0 ist der Mittelwert der {context.setting.plural}, Werte über 0 belasten"
    if context.many:
        what = f"{context.setting.plural} mit niedrigem oder sehr niedrigem Status. {what}"
    return captioned_table("tbl-beitraege", table, "Was die Indikatoren zum Status beitragen", what, source(context))


def doubts(context: Context) -> Part:
    """Areas whose class is uncertain, areas without class, areas that have changed their class."""
    found = standings(context)
    if not found:
        return nothing(NONE)
    setting, every = context.setting, list(found.values())
    unsure = [s for s in every if s.certainty == "gering"]
    texts = []
    if unsure:
        many = german.counted_dative(len(unsure), setting.singular, setting.plural_dative, setting.gender)
        texts.append(
            f"Bei {many} ist die Sicherheit gering{_named(context, unsure)}. Dort liegt ein Wert nahe an einer "
            "Klassengrenze. Hier gilt: erst die einzelnen Indikatoren ansehen, dann einordnen."
        )
    elif any(s.certainty for s in every):
        texts.append("In keinem Fall ist die Sicherheit gering.")
    left_out = [s for s in every if s.status is None]
    if left_out:
        reasons = german.join(f"{context.areas[s.area].name} ({s.reason})" for s in left_out)
        texts.append(f"Nicht eingestuft: {reasons}.")
    still = [s for s in every if s.status is not None and s.dynamics is None]
    if still:
        reasons = german.join(f"{context.areas[s.area].name} ({s.dynamics_reason})" for s in still)
        texts.append(f"Ohne Dynamik und deshalb nicht in Matrix und Karte: {reasons}.")
    blurred = [s for s in every if s.status is not None and not s.status_shares]
    if blurred:
        texts.append(
            "Für einzelne Angaben gilt der Schutz kleiner Zahlen. Ohne Rang, Sicherheit und Beiträge bleiben deshalb: "
            f"{_list(context, blurred)}."
        )
    return Part(
        "text",
        "\n\n".join(
            markdown.plain(text)
            for text in [*texts, _partial(context, every), _moved(context, every), _further(context)]
            if text
        ),
    )


def reading_help(context: Context) -> Part:
    """How the colours are read."""
    text = (
        "Je stärker sich eine Fläche vom Hintergrund abhebt, desto niedriger der Status, desto höher also die "
        "Belastung. Blau: Die Lage entwickelt sich günstiger als im Durchschnitt. Ocker: Sie fällt zurück. Grau: Sie "
        "verändert sich ähnlich wie der Durchschnitt. Ein niedriger Status ist kein Urteil. Er zeigt, wo Unterstützung "
        "besonders gebraucht wird."
    )
    return Part("box", markdown.div(".box", f"**So lesen Sie die Farben.** {markdown.plain(text)}"))


def _burdened(context: Context, found: Sequence[Standing]) -> str:
    low = sum(s.status is not None and s.status >= 3 for s in found)
    verb = "hat" if low <= 1 else "haben"
    return f"{german.capital(context.setting.count(low))} {verb} einen niedrigen oder sehr niedrigen Status"


def _spoken(context: Context, found: Sequence[Standing]) -> str:
    parts = []
    for number, status in enumerate(STATUS, 1):
        same = [s for s in found if s.status == number]
        if same:
            parts.append(f"Status {number} ({status}): {context.setting.count(len(same))}")
    low = [s for s in found if s.status is not None and s.status >= 3]
    named = ""
    if low:
        each = (
            f"{context.areas[s.area].name} ({s.status_text}, {DYNAMICS[(s.dynamics or 2) - 1][1]})" for s in low[:4]
        )
        named = f" Niedriger oder sehr niedriger Status: {'unter anderem ' if len(low) > 4 else ''}{german.join(each)}."
    return f"{'; '.join(parts)}.{named}"


def _further(context: Context) -> str:
    """Where the audit of the classes stands; "" where the report has no such chapter."""
    chapters = ((context.report.get("volumes") or {}).get("overall") or {}).get("chapters") or ()
    titles = [str(entry["title"]) for entry in chapters if entry["template"] == "overall/sensitivitaet"]
    return f"Worauf die Klassen beruhen und was sie verschiebt, steht im Kapitel „{titles[0]}“." if titles else ""


def _partial(context: Context, found: Sequence[Standing]) -> str:
    """Which areas are classified by fewer indicators than the others."""
    total = len(definition(context)["indicators"])
    partial = [s for s in found if s.status is not None and s.used is not None and s.used < total]
    if not partial:
        return ""
    told = german.join(f"{context.areas[s.area].name} ({s.used} von {total})" for s in partial)
    return f"Auf weniger Indikatoren beruht der Status in: {told}. Die fehlenden gehen mit dem Mittel der übrigen ein."


def _moved(context: Context, found: Sequence[Standing]) -> str:
    """Which areas have changed their status class over the years of the dynamics."""
    earlier = found[0].period - int(definition(context)["dynamics_years"])
    before = standings(context, earlier)
    changed = [
        (s, was)
        for s in found
        if s.status is not None and (was := before[s.area].status if s.area in before else None) and was != s.status
    ]
    if not before:
        return ""
    if not changed:
        return f"Die Statusklasse ist seit {earlier} überall gleich geblieben."
    told = german.join(f"{context.areas[s.area].name} von {was} auf {s.status}" for s, was in changed)
    verb = "hat" if len(changed) == 1 else "haben"
    if len(changed) > MOST_NAMED:
        worse = sum(s.status > was for s, was in changed if s.status is not None)
        told = f"{len(changed) - worse} zu einem höheren Status, {worse} zu einem niedrigeren"
    return f"Seit {earlier} {verb} {context.setting.count(len(changed))} die Statusklasse gewechselt: {told}."


def names_of(series: Sequence[Series]) -> list[str]:
    """Names of indicators in a sentence, with their articles."""
    return [s.meta.noun.nominative for s in series]


def _names(context: Context) -> dict[str, str]:
    return {a.id: f"{a.number} {a.short_name}" if a.number else a.short_name for a in context.areas.values()}


def _list(context: Context, found: Sequence[Standing]) -> str:
    return german.join(context.areas[s.area].name for s in found)


def rank_text(standing: Standing) -> str:
    """Rank with the interval of 90 % of the runs: "3 (2–4)", "1" where no run gives another."""
    if standing.rank is None:
        return "." if standing.status else "x"
    if standing.rank_low == standing.rank == standing.rank_high:
        return str(standing.rank)
    return f"{standing.rank} ({standing.rank_low}{numbers.EN_DASH}{standing.rank_high})"


def _named(context: Context, found: Sequence[Standing]) -> str:
    """Names after a colon; of many, where to find them."""
    return f": {_list(context, found)}" if len(found) <= MOST_NAMED else " (siehe Tabelle)"


def _since(standing: Standing) -> str:
    if standing.since is None:
        return "x"
    return f"vor {standing.since + 1}" if standing.since_start else str(standing.since)


def _percent(share: float | None, known: int | None) -> str:
    if share is None:
        return "." if known else "x"
    return numbers.number(100 * share, 0)


def source(context: Context) -> str:
    """Source line of the monitor's figures and tables."""
    found = next(iter(standings(context).values()))
    return source_line(context, indicators(context), period=found.period)


def captioned_table(id: str, content: Table, statement: str, what: str, source: str) -> Part:
    """Table with its caption and source line."""
    shown = markdown.table(id, content, markdown.Caption(statement, what, source))
    return Part("table", shown, content.html(statement), id=id)
