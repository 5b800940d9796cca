"""Parts of the chapter on sensitivity: how sure the classes are, what they hang on, what that means for decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.figure import Figure

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.audited import Audited, Change, Variant, audited
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.heatmap import heatmap
from sozlib.chapter.monitor import captioned_table, definition, rank_text
from sozlib.chapter.monitor import source as source_of
from sozlib.chapter.standing import FAIR, HIGH, Standing, standings
from sozlib.chapter.tables import Column, Row, Table
from sozlib.chapter.weighting import Weight, weighting

#: So many areas are named one by one, in a sentence and in a cell.
_NAMED, _IN_CELL = 8, 4
#: So many rows of uncertain areas are shown; the figure's numbers hold all.
_ROWS = 25
#: Cronbach's alpha from which indicators are read as sufficiently uniform, and from which they repeat each other.
UNIFORM, REPEATING = 0.7, 0.95
#: As :data:`sozlib.analysis.audit.COLLINEAR`.
_COLLINEAR = 0.9
_NONE = "Für diesen Bericht liegt keine Prüfung des Monitors vor: Es fehlt der Monitor (parameters/index.yml) oder es "
_NONE += "sind zu wenige Werte ausgewiesen."

_NORMALISERS = {
    "z": "z-Werte",
    "min-max": "Spannweite von 0 bis 100",
    "rank": "Ränge",
    "rank-exponential": "exponentiell gestreckte Ränge",
}
_AGGREGATIONS = {
    "sum": "Summe",
    "geometric": "geometrisches Mittel",
    "harmonic": "harmonisches Mittel",
    "principal-component": "erste Hauptkomponente",
}
_SOURCES = {
    "sampling": ("Zufall kleiner Zahlen", "der Zufall kleiner Zahlen"),
    "weights": ("Gewichte", "die Wahl der Gewichte"),
    "method": ("Rechenverfahren", "die Wahl des Rechenverfahrens"),
}
_ADVICE = {
    "sampling": (
        "Mehr Sicherheit bringt es hier vor allem, mehrere Jahre zusammenzufassen oder sehr kleine {plural} gemeinsam "
        "zu betrachten, weniger eine andere Rechenweise."
    ),
    "weights": "Die Gewichte sollten deshalb fachlich begründet und beschlossen sein, bevor Ergebnisse bekannt sind.",
    "method": "Das Rechenverfahren sollte deshalb festgelegt sein, bevor Ergebnisse bekannt sind.",
}


def lead(context: Context) -> str:
    """What the chapter is for."""
    return (
        "Eine Klasse des Monitors hängt von Zahlen ab, die der Zufall mitbestimmt, und von Entscheidungen, die auch "
        "anders hätten ausfallen können. Dieses Kapitel prüft, welche Einstufungen davon unberührt bleiben und wo "
        "genauer hingesehen werden muss."
    )


def verdict(context: Context) -> Part:
    """What the audit means for decisions, in sentences."""
    found, known = audited(context), _known(context)
    if found is None or not known:
        return nothing(_NONE)
    unsure = _unsure(known)
    texts = [_sure_text(context, known, unsure), _choice_text(context, found), _source_text(context, found)]
    hidden = [s for s in standings(context).values() if s.status is not None and not s.status_shares]
    if hidden:
        many = german.counted_dative(
            len(hidden), context.setting.singular, context.setting.plural_dative, context.setting.gender
        )
        texts.append(f"Nicht geprüft werden kann die Klasse bei {many}, weil diese Ausgabe Werte schützt.")
    texts.append(_differing_text(context, found))
    return Part("text", "\n\n".join(markdown.plain(text) for text in texts if text))


def uncertain(context: Context) -> Part:
    """Areas whose class is uncertain, with the probability of each class."""
    found, known = audited(context), _known(context)
    if found is None or not known:
        return nothing(_NONE)
    unsure = _unsure(known)
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
    names = [context.series(part.id).meta.short_title for part in found.parts]
    with_index = [part.with_index for part in found.parts]

    def draw(width: int) -> Figure:
        return heatmap(names, found.correlations, with_index, palette=context.palette, width=width)

    pairs = found.pairs(-1)
    values = [value for _, _, value in pairs]
    span = f"{_r(min(values))} bis {_r(max(values))}"
    closest = pairs[0]
    statement = f"Am engsten hängen „{names[closest[0]]}“ und „{names[closest[1]]}“ zusammen"
    what = f"Korrelation der Indikatoren über {_areas(context, found.areas)}, {found.period}; 1 ist voller Gleichlauf"
    alt = (
        f"Korrelationen von {german.count_word(len(names))} Indikatoren. Sie reichen von {span}. {statement} "
        f"({_r(closest[2])})."
    )
    columns = (*(Column(name) for name in names), Column("Statuswert"))
    rows = tuple(
        Row(name, (*(_r(value) for value in line), _r(own)))
        for name, line, own in zip(names, found.correlations, with_index, strict=True)
    )
    caption = markdown.Caption(statement, what, source_of(context))
    return figure(context, "fig-korrelation", draw, caption, alt, Table("Indikator", columns, rows))


def coherence(context: Context) -> Part:
    """Whether the indicators belong together, in sentences."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    names = {part.id: f"„{context.series(part.id).meta.short_title}“" for part in found.parts}
    ids = [part.id for part in found.parts]
    texts = []
    if found.alpha is not None:
        texts.append(_alpha_text(found.alpha))
    close = found.pairs(_COLLINEAR)
    if close and len(close) == len(found.pairs(-1)) > 1:
        texts.append(
            "Alle Indikatoren laufen nahezu gleich (jede Korrelation über 0,9). Welcher von ihnen im Index steht, "
            "macht kaum einen Unterschied; der Index misst im Wesentlichen eine einzige Sache. Sollen weitere Seiten "
            "sozialer Lage zählen, braucht es andere Indikatoren."
        )
    elif close:
        told = german.join(f"{names[ids[i]]} und {names[ids[j]]} ({_r(value)})" for i, j, value in close[:3])
        texts.append(
            f"Nahezu dasselbe messen {told}. Was zweimal im Index steht, zählt doppelt: Hier sollte ein Indikator "
            "entfallen oder das Gewicht geteilt werden."
        )
    against = [names[part.id] for part in found.parts if "negative" in part.flags]
    if against:
        runs = "läuft" if len(against) == 1 else "laufen"
        texts.append(
            f"{german.join(against)} {runs} dem Index entgegen: Wo dieser Indikator eine höhere Belastung anzeigt, ist "
            "der Statuswert im Mittel niedriger. Richtung und Auswahl sind zu prüfen."
        )
    silent = [names[part.id] for part in found.parts if "silent" in part.flags and "negative" not in part.flags]
    if silent:
        verb = "entscheidet" if len(silent) == 1 else "entscheiden"
        texts.append(f"{german.join(silent)} {verb} kaum mit: Der Zusammenhang mit dem Statuswert ist schwach.")
    if not close and not against and not silent:
        texts.append("Kein Indikator läuft dem Index entgegen, keiner ist überflüssig, keiner ohne Einfluss.")
    return Part("text", "\n\n".join(markdown.plain(text) for text in texts))


