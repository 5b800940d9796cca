"""Writes everything in ``data/``: the invented district, its people and the tables its offices deliver.

The order of the rooms: :mod:`district` says what there is, :mod:`geometry` draws it, :mod:`factors` gives each area its
social situation; :mod:`population`, :mod:`households`, :mod:`work`, :mod:`welfare` and :mod:`care` derive true counts
from it; :mod:`tables` and :mod:`benefits` write them as offices would, with the signs and quirks of :mod:`office`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from . import benefits, care, factors, geometry, households, population, registers, tables, welfare, work


@cache
def truth() -> tables.Truth:
    """All true counts of the district."""
    burden = factors.burden()
    people = population.simulate(burden)
    counts = care.homes(people)
    residents = counts["pflege_stationaer"]
    counts |= care.long_term_care(people, burden, residents)
    counts |= households.households(people, burden, residents)
    counts |= work.unemployed(people, burden)
    counts |= work.employed(people, burden)
    counts |= welfare.sgb2(people, burden, counts["haushalte_alleinerziehend"])
    counts |= welfare.social_assistance(people, burden, counts["haushalte"])
    counts |= care.day_care(people, burden)
    return tables.Truth(people, counts)


def write_all(folder: Path) -> None:
    """Write registers of areas, outlines and all raw tables below ``folder``."""
    areas = geometry.outlines()
    (folder / "gebiete").mkdir(parents=True, exist_ok=True)
    registers.write(folder / "gebiete", geometry.square_kilometres(areas), folder / "roh")
    geometry.write(folder / "gebiete", areas)
    for write in (*tables.writers(), *benefits.writers()):
        write(truth(), folder / "roh")
