"""Spatial patterns: planted ones are found, random maps show none, islands stand apart."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from test_change import entry

from sozlib.analysis.neighbours import LEAST_AREAS, neighbourhood, pattern, patterns

SIDE = 7
IDS = [f"{i}{j}" for i in range(SIDE) for j in range(SIDE)]


@pytest.fixture(scope="module")
def grid() -> gpd.GeoDataFrame:
    boxes = [shapely.box(i, j, i + 1, j + 1) for i in range(SIDE) for j in range(SIDE)]
    return gpd.GeoDataFrame({"id": IDS}, geometry=boxes)


@pytest.fixture(scope="module")
def graph(grid):
    return neighbourhood(grid, IDS)[0]


def test_morans_index_is_the_one_that_counting_gives(graph):
    values = np.random.default_rng(1).normal(size=len(IDS))
    z = values - values.mean()
    cross = 0.0
    for a, id in enumerate(IDS):
        near = [b for b, other in enumerate(IDS) if b != a and _touch(id, other)]
        cross += z[a] * sum(z[b] for b in near) / len(near)
    assert pattern(values, graph).index == pytest.approx(cross / (z**2).sum())
    assert pattern(values, graph).expected == pytest.approx(-1 / (len(IDS) - 1))


def _touch(a: str, b: str) -> bool:
    return max(abs(int(x) - int(y)) for x, y in zip(a, b, strict=True)) == 1


def test_a_slope_is_a_pattern_with_its_high_and_low_end(graph):
    values = np.array([int(id[0]) + int(id[1]) for id in IDS], dtype=float)
    found = pattern(values, graph)
    assert found.index > 0.7
    assert found.p <= 0.002
    kinds = dict(zip(IDS, found.kinds, strict=True))
    assert (kinds["66"], kinds["00"], kinds["33"]) == ("high", "low", "")


def test_random_maps_have_no_pattern_and_hardly_any_marked_area(graph):
    rng = np.random.default_rng(2)
    found = [pattern(rng.normal(size=len(IDS)), graph) for _ in range(20)]
    assert sum(f.p < 0.05 for f in found) <= 3
    assert sum(any(f.kinds) for f in found) <= 3


def test_the_same_values_give_the_same_answer(graph):
    values = np.random.default_rng(3).normal(size=len(IDS))
    one, two = pattern(values, graph), pattern(values, graph)
    assert (one.p, one.kinds, list(one.q)) == (two.p, two.kinds, list(two.q))


def test_islands_are_left_out_and_counted(grid):
    island = gpd.GeoDataFrame({"id": ["xx"]}, geometry=[shapely.box(50, 50, 51, 51)])
    graph, linked, islands = neighbourhood(pd.concat([grid, island], ignore_index=True), [*IDS, "xx"])
    assert (linked, islands, graph.n) == (IDS, ["xx"], len(IDS))


def rows(ids, values, people=1000.0) -> pd.DataFrame:
    counts = np.round(np.asarray(values) * people)
    return pd.DataFrame(
        {"area": ids, "numerator": counts, "denominator": people, "value": counts / people * 100}
    ).assign(indicator="one", period=2025)


def test_too_few_areas_are_said_to_be_too_few(grid):
    few = IDS[: LEAST_AREAS - 1]
    found, marked = patterns(rows(few, np.linspace(0.1, 0.5, len(few))), [entry("one")], few, grid)
    assert np.isnan(found.loc[0, "p"])
    assert found.loc[0, "areas"] == len(few)
    assert marked.empty


def test_a_hidden_area_is_not_part_of_the_map(grid):
    values = np.array([0.02 * (int(id[0]) + int(id[1])) + 0.05 for id in IDS])
    table = rows(IDS, values)
    table.loc[24, ["numerator", "value"]] = np.nan
    found, marked = patterns(table, [entry("one")], IDS, grid)
    assert found.loc[0, "areas"] == len(IDS) - 1
    assert IDS[24] not in set(marked["area"])
    assert found.loc[0, "p"] < 0.01


def test_equal_values_have_no_pattern_to_test(grid):
    found, _ = patterns(rows(IDS, np.full(len(IDS), 0.2)), [entry("one")], IDS, grid)
    assert np.isnan(found.loc[0, "p"])
