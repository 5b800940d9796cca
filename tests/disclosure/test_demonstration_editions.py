"""Both editions of the demonstration district: values by plain counting, and nothing small in the public one."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sozlib.analysis.audit import audit
from sozlib.analysis.definition import read_definition
from sozlib.disclosure.attack import attack as attacked
from sozlib.disclosure.concealment import Sum
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.proof import prove, run_attack
from sozlib.disclosure.protect import protect
from sozlib.disclosure.rule import Rule
from sozlib.indicators.catalogue import Indicator
from sozlib.inputs import digests
from sozlib.project import Project
from sozlib.state import _state, make_snapshot

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.xdist_group("editions")


@pytest.fixture(scope="module")
def project() -> Project:
    return Project(ROOT)


@pytest.fixture(scope="module")
def editions(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions")
    return {e: make_snapshot(project, e, folder / e / "snapshot")[0] for e in ("internal", "public")}


@pytest.fixture(scope="module")
def rows(project, editions):
    """Observations as plain records."""
    state = _state(project.root, project.cycle.id, json.dumps(digests(project), sort_keys=True))
    return state.observations.table.to_dict("records")


def counted(rows, measure, period, areas, low=0, high=999, sex=""):
    """Sum by looking at every record."""
    total = 0.0
    for row in rows:
        if row["measure"] != measure or row["period"] != period or row["area"] not in areas:
            continue
        top = 999 if pd.isna(row["age_to"]) else row["age_to"]
        if low <= row["age_from"] and top <= high and sex in ("", row["sex"]):
            assert row["status"] in ("", "–", "()"), "eine gesperrte Zelle lässt sich nicht nachzählen"
            total += row["value"]
    return total


@pytest.mark.parametrize(
    ("indicator", "measure", "ages", "people", "lag", "per"),
    [
        ("sgb2_quote_u65", "sgb2_personen", (0, 64), (0, 64), 0, 100),
        ("kinderarmut_u15", "sgb2_kinder", (0, 14), (0, 14), 0, 100),
        ("anteil_80plus", "einwohner", (80, 999), (0, 999), 0, 100),
        ("beschaeftigungsquote", "beschaeftigte_wohnort", (15, 64), (15, 64), 1, 100),
        ("betreuungsquote_3_6", "kinder_in_betreuung", (3, 5), (3, 5), 1, 100),
        ("jugendquotient", "einwohner", (0, 19), (20, 64), 0, 100),
        ("pflegebeduerftige_65plus", "pflegebeduerftige", (0, 999), (65, 999), 0, 1000),
    ],
)
def test_values_are_those_of_plain_counting(editions, rows, indicator, measure, ages, people, lag, per):
    internal = editions["internal"]
    frame = internal.indicators[internal.indicators["indicator"] == indicator]
    parents = dict(zip(internal.areas["id"], internal.areas["parent"], strict=True))
    base = list(internal.areas.loc[internal.areas["level"] == "area", "id"])
    for period in (2015, 2025):
        for area, below in {"0101": ["0101"], "02": [a for a in base if parents[a] == "02"], "00": base}.items():
            numerator = counted(rows, measure, period, below, *ages)
            denominator = counted(rows, "einwohner", period - lag, below, *people)
            found = frame[(frame["area"] == area) & (frame["period"] == period)].iloc[0]
            assert (found["numerator"], found["denominator"]) == (numerator, denominator)
            assert found["value"] == pytest.approx(per * numerator / denominator)


def test_the_public_edition_holds_no_count_of_one_or_two(editions):
    public = editions["public"]
    kinds = {i["id"]: i["kind"] for i in public.meta["catalogue"]}
    counts = public.indicators[public.indicators["indicator"].map(kinds) != "change"]
    for column in ("numerator", "denominator"):
        assert not counts[column].between(1, 2).any()
    shares = counts[counts["indicator"].map(kinds) == "proportion"]
    assert not (shares["denominator"] - shares["numerator"]).between(1, 2).any()
    assert not public.population["value"].between(1, 2).any()
    internal = editions["internal"].indicators
    assert internal["numerator"].between(1, 2).any()


def test_no_small_count_of_the_public_edition_can_be_found_by_subtraction(editions, attack):
    internal, public = editions["internal"], editions["public"]
    areas = internal.areas.reset_index(drop=True)
    place = {area: i for i, area in enumerate(areas["id"])}
    sums = [
        Sum(tuple(place[a] for a in areas.loc[areas["parent"] == upper, "id"]), place[upper])
        for upper in areas["parent"].dropna().unique()
    ]
    checked = 0
    merged = internal.indicators.merge(public.indicators, on=["indicator", "area", "period"], suffixes=("", "_shown"))
    for _, table in merged.groupby(["indicator", "period"]):
        at = table["area"].map(place)
        for column in ("numerator", "denominator"):
            true, shown = np.zeros(len(areas)), np.zeros(len(areas))
            true[at], shown[at] = table[column], table[f"{column}_shown"]
            small = {i for i in range(len(areas)) if 0 < true[i] < 3}
            if small:
                checked += 1
                assert not attack(np.isnan(shown), sums) & small
    assert checked > 20


def test_no_small_group_of_any_ages_follows_from_the_public_edition(editions, rows):
    """By linear algebra over years of age and sex, area by area, with the ages as they were delivered.

    Many such groups would follow from the edition that hides nothing.
    """
    people = pd.DataFrame([row for row in rows if row["measure"] == "einwohner"])
    ages = people.pivot_table(index=["area", "period"], columns=["sex", "age_from"], values="value", aggfunc="sum")
    catalogue = [Indicator.model_validate(entry) for entry in editions["public"].meta["catalogue"]]

    def inside(sex, low, high):
        of_sex, age = (ages.columns.get_level_values(level) for level in ("sex", "age_from"))
        return np.asarray(
            (age >= (low or 0)) & (age <= (999 if pd.isna(high) else high)) & ((of_sex == sex) | (not sex))
        )

    def followed(edition):
        shown = []
        for indicator in catalogue:
            table = edition.indicators[edition.indicators["indicator"] == indicator.id]
            for side in ("numerator", "denominator"):
                terms = getattr(indicator, side)
                if len(terms) == 1 and terms[0].measures == ("einwohner",) and not terms[0].weight:
                    term, at = terms[0], table.dropna(subset=side)
                    vector = inside(term.sex, term.age_from, term.age_to)
                    shown += [((a, p - term.lag), vector) for a, p in zip(at["area"], at["period"], strict=True)]
        cells = edition.population.dropna(subset="value")
        for sex, low, high, area, period in cells[["sex", "age_from", "age_to", "area", "period"]].itertuples(
            index=False
        ):
            shown.append(((area, period), inside(sex, low, high)))
        found = set()
        edges = sorted({0, 3, 5, 6, 15, 18, 20, 25, 30, 65, 80, 85, 999})
        groups = [(s, a, b - 1) for n, a in enumerate(edges) for b in edges[n + 1 :] for s in ("", "m", "f")]
        wanted = np.array([inside(*group) for group in groups], dtype=float)
        for place in {place for place, _ in shown} & set(ages.index):
            number = wanted @ ages.loc[place].fillna(0).to_numpy()
            small = (number > 0) & (number < 3)
            if small.any():
                basis = np.unique(np.array([vector for at, vector in shown if at == place], dtype=float), axis=0)
                left = wanted[small] - wanted[small] @ np.linalg.pinv(basis) @ basis
                found |= {(place, groups[g]) for g in np.flatnonzero(small)[np.abs(left).max(axis=1) < 1e-7]}
        return found

    assert len(followed(editions["internal"])) > 15
    assert followed(editions["public"]) == set()


def test_a_hidden_row_has_nothing_that_follows_from_its_number(editions):
    public = editions["public"].indicators
    hidden = public[public["status"].isin([".", "/", "x", "..."])]
    gone = ["value", "lower", "upper", "rank", "versus_whole", "versus_region", "trend", "trend_change"]
    assert hidden[gone].isna().all().all()
    assert public.loc[~public.index.isin(hidden.index), "value"].notna().all()


def test_the_districts_values_are_the_same_in_both_editions(editions):
    whole = {
        name: snapshot.indicators[snapshot.indicators["area"] == "00"].reset_index(drop=True)
        for name, snapshot in editions.items()
    }
    columns = ["indicator", "period", "numerator", "denominator", "value", "lower", "upper", "status"]
    pd.testing.assert_frame_equal(whole["internal"][columns], whole["public"][columns])


def test_the_public_edition_withstands_the_attack(project, editions):
    found = run_attack(project, editions["public"])
    protected = [inference for inference in found if inference.required]
    assert len(protected) > 50
    assert all(inference.safe for inference in found)
    assert prove(project, editions["internal"]) == ""


def test_hiding_the_small_numbers_alone_would_not(editions):
    """The measure with most small numbers, hidden as a spreadsheet would: many are found to the unit."""
    internal, public = editions["internal"], editions["public"]
    full = internal.indicators[internal.indicators["indicator"] == "tagespflege_u3"]
    shown = full.copy()
    shown.loc[shown["numerator"].between(1, 2), ["numerator", "value", "lower", "upper"]] = np.nan
    nobody = public.population.iloc[:0]
    naive = SimpleNamespace(indicators=shown, population=nobody, areas=public.areas, meta=public.meta)
    found = attacked(naive, hidden_cells(full, shown, nobody, nobody), {})
    exact = [inference for inference in found if inference.low == inference.high]
    assert len(found) > 20
    assert exact
    assert not any(inference.safe for inference in exact)


def test_the_audit_of_the_monitor_leaves_out_areas_with_hidden_values(project):
    """With a high minimum much of what the monitor needs is hidden."""
    state = _state(project.root, project.cycle.id, json.dumps(digests(project), sort_keys=True))
    areas = state.observations.areas
    levels = [level.id for level in project.report.levels]
    shown = protect(state.indicators, state.catalogue, areas, levels, Rule(20), trend_years=project.cycle.trend_years)
    base = areas.loc[areas["level"] == "area", "id"].tolist()
    definition = read_definition(project, state.catalogue)
    needed = shown["indicator"].isin(definition.ids) & shown["area"].isin(base)
    hidden = needed & (shown["status"] == ".") & (shown["period"] == shown.loc[needed, "period"].max())
    assert hidden.any()
    rest = ({}, base)
    audited = audit(definition, state.catalogue, shown, *rest)
    assert not set(audited.table["area"]) & set(shown.loc[hidden, "area"])


def test_the_audit_of_an_edition_follows_from_what_it_publishes(project, editions):
    """Whoever has the edition can compute it again, so it tells nothing that the edition does not show."""
    snapshot = editions["public"]
    areas = snapshot.areas.loc[snapshot.areas["level"] == "area", "id"].tolist()
    catalogue = _state(project.root, project.cycle.id, json.dumps(digests(project), sort_keys=True)).catalogue
    people = {(r.area, int(r.period)): r.value for r in snapshot.inhabitants.itertuples() if r.value == r.value}
    found = audit(read_definition(project, catalogue), catalogue, snapshot.indicators, people, areas)
    pd.testing.assert_frame_equal(snapshot.audit, found.table, check_dtype=False)
    assert snapshot.meta["audit"] == json.loads(json.dumps(found.meta))


@pytest.fixture(scope="module")
def town(project, tmp_path_factory):
    """The edition of the town that reports by quarters."""
    return make_snapshot(project, "municipal-01", tmp_path_factory.mktemp("editions") / "town" / "snapshot")[0]


def test_a_municipality_sees_its_own_values_and_of_others_what_everybody_sees(editions, town):
    key, numbers = ["indicator", "area", "period"], ["numerator", "denominator", "value", "lower", "upper"]
    full, public, municipal = (
        s.indicators.set_index(key)[numbers] for s in (editions["internal"], editions["public"], town)
    )
    own = municipal.index.get_level_values("area").isin(["0101", "0102", "0103", "0104", "0105", "01"])
    pd.testing.assert_frame_equal(municipal[own], full.loc[municipal.index][own])
    pd.testing.assert_frame_equal(municipal[~own], public.loc[municipal.index][~own])
    assert public[own]["numerator"].isna().sum() > full[own]["numerator"].isna().sum()


def test_the_town_with_the_public_edition_finds_nobodys_small_number(project, editions, town):
    found = run_attack(project, town, [editions["public"]])
    assert all(inference.safe for inference in found)


def test_nothing_derived_has_a_number_where_the_public_edition_hides_the_value(editions):
    snapshot = editions["public"]
    indicators = snapshot.indicators
    hidden = indicators[indicators["value"].isna()]
    cells = set(zip(hidden["indicator"], hidden["area"], hidden["period"], strict=True))
    assert len(cells) > 100
    for frame in (snapshot.smoothed, snapshot.funnels, snapshot.clusters, snapshot.standardised, snapshot.changes):
        told = frame[frame["value"].notna()] if "value" in frame else frame
        assert not cells & set(zip(told["indicator"], told["area"], told["period"], strict=True))
    changes = snapshot.changes[snapshot.changes["before"].notna()]
    assert not cells & set(zip(changes["indicator"], changes["area"], changes["reference"], strict=True))


def test_standardised_values_of_the_public_edition_rest_on_no_small_age_group(editions, rows):
    told = editions["public"].standardised
    told = told[told["value"].notna() & told["area"].str.len().eq(4)]
    cells = set(zip(told["area"], told["period"], strict=True))
    sums = {}
    for row in rows:
        measure, place = row["measure"], (row["area"], row["period"])
        if measure in ("pflegebeduerftige_alter", "einwohner") and place in cells:
            group = sum(row["age_from"] >= bound for bound in (65, 75, 85))
            key = (measure, *place, group)
            sums[key] = sums.get(key, 0.0) + row["value"]
    assert len(cells) > 50
    for area, period in cells:
        for group in range(4):
            cases, people = (sums[m, area, period, group] for m in ("pflegebeduerftige_alter", "einwohner"))
            assert not any(0 < count < 3 for count in (cases, people, people - cases))
