"""What readers are told of how each source is protected: German words, without the numbers of a dominance rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sozlib.indicators.rounding import bases_told, reach

_AMOUNTS = "Beträge, die so wenige ausmachen, dass sich der Beitrag eines einzelnen abschätzen ließe"


def amounts_note(sources: Iterable[Mapping[str, Any]], measures: Collection[str] | None = None) -> str:
    """That amounts of few contributors are hidden; empty where no rule guards any.

    Parameters
    ----------
    sources
        As a snapshot's meta data name them.
    measures
        Measures to look at; all without them.
    """
    guarded = {measure for source in sources for measure in source.get("guarded", ())}
    found = guarded if measures is None else guarded & set(measures)
    return f"Gesperrt sind auch {_AMOUNTS}." if found else ""


def protection_of_source(
    source: Mapping[str, Any], minimum: int, rounding: Mapping[str, Mapping[str, int]] | None
) -> str:
    """How an edition protects the numbers of a source.

    Parameters
    ----------
    source
        As a snapshot's meta data name it.
    minimum
        ``minimum_count`` of the edition; a source's own counts where it is larger and the edition has one.
    rounding
        Base by side and measure, as in the meta data; None where nothing is rounded.

    Examples
    --------
    >>> kita = {"measures": ["kinder"], "counted": ["kinder"], "minimum_count": None}
    >>> protection_of_source(kita, 3, None)
    'Anzahlen unter 3 gesperrt'
    >>> protection_of_source(kita, 3, {"others": {"kinder": 5}})
    'Anzahlen auf ein Vielfaches von 5 gerundet'
    """
    said = []
    counted = source.get("counted", ())
    least = max(minimum, int(source.get("minimum_count") or 0)) if minimum > 1 else 0
    bases = bases_told(rounding, counted)
    if bases:
        said.append(f"Anzahlen auf ein Vielfaches von {' oder '.join(map(str, bases))} gerundet")
    if counted and least > 1 and not (bases and all(reach(base)[1] + 1 >= least for base in bases)):
        said.append(f"Anzahlen unter {least} gesperrt")
    if source.get("guarded"):
        said.append(f"gesperrt {_AMOUNTS}")
    return "; ".join(said)
