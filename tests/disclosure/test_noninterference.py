"""What an edition hides has no influence on anything it holds: the strongest proof that nothing derived tells it.

Hidden counts of the demonstration district are moved to other numbers that agree with everything published, and all is
computed anew. Not a byte of the edition may change (non-interference [1]_). Which counts are hidden depends on the true
ones; so only such moves are made that leave the pattern as it is. The other numbers are found by an integer programme
over single rows of the raw tables, which shares nothing with the attack.

References
----------
.. [1] Goguen, J. A.; Meseguer, J. (1982): Security policies and security models. IEEE Symp. Security and Privacy.
"""

import json
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sozlib import state
from sozlib.disclosure.hidden import read_hidden, record_of
from sozlib.indicators.catalogue import SURFACE, Term, catalogue_of
from sozlib.inputs import digests
from sozlib.project import Project

ROOT = Path(__file__).parents[2]
MINIMUM = 3
#: Largest step of one row of a raw table.
STEP = 2

pytestmark = pytest.mark.xdist_group("editions")


class Rows:
    """Rows of the raw tables, and which of them make up a count."""

    def __init__(self, table, areas, base):
        self.table = table
        parent = dict(zip(areas["id"], areas["parent"], strict=True))
        self.below = defaultdict(list)
        for area in areas.loc[areas["level"] == base, "id"]:
            upper = area
            while isinstance(upper, str) and upper:
                self.below[upper].append(area)
                upper = parent.get(upper)
        self.places = table.groupby(["measure", "period", "area"], sort=False).indices
        self.low = table["age_from"].to_numpy()
        self.high = table["age_to"].astype("Float64").fillna(np.inf).to_numpy(dtype=float)
        self.of = cache(self._of)

    def _of(self, term, area, year):
        found = [
            self.places[place]
            for measure in term.measures
            for part in self.below[area]
            if (place := (measure, year, part)) in self.places
        ]
        rows = np.concatenate(found) if found else np.zeros(0, dtype=int)
        inside = (self.low[rows] >= (term.age_from or 0)) & (self.high[rows] <= (term.age_to or np.inf))
        for column in ("sex", "nationality"):
            if wanted := getattr(term, column):
                inside &= self.table[column].to_numpy()[rows] == wanted
        return rows[inside]

    def sum(self, terms, area, period):
        """A count as a weighted sum of rows."""
        row = defaultdict(float)
        for term in terms:
            if term.measures != (SURFACE,):
                plain = term.model_copy(update={"lag": 0, "factor": 1.0, "weight": None})
                for place in self.of(plain, area, period - term.lag):
                    age = (self.low[place] + self.high[place] + 1) / 2
                    years = (self.low[place] + 2.5 if np.isinf(age) else age) if term.weight else 1.0
                    row[int(place)] += term.factor * years
        return dict(row)


def told(snapshot, hidden):
    """Every count of an edition: its terms, area, period, and the true number where it is hidden."""
    true = hidden.indicators.set_index(["indicator", "area", "period"])[["numerator", "denominator"]]
    for indicator in catalogue_of(snapshot.meta):
        found = snapshot.indicators[snapshot.indicators["indicator"] == indicator.id]
        both = found[["indicator", "area", "period"]].merge(true, on=["indicator", "area", "period"], how="left")
        for side in ("numerator", "denominator"):
            columns = found["area"], found["period"], found[side], both[side]
            for area, period, shown, number in zip(*columns, strict=True) if getattr(indicator, side) else ():
                yield getattr(indicator, side), area, period, None if np.isfinite(shown) else number
        if indicator.method == "difference":
            both_sides = tuple(t.model_copy(update={"factor": abs(t.factor)}) for t in indicator.numerator)
            for area, period in found.loc[found["lower"].notna(), ["area", "period"]].itertuples(index=False):
                yield both_sides, area, period, None
        if indicator.kind == "proportion":
            rest = *indicator.denominator, *(t.model_copy(update={"factor": -t.factor}) for t in indicator.numerator)
            gone = found["numerator"].isna().to_numpy() & both["numerator"].notna().to_numpy()
            everyone = both["denominator"].fillna(found["denominator"].reset_index(drop=True))
            for area, period, number in zip(
                found.loc[gone, "area"], found.loc[gone, "period"], (everyone - both["numerator"])[gone], strict=True
            ):
                yield rest, area, period, number
    for row in snapshot.population.itertuples():
        top = None if pd.isna(row.age_to) else int(row.age_to)
        term = Term(measure="einwohner", sex=row.sex or None, age_from=row.age_from, age_to=top)
        number = hidden.people.get((row.area, row.period, row.sex, row.age_from), np.nan)
        yield (term,), row.area, row.period, None if np.isfinite(row.value) else number


