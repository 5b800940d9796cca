"""What an intruder can infer about each hidden count from all that an edition publishes.

For every hidden count two linear programmes ask for the smallest and the largest number that agree with everything
published (:mod:`sozlib.disclosure.system`). A count that the rule protects must stay uncertain by at least the rule's
width; one of which the edition tells only a class, or nothing, must not be exact. This is independent of how the counts
were chosen for hiding, so it checks that choice.

The intruder is taken to know every published number of the edition exactly, and of every other edition that its readers
have; that counts are whole and not negative, and how areas and groups nest; not the rule, not which count was hidden
first, nothing from elsewhere. What a class says of a value is not used.

References
----------
.. [1] Fischetti, M. & Salazar, J.-J. (2001): Solving the Cell Suppression Problem on Tabular Data with Linear
   Constraints. Management Science 47(7) – the attacker's problem.
.. [2] Huangfu, Q. & Hall, J. (2018): Parallelizing the dual revised simplex method. Math. Prog. Comp. 10 (HiGHS).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from sozlib.disclosure.hidden import Hidden
from sozlib.disclosure.own import Own
from sozlib.disclosure.system import Atom, Count, System, counts, people
from sozlib.edition import Shows, Side
from sozlib.errors import SozlibError
from sozlib.indicators.catalogue import Indicator
from sozlib.snapshot import Snapshot


class ContradictionError(SozlibError):
    """Published numbers that cannot all be true."""


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
    """

    count: Count
    low: float
    high: float
    required: float

    @property
    def width(self) -> float:
        """How uncertain the count stays."""
        return self.high - self.low

    @property
    def safe(self) -> bool:
        """Whether the rule is kept."""
        return self.width >= self.required