def weights(context: Context) -> Part:
    """Nominal and effective weights."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    names = [context.series(part.id).meta.short_title for part in found.parts]
    shown = [Weight(n, 100 * p.nominal, 100 * p.effective) for n, p in zip(names, found.parts, strict=True)]

    def draw(width: int) -> Figure:
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
                _r(part.with_index),
                "x" if part.alpha_without is None else _r(part.alpha_without),
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
        name = context.series(most.name).meta.short_title
        verb = "wechselt" if len(most.changes) == 1 else "wechseln"
        statement = f"Ohne „{name}“ {verb} {_count(context, len(most.changes))} die Klasse"
    rows = [_row(context, found, f"{context.series(v.name).meta.short_title}", v) for v in found.without]
    return _variants_table(context, "tbl-ohne", "Ohne den Indikator", rows, statement, found)


def choices(context: Context) -> Part:
    """What changes under other methods."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    moved = {change.area for variant in found.choices for change in variant.changes}
    verb = "wechselt" if len(moved) <= 1 else "wechseln"
    statement = f"{german.capital(_count(context, len(moved)))} {verb} bei mindestens einer anderen Rechenweise die "
    statement += "Klasse"
    rows = [_row(context, found, name_of(variant), variant) for variant in found.choices]
    return _variants_table(context, "tbl-rechenweise", "Andere Wahl", rows, statement, found)


def sources(context: Context) -> Part:
    """Which source of uncertainty moves ranks most."""
    found = audited(context)
    if found is None:
        return nothing(_NONE)
    if not found.sources:
        return Part("text", "In den Wiederholungen ändert sich kein Rang.")
    rows = [
        Row(_SOURCES[name][0], (numbers.number(100 * alone, 0), numbers.number(100 * total, 0)))
        for name, (alone, total) in found.sources.items()
    ]
    columns = (Column("allein"), Column("im Zusammenwirken"))
    first = next(iter(found.sources))
    statement = f"Am stärksten bewegt {_SOURCES[first][1]} die Ränge"
    what = f"Anteil an den Schwankungen der Ränge über alle {context.setting.plural} in %, {found.period}"
    return captioned_table(
        "tbl-quellen-der-unsicherheit", Table("Was schwankt", columns, tuple(rows)), statement, what, source_of(context)
    )


