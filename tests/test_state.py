"""From raw tables to the snapshot of an edition: made anew exactly when something changed."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from sozlib.errors import InputError
from sozlib.project import Project
from sozlib.snapshot import AREA_COLUMNS, INDICATOR_COLUMNS, POPULATION_COLUMNS
from sozlib.state import _simplified, examine, make_snapshot, prepare

ROOT = Path(__file__).parents[1]

FILES = {
    "parameters/report.yml": """\
title: Bericht
cycle: "2026"
whole: {id: "00", name: Kreis, locative: im Kreis}
publisher: {name: Kreis}
levels: [{id: area, singular: Raum, plural: Räume}, {id: district, singular: Kreis, plural: Kreise}]
areas: {table: data/gebiete.csv}
editions: [{id: public, title: Öffentlich, minimum_count: 3}, {id: internal, title: Intern}]
topics: [{id: armut, title: Armut}]
volumes: {overall: {title: A, chapters: []}, area: {title: B, chapters: []}}
""",
    "parameters/cycles/2026.yml": """\
{id: "2026", title: Bericht 2026, first_period: 2024, last_period: 2025, data_until: 2025-12-31, published: 2026-06-30}
""",
    "parameters/sources/register.yml": """\
id: register
title: Register
publisher: Amt
citation: Register des Amtes
licence: intern
as_of: "31.12."
files: data/register.csv
encoding: utf-8
delimiter: ";"
decimal: ","
zero: exact
area: {column: raum}
period: {column: jahr}
measures:
  - {id: einwohner, column: einwohner}
  - {id: arme, column: arme}
""",
    "parameters/indicators/armut.yml": """\
topic: armut
indicators:
  - id: armutsquote
    title: Armutsquote
    short_title: Armut
    kind: proportion
    unit: "%"
    direction: burdening
    numerator: {measure: arme}
    denominator: {measure: einwohner}
    numerator_text: Arme
    denominator_text: Einwohner
    source: Register
    as_of: "31.12."
    interpretation: Wie viele arm sind.
