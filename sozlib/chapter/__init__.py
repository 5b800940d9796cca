"""All that a notebook calls: tables, charts, maps and texts of one chapter."""

from sozlib.chapter.chapter import Chapter

__all__ = ["Chapter"]
