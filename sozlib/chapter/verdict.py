"""Sentences of the chapter on sensitivity: what the audit of the monitor means for those who decide.

An audit that only shows numbers is left to experts. These sentences say which classes bear a decision, which do not,
what they hang on and what would make them surer; each is made from the data and says no more than they do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sozlib.chapter import german, numbers
from sozlib.chapter.audited import Audited, Variant
from sozlib.chapter.context import Context
from sozlib.chapter.monitor import definition
from sozlib.chapter.standing import FAIR, HIGH, Standing, standings

#: So many areas are named one by one in a sentence.
NAMED = 8
#: Cronbach's alpha from which indicators are read as sufficiently uniform, and from which they repeat each other.
UNIFORM, REPEATING = 0.7, 0.95
#: As :data:`sozlib.analysis.audit.COLLINEAR`.
COLLINEAR = 0.9

_NORMALISERS = {
    "z": "in z-Werte",
    "min-max": "auf 0 bis 100",
    "rank": "in Ränge",
    "rank-exponential": "in exponentiell gestreckte Ränge",
}
_AGGREGATIONS = {
    "sum": "als Summe",
    "geometric": "als geometrisches Mittel",
    "harmonic": "als harmonisches Mittel",
    "principal-component": "nach der ersten Hauptkomponente",
}
SOURCES = {
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


def verdict(context: Context, found: Audited) -> list[str]:
    """What the audit means for decisions, in sentences."""
    known = judged(context)
    unsure = uncertain(known)
    texts = [_sure_text(context, known, unsure), _choice_text(context, found), _source_text(context, found)]
    hidden = [s for s in standings(context).values() if s.status is not None and not s.status_shares]
    if hidden:
        many = german.counted_dative(
            len(hidden), context.setting.singular, context.setting.plural_dative, context.setting.gender
        )
        texts.append(f"Nicht geprüft werden kann die Klasse bei {many}, weil diese Ausgabe Werte schützt.")
    texts.append(_differing_text(context, found))
    return [text for text in texts if text]


def switched(context: Context, found: Audited) -> list[str]:
    """Which areas change their class under which other method."""
    texts = []
    for variant in found.choices:
        count = len(variant.changes)
        if 0 < count <= NAMED:
            named = german.join(f"{context.areas[c.area].name} ({c.before} → {c.after})" for c in variant.changes)
            texts.append(f"„{german.capital(name_of(variant))}“: {named}.")
        elif count:
            texts.append(f"„{german.capital(name_of(variant))}“: {context.setting.count(count)}.")
    if definition(context)["normaliser"] == "z" and any(v.kind == "normaliser" and v.changes for v in found.choices):
        texts.append(
            "Andere Umrechnungen verändern auch die Form der Verteilung. Die Klassengrenzen sind für z-Werte gemacht; "
            "ein Wechsel an den Enden heißt deshalb nicht, dass sich die Reihenfolge ändert."
        )
    return texts or ["Keine andere Rechenweise ändert eine Klasse."]


def coherence(context: Context, found: Audited) -> list[str]:
    """Whether the indicators belong together, in sentences."""
    names = {part.id: f"„{context.series(part.id).meta.short_title}“" for part in found.parts}
    ids = [part.id for part in found.parts]
    texts = []
    if found.alpha is not None:
        texts.append(_alpha_text(found.alpha))
    close = found.pairs(COLLINEAR)
    if close and len(close) == len(found.pairs(-1)) > 1:
        texts.append(
            "Alle Indikatoren laufen nahezu gleich (jede Korrelation über 0,9): Der Index misst im Wesentlichen eine "
            "einzige Sache. Sollen weitere Seiten sozialer Lage zählen, braucht es andere Indikatoren."
        )
    elif close:
        told = german.join(f"{names[ids[i]]} und {names[ids[j]]} ({decimal(value)})" for i, j, value in close[:3])
        texts.append(
            f"Nahezu dasselbe messen {told}. Was zweimal im Index steht, zählt doppelt: Hier sollte ein Indikator "
            "entfallen oder das Gewicht geteilt werden."
        )
    against = [names[part.id] for part in found.parts if "negative" in part.flags]
    if against:
        runs = "läuft" if len(against) == 1 else "laufen"
        texts.append(
            f"{german.join(against)} {runs} dem Index entgegen: Wo die Belastung danach höher ist, ist der Statuswert "
            "im Mittel niedriger. Richtung und Auswahl sind zu prüfen."
        )
    silent = [names[part.id] for part in found.parts if "silent" in part.flags and "negative" not in part.flags]
    if silent:
        verb = "entscheidet" if len(silent) == 1 else "entscheiden"
        texts.append(f"{german.join(silent)} {verb} kaum mit: Der Zusammenhang mit dem Statuswert ist schwach.")
    if not close and not against and not silent:
        texts.append("Kein Indikator läuft dem Index entgegen, keiner ist überflüssig, keiner ohne Einfluss.")
    return texts


def method(context: Context) -> list[str]:
    """How the audit is done."""
    chosen = definition(context)
    runs = numbers.number(int(chosen["uncertainty"]["runs"]), 0)
    spread = numbers.number(100 * float(chosen["uncertainty"]["weight_spread"]), 0)
    return [
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


def name_of(variant: Variant) -> str:
    """What was decided otherwise, in words."""
    if variant.kind == "normaliser":
        return f"Umrechnung {_NORMALISERS[variant.name]}"
    if variant.kind == "aggregation":
        return f"Zusammenfassung {_AGGREGATIONS[variant.name]}"
    if variant.kind == "weights":
        return "gleiche Gewichte"
    return f"Standardabweichung {'der Stichprobe' if variant.name == '1' else 'der Grundgesamtheit'}"


def judged(context: Context) -> list[Standing]:
    """Areas of which the edition shows how sure their status is."""
    return [s for s in standings(context).values() if s.status_share is not None]


def uncertain(known: Iterable[Standing]) -> list[Standing]:
    """Areas whose status is not highly certain, the least certain first."""
    found = [s for s in known if _printed(s) < HIGH]
    return sorted(found, key=lambda s: (s.status_share or 0.0, s.area))


def decimal(value: float) -> str:
    """Coefficient with two decimals."""
    return numbers.number(value, 2)


def _printed(standing: Standing) -> float:
    """Share as it is printed, in whole percent."""
    return round(100 * (standing.status_share or 0.0)) / 100


def _sure_text(context: Context, known: Sequence[Standing], unsure: Sequence[Standing]) -> str:
    setting, high = context.setting, numbers.with_unit(numbers.number(100 * HIGH, 0), "%")
    sure = len(known) - len(unsure)
    text = f"Bei {sure} von {len(known)} {setting.plural_dative} bestätigen mindestens {high} der Wiederholungen die "
    text += f"Statusklasse.{' Auf diese Einstufungen lassen sich Entscheidungen stützen.' if sure else ''}"
    if not unsure:
        return text
    # One area more than can be named is named too: "and one more" saves nothing.
    shown = unsure if len(unsure) <= NAMED + 1 else unsure[:NAMED]
    names = [
        f"{context.areas[s.area].name} ({numbers.with_unit(numbers.number(100 * _printed(s), 0), '%')})" for s in shown
    ]
    rest = len(unsure) - len(shown)
    named = f"{', '.join(names)} und {german.count_word(rest)} weiteren" if rest else german.join(names)
    low = [s for s in unsure if _printed(s) < FAIR]
    text += f" Weniger sicher {'ist die Klasse von' if len(unsure) == 1 else 'sind die Klassen von'} {named}."
    text += " Wo Geld oder Stellen an einer Klassengrenze hängen, sollten hier die einzelnen Indikatoren und die "
    text += "Kenntnis vor Ort mitentscheiden."
    if low:
        verb, limit = "steht" if len(low) == 1 else "stehen", numbers.with_unit(numbers.number(100 * FAIR, 0), "%")
        text += (
            f" Auf der Kippe {verb} {setting.count(len(low))}: Die eigene Klasse erreicht dort nicht einmal {limit}."
        )
    likelier = [s for s in unsure if s.status and max(s.status_shares) > s.status_shares[s.status - 1]]
    if likelier:
        many = german.counted_dative(len(likelier), setting.singular, setting.plural_dative, setting.gender)
        text += f" Bei {many} fällt eine andere Klasse sogar häufiger als die eigene."
    return text


def _choice_text(context: Context, found: Audited) -> str:
    hanging = {change.area for variant in found.without for change in variant.changes}
    setting = context.setting
    if hanging:
        many = german.counted_dative(len(hanging), setting.singular, setting.plural_dative, setting.gender)
        text = f"Bei {many} hängt die Klasse an einem einzelnen Indikator: Ohne ihn wäre sie eine andere"
        text += f" ({_list(context, hanging)})." if len(hanging) <= NAMED else "."
    else:
        text = "Keine Klasse hängt an einem einzelnen Indikator."
    most = max(found.choices, key=lambda v: len(v.changes), default=None)
    if most is None or not most.changes:
        return f"{text} Auch eine andere Rechenweise würde keine Klasse ändern."
    count = context.setting.count(len(most.changes))
    verb = "wechselt" if len(most.changes) == 1 else "wechseln"
    return (
        f"{text} Am meisten ändert eine andere Wahl bei „{name_of(most)}“: {german.capital(count)} {verb} die Klasse."
    )


def _source_text(context: Context, found: Audited) -> str:
    if not found.sources:
        return ""
    first, (alone, _) = next(iter(found.sources.items()))
    share = numbers.with_unit(numbers.number(100 * alone, 0), "%")
    text = f"Am stärksten bewegt {SOURCES[first][1]} die Ränge: Allein darauf entfallen {share} der Schwankungen. "
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
    text = f"Cronbachs Alpha, ein Maß für die Einheitlichkeit der Indikatoren, beträgt {decimal(alpha)}. "
    if alpha < UNIFORM:
        return (
            text + "Das ist weniger als 0,7: Die Indikatoren messen Verschiedenes, und die Summe verdeckt Unterschiede."
        )
    if alpha < REPEATING:
        return text + "Ab 0,7 gelten Indikatoren als einheitlich genug für eine gemeinsame Kennzahl."
    return text + "Ab 0,7 gelten Indikatoren als einheitlich genug; über 0,95 wiederholen sie einander."


def _list(context: Context, areas: Iterable[str]) -> str:
    wanted = set(areas)
    return german.join(area.name for id, area in context.areas.items() if id in wanted)
