"""What a build has to do or has done, and why: the lines that the operator reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sozlib.batch.keys import ChapterState
    from sozlib.batch.plan import Plan

#: So many names are given one by one.
_NAMED = 4

#: So many reasons are told of one chapter.
_OF_ONE = 3

#: So many reasons are told at the end of a build.
_REASONS = 8


def told(reasons: Sequence[str]) -> str:
    """Reasons of one chapter or volume in a line; „unverändert“ where there is none."""
    if not reasons:
        return "unverändert"
    more = len(reasons) - _OF_ONE
    shown = list(reasons[:_OF_ONE]) if more > 1 else list(reasons)
    return "; ".join([*shown, *([f"und {more} weitere Gründe"] if more > 1 else [])])


def counted(done: int, total: int, one: str, many: str, article: str = "das") -> str:
    """„3 von 121 Kapiteln“, „alle 121 Kapitel“, „das Kapitel“ (mit ``article``), „kein Kapitel“."""
    if done == 0:
        return f"kein {one}"
    if done == total:
        return f"alle {total} {many}" if total > 1 else f"{article} {one}"
    dative = many if many.endswith("n") else f"{many}n"
    return f"{done} von {total} {dative}"


def by_reason(items: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """One line a reason, those that concern most first: „Vorlage geändert: a/arbeit, b/arbeit und 14 weitere“."""
    groups: dict[str, list[str]] = {}
    for name, reasons in items:
        for reason in reasons:
            groups.setdefault(reason, []).append(name)
    lines = []
    for reason, names in sorted(groups.items(), key=lambda group: -len(group[1])):
        more = len(names) - _NAMED
        shown = ", ".join(names[:_NAMED] if more > 1 else names)
        lines.append(f"  {reason}: {shown}{f' und {more} weitere' if more > 1 else ''}")
    return lines


def described(plan: Plan) -> str:
    """One line on what a report consists of."""
    return f"Ausgabe {plan.edition}: {extent(plan)}, Berichtszyklus {plan.cycle}"


def extent(plan: Plan) -> str:
    """„17 Bände, 123 Kapitel“."""
    volumes = len(plan.volumes)
    return f"{volumes} {'Band' if volumes == 1 else 'Bände'}, {len(plan.chapters)} Kapitel"


def bound_volumes(volumes: Mapping[str, Sequence[str]]) -> str:
    """How many volumes have reasons to be bound: „3 von 17 Bänden“."""
    return counted(sum(bool(reasons) for reasons in volumes.values()), len(volumes), "Band", "Bände", article="der")


def summarise(
    chapters: Sequence[ChapterState], volumes: Mapping[str, Sequence[str]], say: Callable[[str], None]
) -> None:
    """Say what was made anew and why."""
    run_again = sum(bool(state.reasons) for state in chapters)
    say(f"Ausgeführt: {counted(run_again, len(chapters), 'Kapitel', 'Kapitel')}")
    _say_reasons(by_reason((state.job.id, state.reasons) for state in chapters), say)
    say(f"Gebunden: {bound_volumes(volumes)}")
    # That a volume's chapters are new has just been said.
    other = ((name, [r for r in reasons if "Kapitel" not in r]) for name, reasons in volumes.items())
    _say_reasons(by_reason(other), say)


def milestones(total: int, say: Callable[[str], None], most: int = 8) -> Callable[[int], None]:
    """Says how far the binding of volumes is: a few lines however many there are, the same in a file as on a screen."""
    began = time.perf_counter()

    def reached(count: int) -> None:
        if count < total and count * most // total > (count - 1) * most // total:
            seconds = (time.perf_counter() - began) / count * (total - count)
            left = f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
            say(f"  {count} von {total} Bänden gebunden, noch etwa {left}")

    return reached


def _say_reasons(lines: Sequence[str], say: Callable[[str], None]) -> None:
    """Say those reasons that concern most; new data can have as many as there are indicators."""
    for line in lines[:_REASONS]:
        say(line)
    if len(lines) > _REASONS:
        more = len(lines) - _REASONS
        say(f"  und {more} {'weiterer Grund' if more == 1 else 'weitere Gründe'}")
