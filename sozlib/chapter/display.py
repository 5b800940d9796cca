"""How a chapter's parts reach the notebook: one display_data output each, in every form somebody reads.

The book reads the Markdown, JupyterLab shows the HTML, print takes the SVG; the metadata says what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """One visible part of a chapter.

    Parameters
    ----------
    kind
        ``figure``, ``table``, ``text``, ``header``, ``box``, ``key-figures``, ``signs`` …
    markdown
        Quarto notation; what the book reads.
    html
        For JupyterLab; the Markdown is shown where it is empty.
    id
        Of figures and tables.
    alt
        Alternative text of a figure.
    svg
        Print drawing of a figure.
    """

    kind: str
    markdown: str
    html: str = ""
    id: str = ""
    alt: str = ""
    svg: str = ""

    def bundle(self) -> dict[str, str]:
        """Data of the output by MIME type."""
        data = {"text/markdown": self.markdown}
        if self.html:
            data["text/html"] = self.html
        if self.svg:
            data["image/svg+xml"] = self.svg
        return data

    def metadata(self) -> dict[str, Any]:
        """Metadata of the output."""
        about: dict[str, Any] = {"kind": self.kind}
        if self.id:
            about["id"] = self.id
        if self.svg:
            about["alt"] = self.alt
            about["files"] = {f"abb/{self.id}.svg": "image/svg+xml"}
        return {"sozlib": about}


def show(part: Part) -> None:
    """Put a part out in the running notebook."""
    from IPython.display import display

    display(part.bundle(), raw=True, metadata=part.metadata())  # type: ignore[no-untyped-call]


def unique(names: Iterator[str] | list[str], wanted: str) -> str:
    """``wanted``, with a number where the name is taken already."""
    taken = set(names)
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{n}" for n in range(2, 10_000) if f"{wanted}-{n}" not in taken)
