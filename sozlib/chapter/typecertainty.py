"""How sure the types are: their stability, every single assignment, other methods, other numbers of types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sozlib.chapter import areatypes, german, markdown, numbers
from sozlib.chapter.areatypes import Assignment, assignments, definition, letter, members, titled, years
from sozlib.chapter.canvas import Canvas
from sozlib.chapter.context import Context
from sozlib.chapter.criteria import Criterion, criteria
from sozlib.chapter.display import Part
from sozlib.chapter.figures import figure, nothing
from sozlib.chapter.tables import Column, Row, Table
from sozlib.chapter.typechapter import METHODS, NONE, source, table_part
from sozlib.chapter.values import finite

_CRITERIA = {"silhouette": "die Silhouette", "gap": "die Gap-Statistik", "stability": "die Stabilität"}


def stability(context: Context) -> Part:
    """Table of how stable each type is and how sure its areas are."""
    found = assignments(context)
    if not found:
        return nothing(NONE)
    steady, rows = areatypes.steadiness(context), []
    for number, group in members(found).items():
        share = steady.get(number)
        words = "x" if share is None else areatypes.verdict(share)
        counts = [sum(a.certainty == word for a in group) for word in ("hoch", "mittel", "gering")]
        shown = "x" if share is None else numbers.number(share, 2)
        rows.append(
            Row(
                titled(context, number),
                (shown, words, str(len(group)), *(str(count) if count else numbers.EN_DASH for count in counts)),
            )
        )
    columns = (
        Column("Ähnlichkeit"),
        Column("Urteil", left=True),
        Column("insgesamt"),
        *(Column(word, "Sicherheit der Zuordnung") for word in ("hoch", "mittel", "gering")),
    )
    limits = (numbers.number(areatypes.STABLE, 2), numbers.number(areatypes.FAIR, 2))
    what = (
        f"Mittlere Ähnlichkeit (Jaccard) mit dem Gegenstück in {definition(context)['runs']} Stichproben; "
        "ab {} stabil, unter {} instabil".format(*limits)
        + f". Rechts: Zahl der {context.setting.plural} nach Sicherheit der Zuordnung"
    )
    statement = areatypes.unstable(context) or "Kein Typ ist instabil"
    return table_part("tbl-typstabilitaet", Table("Typ", columns, tuple(rows)), statement, what, context)


def table(context: Context) -> Part:
    """Type of every area with its certainty, beside the type in the reference year."""
    found, known = assignments(context), years(context)
    if not found:
        return nothing(NONE)
    before = assignments(context, known[0]) if len(known) > 1 else {}
    rows = []
    for a in found.values():
        cells = [
            a.letter if a.number is None else titled(context, a.number),
            *("x" if share is None else numbers.number(100 * share, 0) for share in (a.kept, a.agreed)),
            _remark(a),
        ]
        cells += [before[a.area].letter if a.area in before else "x"] if before else []
        rows.append(Row(context.areas[a.area].name, tuple(cells)))
    columns = [
        Column(f"Typ {known[-1]}", left=True),
        Column("Stichproben", "gleicher Typ in %"),
        Column("Verfahren", "gleicher Typ in %"),
        Column("Sicherheit", left=True),
    ]
    columns += [Column(f"Typ {known[0]}", left=True)] if before else []
    what = (
        f"Anteil von {definition(context)['runs']} Stichproben und Anteil der Verfahren mit gleichem Typ. Sicherheit "
        "hoch: ab 80 % und ab zwei Dritteln; gering (unsichere Zuordnung): unter 65 % oder unter der Hälfte"
    )
    unsure = sum(a.unsure for a in found.values())
    statement = (
        f"{german.capital(context.setting.count(unsure))} {'ist' if unsure <= 1 else 'sind'} unsicher zugeordnet"
    )
    content = Table(context.setting.singular, tuple(columns), tuple(rows))
    return table_part("tbl-zuordnung", content, statement, what.replace(" %", f"{numbers.NBSP}%"), context)


def _remark(a: Assignment) -> str:
    if a.number is None:
        return a.reason
    near = f", auch nahe an {letter(a.second)}" if a.second is not None and a.certainty != "hoch" else ""
    words = "unsichere Zuordnung" if a.unsure else "" if a.certainty == "x" else a.certainty
    later = ["nachträglich zugeordnet"] if a.later else []
    return ", ".join([f"{words}{near}", *later] if words else later)


def evidence(context: Context) -> Part:
    """Figure of what speaks for each number of types, with all numbers beneath."""
    rows = definition(context).get("evidence") or []
    if not rows:
        return nothing(NONE)
    chosen = int(definition(context)["types"])
    favoured = definition(context).get("favoured") or {}
    names = {"silhouette": "Silhouette", "gap": "Gap-Statistik", "stability": "Stabilität (Jaccard)"}
    found = [
        Criterion(
            title,
            _verdict(favoured.get(key), rows),
            [
                (int(row["types"]), value, float(row["gap_error"]) if key == "gap" else 0.0)
                for row in rows
                if (value := finite(row[key])) is not None
            ],
            favoured.get(key),
            (areatypes.FAIR, areatypes.STABLE) if key == "stability" else (),
        )
        for key, title in names.items()
    ]

    def draw(width: int) -> Canvas:
        return criteria(found, chosen, palette=context.palette, width=width)

    columns = ("Silhouette", "Gap", "Standardfehler", "Stabilität", "instabilster Typ", "kleinster Typ")
    keys = ("silhouette", "gap", "gap_error", "stability", "weakest")
    lines = tuple(
        Row(
            str(int(row["types"])),
            (*(_decimal(row[key]) for key in keys), str(int(row["smallest"]))),
            "own" if int(row["types"]) == chosen else "",
        )
        for row in rows
    )
    data = Table("Zahl der Typen", tuple(Column(c) for c in columns), lines)
    what = (
        "Mehr ist jeweils besser. Farbiges Band: die gewählte Zahl. Ring: die Zahl, für die das Kriterium spricht. "
        "Gestrichelt: die Grenzen für „instabil“ und „stabil“"
    )
    caption = markdown.Caption(_choice_statement(favoured, chosen), what, source(context))
    alt = f"Drei Liniendiagramme über die Zahl der Typen. {_choice_text(context)}"
    return figure(context, "fig-typenzahl", draw, caption, alt, data)


def _verdict(number: int | None, rows: Sequence[Mapping[str, Any]]) -> str:
    if number is None:
        return f"legt sich bis {int(rows[-1]['types'])} nicht fest"
    return "spricht gegen eine Einteilung" if number == 1 else f"spricht für {german.count_word(number)} Typen"


def _choice_statement(favoured: Mapping[str, int | None], chosen: int) -> str:
    agreeing = sum(number == chosen for number in favoured.values())
    word = german.count_word(chosen)
    words = (
        "Kein Kriterium spricht",
        "Eines von drei Kriterien spricht",
        "Zwei von drei Kriterien sprechen",
        "Alle drei Kriterien sprechen",
    )
    return f"{words[agreeing]} für die gewählte Zahl von {word} Typen"


def _choice_text(context: Context) -> str:
    chosen = definition(context)
    favoured, rows = chosen.get("favoured") or {}, chosen["evidence"]
    by_number: dict[int | None, list[str]] = {}
    for key, words in _CRITERIA.items():
        by_number.setdefault(favoured.get(key), []).append(words)
    parts = []
    for number, names in by_number.items():
        speak, settle = ("spricht", "legt") if len(names) == 1 else ("sprechen", "legen")
        if number is None:
            verdict = f"{settle} sich bis {int(rows[-1]['types'])} nicht fest"
        elif number == 1:
            verdict = f"{speak} gegen jede Einteilung"
        else:
            verdict = f"{speak} für {german.count_word(number)} Typen"
        parts.append(f"{german.join(names)} {verdict}")
    return f"{german.capital('; '.join(parts))}. Gewählt sind {german.count_word(int(chosen['types']))} Typen."


def choice(context: Context) -> Part:
    """Which number of types each criterion favours, and that analysts have decided; how the methods agree."""
    if not definition(context).get("evidence"):
        return nothing(NONE)
    reason = str(definition(context).get("reason") or "").strip()
    text = f"{_choice_text(context)} Eine richtige Zahl gibt es nicht: Die Kriterien fragen nach Verschiedenem, und "
    text += "entschieden hat die Sozialplanung."
    if reason:
        text += f" Ihre Begründung: {reason.rstrip('.')}."
    return Part("text", markdown.plain(text))


def agreement(context: Context) -> Part:
    """Table of how far other methods find the same types."""
    compared = definition(context).get("agreement") or {}
    if not compared:
        return nothing(NONE)
    methods = [METHODS[name] for name in compared["methods"]]
    rows = tuple(
        Row(
            name,
            tuple("–" if i == k else numbers.number(value, 2) for k, value in enumerate(line)),
            "own" if i == 0 else "",
        )
        for i, (name, line) in enumerate(zip(methods, compared["rand"], strict=True))
    )
    agreed = [a.agreed for a in assignments(context).values() if a.agreed is not None]
    whole = sum(share > 0.999 for share in agreed)
    statement = f"{german.capital(areatypes.within(context, whole))} kommen alle Verfahren zum selben Typ"
    what = (
        "Übereinstimmung der Gruppierungen (angepasster Rand-Index): 1 gleich, 0 wie durch Zufall. Konsens: was die "
        "Verfahren am häufigsten zusammenfassen. Hervorgehoben: das Verfahren dieses Berichts"
    )
    return table_part(
        "tbl-verfahren", Table("Verfahren", tuple(Column(m) for m in methods), rows), statement, what, context
    )


def components(context: Context) -> Part | None:
    """Table of the principal components' loadings; None where the indicators themselves are used."""
    found = definition(context).get("components")
    if not found:
        return None
    loadings = found["loadings"]
    rows = [
        Row(s.meta.short_title, tuple(numbers.signed(line[k], 2) for line in loadings))
        for k, s in enumerate(areatypes.series(context))
    ]
    rows.append(Row("Anteil der Varianz in %", tuple(numbers.number(100 * share, 0) for share in found["shares"])))
    columns = tuple(Column(str(n), "Komponente") for n in range(1, len(loadings) + 1))
    share = numbers.with_unit(numbers.number(100 * sum(found["shares"]), 0), "%")
    noun = "Hauptkomponente hält" if len(loadings) == 1 else "Hauptkomponenten halten"
    statement = f"{german.capital(german.count_word(len(loadings), 'f'))} {noun} {share} der Unterschiede"
    what = "Ladungen: Korrelation der Komponenten mit den Merkmalen"
    return table_part("tbl-hauptkomponenten", Table("Merkmal", columns, tuple(rows)), statement, what, context)


def _decimal(value: Any) -> str:
    known = finite(value)
    return "x" if known is None else numbers.number(known, 2)
