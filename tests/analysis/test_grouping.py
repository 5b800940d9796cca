"""Types of a report: planted types and a planted move are found, letters stay, gaps are named, nothing betrays."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial.distance import cdist

from sozlib.analysis.grouping import typology_of
from sozlib.analysis.typedefinition import TypologyDefinition, read_typology
from sozlib.errors import InputError
from sozlib.indicators.catalogue import read_catalogue
from sozlib.project import Project

ROOT = Path(__file__).parents[2]
IDS = ("bevoelkerungsdichte", "anteil_unter_18", "einpersonenhaushalte")
AREAS = [f"{n:02}" for n in range(1, 22)]
CENTRES = np.array([[0.0, 10, 20], [5, 18, 30], [12, 12, 50]])


def definition(**changes) -> TypologyDefinition:
    return TypologyDefinition.model_validate(
        {"id": "t", "title": "Typen", "indicators": IDS, "types": 3, "reference": 2020, "runs": 50, "most": 4} | changes
    )


def table(planted: dict[int, np.ndarray]) -> pd.DataFrame:
    generator = np.random.default_rng(2)
    rows = [
        (indicator, area, year, CENTRES[type_, column] + generator.normal(0, 0.4), "")
        for year, types in planted.items()
        for area, type_ in zip(AREAS, types, strict=True)
        for column, indicator in enumerate(IDS)
    ]
    return pd.DataFrame(rows, columns=["indicator", "area", "period", "value", "status"])


PLANTED = np.arange(21) % 3
MOVED = np.where(np.arange(21) == 4, 2, PLANTED)


def types(frame: pd.DataFrame, year: int) -> list[int]:
    return list(frame[frame["period"] == year]["type"])


def test_planted_types_and_a_planted_move_are_found():
    found = typology_of(definition(), table({2020: PLANTED, 2025: MOVED}), AREAS)
    assert types(found.table, 2020) == list(PLANTED)
    assert types(found.table, 2025) == list(MOVED)
    assert (found.table["kept"] > 0.9).all()
    assert set(found.meta["stability"]) == {"0", "1", "2"}


def test_types_keep_their_letter_when_their_first_indicator_turns_around():
    """Numbers follow the first indicator; turned around it would renumber all types if they had no identity."""
    turned = table({2020: PLANTED, 2025: PLANTED})
    lifted = (turned["period"] == 2025) & (turned["indicator"] == "bevoelkerungsdichte")
    shift = turned["area"].map(dict(zip(AREAS, PLANTED, strict=True))).map({0: 6.5, 1: 0.0, 2: -1.0})
    turned.loc[lifted, "value"] += shift[lifted]
    found = typology_of(definition(), turned, AREAS).table
    assert types(found, 2025) == list(PLANTED)


def test_the_right_number_of_types_has_the_best_silhouette():
    evidence = typology_of(definition(), table({2025: PLANTED}), AREAS).meta["evidence"]
    assert max(evidence[1:], key=lambda row: row["silhouette"])["types"] == 3


def test_an_area_with_a_gap_or_a_protected_value_has_no_type_and_a_reason():
    frame = table({2020: PLANTED, 2025: PLANTED})
    hidden = (frame["area"] == "07") & (frame["period"] == 2025) & (frame["indicator"] == IDS[0])
    frame.loc[hidden, "status"] = "."
    found = typology_of(definition(), frame, AREAS).table
    row = found[(found["area"] == "07") & (found["period"] == 2025)].iloc[0]
    assert (row["type"], row["reason"]) == (-1, "Angaben fehlen")
    frame.loc[hidden, "value"] = 999
    pd.testing.assert_frame_equal(found, typology_of(definition(), frame, AREAS).table, check_exact=True)


def squares() -> gpd.GeoDataFrame:
    """The areas in three columns of seven; the planted types are the columns."""
    boxes = [shapely.box(10 * (n % 3), 10 * (n // 3), 10 * (n % 3) + 10, 10 * (n // 3) + 10) for n in range(21)]
    return gpd.GeoDataFrame({"id": AREAS}, geometry=boxes, crs=25832)


def row(frame: pd.DataFrame, area: str, year: int = 2025) -> pd.Series:
    return frame[(frame["area"] == area) & (frame["period"] == year)].iloc[0]


def test_areas_left_out_by_rule_are_assigned_afterwards_and_marked():
    rules = {"minimum_inhabitants": 300, "areas": {"09": "Neubaugebiet"}}
    people = {("02", 2025): 299.0, ("03", 2025): 300.0, ("02", 2020): 5000.0}
    frame = table({2020: PLANTED, 2025: PLANTED})
    found = typology_of(definition(exclusions=rules), frame, AREAS, people).table
    small, named = row(found, "02"), row(found, "09")
    assert (small["type"], small["reason"]) == (1, "weniger als 300 Einwohnerinnen und Einwohner")
    assert (named["type"], named["reason"]) == (2, "Neubaugebiet")
    assert small["kept"] == 1
    assert np.isnan(small["agreed"])
    assert (row(found, "03")["reason"], row(found, "02", 2020)["reason"]) == ("", "")
    without = typology_of(definition(exclusions=rules | {"then": "none"}), frame, AREAS, people).table
    assert (row(without, "02")["type"], row(without, "09")["type"], row(without, "03")["type"]) == (-1, -1, 2)


def test_an_outlier_does_not_become_a_type_and_does_not_shape_the_others():
    """Left among the others, one wild value would make a type of one area and push two real ones together."""
    frame = table({2025: PLANTED})
    wild = (frame["area"] == "04") & (frame["indicator"] == IDS[0])
    frame.loc[wild, "value"] = 500.0
    alone = typology_of(definition(scale="robust"), frame, AREAS).table
    assert (alone["type"] == row(alone, "04")["type"]).sum() == 1
    rule = typology_of(definition(scale="robust", exclusions={"outliers": 3.0}), frame, AREAS).table
    assert row(rule, "04")["reason"] == "Ausreißer"
    others = rule[rule["area"] != "04"]
    assert list(others["type"]) == [t for area, t in zip(AREAS, PLANTED, strict=True) if area != "04"]


def test_letters_stay_when_the_number_of_types_changes():
    """In the reference year two of the planted types are one; the third gets a letter not used before."""
    two = np.minimum(PLANTED, 1)
    found = typology_of(definition(types=3, reference_types=2), table({2020: two, 2025: PLANTED}), AREAS)
    assert types(found.table, 2020) == list(two)
    assert types(found.table, 2025) == list(PLANTED)
    assert set(found.meta["moved"]) == {"0", "1"}
    fewer = typology_of(definition(types=2, reference_types=3), table({2020: PLANTED, 2025: 2 * two}), AREAS)
    assert set(types(fewer.table, 2025)) == {0, 2}


def test_an_area_that_is_new_has_no_type_in_the_reference_year():
    frame = table({2020: PLANTED, 2025: PLANTED})
    frame = frame[(frame["period"] == 2025) | (frame["area"] != "21")]
    found = typology_of(definition(), frame, AREAS).table
    assert (row(found, "21", 2020)["type"], row(found, "21", 2020)["reason"]) == (-1, "Angaben fehlen")
    assert row(found, "21")["type"] == 2


def test_regions_keep_their_letter_and_hang_together():
    regions = definition(method="ward-spatial", types=3)
    found = typology_of(regions, table({2020: PLANTED, 2025: PLANTED}), AREAS, {}, squares())
    assert types(found.table, 2020) == types(found.table, 2025) == list(PLANTED)
    assert found.meta["joined"] == []
    assert (found.table["second"] == -1).all()
    lacking = typology_of(regions, table({2025: PLANTED}), AREAS, {}, squares().query("id != '12'")).table
    assert row(lacking, "12")["reason"] == "ohne Gebietsgrenzen"
    assert row(lacking, "12")["type"] == 2


def test_a_region_takes_up_an_area_only_where_it_borders_on_it():
    """Area 01 lies in the first column and is like the third one; a plain type takes it there, a region cannot."""
    frame = table({2025: PLANTED})
    for column, indicator in enumerate(IDS):
        frame.loc[(frame["area"] == "01") & (frame["indicator"] == indicator), "value"] = CENTRES[2, column]
    rule = {"exclusions": {"areas": {"01": "Großbaustelle"}}}
    plain = typology_of(definition(**rule), frame, AREAS).table
    region = typology_of(definition(method="ward-spatial", **rule), frame, AREAS, {}, squares()).table
    assert row(plain, "01")["type"] == 2
    assert row(region, "01")["type"] in (0, 1)


def test_similar_areas_are_the_nearest_ones_and_of_the_same_type_where_types_are_clear():
    frame = table({2020: PLANTED, 2025: PLANTED})
    found = typology_of(definition(scale="z"), frame, AREAS)
    marks = found.table[found.table["period"] == 2025].set_index("area").filter(like="mark:").to_numpy()
    apart = cdist(marks, marks)
    for own, rows in found.similar.groupby("area"):
        position = AREAS.index(str(own))
        nearest = [AREAS[i] for i in np.argsort(apart[position]) if i != position][:5]
        assert list(rows["similar"]) == nearest
        assert list(rows["place"]) == [1, 2, 3, 4, 5]
        assert {PLANTED[AREAS.index(other)] for other in nearest} == {PLANTED[position]}
    assert found.similar["distance"].iloc[0] == pytest.approx(np.sort(apart[0])[1])


def test_components_are_told_with_their_loadings():
    found = typology_of(definition(components=2), table({2020: PLANTED, 2025: MOVED}), AREAS)
    assert types(found.table, 2025) == list(MOVED)
    assert np.shape(found.meta["components"]["loadings"]) == (2, 3)
    assert typology_of(definition(), table({2025: PLANTED}), AREAS).meta["components"] is None


@pytest.mark.parametrize("method", ["k-means", "mixture", "ward-spatial"])
def test_the_same_data_give_the_same_bits(method):
    frame = table({2025: MOVED})
    first, second = (
        typology_of(definition(method=method, most=3), frame, AREAS, {}, squares()) for _ in range(2)
    )  # fmt: skip
    pd.testing.assert_frame_equal(first.table, second.table, check_exact=True)
    pd.testing.assert_frame_equal(first.similar, second.similar, check_exact=True)
    assert first.meta == second.meta


def test_units_and_the_order_of_areas_do_not_matter():
    frame = table({2020: PLANTED, 2025: MOVED})
    usual = typology_of(definition(), frame, AREAS).table.set_index(["period", "area"])["type"]
    other = frame.assign(value=frame["value"] * 1000 - 7)
    turned = typology_of(definition(), other, AREAS[::-1]).table.set_index(["period", "area"])["type"]
    pd.testing.assert_series_equal(usual, turned.reindex(usual.index))


def test_an_indicator_without_differences_and_an_unknown_area_are_named():
    frame = table({2025: PLANTED})
    frame.loc[frame["indicator"] == IDS[1], "value"] = 3.0
    with pytest.raises(InputError, match="anteil_unter_18 ist in"):
        typology_of(definition(), frame, AREAS)
    with pytest.raises(InputError, match="99 gibt es unter den Räumen nicht"):
        typology_of(definition(exclusions={"areas": {"99": "weg"}}), frame, AREAS)


def test_too_few_areas_give_no_types():
    few = typology_of(definition(), table({2025: PLANTED}).query("area <= '05'"), AREAS)
    assert few.table.empty
    assert few.similar.empty
    assert few.meta == {}


@pytest.mark.parametrize(
    ("line", "row", "found"),
    [
        ("indicators: [altenquotient, alleinlebende_65plu]", 3, "alleinlebende_65plus"),
        ("indicators: [altenquotient, altenquotient]", None, "mehrfach"),
        ("indikatoren: []", 3, "Unbekannter Schlüssel"),
        ("indicators: [altenquotient, jugendquotient]\nnames: {D: Vierter}", None, "D ist kein Buchstabe von A bis C"),
        ("indicators: [altenquotient, jugendquotient]\ncomponents: 3", None, "höchstens so viele"),
        ("indicators: [altenquotient, jugendquotient]\nmost: 2", None, "kleiner als die gewählte Zahl"),
        ("indicators: [altenquotient, jugendquotient]\nreference_types: 9", 4, "reference_types"),
        ("indicators: [altenquotient, jugendquotient]\nexclusions: {then: weg}", 4, "then"),
    ],
)
def test_mistakes_in_the_parameter_file_are_named(tmp_path, line, row, found):
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "report.yml").write_text("", "utf-8")
    content = f"id: t\ntitle: T\n{line}\ntypes: 3\nreference: 2020\n"
    (tmp_path / "parameters" / "typology.yml").write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        read_typology(Project(tmp_path), read_catalogue(Project(ROOT)))
    matching = [p for p in caught.value.problems if found in f"{p.found} {p.remedy}"]
    assert matching
    assert matching[0].place.row == row
