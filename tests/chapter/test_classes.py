import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sozlib.chapter.classes import MapClasses, map_classes

VALUES = st.lists(st.floats(-1e5, 1e5) | st.floats(0, 100) | st.just(float("nan")), min_size=1, max_size=60)


def frame(values: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"area": [str(k) for k in range(len(values))], "period": 2025, "value": values})


def test_a_value_on_a_limit_belongs_to_the_upper_class() -> None:
    classes = MapClasses((6.0, 10.0))
    assert [classes.class_of(v) for v in (5.9, 6.0, 9.94, 10.0)] == [0, 1, 1, 2]


def test_the_printed_value_decides() -> None:
    # 5.96 is printed as 6,0 and must not stand under "unter 6"
    assert MapClasses((6.0,), decimals=1).class_of(5.96) == 1
    assert MapClasses((6.0,), decimals=2).class_of(5.96) == 0


def test_labels_are_german_with_equal_decimals() -> None:
    assert MapClasses((6.0, 10.0, 20.0)).labels() == ("unter 6", "6 bis unter 10", "10 bis unter 20", "20 und mehr")
    assert MapClasses((-2.5, 0.0)).labels() == ("unter −2,5", "−2,5 bis unter 0,0", "0,0 und mehr")
    assert MapClasses((1000.0,)).labels() == ("unter 1.000", "1.000 und mehr")


def test_limits_are_the_same_for_every_year() -> None:
    values = pd.concat([frame([3.0, 8, 14, 22, 31]), frame([4.0, 9, 12, 25, 28]).assign(period=2024)])
    pooled = map_classes(values)
    assert pooled == map_classes(values.sort_values("value"))
    assert len(pooled) == 5


def test_natural_groups_stay_together() -> None:
    values = [1.1, 1.2, 1.3, 10.1, 10.2, 10.4, 30.0, 30.5]
    classes = map_classes(frame(values), classes=3)
    assert [classes.class_of(v) for v in values] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert all(limit == round(limit) for limit in classes.limits)


@pytest.mark.parametrize("values", [[7.0], [7.0, 7.0], [float("nan")], []])
def test_too_few_different_values_make_one_class(values: list[float]) -> None:
    classes = map_classes(frame(values))
    assert len(classes) == 1
    assert classes.labels() == ("alle Werte",)


@settings(deadline=None)
@given(VALUES, st.integers(1, 5), st.integers(0, 3))
def test_classes_rise_hold_every_value_once_and_leave_no_end_empty(values: list[float], k: int, decimals: int) -> None:
    classes = map_classes(frame(values), classes=k, decimals=decimals)
    assert 1 <= len(classes) <= k
    assert list(classes.limits) == sorted(set(classes.limits))
    present = [v for v in values if not np.isnan(v)]
    counts = classes.counts(present)
    assert sum(counts) == len(present)
    if len(classes) > 1:
        assert counts[0] > 0
        assert counts[-1] > 0
    assert len(set(classes.labels())) == len(classes) == len(set(classes.tokens()))
    assert len({classes.class_of(v) for v in present}) <= len(classes)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(0, 100), min_size=300, max_size=400))
def test_many_values_still_give_limits_inside_their_range(values: list[float]) -> None:
    classes = map_classes(frame(values))
    assert all(min(values) < limit <= max(values) + 0.1 for limit in classes.limits)
