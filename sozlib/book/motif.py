"""The cover's motif: the outlines of the report's areas as fine lines, drawn from the edition's own geometry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sozlib.snapshot import Snapshot

_WIDTH = 1000.0
_EMPTY = 'fill="none"'


def write_motif(snapshot: Snapshot, tokens: str, path: Path, area: str | None = None) -> bool:
    """Draw the outlines of all areas, that of one volume's area filled.

    Parameters
    ----------
    snapshot
        The edition's snapshot.
    tokens
        Content of ``tokens.css``.
    path
        The SVG file to write.
    area
        Area to fill, None for the overall volume.

    Returns
    -------
    bool
        False where the report has no geometry.
    """
    import shapely

    geometry = snapshot.geometry
    if geometry is None or geometry.empty:
        return False
    left, bottom, right, top = geometry.total_bounds
    scale = _WIDTH / (right - left)
    height = (top - bottom) * scale
    line = colour(tokens, "on-title-2")
    filled = f'fill="{line}" fill-opacity=".3"'

    def drawn(shape: object) -> str:
        parts = []
        for polygon in shapely.get_parts(shape):
            for ring in (polygon.exterior, *polygon.interiors):
                points = [((x - left) * scale, (top - y) * scale) for x, y in shapely.get_coordinates(ring)]
                parts.append("M" + " ".join(f"{x:.1f},{y:.1f}" for x, y in points) + "Z")
        return "".join(parts)

    ordered = geometry.sort_values("id")
    shapes = shapely.simplify(ordered.geometry.to_numpy(), (right - left) / 1500)
    paths = [
        f'<path d="{drawn(shape)}" {filled if id == area else _EMPTY}/>'
        for id, shape in zip(ordered["id"], shapes, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {_WIDTH + 4:.0f} {height + 4:.0f}" '
        f'width="{_WIDTH + 4:.0f}" height="{height + 4:.0f}">'
        f'<g stroke="{line}" stroke-width="1.9" stroke-linejoin="round" stroke-opacity=".75">'
        f"{''.join(paths)}</g></svg>\n",
        encoding="utf-8",
        newline="\n",
    )
    return True


def colour(tokens: str, name: str) -> str:
    """Light value of a colour token."""
    match = re.search(rf"--{re.escape(name)}:\s*(#[0-9a-f]{{6}});", tokens)
    return match[1] if match else "#000000"
