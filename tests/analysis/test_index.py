"""Composite indices reproduce what recognised monitors publish."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sozlib.analysis.index import BERLIN_DYNAMICS, BERLIN_STATUS, berlin_index, classify, composite, standardise
from sozlib.analysis.method import Method

BERLIN = Path(__file__).parents[3] / "shared" / "real" / "berlin"
published = pytest.mark.skipif(not BERLIN.is_dir(), reason="published tables of the Berlin monitor are not here")


@published
@pytest.mark.parametrize(("year", "valid_areas"), [(2013, 434), (2017, 436), (2019, 436)])
@pytest.mark.parametrize("side", ["status", "dynamic"])
def test_every_published_class_of_berlin_reproduces(year, valid_areas, side):
    shares = pd.read_csv(BERLIN / f"mss_{year}_indicators.csv", dtype={"id": str}).set_index("id")
    classes = pd.read_csv(BERLIN / f"mss_{year}_index.csv", dtype=str).set_index("id")[f"{side}_index"]
    codes = {"1": 1, "2": 2, "3": 3, "4": 4} if side == "status" else {"+": 1, "+/-": 2, "-": 3}
    expected = classes.map(codes)
    valid = expected.notna()
    columns = [c for c in shares if c.startswith(side[0]) and shares.loc[valid, c].notna().all()]
    limits = BERLIN_STATUS if side == "status" else BERLIN_DYNAMICS
    _, computed = berlin_index(shares[columns].to_numpy(float), valid.to_numpy(), limits)
    assert valid.sum() == valid_areas
    assert (computed[valid] == expected[valid]).all()


@published
def test_with_the_sample_standard_deviation_a_published_class_is_missed():
    shares = pd.read_csv(BERLIN / "mss_2013_indicators.csv", dtype={"id": str}).set_index("id")
    published_status = pd.read_csv(BERLIN / "mss_2013_index.csv", dtype=str).set_index("id")["status_index"]
    expected = published_status.map({"1": 1, "2": 2, "3": 3, "4": 4})
    valid = expected.notna().to_numpy()
    values = shares.filter(regex="^s").to_numpy(float)
    score = standardise(composite(values, [1] * 4, valid, Method(ddof=1)).score, valid, ddof=1)
    classes = classify(score, BERLIN_STATUS)
    assert (classes[valid] == expected[valid]).sum() < valid.sum()


def plain_scores(values, directions):
    """The standardised sum in plain Python."""
    columns = []
    for column, direction in zip(zip(*values, strict=True), directions, strict=True):
        mean = sum(column) / len(column)
        spread = (sum((x - mean) ** 2 for x in column) / len(column)) ** 0.5
        columns.append([direction * (x - mean) / spread for x in column])
    return [sum(row) for row in zip(*columns, strict=True)]


tables = arrays(float, (7, 3), elements=st.floats(0, 100, width=32), unique=True)


@given(tables)
def test_the_score_equals_the_one_computed_by_hand(values):
    everyone = np.ones(7, dtype=bool)
    score = composite(values, [1, -1, 1], everyone).score
    assert score == pytest.approx(plain_scores(values.tolist(), [1, -1, 1]), abs=1e-6)


@given(tables, st.floats(0.1, 50), st.floats(-10, 10))
def test_the_unit_of_an_indicator_does_not_matter(values, factor, shift):
    everyone = np.ones(7, dtype=bool)
    other = values.copy()
    other[:, 0] = other[:, 0] * factor + shift
    before, after = (composite(v, [1, 1, 1], everyone).score for v in (values, other))
    assert after == pytest.approx(before, abs=1e-5)


@given(tables, st.permutations(range(7)))
def test_the_order_of_areas_does_not_matter(values, order):
    everyone = np.ones(7, dtype=bool)
    assert composite(values[order], [1, 1, 1], everyone).score == pytest.approx(
        composite(values, [1, 1, 1], everyone).score[order], abs=1e-6
    )


@given(tables)
def test_contributions_add_up_to_the_score(values):
    everyone = np.ones(7, dtype=bool)
    result = composite(values, [1, 1, -1], everyone, Method(aggregation="mean"), weights=[3, 2, 1])
    assert result.contributions.sum(axis=1) == pytest.approx(result.score, abs=1e-9)


def test_the_exponential_transformation_runs_from_almost_0_to_100():
    values = np.arange(1.0, 1001.0).reshape(-1, 1)
    score = composite(values, [1], np.ones(1000, dtype=bool), Method("rank-exponential")).score
    assert score[-1] == pytest.approx(100)
    assert score[0] == pytest.approx(0.0227, abs=1e-3)
    assert (score > 50).mean() == pytest.approx(0.1, abs=0.02), "a score above 50 marks the most burdened tenth"


def test_an_area_left_out_changes_nothing_for_the_others_but_their_reference():
    values = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 9.0], [999.0, 0.0]])
    valid = np.array([True, True, True, False])
    score = composite(values, [1, 1], valid).score
    assert np.isnan(score[3])
    assert score[:3] == pytest.approx(composite(values[:3], [1, 1], np.ones(3, dtype=bool)).score)


def test_a_valid_area_without_an_indicator_is_refused():
    with pytest.raises(ValueError, match="fehlt ein Indikator"):
        composite(np.array([[1.0], [np.nan]]), [1], np.array([True, True]))


def test_an_indicator_that_is_the_same_everywhere_is_refused():
    with pytest.raises(ValueError, match="in allen Räumen gleich"):
        composite(np.ones((4, 1)), [1], np.ones(4, dtype=bool))
