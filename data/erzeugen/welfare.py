"""People who live on transfer payments: SGB II, SGB XII, asylum seekers' benefits, housing benefit."""

from __future__ import annotations

from typing import Any

import numpy as np

from .district import UNITS
from .factors import by_year, draw
from .population import FOREIGN, Population

Array = np.ndarray[Any, Any]
#: Age groups of SGB II, inclusive, and how likely each is concerned against the adults of middle age.
GROUPS = ((0, 14, 1.62), (15, 17, 1.3), (18, 24, 0.92), (25, 54, 1.0), (55, 64, 0.74))

#: Level of SGB II: falling until 2015, refugees from 2016, falling again, Ukraine from June 2022.
_LEVEL_GERMAN = {"y2010": 1.2, "y2013": 1.06, "y2016": 0.98, "y2019": 0.80, "y2020": 0.82, "y2022": 0.72, "y2025": 0.70}
_FOREIGN = {"y2010": 2.3, "y2014": 2.5, "y2015": 3.0, "y2016": 4.2, "y2017": 4.7, "y2019": 4.5, "y2021": 4.3,
            "y2022": 6.0,
            "y2023": 6.2, "y2025": 5.6}  # fmt: skip
#: Asylum seekers per 100 foreigners; much higher where a hostel stands.
_ASYLUM = {"y2010": 2.2, "y2013": 3.4, "y2014": 5.5, "y2015": 13.0, "y2016": 9.0, "y2017": 6.4, "y2019": 4.4,
           "y2021": 3.4,
           "y2022": 4.0, "y2023": 4.6, "y2025": 3.2}  # fmt: skip
_HOSTELS = {"0103": 1.6, "0105": 1.3, "0201": 2.0, "0204": 1.7, "0301": 1.5, "0202": 1.5}


def sgb2(people: Population, burden: Array, single_parents: Array) -> dict[str, Array]:
    """Recipients under SGB II in December, shape (units, years) each."""
    cells = np.stack([people.stock[:, :, :, low : high + 1].sum(axis=(1, 3)) for low, high, _ in GROUPS], axis=2)
    by_group = np.array([factor for *_, factor in GROUPS])[None, None, :, None]
    level = by_year(**_LEVEL_GERMAN)
    by_nationality = np.stack([level, level * by_year(**_FOREIGN)])[None, :, None, :]
    base = 0.0455 * np.exp(np.array([0.76, 0.27])[None, :, None, None] * burden[:, None, None, :])
    found = draw("sgb2", cells, np.minimum(base * by_group * by_nationality, 0.72))
    by_age = found.sum(axis=1)
    whole = by_age.sum(axis=1)
    adults = by_age[:, 2:].sum(axis=1)
    units = np.maximum(np.round(adults / 1.27).astype(np.int64), np.minimum(whole, 1))
    share = 0.335 * np.exp(0.30 * burden) * by_year(y2010=1.04, y2019=0.96, y2022=1.06, y2025=1.0)
    single = np.minimum(draw("sgb2/single", single_parents, np.minimum(share, 0.8)), units)
    return {
        "sgb2_personen": whole,
        "sgb2_0_14": by_age[:, 0],
        "sgb2_15_17": by_age[:, 1],
        "sgb2_15_24": by_age[:, 1] + by_age[:, 2],
        "sgb2_elb": whole - by_age[:, 0],
        "sgb2_25_54": by_age[:, 3],
        "sgb2_55_64": by_age[:, 4],
        "sgb2_auslaender": found[:, FOREIGN].sum(axis=1),
        "sgb2_bg": units,
        "sgb2_bg_alleinerziehend": single,
    }


def social_assistance(people: Population, burden: Array, households: Array) -> dict[str, Array]:
    """Basic security in old age and for the disabled, living allowance, asylum seekers, housing benefit."""
    stock = people.stock.sum(axis=1)  # units, nationalities, ages, years
    old, adults = stock[:, :, 65:].sum(axis=2), stock[:, :, 18:65].sum(axis=(1, 2))
    level = (
        0.0185 * np.exp(0.42 * burden) * by_year(y2010=0.86, y2015=1.04, y2019=1.06, y2021=1.1, y2022=1.2, y2025=1.36)
    )
    ratio = np.array([1.0, 0.0])[:, None] + np.array([0.0, 1.0])[:, None] * by_year(
        y2010=4.2, y2021=4.4, y2022=7.0, y2025=7.4
    )
    aged = draw("grusi/old", old, level[:, None] * ratio[None]).sum(axis=1)
    disabled = draw(
        "grusi/disabled", adults, 0.0092 * np.exp(0.3 * burden) * by_year(y2010=0.82, y2020=1.08, y2025=1.1)
    )
    everybody = stock.sum(axis=(1, 2))
    hlu = draw("hlu", everybody, 0.0017 * np.exp(0.35 * burden) * by_year(y2010=0.8, y2016=1.15, y2020=1.0, y2025=1.1))
    hostel = np.array([_HOSTELS.get(unit.id, 0.45 if unit.urban else 0.7) for unit in UNITS])[:, None]
    asylum = draw("asylum", stock[:, FOREIGN].sum(axis=1), by_year(**_ASYLUM) / 100 * hostel)
    benefit = draw(
        "wohngeld",
        households,
        0.0128
        * np.exp(0.22 * burden)
        * by_year(
            y2010=1.35,
            y2011=1.2,
            y2015=0.72,
            y2016=1.02,
            y2019=0.82,
            y2020=1.06,
            y2022=1.08,
            y2023=1.98,
            y2024=2.14,
            y2025=2.12,
        ),
    )
    return {
        "grusi_65plus": aged,
        "grusi_18_64": disabled,
        "hlu_empfaenger": hlu,
        "asylblg_empfaenger": asylum,
        "wohngeld_haushalte": benefit,
    }
