"""The demonstration district is what it says: invented once, the same for everybody, and believable."""

from __future__ import annotations

import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from data.erzeugen import truth, write_all
from data.erzeugen.district import AREAS, FIRST, LAST, UNITS, YEARS
from data.erzeugen.factors import burden
from data.erzeugen.office import Shield
from data.erzeugen.tables import Truth

DATA = Path(__file__).resolve().parents[2] / "data"
TABLES = sorted(path.relative_to(DATA) for part in ("gebiete", "roh") for path in (DATA / part).rglob("*.*"))


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything written a second time."""
    folder = tmp_path_factory.mktemp("musterkreis")
    write_all(folder)
    return folder


@pytest.fixture(scope="session")
def district() -> Truth:
    return truth()


def rate(district: Truth, name: str, low: int, high: int, year: int) -> np.ndarray:
    """Share of a count in the population of an age range, in percent, by unit."""
    people = district.people.stock[:, :, :, low : high + 1, year - FIRST].sum(axis=(1, 2, 3))
    return np.asarray(100 * district.counts[name][:, year - FIRST] / people)


def content(path: Path) -> object:
    """A file's bytes; of a workbook its parts, since compression may differ between versions of zlib."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def test_writing_again_gives_the_same_files(again: Path) -> None:
    written = sorted(path.relative_to(again) for path in again.rglob("*.*"))
    assert written == TABLES
    assert len(written) > 100
    for name in TABLES:
        assert content(again / name) == content(DATA / name), f"{name.as_posix()} is not what the generator writes"


def test_everything_together_stays_small() -> None:
    assert sum((DATA / name).stat().st_size for name in TABLES) < 8_000_000


def test_outlines_cover_the_district_without_gap_or_overlap() -> None:
    areas = gpd.read_file(DATA / "gebiete" / "raeume.geojson")
    assert sorted(areas["id"]) == sorted(area.id for area in AREAS)
    assert areas.geometry.is_valid.all()
    assert shapely.coverage_is_valid(areas.geometry.to_numpy())
    whole = areas.union_all()
    assert whole.geom_type == "Polygon"
    assert len(whole.interiors) == 0
    # no rectangles: every outline has the many corners of a grown border
    assert min(len(shape.exterior.coords) for shape in areas.geometry) > 25


def test_the_river_is_a_border_and_runs_through_the_hills() -> None:
    areas = gpd.read_file(DATA / "gebiete" / "raeume.geojson").to_crs(25832)
    waters = gpd.read_file(DATA / "gebiete" / "gewaesser.geojson").to_crs(25832).set_index("name")
    hasel = waters.geometry["Hasel"]
    borders = shapely.union_all(areas.boundary.to_numpy()).buffer(5)
    along = hasel.intersection(borders).length / hasel.length
    assert 0.75 < along < 0.97
    assert areas.union_all().buffer(20).contains(hasel)
    hills = areas.set_index("id").geometry["0203"]
    assert hasel.intersection(hills.buffer(-20)).length > 5_000
    assert hills.contains(waters.geometry["Zellenauer Talsperre"])


def test_places_lie_in_their_areas() -> None:
    areas = gpd.read_file(DATA / "gebiete" / "raeume.geojson").set_index("id")
    places = gpd.read_file(DATA / "gebiete" / "orte.geojson")
    for place in places.itertuples():
        assert areas.geometry[place.area].contains(place.geometry), place.name


def test_coordinates_are_geojson_degrees() -> None:
    text = json.loads((DATA / "gebiete" / "raeume.geojson").read_text("utf-8"))
    corners = np.array(text["features"][0]["geometry"]["coordinates"][0])
    assert ((corners > [5, 47]) & (corners < [16, 55.5])).all()


def test_population_follows_from_births_deaths_and_moves(district: Truth) -> None:
    people = district.people
    whole = people.stock.sum(axis=(1, 2, 3))
    change = (
        people.births.sum(axis=1) - people.deaths.sum(axis=1)
        + people.arrivals.sum(axis=1) - people.departures.sum(axis=1) - people.cleaned
    )  # fmt: skip
    assert (np.diff(whole, axis=1) == change[:, 1:]).all()
    assert set(np.flatnonzero(people.cleaned.sum(axis=0))) == {2022 - FIRST}


def test_cohorts_grow_older_together(district: Truth) -> None:
    """This year's 41- to 60-year-olds of the district are last year's 40- to 59-year-olds, but for a few percent."""
    ages = district.people.stock.sum(axis=(0, 1, 2))
    for before, after in pairwise(range(len(YEARS))):
        moved = ages[41:61, after] / ages[40:60, before]
        assert moved.min() > 0.93
        assert moved.max() < 1.10


