"""Map of the types of areas: every type its colour and its letter; areas without type are hatched and said to be so."""

from __future__ import annotations

from collections.abc import Mapping

from sozlib.chapter.areatypes import Assignment
from sozlib.chapter.canvas import TEXT, Canvas
from sozlib.chapter.choropleth import AreaMap
from sozlib.chapter.classes import Kinds
from sozlib.chapter.outlines import Outlines
from sozlib.chapter.palette import Palette
from sozlib.chapter.values import AreaValue


def type_map(
    outlines: Outlines,
    found: Mapping[str, Assignment],
    titles: Mapping[int, str],
    *,
    palette: Palette,
    own: str | None = None,
    plural: str = "Räume",
    width: int = TEXT,
) -> Canvas:
    """Draw the map.

    Parameters
    ----------
    outlines
        The areas.
    found
        Types of the areas by id.
    titles
        Letter and name of each type by its number, in order.
    own
        Id of the area with a double outline.
    plural
        What the report calls its areas.
    width
        Width in px.
    """
    order = list(titles)
    letters = {a.number: a.letter for a in found.values() if a.number is not None}
    kinds = Kinds(tuple(f"type-{letters[n].lower()}" for n in order), tuple(titles.values()))
    values = [
        AreaValue(
            id,
            id,
            None if a.number is None else float(order.index(a.number)),
            status="x" if a.number is None else "",
            label="" if a.number is None else a.letter,
        )
        for id, a in found.items()
    ]
    drawn = AreaMap(outlines, values, kinds, palette, None, own, "Typ", 0, plural, width, without="ohne Typ")
    return drawn.draw()
