"""A real city: the report of Flensburg's 13 districts, made from parameter files, texts and published tables only.

The overall volume and two districts are built; the rest differs in its data only.
"""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from sozlib.batch.plan import Plan
from sozlib.batch.planning import make_plan
from sozlib.book.checks import check_site
from sozlib.build import Wish, build
from sozlib.project import Project
from sozlib.snapshot import Snapshot

PROJECT = Path(__file__).parent / "projects" / "flensburg"
TABLES = Path(__file__).parents[2] / "shared" / "real" / "flensburg"
CHOSEN = ("ueberblick", "3", "13")

pytestmark = [
    pytest.mark.skipif(not TABLES.is_dir(), reason="Tabellen Flensburgs liegen nicht neben dem Projekt"),
    pytest.mark.xdist_group("flensburg"),
]


@dataclass(frozen=True)
class Built:
    """The finished report and what it was made from."""

    project: Project
    plan: Plan
    snapshot: Snapshot
    report: Path

    def value(self, indicator: str, area: str, period: int, column: str = "value") -> float:
        frame = self.snapshot.indicators
        found = frame[(frame["indicator"] == indicator) & (frame["area"] == area) & (frame["period"] == period)]
        return float(found[column].item())

    def texts(self) -> Iterator[tuple[str, str]]:
        """Everything that a page says, alternative texts included."""
        for page in sorted(self.report.rglob("*.html")):
            source = re.sub(r"<(script|style)\b.*?</\1>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
            labels = re.findall(r'(?:alt|aria-label|title|content)="([^"]*)"', source)
            said = [re.sub(r"<[^>]+>", " ", source), *labels]
            yield page.relative_to(self.report).as_posix(), html.unescape(" ".join(said))


@pytest.fixture(scope="session")
def flensburg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    root = tmp_path_factory.mktemp("flensburg") / "projekt"
    shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns("reports"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLENSBURG_DATEN", str(TABLES))
        project = Project(root)
        report = build(project, "public", Wish(areas=CHOSEN), say=lambda text: None)
        snapshot = Snapshot.open(project.workshop("public") / "snapshot")
        yield Built(project, make_plan(project, snapshot.areas, "public", only_areas=CHOSEN), snapshot, report)


def rows(table: str) -> list[dict[str, str]]:
    """A published table, read by nothing of ours."""
    with (TABLES / table).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def published(table: str, column: str, district: str, year: int) -> float:
    found = [row for row in rows(table) if row["year"] == str(year)]
    mine = [row for row in found if row["district_id"] and int(float(row["district_id"])) == int(district)]
    return float(mine[0][column])


def test_the_report_has_a_volume_for_the_city_and_each_of_its_districts(flensburg: Built) -> None:
    whole = make_plan(flensburg.project, flensburg.snapshot.areas, "public")
    assert len(whole.volumes) == 1 + 13
    volumes = [volume.id for volume in flensburg.plan.volumes]
    assert volumes == ["ueberblick", "nordstadt", "tarup"]
    assert sorted(path.stem for path in (flensburg.report / "pdf").glob("*.pdf")) == sorted(volumes)
    for volume in flensburg.plan.volumes:
        for chapter in volume.chapters:
            assert (flensburg.report / f"{chapter.id}.html").is_file()


def test_pages_and_pdfs_pass_the_checks_before_release(flensburg: Built) -> None:
    assert check_site(flensburg.report, flensburg.project, flensburg.plan, flensburg.snapshot) == []


def test_a_city_is_never_called_a_kreis_and_its_parts_are_called_stadtteile(flensburg: Built) -> None:
    wrong = re.compile(r"[^.]{0,40}\b(?:Land)?[Kk]reis(?:es|e|en)?\b|\bRa?[äu]u?m(?:e|en|s)?\b")
    found = {page: match[0] for page, text in flensburg.texts() if (match := wrong.search(text))}
    assert found == {}
    assert any("Stadtteile im Vergleich" in text for _, text in flensburg.texts())


def test_the_age_structure_is_that_of_the_table_of_the_city(flensburg: Built) -> None:
    city = next(row for row in rows("fl_age_groups_of_residents.csv") if row["year"] == "2022")
    groups = {name: int(number) for name, number in city.items() if name.startswith("age_")}
    share = 100 * groups["age_80_and_above"] / sum(groups.values())
    assert flensburg.value("anteil_80plus", "01001", 2022) == pytest.approx(share)
    assert flensburg.value("anteil_unter_18", "01001", 2022, "numerator") == groups["age_under_18"]


def test_the_unemployed_are_those_of_a_second_table(flensburg: Built) -> None:
    for district in map(str, range(1, 14)):
        again = published("fl_unemployed_residents_categorized_by_district.csv", "unemployed_total", district, 2022)
        assert flensburg.value("arbeitslosenanteil", district, 2022, "numerator") == again


def test_a_page_shows_what_two_tables_say(flensburg: Built) -> None:
    cases = published("fl_beneficiaries_by_district.csv", "residents", "13", 2022)
    young = published("fl_children_age_under_18_by_district.csv", "residents", "13", 2022)
    working = published("fl_residents_age_18_to_under_65_by_district.csv", "residents", "13", 2022)
    shown = f"{100 * cases / (young + working):.1f}".replace(".", ",") + "\u00a0%"
    assert shown in dict(flensburg.texts())["tarup/armut.html"]


def test_a_year_that_nobody_delivered_is_a_gap_not_a_value(flensburg: Built) -> None:
    periods = pd.unique(flensburg.snapshot.indicators.query("indicator == 'anteil_unter_18'")["period"])
    assert sorted(periods) == [2011, *range(2017, 2023)]
    threat = flensburg.snapshot.indicators.query("indicator == 'wohnungsnot' and area == '13' and period == 2022")
    assert threat["status"].item() == "."
    assert threat["value"].isna().all()


def test_what_is_counted_for_the_city_stands_in_its_volume_only(flensburg: Built) -> None:
    texts = dict(flensburg.texts())
    assert "Familienhilfe" in texts["ueberblick/vergleich-kinder.html"]
    assert "Familienhilfe" not in texts["tarup/kinder.html"]
    assert flensburg.value("hze_familienhilfe", "01001", 2022) == 155
