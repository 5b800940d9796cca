"""The monitor: published classes, properties that any fair index has, and nothing that betrays a protected value."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from sozlib.analysis.basis import excluded, filled
from sozlib.analysis.definition import MonitorDefinition, read_definition
from sozlib.analysis.method import Method
from sozlib.analysis.monitor import assess, monitor_of_edition, monitor_table
from sozlib.errors import InputError
from sozlib.indicators.catalogue import read_catalogue
from sozlib.project import Project
from sozlib.snapshot import MONITOR_COLUMNS

BERLIN = Path(__file__).parents[3] / "shared" / "real" / "berlin"
ROOT = Path(__file__).parents[2]
AREAS = [f"{n:02}" for n in range(1, 25)]
INDICATORS = ("arbeitslosenanteil", "sgb2_quote_u65", "altersarmut")


def definition(**changes) -> MonitorDefinition:
    entries = [{"indicator": i} for i in INDICATORS]
    return MonitorDefinition.model_validate(
        {"id": "m", "title": "Monitor", "indicators": entries, "uncertainty": {"runs": 200}} | changes
    )


def table(seed: int = 4, years=(2023, 2024, 2025)) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    need = generator.normal(0, 1, len(AREAS))
    rows = []
    for i in INDICATORS:
        base = 10 + 3 * need + generator.normal(0, 1, len(AREAS))
        for year in years:
            for area, value in zip(AREAS, base + generator.normal(0, 0.4, len(AREAS)), strict=True):
                rows.append((i, area, year, value, value - 0.8, value + 0.8, ""))
    return pd.DataFrame(rows, columns=["indicator", "area", "period", "value", "lower", "upper", "status"])


@pytest.fixture(scope="module")
def catalogue():
    return read_catalogue(Project(ROOT))


def latest(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["period"] == frame["period"].max()].set_index("area")


@pytest.mark.skipif(not BERLIN.is_dir(), reason="published tables of the Berlin monitor are not here")
@pytest.mark.parametrize("year", [2013, 2017, 2019])
def test_the_overall_classes_of_berlin_reproduce(year):
    shares = pd.read_csv(BERLIN / f"mss_{year}_indicators.csv", dtype={"id": str}).set_index("id")
    published = pd.read_csv(BERLIN / f"mss_{year}_index.csv", dtype=str).set_index("id")
    valid = published["status_index"].isin(list("1234")).to_numpy()
    found = []
    for side, limits in (("s", (-1, 1, 1.5)), ("d", (-1, 1))):
        columns = [c for c in shares if c[0] == side and shares.loc[valid, c].notna().all()]
        rules = definition(indicators=[{"indicator": c} for c in columns])
        found.append(assess(rules, shares[columns].to_numpy(float), [1] * len(columns), valid, limits).classes)
    signs = {1.0: "+", 2.0: "+/-", 3.0: "-"}
    overall = [f"{int(s)}{signs[d]}" for s, d in zip(found[0][valid], found[1][valid], strict=True)]
    expected = published["status_index"] + published["dynamic_index"]
    assert overall == list(expected[valid])
    assert set(overall) == set(expected[valid])
    assert len(overall) > 430


def test_contributions_add_up_to_the_score_and_shares_to_one(catalogue):
    now = latest(monitor_table(definition(), catalogue, table(), {}, AREAS))
    parts = now[[f"status:{i}" for i in INDICATORS]].sum(axis=1)
    assert np.allclose(parts, now["status_score"])
    assert np.allclose(now[[f"status_{n}" for n in range(1, 5)]].sum(axis=1), 1)
    assert np.allclose(now[[f"dynamics_{n}" for n in range(1, 4)]].sum(axis=1), 1)
    assert (now["rank_low"] <= now["rank_high"]).all()


def test_an_area_that_becomes_poorer_never_gets_a_better_class_or_rank(catalogue):
    frame = table()
    before = latest(monitor_table(definition(), catalogue, frame, {}, AREAS))
    worse = frame.copy()
    mine = (worse["area"] == "07") & (worse["period"] == 2025) & (worse["indicator"] == "sgb2_quote_u65")
    worse.loc[mine, ["value", "lower", "upper"]] += 6
    after = latest(monitor_table(definition(), catalogue, worse, {}, AREAS))
    assert after.loc["07", "status_score"] > before.loc["07", "status_score"]
    assert after.loc["07", "status"] >= before.loc["07", "status"]
    assert after.loc["07", "rank"] <= before.loc["07", "rank"]


def test_order_of_areas_and_unit_of_an_indicator_do_not_matter(catalogue):
    frame = table()
    plain = latest(monitor_table(definition(), catalogue, frame, {}, AREAS))
    other = frame.copy()
    thousand = other["indicator"] == "altersarmut"
    other.loc[thousand, ["value", "lower", "upper"]] *= 10
    turned = latest(monitor_table(definition(), catalogue, other, {}, AREAS[::-1]))
    assert np.allclose(plain["status_score"], turned.loc[plain.index, "status_score"])
    assert (plain["status"] == turned.loc[plain.index, "status"]).all()
    assert (plain["dynamics"] == turned.loc[plain.index, "dynamics"]).all()


def test_the_same_input_gives_the_same_bits(catalogue):
    first = monitor_table(definition(), catalogue, table(), {}, AREAS)
    pd.testing.assert_frame_equal(first, monitor_table(definition(), catalogue, table(), {}, AREAS), check_exact=True)


def test_a_planted_worsening_is_found_in_the_dynamics(catalogue):
    frame = table()
    grown = (frame["area"] == "11") & (frame["period"] == 2025)
    frame.loc[grown, ["value", "lower", "upper"]] += 8
    now = latest(monitor_table(definition(), catalogue, frame, {}, AREAS))
    assert now.loc["11", "dynamics"] == 3
    assert now.loc["11", "dynamics_3"] > 0.95
    assert (now["dynamics"] == 3).sum() == 1


def test_without_an_earlier_year_there_is_a_status_but_no_dynamics_and_it_says_so(catalogue):
    now = latest(monitor_table(definition(), catalogue, table(years=(2025,)), {}, AREAS))
    assert now["status"].notna().all()
    assert now["dynamics"].isna().all()
    assert set(now["dynamics_reason"]) == {"Angaben für 2023 fehlen"}


def test_small_areas_gaps_outliers_and_named_areas_are_left_out_with_their_reason():
    rules = definition(exclusions={"areas": {"01": "Gewerbegebiet"}, "outliers": 3}).exclusions
    values = np.column_stack([np.linspace(5, 15, 24), np.linspace(5, 15, 24)])
    values[2, 0], values[3, 1] = np.nan, 90
    people = np.full(24, 1000.0)
    people[1] = 299
    found = excluded(rules, AREAS, values, people)
    assert found[:4] == ["Gewerbegebiet", "weniger als 300 Einwohnerinnen und Einwohner", "Angaben fehlen", "Ausreißer"]
    assert not any(found[4:])


def test_a_gap_that_the_rule_allows_does_not_move_the_area(catalogue):
    frame = table()
    gap = (frame["area"] == "05") & (frame["period"] == 2025) & (frame["indicator"] == "altersarmut")
    frame.loc[gap, ["value", "lower", "upper"]] = np.nan
    strict = latest(monitor_table(definition(), catalogue, frame, {}, AREAS))
    assert strict.loc["05", "reason"] == "Angaben fehlen"
    assert np.isnan(strict.loc["05", "status"])
    open_ = latest(monitor_table(definition(exclusions={"missing": "remaining"}), catalogue, frame, {}, AREAS))
    assert (open_.loc["05", "used"], open_.loc["06", "used"]) == (2, 3)
    others = open_.loc["05", ["status:arbeitslosenanteil", "status:sgb2_quote_u65"]].astype(float)
    assert others.min() <= open_.loc["05", "status:altersarmut"] <= others.max()


def test_closed_gaps_leave_known_values_alone():
    values = np.array([[1.0, 10.0], [2.0, np.nan], [3.0, 30.0], [5.0, 20.0]])
    closed = filled(values, np.ones(4, dtype=bool), [1, 1], [1, 1])
    assert np.array_equal(closed[~np.isnan(values)], values[~np.isnan(values)])
    assert not np.isnan(closed).any()


def test_a_class_is_public_where_all_that_is_possible_gives_the_same(catalogue):
    """Of the protected cell the edition leaves a span; where both ends give one class it is told, its score never."""
    everything = table()
    cell = (everything["area"] == "09") & (everything["period"] == 2025) & (everything["indicator"] == "altersarmut")
    shown = everything.copy()
    shown.loc[cell, ["value", "lower", "upper"]] = np.nan
    shown.loc[cell, "status"] = "."

    def monitor(classes, *steps):
        worlds = [everything.assign(value=everything["value"].where(~cell, everything["value"] + s)) for s in steps]
        chosen = definition(classes=classes)
        return monitor_of_edition(chosen, catalogue, lambda ids: worlds, shown, {}, AREAS)

    near, far = monitor("public", 0.0, 0.01), monitor("public", -20.0, 20.0)
    true = latest(monitor_table(definition(), catalogue, everything, {}, AREAS))
    assert latest(near).loc["09", "status"] == true.loc["09", "status"]
    assert np.isnan(latest(near).loc["09", "status_score"])
    assert np.isnan(latest(far).loc["09", "status"])
    assert latest(far).loc["09", "reason"] == "Klasse wegen gesperrter Angaben nicht sicher"
    assert np.isnan(latest(monitor("protected", 0.0)).loc["09", "status"])
    columns = [c for c in MONITOR_COLUMNS if c not in ("status", "dynamics", "reason", "dynamics_reason")]
    pd.testing.assert_frame_equal(near[columns], far[columns], check_exact=True)


def test_a_gap_in_a_relieving_indicator_is_closed_on_the_side_of_the_burden():
    values = np.array([[1.0, 60.0], [2.0, 50.0], [3.0, np.nan], [2.0, 55.0], [1.0, 65.0]])
    closed = filled(values, np.ones(5, dtype=bool), [1, 1], [1, -1])
    assert closed[2, 1] < np.nanmin(values[:, 1]), "a high burden is a low share in employment"


def test_every_choice_of_the_repetitions_stands_once_and_the_own_first():
    plain = definition()
    assert [(m.normaliser, m.aggregation) for m in plain.methods] == [
        ("z", "sum"), ("rank", "sum"), ("z", "geometric"), ("rank", "geometric")
    ]  # fmt: skip
    english = definition(normaliser="rank-exponential", aggregation="mean")
    assert (english.methods[0].normaliser, english.methods[0].aggregation) == ("rank-exponential", "mean")
    assert len(english.methods) == len(set(english.methods)) == 6
    assert definition(normaliser="rank", uncertainty={"vary_method": False}).methods == (Method("rank"),)


@pytest.mark.parametrize(
    ("domains", "of", "message"),
    [
        (["a", "a"], "aaa", "mehrfach"),
        (["a"], "aab", "b steht nicht unter"),
        (["a", "b"], "aaa", "b hat keinen Indikator"),
        (["a"], ["a", "a", None], "altersarmut gehört zu keiner Domäne"),
        ([], "aaa", "a steht nicht unter"),
    ],
)
def test_domains_and_indicators_fit_together(domains, of, message):
    entries = [{"indicator": i, "domain": d} for i, d in zip(INDICATORS, of, strict=True)]
    with pytest.raises(ValidationError, match=message):
        definition(indicators=entries, domains=[{"id": d, "title": d} for d in domains])


def test_a_monitor_by_domains_has_classes_and_contributions(catalogue):
    entries = [{"indicator": i, "domain": d} for i, d in zip(INDICATORS, "aab", strict=True)]
    domains = [{"id": "a", "title": "Arbeit", "weight": 2}, {"id": "b", "title": "Alter"}]
    rules = definition(indicators=entries, domains=domains, normaliser="rank-exponential")
    now = latest(monitor_table(rules, catalogue, table(), {}, AREAS))
    assert now["status"].notna().all()
    assert now[[f"status:{i}" for i in INDICATORS]].notna().all(axis=None)
    assert now["status_score"].corr(now["status:sgb2_quote_u65"]) > 0.5


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        ("id: m\ntitle: M\nindikatoren: []\n", 3, "Unbekannter Schlüssel „indikatoren“"),
        ("id: m\ntitle: M\nindicators:\n- {indicator: altersarmut}\n- {indicator: sgb2_quote}\n", 5, "sgb2_quote_u65"),
        ("id: m\ntitle: M\nindicators:\n- {indicator: altersarmut}\n- {indicator: altenquotient}\n", 5, "Richtung"),
        ("id: m\ntitle: M\nindicators: &a\n- {indicator: altersarmut}\n- {indicator: altersarmut}\n", None, "mehrfach"),
    ],
)
def test_mistakes_in_the_parameter_file_are_named_with_their_line(tmp_path, catalogue, content, line, found):
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "report.yml").write_text(
        (ROOT / "parameters" / "report.yml").read_text("utf-8"), "utf-8"
    )
    (tmp_path / "parameters" / "index.yml").write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        read_definition(Project(tmp_path), catalogue)
    problems = [p for p in caught.value.problems if found in f"{p.found} {p.remedy}"]
    assert problems
    assert problems[0].place.file == "parameters/index.yml"
    assert problems[0].place.row == line


def test_without_the_file_there_is_no_monitor(tmp_path, catalogue):
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "report.yml").write_text("", "utf-8")
    assert read_definition(Project(tmp_path), catalogue) is None


def test_an_indicator_counts_in_its_years_only_and_the_others_keep_theirs(catalogue):
    first, second, third = INDICATORS
    entries = [{"indicator": first}, {"indicator": second}, {"indicator": third, "until": 2024}]
    found = monitor_table(definition(indicators=entries), catalogue, table(), {}, AREAS)
    for year, ids in ((2024, INDICATORS), (2025, (first, second))):
        alone = definition(indicators=[{"indicator": i} for i in ids])
        expected = monitor_table(alone, catalogue, table(), {}, AREAS)
        expected = expected[expected["period"] == year]
        same = found.loc[found["period"] == year, list(expected.columns)]
        pd.testing.assert_frame_equal(same.reset_index(drop=True), expected.reset_index(drop=True))
    assert found.query("period == 2025")[f"status:{third}"].isna().all()
    assert found.query("period == 2024")[f"status:{third}"].notna().all()


def test_changes_that_are_delivered_give_the_dynamics_that_the_same_differences_give(catalogue):
    levels = table().assign(lower=np.nan, upper=np.nan)
    wide = levels.pivot(index=["indicator", "area"], columns="period", values="value")
    names = {i: f"veraenderung-{i}" for i in INDICATORS}
    change = (wide[2025] - wide[2023]).rename("value").reset_index().replace({"indicator": names})
    change = change.assign(period=2025, lower=np.nan, upper=np.nan, status="")
    known = [*catalogue, *(e.model_copy(update={"id": names[e.id]}) for e in catalogue if e.id in names)]
    plain = monitor_table(definition(), known, levels, {}, AREAS)
    delivered = definition(dynamics=[{"indicator": id} for id in names.values()])
    found = monitor_table(delivered, known, pd.concat([levels, change]), {}, AREAS)
    numbers = ["dynamics", "dynamics_score", "dynamics_1", "dynamics_2", "dynamics_3"]
    pd.testing.assert_frame_equal(latest(found)[numbers], latest(plain)[numbers])
    assert latest(found)[[f"dynamics:{id}" for id in names.values()]].notna().all().all()
    before = found.query("period == 2024")
    assert before["dynamics"].isna().all()
    assert set(before["dynamics_reason"]) == {"Angaben zur Veränderung fehlen"}
