"""Where groups overlap, further counts are hidden until nothing protected can be inferred: an attack decides."""

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from test_attack import aged, naive
from test_protection import AREAS, BASE, LEVELS, entry, hidden_areas, observations
from test_protection import row as row_of
from test_rounding import computed

from sozlib.crew import Crew
from sozlib.disclosure.attack import attack
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.ledger import NOTHING, Ledger, published_counts
from sozlib.disclosure.proof import described, summary
from sozlib.disclosure.publication import Protection, Publication
from sozlib.disclosure.widening import widened
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import POPULATION_COLUMNS

NOBODY = pd.DataFrame(columns=list(POPULATION_COLUMNS))


def protection(catalogue, table, *rest, **more):
    """How an edition of these observations is protected."""
    full = compute(catalogue, Quantities(table, AREAS, LEVELS), periods=(2000, 2030), trend_years=5)
    return protection_of(catalogue, full, *rest, **more)


def protection_of(catalogue, full, ledger=NOTHING, given=frozenset(), population=NOBODY, **edition):
    """How an edition of these values is protected; ``edition`` changes its declaration."""
    meta = {
        "edition": {"id": "public", "title": "öffentlich", "minimum_count": 3} | edition,
        "cycle": {"trend_years": 5},
        "catalogue": [indicator.model_dump() for indicator in catalogue],
        "report": {
            "population": "people" if len(population) else None,
            "levels": [{"id": level} for level in LEVELS],
        },
    }
    return Protection(Publication(full, population, AREAS, meta), tuple(catalogue), ledger=ledger, given=given)


def attacked(protected, publication, held=(), ledger=NOTHING):
    full = protected.full
    hidden = hidden_cells(full.indicators, publication.indicators, full.population, publication.population)
    return attack(publication, hidden, {}, held, earlier=tuple(ledger.counts({}))).inferences


AGES = [
    entry(id="u15", short_title="U15", numerator={"measure": "cases", "age_to": 14}),
    entry(id="u18", short_title="U18", numerator={"measure": "cases", "age_to": 17}),
    entry(id="older", short_title="Aeltere", numerator={"measure": "cases", "age_from": 15, "age_to": 17}),
]


def test_what_overlapping_ages_give_away_is_found_and_closed():
    """Two youths among 22 under 18 and 20 under 15: neither the threshold alone nor sums of areas hide them."""
    district = protection(AGES, aged(young=[20, 30, 40, 50, 60], old=[2, 10, 12, 14, 16]))
    careless = replace(district.full, indicators=naive(district.full.indicators))
    for leaking in (careless, district.publication()):
        exact = [i for i in attacked(district, leaking) if i.low == i.high and i.required]
        assert [(i.count.name, i.count.area, i.low) for i in exact] == [("Aeltere (Zähler)", "0101", 2)]
    public, further = widened(district, {})
    assert all(i.safe for i in attacked(district, public))
    assert [(area, year) for _, area, year in further] == [("0101", 2024)], "one count is enough"
    assert hidden_areas(public.indicators, "older") == {"0101", "0102"}
    assert hidden_areas(public.indicators, "u15") == {"0101", "0102"}, "the smallest, and what its region would tell"
    assert hidden_areas(public.indicators, "u18") == set()


def test_what_was_hidden_for_one_count_and_serves_none_any_more_is_shown_again():
    """Four counts are hidden one after the other; the last two do alone."""
    district = protection(AGES, aged(young=[30, 3, 2, 20, 2], old=[3, 6, 4, 1, 1]))
    public, further = widened(district, {})
    assert {area for _, area, _ in further} == {"0103", "02"}
    assert all(i.safe for i in attacked(district, public))
    for cell in further:
        assert not all(i.safe for i in attacked(district, district.publication(further - {cell}))), "both are needed"


def test_two_processes_hide_what_one_does():
    """Tables that share nobody are looked at side by side."""
    table = aged(young=[20, 30, 40, 50, 60], old=[2, 10, 12, 14, 16])
    other = aged(young=[60, 30, 40, 50, 20], old=[16, 10, 12, 14, 2]).assign(measure=lambda rows: rows["measure"] + "2")
    again = [
        entry(
            id=f"{indicator.id}2",
            numerator=indicator.numerator[0].model_dump() | {"measure": "cases2"},
            denominator={"measure": "people2"},
        )
        for indicator in AGES
    ]
    district = protection([*AGES, *again], pd.concat([table, other], ignore_index=True))
    alone, further = widened(district, {})
    with Crew(2) as crew:
        together, theirs = widened(district, {}, crew=crew)
    assert {area for _, area, _ in further} == {"0101", "0202"}
    assert theirs == further
    pd.testing.assert_frame_equal(together.indicators, alone.indicators)


