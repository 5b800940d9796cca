"""Changes at a notebook's keyboard: one short name for each of their parts."""

from __future__ import annotations

from collections.abc import Callable

from sozlib.chapter import changes, otherchanges
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.moved import reference
from sozlib.chapter.thenandnow import then_and_now


class ChangeCalls:
    """``chapter.change``. False where the snapshot compares nothing.

    Parameters
    ----------
    context
        The chapter's.
    show
        Puts a part into the notebook.
    keys
        Ids of the report's key indicators.
    """

    def __init__(self, context: Context, show: Callable[[Part], None], keys: list[str]):
        self._context, self._show, self._keys = context, show, keys

    def __bool__(self) -> bool:
        return self._context.snapshot.changes is not None

    @property
    def lead(self) -> str:
        """Lead of the chapter on changes; returned."""
        return changes.lead(self._context)

    @property
    def since(self) -> str:
        """Year with which values are compared; returned."""
        return str(reference(self._context) or "")

    @property
    def most(self) -> list[str]:
        """The key indicator that has moved in most areas; returned as a list of one or none."""
        return changes.most_changed(self._context, self._keys)

    @property
    def has_classes(self) -> bool:
        """Whether the report has classes or types that may have changed; returned."""
        return otherchanges.has_classes(self._context)

    def chance(self) -> None:
        """How many comparisons were made and how many would stand out by chance alone."""
        self._show(changes.chance(self._context))

    def whole(self, *indicators: str) -> None:
        """What has moved in the whole, of the given or the key indicators."""
        self._show(changes.whole(self._context, indicators or self._keys))

    def grid(self, *indicators: str) -> None:
        """Grid of areas and indicators (the key ones by default)."""
        self._show(changes.grid(self._context, indicators or self._keys))

    def short_list(self, *indicators: str) -> None:
        """Table of the largest secured changes of the given or the key indicators."""
        self._show(changes.short_list(self._context, indicators or self._keys))

    def indicator(self, indicator: str) -> None:
        """The areas then and now."""
        self._show(then_and_now(self._context, self._context.series(indicator)))

    def classes(self) -> None:
        """Changes of class in the monitor and of type."""
        self._show(otherchanges.classes(self._context))

    def definitions(self) -> None:
        """What has changed in definitions and sources."""
        self._show(otherchanges.definitions(self._context))

    def method(self) -> None:
        """How changes are tested."""
        self._show(changes.method(self._context))
