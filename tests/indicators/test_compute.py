"""Indicators of areas, regions and the district."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_district import BASE, LEVELS, counted, district, indicator, observation

from sozlib.indicators.compute import answered, compute
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import INDICATOR_COLUMNS


def table(cases, people, period=2024):
    return {
        "cases": [(a, period, *(c if isinstance(c, tuple) else (c,))) for a, c in zip(BASE, cases, strict=True)],
        "people": [(a, period, p) for a, p in zip(BASE, people, strict=True)],
    }


def run(quantities, *indicators, periods=(2010, 2025)):
    return compute(indicators, quantities, periods=periods, trend_years=5)


def row(frame, area, period=2024):
    found = frame[(frame["area"] == area) & (frame["period"] == period)]
    assert len(found) == 1
    return found.iloc[0]


def test_the_rate_of_the_district_comes_from_sums_not_from_means(observed, entry):
    frame = run(observed(table([10, 0, 0, 500, 0], [20, 100, 100, 1000, 100])), entry())
    rates = [row(frame, a)["value"] for a in BASE]
    assert row(frame, "00")["value"] == pytest.approx(100 * 510 / 1320)
    assert row(frame, "00")["value"] != pytest.approx(np.mean(rates))
    assert row(frame, "01")["value"] == pytest.approx(100 * 10 / 220)


@pytest.mark.parametrize(("count", "total", "value"), [(23, 40, 57.5), (69, 120, 57.5), (29, 200, 14.5)])
def test_a_value_on_a_half_is_exactly_there_so_that_it_is_rounded_up(observed, entry, count, total, value):
    frame = run(observed(table([count] * 5, [total] * 5)), entry())
    assert row(frame, "0101")["value"] == value


def test_frames_have_the_columns_and_types_of_a_snapshot(observed, entry):
    frame = run(observed(table([1, 2, 3, 4, 5], [50] * 5)), entry())
    assert list(frame.columns)[: len(INDICATOR_COLUMNS)] == list(INDICATOR_COLUMNS)
    kinds = frame.dtypes.astype(str)
    assert {kinds[c] for c in ("rank", "ranked", "trend_from")} == {"Int64"}
    assert {kinds[c] for c in ("value", "lower", "upper", "numerator", "whole_value", "trend_change")} == {"float64"}
    assert (kinds["period"], kinds["tied"]) == ("int64", "bool")


def test_ties_share_the_lowest_rank_and_the_next_one_is_left_out(observed, entry):
    frame = run(observed(table([20, 10, 20, 5, 10], [100] * 5)), entry())
    ranks = [(row(frame, a)["rank"], row(frame, a)["tied"]) for a in BASE]
    assert ranks == [(1, True), (3, True), (1, True), (5, False), (3, True)]
    assert row(frame, "0101")["ranked"] == 5
    assert row(frame, "01")["ranked"] == 2
    assert row(frame, "00")["rank"] is pd.NA


def test_a_secret_area_is_not_ranked_and_hides_the_sum(observed, entry):
    frame = run(observed(table([20, 10, (None, "."), 5, 10], [100] * 5)), entry())
    assert row(frame, "0103")["rank"] is pd.NA
    assert row(frame, "0101")["ranked"] == 4
    assert row(frame, "00")["status"] == row(frame, "01")["status"] == "."
    assert row(frame, "0101")["versus_whole"] is None
    assert np.isnan(row(frame, "0101")["whole_value"])
    assert row(frame, "02")["value"] == pytest.approx(7.5)


def test_a_difference_counts_where_the_districts_value_lies_outside_the_interval(observed, entry):
    frame = run(observed(table([300, 100, 11, 1, 88], [1000, 1000, 100, 100, 800])), entry())
    whole = row(frame, "00")["value"]
    said = {a: row(frame, a)["versus_whole"] for a in BASE}
    assert said == {"0101": "above", "0102": "below", "0103": "same", "0201": "below", "0202": "below"}
    for area, word in said.items():
        inside = row(frame, area)["lower"] <= whole <= row(frame, area)["upper"]
        assert inside == (word == "same")
    assert row(frame, "0201")["region_value"] == row(frame, "02")["value"]
    assert row(frame, "00")["versus_whole"] is None


def test_a_small_denominator_gives_an_unreliable_value(observed, entry):
    frame = run(observed(table([3, 10, 10, 10, 10], [29, 30, 100, 100, 0])), entry(minimum_denominator=30))
    assert [row(frame, a)["status"] for a in ("0101", "0102", "0202")] == ["/", "", "x"]
    assert np.isnan(row(frame, "0101")["value"])
    assert row(frame, "0101")["rank"] is pd.NA


def test_no_case_among_people_is_nothing_with_a_value_an_interval_and_a_rank(observed, entry):
    frame = run(observed(table([0, 10, 10, 10, 10], [50] * 5)), entry())
    none = row(frame, "0101")
    assert (none["status"], none["value"], none["lower"], none["rank"]) == ("–", 0, 0, 5)
    assert none["upper"] > 0


def test_a_balance_of_zero_is_a_value_not_nothing(observed, entry):
    quantities = observed({**table([5, 5, 5, 5, 5], [100] * 5), "left": [(a, 2024, 5) for a in BASE]})
    change = entry(
        kind="change",
        interval="difference",
        numerator=[{"measure": "cases"}, {"measure": "left", "factor": -1}],
    )
    frame = run(quantities, change)
    assert (row(frame, "0101")["status"], row(frame, "0101")["value"]) == ("", 0)
    assert row(frame, "0101")["lower"] < 0 < row(frame, "0101")["upper"]


def test_a_limited_value_keeps_its_sign_and_its_value(observed, entry):
    frame = run(observed(table([(10, "()"), 10, 10, 10, 10], [100] * 5)), entry())
    assert (row(frame, "0101")["status"], row(frame, "0101")["value"]) == ("()", 10)
    assert row(frame, "0101")["rank"] == 1


def test_a_rate_above_the_denominator_has_an_interval_and_a_proportion_above_it_has_none(observed, entry):
    quantities = observed(table([105, 90, 90, 90, 90], [100] * 5))
    rate = row(run(quantities, entry(kind="rate")), "0101")
    share = row(run(quantities, entry()), "0101")
    assert rate["value"] == share["value"] == 105
    assert rate["lower"] < 105 < rate["upper"]
    assert np.isnan(share["lower"])
    assert share["versus_whole"] is None


def test_a_number_has_no_denominator(observed, entry):
    frame = run(observed(table([1, 2, 3, 4, 5], [1] * 5)), entry(kind="count", per=1, denominator=(), decimals=0))
    assert row(frame, "00")["value"] == 15
    assert np.isnan(row(frame, "00")["denominator"])


def test_an_indicator_without_data_has_no_rows(observed, entry):
    frame = run(observed(table([1, 2, 3, 4, 5], [9] * 5)), entry(numerator={"measure": "other"}))
    assert frame.empty
    assert list(frame.columns)[: len(INDICATOR_COLUMNS)] == list(INDICATOR_COLUMNS)


counts = st.lists(st.integers(0, 400), min_size=5, max_size=5)


@settings(max_examples=40, deadline=None)
@given(cases=counts, others=counts)
def test_sums_over_areas_are_sums_over_regions_are_the_district(cases, others):
    frame = run(counted(cases, [c + o for c, o in zip(cases, others, strict=True)]), indicator())
    level = frame["area"].str.len()
    for column in ("numerator", "denominator"):
        total = row(frame, "00")[column]
        assert frame.loc[level == 4, column].sum() == frame.loc[frame["area"].isin(["01", "02"]), column].sum() == total
    shown = frame[frame["value"].notna()]
    assert (shown["lower"] <= shown["value"] + 1e-9).all()
    assert (shown["value"] <= shown["upper"] + 1e-9).all()
    shares = 100 * frame["numerator"] / frame["denominator"].where(frame["denominator"] > 0)
    assert np.allclose(shown["value"], shares[shown.index])


def test_an_indicator_is_answered_where_any_level_or_year_has_a_value():
    of_whole = indicator(id="kreis", numerator={"measure": "whole"}, denominator={"measure": "all"})
    entries = [indicator(), indicator(id="nirgends", numerator={"measure": "nobody"}), of_whole]
    long_ago = counted([1, 2, 3, 4, 5], [10] * 5).observations.assign(period=2011)
    whole = [observation(m, "00", 2024, v) for m, v in (("whole", 5.0), ("all", 50.0))]
    quantities = Quantities(pd.concat([long_ago, pd.DataFrame(whole)]), district(), LEVELS)
    assert answered(entries, quantities, periods=(2010, 2025)) == {"quote", "kreis"}


def test_what_is_counted_for_the_district_only_is_not_missing_in_its_areas():
    rows = [observation("cases", "00", 2024, 7.0)]
    frame = run(Quantities(pd.DataFrame(rows), district(), LEVELS), indicator(kind="count", per=1, denominator=[]))
    assert frame["area"].tolist() == ["00"]
    assert frame["value"].tolist() == [7.0]


def test_delivered_shares_give_the_counts_and_sums_that_the_counts_themselves_give(observed, entry):
    cases, people = [3, 40, 0, 12, 7], [60, 410, 55, 90, 33]
    counts = {
        "cases": [(a, 2024, float(n)) for a, n in zip(BASE, cases, strict=True)],
        "people": [(a, 2024, float(n)) for a, n in zip(BASE, people, strict=True)],
    }
    shares = [(a, 2024, round(100 * n / m, 5)) for a, n, m in zip(BASE, cases, people, strict=True)]
    shares[2] = (*shares[2], "–")
    given = observed({"share": shares, "people": counts["people"]}, {"share": "share"})
    delivered = entry(delivered=True, numerator={"measure": "share"})
    found = compute([delivered], given, periods=(2024, 2024), trend_years=5).set_index("area")
    expected = compute([entry()], observed(counts), periods=(2024, 2024), trend_years=5).set_index("area")
    columns = ["numerator", "denominator", "status", "versus_whole", "rank", "numerator_least", "denominator_least"]
    pd.testing.assert_frame_equal(found[columns], expected[columns])
    numbers = ["value", "lower", "upper", "whole_value", "region_value"]
    pd.testing.assert_frame_equal(found[numbers], expected[numbers], atol=1e-4)


def test_a_delivered_change_is_shown_as_it_is_and_weighted_above(observed, entry):
    changes = [("0101", 2024, -2.0), ("0102", 2024, 1.0), ("0103", 2024, None, "."), ("0201", 2024, 0.0, "–")]
    changes.append(("0202", 2024, None, "."))
    people = [(a, 2024, float(n)) for a, n in zip(BASE, [100, 300, 10, 50, 50], strict=True)]
    change = entry(delivered=True, kind="change", numerator={"measure": "change"})
    quantities = observed({"change": changes, "people": people}, {"change": "difference"})
    found = compute([change], quantities, periods=(2024, 2024), trend_years=5).set_index("area")
    assert found.loc[list(BASE), "value"].fillna(99).tolist() == [-2, 1, 99, 0, 99]
    assert found.loc[list(BASE), "status"].tolist() == ["", "", ".", "", "."]
    assert found.loc["01", "value"] == pytest.approx((100 * -2 + 300 * 1) / 400)
    assert found.loc["01", "status"] == ""  # 10 of 410 people live where nothing is known
    assert (found.loc["02", "value"], found.loc["02", "status"]) == (0, "()")  # half of them do
    assert found[["numerator", "denominator", "lower", "upper"]].isna().all().all()


def test_a_delivered_value_without_denominator_says_nothing_about_areas_above(observed, entry):
    quantities = observed({"share": [(a, 2024, 10.0) for a in BASE]}, {"share": "share"})
    alone = entry(delivered=True, numerator={"measure": "share"}, denominator=(), denominator_text="")
    found = compute([alone], quantities, periods=(2024, 2024), trend_years=5).set_index("area")
    assert found.loc[list(BASE), "value"].tolist() == [10.0] * 5
    assert found.loc[["01", "02", "00"], "status"].tolist() == ["."] * 3
