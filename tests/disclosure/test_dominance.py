"""Amounts that a few providers make up: what the rules ask for, and that editions and the attack keep to it."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from test_protection import AREAS, BASE, LEVELS, PARENT, entry, observations, row

from sozlib.disclosure.attack import attack
from sozlib.disclosure.dominance import levels
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.own import NOBODY as NO_OWN
from sozlib.disclosure.own import Own
from sozlib.disclosure.protect import protect
from sozlib.disclosure.rule import Rule
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities
from sozlib.observations.dominance import Dominance
from sozlib.snapshot import POPULATION_COLUMNS

KINDS = {"euro": "amount", "first": "amount", "both": "amount", "providers": "count", "people": "count"}
P10 = Dominance(largest="first", two_largest="both", p=10)
SPENT = entry(id="spent", short_title="Ausgaben", kind="count", numerator={"measure": "euro"}, denominator=())
EACH = entry(id="each", short_title="je Kopf", kind="ratio", numerator={"measure": "euro"})
NOBODY = pd.DataFrame(columns=list(POPULATION_COLUMNS))


def level(rule, contributions, total=None):
    """Level of one amount by its contributions."""
    ordered = sorted(contributions, reverse=True)
    numbers = (total or sum(ordered), len(ordered), ordered[0], sum(ordered[:2]))
    return rule.levels(*(np.array([float(number)]) for number in numbers)).item()


def of_handbook(rule, total, first, second):
    return rule.levels(*(np.array([float(n)]) for n in (total, np.nan, first, first + second))).item()


def test_examples_of_the_handbook():
    """Hundepool et al., Handbook on Statistical Disclosure Control, ch. 4.2.1 examples 1 and 2, ch. 4.2.2 example 4."""
    assert of_handbook(Dominance(largest="a", n=1, k=90), 100_000, 50_000, 49_000) == 0
    assert of_handbook(P10, 100_000, 50_000, 49_000) == pytest.approx(5_000 - 1_000)
    assert of_handbook(P10, 110_000, 52_000, 50_000) == 0
    assert of_handbook(Dominance(two_largest="b", n=2, k=100 / 1.1), 110_000, 52_000, 50_000) == pytest.approx(2_200)
    assert 330 + level(Dominance(largest="a", n=1, k=85), [300, 20, 10]) == pytest.approx(352.94, abs=0.005)


contributions = st.lists(st.integers(1, 1000), min_size=1, max_size=6)


@given(contributions, st.sampled_from([5, 10, 25, 60]))
def test_at_the_level_the_second_largest_misses_the_largest_by_p_percent(parts, p):
    """Example 5 of the handbook, from the contributions themselves."""
    found = level(Dominance(largest="first", two_largest="both", p=p), parts)
    first, second = [*sorted(parts, reverse=True), 0][:2]
    estimate = sum(parts) + found - second
    assert estimate >= first * (1 + p / 100) - 1e-6
    if found > 0:
        assert estimate == pytest.approx(first * (1 + p / 100)), "and the level asks for no more than that"


@given(contributions, st.sampled_from([1, 2]), st.sampled_from([60, 75, 90]))
def test_an_amount_is_sensitive_where_the_largest_make_up_more_than_k_percent(parts, n, k):
    rule = Dominance(largest="first", two_largest="both", n=n, k=k)
    share = 100 * sum(sorted(parts, reverse=True)[:n]) / sum(parts)
    assume(abs(share - k) > 1e-9)
    assert (level(rule, parts) > 0) == (share > k)


@pytest.mark.parametrize("rule", [P10, Dominance(two_largest="both", n=2, k=80), Dominance(contributors="c", p=10)])
@given(parts=contributions)
def test_what_is_unknown_counts_as_one_contributor(rule, parts):
    total = np.array([float(sum(parts))])
    unknown = rule.levels(total, *[np.array([np.nan])] * 3).item()
    assert unknown >= level(rule, parts)
    assert unknown == pytest.approx(level(rule, [sum(parts)]))


@pytest.mark.parametrize(("providers", "found"), [(1, 100.0), (2, 100.0), (3, 0.0), (np.nan, 100.0)])
def test_three_contributors_are_the_least(providers, found):
    rule = Dominance(contributors="providers")
    numbers = (1000.0, providers, np.nan, np.nan)
    assert rule.levels(*(np.array([number]) for number in numbers)).item() == pytest.approx(found)


def test_nothing_spent_gives_nobody_away():
    assert P10.levels(*(np.array([number]) for number in (0.0, 0.0, np.nan, np.nan))).item() == 0
    assert P10.levels(*(np.array([np.nan]) for _ in range(4))).item() == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Für die Regel fehlt contributors"),
        ({"largest": "a", "p": 10}, "Für die Regel fehlt two_largest"),
        ({"largest": "a", "two_largest": "b"}, "Für die Regel fehlt p"),
        ({"largest": "a", "n": 2, "k": 80}, "Für die Regel fehlt two_largest"),
        ({"two_largest": "b", "n": 2}, "n und k gehören zusammen"),
        ({"two_largest": "b", "n": 2, "k": 80, "p": 10}, "entweder p"),
        ({"contributors": "c", "minimum": 2}, "greater than or equal to 3"),
    ],
)
def test_a_rule_without_what_it_needs_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        Dominance.model_validate(given)


def shared(by_area):
    """Observations of the amounts that providers spend, [{provider: amount}] in the order of the areas."""
    ordered = [sorted(spent.values(), reverse=True) for spent in by_area]
    return observations(
        euro=[sum(o) for o in ordered],
        first=[sum(o[:1]) for o in ordered],
        both=[sum(o[:2]) for o in ordered],
        providers=[len(o) for o in ordered],
        people=[100] * 5,
    )


spending = st.lists(
    st.dictionaries(st.sampled_from("abcde"), st.integers(1, 500), max_size=5), min_size=len(BASE), max_size=len(BASE)
)


@settings(max_examples=8, deadline=None)
@given(spending, st.sampled_from([P10, Dominance(two_largest="both", n=2, k=80), Dominance(contributors="providers")]))
def test_a_sum_whose_contributions_nobody_delivered_is_protected_at_least_as_it_should(by_area, rule):
    """One provider may be the largest everywhere: what is assumed for a region is never less than what is true."""
    found = levels([SPENT], Quantities(shared(by_area), AREAS, LEVELS, KINDS), {"euro": rule})
    found = found.set_index("area")["number"]
    for upper in PARENT:
        together: dict[str, int] = {}
        for area, spent in zip(BASE, by_area, strict=True):
            if upper in (area, area[:2], "00"):
                for provider, amount in spent.items():
                    together[provider] = together.get(provider, 0) + amount
        if together:
            assert found.get(upper, 0.0) >= level(rule, list(together.values())) - 1e-6


def editions(table, indicators=(SPENT, EACH), rule=P10, own=NO_OWN):
    """Full and public frame, and the levels."""
    quantities = Quantities(table, AREAS, LEVELS, KINDS)
    full = compute(indicators, quantities, periods=(2000, 2030), trend_years=5)
    amounts = levels(indicators, quantities, {"euro": rule})
    shown = protect(full, indicators, AREAS, LEVELS, Rule(3, own=own), trend_years=5, amounts=amounts)
    return full, shown, amounts


def attacked(full, shown, amounts, indicators=(SPENT, EACH)):
    meta = {
        "edition": {"minimum_count": 3},
        "catalogue": [indicator.model_dump() for indicator in indicators],
        "report": {"population": None, "levels": [{"id": level} for level in LEVELS]},
    }
    hidden = replace(hidden_cells(full, shown, NOBODY, NOBODY), amounts=amounts)
    snapshot = SimpleNamespace(indicators=shown, population=NOBODY, areas=AREAS, meta=meta)
    found = attack(snapshot, hidden, {**KINDS, "euro": "guarded"}, exact=False)
    return {i.count.area: i for i in found if i.count.name == "Ausgaben (Zähler)"}


ONE_LARGE = [{"a": 900, "b": 20}, {"a": 50, "b": 60, "c": 70}, {"a": 300, "b": 300, "c": 300}] + [
    {"a": 400, "b": 400, "c": 400}
] * 2


def test_a_dominated_amount_is_hidden_with_all_that_follows_and_another_with_it():
    full, shown, amounts = editions(shared(ONE_LARGE))
    assert amounts.set_index("area")["number"].to_dict() == {"0101": 90.0}
    for indicator in ("spent", "each"):
        concealed = shown[(shown["indicator"] == indicator) & (shown["status"] == ".")]
        assert set(concealed["area"]) == {"0101", "0102"}, "180 blur 920 by more than 90"
        assert concealed[["numerator", "value", "rank", "versus_whole"]].isna().all(axis=None)
    assert row(shown, "0101", "each")["denominator"] == 100
    assert row(full, "0101", "spent")["numerator"] == 920
    found = attacked(full, shown, amounts)
    assert (found["0101"].low, found["0101"].high, found["0101"].within) == (0, 1100, (830, 1010))
    assert found["0101"].safe
    assert found["0102"].required == 0


def test_hiding_the_amount_alone_or_with_too_little_is_found():
    full, shown, amounts = editions(shared(ONE_LARGE))
    alone = shown.copy()
    other = alone["area"] == "0102"
    alone.loc[other] = full.loc[other, shown.columns]
    found = attacked(full, alone, amounts)["0101"]
    assert (found.low, found.high, found.safe) == (920, 920, False)
    little = [{**ONE_LARGE[0]}, {"a": 10, "b": 10, "c": 10}, *ONE_LARGE[2:]]
    full, shown, amounts = editions(shared(little))
    assert {area for area in BASE if row(shown, area, "spent")["status"] == "."} == {"0101", "0102", "0103"}
    narrow = shown.copy()
    narrow.loc[narrow["area"] == "0103"] = full.loc[full["area"] == "0103", shown.columns]
    found = attacked(full, narrow, amounts)["0101"]
    assert (found.low, found.high) == (0, 950), "wide, but only 30 above the truth"
    assert not found.safe


def test_an_amount_alone_in_its_region_takes_the_need_to_the_region_above():
    """Nothing else in region 02: the region is hidden, too, and the other region must be able to blur it."""
    table = shared([{"a": 4, "b": 4, "c": 4}, {"a": 300, "b": 300, "c": 300}, {}, {"a": 900, "b": 20}, {}])
    full, shown, amounts = editions(table)
    assert all(inference.safe for inference in attacked(full, shown, amounts).values())
    assert row(shown, "02", "spent")["status"] == "."
    assert row(shown, "01", "spent")["status"] == "."


@settings(max_examples=8, deadline=None)
@given(spending)
def test_no_bound_on_a_dominated_amount_is_closer_than_the_rule_says(by_area):
    full, shown, amounts = editions(shared(by_area), indicators=(SPENT,))
    whole = row(shown, "00", "spent")
    for inference in attacked(full, shown, amounts, (SPENT,)).values():
        everything_hidden = shown.loc[shown["area"].isin(BASE) & (shown["numerator"] > 0), "numerator"].empty
        assert inference.safe or (everything_hidden and whole["status"] != "."), "nothing left that could be hidden"


def test_a_municipality_does_not_see_who_spends_what_either():
    _, shown, _ = editions(shared(ONE_LARGE), own=Own.of(["0101", "0102"], AREAS, 0))
    assert row(shown, "0101", "spent")["status"] == "."
    assert row(shown, "0102", "spent")["status"] == ".", "or the region would give it away"


def test_the_internal_edition_shows_everything():
    quantities = Quantities(shared(ONE_LARGE), AREAS, LEVELS, KINDS)
    full = compute([SPENT], quantities, periods=(2000, 2030), trend_years=5)
    amounts = levels([SPENT], quantities, {"euro": P10})
    same = protect(full, [SPENT], AREAS, LEVELS, Rule(0), trend_years=5, amounts=amounts)
    pd.testing.assert_frame_equal(full, same)


def test_the_amount_of_an_earlier_year_is_protected_wherever_it_stands():
    lagged = entry(id="each", kind="ratio", numerator={"measure": "euro", "lag": 1, "factor": 2.0})
    now = shared(ONE_LARGE)
    table = pd.concat([now, now.assign(period=2025)], ignore_index=True)
    found = levels([SPENT, lagged], Quantities(table, AREAS, LEVELS, KINDS), {"euro": P10})
    assert sorted(zip(found["year"], found["number"], strict=True)) == [
        *[(2024, 90.0), (2024, 180.0), (2025, 90.0), (2025, 180.0)]
    ]