def test_nothing_more_is_hidden_where_nothing_is_too_narrow():
    for old in ([20, 10, 12, 14, 16], [0, 10, 12, 14, 16]):
        district = protection(AGES, aged(young=[20, 30, 40, 50, 60], old=old))
        public, further = widened(district, {})
        assert further == frozenset()
        pd.testing.assert_frame_equal(public.indicators, district.full.indicators)


def test_an_edition_that_protects_nothing_is_not_attacked(monkeypatch):
    monkeypatch.setattr("sozlib.disclosure.widening.attack", None)
    district = protection(AGES, aged(young=[20] * 5, old=[2] * 5), minimum_count=0)
    assert widened(district, {})[0].indicators is district.full.indicators


def test_few_who_are_not_meant_are_found_through_another_denominator():
    """That three of 100 are not meant may be told; that one of them is a boy and two are girls must not follow."""
    table = pd.concat(
        [
            observations(**{m: n}).assign(sex=sex)
            for sex, cases, people in (
                ("m", [49, 20, 20, 20, 20], [50, 60, 60, 60, 60]),
                ("f", [48, 20, 20, 20, 20], [50, 60, 60, 60, 60]),
            )
            for m, n in (("cases", cases), ("people", people))
        ],
        ignore_index=True,
    )
    groups = {"alle": {}, "jungen": {"sex": "m"}, "maedchen": {"sex": "f"}}
    catalogue = [
        entry(id=id, short_title=id, numerator={"measure": "cases", **sex}, denominator={"measure": "people", **sex})
        for id, sex in groups.items()
    ]
    district = protection(catalogue, table)
    public, _ = widened(district, {})
    few = [i for i in attacked(district, public) if i.count.name.endswith("(nicht gemeint)")]
    assert {(i.count.name, i.count.area) for i in few} == {
        ("jungen (nicht gemeint)", "0101"),
        ("maedchen (nicht gemeint)", "0101"),
    }
    assert all(i.safe and i.width >= 3 for i in few)


def test_what_an_earlier_release_gave_away_is_said_and_stops_nothing():
    """Two counts were told when three were enough; now five are asked for, and the third still follows from them."""
    table = aged(young=[20, 30, 40, 50, 60], old=[4, 10, 12, 14, 16])
    before = widened(protection(AGES[:2], table), {})[0]
    ledger = Ledger(published_counts(before))
    now = protection(AGES, table, ledger, minimum_count=5)
    public, further = widened(now, {})
    assert further == frozenset(), "hiding more would change nothing"
    youths = [i for i in attacked(now, public, ledger=ledger) if i.required]
    assert [(i.count.area, i.low, i.high, i.safe, i.lost) for i in youths] == [("0101", 4, 4, True, True)]
    assert described(youths[0], SimpleNamespace(areas=AREAS.assign(name=AREAS["id"]))) == (
        "Aeltere (Zähler), 0101, 2024: zwischen 4 und 4; verlangt ist eine Breite von 5, frühere oder andere Ausgaben "
        "lassen sie schon nicht mehr zu"
    )
    assert summary(youths) == (
        "Angriff: 1 gesperrte Zahlen, keine davon muss oder kann geschützt bleiben. 1 ist durch frühere oder andere "
        "Ausgaben schon genauer bekannt, als die Regel erlaubt; daran ändert diese Ausgabe nichts mehr."
    )


def test_what_this_edition_would_give_away_is_closed_even_if_an_earlier_one_told_part_of_it():
    """Those under 15 were told before; those under 18 are told only now, and need not be."""
    table = aged(young=[20, 30, 40, 50, 60], old=[2, 10, 12, 14, 16])
    ledger = Ledger(published_counts(widened(protection(AGES[:1], table), {})[0]))
    now = protection(AGES, table, ledger)
    assert any(not i.safe for i in attacked(now, now.publication(), ledger=ledger))
    public, _ = widened(now, {})
    found = attacked(now, public, ledger=ledger)
    assert all(i.safe and not i.lost for i in found)
    assert hidden_areas(public.indicators, "u15") == set()
    assert "0101" in hidden_areas(public.indicators, "u18")


