"""A real city of 447 areas: Berlin's report, made from parameter files and published tables only.

The classes that its snapshot holds must be those that the Senate Department published, for every area and every year.
A few of the volumes are built; `python -m benchmarks berlin` builds all of them.
"""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lxml.html
import pytest

from sozlib.batch.plan import Plan
from sozlib.batch.planning import make_plan
from sozlib.build import Wish, build
from sozlib.chapter import Chapter
from sozlib.chapter import chapter as chapter_module
from sozlib.chapter.display import Part
from sozlib.project import Project
from sozlib.snapshot import Snapshot
from sozlib.state import prepare

PROJECT = Path(__file__).parent / "projects" / "berlin"
TABLES = Path(__file__).parents[2] / "shared" / "real" / "berlin"
AREA, SMALL, AGAIN = "08010301", "01011102", "04030417"

pytestmark = [
    pytest.mark.skipif(not TABLES.is_dir(), reason="Tabellen Berlins liegen nicht neben dem Projekt"),
    pytest.mark.xdist_group("berlin"),
]


def rows(table: str) -> dict[str, dict[str, str]]:
    """A published table by id, read by nothing of ours."""
    with (TABLES / table).open(encoding="utf-8", newline="") as stream:
        return {row["id"]: row for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def berlin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("berlin") / "projekt"
    shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns("reports"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BERLIN_DATEN", str(TABLES))
        yield Project(root)


@pytest.fixture(scope="module")
def snapshot(berlin: Project) -> Snapshot:
    return prepare(berlin, "public")


@pytest.mark.parametrize(("year", "valid"), [(2013, 434), (2017, 436), (2019, 436)])
def test_every_published_class_comes_out_of_the_whole_chain(year: int, valid: int, snapshot: Snapshot) -> None:
    published = {
        area: (int(row["status_index"]), {"+": 1, "+/-": 2, "-": 3}[row["dynamic_index"]])
        for area, row in rows(f"mss_{year}_index.csv").items()
        if row["status_index"] in "1234" and row["status_index"]
    }
    assert len(published) == valid
    table = snapshot.monitor
    assert table is not None
    found = table[(table["period"] == year - 1) & table["status"].notna()]
    classes = {row.area: (int(row.status), int(row.dynamics)) for row in found.itertuples()}
    assert classes == published


def test_the_index_of_2019_rests_on_three_indicators_and_those_before_on_four(snapshot: Snapshot) -> None:
    table = snapshot.monitor
    assert table is not None
    used = table[table["status"].notna()].groupby("period")["used"].unique()
    assert {period: list(found) for period, found in used.items()} == {2012: [4], 2016: [4], 2018: [3]}


def test_every_share_is_a_whole_number_of_people_of_the_register(snapshot: Snapshot) -> None:
    """Two offices, one city: the Senate's shares times the register's people are whole counts everywhere."""
    frame = snapshot.indicators
    shares = frame[
        frame["indicator"].isin(["arbeitslosigkeit", "langzeitarbeitslosigkeit", "transferbezug", "kinderarmut"])
        & frame["period"].isin([2016, 2018])
        & (frame["area"].str.len() == 8)
        & frame["value"].notna()
    ]
    assert len(shares) == 436 * 4 + 436 * 3
    again = 100 * shares["numerator"] / shares["denominator"]
    assert (again - shares["value"]).abs().max() < 1e-5


def test_values_of_districts_and_of_the_city_come_from_sums_of_counts(snapshot: Snapshot) -> None:
    frame = snapshot.indicators.set_index(["indicator", "area", "period"])
    register, published = rows("ewr_2018.csv"), rows("mss_2019_indicators.csv")
    column = "s4_percentage_transfer_payments_recipients_below_15_years"
    for place, ours in (("08", "08"), ("00", "")):
        poor = children = 0.0
        for area, row in published.items():
            if area.startswith(ours) and float(row["s1_percentage_unemployed"]) > 0:
                young = sum(int(register[area][f"inhabitants_age_{group}"]) for group in ("below_6", "6_15"))
                children, poor = children + young, poor + round(float(row[column]) * young / 100)
        assert frame.loc[("kinderarmut", place, 2018), "value"] == pytest.approx(100 * poor / children)


def test_a_zero_of_an_area_left_out_is_no_share_and_that_of_another_is_one(snapshot: Snapshot) -> None:
    frame = snapshot.indicators.set_index(["indicator", "area", "period"])
    assert frame.loc[("kinderarmut", SMALL, 2018), "status"] == "."
    nobody = [area for area, row in rows("mss_2019_indicators.csv").items() if _nobody_in_transfer(row)]
    assert len(nobody) == 2
    assert {frame.loc[("transferbezug", area, 2018), "status"] for area in nobody} <= {"–", ""}
    assert {frame.loc[("veraenderung_transferbezug", area, 2018), "value"] for area in nobody} == {0}


def _nobody_in_transfer(row: dict[str, str]) -> bool:
    return row["d3_percentage_transfer_payments_recipients"] == "0" and row["s1_percentage_unemployed"] != "0"


def test_outlines_with_wrong_ids_end_where_they_belong(snapshot: Snapshot) -> None:
    areas = snapshot.areas.set_index("id")
    assert (areas["level"] == "planungsraum").sum() == 447
    assert areas["km2"]["00"] == pytest.approx(892.4, abs=0.5)  # Amt für Statistik: 891,1 km²
    outlines = snapshot.geometry
    assert outlines is not None
    middle = dict(zip(outlines["id"], outlines.geometry.centroid, strict=True))
    neighbour, namesake = middle["04030416"], middle["06010102"]
    assert middle[AGAIN].distance(neighbour) < 2000 < middle[AGAIN].distance(namesake)


@pytest.fixture
def shown(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """What a chapter on the whole city puts out, as it comes."""
    parts: list[Part] = []
    monkeypatch.setattr(chapter_module, "show", parts.append)
    return parts


def test_figures_of_447_areas_show_their_distribution_and_the_districts(snapshot: Snapshot, shown: list[Part]) -> None:
    chapter = Chapter.open(topic="lage", edition="public", snapshot=str(snapshot.path))
    chapter.comparison("kinderarmut")
    chapter.multiples("kinderarmut")
    distribution, panels = shown
    assert distribution.id == "fig-verteilung-kinderarmut"
    assert "12 kleine Liniendiagramme der Bezirke" in panels.alt
    assert all(len(part.alt) < 700 and len(part.svg) < 200_000 for part in shown)
    behind = lxml.html.fromstring(re.findall(r"<details.*?</details>", distribution.markdown, re.DOTALL)[0])
    assert len(behind.xpath("//tbody/tr")) == 10 + 10 + 1


def test_the_table_of_all_areas_stands_below_their_districts_and_is_folded(
    snapshot: Snapshot, shown: list[Part]
) -> None:
    chapter = Chapter.open(topic="lage", edition="public", snapshot=str(snapshot.path))
    chapter.matrix()
    folded = lxml.html.fromstring(re.findall(r"<details.*?</details>", shown[0].markdown, re.DOTALL)[0])
    heads = [(row.get("class"), row.findtext("th")) for row in folded.xpath("//tbody/tr")]
    assert len(heads) == 447 + 12 + 1
    assert heads[0] == ("region", "Mitte")
    assert heads[-1] == ("whole", "Berlin")
    names = snapshot.areas.set_index("name")["parent"]
    district = ""
    for kind, name in heads[:-1]:
        if kind == "region":
            district = name
        else:
            assert snapshot.areas.set_index("id")["name"][names[name]] == district


@dataclass(frozen=True)
class Built:
    """A cut of the report."""

    plan: Plan
    report: Path

    def page(self, name: str) -> str:
        source = (self.report / name).read_text(encoding="utf-8")
        return html.unescape(re.sub(r"<[^>]+>", " ", source)).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def built(berlin: Project, snapshot: Snapshot) -> Built:
    report = build(berlin, "public", Wish(areas=(AREA, SMALL)), say=lambda text: None)
    return Built(make_plan(berlin, snapshot.areas, "public"), report)


def test_each_of_447_areas_has_a_volume_of_its_own(built: Built) -> None:
    assert len(built.plan.volumes) == 1 + 447
    assert len({volume.id for volume in built.plan.volumes}) == 448
    assert [path.stem for path in sorted((built.report / "pdf").glob("*.pdf"))] == ["grosser-tiergarten", "reuterkiez"]


def test_a_profile_shows_the_published_class_and_what_it_rests_on(built: Built) -> None:
    row = rows("mss_2019_index.csv")[AREA]
    text = built.page("reuterkiez/profil.html")
    assert f"Status {row['status_index']}," in text
    share = rows("mss_2019_indicators.csv")[AREA]["s1_percentage_unemployed"]
    assert f"{float(share):.1f}".replace(".", ",") in text


def test_an_area_that_is_not_classified_says_why(built: Built) -> None:
    assert "Weniger als 300 Einwohnerinnen und Einwohner" in built.page("grosser-tiergarten/profil.html")


def test_every_page_is_small_enough_for_a_phone(built: Built) -> None:
    largest = max(built.report.rglob("*.html"), key=lambda path: path.stat().st_size)
    assert largest.stat().st_size < 1_500_000, largest
