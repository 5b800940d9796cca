"""People of each unit by sex, nationality and single year of age, followed from year to year.

Births, deaths, moves and naturalisations are drawn for every cohort, so this year's 40-year-olds are last year's
39-year-olds less those who died or left and plus those who came. The one exception is 2022: after the census the
register was cleaned of people who had left unregistered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .district import FIRST, UNITS, YEARS, stream

Array = np.ndarray[Any, Any]
AGES = np.arange(101)
MALE, FEMALE = 0, 1
GERMAN, FOREIGN = 0, 1

#: Germans per age around 2010, in thousandths of the population at the support points.
_PROFILE = np.interp(
    AGES,
    [0, 5, 10, 15, 18, 20, 25, 30, 35, 38, 42, 46, 50, 55, 60, 65, 66, 70, 74, 78, 82, 86, 90, 95, 100],
    [8.0, 8.6, 9.4, 9.9, 10.6, 10.8, 11.2, 11.4, 11.0, 12.4, 16.4, 17.6, 16.6,
     14.4, 12.9, 9.4, 10.6, 13.6, 12.2, 8.8, 6.6, 4.4, 2.3, 0.7, 0.1],
)  # fmt: skip
_FOREIGN = np.interp(AGES, [0, 10, 18, 24, 32, 40, 50, 60, 70, 80, 100], [5, 8, 13, 21, 27, 24, 17, 11, 6, 2, 0])

#: Share of foreigners in 2010 by kind of area.
_FOREIGN_SHARE = {"A": 0.115, "B": 0.14, "C": 0.035, "D": 0.065, "E": 0.03, "F": 0.025, "G": 0.02, "H": 0.018}
#: Tilt of the age structure: children, young adults, aged.
_TILT = {
    "A": (0.82, 1.45, 0.95), "B": (1.12, 1.15, 0.92), "C": (1.0, 0.75, 1.2), "D": (0.98, 0.98, 1.08),
    "E": (1.14, 0.86, 0.86),
    "F": (1.15, 0.9, 0.8), "G": (0.97, 0.88, 1.05), "H": (0.74, 0.74, 1.36),
}  # fmt: skip
#: Yearly gain or loss by moves of Germans per 1,000: children with parents (0–17 and 26–45), 18–25, older.
_NET = {
    "A": (-6, 30, -1), "B": (-3, 4, -2), "C": (6, -14, 1), "D": (4, -14, 2), "E": (9, -20, 1),
    "F": (14, -16, 2), "G": (6, -22, 0), "H": (2, -34, 2),
}  # fmt: skip
#: Yearly moves out per 1,000, all ages together.
_TURNOVER = {"A": 108, "B": 84, "C": 58, "D": 52, "E": 47, "F": 45, "G": 40, "H": 38}
#: Foreigners coming (net, per 1,000 inhabitants) in an ordinary year.
_ARRIVALS = {"A": 5.0, "B": 6.5, "C": 1.2, "D": 3.2, "E": 1.2, "F": 1.1, "G": 0.9, "H": 0.8}
#: How many times the ordinary gain by moves from abroad came in each year: EU from 2011, 2015/16, 2020, 2022.
_WAVE = {2011: 0.5, 2012: 0.7, 2013: 0.9, 2014: 1.2, 2015: 3.6, 2016: 1.6, 2017: 0.9, 2018: 0.9, 2019: 0.8, 2020: 0.4,
         2021: 0.7, 2022: 3.8, 2023: 1.4, 2024: 0.7, 2025: 0.5}  # fmt: skip
_FERTILITY = {2011: 1.38, 2012: 1.40, 2013: 1.41, 2014: 1.46, 2015: 1.49, 2016: 1.58, 2017: 1.56, 2018: 1.56,
              2019: 1.53,
              2020: 1.52, 2021: 1.57, 2022: 1.45, 2023: 1.36, 2024: 1.35, 2025: 1.35}  # fmt: skip
_EXCESS = {2018: 1.02, 2020: 1.05, 2021: 1.08, 2022: 1.07, 2023: 1.03}
_FERTILE_KIND = {"A": 0.82, "B": 1.08, "C": 1.0, "D": 1.0, "E": 1.09, "F": 1.12, "G": 1.06, "H": 0.95}
#: Share of foreigners aged 20–59 deregistered after the census of 2022.
_CLEANING = 0.035


@dataclass(frozen=True)
class Population:
    """The register's state and movements.

    Parameters
    ----------
    stock
        Persons at 31 December, shape (units, sexes, nationalities, ages, years).
    births, deaths
        Shape (units, sexes, years).
    arrivals, departures
        Moves across the unit's border, shape (units, ages, years).
    cleaned
        Persons struck off in 2022, shape (units, years).
    """

    stock: Array
    births: Array
    deaths: Array
    arrivals: Array
    departures: Array
    cleaned: Array


def mortality(year: int) -> Array:
    """Probability of dying within the year by sex and age."""
    base = np.stack([4.3e-5 * np.exp(0.0925 * AGES), 1.55e-5 * np.exp(0.0995 * AGES)]) + 1.5e-4
    base[:, 0] = 0.0034
    return np.minimum(base * 0.992 ** (year - 2010) * _EXCESS.get(year, 1.0), 0.6)


def fertility(year: int) -> Array:
    """Births per woman and year by nationality and age."""
    mean = 30.2 + 0.07 * (year - 2010)
    shapes = np.stack([np.exp(-((AGES - m) ** 2) / (2 * 5.3**2)) for m in (mean + 0.3, mean - 1.4)])
    shapes[:, (AGES < 15) | (AGES > 47)] = 0
    total = np.array([_FERTILITY[year] - 0.07, _FERTILITY[year] + 0.42])
    return np.asarray(shapes / shapes.sum(axis=1, keepdims=True) * total[:, None])


def _leaving() -> Array:
    """Relative readiness to move by age, 1 on average over a usual population."""
    shape = 0.55 + 2.6 * np.exp(-((AGES - 23.5) ** 2) / 42) + 1.0 * np.exp(-((AGES - 31) ** 2) / 70)
    shape += 0.35 * np.exp(-AGES / 3.5) + np.where(AGES > 78, 0.25, 0) - np.where((AGES > 48) & (AGES < 78), 0.22, 0)
    return np.asarray(shape / np.average(shape, weights=_PROFILE))


def _start() -> Array:
    rng = stream("population", "start")
    stock = np.zeros((len(UNITS), 2, 2, 101), dtype=np.int64)
    female = 0.487 + np.interp(AGES, [0, 50, 65, 75, 85, 95, 100], [0, 0.01, 0.03, 0.07, 0.2, 0.31, 0.34])
    for index, unit in enumerate(UNITS):
        young, adult, aged = _TILT[unit.kind]
        tilt = np.interp(AGES, [0, 16, 19, 28, 36, 62, 70, 100], [young, young, adult, adult, 1, 1, aged, aged])
        shares = (1 - _FOREIGN_SHARE[unit.kind], _FOREIGN_SHARE[unit.kind])
        for nationality, (profile, share) in enumerate(zip((_PROFILE * tilt, _FOREIGN), shares, strict=True)):
            mean = unit.start * share * profile / profile.sum()
            part = female if nationality == GERMAN else 0.485 + 0 * female
            stock[index, FEMALE, nationality] = rng.poisson(mean * part)
            stock[index, MALE, nationality] = rng.poisson(mean * (1 - part))
    return stock


def simulate(burden: Array) -> Population:
    """Follow everybody from the end of 2010 to the end of the last year.

    Parameters
    ----------
    burden
        From :func:`factors.burden`; heavier burden goes with somewhat earlier death.
    """
    size, years = len(UNITS), len(YEARS)
    now = _start()
    stock = np.zeros((size, 2, 2, 101, years), dtype=np.int64)
    births, deaths = np.zeros((2, size, 2, years), dtype=np.int64)
    arrivals, departures = np.zeros((2, size, 101, years), dtype=np.int64)
    cleaned = np.zeros((size, years), dtype=np.int64)
    for step, year in enumerate(YEARS):
        rng = stream("population", year)
        now, moved = _year(now, max(year, FIRST + 1), burden[:, step], rng)
        stock[..., step] = now
        births[:, :, step], deaths[:, :, step] = moved["births"], moved["deaths"]
        arrivals[:, :, step], departures[:, :, step] = moved["arrivals"], moved["departures"]
        cleaned[:, step] = moved["cleaned"] if year == 2022 else 0
        if year == 2022:
            stock[..., step] = now = moved["after_cleaning"]
    return Population(stock, births, deaths, arrivals, departures, cleaned)


def _year(before: Array, year: int, burden: Array, rng: np.random.Generator) -> tuple[Array, dict[str, Array]]:
    kinds = [unit.kind for unit in UNITS]
    # a death rate for unit, sex, nationality and age; those who moved here from abroad are healthier
    dying = mortality(year)[None, :, None, :] * np.exp(0.06 * burden)[:, None, None, None]
    dying = np.broadcast_to(dying, before.shape) * np.array([1.0, 0.85])[None, None, :, None]
    dead = rng.binomial(before, np.minimum(dying, 0.7))
    alive = before - dead

    leaving = _leaving()[None, None, None, :] * np.array([_TURNOVER[k] for k in kinds])[:, None, None, None] / 1000
    leaving = leaving * np.array([0.92, 1.9])[None, None, :, None]
    if year in (2016, 2017, 2023):
        leaving = leaving * np.array([1.0, 1.22])[None, None, :, None]
    gone = rng.binomial(alive, np.minimum(np.broadcast_to(leaving, alive.shape), 0.6))
    stayed = alive - gone

    net = np.array([_NET[k] for k in kinds]) / 1000
    gain = np.zeros((len(kinds), 101))
    gain[:, AGES < 18], gain[:, (AGES >= 26) & (AGES < 46)] = net[:, :1], net[:, :1]
    gain[:, (AGES >= 18) & (AGES < 26)], gain[:, AGES >= 46] = net[:, 1:2], net[:, 2:]
    people = alive.sum(axis=(1, 2, 3))
    coming = np.zeros_like(alive, dtype=float)
    smooth = 0.8 * alive[:, :, GERMAN] + 0.2 * people[:, None, None] * 0.5 * (_PROFILE / _PROFILE.sum())[None, None]
    coming[:, :, GERMAN] = smooth * np.maximum(leaving[:, :, GERMAN] + gain[:, None], 0.002)
    abroad = np.array([_ARRIVALS[k] for k in kinds]) / 1000 * people * _WAVE[year]
    coming[:, :, FOREIGN] = (alive * np.broadcast_to(leaving, alive.shape))[:, :, FOREIGN] * 0.97
    coming[:, :, FOREIGN] += abroad[:, None, None] * _newcomers(year)[None]
    came = rng.poisson(coming)
    after = stayed + came

    women = (before + after)[:, FEMALE] / 2
    factor = np.array([_FERTILE_KIND[k] for k in kinds])[:, None]
    expected = (women * fertility(year)[None]).sum(axis=-1) * factor
    born = rng.poisson(expected)
    boys = rng.binomial(born, 0.513)
    by_sex = np.stack([boys, born - boys], axis=1)  # units, sexes, mother's nationality
    german = by_sex[:, :, GERMAN] + rng.binomial(by_sex[:, :, FOREIGN], 0.36)
    foreign = by_sex.sum(axis=2) - german

    aged = np.zeros_like(after)
    aged[..., 1:] = after[..., :-1]
    aged[..., 100] += after[..., 100]
    aged[..., GERMAN, 0], aged[..., FOREIGN, 0] = german, foreign
    chance = np.where((AGES > 5) & (AGES < 60), 0.030 if year >= 2024 else 0.014, 0.003)
    naturalised = rng.binomial(aged[:, :, FOREIGN], chance)
    aged[:, :, FOREIGN] -= naturalised
    aged[:, :, GERMAN] += naturalised

    adults = (AGES >= 20) & (AGES < 60)
    absent = (
        rng.binomial(aged[:, :, FOREIGN], np.where(adults, _CLEANING, 0.0)) if year == 2022 else 0 * aged[:, :, FOREIGN]
    )
    cleaned = aged.copy()
    cleaned[:, :, FOREIGN] -= absent
    return aged, {
        "births": by_sex.sum(axis=2), "deaths": dead.sum(axis=(2, 3)), "arrivals": came.sum(axis=(1, 2)),
        "departures": gone.sum(axis=(1, 2)), "cleaned": absent.sum(axis=(1, 2)), "after_cleaning": cleaned,
    }  # fmt: skip


def _newcomers(year: int) -> Array:
    """Sex and age of those who come from abroad: mostly young men, in 2022 women with children."""
    adults = np.exp(-((AGES - 28) ** 2) / 130)
    children = np.where(AGES < 18, 0.22, 0.0)
    if year in (2022, 2023):
        older = 0.16 * np.exp(-((AGES - 62) ** 2) / 130)
        shape = np.stack([0.35 * adults + 1.9 * children + 0.5 * older, 0.85 * adults + 1.9 * children + older])
    elif year in (2015, 2016):
        shape = np.stack([1.5 * adults + 1.3 * children, 0.6 * adults + 1.1 * children])
    else:
        shape = np.stack([1.1 * adults + children, 0.9 * adults + children])
    return np.asarray(shape / shape.sum())