# -- any tables --------------------------------------------------------------------------------------------------------

#: Ages and sexes that are counted, and groups of them that indicators may show; they nest and overlap.
CELLS = [(low, high, sex) for low, high in ((0, 4), (5, 14), (15, 17)) for sex in "mf"]
GROUPS = [
    {"age_to": 4},
    {"age_to": 14},
    {"age_to": 17},
    {"age_from": 5, "age_to": 17},
    {"age_from": 15, "age_to": 17},
    {"age_to": 17, "sex": "f"},
    {"age_to": 14, "sex": "m"},
    {"age_to": 4, "sex": "f"},
]
SHARES = [
    entry(id=f"g{n}", short_title=f"G{n}", numerator={"measure": "cases", **g}, denominator={"measure": "people", **g})
    for n, g in enumerate(GROUPS)
]
size = len(CELLS) * len(BASE)
cases = st.lists(st.one_of(st.integers(0, 3), st.integers(0, 20)), min_size=size, max_size=size)
others = st.lists(st.one_of(st.integers(0, 2), st.integers(3, 30)), min_size=size, max_size=size)
chosen = st.sets(st.integers(0, len(GROUPS) - 1), min_size=2, max_size=5)


def grouped(numbers, rest):
    """Observations of cases and people by age and sex."""
    at = np.array(numbers).reshape(len(CELLS), len(BASE))
    every = at + np.array(rest).reshape(at.shape)
    return pd.concat(
        [
            observations(cases=at[n], people=every[n]).assign(age_from=low, age_to=high, sex=sex)
            for n, (low, high, sex) in enumerate(CELLS)
        ],
        ignore_index=True,
    )


def rows_of(frame, groups):
    """Every count of an edition: its cells as a vector of zeros and ones, what is shown of it, its name and area."""
    for row in frame.to_dict("records"):
        group = groups[row["indicator"]]
        inside = [
            group.get("age_from", 0) <= low and high <= group["age_to"] and sex == group.get("sex", sex)
            for low, high, sex in CELLS
        ]
        within = [row["area"] in ("00", area, area[:2]) for area in BASE]
        cells = np.outer(inside, within).astype(int).ravel()
        nothing = np.zeros_like(cells)
        yield np.concatenate([cells, nothing]), row["numerator"], (row["indicator"], row["area"], "Zähler")
        yield np.concatenate([nothing, cells]), row["denominator"], (row["indicator"], row["area"], "Nenner")


def reduced(vector, basis):
    """What is left of a vector of whole numbers after subtracting rows of a basis, exactly."""
    vector = [Fraction(int(x)) for x in vector]
    for pivot, row in basis.items():
        if vector[pivot]:
            times = vector[pivot]
            vector = [a - times * b for a, b in zip(vector, row, strict=True)]
    return vector


def exactly_known(full, publications, groups):
    """Small numbers that follow from published ones by adding and subtracting, in fractions, cell by cell."""
    known = [pair for frame in publications for pair in rows_of(frame, groups) if np.isfinite(pair[1])]
    empty = np.sum([vector for vector, number, _ in known if number == 0], axis=0)
    basis = {}
    for vector, _, _ in known:
        left = reduced(np.where(empty, 0, vector), basis)
        pivot = next((n for n, x in enumerate(left) if x), None)
        if pivot is not None:
            basis[pivot] = [x / left[pivot] for x in left]
    return {
        place
        for vector, number, place in rows_of(full, groups)
        if 0 < number < 3 and not any(reduced(np.where(empty, 0, vector), basis))
    }


