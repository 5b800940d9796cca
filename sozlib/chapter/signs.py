"""The signs of official German tables: how they look, how they are spoken, what they mean.

A value that is secret, unreliable or missing is never a gap and never zero: its sign stands in its place, in every
table, chart, map and text. A screen reader cannot say "." – so every sign carries spoken words.

References
----------
DIN 55301, „Gestaltung statistischer Tabellen“; Statistisches Bundesamt, Zeichenerklärung.
"""

from __future__ import annotations

from dataclasses import dataclass

from sozlib.snapshot import CLASSES, WITHOUT_VALUE


@dataclass(frozen=True)
class Sign:
    """One sign.

    Parameters
    ----------
    sign
        What stands in the table.
    meaning
        The entry in the legend.
    spoken
        What a screen reader says instead.
    clause
        Predicate for a sentence whose subject is „der Wert“ or „der Anteil“.
    reason
        What follows "ist" or "sind" in short sentences and lists.
    """

    sign: str
    meaning: str
    spoken: str
    clause: str
    reason: str


#: The official signs by status, in the order of the legend.
OFFICIAL: dict[str, Sign] = {
    "–": Sign("–", "nichts vorhanden (genau null)", "nichts vorhanden", "ist genau null", "genau null"),
    "0": Sign(
        "0",
        "gerundet null (weniger als die Hälfte der kleinsten Einheit)",
        "gerundet null",
        "ist gerundet null",
        "gerundet null",
    ),
    ".": Sign(
        ".",
        "geheim gehalten oder unbekannt",
        "geheim gehalten oder unbekannt",
        "wird geheim gehalten oder ist unbekannt",
        "geheim gehalten oder unbekannt",
    ),
    "/": Sign(
        "/",
        "keine Angabe, Wert nicht sicher genug",
        "Wert nicht sicher genug",
        "ist für eine Angabe nicht sicher genug",
        "nicht sicher genug",
    ),
    "()": Sign(
        "( )",
        "Wert eingeschränkt aussagekräftig",
        "eingeschränkt aussagekräftig",
        "ist eingeschränkt aussagekräftig",
        "eingeschränkt aussagekräftig",
    ),
    "x": Sign(
        "x",
        "Angabe nicht sinnvoll",
        "Angabe nicht sinnvoll",
        "lässt sich nicht sinnvoll angeben",
        "nicht sinnvoll anzugeben",
    ),
    "...": Sign("…", "Angabe folgt später", "Angabe folgt später", "folgt später", "noch nicht verfügbar"),
}

#: Every status with what stands for it. A class is its own sign and needs no other words.
SIGNS: dict[str, Sign] = OFFICIAL | {
    status: Sign(status, f"Wert in {status} (1 = niedrigste Werte)", status, f"liegt in {status}", f"in {status}")
    for status in CLASSES
}

#: Spoken words for a cell that holds only a sign.
SPOKEN: dict[str, str] = {entry.sign: entry.spoken for status, entry in OFFICIAL.items() if status not in ("()", "0")}


def shows_value(status: str) -> bool:
    """Whether a cell of this status shows a number (as opposed to a sign alone)."""
    return status in ("", "()")


def withheld(status: str) -> bool:
    """Whether there is no value to show or to reckon with."""
    return status in WITHOUT_VALUE


def legend_markdown() -> str:
    """Legend of all signs as a definition list in a ``.signs`` block."""
    entries = "\n\n".join(f"{_escape(entry.sign)}\n:   {entry.meaning}" for entry in OFFICIAL.values())
    return f"::: {{.signs}}\n{entries}\n:::"


def legend_html() -> str:
    """Legend of all signs as HTML."""
    entries = "".join(f"<dt>{entry.sign}</dt><dd>{entry.meaning}</dd>" for entry in OFFICIAL.values())
    return f'<dl class="signs">{entries}</dl>'


def _escape(sign: str) -> str:
    return "".join(f"\\{c}" if c in ".()" else c for c in sign)