def test_areas_have_from_300_to_25000_inhabitants(district: Truth) -> None:
    last = {area.id: district.people.stock[district.members[area.id], ..., LAST - FIRST].sum() for area in AREAS}
    assert 280 <= min(last.values()) <= 360
    assert 24_000 <= max(last.values()) <= 26_000
    assert min(last, key=last.__getitem__) == "0203"


def test_the_age_pyramid_is_believable(district: Truth) -> None:
    ages = district.people.stock[..., LAST - FIRST].sum(axis=(0, 2))  # sexes, ages
    whole = ages.sum(axis=0)
    assert whole[58:64].mean() > 1.12 * whole[45:52].mean()  # the baby boomers
    assert 0.14 < whole[:18].sum() / whole.sum() < 0.19
    assert 0.20 < whole[65:].sum() / whole.sum() < 0.27
    old_women = ages[1, 85:].sum() / whole[85:].sum()
    assert 0.58 < old_women < 0.78
    assert 0.495 < ages[1].sum() / whole.sum() < 0.525


def test_need_is_unequal_and_hangs_together(district: Truth) -> None:
    children = rate(district, "sgb2_0_14", 0, 14, LAST)
    unemployed = rate(district, "arbeitslose", 15, 64, LAST)
    large = np.array([unit.start > 1_000 for unit in UNITS])
    assert children[large].min() < 5
    assert 18 < children[large].max() < 32
    assert np.corrcoef(children[large], unemployed[large])[0, 1] > 0.8


def test_neighbours_fare_alike() -> None:
    """The yearly changes of the burden go together in near areas, and hardly in distant ones."""
    together = np.corrcoef(np.diff(burden(), axis=1))
    centres = np.array([(unit.x, unit.y) for unit in UNITS])
    distance = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    near = together[(distance > 0) & (distance < 6)].mean()
    far = together[distance > 25].mean()
    assert near > 0.4
    assert near > far + 0.3


@pytest.mark.parametrize(
    ("name", "before", "after", "least"),
    [
        ("asylblg_empfaenger", 2014, 2015, 1.5),  # refugees of 2015
        ("arbeitslose", 2019, 2020, 1.1),  # the pandemic
        ("sgb2_auslaender", 2021, 2022, 1.3),  # Ukraine
        ("wohngeld_haushalte", 2022, 2023, 1.6),  # Wohngeld-Plus
        ("pflegebeduerftige", 2015, 2017, 1.15),  # new definition of need
    ],
)
def test_shocks_and_breaks_show(district: Truth, name: str, before: int, after: int, least: float) -> None:
    series = district.counts[name].sum(axis=0)
    assert series[after - FIRST] > least * series[before - FIRST]


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        ("haushalte", ("haushalte_einperson", "haushalte_zweiperson", "haushalte_dreiperson", "haushalte_vierperson",
                       "haushalte_fuenfperson")),
        ("arbeitslose", ("arbeitslose_sgb2", "arbeitslose_sgb3")),
        ("arbeitslose", ("arbeitslose_m", "arbeitslose_f")),
        ("beschaeftigte_insgesamt", ("beschaeftigte_15_24", "beschaeftigte_25_54", "beschaeftigte_55_64")),
        ("beschaeftigte_insgesamt", ("beschaeftigte_deutsche", "beschaeftigte_auslaender")),
        ("sgb2_personen", ("sgb2_0_14", "sgb2_elb")),
        ("sgb2_elb", ("sgb2_15_24", "sgb2_25_54", "sgb2_55_64")),
        ("pflegebeduerftige", ("pflege_stationaer", "pflege_ambulant", "pflege_geld", "pflege_sonstige")),
        ("pflegebeduerftige", ("pflege_0_64", "pflege_65_74", "pflege_75_84", "pflege_85plus")),
    ],
)  # fmt: skip
def test_parts_add_up(district: Truth, total: str, parts: tuple[str, ...]) -> None:
    assert (sum(district.counts[part] for part in parts) == district.counts[total]).all()


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("haushalte_alleinerziehend", "haushalte_mit_kindern"),
        ("haushalte_mit_3_kindern", "haushalte_mit_kindern"),
        ("haushalte_mit_kindern", "haushalte"),
        ("kinder_alleinerziehend", "kinder_in_haushalten"),
        ("alleinlebende_65plus", "personen_65plus_haushalte"),
        ("sgb2_bg_alleinerziehend", "haushalte_alleinerziehend"),
        ("sgb2_bg_alleinerziehend", "sgb2_bg"),
        ("ganztags_0_2", "kinder_0_2"),
        ("tagespflege_0_2", "kinder_0_2"),
        ("pflege_stationaer", "pflegeheim_plaetze"),
        ("einpendler", "beschaeftigte_arbeitsort"),
        ("auspendler", "beschaeftigte_insgesamt"),
    ],
)
def test_parts_are_no_larger_than_their_whole(district: Truth, part: str, whole: str) -> None:
    assert (district.counts[part] >= 0).all()
    assert (district.counts[part] <= district.counts[whole]).all()


