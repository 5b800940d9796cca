"""Areas and their outlines: ids, validity, overlaps, surface."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Polygon, box, mapping
from syrupy.assertion import SnapshotAssertion

from sozlib.errors import InputError
from sozlib.observations.areas import slug
from sozlib.observations.outlines import CRS

from .conftest import Office, codes, told

# Three kilometre squares side by side in metres; as GeoJSON they travel in degrees, as its standard demands.
SQUARES: dict[str, Any] = {
    "0101": box(500000, 5900000, 501000, 5901000),
    "0102": box(501000, 5900000, 502000, 5901000),
    "0203": box(502000, 5900000, 503000, 5901000),
}


def geojson(shapes: dict[str, Any], key: str = "id") -> bytes:
    frame = gpd.GeoDataFrame({key: list(shapes)}, geometry=list(shapes.values()), crs=CRS).to_crs("EPSG:4326")
    features = [
        {"type": "Feature", "properties": {key: id_}, "geometry": mapping(shape)}
        for id_, shape in zip(frame[key], frame.geometry, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def outlined(office: Office, shapes: dict[str, Any], key: str = "id", **areas: Any) -> Any:
    return office(
        areas={"geometry": "data/raeume.geojson", **areas}, files={"data/raeume.geojson": geojson(shapes, key)}
    )


def test_outlines_come_in_metres_and_in_the_order_of_the_areas(office: Office) -> None:
    observations = outlined(office, dict(reversed(SQUARES.items())))
    assert told(observations) == []
    assert observations.geometry is not None
    assert list(observations.geometry["id"]) == ["0101", "0102", "0203"]
    assert observations.geometry.crs == CRS


def test_the_surface_of_the_whole_is_the_sum_of_its_areas(office: Office) -> None:
    areas = outlined(office, SQUARES).areas.set_index("id")
    assert areas["km2"].tolist() == pytest.approx([1, 1, 1, 3], rel=1e-6)


def test_a_geopackage_does_as_well(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "data/raeume.gpkg"
    path.parent.mkdir()
    gpd.GeoDataFrame({"id": list(SQUARES)}, geometry=list(SQUARES.values()), crs=CRS).to_file(path)
    assert told(office(areas={"geometry": "data/raeume.gpkg"})) == []


def test_ids_of_outlines_may_differ(office: Office) -> None:
    shapes = {f"RAUM-{id_}": shape for id_, shape in SQUARES.items()}
    mapped = outlined(office, shapes, "NR", id_property="NR", ids={f"RAUM-{id_}": id_ for id_ in SQUARES})
    by_pattern = outlined(office, shapes, "NR", id_property="NR", id_pattern=r"RAUM-(\d+)")
    assert told(mapped) == told(by_pattern) == []


BOWTIE = Polygon([(500000, 5900000), (501000, 5901000), (501000, 5900000), (500000, 5901000)])
WITHOUT_0203 = {id_: SQUARES[id_] for id_ in ("0101", "0102")}
WRONG: dict[str, tuple[set[str], dict[str, Any]]] = {
    "crosses itself": ({"invalid-geometry"}, {**SQUARES, "0101": BOWTIE}),
    "is a line": ({"invalid-geometry"}, {**SQUARES, "0101": LineString([(500000, 5900000), (501000, 5901000)])}),
    "overlaps": ({"overlap"}, {**SQUARES, "0102": box(500500, 5900000, 502000, 5901000)}),
    "is missing": ({"missing-geometry"}, WITHOUT_0203),
    "has an unknown id": ({"missing-geometry", "unknown-area"}, {**WITHOUT_0203, "0204": SQUARES["0203"]}),
    "is not ours": (set(), {**SQUARES, "0204": box(503000, 5900000, 504000, 5901000)}),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_outline_is_told(what: str, office: Office, snapshot: SnapshotAssertion) -> None:
    expected, shapes = WRONG[what]
    observations = outlined(office, shapes)
    assert codes(observations) == expected
    assert told(observations) == snapshot


def test_slivers_of_rounded_coordinates_are_only_warned_of(office: Office) -> None:
    observations = outlined(office, {**SQUARES, "0102": box(500999.9, 5900000, 502000, 5901000)})
    assert not codes(observations)
    assert [problem.severity for problem in observations.problems] == ["warning"]


def test_a_missing_property_is_told_with_the_nearest(office: Office) -> None:
    messages = told(outlined(office, SQUARES, "ident", id_property="idnt"))
    assert any("„idnt“" in message and "Meinten Sie „ident“?" in message for message in messages)


def test_a_plain_list_of_areas_belongs_to_the_whole(office: Office) -> None:
    observations = office(files={"data/raeume.csv": "id;name\n0101;Altstadt\n0102;Neuhafen\n0203;Quellingen\n"})
    assert told(observations) == []
    assert observations.areas["id"].tolist() == ["0101", "0102", "0203", "00"]
    assert observations.areas["parent"].tolist()[:3] == ["00", "00", "00"]


LEVELS = [{"id": id_, "singular": id_, "plural": id_} for id_ in ("area", "region", "district")]
#: Outlines as a city publishes them: two of the same id, one with the id of another area, a name twice.
CITY = (("0101", "Markt", "0101"), ("0102", "Hafen", "0102"), ("0102", "Werder", "0203"), ("0299", "Markt", "0204"))


def city(**areas: Any) -> dict[str, Any]:
    boxes = [box(500000 + 1000 * i, 5900000, 501000 + 1000 * i, 5901000) for i in range(len(CITY))]
    frame = gpd.GeoDataFrame({"id": [id_ for id_, _, _ in CITY]}, geometry=boxes, crs=CRS).to_crs("EPSG:4326")
    features = [
        {"type": "Feature", "properties": {"id": id_, "name": name}, "geometry": mapping(shape)}
        for (id_, name, _), shape in zip(CITY, frame.geometry, strict=True)
    ]
    files = {"data/stadt.geojson": json.dumps({"type": "FeatureCollection", "features": features}).encode()}
    declared = {"table": "data/stadt.geojson", "geometry": "data/stadt.geojson"}
    parents = {"level": "region", "id_pattern": r"^(\d\d)", "names": {"01": "West", "02": "Ost"}}
    return {"areas": {**declared, "parents": parents, **areas}, "files": files, "levels": LEVELS}


def test_outlines_may_be_the_list_of_areas_and_ids_may_name_the_areas_above(office: Office) -> None:
    areas = office(
        **city(features={3: "0203"}, ids={"0299": "0203"}, join_outlines=True, names={"0203": "Werder und Markt"})
    )
    assert not codes(areas)
    table = areas.areas.set_index("id")
    assert table.index.tolist() == ["0101", "0102", "0203", "01", "02", "00"]
    assert table["name"].tolist() == ["Markt", "Hafen", "Werder und Markt", "West", "Ost", "Probekreis"]
    assert table["parent"].tolist() == ["01", "01", "02", "00", "00", None]
    assert table["level"].tolist() == ["area"] * 3 + ["region"] * 2 + ["district"]
    assert table["km2"].tolist() == pytest.approx([1, 1, 2, 2, 2, 4], rel=1e-6)
    assert areas.geometry is not None
    assert areas.geometry["id"].tolist() == ["0101", "0102", "0203"]


def test_an_outline_twice_and_an_area_above_without_name_are_told(office: Office, snapshot: SnapshotAssertion) -> None:
    parents = {"level": "region", "id_pattern": r"^(\d\d)", "names": {"01": "West", "03": "Nord"}}
    assert told(office(**city(parents=parents))) == snapshot


@pytest.mark.parametrize("pattern", ["^0", "^(0"])
def test_a_pattern_for_the_areas_above_needs_one_group(pattern: str, office: Office) -> None:
    with pytest.raises(InputError, match=r"Klammer|regulärer Ausdruck"):
        office(**city(parents={"level": "region", "id_pattern": pattern, "names": {}}))


def test_slugs_are_safe_file_names() -> None:
    assert slug("Grünlohra / Öd ß-Straße") == "gruenlohra-oed-ss-strasse"
    assert slug("../../etc") == "etc"