class World:
    """All that agrees with what an edition publishes, as an integer programme over rows that make up hidden counts."""

    def __init__(self, rows, counts, kinds):
        self.table = rows.table
        hidden_at = {
            place
            for terms, area, period, number in counts
            if number is not None and np.isfinite(number)
            for place in _places(rows, terms, area, period)
            if kinds.get(place[0]) == "count" and place in rows.places
        }
        free = np.concatenate([rows.places[place] for place in sorted(hidden_at)])
        self.free = np.sort(free[(rows.table["status"].to_numpy()[free] == "")])
        at = {int(row): position for position, row in enumerate(self.free)}
        limits = {}
        for terms, area, period, number in counts:
            if hidden_at.isdisjoint(_places(rows, terms, area, period)):
                continue
            line = tuple((at[row], weight) for row, weight in rows.sum(terms, area, period).items() if row in at)
            if line:
                low, high = limits.get(line, (-np.inf, np.inf))
                below, above = _band(number)
                limits[line] = max(low, below), min(high, above)
        entries = [(n, column, weight) for n, line in enumerate(limits) for column, weight in line]
        self.lines, self.columns, weights = (np.array(part) for part in zip(*entries, strict=True))
        self.matrix = coo_array((weights, (self.lines, self.columns)), shape=(len(limits), len(self.free))).tocsr()
        self.ends = np.array(list(limits.values()))

    def another(self, still, seed):
        """Changes of rows after which every published count is what it was, and hidden ones as small or large.

        Rows of the measures and years in ``still`` keep their numbers.
        """
        value, found = self.table["value"].to_numpy()[self.free], np.zeros(len(self.free))
        kept = [pair in still for pair in self.table.loc[self.free, ["measure", "period"]].itertuples(index=False)]
        step = np.where((value < 1) | np.array(kept), 0, STEP)
        _, of_column = connected_components(abs(self.matrix).T @ abs(self.matrix), directed=False)
        rng = np.random.default_rng(seed)
        for part in range(of_column.max() + 1):
            inside = np.flatnonzero(of_column == part)
            touched = np.unique(self.lines[np.isin(self.columns, inside)])
            answer = milp(
                rng.normal(size=len(inside)),
                constraints=LinearConstraint(self.matrix[touched][:, inside], *self.ends[touched].T),
                bounds=Bounds(np.maximum(np.minimum(1 - value, 0), -step)[inside], step[inside]),
                integrality=np.ones(len(inside)),
                options={"mip_rel_gap": 0.5, "node_limit": 20},
            )
            if answer.x is not None:
                found[inside] = np.round(answer.x)
        changes = np.zeros(len(self.table))
        changes[self.free] = found
        return changes


def _places(rows, terms, area, period):
    """Measures, years and areas of the reporting level that a count is about."""
    return {(m, period - term.lag, part) for term in terms for m in term.measures for part in rows.below[area]}


def _band(number):
    """How far a count may move: not at all where it is published; a small one stays small, a large one large."""
    if number is None or number == 0:
        return 0.0, 0.0
    if not np.isfinite(number) or number < 0:
        return -np.inf, np.inf
    return (1 - number, MINIMUM - 1 - number) if number < MINIMUM else (MINIMUM - number, np.inf)


def changed_pattern(first, second, catalogue):
    """Measures and years of which the editions do not hide the same counts."""
    found, by_id = set(), {indicator.id: indicator for indicator in catalogue}
    one, other = first.indicators, second.indicators
    differs = (one[["numerator", "denominator"]].isna() != other[["numerator", "denominator"]].isna()).any(axis=1)
    for id, period in one.loc[differs | (one["status"] != other["status"]), ["indicator", "period"]].values:
        terms = *by_id[id].numerator, *by_id[id].denominator
        found |= {(measure, period - term.lag) for term in terms for measure in term.measures}
    gone = first.population["value"].isna() != second.population["value"].isna()
    return found | {("einwohner", period) for period in first.population.loc[gone, "period"]}


@pytest.mark.parametrize(("edition", "first_period"), [("public", 2023), ("municipal-01", 2025)])
def test_hidden_counts_change_nothing_of_an_edition(edition, first_period, monkeypatch, tmp_path):
    project = Project(ROOT)
    cycle = project.cycle.model_copy(update={"first_period": first_period})
    monkeypatch.setitem(project.__dict__, "cycle", cycle)
    given = state._state(project.root, cycle.id, json.dumps(digests(project), sort_keys=True)).observations
    table = given.table[given.table["period"] >= first_period - 1].reset_index(drop=True)

    def built(name, table):
        made = state.state_of(project, replace(given, table=table))
        monkeypatch.setattr(state, "_state", lambda *_: made)
        return state.make_snapshot(project, edition, tmp_path / name / "snapshot")[0]

    first = built("first", table)
    held = state.held_snapshots(project, edition, first.path.parent)
    counts = [count for s in (first, *held) for count in told(s, read_hidden(record_of(s.path)))]
    if held:  # what readers see in one of their editions is published
        shown = {count[:3] for count in counts if count[3] is None}
        counts = [count for count in counts if count[3] is None or count[:3] not in shown]
    rows = Rows(table, given.areas, project.report.levels[0].id)
    kinds = {m.id: m.kind for m in given.measures.values() if not m.dominance}
    world, still, tried = World(rows, counts, kinds), set(), 0
    while True:
        changes, tried = world.another(still, seed=1), tried + 1
        second = built(f"try-{tried}", table.assign(value=table["value"] + changes))
        pairs = list(
            zip((first, *held), (second, *state.held_snapshots(project, edition, second.path.parent)), strict=True)
        )
        more = set().union(*(changed_pattern(*pair, catalogue_of(first.meta)) for pair in pairs))
        if not more:
            break
        still |= more
    assert table.loc[changes != 0, "measure"].value_counts().get("einwohner", 0) > 100
    for one, other in pairs:
        for path in sorted(one.path.iterdir()):
            assert path.read_bytes() == (other.path / path.name).read_bytes(), path.name
