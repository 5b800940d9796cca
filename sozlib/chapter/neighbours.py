"""Whether a map shows a pattern: a sentence under it, from the tests in the snapshot."""

from __future__ import annotations

from sozlib.chapter import areatypes, markdown, numbers
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.readings import Series
from sozlib.chapter.values import finite

#: With fewer areas the test sees strong patterns only.
FEW = 30

#: So many areas of one kind are named.
_NAMED = 6

_KINDS = (
    ("high", "Von ähnlich hohen Werten umgeben"),
    ("low", "Von ähnlich niedrigen Werten umgeben"),
    ("high-among-low", "Höher als die Nachbarschaft"),
    ("low-among-high", "Niedriger als die Nachbarschaft"),
)


def sentence(context: Context, series: Series, *, warn: bool = True) -> Part | None:
    """What the tests say of the latest values; None where there are no outlines or no values.

    Without ``warn`` it is not said again that few areas show strong patterns only.
    """
    frame = context.snapshot.patterns
    rows = [] if frame is None else frame[frame["indicator"] == series.meta.id].to_dict("records")
    if not rows:
        return None
    setting, row = context.setting, rows[0]
    areas, islands, p = int(row["areas"]), int(row["islands"]), finite(row["p"])
    if p is None:
        text = (
            f"Ob sich benachbarte {setting.plural} ähneln, lässt sich bei {areas} vergleichbaren Werten nicht prüfen."
        )
        return Part("text", markdown.plain(text))
    index = finite(row["index"]) or 0.0
    alike = index > (finite(row["expected"]) or 0.0)
    measured = f"(Morans I = {numbers.number(index, 2)}; p = {numbers.number(p, 3)})"
    if p >= 0.05:
        text = f"Ein räumliches Muster ist nicht gesichert {measured}."
        if areas < FEW and warn:
            text += f" Bei {areas} {setting.plural_dative} erkennt die Prüfung allerdings nur starke Muster."
    else:
        word = "ähneln" if alike else "unterscheiden"
        text = f"Benachbarte {setting.plural} {word} sich stärker, als durch Zufall zu erwarten wäre {measured}."
    for kind, said in _KINDS:
        names = marked(context, series).get(kind, [])
        if names:
            shown = names if len(names) <= _NAMED else names[: _NAMED - 1]
            listed = areatypes.cut(shown, len(names) - len(shown))
            text += f" {said}: {listed}."
    if islands:
        text += f" Ohne Nachbarn und deshalb nicht geprüft: {setting.count(islands)}."
    return Part("text", markdown.plain(text))


def marked(context: Context, series: Series) -> dict[str, list[str]]:
    """Names of the areas that stand out by the local test, by kind."""
    found: dict[str, list[str]] = {}
    for area, kind in _clusters(context, series):
        found.setdefault(kind, []).append(context.areas[area].name)
    return found


def areas(context: Context, series: Series) -> list[str]:
    """Ids of the areas that stand out by the local test."""
    return [area for area, _ in _clusters(context, series)]


def _clusters(context: Context, series: Series) -> list[tuple[str, str]]:
    frame = context.snapshot.clusters
    if frame is None:
        return []
    rows = frame[frame["indicator"] == series.meta.id]
    return [(str(a), str(k)) for a, k in zip(rows["area"], rows["kind"], strict=True) if a in context.areas]
