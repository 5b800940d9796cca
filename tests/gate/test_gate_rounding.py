"""In an edition that rounds, the rounded number passes and the true one is found beside the indicator's name."""

import re
from dataclasses import replace

import leaky_report as leaky
import pandas as pd
import pytest

from sozlib.gate.gate import Gate
from sozlib.gate.machine import Machine
from sozlib.gate.words import Names
from sozlib.snapshot import Snapshot

SHOWN_PEOPLE = 85.0

#: What stands in place of the secret: 7391 are 7395, and all that follows from it.
SHOWN = {"numerator": 7395.0, "value": 18.27, "lower": 15.11, "upper": 21.93, "status": ""}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Snapshot:
    made = leaky.edition(tmp_path_factory.mktemp("projekt"), SHOWN)
    people = pd.read_parquet(made.path / "population.parquet")
    group = {"area": "0102", "period": 2025, "sex": "f", "age_from": 80, "value": SHOWN_PEOPLE, "status": ""}
    pd.concat([people, pd.DataFrame([group])]).to_parquet(made.path / "population.parquet", index=False)
    return Snapshot.open(made.path)


def found(site, snapshot):
    return [
        str(problem) for problem in Gate.of(snapshot, leaky.hidden(), Machine(frozenset(), frozenset())).search(site)
    ]


DRAWINGS = {
    **{"trend": leaky.trend_chart, "ranking": leaky.ranking, "spread": leaky.spread, "pairs": leaky.pairs},
    **{"multiples": leaky.small_trends, "funnel": leaky.funnel_plot, "map": leaky.area_map, "profile": leaky.profile},
}


def everywhere(palette, **others):
    """The chapter with a value in all places where the edition has one; some places can be given another content."""
    printed = f"{SHOWN['value']:.1f}".replace(".", ",")
    places = {
        "cell": printed,
        "people": f"{SHOWN_PEOPLE:.0f}",
        "prose": f"Kinderarmut in Neuhafen: {printed} %. Kreis: 14,1 %.",
        "ages": leaky.ages(palette, SHOWN_PEOPLE),
        **{name: draw(palette, SHOWN["value"]) for name, draw in DRAWINGS.items()},
        "start": leaky.area_map(palette, SHOWN["value"], "start"),
        "listed": printed,
    }
    return leaky.page(palette, **(places | others))


@pytest.fixture
def site(site, palette):
    (site / "neuhafen" / "armut.html").write_text(everywhere(palette), encoding="utf-8")
    return site


def test_the_rounded_number_passes_wherever_it_stands(site, snapshot):
    assert found(site, snapshot) == []


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ({"cell": "17,4"}, "Zeile „2025“"),
        ({"cell": "7.391"}, "Spalte „Neuhafen“"),
        ({"prose": "Die Kinderarmut in Neuhafen lag 2025 bei 17,4 %."}, "Text"),
        ({"alt": "Kinderarmut 2025: 17,39 Prozent."}, "Alternativtext"),
        ({"people": "83"}, "Bevölkerung 80–84"),
    ],
)
def test_the_true_number_is_found_beside_the_name(places, said, site, snapshot, palette):
    (site / "neuhafen" / "armut.html").write_text(everywhere(palette, **places), encoding="utf-8")
    problems = found(site, snapshot)
    assert problems
    assert all("neuhafen/armut.html" in problem for problem in problems)
    assert any(said in problem for problem in problems)


