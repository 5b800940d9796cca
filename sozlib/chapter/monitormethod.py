"""How the monitor is computed, in sentences made from its parameters: its steps, its choices, its reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sozlib.chapter import german, markdown, numbers
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.figures import nothing
from sozlib.chapter.monitor import NONE, changes, definition, indicators, names_of


def method(context: Context) -> Part:
    """How the monitor is computed, with its choices and its reference."""
    chosen = definition(context)
    if not chosen:
        return nothing(NONE)
    return Part("text", "\n\n".join(markdown.plain(text) for text in _method(context, chosen) if text))


_NORMALISERS = {
    "z": "in z-Werte umgerechnet (Abstand vom ungewichteten Mittelwert in Standardabweichungen)",
    "min-max": "auf eine Skala von 0 (niedrigster) bis 100 (höchster Wert) gebracht",
    "rank": "durch Ränge ersetzt",
    "rank-exponential": "durch exponentiell gestreckte Ränge ersetzt",
}
_AGGREGATIONS = {
    "sum": "addiert",
    "mean": "gemittelt",
    "geometric": "geometrisch gemittelt",
    "harmonic": "harmonisch gemittelt",
    "principal-component": "nach der ersten Hauptkomponente gewichtet addiert",
}


def _method(context: Context, chosen: Mapping[str, Any]) -> list[str]:
    setting, rules = context.setting, chosen["exclusions"]
    titles = german.join(names_of(indicators(context)))
    low, high, top = (numbers.signed(float(v), 1) for v in chosen["status_limits"])
    down, up = (numbers.signed(float(v), 1) for v in chosen["dynamics_limits"])
    years = german.count_word(int(chosen["dynamics_years"]))
    change = f"den veröffentlichten Veränderungen über {years} Jahre ({german.join(names_of(changes(context)))})"
    if not chosen.get("dynamics"):
        change = f"den Veränderungen über {years} Jahre"
    before = [
        f"Bis {entry['until']} zählte auch {context.series(str(entry['indicator'])).meta.noun.nominative} dazu. "
        for entry in chosen.get("earlier", ())
        if entry.get("until")
    ]
    runs = numbers.number(int(chosen["uncertainty"]["runs"]), 0)
    kind = "der Grundgesamtheit" if chosen["ddof"] == 0 else "der Stichprobe"
    first = (
        f"Der Status fasst {german.count_word(len(chosen['indicators']))} Indikatoren zusammen: {titles}. "
        f"{''.join(before)}{_steps(chosen)} Das Ergebnis wird noch einmal standardisiert (Standardabweichung {kind}). "
        f"Unter {low} ist der Status hoch, von {low} bis {high} mittel, darüber bis {top} niedrig, darüber sehr "
        f"niedrig. Die Dynamik entsteht ebenso aus {change}: unter {down} positiv, über {up} negativ, dazwischen "
        f"stabil. Verglichen werden die {setting.plural} untereinander: Eine positive Dynamik heißt günstiger als im "
        "Durchschnitt, nicht unbedingt besser als früher."
    )
    minimum = int(rules["minimum_inhabitants"])
    missing = (
        "wem eine Angabe fehlt" if rules["missing"] == "exclude" else f"wer weniger als {rules['at_least']} Angaben hat"
    )
    small = f"wer weniger als {numbers.number(minimum, 0)} Einwohnerinnen und Einwohner hat oder " if minimum else ""
    second = f"Nicht eingestuft wird, {small}{missing}."
    if rules.get("outliers"):
        reach = numbers.number(float(rules["outliers"]), 1)
        second += f" Ausgenommen sind auch Ausreißer: Werte, die um mehr als das {reach}-Fache des Quartilsabstands "
        second += "außerhalb der Quartile liegen."
    varied = ["der Zufall kleiner Zahlen"]
    varied += ["die Gewichte"] if chosen["uncertainty"]["weight_spread"] else []
    varied += ["das Rechenverfahren"] if chosen["uncertainty"]["vary_method"] else []
    third = (
        f"Wie sicher eine Klasse ist, zeigen {runs} Wiederholungen, in denen {german.join(varied)} schwanken. Der "
        "Anteil der Wiederholungen mit gleicher Klasse und der Bereich von 90 % der Ränge stehen im Monitor."
    )
    fourth = (
        "Wo eine Ausgabe Werte schützt, beruhen Ränge, Sicherheit und Beiträge nur auf den gezeigten Werten; die "
        "Klasse selbst wird aus allen Werten bestimmt."
        if chosen["classes"] == "public"
        else "Wo eine Angabe geschützt ist, gibt es in dieser Ausgabe keine Klasse."
    )
    return [first, second, third, fourth, str(chosen.get("reference") or "")]


def _steps(chosen: Mapping[str, Any]) -> str:
    """How indicators become one number, by way of domains where there are some."""
    domains = chosen.get("domains") or ()
    if not domains:
        equal = _weighting([float(entry["weight"]) for entry in chosen["indicators"]])
        return (
            f"Jeder Indikator wird {_NORMALISERS[chosen['normaliser']]}; die Ergebnisse werden {equal}"
            f"{_AGGREGATIONS[chosen['aggregation']]}."
        )
    within = chosen["within"]
    shares = [float(domain["weight"]) for domain in domains]
    told = german.join(
        f"{domain['title']} ({numbers.with_unit(numbers.number(100 * share / sum(shares), 1), '%')})"
        for domain, share in zip(domains, shares, strict=True)
    )
    return (
        f"Jeder Indikator wird {_NORMALISERS[within['normaliser']]}; innerhalb der Bereiche werden die Ergebnisse "
        f"{_AGGREGATIONS[within['aggregation']]}. Die Bereiche sind, mit ihrem Gewicht: {told}. Jeder Bereich wird "
        f"{_NORMALISERS[chosen['normaliser']]}; die Bereiche werden {_weighting(shares)}"
        f"{_AGGREGATIONS[chosen['aggregation']]}."
    )


def _weighting(weights: list[float]) -> str:
    return "mit gleichem Gewicht " if len(set(weights)) == 1 else "gewichtet "
