"""What a build has to do or has done, and why: the lines that the operator reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: So many names are given one by one.
_NAMED = 4

#: So many reasons are told of one chapter.
_REASONS = 3


def told(reasons: Sequence[str]) -> str:
    """Reasons of one chapter or volume in a line; „unverändert“ where there is none."""
    if not reasons:
        return "unverändert"
    more = len(reasons) - _REASONS
    shown = list(reasons[:_REASONS]) if more > 1 else list(reasons)
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
