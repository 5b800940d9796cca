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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sozlib.disclosure import ranges
from sozlib.disclosure.bounds import ContradictionError, intervals
from sozlib.disclosure.equations import equations, unknown_part
from sozlib.disclosure.hidden import Hidden
from sozlib.disclosure.ledger import counts_in
from sozlib.disclosure.own import Own
from sozlib.disclosure.rounding import whose
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.system import Count, Limit, System, counts, expressed, people
from sozlib.edition import Shows
from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import Snapshot


@dataclass(frozen=True)
class Inference:
    """What can be inferred about one hidden count.

    Parameters
    ----------
    count
        The count.
    low, high
        Smallest and largest number that agree with everything published; ``high`` may be infinite.
    required
        Width that the rule asks for; 0 for counts hidden only to protect others.
    within
        Numbers between which an interval must not end: around an amount that gives away a contributor.
    told
        An earlier edition showed it: hiding it now cannot make it unknown again.
    """

    count: Count
    low: float
    high: float
    required: float
    told: bool = False
    within: tuple[float, float] | None = None

    @property
    def width(self) -> float:
        """How uncertain the count stays."""
        return self.high - self.low

    @property
    def safe(self) -> bool:
        """Whether the rule is kept."""
        around = self.within is None or (self.low <= self.within[0] and self.high >= self.within[1])
        return self.width >= self.required and around


def attack(
    snapshot: Snapshot,
    hidden: Hidden,
    kinds: Mapping[str, str],
    held: Sequence[Snapshot] = (),
    *,
    earlier: Sequence[tuple[Count, float]] = (),
    before: Sequence[Limit] = (),
    exact: bool = True,
) -> tuple[Inference, ...]:
    """Attack an edition.

    Parameters
    ----------
    snapshot
        The edition.
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
        What the numbers say that they have shown rounded, of counts that this edition or those held have.
    exact
        Find every interval exactly; otherwise an interval within it is enough where that is wide enough already.

    Returns
    -------
    tuple of Inference
        One for each hidden count, the least safe first.
    """
    catalogue = _catalogue(snapshot)
    measure = snapshot.meta["report"]["population"]
    base = str(snapshot.meta["report"]["levels"][0]["id"])
    published = [pair for one in (snapshot, *held) for pair in ranges.exact(one, kinds)]
    true = _true(hidden, catalogue, kinds, measure)
    said = (limit for one in (snapshot, *held) for limit in ranges.told(one, _catalogue(one), kinds))
    limits = _sound([*said, *before], published, true)
    required = _required(hidden, snapshot, catalogue, kinds, base, true)
    around = _around(hidden, kinds, true)
    # Of what is shown rounded only what the rule protects is asked for.
    rounded = {count.identity for count, number in ranges.shown(snapshot, kinds) if np.isfinite(number)}
    asked = {key for key in true if key not in rounded or key in required}
    told, lost = _told(published, earlier, true)
    # Numbers of an earlier edition that this one no longer has may have been revised, so that they contradict it; and
    # where somebody is neither male nor female the intruder must reckon with a third group.
    tries = [(more, sexes) for more in ([*told, *lost], told) for sexes in (("m", "f"), ("m", "f", "d"))]
    for more, sexes in tries[: None if lost else 2]:
        system = System.of([*published, *more], snapshot.areas, base, sexes, limits)
        targets = [count for key, count in system.unknown.items() if key in asked]
        try:
            # How far an interval reaches on both sides is known only where it is exact.
            wanted = [np.inf if t.identity in around else required.get(t.identity, 0.0) for t in targets]
            found = infer(system, targets, None if exact else wanted)
            break
        except ContradictionError as error:
            contradiction = error
    else:
        raise contradiction
    inferences = []
    for count, (low, high) in zip(targets, found, strict=True):
        within = around.get(count.identity)
        width = max(required.get(count.identity, 0.0), within[1] - within[0] if within else 0.0)
        inferences.append(Inference(count, low, high, width, within=within))
    hidden_now = ((count, number) for count, number in told if count.identity not in rounded)
    inferences += [Inference(count, number, number, 0.0, told=True) for count, number in hidden_now]
    return tuple(sorted(inferences, key=lambda i: (i.safe, i.required == 0, i.width, i.count.name, i.count.period)))


