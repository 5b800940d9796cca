"""What the attack asks about: the hidden counts of an edition, and how uncertain the rule wants each to stay.

The true numbers are used for this alone. Protected are small counts, small groups that follow from others
(:mod:`~sozlib.disclosure.differencing`), and where a share is told the few people who are **not** meant: whoever knows
all and those meant knows them. Of values that an edition does not tell, the count must not be exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sozlib.disclosure.balance import balanced
from sozlib.disclosure.hidden import Hidden
from sozlib.disclosure.ledger import counts_in
from sozlib.disclosure.publication import Published
from sozlib.disclosure.rounding import whose
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.system import Count, Identity, Remainder, counts, expressed, people
from sozlib.edition import Shows
from sozlib.indicators.catalogue import Indicator, Term


@dataclass(frozen=True)
class Targets:
    """Hidden numbers of an edition.

    Parameters
    ----------
    true
        Hidden counts with their numbers.
    groups
        Counts that stand in no table: small groups among them, and those that a region's are made of.
    remainders
        People who are not meant and few, of values that are hidden.
    required
        Widths that the rule asks for, by identity; no entry: none.
    around
        Of amounts that give away a contributor, how far down and up the bounds must lie (not below nothing).
    missing
        Widths that counts need that the sources do not deliver, by identity, where they may be small: nobody here knows
        whether they are.
    """

    true: Mapping[Identity, tuple[Count, float]]
    remainders: tuple[Remainder, ...]
    required: Mapping[Identity, float]
    around: Mapping[Identity, tuple[float, float]]
    missing: Mapping[Identity, float]
    groups: tuple[Count, ...] = ()

    @property
    def numbers(self) -> dict[Identity, float]:
        """True numbers of the hidden counts."""
        return {key: number for key, (_, number) in self.true.items()}

    @classmethod
    def of(
        cls,
        snapshot: Published,
        hidden: Hidden,
        catalogue: Sequence[Indicator],
        kinds: Mapping[str, str],
    ) -> Targets:
        """Targets of an edition; for the parameters see :func:`sozlib.disclosure.attack.attack`."""
        measure = snapshot.meta["report"]["population"]
        rows = _with_shown(snapshot, hidden)
        pairs = [*counts(hidden.indicators, catalogue, kinds)]
        pairs += balanced(rows[rows["lower"].notna()], catalogue, kinds)
        if measure:
            pairs += people(hidden.population.assign(age_to=_tops(hidden.population)), measure)
        rule = Rule.of(snapshot.meta, snapshot.areas)
        groups = [(count, row["number"]) for count, row in counts_in(hidden.groups, kinds)]
        pairs += [(count, number) for count, number in groups if _protected(count, number, rule)]
        true = {count.identity: (count, number) for count, number in pairs if np.isfinite(number)}
        # Nobody in a sum is nobody in its parts: that cannot be hidden, and it is open by rule.
        withheld = {key for key in _withheld(snapshot, hidden, rule, catalogue, kinds) & true.keys() if true[key][1]}
        few = _on_few_people(snapshot, hidden, catalogue, kinds) & true.keys()
        required = dict.fromkeys(withheld, 1.0) | dict.fromkeys(few, float(rule.edition))
        required = {key: width for key, width in required.items() if not _theirs(*true[key], rule)}
        side_of = whose(snapshot.areas, str(snapshot.meta["report"]["levels"][0]["id"]), rule.own)
        required |= {
            key: float(rule.width(_terms(count), side_of(count.area)))
            for key, (count, number) in true.items()
            if not _amount(count, kinds) and _protected(count, number, rule)
        }
        rests = [
            (rest, n) for rest, n in _not_meant(snapshot, hidden, catalogue, kinds) if _protected(rest.meant, n, rule)
        ]
        required |= {
            rest.identity: float(rule.width([*_terms(rest.meant), *_terms(rest.everyone)], side_of(rest.area)))
            for rest, _ in rests
        }
        levels = {c.identity: row["number"] for c, row in counts_in(hidden.amounts, kinds) if c.identity in true}
        around = {key: (max(true[key][1] - level, 0.0), true[key][1] + level) for key, level in levels.items()}
        for key, (low, high) in around.items():
            required[key] = max(required.get(key, 0.0), high - low)
        missing = {
            count.identity: float(rule.width(_terms(count), side_of(count.area)))
            for count in _not_delivered(snapshot, catalogue, kinds)
            if count.identity not in true and count.area not in rule.own.areas and not _amount(count, kinds)
        }
        return cls(true, tuple(rest for rest, _ in rests), required, around, missing, tuple(c for c, _ in groups))

    def asked_of(self, count: Identity, low: float, high: float) -> float:
        """Width that the rule asks of a count that lies between two numbers."""
        width = self.missing.get(count, 0.0)
        nobody = low == high == 0
        return width if -width < high and low < width and not nobody else self.required.get(count, 0.0)


def _not_delivered(snapshot: Published, catalogue: Sequence[Indicator], kinds: Mapping[str, str]) -> Iterator[Count]:
    """Counts without a number in the edition."""
    rows = snapshot.indicators
    rows = rows[rows["numerator"].isna() | rows["denominator"].isna()]
    return (count for count, number in counts(rows, catalogue, kinds) if np.isnan(number))


def _amount(count: Count, kinds: Mapping[str, str]) -> bool:
    """Whether a count is an amount; a rule of its own guards it."""
    return any(kinds.get(measure) == "guarded" for term, _, _ in count.parts for measure in term.measures)


def _terms(count: Count) -> list[Term]:
    return [term for term, _, _ in count.parts]


def _protected(count: Count, number: float, rule: Rule) -> bool:
    """Whether so small a number of a count is protected from the readers."""
    return 0 < abs(number) < rule.minimum(_terms(count)) and not _theirs(count, number, rule)


def _theirs(count: Count, number: float, rule: Rule) -> bool:
    """Whether a count is the readers' own and none that the rule hides even from them."""
    return count.area in rule.own.areas and not 0 < abs(number) < rule.own.minimum


