"""Types of a report: planted types and a planted move are found, letters stay, gaps are named, nothing betrays."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sozlib.analysis.grouping import TypologyDefinition, read_typology, typology_of
from sozlib.errors import InputError
from sozlib.indicators.catalogue import read_catalogue
from sozlib.project import Project

ROOT = Path(__file__).parents[2]
IDS = ("bevoelkerungsdichte", "anteil_unter_18", "einpersonenhaushalte")
AREAS = [f"{n:02}" for n in range(1, 22)]
CENTRES = np.array([[0.0, 10, 20], [5, 18, 30], [12, 12, 50]])


def definition(**changes) -> TypologyDefinition:
    return TypologyDefinition.model_validate(
        {"id": "t", "title": "Typen", "indicators": IDS, "types": 3, "reference": 2020, "runs": 50} | changes
    )


def table(planted: dict[int, np.ndarray]) -> pd.DataFrame:
    generator = np.random.default_rng(2)
    rows = [
        (indicator, area, year, CENTRES[type_, column] + generator.normal(0, 0.4), "")
        for year, types in planted.items()
        for area, type_ in zip(AREAS, types, strict=True)
        for column, indicator in enumerate(IDS)
    ]
    return pd.DataFrame(rows, columns=["indicator", "area", "period", "value", "status"])


PLANTED = np.arange(21) % 3
MOVED = np.where(np.arange(21) == 4, 2, PLANTED)


def types(frame: pd.DataFrame, year: int) -> list[int]:
    return list(frame[frame["period"] == year]["type"])


def test_planted_types_and_a_planted_move_are_found():
    found = typology_of(definition(), table({2020: PLANTED, 2025: MOVED}), AREAS)
    assert types(found.table, 2020) == list(PLANTED)
    assert types(found.table, 2025) == list(MOVED)
    assert (found.table["kept"] > 0.9).all()
    assert set(found.stability) == {0, 1, 2}


def test_types_keep_their_letter_when_their_first_indicator_turns_around():
    """Numbers follow the first indicator; turned around it would renumber all types if they had no identity."""
    turned = table({2020: PLANTED, 2025: PLANTED})
    lifted = (turned["period"] == 2025) & (turned["indicator"] == "bevoelkerungsdichte")
    shift = turned["area"].map(dict(zip(AREAS, PLANTED, strict=True))).map({0: 6.5, 1: 0.0, 2: -1.0})
    turned.loc[lifted, "value"] += shift[lifted]
    found = typology_of(definition(), turned, AREAS).table
    assert types(found, 2025) == list(PLANTED)


def test_the_right_number_of_types_has_the_best_silhouette():
    evidence = typology_of(definition(), table({2025: PLANTED}), AREAS).evidence
    assert max(evidence, key=lambda row: row["silhouette"])["types"] == 3


def test_an_area_with_a_gap_or_a_protected_value_has_no_type_and_a_reason():
    frame = table({2020: PLANTED, 2025: PLANTED})
    hidden = (frame["area"] == "07") & (frame["period"] == 2025) & (frame["indicator"] == IDS[0])
    frame.loc[hidden, "status"] = "."
    found = typology_of(definition(), frame, AREAS).table
    row = found[(found["area"] == "07") & (found["period"] == 2025)].iloc[0]
    assert (row["type"], row["reason"]) == (-1, "Angaben fehlen")
    frame.loc[hidden, "value"] = 999
    pd.testing.assert_frame_equal(found, typology_of(definition(), frame, AREAS).table, check_exact=True)


def test_too_few_areas_give_no_types():
    few = typology_of(definition(), table({2025: PLANTED}).query("area <= '05'"), AREAS)
    assert few.table.empty
    assert few.evidence == []


@pytest.mark.parametrize(
    ("line", "row", "found"),
    [
        ("indicators: [altenquotient, alleinlebende_65plu]", 3, "alleinlebende_65plus"),
        ("indicators: [altenquotient, altenquotient]", None, "mehrfach"),
        ("indikatoren: []", 3, "Unbekannter Schlüssel"),
    ],
)
def test_mistakes_in_the_parameter_file_are_named(tmp_path, line, row, found):
    (tmp_path / "parameters").mkdir()
    (tmp_path / "parameters" / "report.yml").write_text("", "utf-8")
    content = f"id: t\ntitle: T\n{line}\ntypes: 3\nreference: 2020\n"
    (tmp_path / "parameters" / "typology.yml").write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        read_typology(Project(tmp_path), read_catalogue(Project(ROOT)))
    matching = [p for p in caught.value.problems if found in f"{p.found} {p.remedy}"]
    assert matching
    assert matching[0].place.row == row
