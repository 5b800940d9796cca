"""Source lines: where numbers come from, of which day, by which definition, and what to bear in mind."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sozlib.chapter import german
from sozlib.chapter.context import Context
from sozlib.chapter.readings import Series
from sozlib.chapter.signs import OFFICIAL
from sozlib.disclosure.told import amounts_note
from sozlib.indicators.rounding import bases_told, note
from sozlib.snapshot import CLASSES

TESTED = "Gesichert heißt: Der Unterschied ist statistisch gesichert (95 %)."

#: What is said of several indicators that this edition tells as classes.
CLASSED = "Klassen statt Werten: Klasse 1 umfasst die niedrigsten Werte."


def source_line(
    context: Context,
    all_series: Sequence[Series],
    *,
    period: int | None = None,
    breaks: bool = False,
    hidden: Collection[str] = (),
    tested: bool = False,
) -> str:
    """Source line under a figure or table.

    Parameters
    ----------
    context
        The chapter's.
    all_series
        The indicators shown.
    period
        Period shown; the latest of each when not given.
    breaks
        Whether breaks in the series are explained.
    hidden
        Statuses of values that are withheld; their signs are explained.
    tested
        Whether "gesichert" needs explaining.
    """
    names = list(dict.fromkeys(part.strip() for s in all_series for part in s.meta.source.split(";") if part.strip()))
    parts = [f"{'Quellen' if len(names) > 1 else 'Quelle'}: {'; '.join((*names, 'eigene Berechnung'))}."]
    days = list(dict.fromkeys(german.stichtag(s.meta.as_of, p) for s in all_series if (p := period or s.period)))
    if len(days) == 1:
        parts.append(f"{days[0]}.")
    elif days:
        years = sorted({p for s in all_series if (p := period or s.period)})
        parts.append(f"Stand {german.year_ranges(years)}, Stichtage siehe Indikatorenblätter.")
    versions = sorted({s.meta.version for s in all_series})
    if len(versions) == 1:
        parts.append(f"Definition {versions[0]}.")
    if breaks:
        shown = [b for s in all_series for b in s.meta.breaks if s.periods and s.periods[0] < b[0] <= s.periods[-1]]
        parts += [f"Ab {year}: {text.rstrip('.')}." for year, text in shown]
    if tested:
        parts.append(TESTED)
    explained = [f"„{sign.sign}“ {sign.spoken}" for status, sign in OFFICIAL.items() if status in hidden]
    if explained:
        parts.append(f"Zeichen: {', '.join(explained)}.")
    if not CLASSES.keys().isdisjoint(hidden):
        parts.append(_classes(context, all_series))
    measures = {measure for s in all_series for measure in s.meta.measures}
    if "." in hidden and context.edition.get("minimum_count", 0) > 1:
        parts.append(amounts_note(context.snapshot.meta.get("sources") or (), measures))
    parts.append(rounded(context, measures))
    if context.invented:
        parts.append("Erfundene Daten.")
    return " ".join(part for part in parts if part)


def rounded(context: Context, measures: Collection[str] | None = None) -> str:
    """That counts of these measures, or of any, are rounded in this edition; empty where none is."""
    return note(bases_told(context.snapshot.meta.get("rounding"), measures))


def _classes(context: Context, all_series: Sequence[Series]) -> str:
    """What the classes stand for that this edition tells instead of values."""
    if len(all_series) == 1 and (classes := context.told_classes(all_series[0])):
        named = [f"Klasse {number}: {label}" for number, label in enumerate(classes.labels(), 1)]
        unit = f" ({all_series[0].meta.unit_words})" if all_series[0].meta.unit else ""
        return f"Klassen statt Werten{unit}: {'; '.join(named)}."
    return CLASSED
