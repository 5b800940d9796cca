"""Day care of children and care of the old: who uses it, and the places there are."""

from __future__ import annotations

from typing import Any

import numpy as np

from .district import UNITS, YEARS, stream
from .factors import by_year, draw, split
from .population import Population

Array = np.ndarray[Any, Any]

#: Homes at the start of the series by unit: places of each. Later ones come with the year.
_HOMES = {
    "0101": ((2010, 96), (2010, 64)), "0102": ((2010, 88),), "0103": ((2010, 72), (2017, 60)), "0104": ((2014, 80),),
    "0105": ((2010, 120), (2010, 84), (2019, 90)), "0201": ((2010, 110), (2010, 76), (2010, 58), (2016, 64)),
    "0301": ((2010, 92), (2010, 60)), "0401": ((2012, 62),), "0402": ((2010, 54),), "0302": ((2010, 48),),
    "0403": ((2015, 70),), "0204": ((2010, 98), (2010, 66)), "0303": ((2010, 52),), "0305": ((2010, 46),),
    "0202": ((2010, 40),),
}  # fmt: skip
#: Municipality without a day-care centre: its children are cared for next door.
_WITHOUT_KITA = ("0203",)
_URBANITY = {"A": 0.04, "B": -0.02, "C": 0.05, "D": 0.0, "E": 0.0, "F": -0.01, "G": -0.05, "H": -0.03}


def day_care(people: Population, burden: Array) -> dict[str, Array]:
    """Children in day care at 1 March and the places there are, shape (units, years) each.

    The children are those of 31 December of the year before; in the first year those of the same year.
    """
    stock = people.stock.sum(axis=(1, 2))
    before = np.concatenate([stock[..., :1], stock[..., :-1]], axis=-1)
    small, big = before[:, 0:3].sum(axis=1), before[:, 3:6].sum(axis=1)
    kind = np.array([_URBANITY[unit.kind] for unit in UNITS])[:, None]
    share = by_year(y2010=0.225, y2013=0.30, y2016=0.325, y2019=0.345, y2021=0.34, y2025=0.385) + kind - 0.032 * burden
    in_care = draw("kita/small", small, np.maximum(share, 0.08))
    share = np.minimum(
        by_year(y2010=0.95, y2015=0.955, y2018=0.935, y2022=0.918, y2025=0.925) - 0.016 * burden + kind / 4, 0.985
    )
    in_care_big = draw("kita/big", big, share)
    minders = draw("kita/minders", in_care, np.maximum(0.13 + kind, 0.05) * by_year(y2010=0.9, y2019=1.1, y2025=0.95))
    whole_small = draw("kita/whole/small", in_care, by_year(y2010=0.42, y2025=0.55) + 2 * kind + 0.01 * burden)
    whole_big = draw("kita/whole/big", in_care_big, by_year(y2010=0.27, y2025=0.45) + 2 * kind + 0.01 * burden)
    none = np.array([unit.id in _WITHOUT_KITA for unit in UNITS])[:, None]
    places = np.where(none, 0, 10 * np.ceil((in_care - minders) * 1.03 / 10)).astype(np.int64)
    places_big = np.where(none, 0, 25 * np.ceil(in_care_big * 1.02 / 25)).astype(np.int64)
    places, places_big = (np.where(none, 0, _not_shrinking(p)) for p in (places, places_big))
    centres = np.where(none, 0, np.maximum(1, np.round((places + places_big) / 72))).astype(np.int64)
    return {
        "kinder_0_2": in_care,
        "kinder_3_5": in_care_big,
        "tagespflege_0_2": minders,
        "ganztags_0_2": whole_small,
        "ganztags_3_5": whole_big,
        "plaetze_0_2": places,
        "plaetze_3_5": places_big,
        "kitas": centres,
        "kitas_integrativ": draw("kita/integrative", centres, by_year(y2010=0.28, y2025=0.46)),
    }


def _not_shrinking(places: Array) -> Array:
    """Places are given up only when three years of lower need have passed."""
    kept = places.copy()
    for step in range(1, places.shape[-1]):
        kept[:, step] = np.maximum(places[:, step], places[:, max(0, step - 2) : step + 1].max(axis=1))
    return kept


def homes(people: Population) -> dict[str, Array]:
    """Places in nursing homes, their residents and staff, shape (units, years) each."""
    places = np.zeros((len(UNITS), len(YEARS)), dtype=np.int64)
    for index, unit in enumerate(UNITS):
        for since, size in _HOMES.get(unit.id, ()):
            places[index] += np.where(np.array(YEARS) >= since, size, 0)
    places = np.minimum(places, people.stock.sum(axis=(1, 2))[:, 65:].sum(axis=1) // 3)
    residents = draw("homes/residents", places, by_year(y2010=0.93, y2019=0.94, y2021=0.885, y2025=0.9))
    staff = draw("homes/staff", residents, by_year(y2010=0.83, y2025=0.92))
    return {"pflegeheim_plaetze": places, "pflege_stationaer": residents, "pflegeheim_personal": staff}


def long_term_care(people: Population, burden: Array, residents: Array) -> dict[str, Array]:
    """People in need of care by kind of care and by age, shape (units, years) each.

    The new definition of 2017 and its use since then let the numbers rise far faster than the population ages.
    """
    stock = people.stock.sum(axis=(1, 2))
    level = by_year(y2010=0.52, y2015=0.64, y2016=0.66, y2017=0.82, y2019=1.0, y2021=1.2, y2023=1.38, y2025=1.48)
    sizes = np.stack([stock[:, a:b].sum(axis=1) for a, b in ((0, 65), (65, 75), (75, 85), (85, 101))])
    rates = np.array([0.0062, 0.034, 0.148, 0.43])[:, None, None] * np.exp(0.1 * burden)[None]
    at_home = draw("care/at home", sizes, rates * np.minimum(level, 1.6)[None, None])
    in_homes = split("care/homes", residents, np.stack([np.full(residents.shape, s) for s in (0.07, 0.13, 0.30, 0.50)]))
    age = at_home + in_homes
    outside = at_home.sum(axis=0)
    service = draw("care/service", outside, by_year(y2010=0.325, y2017=0.30, y2025=0.235))
    other_share = by_year(y2010=0.0, y2016=0.0, y2017=0.012, y2019=0.075, y2025=0.125)
    other = draw("care/other", outside - service, other_share)
    old = stock[:, 65:].sum(axis=1)
    assisted = draw(
        "care/assistance", residents, by_year(y2010=0.36, y2016=0.37, y2017=0.31, y2021=0.36, y2022=0.27, y2025=0.34)
    )
    assisted = assisted + draw("care/assistance/home", old, 0.0019 * np.exp(0.4 * burden))
    euros = np.round(
        assisted
        * by_year(y2010=7600, y2017=9100, y2021=11800, y2022=10400, y2025=15200)
        * (0.85 + 0.1 * np.exp(0.2 * burden))
    )
    # where nobody is left at the end of the year, a bill from its beginning may still stand in the books
    late = stream("care/late bills").integers(120, 480, size=old.shape) * (stream("care/late").random(old.shape) < 0.5)
    euros = np.where(assisted == 0, late, euros)
    return {
        "pflegebeduerftige": outside + residents,
        "pflege_ambulant": service,
        "pflege_geld": outside - service - other,
        "pflege_sonstige": other,
        "pflege_0_64": age[0],
        "pflege_65_74": age[1],
        "pflege_75_84": age[2],
        "pflege_85plus": age[3],
        "hilfe_zur_pflege": assisted,
        "hilfe_zur_pflege_ausgaben": euros,
    }
