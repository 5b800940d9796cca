"""In an edition that rounds, the rounded number passes and the true one is found beside the indicator's name."""

import leaky_report as leaky
import pandas as pd
import pytest
import small_report

from sozlib.gate.gate import Gate
from sozlib.gate.machine import Machine
from sozlib.snapshot import Snapshot

#: What stands in place of the secret: 7391 are 7395, and all that follows from it.
SHOWN = {"numerator": 7395.0, "value": 18.27, "lower": 15.11, "upper": 21.93, "status": ""}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Snapshot:
    folder = tmp_path_factory.mktemp("projekt")
    made = small_report.snapshot(small_report.project(folder), folder / "stand")
    rows = pd.read_parquet(made.path / "indicators.parquet")
    at = (rows["indicator"] == leaky.CELL[0]) & (rows["area"] == leaky.CELL[1]) & (rows["period"] == leaky.CELL[2])
    rows.loc[at, list(SHOWN)] = list(SHOWN.values())
    rows.to_parquet(made.path / "indicators.parquet", index=False)
    people = pd.read_parquet(made.path / "population.parquet")
    group = {"area": "0102", "period": 2025, "sex": "f", "age_from": 80, "value": 85.0, "status": ""}
    pd.concat([people, pd.DataFrame([group])]).to_parquet(made.path / "population.parquet", index=False)
    return Snapshot.open(made.path)


def found(site, snapshot):
    return [
        str(problem) for problem in Gate.of(snapshot, leaky.hidden(), Machine(frozenset(), frozenset())).search(site)
    ]


def everywhere(palette, number, people):
    """The chapter with a value in the places where the edition has one."""
    drawings = {"trend": leaky.trend_chart, "ranking": leaky.ranking, "spread": leaky.spread, "pairs": leaky.pairs}
    drawings |= {"multiples": leaky.small_trends, "funnel": leaky.funnel_plot, "map": leaky.area_map}
    printed = f"{number:.1f}".replace(".", ",")
    return leaky.page(
        palette,
        cell=printed,
        people=f"{people:.0f}",
        prose=f"Kinderarmut in Neuhafen: {printed} %. Kreis: 14,1 %.",
        ages=leaky.ages(palette, people),
        **{name: draw(palette, number) for name, draw in drawings.items()},
    )


def test_the_rounded_number_passes_wherever_it_stands(site, snapshot, palette):
    chapter = site / "neuhafen" / "armut.html"
    chapter.write_text(everywhere(palette, SHOWN["value"], 85.0), encoding="utf-8")
    assert found(site, snapshot) == []


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"cell": "17,4"}, "Zeile „2025“"),
        ({"cell": "7.391"}, "Spalte „Neuhafen“"),
        ({"prose": "Die Kinderarmut in Neuhafen lag 2025 bei 17,4 %."}, "Text"),
        ({"alt": "Kinderarmut 2025: 17,39 Prozent."}, "Alternativtext"),
        ({"people": "83"}, "Bevölkerung 80–84"),
        ({"trend": "trend_chart"}, "Zeichnung fig-verlauf-kinderarmut"),
        ({"funnel": "funnel_plot"}, "Zeichnung fig-trichter-kinderarmut"),
        ({"spread": "spread"}, "Zeichnung fig-verteilung-kinderarmut"),
    ],
)
def test_the_true_number_is_found_beside_the_name(places, said, site, snapshot, palette):
    drawn = {
        name: getattr(leaky, text)(palette, leaky.SECRET["value"]) if name in ("trend", "funnel", "spread") else text
        for name, text in places.items()
    }
    (site / "neuhafen" / "armut.html").write_text(leaky.page(palette, **drawn), encoding="utf-8")
    problems = found(site, snapshot)
    assert problems
    assert all("neuhafen/armut.html" in problem for problem in problems)
    assert any(said in problem for problem in problems)


@pytest.mark.parametrize(("column", "true"), [("zaehler", "7391"), ("wert", "17,4"), ("untergrenze", "14,3")])
def test_the_true_number_is_found_in_data_files(column, true, site, snapshot):
    leaky.replace_in_csv(site / "daten" / "armut.csv", column, true)
    (problem,) = found(site, snapshot)
    assert "daten/armut.csv" in problem
    assert f"Spalte „{column}“" in problem
