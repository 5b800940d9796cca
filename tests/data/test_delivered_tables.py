"""The parameter files read the demonstration district's tables back as what is true, without a complaint."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data.erzeugen import truth
from data.erzeugen.district import AREAS, FIRST, LAST, MERGED, MERGER
from sozlib.observations import Observations, load_observations
from sozlib.project import Project

ROOT = Path(__file__).resolve().parents[2]

#: Measures and the true counts they must repeat where they are published, group by group in their order.
REPEATED = {
    "haushalte": ("haushalte",),
    "haushalte_alleinerziehend": ("haushalte_alleinerziehend",),
    "alleinlebende_65plus": ("alleinlebende_65plus",),
    "arbeitslose": ("arbeitslose",),
    "arbeitslose_geschlecht": ("arbeitslose_f", "arbeitslose_m"),
    "beschaeftigte_alter": ("beschaeftigte_15_24", "beschaeftigte_25_54", "beschaeftigte_55_64"),
    "beschaeftigte_teilzeit": ("beschaeftigte_teilzeit_f", "beschaeftigte_teilzeit_m"),
    "sgb2_personen": ("sgb2_personen",),
    "sgb2_kinder": ("sgb2_0_14", "sgb2_15_17"),
    "sgb2_bg_alleinerziehend": ("sgb2_bg_alleinerziehend",),
    "grusi_empfaenger": ("grusi_18_64", "grusi_65plus"),
    "hlu_empfaenger": ("hlu_empfaenger",),
    "asylblg_empfaenger": ("asylblg_empfaenger",),
    "wohngeld_haushalte": ("wohngeld_haushalte",),
    "kinder_in_betreuung": ("kinder_0_2", "kinder_3_5"),
    "kita_plaetze": ("plaetze_0_2", "plaetze_3_5"),
    "pflegebeduerftige": ("pflegebeduerftige",),
    "pflegebeduerftige_alter": ("pflege_0_64", "pflege_65_74", "pflege_75_84", "pflege_85plus"),
    "hilfe_zur_pflege": ("hilfe_zur_pflege",),
}


@pytest.fixture(scope="module")
def observed() -> Observations:
    return load_observations(Project(ROOT))


def test_nothing_is_wrong_with_the_deliveries(observed: Observations) -> None:
    assert [str(problem) for problem in observed.problems if problem.severity != "note"] == []


def test_only_the_register_leaves_its_format_to_detection(observed: Observations) -> None:
    assert {problem.code for problem in observed.problems} == {"detected"}
    assert all("melderegister" in problem.place.file for problem in observed.problems)


def test_every_official_sign_occurs(observed: Observations) -> None:
    assert set(observed.table["status"]) == {"", "–", "0", ".", "/", "()", "x", "..."}


@pytest.mark.parametrize("measure", sorted(REPEATED))
def test_what_is_published_is_true(observed: Observations, measure: str) -> None:
    rows = observed.table[(observed.table["measure"] == measure) & observed.table["value"].notna()]
    rows = rows.sort_values(["area", "period", "sex", "age_from"])
    groups = rows[["sex", "age_from"]].drop_duplicates().sort_values(["sex", "age_from"]).itertuples(index=False)
    names = dict(zip((tuple(group) for group in groups), REPEATED[measure], strict=True))
    true = [truth().at(names[row.sex, row.age_from], row.area, row.period) for row in rows.itertuples()]
    assert rows["value"].tolist() == true
    assert len(rows) > 100


def test_the_register_is_read_to_the_last_person(observed: Observations) -> None:
    rows = observed.table[observed.table["measure"] == "einwohner"]
    read = rows.groupby(["area", "period"])["value"].sum()
    for area in AREAS:
        stock = truth().people.stock[truth().members[area.id]].sum(axis=(0, 1, 2, 3))
        assert read[area.id].tolist() == stock.tolist()
    oldest = rows[rows["age_from"] == 100]
    assert oldest["age_to"].isna().all()


def test_the_merged_municipality_has_its_parts_before_the_merger(observed: Observations) -> None:
    table = observed.table
    assert not table["area"].isin({"0305", "0306"}).any()
    rows = (
        table[(table["area"] == MERGED) & (table["measure"] == "haushalte")].set_index("period")["value"].sort_index()
    )
    assert list(rows.index) == list(range(FIRST, LAST + 1))
    assert rows[MERGER - 1] == pytest.approx(rows[MERGER], rel=0.03)


def test_care_is_counted_every_second_year(observed: Observations) -> None:
    rows = observed.table[observed.table["measure"] == "pflegebeduerftige"]
    assert sorted(rows["period"].unique()) == list(range(FIRST + 1, LAST + 1, 2))


def test_commuters_are_not_defined_for_parts_of_the_town(observed: Observations) -> None:
    rows: pd.DataFrame = observed.table[observed.table["measure"] == "einpendler"]
    town = rows["area"].str.match(r"01\d\d")
    assert set(rows.loc[town, "status"]) == {"x"}
    assert rows.loc[rows["area"] == "0201", "value"].gt(0).all()
