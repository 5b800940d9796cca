"""What classes and rounded numbers of earlier editions said is reckoned with, although the edition has them no more."""

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attack import NOBODY, edition
from test_protection import AREAS, BASE, LEVELS, entry, observations
from test_widening import attacked, protection

from sozlib.disclosure.attack import attack
from sozlib.disclosure.entry import entered, keep
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.ledger import COLUMNS, Ledger
from sozlib.disclosure.proof import summary
from sozlib.disclosure.widening import widened
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities

CASES = entry()
PEOPLE = [100] * 5


def full(cases, people=PEOPLE):
    table = observations(cases=cases, people=people)
    return compute([CASES], Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)


def classed(cases, people=PEOPLE, minimum=0):
    """An edition that tells of the areas the class alone."""
    district = protection(
        [CASES], observations(cases=cases, people=people), minimum_count=minimum, shows={"others": "class"}
    )
    return district.publication()


def read_back(publication, folder: Path):
    keep(publication, folder / "public.parquet")
    return Ledger.read([folder / "public.parquet"])


def found(frame, shown, ledger, area="0101", minimum=3):
    hidden = hidden_cells(frame, shown, NOBODY, NOBODY)
    result = attack(
        edition([CASES], shown, minimum=minimum),
        hidden,
        {},
        earlier=list(ledger.counts({})),
        before=list(ledger.limits({})),
    )
    return result, {i.count.area: i for i in result if "Zähler" in i.count.name}[area]


def hiding(frame, areas):
    """An edition that hides the numerators of these areas."""
    shown = frame.copy()
    shown.loc[shown["area"].isin(areas), ["numerator", "value", "lower", "upper"]] = np.nan
    return shown


def test_the_class_of_last_year_narrows_a_count_that_is_hidden_now(tmp_path):
    """0101 has 2 and 0102 has 10 of 100: hidden, each may be 0 to 12. The class said that 0102 has 8 to 20 per cent."""
    publication = classed([2, 10, 30, 40, 50])
    low, high = (publication.meta["class_limits"]["quote"][n] for n in (0, 1))
    ledger = read_back(publication, tmp_path)
    now = full([2, 10, 30, 40, 50])
    shown = hiding(now, ["0101", "0102"])
    _, without = found(now, shown, Ledger.read([]))
    _, with_classes = found(now, shown, ledger)
    # By hand: a count of 100 people in the first class lies below its limit, the other one at or above it.
    numbers = np.arange(13)
    possible = [n for n in numbers if n < low and low <= 12 - n < high]
    assert (without.low, without.high) == (0, 12)
    assert min(possible) <= with_classes.low + 1
    assert with_classes.high < without.high
    assert all(with_classes.low <= n <= with_classes.high for n in possible)


numbers = st.lists(st.integers(0, 40), min_size=5, max_size=5)


@given(numbers, st.lists(st.integers(41, 120), min_size=5, max_size=5))
@settings(max_examples=8, deadline=None)
def test_the_true_numbers_keep_to_all_that_is_read_back(tmp_path_factory, cases, people):
    publication = classed(cases, people)
    ledger = read_back(publication, tmp_path_factory.mktemp("ledger"))
    limits = list(ledger.limits({}))
    true = {("cases", area): n for area, n in zip(BASE, cases, strict=True)}
    true |= {("people", area): n for area, n in zip(BASE, people, strict=True)}
    for limit in limits:
        total = sum(w * true[c.parts[0][0].measure, c.area] for c, w in limit.parts)
        assert limit.low - 1e-9 <= total <= limit.high + 1e-9
    classes = publication.indicators["status"].str.startswith("Klasse").sum()
    assert (len(limits) > 0) == (classes > 0 and len(publication.meta["class_limits"]["quote"]) > 0)


@given(numbers, st.sets(st.integers(0, 4)))
@settings(max_examples=6, deadline=None)
def test_no_small_count_follows_from_classes_of_one_cycle_and_numbers_of_the_next(tmp_path_factory, before, same):
    """Those that were not revised and those that were: what is hidden now stays as uncertain as it can be made."""
    now = [n if i in same else (n + 7) % 41 for i, n in enumerate(before)]
    ledger = read_back(classed(before, minimum=3), tmp_path_factory.mktemp("ledger"))
    district = protection([CASES], observations(cases=now, people=PEOPLE), ledger)
    public, _ = widened(district, {})
    frame = district.full.indicators
    result = attack(
        public,
        hidden_cells(frame, public.indicators, NOBODY, NOBODY),
        {},
        earlier=list(ledger.counts({})),
        before=list(ledger.limits({})),
    )
    assert all(inference.safe for inference in result)


def test_a_class_that_the_present_count_contradicts_was_revised_and_is_left_out(tmp_path):
    ledger = read_back(classed([50, 40, 30, 10, 2]), tmp_path)
    now = full([2, 10, 30, 40, 50])
    result, one = found(now, hiding(now, ["0101", "0102"]), ledger)
    assert (one.low, one.high) == (0, 12)
    assert result.revised >= 2


def test_a_rounded_sum_that_no_edition_has_any_more_still_binds():
    """Last year men and women together were shown as 10 (8 to 12); now men are 9 and women hidden: at most 3."""
    table = pd.concat(
        [
            observations(people=PEOPLE),
            observations(cases=[2, 10, 30, 40, 50]).assign(sex="f"),
            observations(cases=[9, 10, 30, 40, 50]).assign(sex="m"),
        ],
        ignore_index=True,
    )
    catalogue = [entry(id=sex, short_title=sex, numerator={"measure": "cases", "sex": sex}) for sex in "mf"]
    now = compute(catalogue, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    both = compute([CASES], Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    kept = entered(edition([CASES], both[both["area"] == "0101"]))
    cases = kept["count"].str.contains("cases")
    ledger = Ledger(kept[cases].assign(number=10.0, below=2.0, above=2.0))
    gone = (now["indicator"] == "f") & now["area"].isin(["0101", "0102", "0103"])
    shown = now.copy()
    shown.loc[gone, ["numerator", "value", "lower", "upper"]] = np.nan
    hidden = hidden_cells(now, shown, NOBODY, NOBODY)
    result = attack(edition(catalogue, shown), hidden, {}, before=list(ledger.limits({})))
    women = {i.count.area: i for i in result if i.count.name == "f (Zähler)"}["0101"]
    assert (women.low, women.high) == (0, 3)


def test_ledgers_of_before_are_read(tmp_path):
    old = entered(edition([CASES], full([4, 10, 30, 40, 50])))[list(COLUMNS[:4])]
    old.to_parquet(tmp_path / "public.parquet")
    ledger = Ledger.read([tmp_path / "public.parquet"])
    assert len(list(ledger.counts({}))) == len(old)
    assert list(ledger.limits({})) == []


def test_an_edition_without_classes_enters_its_counts_alone():
    district = protection([CASES], observations(cases=[4, 10, 30, 40, 50], people=PEOPLE))
    assert (entered(district.publication())["of"] == "").all()
    assert all(i.safe for i in attacked(district, district.publication()))


def test_the_summary_says_what_was_left_out_as_revised():
    assert summary([], 2).endswith(
        " Frühere Klassen oder gerundete Zahlen, die den heutigen Anzahlen widersprechen (2 Grenzen), gelten als "
        "berichtigt und bleiben außer Betracht."
    )
    assert "berichtigt" not in summary([])