def _not_meant(
    snapshot: Published, hidden: Hidden, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> Iterator[tuple[Remainder, float]]:
    """Of hidden proportions those who are not meant, with their number."""
    proportions = {indicator.id: indicator for indicator in catalogue if indicator.kind == "proportion"}
    rows = _with_shown(snapshot, hidden)
    both = rows[rows["indicator"].isin(proportions)]
    both = both.assign(others=both["denominator"] - both["numerator"])
    for id, found in both[both["others"] > 0].groupby("indicator", sort=False):
        indicator = proportions[str(id)]
        above, below = expressed(indicator.numerator, kinds), expressed(indicator.denominator, kinds)
        if above and below and not any(kinds.get(m) == "guarded" for t in indicator.numerator for m in t.measures):
            name = f"{indicator.short_title} (nicht gemeint)"
            for area, period, number in zip(found["area"], found["period"], found["others"], strict=True):
                place = str(area), int(period), name
                yield Remainder(Count(below, *place), Count(above, *place)), float(number)


def _with_shown(snapshot: Published, hidden: Hidden, how: Literal["inner", "right"] = "inner") -> pd.DataFrame:
    """Rows of the record, or of the edition, with both true counts: what is not in the record is shown as it is."""
    key, counted = ["indicator", "area", "period"], ["numerator", "denominator"]
    rows = hidden.indicators.merge(snapshot.indicators[[*key, *counted]], how=how, on=key, suffixes=("", "_shown"))
    return rows.assign(**{name: rows[name].fillna(rows[f"{name}_shown"]) for name in counted})


def _on_few_people(
    snapshot: Published, hidden: Hidden, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> set[Identity]:
    """Hidden numerators of values on fewer people than the edition asks for; nobody or everybody meant is open."""
    least = int(snapshot.meta["edition"].get("minimum_denominator", 0))
    only_counts = {measure: kind if kind == "count" else "amount" for measure, kind in kinds.items()}
    people = {indicator.id for indicator in catalogue if expressed(indicator.denominator, only_counts)}
    rows = _with_shown(snapshot, hidden)
    rows = rows[rows["indicator"].isin(people)]
    everybody = rows["denominator"]
    small = (everybody < least) & (rows["numerator"].abs() > 0) & (rows["numerator"] != everybody)
    return _numerators(rows[small], catalogue, kinds)


def _readers_own(snapshot: Published, hidden: Hidden, rows: pd.DataFrame, rule: Rule) -> pd.Series:
    """How much of each numerator stems from the readers' own areas below its area."""
    parent = dict(zip(snapshot.areas["id"], snapshot.areas["parent"], strict=True))
    key = ["indicator", "area", "period"]
    level = snapshot.areas.loc[snapshot.areas["level"] == str(snapshot.meta["report"]["levels"][0]["id"]), "id"]
    whole = _with_shown(snapshot, hidden, how="right")
    mine = whole[whole["area"].isin(rule.own.areas) & whole["area"].isin(level)]
    sums = []
    while len(mine := mine.assign(area=mine["area"].map(parent)).dropna(subset="area")):
        sums.append(mine)
    if not sums:
        return pd.Series(0.0, index=rows.index)
    total = pd.concat(sums).groupby(key)["numerator"].sum()
    wanted = pd.MultiIndex.from_frame(rows[key])
    return pd.Series(total.reindex(wanted, fill_value=0.0).to_numpy(), index=rows.index)


def _numerators(rows: pd.DataFrame, catalogue: Sequence[Indicator], kinds: Mapping[str, str]) -> set[Identity]:
    """Numerators of rows that have one."""
    pairs = counts(rows.assign(denominator=np.nan), catalogue, kinds)
    return {count.identity for count, number in pairs if np.isfinite(number)}


def _tops(population: pd.DataFrame) -> pd.Series:
    """Upper ages of the groups of five years; the last one is open."""
    from sozlib.indicators.population import GROUPS

    tops = {low: low + 4 for low in GROUPS[:-1]}
    return population["age_from"].map(tops).astype("Int64")


def _withheld(
    snapshot: Published, hidden: Hidden, rule: Rule, catalogue: Sequence[Indicator], kinds: Mapping[str, str]
) -> set[Identity]:
    """Numerators of values of which the edition tells the class or nothing: they must not be exact.

    A sum of the readers' own people and nobody else is theirs.
    """
    shows = Shows.model_validate(snapshot.meta["edition"].get("shows", {}))
    topics = {indicator.id: indicator.topic for indicator in catalogue}
    side_of = whose(snapshot.areas, str(snapshot.meta["report"]["levels"][0]["id"]), rule.own)

    def agreed(indicator: str, area: str) -> bool:
        return shows.of(indicator, topics[indicator], side_of(area)) in ("class", "nothing")

    rows = hidden.indicators
    if shows.everything or rows.empty:
        return set()
    chosen = np.array([agreed(i, a) for i, a in zip(rows["indicator"], rows["area"], strict=True)])
    others = rows["numerator"] - _readers_own(snapshot, hidden, rows, rule)
    return _numerators(rows[chosen & (others.isna() | (others != 0))], catalogue, kinds)
