"""A project with amounts: single contributions are read, obeyed and shown nowhere; what is wrong is said."""

import json

import pandas as pd
import pytest
from test_state import FILES

from sozlib.disclosure.proof import described, prove, run_attack
from sozlib.errors import BuildError, InputError
from sozlib.project import Project
from sozlib.snapshot import Snapshot
from sozlib.state import examine, make_snapshot

SOURCE = """\
id: hilfen
title: Hilfen
publisher: Amt
citation: Hilfen des Amtes
licence: intern
as_of: Jahressumme
files: data/hilfen.csv
encoding: utf-8
delimiter: ";"
decimal: ","
zero: exact
area: {column: raum}
period: {column: jahr}
measures:
  - id: ausgaben
    kind: amount
    column: ausgaben
    dominance: {contributors: traeger, largest: groesster, two_largest: zwei, p: 10}
  - {id: traeger, column: traeger}
  - {id: groesster, kind: amount, column: groesster}
  - {id: zwei, kind: amount, column: zwei}
"""
INDICATORS = """\
topic: armut
indicators:
  - id: ausgaben
    title: Ausgaben
    short_title: Ausgaben
    kind: count
    per: 1
    unit: Euro
    direction: neutral
    numerator: {measure: ausgaben}
    numerator_text: Ausgaben
    source: Hilfen
    as_of: Jahressumme
    interpretation: Wie viel ausgegeben wurde.
"""
#: Invented: one provider spends 91,357 of 93,411 in the first area.
TABLE = """\
raum;jahr;ausgaben;traeger;groesster;zwei
01;2024;93411;3;91357;92611
02;2024;70240;5;20128;38764
03;2024;81002;6;20064;39032
"""
OTHERS = {
    "parameters/sources/hilfen.yml": SOURCE,
    "parameters/indicators/ausgaben.yml": INDICATORS,
    "data/hilfen.csv": TABLE,
}


@pytest.fixture
def made(tmp_path):
    def make(**changes) -> Project:
        changed = {f"{name}": text for name, text in (FILES | OTHERS).items()}
        for name, (old, new) in changes.items():
            key = next(path for path in changed if path.split("/")[-1].startswith(name))
            assert old in changed[key]
            changed[key] = changed[key].replace(old, new)
        for name, text in changed.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / "reports" / "theme").mkdir(parents=True, exist_ok=True)
        (tmp_path / "reports" / "theme" / "tokens.css").write_text(":root { --accent: #123456; }", encoding="utf-8")
        return Project(tmp_path)

    return make


def shown(snapshot):
    rows = snapshot.indicators[snapshot.indicators["indicator"] == "ausgaben"].set_index("area")
    return rows["value"].dropna().to_dict()


def everything(snapshot):
    """All that stands in the files of a snapshot, as text."""
    tables = [pd.read_parquet(path).to_csv(index=False) for path in snapshot.path.glob("*.parquet")]
    return json.dumps(snapshot.meta, ensure_ascii=False) + "".join(tables)


def test_a_dominated_amount_and_no_contribution_reaches_a_snapshot(made):
    project = made()
    public, internal = make_snapshot(project, "public")[0], make_snapshot(project, "internal")[0]
    assert shown(public) == {"03": 81_002, "00": 244_653}
    assert shown(internal) == {"01": 93_411, "02": 70_240, "03": 81_002, "00": 244_653}
    for snapshot in (public, internal):
        said = everything(snapshot)
        assert not any(number in said for number in ("91357", "92611", "20128", "groesster", "zwei"))
    assert "two_largest" not in everything(public), "the rule's numbers would help an intruder"


def test_the_attack_asks_for_the_distance_of_the_rule(made):
    project = made()
    snapshot = make_snapshot(project, "public")[0]
    found = {i.count.area: i for i in run_attack(project, snapshot) if "Ausgaben" in i.count.name}
    level = 0.1 * 91_357 - (93_411 - 92_611)
    assert found["01"].within == pytest.approx((93_411 - level, 93_411 + level))
    assert (found["01"].low, found["01"].high) == (0, 93_411 + 70_240)
    assert all(inference.safe for inference in found.values())
    said = prove(project, snapshot)
    assert said.endswith("(verlangt: 3 oder bei Beträgen der Abstand ihrer Regel).")
    assert f"{2 * level:.0f}" not in said + "".join(described(i, snapshot) for i in found.values()), "not the level"


def test_a_build_stops_where_an_amount_follows_from_what_is_shown(made):
    project = made()
    snapshot = make_snapshot(project, "public")[0]
    indicators = snapshot.indicators.copy()
    given_away = (indicators["area"] == "02") & (indicators["indicator"] == "ausgaben")
    indicators.loc[given_away, ["numerator", "value"]] = 70_240.0
    indicators.loc[given_away, "status"] = ""
    indicators.to_parquet(snapshot.path / "indicators.parquet", index=False)
    with pytest.raises(BuildError, match=r"Ausgaben \(Zähler\), Auen, 2024: zwischen 93411 und 93411; der Betrag muss"):
        prove(project, Snapshot.open(snapshot.path))


@pytest.mark.parametrize(
    "change",
    [
        {"hilfen.yml": ("contributors: traeger", "contributors: traegre")},
        {"hilfen.yml": ("largest: groesster", "largest: traeger")},
        {"hilfen.yml": ("kind: amount\n    column: ausgaben", "column: ausgaben")},
        {"hilfen.yml": (", p: 10", "")},
        {"hilfen.csv": ("93411;3;91357;92611", "93411;3;91357;91000")},
        {"hilfen.csv": ("93411;3;91357;92611", "93411;3;91357;98000")},
        {"ausgaben.yml": ("numerator: {measure: ausgaben}", "numerator: {measure: groesster}")},
    ],
    ids=["unknown", "kind", "no-amount", "no-p", "two-below-one", "more-than-all", "shown"],
)
def test_what_is_wrong_is_said_with_file_and_line(made, change, snapshot):
    try:
        problems = examine(made(**change))
    except InputError as error:
        problems = error.problems
    errors = [problem for problem in problems if problem.severity == "error"]
    assert "\n".join(map(str, errors)) == snapshot
