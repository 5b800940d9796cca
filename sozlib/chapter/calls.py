"""What groups of calls share: they make parts from the chapter's context and put them into the notebook."""

from __future__ import annotations

from collections.abc import Callable

from sozlib.chapter.context import Context
from sozlib.chapter.display import Part


class Calls:
    """Parts on one subject under short names, as ``chapter.monitor.map()``.

    Parameters
    ----------
    context
        The chapter's.
    show
        Puts a part into the notebook.
    """

    def __init__(self, context: Context, show: Callable[[Part], None]):
        self._context, self._show = context, show
