"""Equations and limits of a system of counts as rows over its atoms, each with the published counts it comes from.

Only what is uncertain enters a row: numbers of areas that are published are subtracted, and places where nothing is
hidden say nothing. A limit becomes an equation by an unknown of its own, which is what is left up to it. Whoever wants
a row gone must take away one of the published numbers behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from sozlib.disclosure.system import Atom, Count, Remainder, System


@dataclass(frozen=True)
class Equation:
    """Atoms that add up to a number.

    Parameters
    ----------
    row
        Weight of each atom.
    right
        Their weighted sum.
    about
        Counts that the equation was made from.
    """

    row: dict[Atom, float]
    right: float
    about: tuple[Count, ...]

    def sources(self, system: System) -> Iterator[Count]:
        """Published counts without any of which the equation would be another one."""
        for count in self.about:
            for own in dict.fromkeys((count, *system.within(count))):
                if own.identity in system.known:
                    yield system.known[own.identity][0]


def equations(system: System) -> list[Equation]:
    """All equations in which something is uncertain."""
    open_places = _open_places(system)
    found: list[Equation] = []
    for count, number in system.known.values():
        if system.within(count) != (count,):
            row, rest = unknown_part(system, count)
        elif any(place in open_places for place in _places(count)):
            row, rest = system.atoms(count), 0.0
        else:
            continue
        if row:
            found.append(Equation(row, number - rest, (count,)))
    for number, limit in enumerate(system.limits):
        row, rest = _sum_of(system, limit.parts)
        about = tuple(count for count, _ in limit.parts)
        for side, end in ((1.0, limit.high), (-1.0, limit.low)):
            if row and np.isfinite(end):
                slack: Atom = (("", float(number), side, "", ""), "", 0)
                found.append(Equation({**row, slack: side}, end - rest, about))
    return found


def _sum_of(system: System, parts: Iterable[tuple[Count, float]]) -> tuple[dict[Atom, float], float]:
    """A weighted sum of counts as atoms, and the known rest."""
    row: dict[Atom, float] = defaultdict(float)
    rest = 0.0
    for count, weight in parts:
        if count.identity in system.known:
            rest += weight * system.known[count.identity][1]
            continue
        atoms, known = unknown_part(system, count)
        rest += weight * known
        for atom, times in atoms.items():
            row[atom] += weight * times
    return {atom: weight for atom, weight in row.items() if weight}, rest


def unknown_part(system: System, count: Count) -> tuple[dict[Atom, float], float]:
    """A count as atoms of those areas whose own count is hidden, and the known rest."""
    row: dict[Atom, float] = defaultdict(float)
    rest = 0.0
    for own in system.within(count):
        if own.identity in system.known:
            rest += system.known[own.identity][1]
        else:
            for atom, weight in system.atoms(own).items():
                row[atom] += weight
    return {atom: weight for atom, weight in row.items() if weight}, rest


def goal(system: System, target: Count | Remainder) -> tuple[dict[Atom, float], float]:
    """Atoms of what is asked for, and the known rest."""
    if isinstance(target, Count):
        return unknown_part(system, target)
    (row, rest), (less, known) = unknown_part(system, target.everyone), unknown_part(system, target.meant)
    whole = {atom: row.get(atom, 0.0) - less.get(atom, 0.0) for atom in {**row, **less}}
    return {atom: weight for atom, weight in whole.items() if weight}, rest - known


def _open_places(system: System) -> set[tuple[str, str, int]]:
    """Where atoms are uncertain: in hidden counts, and in published ones that mix them with other measures."""
    found = {place for count in system.unknown.values() for place in _places(count)}
    known = (count for count, _ in system.known.values())
    mixed = [_places(count) for count in known if sum(len(term.measures) for term, _, _ in count.parts) > 1]
    while True:
        more = {place for places in mixed if not found.isdisjoint(places) for place in places} - found
        if not more:
            return found
        found |= more


def _places(count: Count) -> list[tuple[str, str, int]]:
    """Area, measure and year of each part of a count."""
    return [(count.area, measure, count.period - lag) for term, _, lag in count.parts for measure in term.measures]
