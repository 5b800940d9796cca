"""Households of each unit, as a generator would form them from the register.

People in homes are no private household. Old people who live alone, families, single parents and the rest are drawn
from the population; sizes follow, so that the parts of every row add up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .district import UNITS
from .factors import by_year, draw, split
from .population import FEMALE, Population

Array = np.ndarray[Any, Any]

_ALONE = {"A": 0.335, "B": 0.25, "C": 0.12, "D": 0.19, "E": 0.125, "F": 0.115, "G": 0.13, "H": 0.15}
_CHILDREN_PER_FAMILY = 1.62


def households(people: Population, burden: Array, in_homes: Array) -> dict[str, Array]:
    """Counts of households and of people in them, shape (units, years) each.

    Parameters
    ----------
    people
        The register.
    burden
        From :func:`factors.burden`.
    in_homes
        Residents of nursing homes, shape (units, years).
    """
    stock = people.stock.sum(axis=2)  # units, sexes, ages, years
    whole = stock.sum(axis=(1, 2))
    kinds = [unit.kind for unit in UNITS]
    urban = np.array([unit.urban for unit in UNITS])[:, None]
    institution = np.minimum(in_homes + draw("institution", whole, np.where(urban, 0.003, 0.001)), whole // 5)
    old = stock[:, :, 65:].sum(axis=2)
    old_private = np.maximum(old.sum(axis=1) - in_homes, 0)
    share_women = old[:, FEMALE] / np.maximum(old.sum(axis=1), 1)
    alone_share = share_women * (0.405 + 0.05 * urban) + (1 - share_women) * (0.185 + 0.05 * urban)
    alone_old = draw("alone/old", old_private, alone_share + 0.012 * burden)
    adults = stock[:, :, 18:65].sum(axis=(1, 2))
    alone_share = np.array([_ALONE[kind] for kind in kinds])[:, None] * by_year(y2010=0.95, y2025=1.06)
    alone_young = draw("alone/adults", adults, alone_share + 0.008 * burden)

    children = stock[:, :, :18].sum(axis=(1, 2))
    families = np.round(children / (_CHILDREN_PER_FAMILY + 0.02 * burden)).astype(np.int64)
    three = draw("families/three", families, 0.105 * np.exp(0.16 * burden) * by_year(y2010=0.94, y2015=1, y2025=1.14))
    single_share = 0.178 * np.exp(0.2 * burden) * by_year(y2010=1.02, y2019=1, y2022=1.07, y2025=1.05)
    single = draw("families/single", families, single_share + 0.02 * urban)
    with_single = np.minimum(single + draw("children/single", single, np.full(single.shape, 0.39)), children)

    couples = families - single
    single_one = draw("families/single/one", single, np.full(single.shape, 0.63))
    single_two = draw("families/single/two", single - single_one, np.full(single.shape, 0.78))
    single_more = single - single_one - single_two
    couple_three = np.maximum(three - single_more, 0)
    couple_rest = np.maximum(couples - couple_three, 0)
    couple_one = draw("families/couple/one", couple_rest, np.full(couples.shape, 0.49))
    couple_two = couple_rest - couple_one

    parents = 2 * couples + single
    rest = np.maximum(whole - institution - children - alone_old - alone_young - parents, 0)
    other = np.round(rest / 2.16).astype(np.int64)
    other_two, other_three, other_four = split(
        "others", other, np.stack([np.full(other.shape, s) for s in (0.86, 0.11, 0.03)])
    )
    sizes = {
        "haushalte_einperson": alone_old + alone_young,
        "haushalte_zweiperson": other_two + single_one,
        "haushalte_dreiperson": other_three + single_two + couple_one,
        "haushalte_vierperson": other_four + single_more + couple_two,
        "haushalte_fuenfperson": couple_three,
    }
    return {
        "haushalte": sum(sizes.values(), np.zeros_like(whole)),
        **sizes,
        "haushalte_personen": whole - institution,
        "haushalte_mit_kindern": families,
        "haushalte_mit_3_kindern": couple_three + single_more,
        "haushalte_alleinerziehend": single,
        "kinder_in_haushalten": children,
        "kinder_alleinerziehend": with_single,
        "alleinlebende_65plus": alone_old,
        "personen_65plus_haushalte": old_private,
    }