def _around(hidden: Hidden, kinds: Mapping[str, str], true: _Truth) -> dict[tuple[object, ...], tuple[float, float]]:
    """Of hidden amounts that give away a contributor: how far down and up the bounds must lie (not below nothing)."""
    levels = {count.identity: row["number"] for count, row in counts_in(hidden.amounts, kinds)}
    numbers = {key: true[key][1] for key in levels.keys() & true.keys()}
    return {key: (max(number - levels[key], 0.0), number + levels[key]) for key, number in numbers.items()}


def _theirs(count: Count, true: _Truth, own: Own) -> bool:
    """Whether a count is the readers' own and none that the rule hides even from them."""
    return count.area in own.areas and not 0 < abs(true[count.identity][1]) < own.minimum


def _withheld(
    hidden: Hidden,
    edition: Mapping[str, Any],
    own: Own,
    base: str,
    areas: pd.DataFrame,
    catalogue: Sequence[Indicator],
    kinds: Mapping[str, str],
) -> set[tuple[object, ...]]:
    """Numerators of values of which the edition tells the class or nothing: they must not be exact."""
    shows = Shows.model_validate(edition.get("shows", {}))
    topics = {indicator.id: indicator.topic for indicator in catalogue}
    side_of = whose(areas, base, own)

    def agreed(indicator: str, area: str) -> bool:
        return shows.of(indicator, topics[indicator], side_of(area)) in ("class", "nothing")

    rows = hidden.indicators
    if shows.everything or rows.empty:
        return set()
    chosen = [agreed(i, a) for i, a in zip(rows["indicator"], rows["area"], strict=True)]
    return {count.identity for count, _ in counts(rows[chosen].assign(denominator=np.nan), catalogue, kinds)}


def _catalogue(snapshot: Snapshot) -> list[Indicator]:
    return [Indicator.model_validate(entry) for entry in snapshot.meta["catalogue"]]


def _told(
    published: Sequence[tuple[Count, float]],
    earlier: Sequence[tuple[Count, float]],
    true: _Truth,
) -> tuple[list[tuple[Count, float]], list[tuple[Count, float]]]:
    """Earlier numbers that are hidden now and still true, and those of which the edition has nothing."""
    here = {count.identity for count, _ in published}
    shown = {count.identity for count, number in published if np.isfinite(number)}
    told: dict[tuple[object, ...], tuple[Count, float]] = {}
    lost: dict[tuple[object, ...], tuple[Count, float]] = {}
    for count, number in earlier:
        key = count.identity
        if key not in here:
            lost.setdefault(key, (count, number))
        elif key not in shown and key in true and true[key][1] == number:
            told.setdefault(key, (count, number))
    return list(told.values()), list(lost.values())


def _sound(limits: Iterable[Limit], published: Sequence[tuple[Count, float]], true: _Truth) -> list[Limit]:
    """Limits that the true numbers keep to; of two tables one may have more cases than the other has people."""
    numbers = {count.identity: number for count, number in published if np.isfinite(number)}
    numbers |= {key: number for key, (_, number) in true.items()}
    return [limit for limit in limits if limit.allows(numbers)]


#: Counts with their true number, by identity.
_Truth = dict[tuple[object, ...], tuple[Count, float]]


def _true(hidden: Hidden, catalogue: Sequence[Indicator], kinds: Mapping[str, str], measure: str | None) -> _Truth:
    pairs = list(counts(hidden.indicators, catalogue, kinds))
    if measure:
        pairs += people(hidden.population.assign(age_to=_tops(hidden.population)), measure)
    return {count.identity: (count, number) for count, number in pairs if np.isfinite(number)}


