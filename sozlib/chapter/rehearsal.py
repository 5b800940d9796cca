"""One part of each kind, made and thrown away, before the first chapter is forked.

What is slow only the first time (letters read from fonts, patterns compiled, heads of tables laid out) then happens
once in a process instead of once in every chapter. Nothing that readers see depends on it.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable

from sozlib.chapter import blocks, contents, figures, profile, regional
from sozlib.chapter.context import Context
from sozlib.snapshot import Snapshot


def rehearse(snapshot: Snapshot) -> None:
    """Make parts from a snapshot; one that cannot be made is left to the chapter that asks for it."""
    overall = Context(snapshot)
    context = Context(snapshot, next(iter(overall.areas)))
    every = [context.series(indicator) for indicator in context.readings.catalogue]
    if not every:
        return
    series, some = max(every, key=lambda s: len(s.periods)), every[:4]
    parts: tuple[Callable[[], object], ...] = (
        lambda: blocks.header(context, ""),
        lambda: blocks.key_figures(context, some),
        lambda: figures.trend(context, series),
        lambda: figures.comparison(context, series),
        lambda: figures.distribution(context, series),
        lambda: regional.map(context, series),
        lambda: regional.multiples(overall, series),
        lambda: profile.spine(context, some),
        lambda: profile.trends(context, some),
        lambda: profile.pyramid(context),
        lambda: contents.one_area(context, some).html(""),
        lambda: contents.all_areas(overall, series).html(""),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for make in parts:
            with contextlib.suppress(Exception):
                make()
