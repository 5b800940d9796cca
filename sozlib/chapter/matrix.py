"""The matrix of status and dynamics: a real table with links on the page, a drawing in print."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from sozlib.chapter.canvas import TEXT, Canvas
from sozlib.chapter.lettering import SIZE, wrap
from sozlib.chapter.numbers import keep_together
from sozlib.chapter.palette import Palette, lettering
from sozlib.chapter.standing import DYNAMICS, STATUS, Standing
from sozlib.chapter.statusmap import CELLS, cells_of

#: A cell with more areas than this says how many there are instead of naming them.
MOST = 24
_LEADING = 17.0


def matrix_table(
    standings: Sequence[Standing], names: Mapping[str, str], links: Mapping[str, str], plural: str, caption: str
) -> str:
    """Matrix as an HTML table.

    Parameters
    ----------
    standings
        Standings of all areas.
    names
        Number and name of each area.
    links
        Address of each area's profile.
    plural
        What the report calls its areas.
    caption
        Spoken caption.
    """
    cells = cells_of(standings)
    head = "".join(f'<th scope="col">{sign} {word}</th>' for sign, word in DYNAMICS)
    rows = []
    for number, status in enumerate(STATUS, 1):
        fields = "".join(
            _field(cell, " ".join(word), cells[cell], names, links, plural)
            for cell, word in zip(CELLS[3 * (number - 1) : 3 * number], DYNAMICS, strict=True)
        )
        rows.append(f'<tr><th scope="row">Status {number} <small>{status}</small></th>{fields}</tr>')
    return (
        f'<table class="matrix"><caption class="sr">{html.escape(caption)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _field(
    cell: str, dynamics: str, areas: Sequence[Standing], names: Mapping[str, str], links: Mapping[str, str], plural: str
) -> str:
    if not areas:
        none = '<span aria-hidden="true">–</span><span class="sr">kein Eintrag</span>'
        return f'<td data-cell="{cell}" data-dynamics="{dynamics}" data-empty="">{none}</td>'
    if len(areas) > MOST:
        content = f"{len(areas)} {html.escape(plural)}"
    else:
        content = "".join(f"<li>{_link(names[s.area], links.get(s.area, ''))}</li>" for s in areas)
        content = f"<ul>{content}</ul>"
    return f'<td data-cell="{cell}" data-dynamics="{dynamics}">{content}</td>'


def _link(name: str, address: str) -> str:
    text = html.escape(keep_together(name))
    return f'<a href="{html.escape(address)}">{text}</a>' if address else text


def matrix(
    standings: Sequence[Standing], names: Mapping[str, str], *, palette: Palette, plural: str, width: int = TEXT
) -> Canvas:
    """Draw the matrix; its cells hold the areas' names, or their number where there are too many."""
    left, gap = (64.0 if width < 500 else 104.0), 3.0
    column = (width - left - 2 * gap) / 3
    cells = cells_of(standings)
    texts = {cell: _lines(cells[cell], names, plural, column - 16) for cell in CELLS}
    heights = [max(50.0, *(len(texts[cell]) * _LEADING + 18 for cell in CELLS[3 * r : 3 * r + 3])) for r in range(4)]
    top = 26.0
    canvas = Canvas(width, top + sum(heights) + 3 * gap + 2, palette)
    for number, (sign, word) in enumerate(DYNAMICS):
        canvas.text(left + number * (column + gap) + 8, 16, f"{sign} {word}", bold=True)
    y = top
    for row, status in enumerate(STATUS):
        canvas.text(0, y + 20, f"Status {row + 1}", bold=True)
        canvas.text(0, y + 37, status, size=13, color="ink-2")
        for number, cell in enumerate(CELLS[3 * row : 3 * row + 3]):
            x = left + number * (column + gap)
            canvas.rect(x, y, column, heights[row], f"status-{cell}")
            canvas.lines_of_text(
                x + 8, y + 20, texts[cell], leading=_LEADING, size=SIZE, color=lettering(f"status-{cell}")
            )
        y += heights[row] + gap
    return canvas


def _lines(areas: Sequence[Standing], names: Mapping[str, str], plural: str, room: float) -> list[str]:
    if not areas:
        return ["–"]
    if len(areas) > MOST:
        return list(wrap(f"{len(areas)} {plural}", room, SIZE))
    return [line for s in areas for line in wrap(names[s.area], room, SIZE)]