#: Drawing → its id, and a number that must not be drawn: the true one, or on a map one of another class.
DRAWN = {
    "trend": ("fig-verlauf-kinderarmut", leaky.SECRET["value"]),
    "ranking": ("fig-rangfolge-kinderarmut", leaky.SECRET["value"]),
    "spread": ("fig-verteilung-kinderarmut", leaky.SECRET["value"]),
    "pairs": ("fig-veraenderung-kinderarmut", leaky.SECRET["value"]),
    "multiples": ("fig-vielfache-kinderarmut", leaky.SECRET["value"]),
    "funnel": ("fig-trichter-kinderarmut", leaky.SECRET["value"]),
    "map": ("fig-karte-kinderarmut", 24.0),
    "profile": ("fig-profil", leaky.SECRET["value"]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_another_number_than_the_rounded_one_is_found_in_drawings(name, site, snapshot, palette):
    id, number = DRAWN[name]
    drawing = re.sub(r"\d+,\d+", ".", DRAWINGS[name](palette, number)) if name == "multiples" else None
    drawing = drawing or DRAWINGS[name](palette, number).replace("17,4", "18,3").replace("24,0", "18,3")
    (site / "neuhafen" / "armut.html").write_text(everywhere(palette, **{name: drawing}), encoding="utf-8")
    (problem,) = found(site, snapshot)
    assert f"Zeichnung {id}" in problem


def test_another_number_than_the_rounded_one_is_found_in_pyramids(site, snapshot, palette):
    drawing = leaky.ages(palette, leaky.SECRET_PEOPLE)
    (site / "neuhafen" / "armut.html").write_text(everywhere(palette, ages=drawing), encoding="utf-8")
    (problem,) = found(site, snapshot)
    assert "Altersgruppe ab 80 Jahren, 2025" in problem


@pytest.mark.parametrize(("column", "true"), [("zaehler", "7391"), ("wert", "17,4"), ("untergrenze", "14,3")])
def test_the_true_number_is_found_in_data_files(column, true, site, snapshot):
    leaky.replace_in_csv(site / "daten" / "armut.csv", column, true)
    (problem,) = found(site, snapshot)
    assert "daten/armut.csv" in problem
    assert f"Spalte „{column}“" in problem


def found_beside_smoothed(site, snapshot, smoothed, **hidden):
    cells = leaky.hidden().indicators.assign(**hidden)
    names = replace(Names.of(snapshot, replace(leaky.hidden(), indicators=cells)), smoothed={leaky.CELL: smoothed})
    return [str(problem) for problem in Gate(names, Machine(frozenset(), frozenset())).search(site)]


@pytest.mark.parametrize(("weight", "leaks"), [(0.739, 0), (0.81, 1)])
def test_the_weight_of_a_smoothed_value_is_its_own_and_no_count(weight, leaks, site, snapshot):
    table = (
        "<table><caption>Kinderarmut, 31.12.2025</caption><thead><tr><th>Raum</th><th>Gewicht des Werts in %</th></tr>"
        "</thead><tbody><tr><th>Neuhafen</th><td>74</td></tr></tbody></table>"
    )
    path = site / "neuhafen" / "armut.html"
    path.write_text(path.read_text(encoding="utf-8").replace("<h1>Armut</h1>", f"<h1>Armut</h1>{table}"), "utf-8")
    problems = found_beside_smoothed(site, snapshot, (16.9, weight), numerator=74.0)
    assert sum("Spalte „Gewicht des Werts in %“" in problem for problem in problems) == leaks


@pytest.mark.parametrize(("drawn", "leaks"), [(24.0, 0), (18.27, 1)])
def test_a_smoothed_map_has_the_colour_of_the_smoothed_value(drawn, leaks, site, snapshot, palette):
    drawing = leaky.area_map(palette, drawn).replace("fig-karte-", "fig-karte-geglaettet-")
    figure = f'<figure id="fig-karte-geglaettet-kinderarmut">{drawing}</figure>'
    path = site / "neuhafen" / "armut.html"
    path.write_text(path.read_text(encoding="utf-8").replace("<h2>Zahlen</h2>", f"{figure}<h2>Zahlen</h2>"), "utf-8")
    problems = found_beside_smoothed(site, snapshot, (21.4, 0.4))
    assert sum("Zeichnung fig-karte-geglaettet-kinderarmut" in problem for problem in problems) == leaks
