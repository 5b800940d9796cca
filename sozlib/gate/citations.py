"""Protected numbers that a person wrote into a text, with the line they stand in, before anything is built.

The search of finished files (:mod:`sozlib.gate.gate`) passes over small whole numbers in sentences: "2" stands
everywhere. In what people write about an area a small number beside an indicator's name is no coincidence, so here a
sentence is looked at closely: its indicators, its area (the file's, where it names no other), its numbers in digits and
in words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from sozlib.chapter.german import count_word
from sozlib.errors import Place, Problem, Severity, relative
from sozlib.gate.numbers import tokens
from sozlib.gate.words import Names, normal

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ„(])|\n\s*\n|\n(?=\s*[-*#])")
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
#: Numbers that count no people: years, ages, shares of a plan, places in the report and in laws.
_OTHER = re.compile(
    r"\b(?:19|20)\d\d\b|\d+(?= ?(?:bis (?:unter )?\d+ )?(?:Jahre|-jährig|Monat|Woche|Uhr|€|Euro|km))"
    r"|\b\d+ bis (?=(?:unter )?\d+ Jahre)"
    r"|(?:§|Abs\.|Nr\.|Kapitel|Abschnitt|Tabelle|Abbildung|Seite|Stufe) ?\d+(?:[.,]\d+)*"
)
#: Words for numbers; "ein" is left out, it is an article.
_WORDS = {count_word(number): str(number) for number in range(2, 13)}


def citations(texts: Path, root: Path, names: Names, topics: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Sentences that cite a protected number.

    Parameters
    ----------
    texts
        Folder with a folder for each area, see :mod:`sozlib.chapter.texts`.
    root
        The project, for the places of messages.
    names
        Names and hidden cells of the edition.
    topics
        Indicators of each topic. Of a sentence that names no indicator, those of the file's topic are meant: that is a
        warning only.
    """
    for path in sorted(texts.rglob("*.md")):
        area = names.area(path.parent.name) or names.whole["id"]
        for line, sentence in _sentences(path.read_text(encoding="utf-8-sig", errors="replace")):
            found = _cited(sentence, area, names, topics.get(path.stem, ()))
            if found is None:
                continue
            cell, number, severity = found
            yield Problem(
                "protected-number",
                f"„{number}“ gleicht einer geschützten Zahl: {names.described(cell)}.",
                "Streichen Sie die Zahl, oder setzen Sie Werte nur über Platzhalter ein: Diese zeigen das Zeichen.",
                Place(relative(path, root), line),
                severity,
            )


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with the line that each begins in."""
    start = 0
    for end in [*_SENTENCE.finditer(text), None]:
        sentence = text[start : end.start() if end else len(text)]
        if sentence.strip():
            yield text.count("\n", 0, start + len(sentence) - len(sentence.lstrip())) + 1, sentence
        start = end.end() if end else len(text)


def _cited(
    sentence: str, area: str, names: Names, of_topic: Collection[str]
) -> tuple[tuple[str, str, int], str, Severity] | None:
    """Hidden cell that a sentence cites, the number as written, and how sure that is."""
    words = normal(sentence)
    said = names.mentioned(words)
    plain = normal(_PLACEHOLDER.sub(" ", sentence))
    for title in names.titles:  # "Kinder unter 15" is a name, not a number
        plain = plain.replace(title, " ")
    plain = _OTHER.sub(" ", plain)
    numbers = {number: number for number in tokens(plain)}
    if said:
        numbers |= {_WORDS[w]: w for w in re.findall(r"\w+", plain.casefold()) if w in _WORDS}
    if not numbers:
        return None
    areas = names.areas_in(plain) or (area,)
    for indicator in said or sorted(of_topic):
        for place in areas:
            for cell in names.cells(indicator, place):
                alike = names.forms[cell].keys() & numbers.keys()
                for form in sorted(alike - _shown(names, indicator, place) if alike else ()):
                    return cell, numbers[form], "error" if said else "warning"
    return None


def _shown(names: Names, indicator: str, area: str) -> frozenset[str]:
    """Forms of the numbers that the edition shows of an indicator in an area, of all years."""
    return frozenset[str]().union(*(forms for key, forms in names.shown.items() if key[:2] == (indicator, area)))
