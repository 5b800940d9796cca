"""All that a notebook calls: tables, charts, maps and texts of one chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sozlib.chapter.chapter import Chapter

__all__ = ["Chapter"]


def __getattr__(name: str) -> Any:
    """Load what draws only when a notebook asks: the book needs signs and numbers of this package alone."""
    if name == "Chapter":
        from sozlib.chapter.chapter import Chapter

        return Chapter
    raise AttributeError(name)