def attack(
    snapshot: Snapshot, hidden: Hidden, kinds: Mapping[str, str], held: Sequence[Snapshot] = ()
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

    Returns
    -------
    tuple of Inference
        One for each hidden count, the least safe first.
    """
    edition = snapshot.meta["edition"]
    minimum = int(edition["minimum_count"])
    catalogue = [Indicator.model_validate(entry) for entry in snapshot.meta["catalogue"]]
    measure = snapshot.meta["report"]["population"]
    base = str(snapshot.meta["report"]["levels"][0]["id"])
    published: list[tuple[Count, float]] = []
    for source in (snapshot, *held):
        published += counts(source.indicators, catalogue, kinds)
        if measure and len(source.population):
            published += people(source.population, measure)
    true = _true(hidden, catalogue, kinds, measure)
    bounds = _bounds(snapshot.indicators, catalogue, kinds)
    system = System.of(published, snapshot.areas, base, bounds=bounds)
    own = Own.of(tuple(edition.get("own", ())), snapshot.areas, int(edition.get("own_minimum_count", 0)))
    protected = _protected(hidden, snapshot, catalogue, kinds, minimum, true)
    widths = dict.fromkeys(_withheld(hidden, edition, own, base, snapshot.areas, catalogue, kinds), 1.0)
    widths |= dict.fromkeys(protected, float(minimum))
    targets = [count for key, count in system.unknown.items() if key in true]
    try:
        found = infer(system, targets)
    except ContradictionError:  # somebody is neither male nor female: the intruder must reckon with a third group
        system = System.of(published, snapshot.areas, base, ("m", "f", "d"), bounds)
        found = infer(system, targets)
    inferences = [
        Inference(count, low, high, 0.0 if _theirs(count, true, own) else widths.get(count.identity, 0.0))
        for count, (low, high) in zip(targets, found, strict=True)
    ]
    return tuple(sorted(inferences, key=lambda i: (i.safe, i.required == 0, i.width, i.count.name, i.count.period)))


def _theirs(count: Count, true: Mapping[tuple[object, ...], float], own: Own) -> bool:
    """Whether a count is the readers' own and none that the rule hides even from them."""
    return count.area in own.areas and not 0 < abs(true[count.identity]) < own.minimum


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
    level = dict(zip(areas["id"], areas["level"], strict=True))

    def agreed(indicator: str, area: str) -> bool:
        side: Side = "own" if area in own.areas else "others" if level[area] == base else "sums"
        return shows.of(indicator, topics[indicator], side) != "value"

    rows = hidden.indicators
    if shows.everything or rows.empty:
        return set()
    chosen = [agreed(i, a) for i, a in zip(rows["indicator"], rows["area"], strict=True)]
    return {count.identity for count, _ in counts(rows[chosen].assign(denominator=np.nan), catalogue, kinds)}


def _bounds(
    indicators: pd.DataFrame, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> list[tuple[Count, float]]:
    """Hidden numerators of proportions with their published denominator."""
    shares = {indicator.id for indicator in catalogue if indicator.kind == "proportion"}
    rows = indicators[indicators["indicator"].isin(shares) & indicators["numerator"].isna()]
    above = rows["denominator"].tolist()
    numerators = [count for count, _ in counts(rows, catalogue, kinds) if count.name.endswith("(Zähler)")]
    tops = {(i, a, p): d for i, a, p, d in zip(rows["indicator"], rows["area"], rows["period"], above, strict=True)}
    titles = {f"{indicator.short_title} (Zähler)": indicator.id for indicator in catalogue}
    pairs = [(count, tops.get((titles[count.name], count.area, count.period), np.nan)) for count in numerators]
    return [(count, float(top)) for count, top in pairs if np.isfinite(top)]


def _true(
    hidden: Hidden, catalogue: Sequence[Indicator], kinds: Mapping[str, str], measure: str | None
) -> dict[tuple[object, ...], float]:
    pairs = list(counts(hidden.indicators, catalogue, kinds))
    if measure:
        pairs += people(hidden.population.assign(age_to=_tops(hidden.population)), measure)
    return {count.identity: number for count, number in pairs if np.isfinite(number)}


def _tops(population: pd.DataFrame) -> pd.Series:
    """Upper ages of the groups of five years; the last one is open."""
    from sozlib.indicators.population import GROUPS

    tops = {low: low + 4 for low in GROUPS[:-1]}
    return population["age_from"].map(tops).astype("Int64")


def _protected(
    hidden: Hidden,
    snapshot: Snapshot,
    catalogue: Sequence[Indicator],
    kinds: Mapping[str, str],
    minimum: int,
    true: Mapping[tuple[object, ...], float],
) -> set[tuple[object, ...]]:
    """Counts that the rule itself protects: small ones, and those whose complement is small."""
    found = {key for key, number in true.items() if 0 < abs(number) < minimum}
    proportions = {indicator.id for indicator in catalogue if indicator.kind == "proportion"}
    rows = hidden.indicators[hidden.indicators["indicator"].isin(proportions)]
    shown = snapshot.indicators[["indicator", "area", "period", "denominator"]]
    both = rows.merge(shown, on=["indicator", "area", "period"], suffixes=("", "_shown"))
    others = both["denominator"].fillna(both["denominator_shown"]) - both["numerator"]
    small = both[(others > 0) & (others < minimum)]
    for count, _ in counts(small.assign(denominator=np.nan), catalogue, kinds):
        if count.identity in true and count.name.endswith("(Zähler)"):
            found.add(count.identity)
    return found


def infer(system: System, targets: Sequence[Count]) -> list[tuple[float, float]]:
    """Smallest and largest number of each hidden count.

    Parameters
    ----------
    system
        What is published.
    targets
        Hidden counts.

    Raises
    ------
    ContradictionError
        What is published contradicts itself.
    """
    open_places = _open_places(system)
    rows: list[dict[Atom, float]] = []
    right: list[float] = []
    for count, number in system.known.values():
        row, rest = _unknown_part(system, count)
        alone = system.within(count) == (count,)
        if alone and not row and any(place in open_places for place in _places(count)):
            row, rest = system.atoms(count), 0.0
        if row:
            rows.append(row)
            right.append(number - rest)
    for number, (count, top) in enumerate(system.bounds):
        row, rest = _unknown_part(system, count)
        slack: Atom = (("", float(number), 0.0, "", ""), count.area, count.period)
        rows.append({**row, slack: 1.0})
        right.append(top - rest)
    goals = [_unknown_part(system, count) for count in targets]
    position: dict[Atom, int] = {}
    for row in [*rows, *(goal for goal, _ in goals)]:
        for atom in row:
            position.setdefault(atom, len(position))
    return _solve(rows, right, goals, position)


def _open_places(system: System) -> set[tuple[str, str, int]]:
    """Where atoms are uncertain: in hidden counts, and in published ones that mix them with other measures."""
    found = {place for count in system.unknown.values() for place in _places(count)}
    mixed = [places for count, _ in system.known.values() if len(places := _places(count)) > 1]
    while True:
        more = {place for places in mixed if not found.isdisjoint(places) for place in places} - found
        if not more:
            return found
        found |= more


def _places(count: Count) -> list[tuple[str, str, int]]:
    """Area, measure and year of each part of a count."""
    return [(count.area, measure, count.period - lag) for term, _, lag in count.parts for measure in term.measures]


def _unknown_part(system: System, count: Count) -> tuple[dict[Atom, float], float]:
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


def _solve(
    rows: list[dict[Atom, float]],
    right: list[float],
    goals: list[tuple[dict[Atom, float], float]],
    position: dict[Atom, int],
) -> list[tuple[float, float]]:
    size = len(position)
    matrix = _matrix(rows, position, size)
    part = connected_components(abs(matrix).T @ abs(matrix), directed=False)[1] if size else np.array([], dtype=int)
    equations: dict[int, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        equations[int(part[position[next(iter(row))]])].append(number)
    inside_of = {component: np.flatnonzero(part == component) for component in range(part.max(initial=-1) + 1)}
    results = []
    for goal, rest in goals:
        low = high = rest
        of: dict[int, dict[int, float]] = defaultdict(dict)
        for atom, weight in goal.items():
            of[int(part[position[atom]])][position[atom]] = weight
        for component, weights in of.items():
            inside = inside_of[component]
            lines = equations[component]
            objective = np.zeros(len(inside))
            objective[np.searchsorted(inside, list(weights))] = list(weights.values())
            block = matrix[lines][:, inside] if lines else None
            least, most = _extremes(objective, block, np.array(right)[lines])
            low, high = low + least, high + most
        highest = float(np.floor(high + 1e-6)) if np.isfinite(high) else high
        results.append((float(np.ceil(low - 1e-6)) + 0.0, highest))
    return results


def _extremes(objective: np.ndarray, block: csr_array | None, right: np.ndarray) -> tuple[float, float]:
    """Minimum and maximum of a sum over all non-negative solutions."""
    found = []
    for sign in (1.0, -1.0):
        answer = linprog(sign * objective, A_eq=block, b_eq=right if block is not None else None, method="highs")
        if answer.status == 2:
            raise ContradictionError("Die veröffentlichten Zahlen widersprechen sich: Summen gehen nicht auf.")
        found.append(-sign * np.inf if answer.status == 3 else sign * float(answer.fun))
    return found[0], found[1]


def _matrix(rows: list[dict[Atom, float]], position: dict[Atom, int], size: int) -> csr_array:
    lengths = [len(row) for row in rows]
    line = np.repeat(np.arange(len(rows)), lengths)
    column = np.array([position[atom] for row in rows for atom in row], dtype=int)
    weight = np.array([w for row in rows for w in row.values()], dtype=float)
    return csr_array((weight, (line, column)), shape=(len(rows), size))