""",
    "data/gebiete.csv": "id;name;level;parent\n00;Kreis;district;\n"
    "01;Auen;area;00\n02;Berg;area;00\n03;Celle;area;00\n",
    "data/register.csv": "raum;jahr;einwohner;arme\n"
    "01;2024;400;40\n02;2024;300;2\n03;2024;200;5\n01;2025;410;41\n02;2025;310;9\n03;2025;200;8\n",
}


@pytest.fixture
def project(tmp_path) -> Project:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Project(tmp_path)


def change(project: Project, name: str, old: str, new: str) -> Project:
    path = project.root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return Project(project.root)


def made(project: Project, edition: str = "internal") -> int:
    return (prepare(project, edition).path / "snapshot.json").stat().st_mtime_ns


def test_a_snapshot_has_the_agreed_columns_and_says_where_it_comes_from(project):
    snapshot = prepare(project, "internal")
    assert tuple(snapshot.indicators.columns) == INDICATOR_COLUMNS
    assert tuple(snapshot.population.columns) == POPULATION_COLUMNS
    assert tuple(snapshot.areas.columns) == AREA_COLUMNS
    assert snapshot.geometry is None
    assert snapshot.meta["catalogue"][0]["id"] == "armutsquote"
    assert snapshot.meta["sources"][0]["citation"] == "Register des Amtes"
    assert snapshot.meta["cycle"]["id"] == "2026"
    assert {"data/register.csv", "parameters/report.yml"} <= set(snapshot.meta["inputs"])


def test_the_public_snapshot_never_had_the_small_number(project):
    internal, public = prepare(project, "internal").indicators, prepare(project, "public").indicators
    key = ["area", "period"]
    full = internal.set_index(key)["numerator"]
    shown = public.set_index(key)["numerator"]
    assert full["02", 2024] == 2
    assert np.isnan(shown["02", 2024])
    assert np.isnan(shown["03", 2024])
    assert shown["00", 2024] == 47
    assert shown["02", 2025] == 9


def test_nothing_changed_nothing_made(project):
    assert made(project) == made(Project(project.root))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("data/register.csv", "01;2025;410;41", "01;2025;410;42"),
        ("data/gebiete.csv", "Berg", "Bergen"),
        ("parameters/indicators/armut.yml", "title: Armutsquote", "title: Armut"),
        ("parameters/sources/register.yml", "licence: intern", "licence: offen"),
        ("parameters/cycles/2026.yml", "Bericht 2026", "Bericht"),
        ("parameters/report.yml", "title: Bericht", "title: Sozialbericht"),
    ],
)
def test_a_change_of_any_input_makes_the_snapshot_anew(project, name, old, new):
    first = made(project)
    digest = prepare(project, "internal").digest
    changed = change(project, name, old, new)
    assert made(changed) > first
    assert prepare(changed, "internal").digest != digest


def test_a_damaged_snapshot_is_made_anew(project):
    snapshot = prepare(project, "internal")
    (snapshot.path / "indicators.parquet").write_bytes(b"")
    assert not prepare(project, "internal").indicators.empty


def test_the_same_inputs_give_the_same_bytes(project):
    first = prepare(project, "public")
    digests = first.meta["files"], first.digest
    shutil.rmtree(first.path)
    again = prepare(project, "public")
    assert (again.meta["files"], again.digest) == digests


def test_remarks_on_the_input_are_the_same_whether_read_now_or_earlier(project):
    changed = change(project, "parameters/sources/register.yml", 'delimiter: ";"\n', "")
    first, again = make_snapshot(changed, "internal")[1], make_snapshot(changed, "internal")[1]
    assert first == again
    assert any("Trennzeichen" in problem.found for problem in first)


def test_wrong_input_stops_with_all_problems_and_leaves_the_last_snapshot(project):
    digest = prepare(project, "internal").digest
    changed = change(project, "data/register.csv", "01;2025;410;41", "09;2025;410;-41")
    changed = change(changed, "parameters/indicators/armut.yml", "measure: arme", "measure: armee")
    with pytest.raises(InputError):
        prepare(changed, "internal")
    kept = json.loads((changed.workshop("internal") / "snapshot" / "snapshot.json").read_text(encoding="utf-8"))
    assert kept["digest"] == digest
    codes = {problem.code for problem in examine(changed)}
    assert {"unknown-area", "unknown-measure"} <= codes


def test_an_indicator_that_fits_no_group_is_warned_of(project):
    changed = change(project, "parameters/indicators/armut.yml", "{measure: arme}", "{measure: arme, age_to: 17}")
    found = [problem for problem in examine(changed) if problem.code == "no-values"]
    assert [str(problem) for problem in found] == [
        "Warnung: Der Indikator „armutsquote“ hat in keinem Raum und keinem Jahr einen Wert. Prüfen Sie, ob "
        "Altersgruppen, Geschlecht und Staatsangehörigkeit der Merkmale zu ihm passen."
    ]


def test_simplified_outlines_still_share_their_borders():
    wavy = [(x / 50, 5 + np.sin(x / 7) / 20) for x in range(501)]
    lower = shapely.Polygon([(0, 0), *wavy, (10, 0)])
    upper = shapely.Polygon([(0, 10), *wavy, (10, 10)])
    outlines = gpd.GeoDataFrame({"id": ["1", "2"]}, geometry=[lower, upper], crs=25832)
    drawn = _simplified(outlines)
    assert len(drawn.geometry.get_coordinates()) < len(outlines.geometry.get_coordinates()) / 2
    assert shapely.coverage_is_valid(drawn.geometry.to_numpy())
    assert drawn.geometry.area.sum() == pytest.approx(100, rel=1e-6)
    assert drawn.index.equals(pd.RangeIndex(2))