@settings(max_examples=5, deadline=None)
@given(numbers=cases, rest=others, groups=chosen, own=st.sampled_from(BASE), before=st.one_of(st.none(), cases))
def test_no_small_number_of_any_overlapping_tables_can_be_inferred(numbers, rest, groups, own, before):
    """Public edition beside what was published with other numbers earlier; then with an edition of one municipality.

    No protected count is narrower than the rule asks, and by linear algebra in fractions none is exact.
    """
    catalogue = [SHARES[n] for n in sorted(groups)]
    of_group = {f"g{n}": GROUPS[n] for n in groups}
    ledger = NOTHING
    if before is not None:
        earlier = [new if n % 3 else old for n, (old, new) in enumerate(zip(before, numbers, strict=True))]
        ledger = Ledger(published_counts(widened(protection(catalogue, grouped(earlier, rest)), {})[0]))
    everybodys = protection(catalogue, grouped(numbers, rest), ledger)
    public, further = widened(everybodys, {})
    assert all(i.safe for i in attacked(everybodys, public, ledger=ledger))
    if not ledger:
        assert not any(i.lost for i in attacked(everybodys, public))
        assert not exactly_known(everybodys.full.indicators, [public.indicators], of_group)
    towns = protection(catalogue, grouped(numbers, rest), ledger, further, id="stadt", own=(own,))
    town, _ = widened(towns, {}, [public])
    assert all(i.safe for i in attacked(towns, town, [public], ledger))
    assert (town.indicators["numerator"].notna() >= public.indicators["numerator"].notna()).all()
    if not ledger:
        small = exactly_known(everybodys.full.indicators, [public.indicators, town.indicators], of_group)
        assert not {place for place in small if place[1] != own}


@settings(max_examples=4, deadline=None)
@given(numbers=cases, rest=others, groups=chosen, bases=st.sampled_from([{"cases": 5}, {"cases": 3, "people": 3}]))
def test_rounding_and_hiding_together_leave_no_small_number_of_overlapping_tables(numbers, rest, groups, bases):
    """Rounded numbers are intervals to the intruder; where too little is left, further counts are hidden as well."""
    catalogue, table = [SHARES[n] for n in sorted(groups)], grouped(numbers, rest)
    exact = protection(catalogue, table).full
    meta = exact.meta | {"rounding": {"others": bases, "sums": bases}}
    counted = replace(exact, indicators=computed(catalogue, table, bases), meta=meta)
    rounding = Protection(replace(exact, meta=meta), tuple(catalogue), rounded=counted)
    public, further = widened(rounding, {})
    assert all(i.safe and not i.lost for i in attacked(rounding, public))
    hidden = public.indicators[["numerator", "denominator"]].isna()
    assert not further or hidden.any(axis=None)


def with_totals(counts, regions):
    """A source that lets one area's count out and delivers the sums of regions and the whole."""
    table = observations(cases=counts, people=[100] * 5)
    table["status"] = np.where(table["value"].isna(), "/", "")
    sums = [("01", regions[0]), ("02", regions[1]), ("00", sum(regions))]
    totals = [{**table.iloc[0].to_dict(), "area": area, "value": float(n), "status": ""} for area, n in sums]
    return pd.concat([table, pd.DataFrame(totals)], ignore_index=True)


def test_a_small_count_that_the_source_leaves_out_does_not_follow_from_its_sums():
    """72 in the region, 30 and 40 in two of its areas: the third has the two that its source does not tell."""
    district = protection([entry()], with_totals([np.nan, 30, 40, 50, 60], [72, 110]))
    (found,) = [i for i in attacked(district, district.full) if not i.safe]
    assert (found.count.area, found.low, found.high, found.required) == ("0101", 2, 2, 3)
    public, further = widened(district, {})
    assert all(i.safe for i in attacked(district, public))
    assert [(area, year) for _, area, year in further] == [("0102", 2024)]
    assert hidden_areas(public.indicators) == {"0102"}
    assert row_of(public.indicators, "0101")["status"] == "/"


@given(st.integers(0, 4), st.integers(0, 4))
@settings(max_examples=15, deadline=None)
def test_what_no_source_tells_is_protected_if_it_may_be_small(first, second):
    """Second way: each of the two may have all that the region has beyond the areas that are shown."""
    district = protection([entry()], with_totals([np.nan, np.nan, 40, 50, 60], [first + second + 40, 110]))
    public, _ = widened(district, {})
    assert all(i.safe for i in attacked(district, public))
    region, third = (row_of(public.indicators, area)["numerator"] for area in ("01", "0103"))
    beyond = region - np.nan_to_num(third)
    assert np.isnan(region) or beyond == 0 or beyond >= 3
