"""A reader with nothing but the released data file: areas add up to regions and the whole, those meant are at most all.

A second way beside :mod:`sozlib.disclosure`, from which nothing is imported: it starts from what lies on the web site
and asks for the smallest and the largest number of every count that is not there.
"""

import csv
from collections import defaultdict

import numpy as np
import pytest
from scipy.optimize import linprog

pytestmark = pytest.mark.xdist_group("browser")

#: Smallest count that the public edition shows.
MINIMUM = 3


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def number(text):
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


@pytest.fixture(scope="module")
def tables(demo_report):
    """Numerators and denominators by indicator and year: {area: (numerator, denominator)}, None where there is none."""
    data = demo_report / "daten"
    kinds = {row["indikator"]: row["art"] for row in read(data / "definitionen.csv")}
    found = defaultdict(dict)
    for row in read(data / "indikatoren.csv"):
        # What moves between two areas is in both balances, but in none of their region.
        if kinds[row["indikator"]] != "Veränderung":
            place = row["indikator"], kinds[row["indikator"]], row["jahr"]
            found[place][row["gebiet_id"]] = number(row["zaehler"]), number(row["nenner"])
    return found


@pytest.fixture(scope="module")
def inside(demo_report):
    """Areas of the lowest level in each area."""
    rows = read(demo_report / "daten" / "gebiete.csv")
    above = {row["gebiet_id"]: row["gehoert_zu"] for row in rows}
    found = defaultdict(list)
    for area in above.keys() - set(above.values()):
        upper = area
        while upper:
            found[upper].append(area)
            upper = above[upper]
    return found


def bounds(numbers, most, inside):
    """Smallest and largest number of each area that has none, by linear programming."""
    areas = sorted(area for area, parts in inside.items() if parts == [area])
    sums = [(parts, numbers[area]) for area, parts in inside.items() if numbers.get(area) is not None]
    matrix = np.array([[float(area in parts) for area in areas] for parts, _ in sums])
    limits = [(0, most.get(area)) for area in areas]
    for unknown in (area for area in areas if numbers.get(area, 0) is None):
        goal = np.array([float(area == unknown) for area in areas])
        ends = []
        for sign in (1, -1):
            solved = linprog(sign * goal, A_eq=matrix, b_eq=[total for _, total in sums], bounds=limits)
            assert solved.status in (0, 3), "die veröffentlichten Zahlen widersprechen einander"
            ends.append(np.inf if solved.status == 3 else sign * solved.fun)
        yield unknown, np.ceil(ends[0] - 1e-6), np.floor(ends[1] + 1e-6)


def test_no_count_that_may_be_small_is_closer_known_than_the_rule_allows(tables, inside):
    asked, close = 0, []
    for (indicator, kind, year), rows in tables.items():
        for side in (0, 1):
            numbers = {area: row[side] for area, row in rows.items()}
            at_most = {area: row[1] for area, row in rows.items()} if kind == "Anteil" and side == 0 else {}
            if not any(numbers[area] is not None for area in numbers):
                continue
            for area, low, high in bounds(numbers, at_most, inside):
                asked += 1
                may_be_small = low < MINIMUM and high > 0
                if may_be_small and high - low < min(MINIMUM, at_most.get(area) or MINIMUM):
                    close.append((indicator, area, year, low, high))
    assert asked > 200
    assert close == []
