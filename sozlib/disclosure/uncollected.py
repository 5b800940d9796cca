"""Work without Python's garbage collector, which costs a quarter of an attack and finds nothing there.

It looks for objects that hold each other. Protection and attack make millions of small ones that do not: they go as
soon as nobody needs them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For a block, or as a decorator for a function; afterwards the collector is as it was."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