def _tops(population: pd.DataFrame) -> pd.Series:
    """Upper ages of the groups of five years; the last one is open."""
    from sozlib.indicators.population import GROUPS

    tops = {low: low + 4 for low in GROUPS[:-1]}
    return population["age_from"].map(tops).astype("Int64")


def _required(
    hidden: Hidden,
    snapshot: Snapshot,
    catalogue: Sequence[Indicator],
    kinds: Mapping[str, str],
    base: str,
    true: _Truth,
) -> dict[tuple[object, ...], float]:
    """Widths that the rule asks for: of small counts, of those whose complement is small, of what is withheld."""
    rule = Rule.of(snapshot.meta, snapshot.areas)
    side_of = whose(snapshot.areas, base, rule.own)
    proportions = {indicator.id for indicator in catalogue if indicator.kind == "proportion"}
    rows = _with_shown(hidden, snapshot)
    both = rows[rows["indicator"].isin(proportions)]
    not_meant = counts(
        both.assign(numerator=both["denominator"] - both["numerator"], denominator=np.nan), catalogue, kinds
    )
    least_people = int(snapshot.meta["edition"].get("minimum_denominator", 0))
    few = _few(hidden, snapshot, least_people, catalogue, kinds)
    withheld = _withheld(hidden, snapshot.meta["edition"], rule.own, base, snapshot.areas, catalogue, kinds)
    # Nobody in a sum is nobody in its parts: that cannot be hidden, and it is open by rule.
    found = {key: 1.0 for key in withheld & true.keys() if true[key][1]}
    found |= dict.fromkeys(few & true.keys(), float(rule.edition))
    for count, number in [*true.values(), *not_meant]:
        if any(kinds.get(measure) == "guarded" for term, _, _ in count.parts for measure in term.measures):
            continue
        terms = [term for term, _, _ in count.parts]
        if count.identity in true and 0 < abs(number) < rule.minimum(terms):
            found[count.identity] = float(rule.width(terms, side_of(count.area)))
    return {key: width for key, width in found.items() if not _theirs(true[key][0], true, rule.own)}


def _with_shown(hidden: Hidden, snapshot: Snapshot) -> pd.DataFrame:
    """Rows of the record with both true counts: what is not in it is shown as it is."""
    key, counted = ["indicator", "area", "period"], ["numerator", "denominator"]
    rows = hidden.indicators.merge(snapshot.indicators[[*key, *counted]], on=key, suffixes=("", "_shown"))
    return rows.assign(**{name: rows[name].fillna(rows[f"{name}_shown"]) for name in counted})


def _few(
    hidden: Hidden, snapshot: Snapshot, least: int, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> set[tuple[object, ...]]:
    """Hidden numerators of values on fewer people than the edition asks for; nobody or everybody meant is open."""
    only_counts = {measure: kind if kind == "count" else "amount" for measure, kind in kinds.items()}
    people = {indicator.id for indicator in catalogue if expressed(indicator.denominator, only_counts)}
    rows = _with_shown(hidden, snapshot)
    rows = rows[rows["indicator"].isin(people)]
    everybody = rows["denominator"]
    small = (everybody < least) & (rows["numerator"].abs() > 0) & (rows["numerator"] != everybody)
    return {count.identity for count, _ in counts(rows[small].assign(denominator=np.nan), catalogue, kinds)}


def infer(system: System, targets: Sequence[Count], enough: Sequence[float] | None = None) -> list[tuple[float, float]]:
    """Smallest and largest number of each hidden count.

    Parameters
    ----------
    system
        What is published.
    targets
        Hidden counts.
    enough
        See :func:`sozlib.disclosure.bounds.intervals`.

    Raises
    ------
    ContradictionError
        What is published contradicts itself.
    """
    found = equations(system)
    goals = [unknown_part(system, count) for count in targets]
    return intervals([equation.row for equation in found], [equation.right for equation in found], goals, enough)