def method(context: Context) -> Part:
    """How the audit is done."""
    chosen = definition(context)
    if not chosen:
        return nothing(_NONE)
    runs = numbers.number(int(chosen["uncertainty"]["runs"]), 0)
    spread = numbers.number(100 * float(chosen["uncertainty"]["weight_spread"]), 0)
    texts = [
        f"Die Wahrscheinlichkeit einer Klasse ist ihr Anteil an {runs} Wiederholungen, in denen die Werte nach ihrem "
        f"Zufallsbereich, die Gewichte um bis zu {spread} % und das Rechenverfahren zugleich schwanken. Das "
        "Rangintervall umfasst 90 % der Ränge. In den Tabellen zu einzelnen Entscheidungen ändert sich dagegen jeweils "
        f"nur eine, und es gehen dieselben {context.setting.plural} ein.",
        "Die Wirkung eines Indikators ist sein Anteil an der Varianz des Statuswerts (Kovarianz seines Beitrags mit "
        "dem Statuswert); die Anteile ergeben zusammen 100 %. „Allein erklärt“ ist das Korrelationsverhältnis, bei "
        f"weniger als 30 {context.setting.plural_dative} die quadrierte Korrelation. Was die Ränge bewegt, zeigen "
        "Sobol-Indizes erster Ordnung (allein) und die Gesamtindizes (im Zusammenwirken mit den anderen).",
        "Alle Zahlen dieses Kapitels beruhen nur auf den Werten, die diese Ausgabe zeigt.",
        "Verfahren: Saisana, Saltelli und Tarantola (2005), JRSS A 168; Paruolo, Saisana und Saltelli (2013), JRSS A "
        "176; OECD (2008), Handbook on Constructing Composite Indicators; vergleichbar mit dem R-Paket COINr.",
    ]
    return Part("text", "\n\n".join(markdown.plain(text) for text in texts))


def name_of(variant: Variant) -> str:
    """What was decided otherwise, in words."""
    if variant.kind == "normaliser":
        return f"Umrechnung: {_NORMALISERS[variant.name]}"
    if variant.kind == "aggregation":
        return f"Zusammenfassung: {_AGGREGATIONS[variant.name]}"
    if variant.kind == "weights":
        return "gleiche Gewichte"
    return f"Standardabweichung {'der Stichprobe' if variant.name == '1' else 'der Grundgesamtheit'}"


def _known(context: Context) -> list[Standing]:
    return [s for s in standings(context).values() if s.status_share is not None]


def _unsure(known: Iterable[Standing]) -> list[Standing]:
    """Areas whose status is not highly certain, the least certain first."""
    found = [s for s in known if _printed(s) < HIGH]
    return sorted(found, key=lambda s: (s.status_share or 0.0, s.area))


def _printed(standing: Standing) -> float:
    """Share as it is printed, in whole percent."""
    return round(100 * (standing.status_share or 0.0)) / 100


def _sure_text(context: Context, known: Sequence[Standing], unsure: Sequence[Standing]) -> str:
    setting, high = context.setting, numbers.with_unit(numbers.number(100 * HIGH, 0), "%")
    sure = len(known) - len(unsure)
    text = f"Bei {sure} von {len(known)} {setting.plural_dative} bestätigen mindestens {high} der Wiederholungen die "
    text += "Statusklasse. Auf diese Einstufungen lassen sich Entscheidungen stützen."
    if not unsure:
        return text
    named = german.join(
        f"{context.areas[s.area].name} ({numbers.with_unit(numbers.number(100 * _printed(s), 0), '%')})"
        for s in unsure[:_NAMED]
    )
    low = [s for s in unsure if _printed(s) < FAIR]
    rest = len(unsure) - _NAMED
    text += f" Weniger sicher {'ist die Klasse von' if len(unsure) == 1 else 'sind die Klassen von'} {named}"
    text += f" und {german.count_word(rest)} weiteren." if rest > 0 else "."
    text += " Wo Geld oder Stellen an einer Klassengrenze hängen, sollten hier die einzelnen Indikatoren und die "
    text += "Kenntnis vor Ort mitentscheiden."
    if low:
        text += (
            f" Auf der Kippe {'steht' if len(low) == 1 else 'stehen'} {_count(context, len(low))}: Die eigene Klasse "
        )
        text += f"erreicht dort nicht einmal {numbers.with_unit(numbers.number(100 * FAIR, 0), '%')}."
    return text


