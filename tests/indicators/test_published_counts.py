"""Published tables of a real city: the register of Berlin in 447 areas and 12 districts."""

from pathlib import Path

import pandas as pd
import pytest

from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities

TABLE = Path(__file__).parents[3] / "shared" / "real" / "berlin" / "ewr_2018.csv"

pytestmark = pytest.mark.skipif(not TABLE.is_file(), reason="Tabellen Berlins liegen nicht neben dem Projekt")

GROUPS = {
    "inhabitants_age_below_6": (0, 5),
    "inhabitants_age_6_15": (6, 14),
    "inhabitants_age_15_18": (15, 17),
    "inhabitants_age_18_27": (18, 26),
    "inhabitants_age_27_45": (27, 44),
    "inhabitants_age_45_55": (45, 54),
    "inhabitants_age_55_65": (55, 64),
    "inhabitants_age_above_65": (65, None),
}


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return pd.read_csv(TABLE, dtype={"id": str}).set_index("id")


@pytest.fixture(scope="module")
def quantities(published) -> Quantities:
    ids = list(published.index)
    districts = sorted({i[:2] for i in ids})
    areas = pd.DataFrame(
        {
            "id": [*ids, *districts, "00"],
            "level": ["area"] * len(ids) + ["region"] * len(districts) + ["district"],
            "parent": [*(i[:2] for i in ids), *["00"] * len(districts), None],
            "km2": 1.0,
            "valid_from": None,
            "valid_to": None,
        }
    )
    parts = [
        pd.DataFrame({"area": ids, "age_from": low, "age_to": high, "value": published[column].to_numpy(dtype=float)})
        for column, (low, high) in GROUPS.items()
    ]
    cells = pd.concat(parts, ignore_index=True)
    cells = cells.assign(period=2018, measure="einwohner", sex="", nationality="", status="")
    foreign = pd.DataFrame({"area": ids, "value": published["inhabitants_foreigners"].to_numpy(dtype=float)})
    foreign = foreign.assign(period=2018, measure="auslaender", sex="", nationality="foreign", status="")
    return Quantities(pd.concat([cells, foreign.assign(age_from=0)]), areas, ("area", "region", "district"))


@pytest.fixture
def frame(quantities, entry):
    indicators = [
        entry(id="alt", numerator={"measure": "einwohner", "age_from": 65}, denominator={"measure": "einwohner"}),
        entry(id="jung", numerator={"measure": "einwohner", "age_to": 17}, denominator={"measure": "einwohner"}),
        entry(
            id="ausland",
            numerator={"measure": "auslaender", "nationality": "foreign"},
            denominator={"measure": "einwohner"},
        ),
    ]
    return compute(indicators, quantities, periods=(2018, 2018), trend_years=5)


def test_the_city_has_the_published_number_of_inhabitants_and_shares(frame):
    # Amt für Statistik Berlin-Brandenburg, Einwohnerregister 31.12.2018: 3 748 148 Einwohner, 748 472 Ausländer.
    city = frame[frame["area"] == "00"].set_index("indicator")
    assert city["denominator"].tolist() == [3_748_148] * 3
    assert city.loc["ausland", "numerator"] == 748_472
    assert round(city.loc["ausland", "value"], 1) == 20.0
    assert round(city.loc["alt", "value"], 1) == 19.1


def test_every_area_has_the_share_that_its_published_counts_give(frame, published):
    loop = {
        area: 100 * row["inhabitants_age_above_65"] / sum(row[column] for column in GROUPS)
        for area, row in published.iterrows()
        if sum(row[column] for column in GROUPS) > 0
    }
    found = frame[(frame["indicator"] == "alt") & frame["area"].isin(published.index)].set_index("area")["value"]
    assert len(loop) > 440
    for area, share in loop.items():
        assert found[area] == pytest.approx(share)


def test_the_districts_are_sums_and_differ_from_the_mean_of_their_areas(frame, published):
    found = frame[frame["indicator"] == "jung"].set_index("area")["value"]
    young = published[list(GROUPS)[:3]].sum(axis=1)
    all_ages = published[list(GROUPS)].sum(axis=1)
    by_district = 100 * young.groupby(lambda i: i[:2]).sum() / all_ages.groupby(lambda i: i[:2]).sum()
    means = (100 * young / all_ages).groupby(lambda i: i[:2]).mean()
    for district, share in by_district.items():
        assert found[district] == pytest.approx(share)
        assert found[district] != pytest.approx(means[district], abs=1e-6)
