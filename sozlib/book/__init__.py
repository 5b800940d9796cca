"""From executed chapters to a Sozialbericht in HTML and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sozlib.book.assemble import assemble
    from sozlib.book.checks import check_site

__all__ = ["assemble", "check_site"]


def __getattr__(name: str) -> Any:
    """Load the assembler only when it is used: pandoc's and Typst's bindings take a moment."""
    if name == "assemble":
        from sozlib.book.assemble import assemble

        return assemble
    if name == "check_site":
        from sozlib.book.checks import check_site

        return check_site
    raise AttributeError(name)