def test_nobody_works_and_is_unemployed_who_is_not_there(district: Truth) -> None:
    people = district.people.stock[:, :, :, 15:65].sum(axis=(1, 2, 3))
    busy = district.counts["arbeitslose"] + district.counts["beschaeftigte_insgesamt"]
    assert (busy[:, 1:] < np.maximum(people[:, 1:], people[:, :-1])).all()


def test_a_withheld_part_cannot_be_computed_from_its_total() -> None:
    table = {"0201": {"alle": 9, "m": 7, "f": 2}, "0202": {"alle": 40, "m": 25, "f": 15}}
    hidden = Shield(3, [("alle", ("m", "f"))]).withheld(table)
    assert {("0201", "f"), ("0201", "m")} <= hidden


def test_a_withheld_area_cannot_be_computed_from_its_region() -> None:
    table = {"0201": {"n": 50}, "0202": {"n": 20}, "0203": {"n": 2}, "02": {"n": 72}}
    assert Shield(3).withheld(table) == {("0203", "n"), ("0202", "n")}


def followed(shield: Shield, table: dict[str, dict[str, int]]) -> list[tuple[str, str]]:
    """Withheld cells that the published ones determine, by linear algebra over all sums of the table."""
    hidden = sorted(shield.withheld(table))
    place = {cell: number for number, cell in enumerate(hidden)}
    equations = np.zeros((1, len(hidden)))
    for total, parts in shield.sums(table):
        row = np.zeros(len(hidden))
        for cell, sign in [(total, -1), *((part, 1) for part in parts)]:
            if cell in place:
                row[place[cell]] += sign
        equations = np.vstack([equations, row])
    _, values, vectors = np.linalg.svd(equations)
    free = vectors[(values > 1e-9).sum() :]
    return [cell for cell, number in place.items() if not np.abs(free[:, number]).max(initial=0) > 1e-9]


@pytest.mark.parametrize("year", YEARS)
def test_offices_leave_no_withheld_cell_to_be_computed(district: Truth, year: int) -> None:
    relations = [
        ("sgb2_personen", ("sgb2_0_14", "sgb2_elb")),
        ("sgb2_elb", ("sgb2_15_24", "sgb2_25_54", "sgb2_55_64")),
        ("arbeitslose", ("arbeitslose_sgb3", "arbeitslose_sgb2")),
        ("arbeitslose", ("arbeitslose_m", "arbeitslose_f")),
        ("beschaeftigte_insgesamt", ("beschaeftigte_deutsche", "beschaeftigte_auslaender")),
    ]
    names = sorted({name for total, parts in relations for name in (total, *parts)})
    assert followed(Shield(3, relations), district.table(names, year)) == []


@pytest.mark.parametrize(
    ("file", "encoding", "signs"),
    [
        ("roh/sgb2/sgb2_gemeinden_201212.csv", "cp1252", (r";\*[;\r]", r";-[;\r]", r";\d\.\d{3};")),
        (
            "roh/bewegung/Geburten_Sterbefaelle_2010-2025.csv",
            "cp1252",
            (r"__________", r";-;-;-;", r"^GENESIS-Tabelle"),
        ),
        ("roh/wohngeld/wohngeld_2010-2025.csv", "cp1252", (r";\.;\.\r", r";\d{3},\d\d\r")),
        ("roh/wanderungen/Wanderungen_2015.csv", "utf-8-sig", (r"Zuzüge;;;;;Fortzüge", r";\d\.\d{3};")),
    ],
)
def test_exports_look_like_those_of_offices(file: str, encoding: str, signs: tuple[str, ...]) -> None:
    text = (DATA / file).read_bytes().decode(encoding)
    assert [sign for sign in signs if not re.search(sign, text)] == []
