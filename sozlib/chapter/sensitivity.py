"""Parts of the chapter on sensitivity: how sure the classes are, what they hang on, what that means for decisions."""

from __future__ import annotations

from collections.abc import Sequence

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter import verdict as words
from sozlib.chapter.audited import Audited, Variant, audited
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.heatmap import heatmap
from sozlib.chapter.monitor import captioned_table, definition, rank_text
from sozlib.chapter.monitor import source as source_of
from sozlib.chapter.standing import HIGH
from sozlib.chapter.tables import Column, Row, Table
from sozlib.chapter.weighting import Weight, weighting

#: So many rows of areas are shown; the numbers of the figure of ranks hold all.
_ROWS = 25
_NONE = "Für diesen Bericht liegt keine Prüfung des Monitors vor: Es fehlt der Monitor (parameters/index.yml) oder es "
_NONE += "sind zu wenige Werte ausgewiesen."


def lead(context: Context) -> str:
    """What the chapter is for."""
    return words.lead(context)


def verdict(context: Context) -> Part:
    """What the audit means for decisions, in sentences."""
    found = audited(context)
    return nothing(_NONE) if found is None or not words.judged(context) else _prose(words.verdict(context, found))


def coherence(context: Context) -> Part:
    """Whether the indicators belong together, in sentences."""
    found = audited(context)
    return nothing(_NONE) if found is None else _prose(words.coherence(context, found))


def method(context: Context) -> Part:
    """How the audit is done."""
    return _prose(words.method(context)) if definition(context) else nothing(_NONE)


def uncertain(context: Context) -> Part:
    """Areas whose class is uncertain, with the probability of each class."""
    found, known = audited(context), words.judged(context)
    if found is None or not known:
        return nothing(_NONE)
    unsure = words.uncertain(known)
    if not unsure:
        share = numbers.with_unit(numbers.number(100 * HIGH, 0), "%")
        return Part(
            "text", markdown.plain(f"Keine Einstufung wird von weniger als {share} der Wiederholungen bestätigt.")
        )
    classes = len(unsure[0].status_shares)
    columns = (
        Column("Klasse", left=True),
        *(Column(str(number), "Anteil je Status in %") for number in range(1, classes + 1)),
        Column("Rang"),
        Column("andere Klasse in Varianten"),
    )
    count = len(found.variants)
    rows = tuple(
        Row(
            context.areas[s.area].name,
            (
                s.status_text,
                *(numbers.number(100 * share, 0) for share in s.status_shares),
                rank_text(s),
                f"{found.changed(s.area)} von {count}",
            ),
        )
        for s in unsure[:_ROWS]
    )
    what = f"Weniger als {HIGH:.0%} der Wiederholungen bestätigen die Klasse, {found.period}".replace("%", "\u00a0%")
    if len(unsure) > _ROWS:
        what += f". Gezeigt: die {_ROWS} unsichersten von {len(unsure)}; alle stehen in den Zahlen zur Rangabbildung"
    statement = f"{german.capital(context.setting.count(len(unsure)))} mit unsicherer Statusklasse"
    return captioned_table(
        "tbl-unsicher", Table(context.setting.singular, columns, rows), statement, what, source_of(context)
    )


def correlations(context: Context) -> Part:
    """Heat map of the correlations."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    names = [_title(context, part.id) for part in found.parts]
    with_index = [part.with_index for part in found.parts]

    def draw(width: int) -> Canvas:
        return heatmap(names, found.correlations, with_index, palette=context.palette, width=width)

    pairs = found.pairs(-1)
    values = [value for _, _, value in pairs]
    span = f"{words.decimal(min(values))} bis {words.decimal(max(values))}"
    closest = pairs[0]
    statement = f"Am engsten hängen „{names[closest[0]]}“ und „{names[closest[1]]}“ zusammen"
    what = f"Korrelation der Indikatoren über {_areas(context, found.areas)}, {found.period}; 1 ist voller Gleichlauf"
    alt = (
        f"Korrelationen von {german.count_word(len(names))} Indikatoren. Sie reichen von {span}. {statement} "
        f"({words.decimal(closest[2])})."
    )
    columns = (*(Column(name) for name in names), Column("Statuswert"))
    rows = tuple(
        Row(name, (*(words.decimal(value) for value in line), words.decimal(own)))
        for name, line, own in zip(names, found.correlations, with_index, strict=True)
    )
    caption = markdown.Caption(statement, what, source_of(context))
    return figure(context, "fig-korrelation", draw, caption, alt, Table("Indikator", columns, rows))


def weights(context: Context) -> Part:
    """Nominal and effective weights."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    names = [_title(context, part.id) for part in found.parts]
    shown = [Weight(n, 100 * p.nominal, 100 * p.effective) for n, p in zip(names, found.parts, strict=True)]

    def draw(width: int) -> Canvas:
        return weighting(shown, palette=context.palette, width=width)

    furthest = max(shown, key=lambda w: abs(w.effective - w.nominal))
    gap = abs(furthest.effective - furthest.nominal)
    statement = "Die Indikatoren wirken so stark, wie ihre Gewichte es vorsehen"
    if gap >= 5:
        more = "mehr" if furthest.effective > furthest.nominal else "weniger"
        statement = f"„{furthest.name}“ wirkt {more}, als das Gewicht vorsieht"
    what = "Gewicht (Kreis) und Anteil an den Unterschieden des Statuswerts (Punkt), "
    what += f"{_areas(context, found.areas)}, {found.period}"
    alt = f"Gewicht und Wirkung von {german.count_word(len(shown))} Indikatoren. {statement}. " + " ".join(
        f"{w.name}: Gewicht {numbers.number(w.nominal, 0)} Prozent, Wirkung {numbers.number(w.effective, 0)} Prozent."
        for w in shown
    )
    columns = (
        *(Column("Gewicht in %"), Column("Wirkung in %"), Column("allein erklärt in %")),
        *(Column("Korrelation mit dem Statuswert"), Column("Alpha ohne ihn")),
    )
    rows = tuple(
        Row(
            name,
            (
                *(numbers.number(100 * share, 1) for share in (part.nominal, part.effective, part.importance)),
                words.decimal(part.with_index),
                "x" if part.alpha_without is None else words.decimal(part.alpha_without),
            ),
        )
        for name, part in zip(names, found.parts, strict=True)
    )
    caption = markdown.Caption(statement, what, source_of(context))
    return figure(context, "fig-gewichte", draw, caption, alt, Table("Indikator", columns, rows))


