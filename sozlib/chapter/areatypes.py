"""Types of areas as an edition's snapshot holds them, and the words for them.

Which type an area has, how sure that is, which areas are most like it; what marks a type. A type describes and does not
judge: no word here says that one is better than another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sozlib.chapter import german
from sozlib.chapter.context import Context
from sozlib.chapter.readings import Series
from sozlib.chapter.values import finite

_LETTERS = "ABCDEFGH"
#: A mean further from the middle than this, in standard deviations, marks a type; beyond the second it does so far.
SALIENT, FAR = 0.5, 1.25
#: An assignment is sure from these shares of draws and of methods, unsure below the second ones.
SURE, UNSURE = (0.80, 2 / 3), (0.65, 0.50)
#: Hennig's limits: a type is stable from the first, unstable below the second.
STABLE, FAIR = 0.75, 0.60
#: Longer lists of areas are cut, with the number of the others.
MOST_NAMED = 12


@dataclass(frozen=True)
class Assignment:
    """An area's type.

    Parameters
    ----------
    area
        Id.
    number
        Number of the type, None without.
    kept, agreed
        Share of the draws, and of the methods and starts, that confirm it.
    second
        Number of the type that is nearest but for the own.
    reason
        Why there is no type or why the area was only assigned afterwards.
    marks
        By indicator, in standard deviations.
    """

    area: str
    number: int | None
    kept: float | None
    agreed: float | None
    second: int | None
    reason: str
    marks: Mapping[str, float]

    @property
    def letter(self) -> str:
        """ "A", "B", …; "x" without type."""
        return letter(self.number)

    @property
    def later(self) -> bool:
        """Whether the area took no part in the grouping and was assigned afterwards."""
        return self.number is not None and bool(self.reason)

    @property
    def certainty(self) -> str:
        """Certainty of the assignment in a word; "x" where it is not known."""
        if self.number is None or self.kept is None:
            return "x"
        kept = round(100 * self.kept) / 100
        agreed = 1.0 if self.agreed is None else self.agreed
        if kept < UNSURE[0] or agreed < UNSURE[1]:
            return "gering"
        return "hoch" if kept >= SURE[0] and agreed >= SURE[1] else "mittel"

    @property
    def unsure(self) -> bool:
        """Whether "unsichere Zuordnung" stands beside the area."""
        return self.certainty == "gering"


def letter(number: int | None) -> str:
    """Letter of a type, "x" for none."""
    return "x" if number is None else _LETTERS[number]


def definition(context: Context) -> Mapping[str, Any]:
    """The typology's definition as the snapshot holds it; empty without one."""
    return context.snapshot.meta.get("typology") or {}


def years(context: Context) -> list[int]:
    """Years for which there are types; the last is the report's."""
    table = context.snapshot.typology
    return [] if table is None else sorted({int(year) for year in table["period"]})


def assignments(context: Context, period: int | None = None) -> dict[str, Assignment]:
    """Type of every area in the latest (or another) year, in display order; empty without a typology."""
    known = years(context)
    table = context.snapshot.typology
    if table is None or not known:
        return {}
    rows: pd.DataFrame = table[table["period"] == (period or known[-1])]
    found = {str(row["area"]): _assignment({str(k): v for k, v in row.items()}) for row in rows.to_dict("records")}
    return {id: found[id] for id in context.areas if id in found}


def _assignment(row: Mapping[str, Any]) -> Assignment:
    marks = {k.removeprefix("mark:"): finite(v) for k, v in row.items() if k.startswith("mark:")}
    number, second = int(row["type"]), int(row["second"])
    return Assignment(
        str(row["area"]),
        number if number >= 0 else None,
        finite(row["kept"]),
        finite(row["agreed"]),
        second if second >= 0 else None,
        str(row["reason"] or ""),
        {k: v for k, v in marks.items() if v is not None},
    )


def members(found: Mapping[str, Assignment]) -> dict[int, list[Assignment]]:
    """Areas of each type, by its number."""
    present = sorted({a.number for a in found.values() if a.number is not None})
    return {number: [a for a in found.values() if a.number == number] for number in present}


def series(context: Context) -> list[Series]:
    """Indicators of the typology, in its order."""
    return [context.series(str(id)) for id in definition(context).get("indicators", ())]


def name(context: Context, number: int) -> str:
    """Name of a type as the parameters say, "Typ A" without one."""
    return str((definition(context).get("names") or {}).get(letter(number)) or f"Typ {letter(number)}")


def titled(context: Context, number: int) -> str:
    """Letter and name of a type: "A Dünn besiedelt", "Typ B"."""
    given = name(context, number)
    return given if given == f"Typ {letter(number)}" else f"{letter(number)} {given}"


def steadiness(context: Context) -> dict[int, float]:
    """Mean similarity of each type to its counterpart in the draws, by number."""
    given = definition(context).get("stability") or {}
    return {int(number): share for number, value in given.items() if (share := finite(value)) is not None}


def verdict(share: float) -> str:
    """Stability in a word."""
    printed = round(100 * share) / 100
    return "stabil" if printed >= STABLE else "instabil" if printed < FAIR else "mäßig stabil"


