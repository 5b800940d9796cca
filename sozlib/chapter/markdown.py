"""The shapes of what a chapter puts out, in Quarto's notation.

Quarto and the embedded assembler read only this Markdown. A figure or table is one ``#fig-``/``#tbl-`` block whose last
paragraph is the caption, with its drawing once for the page and once for everything else; its source and its numbers
follow.
"""

from __future__ import annotations

import html as markup
from dataclasses import dataclass

from sozlib.chapter.numbers import escape, keep_together
from sozlib.chapter.tables import Table

#: A longer table is folded on a page, so that what follows it can be found; in print it runs over pages.
_LONGEST_OPEN = 60
#: A table with more columns is set wider than the text where the page has room.
_COLUMNS_BESIDE_TEXT = 7
_HTML = '::: {.content-visible when-format="html"}'
_OTHER = '::: {.content-visible unless-format="html"}'


@dataclass(frozen=True)
class Caption:
    """Finding, what is shown, and source; plain text."""

    statement: str
    what: str
    source: str

    def markdown(self) -> str:
        """Caption paragraph."""
        return f"[{plain(self.statement)}]{{.statement}} [{plain(self.what)}]{{.what}}"


def figure(
    id: str, wide: str, narrow: str, alt: str, caption: Caption, data: Table | None, full: bool, keys: str = ""
) -> str:
    """Figure with its drawing, caption, source and numbers.

    Parameters
    ----------
    id
        Beginning with ``fig-``.
    wide, narrow
        Inline SVG for wide and narrow pages.
    alt
        Alternative text, plain.
    caption
        Its words.
    data
        The numbers behind it.
    full
        Uses the full width of a page.
    keys
        HTML list that explains signs of the drawing.
    """
    classes = ".figure .wide" if full else ".figure"
    spoken = keep_together(alt).replace("\\", "\\\\").replace('"', '\\"')
    parts = [
        f"::: {{#{id} {classes}}}",
        html(f'<div class="wide">{wide}</div><div class="narrow">{narrow}</div>{keys}'),
        _OTHER,
        f'![](abb/{id}.svg){{fig-alt="{spoken}" width="100%"}}',
        ":::",
        "",
        caption.markdown(),
        ":::",
        "",
        source(caption.source),
    ]
    if data is not None:
        frame = data.html("Zahlen zur Abbildung", caption=f"{caption.statement}: {caption.what}")
        parts += ["", html(f'<details class="data"><summary>Zahlen zur Abbildung</summary>{frame}</details>')]
    return "\n".join(parts) + "\n"


def table(id: str, content: Table, caption: Caption) -> str:
    """Table with caption and source; ``id`` begins with ``tbl-``. Many columns get more than the text's width."""
    wide = " .wide" if len(content.columns) > _COLUMNS_BESIDE_TEXT else ""
    shown = content.html(caption.statement)
    if len(content.rows) > _LONGEST_OPEN:
        shown = f"<details><summary>Tabelle mit {len(content.rows)} Zeilen</summary>{shown}</details>"
    parts = [
        f"::: {{#{id} .table-block{wide}}}",
        html(shown),
        _OTHER,
        content.markdown(),
        ":::",
        "",
        caption.markdown(),
        ":::",
        "",
        source(caption.source),
    ]
    return "\n".join(parts) + "\n"


def html(content: str) -> str:
    """Raw HTML that only HTML output gets."""
    return f"{_HTML}\n```{{=html}}\n{content}\n```\n:::\n"


def other(content: str) -> str:
    """Markdown that only output other than HTML gets."""
    return f"{_OTHER}\n{content}\n:::\n"


def source(text: str) -> str:
    """Source line."""
    return f"::: {{.source}}\n{plain(text)}\n:::"


def div(classes: str, content: str) -> str:
    """Block with classes such as ``.box .planning``; ``content`` is Markdown."""
    return f"::: {{{classes}}}\n{content}\n:::"


def plain(text: str) -> str:
    """Plain text as Markdown of exactly this text."""
    return escape(keep_together(text))


def as_html(text: str) -> str:
    """Plain text as HTML, for JupyterLab."""
    return markup.escape(keep_together(text))
