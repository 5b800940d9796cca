"""What an intruder can infer about each hidden count from all that an edition publishes.

For every hidden count two linear programmes ask for the smallest and the largest number that agree with everything
published (:mod:`sozlib.disclosure.system`). A count that the rule protects must stay uncertain by at least the rule's
width; one of which the edition tells only a class, or nothing, must not be exact. This is independent of how the counts
were chosen for hiding, so it checks that choice.

The intruder is taken to know every published number of the edition exactly, and of every other edition that its readers
have; that counts are whole and not negative, and how areas and groups nest; not the rule, not which count was hidden
first, nothing from elsewhere. What an edition tells beside numbers, the class of a value say, he takes as inequalities
(:mod:`sozlib.disclosure.ranges`).

References
----------
.. [1] Fischetti, M. & Salazar, J.-J. (2001): Solving the Cell Suppression Problem on Tabular Data with Linear
   Constraints. Management Science 47(7) – the attacker's problem.
.. [2] Huangfu, Q. & Hall, J. (2018): Parallelizing the dual revised simplex method. Math. Prog. Comp. 10 (HiGHS).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from sozlib.disclosure import ranges
from sozlib.disclosure.bounds import intervals
from sozlib.disclosure.equations import equations, goal
from sozlib.disclosure.hidden import Hidden
from sozlib.disclosure.programme import ContradictionError
from sozlib.disclosure.publication import Published, emptied
from sozlib.disclosure.system import Count, Identity, Limit, Remainder, System
from sozlib.disclosure.targets import Targets
from sozlib.disclosure.uncollected import uncollected
from sozlib.indicators.catalogue import catalogue_of


@dataclass(frozen=True)
class Inference:
    """What can be inferred about one hidden count.

    Parameters
    ----------
    count
        The count, or the people whom one leaves of another.
    low, high
        Smallest and largest number that agree with everything published; ``high`` may be infinite.
    required
        Width that the rule asks for; 0 for counts hidden only to protect others.
    within
        Numbers between which an interval must not end: around an amount that gives away a contributor.
    told
        An earlier edition showed it: hiding it now cannot make it unknown again.
    possible
        Interval that would be left if this edition showed nothing but where nobody is: what follows from earlier and
        other editions cannot be made unknown again.
    """

    count: Count | Remainder
    low: float
    high: float
    required: float
    told: bool = False
    within: tuple[float, float] | None = None
    possible: tuple[float, float] = (-np.inf, np.inf)

    @property
    def width(self) -> float:
        """How uncertain the count stays."""
        return self.high - self.low

    @property
    def safe(self) -> bool:
        """Whether the rule is kept as far as this edition can keep it."""
        low, high = self.possible
        if self.within is not None and (self.low > max(low, self.within[0]) or self.high < min(high, self.within[1])):
            return False
        return self.width >= min(self.required, high - low)

    @property
    def lost(self) -> bool:
        """Whether earlier and other editions have given away already what the rule protects."""
        return self.told or (self.safe and not replace(self, possible=(-np.inf, np.inf)).safe)


@dataclass(frozen=True)
class Attack:
    """An attack and what it found.

    Parameters
    ----------
    system
        All that the intruder knows.
    elsewhere
        Identities of the counts whose numbers he has from earlier and other editions.
    inferences
        One for each hidden count, the least safe first.
    revised
        Ranges of earlier editions that the counts of today contradict: they were about other counts.
    """

    system: System
    elsewhere: Set[Identity]
    inferences: tuple[Inference, ...]
    revised: int = 0

    @property
    def short(self) -> list[Inference]:
        """Those that are less uncertain than the rule asks."""
        return [inference for inference in self.inferences if not inference.safe]

    def __iter__(self) -> Iterator[Inference]:
        return iter(self.inferences)

    def __len__(self) -> int:
        return len(self.inferences)


@uncollected()
def attack(
    snapshot: Published,
    hidden: Hidden,
    kinds: Mapping[str, str],
    held: Sequence[Published] = (),
    *,
    earlier: Sequence[tuple[Count, float]] = (),
    before: Sequence[Limit] = (),
    exact: bool = True,
) -> Attack:
    """Attack an edition.

    Parameters
    ----------
    snapshot
        The edition: its snapshot, or its tables before they are written.
    hidden
        The true numbers, only to know which hidden counts the rule protects.
    kinds
        Kinds of the measures.
    held
        Further editions that the same readers have.
    earlier
        What editions released before have shown (:mod:`sozlib.disclosure.ledger`). A number that has been revised
        since is another number and is left out.
    before
        What the numbers say that they have shown rounded, and their classes. What the counts of today contradict was
        revised since and is left out.
    exact
        Find every interval exactly; otherwise an interval within it is enough where that is wide enough already.
    """
    catalogue = catalogue_of(snapshot.meta)
    base = str(snapshot.meta["report"]["levels"][0]["id"])
    listed, there = ranges.shown(snapshot, kinds), [ranges.shown(one, kinds) for one in held]
    own = ranges.exact(snapshot, listed)
    others = [pair for one, found in zip(held, there, strict=True) for pair in ranges.exact(one, found)]
    targets = Targets.of(snapshot, hidden, catalogue, kinds)
    known = _numbers([*own, *others])
    numbers = targets.numbers | known
    limits = _limits([snapshot, *held], kinds, before, numbers)
    groups = [(count, np.nan) for count in targets.groups]
    # Of what is shown rounded only what the rule protects is asked for.
    rounded = _numbers(listed).keys()
    open_to_question = {key for key in targets.true if key not in rounded or key in targets.required}
    open_to_question |= targets.missing.keys()
    told, lost = _remembered([*own, *others], earlier, numbers)
    # Counts that were told by a range only and that neither edition has any more.
    here = {count.identity for count, _ in [*own, *others, *lost]}
    gone = {count.identity: (count, np.nan) for limit in limits for count, _ in limit.parts}
    lost += [pair for key, pair in gone.items() if key not in here]
    # Numbers of an earlier edition that this one no longer has may have been revised, so that they contradict it; and
    # where somebody is neither male nor female the intruder must reckon with a third group.
    tries = [(more, sexes) for more in ([*told, *lost], told) for sexes in (("m", "f"), ("m", "f", "d"))]
    for more, sexes in tries[: None if lost else 2]:
        system = System.of([*own, *groups, *others, *more], snapshot.areas, base, sexes, limits)
        asked: list[Count | Remainder] = [count for key, count in system.unknown.items() if key in open_to_question]
        asked += targets.remainders
        needed = {**targets.missing, **targets.required}
        try:
            # How far an interval reaches on both sides is known only where it is exact.
            wanted = [np.inf if t.identity in targets.around else needed.get(t.identity, 0.0) for t in asked]
            found = infer(system, asked, None if exact else wanted)
            break
        except ContradictionError as error:
            contradiction = error
    else:
        raise contradiction
    inferences = [
        Inference(one, *ends, targets.asked_of(one.identity, *ends), within=targets.around.get(one.identity))
        for one, ends in zip(asked, found, strict=True)
    ]
    inferences = [i for i in inferences if i.count.identity not in targets.missing or not i.safe]
    if (others or more or before) and not all(inference.safe for inference in inferences):
        nothing = emptied(snapshot)
        empty = ranges.exact(nothing, ranges.shown(nothing, kinds))
        without = [*empty, *groups, *others, *more], snapshot.areas, base, sexes
        limits = _limits([nothing, *held], kinds, before, numbers)
        inferences = _as_far_as_possible(inferences, System.of(*without, limits))
    shown = rounded | known.keys()
    inferences += [Inference(c, number, number, 0.0, told=True) for c, number in told if c.identity not in shown]
    order = sorted(inferences, key=lambda i: (i.safe, i.required == 0, i.width, i.count.name, i.count.period))
    elsewhere = set(_numbers([*others, *more, *(pair for found in there for pair in found)]))
    elsewhere |= {limit.parts[0][0].identity for limit in before if np.isfinite(limit.high - limit.low)}
    return Attack(system, elsewhere, tuple(order), sum(not limit.allows(numbers) for limit in before))


def _numbers(pairs: Iterable[tuple[Count, float]]) -> dict[Identity, float]:
    """Numbers of those counts that have one."""
    return {count.identity: number for count, number in pairs if math.isfinite(number)}


def _as_far_as_possible(inferences: Sequence[Inference], without: System) -> list[Inference]:
    """Inferences that are too narrow with the interval that they would have without the edition."""
    narrow = [inference.count for inference in inferences if not inference.safe]
    found = {count.identity: ends for count, ends in zip(narrow, infer(without, narrow), strict=True)}
    return [replace(i, possible=found[i.count.identity]) if i.count.identity in found else i for i in inferences]


def _remembered(
    published: Sequence[tuple[Count, float]],
    earlier: Sequence[tuple[Count, float]],
    numbers: Mapping[Identity, float],
) -> tuple[list[tuple[Count, float]], list[tuple[Count, float]]]:
    """Earlier numbers that are still true, and those of which the edition has nothing."""
    here = {count.identity for count, _ in published}
    told: dict[Identity, tuple[Count, float]] = {}
    lost: dict[Identity, tuple[Count, float]] = {}
    for count, number in earlier:
        key = count.identity
        if key not in here:
            lost.setdefault(key, (count, number))
        elif numbers.get(key) == number:
            told.setdefault(key, (count, number))
    return list(told.values()), list(lost.values())


def _limits(
    editions: Sequence[Published],
    kinds: Mapping[str, str],
    before: Sequence[Limit],
    numbers: Mapping[Identity, float],
) -> list[Limit]:
    """Inequalities that the true numbers keep to; of two tables one may have more cases than the other has people."""
    found = (limit for one in editions for limit in ranges.told(one, catalogue_of(one.meta), kinds))
    return [limit for limit in (*found, *before) if limit.allows(numbers)]


def infer(
    system: System, targets: Sequence[Count | Remainder], enough: Sequence[float] | None = None
) -> list[tuple[float, float]]:
    """Smallest and largest number of each hidden count.

    Parameters
    ----------
    system
        What is published.
    targets
        Hidden counts, and those whom one of them leaves of another.
    enough
        See :func:`sozlib.disclosure.bounds.intervals`.

    Raises
    ------
    ContradictionError
        What is published contradicts itself.
    """
    found = equations(system)
    goals = [goal(system, target) for target in targets]
    return intervals([equation.row for equation in found], [equation.right for equation in found], goals, enough)