def _choice_text(context: Context, found: Audited) -> str:
    hanging = {change.area for variant in found.without for change in variant.changes}
    setting = context.setting
    if hanging:
        many = german.counted_dative(len(hanging), setting.singular, setting.plural_dative, setting.gender)
        text = f"Bei {many} hängt die Klasse an einem einzelnen Indikator: Ohne ihn wäre sie eine andere"
        text += f" ({_list(context, hanging)})." if len(hanging) <= _NAMED else "."
    else:
        text = "Keine Klasse hängt an einem einzelnen Indikator."
    most = max(found.choices, key=lambda v: len(v.changes), default=None)
    if most is None or not most.changes:
        return f"{text} Auch eine andere Rechenweise würde keine Klasse ändern."
    count = _count(context, len(most.changes))
    verb = "wechselt" if len(most.changes) == 1 else "wechseln"
    return (
        f"{text} Am meisten ändert eine andere Wahl bei „{name_of(most)}“: {german.capital(count)} {verb} die Klasse."
    )


def _source_text(context: Context, found: Audited) -> str:
    if not found.sources:
        return ""
    first, (alone, _) = next(iter(found.sources.items()))
    share = numbers.with_unit(numbers.number(100 * alone, 0), "%")
    text = f"Am stärksten bewegt {_SOURCES[first][1]} die Ränge: Allein darauf entfallen {share} der Schwankungen. "
    return text + _ADVICE[first].format(plural=context.setting.plural)


def _differing_text(context: Context, found: Audited) -> str:
    """Where a class of the monitor rests on values that the edition does not show."""
    monitor = standings(context)
    other = [id for id, status in found.base.items() if id in monitor and monitor[id].status != status]
    if not other:
        return ""
    return (
        "Weil diese Ausgabe Werte schützt, weicht die hier nachgerechnete Klasse von der des Monitors ab bei: "
        f"{_list(context, other)}. Es gilt die Klasse des Monitors."
    )


def _alpha_text(alpha: float) -> str:
    text = f"Cronbachs Alpha, ein Maß für die Einheitlichkeit der Indikatoren, beträgt {_r(alpha)}. "
    if alpha < UNIFORM:
        return (
            text + "Das ist weniger als 0,7: Die Indikatoren messen Verschiedenes, und die Summe verdeckt Unterschiede."
        )
    if alpha < REPEATING:
        return text + "Ab 0,7 gelten Indikatoren als einheitlich genug für eine gemeinsame Kennzahl."
    return text + "Ab 0,7 gelten Indikatoren als einheitlich genug; über 0,95 wiederholen sie einander."


def _row(context: Context, found: Audited, name: str, variant: Variant) -> Row:
    largest = "–"
    if variant.largest:
        area, before, after = variant.largest
        largest = f"{context.areas[area].name}: {before} → {after}"
    cells = (
        str(len(variant.changes) or "–"),
        _changes(context, variant.changes),
        numbers.number(variant.mean_shift, 1),
    )
    return Row(name, (*cells, largest))


def _changes(context: Context, changes: Sequence[Change]) -> str:
    if not changes:
        return "–"
    if len(changes) <= _IN_CELL:
        return ", ".join(f"{context.areas[c.area].name} ({c.before} → {c.after})" for c in changes)
    worse = sum(c.after > c.before for c in changes)
    parts = [f"{worse} in eine höhere"] if worse else []
    parts += [f"{len(changes) - worse} in eine niedrigere"] if worse < len(changes) else []
    return f"{german.join(parts)} Klasse"


def _variants_table(context: Context, id: str, stub: str, rows: Sequence[Row], statement: str, found: Audited) -> Part:
    columns = (
        Column("Zahl", "andere Klasse"),
        Column("welche", "andere Klasse", left=True),
        Column("im Mittel", "Verschiebung der Ränge"),
        Column("am weitesten", "Verschiebung der Ränge", left=True),
    )
    what = f"Statusklassen und Ränge im Vergleich zum Monitor, {_areas(context, found.areas)}, {found.period}"
    return captioned_table(id, Table(stub, columns, tuple(rows)), statement, what, source_of(context))


def _areas(context: Context, count: int) -> str:
    return f"{count} {context.setting.singular if count == 1 else context.setting.plural}"


def _count(context: Context, count: int) -> str:
    return context.setting.count(count)


def _list(context: Context, areas: Iterable[str]) -> str:
    return german.join(context.areas[id].name for id in context.areas if id in set(areas))


def _r(value: float) -> str:
    return numbers.number(value, 2)
