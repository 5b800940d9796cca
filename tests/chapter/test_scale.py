from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sozlib.chapter.scale import nice_scale, spread_out

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(NUMBERS, st.booleans(), st.booleans())
def test_every_value_lies_on_the_axis(values: list[float], from_zero: bool, to_tick: bool) -> None:
    scale = nice_scale(values, 0, 100, from_zero=from_zero, to_tick=to_tick)
    assert all(-1e-6 <= scale(v) <= 100 + 1e-6 for v in values)
    assert all(-1e-6 <= scale(t) <= 100 + 1e-6 for t in scale.ticks)
    if from_zero:
        assert scale.low <= 0 <= scale.high


def test_shares_begin_at_zero_and_end_on_a_round_number() -> None:
    scale = nice_scale([14.1, 22.3, None], 0, 1)
    assert (scale.low, scale.ticks) == (0, (0, 5, 10, 15, 20, 25))
    assert scale.labels()[-1] == "25"


def test_a_single_value_has_an_axis_of_some_width() -> None:
    scale = nice_scale([0.0], 0, 1)
    assert scale.high > scale.low
    assert nice_scale([], 0, 1).high > 0


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(10, 50)), min_size=1, max_size=5))
def test_labels_never_touch(labels: list[tuple[float, float]]) -> None:
    wanted, heights = [list(column) for column in zip(*labels, strict=True)]
    centres = spread_out(wanted, heights, 0, 400, gap=3)
    placed = sorted(zip(centres, heights, strict=True))
    for (a, h), (b, k) in pairwise(placed):
        assert b - k / 2 - (a + h / 2) >= 3 - 1e-6
    assert all(c - h / 2 >= -1e-6 and c + h / 2 <= 400 + 1e-6 for c, h in placed)


def test_labels_far_apart_stay_where_they_belong() -> None:
    assert spread_out([50, 200], [30, 30], 0, 300) == [50, 200]