def unstable(context: Context) -> str:
    """Which types are unstable: "Typ B ist instabil", "Vier von fünf Typen sind instabil"; "" where none is."""
    shares = steadiness(context)
    found = [number for number, share in shares.items() if verdict(share) == "instabil"]
    if not found:
        return ""
    some = f"{german.capital(german.count_word(len(found)))} von {german.count_word(len(shares))} Typen"
    named = german.join(titled(context, number) for number in sorted(found)) if len(found) <= 2 else some
    return f"{named} {'ist' if len(found) == 1 else 'sind'} instabil"


def means(group: Sequence[Assignment]) -> dict[str, float]:
    """Mean marks of a type, of the areas that made it; of all of them where each was assigned afterwards."""
    core = [a for a in group if not a.later] or list(group)
    return {id: sum(a.marks[id] for a in core) / len(core) for id in core[0].marks}


def typical(group: Sequence[Assignment], count: int) -> list[Assignment]:
    """The areas of a type that are nearest to its mean, the most typical first."""
    middle = means(group)
    return sorted(group, key=lambda a: sum((a.marks[id] - middle[id]) ** 2 for id in middle))[:count]


def marked(context: Context, marks: Mapping[str, float]) -> str:
    """What marks a type, in a sentence: "Weit über dem Durchschnitt liegt die Bevölkerungsdichte; …"."""
    nouns = {s.meta.id: s.meta.noun.nominative for s in series(context)}
    middle = "dem Durchschnitt" if definition(context).get("scale") == "z" else "dem mittleren Wert"
    levels = (
        (f"weit über {middle}", FAR, float("inf")),
        (f"über {middle}", SALIENT, FAR),
        (f"unter {middle}", -FAR, -SALIENT),
        (f"weit unter {middle}", float("-inf"), -FAR),
    )
    order = sorted(nouns, key=lambda id: -abs(marks[id]))
    parts = []
    for words, low, high in levels:
        here = [nouns[id] for id in order if (low <= marks[id] < high if low > 0 else low < marks[id] <= high)]
        if here:
            parts.append(f"{words} {'liegt' if len(here) == 1 else 'liegen'} {german.join(here)}")
    near = f"alle Merkmale liegen nahe am {middle.removeprefix('dem ')}"
    return german.capital("; ".join(parts) or near) + "."


def listed(context: Context, found: Collection[Assignment], most: int = MOST_NAMED) -> str:
    """Names of areas, the unsure ones marked; a long list is cut with the number of the others (0: never)."""
    shown = first(list(found), most)
    names = [context.areas[a.area].name + (" (unsichere Zuordnung)" if a.unsure else "") for a in shown]
    return cut(names, len(found) - len(shown))


def first(found: Sequence[Assignment], most: int) -> Sequence[Assignment]:
    """The first areas of a list that is cut; all of them rather than all but one."""
    return found[:most] if most and len(found) > most + 1 else found


def cut(names: Iterable[str], others: int) -> str:
    """List in a sentence: "A, B und C", "A, B und drei weitere"."""
    more = [f"{german.count_word(others)} weitere"] if others else []
    return german.join([*names, *more])


def some(names: Sequence[str], most: int = 8) -> str:
    """List in a sentence, cut where it would be long; all of them rather than all but one."""
    shown = names[:most] if len(names) > most + 1 else names
    return cut(shown, len(names) - len(shown))


def within(context: Context, count: int) -> str:
    """In how many areas: "in drei Räumen", "in keinem Raum"."""
    setting = context.setting
    if not count:
        return f"in {'keiner' if setting.gender == 'f' else 'keinem'} {setting.singular}"
    return f"in {german.counted_dative(count, setting.singular, setting.plural_dative, setting.gender)}"


def similar(context: Context, area: str, count: int = 3) -> list[str]:
    """Ids of the areas most like an area, the most similar first; empty without a typology."""
    table = context.snapshot.similar
    if table is None:
        return []
    rows = table[table["area"] == area].sort_values("place")
    return [str(id) for id in rows["similar"] if str(id) in context.areas][:count]


def type_text(context: Context) -> str:
    """Type of the chapter's area, its certainty, who shares it and who is most like it; "" without one."""
    found = assignments(context)
    own = found.get(context.area.id) if context.area else None
    if own is None or own.number is None:
        return ""
    others = [a for a in found.values() if a.number == own.number and a.area != own.area]
    text = f"{titled(context, own.number)} ({_sure(own)})."
    if others:
        names = [context.areas[a.area].name for a in first(others, 4)]
        verb = "gehört" if len(others) == 1 else "gehören"
        text += f" Zum selben Typ {verb} {cut(names, len(others) - len(names))}."
    else:
        text += " Kein anderes Gebiet gehört zu diesem Typ."
    alike = [context.areas[id].name for id in similar(context, own.area)]
    if alike:
        text += f" Nach diesen Merkmalen am ähnlichsten {'ist' if len(alike) == 1 else 'sind'} {german.join(alike)}."
    return text


def _sure(own: Assignment) -> str:
    near = f", auch nahe an Typ {letter(own.second)}" if own.second is not None else ""
    if own.later:
        return f"nachträglich zugeordnet: {own.reason}"
    return f"unsichere Zuordnung{near}" if own.unsure else f"Sicherheit der Zuordnung: {own.certainty}"