def without(context: Context) -> Part:
    """What changes when an indicator is left out."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    most = max(found.without, key=lambda v: len(v.changes))
    statement = "Keine Klasse hängt an einem einzelnen Indikator"
    if most.changes:
        verb = "wechselt" if len(most.changes) == 1 else "wechseln"
        statement = f"Ohne „{_title(context, most.name)}“ {verb} {context.setting.count(len(most.changes))} die Klasse"
    rows = [_row(_title(context, variant.name), variant) for variant in found.without]
    return _variants_table(context, "tbl-ohne", "Ohne den Indikator", rows, statement, found)


def dependents(context: Context) -> Part:
    """Areas whose class hangs on a single indicator, with their class without each."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    after = {variant.name: {c.area: c.after for c in variant.changes} for variant in found.without}
    hanging = [id for id in context.areas if any(id in changes for changes in after.values())]
    if not hanging:
        return Part("text", markdown.plain("In keinem Fall ändert ein einzelner Indikator die Klasse."))
    hanging.sort(key=lambda id: -sum(id in changes for changes in after.values()))
    columns = (Column("mit allen"), *(Column(_title(context, name), "ohne den Indikator") for name in after))
    rows = tuple(
        Row(
            context.areas[id].name,
            (
                str(found.base[id]),
                *(f"→ {changes[id]}" if id in changes else str(found.base[id]) for changes in after.values()),
            ),
        )
        for id in hanging[:_ROWS]
    )
    setting = context.setting
    many = german.counted_dative(len(hanging), setting.singular, setting.plural_dative, setting.gender)
    statement = f"Bei {many} hängt die Klasse an einem Indikator"
    what = f"Statusklasse mit allen und ohne je einen Indikator, {found.period}; „→“: andere Klasse"
    if len(hanging) > _ROWS:
        what += f". Gezeigt: {_ROWS} von {len(hanging)}"
    table = Table(setting.singular, columns, rows)
    return captioned_table("tbl-abhaengig", table, statement, what, source_of(context))


def choices(context: Context) -> Part:
    """What changes under other methods."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    moved = {change.area for variant in found.choices for change in variant.changes}
    verb = "wechselt" if len(moved) <= 1 else "wechseln"
    statement = f"{german.capital(context.setting.count(len(moved)))} {verb} bei mindestens einer anderen Rechenweise "
    statement += "die Klasse"
    rows = [_row(german.capital(words.name_of(variant)), variant) for variant in found.choices]
    return _variants_table(context, "tbl-rechenweise", "Andere Wahl", rows, statement, found)


def switched(context: Context) -> Part:
    """Which areas change their class under which other method."""
    found = audited(context)
    return nothing(_NONE) if found is None else _prose(words.switched(context, found))


def sources(context: Context) -> Part:
    """Which source of uncertainty moves ranks most."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    if not found.sources:
        return Part("text", "In den Wiederholungen ändert sich kein Rang.")
    rows = [
        Row(words.SOURCES[name][0], (numbers.number(100 * alone, 0), numbers.number(100 * total, 0)))
        for name, (alone, total) in found.sources.items()
    ]
    columns = (Column("allein"), Column("im Zusammenwirken"))
    first = next(iter(found.sources))
    statement = f"Am stärksten bewegt {words.SOURCES[first][1]} die Ränge"
    what = f"Anteil an den Schwankungen der Ränge über alle {context.setting.plural} in %, {found.period}"
    return captioned_table(
        "tbl-quellen-der-unsicherheit", Table("Was schwankt", columns, tuple(rows)), statement, what, source_of(context)
    )


def _row(name: str, variant: Variant) -> Row:
    worse = sum(change.after > change.before for change in variant.changes)
    counts = (worse, len(variant.changes) - worse)
    shifts = (numbers.number(variant.mean_shift, 1), str(variant.most or "–"))
    return Row(name, (*(str(count or "–") for count in counts), *shifts))


def _variants_table(context: Context, id: str, stub: str, rows: Sequence[Row], statement: str, found: Audited) -> Part:
    columns = (
        Column("zu höherer Belastung", "Wechsel der Klasse"),
        Column("zu niedrigerer", "Wechsel der Klasse"),
        Column("im Mittel", "Verschiebung in Rängen"),
        Column("höchstens", "Verschiebung in Rängen"),
    )
    what = f"Statusklassen und Ränge im Vergleich zum Monitor, {_areas(context, found.areas)}, {found.period}"
    return captioned_table(id, Table(stub, columns, tuple(rows)), statement, what, source_of(context))


def _title(context: Context, indicator: str) -> str:
    return context.series(indicator).meta.short_title


def _areas(context: Context, count: int) -> str:
    return f"{count} {context.setting.singular if count == 1 else context.setting.plural}"


def _prose(texts: Sequence[str]) -> Part:
    return Part("text", "\n\n".join(markdown.plain(text) for text in texts))
