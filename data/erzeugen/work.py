"""Unemployed and employed people of each unit, by sex, age group and nationality."""

from __future__ import annotations

from typing import Any

import numpy as np

from .district import UNITS, stream
from .factors import by_year, draw
from .population import FEMALE, FOREIGN, GERMAN, MALE, Population

Array = np.ndarray[Any, Any]
#: Age groups of both statistics, inclusive.
GROUPS = ((15, 24), (25, 54), (55, 64))

#: Business cycle of unemployment: recovery until 2019, the pandemic, weakness since 2023.
_CYCLE = {"y2010": 1.3, "y2011": 1.16, "y2013": 1.12, "y2016": 1.0, "y2019": 0.84, "y2020": 1.06, "y2021": 1.03,
          "y2022": 0.92, "y2023": 0.98, "y2024": 1.06, "y2025": 1.12}  # fmt: skip
_EMPLOYED = {  # by sex and age group: 2010, 2025
    (MALE, 0): (0.50, 0.54), (MALE, 1): (0.76, 0.83), (MALE, 2): (0.45, 0.64),
    (FEMALE, 0): (0.45, 0.49), (FEMALE, 1): (0.63, 0.755), (FEMALE, 2): (0.36, 0.615),
}  # fmt: skip
#: Jobs per 100 working residents by kind; commuters follow.
_JOBS = {"A": 175, "B": 62, "C": 38, "D": 104, "E": 47, "F": 44, "G": 40, "H": 52}


def _cells(people: Population) -> Array:
    """Population by unit, sex, nationality, age group and year."""
    return np.stack([people.stock[:, :, :, low : high + 1].sum(axis=3) for low, high in GROUPS], axis=3)


def unemployed(people: Population, burden: Array) -> dict[str, Array]:
    """Registered unemployed, yearly average, shape (units, years) each."""
    cells = _cells(people)
    level = 0.0335 * np.exp(0.42 * burden)[:, None, None, None] * by_year(**_CYCLE)
    by_group = np.array([0.72, 1.05, 1.0])[None, None, None, :, None]
    by_sex = np.array([1.06, 0.94])[None, :, None, None, None]
    foreign = by_year(y2010=2.0, y2015=2.3, y2018=2.6, y2021=2.5, y2023=3.0, y2025=2.9)
    by_nationality = np.stack([np.ones_like(foreign), foreign])[None, None, :, None, :]
    found = draw("unemployed", cells, level * by_group * by_sex * by_nationality)
    whole = found.sum(axis=(1, 2, 3))
    sgb2_share = np.clip(0.56 + 0.085 * burden, 0.25, 0.82) * by_year(
        y2010=1.1, y2019=1.0, y2020=0.9, y2022=1.02, y2025=0.98
    )
    sgb2 = draw("unemployed/sgb2", whole, sgb2_share)
    long_share = np.clip(0.335 + 0.04 * burden, 0.15, 0.6) * by_year(
        y2010=1.0, y2015=1.1, y2019=1.0, y2021=1.24, y2023=1.04, y2025=1.06
    )
    return {
        "arbeitslose": whole,
        "arbeitslose_sgb2": sgb2,
        "arbeitslose_sgb3": whole - sgb2,
        "arbeitslose_m": found[:, MALE].sum(axis=(1, 2)),
        "arbeitslose_f": found[:, FEMALE].sum(axis=(1, 2)),
        "arbeitslose_unter_25": found[:, :, :, 0].sum(axis=(1, 2)),
        "arbeitslose_55plus": found[:, :, :, 2].sum(axis=(1, 2)),
        "arbeitslose_langzeit": draw("unemployed/long", whole, long_share),
        "arbeitslose_auslaender": found[:, :, FOREIGN].sum(axis=(1, 2)),
    }


def employed(people: Population, burden: Array) -> dict[str, Array]:
    """Employees subject to social insurance at 30 June, shape (units, years) each.

    The people are those of the year before, as at 31 December; in the first year those of the same year.
    """
    cells = _cells(people)
    before = np.concatenate([cells[..., :1], cells[..., :-1]], axis=-1)
    ends = np.array([[_EMPLOYED[sex, group] for group in range(3)] for sex in (MALE, FEMALE)])
    time = np.linspace(0, 1, cells.shape[-1])
    rate = ends[..., :1] + (ends[..., 1:] - ends[..., :1]) * time**0.8
    rate = rate + by_year(y2010=0, y2019=0.006, y2020=-0.006, y2021=-0.002, y2022=0.002, y2025=-0.006)
    foreign = by_year(y2010=0.70, y2015=0.68, y2016=0.64, y2019=0.74, y2022=0.68, y2025=0.77)
    by_nationality = np.stack([np.ones_like(foreign), foreign])
    probability = rate[None, :, None] * by_nationality[None, None, :, None] - 0.028 * burden[:, None, None, None]
    found = draw("employed", before, np.minimum(probability, 0.9))
    result: dict[str, Array] = {}
    for key, sex, low, high in (("m", MALE, 0.085, 0.135), ("f", FEMALE, 0.445, 0.505)):
        result[f"beschaeftigte_wohnort_{key}"] = found[:, sex].sum(axis=(1, 2))
        share = np.linspace(low, high, cells.shape[-1]) + 0.012 * burden
        result[f"beschaeftigte_teilzeit_{key}"] = draw(
            f"part time/{key}", result[f"beschaeftigte_wohnort_{key}"], share
        )
    for group, (low, high) in enumerate(GROUPS):
        result[f"beschaeftigte_{low}_{high}"] = found[:, :, :, group].sum(axis=(1, 2))
    result["beschaeftigte_insgesamt"] = found.sum(axis=(1, 2, 3))
    result["beschaeftigte_deutsche"] = found[:, :, GERMAN].sum(axis=(1, 2))
    result["beschaeftigte_auslaender"] = found[:, :, FOREIGN].sum(axis=(1, 2))
    return result | commuters(found.sum(axis=(1, 2, 3)))


def commuters(residents: Array) -> dict[str, Array]:
    """Jobs in each unit and who crosses its border for work; residents − out = jobs − in."""
    rng = stream("jobs")
    spread, drift = np.exp(rng.normal(0, 0.16, len(UNITS)))[:, None], rng.normal(0, 0.06, len(UNITS))[:, None]
    jobs_share = np.array([_JOBS[unit.kind] for unit in UNITS])[:, None] / 100 * spread
    jobs_share = jobs_share * (1 + drift * np.linspace(-1, 1, residents.shape[-1]))
    jobs = np.round(residents * jobs_share * by_year(y2010=0.94, y2019=1.0, y2020=0.985, y2025=1.01)).astype(np.int64)
    at_home = draw(
        "commuters/stay",
        np.minimum(residents, jobs),
        0.42 - 0.1 * np.minimum(jobs_share, 1.2) + by_year(y2010=0.06, y2025=-0.02),
    )
    return {"beschaeftigte_arbeitsort": jobs, "einpendler": jobs - at_home, "auspendler": residents - at_home}
