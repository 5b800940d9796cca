"""Small numbers of an edition: counts below its minimum are hidden, and with them all that would give them away.

Hidden are, in the indicators:

* numerators and denominators of 1 … minimum − 1, and for proportions the same number of people who are **not** meant;
* amounts that a few contributors make up, where a source declares a rule (:mod:`sozlib.disclosure.dominance`);
* numerators of values that rest on fewer people than the edition asks for;
* with the numerator the value, its interval, comparison, rank and trend; a trend of a later year whose window holds a
  hidden value; comparisons with a hidden reference;
* further counts, smallest first, wherever regions and the whole would give a hidden count by subtraction
  (:mod:`sozlib.disclosure.concealment`); of the population those that turn out to be needless are shown again
  (:mod:`sozlib.disclosure.opening`). A count that is a numerator here and a denominator there is one count and
  is hidden in both places.

Ranks are made anew among the values that are shown. In the population table by age and sex, small cells are hidden, and
further ones wherever a published sum of age groups, of both sexes or of areas would give them away.

Counts of one measure in overlapping groups (under 15, under 18) may still give away a hidden one;
:mod:`sozlib.disclosure.widening` finds out and has further counts hidden here. Rounded counts
(:mod:`sozlib.disclosure.rounding`) come rounded: here it is only decided which of them have to be hidden besides.

What this does **not** do: groups of which all or nobody are meant stay visible. Empty counts are shown as "–".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure import balance
from sozlib.disclosure.concealment import Sum, conceal
from sozlib.disclosure.dominance import level_of
from sozlib.disclosure.ledger import COLUMNS, NOTHING, Cells, Ledger, among, key_of, population_keys
from sozlib.disclosure.opening import opened
from sozlib.disclosure.own import NOBODY, Own
from sozlib.disclosure.rounding import sides
from sozlib.disclosure.rule import Rule
from sozlib.indicators.catalogue import SURFACE, Indicator, Term
from sozlib.indicators.compute import compared, typed

#: Columns of an indicator row that follow from its numerator.
_FOLLOWING = ["numerator", "value", "lower", "upper", "trend_change", "numerator_size", "numerator_least"]
_WORDS = ["versus_whole", "versus_region", "trend", "trend_from", "rank"]
SIGN = "."
NO_AMOUNTS = pd.DataFrame(columns=list(COLUMNS))


def protect(
    frame: pd.DataFrame,
    indicators: Sequence[Indicator],
    areas: pd.DataFrame,
    levels: Sequence[str],
    rule: Rule,
    *,
    trend_years: int,
    ledger: Ledger = NOTHING,
    amounts: pd.DataFrame = NO_AMOUNTS,
    minimum_denominator: int = 0,
    rounded: pd.DataFrame | None = None,
    further: Cells = frozenset(),
    closed: Cells = frozenset(),
) -> pd.DataFrame:
    """Indicators of an edition.

    Parameters
    ----------
    frame
        What :func:`sozlib.indicators.compute.compute` returned, with its internal columns.
    indicators
        The catalogue.
    areas, levels
        Areas of all levels; ids of the levels, reporting level first.
    rule
        Which counts are too small to be shown, and in whose areas the readers may see them all the same, as far as that
        gives away nobody else's. Counts that its rounding covers need not be hidden.
    trend_years
        Span of the trend.
    ledger
        What readers know from earlier editions: it cannot blur anything.
    amounts
        Protection levels of amounts, see :func:`sozlib.disclosure.dominance.levels`.
    minimum_denominator
        Values on fewer people than this (whose denominator counts fewer) are hidden with their numerator; 0 asks for
        nothing.
    rounded
        The same rows as they are to be shown; without it those of ``frame``.
    further
        Counts to protect as if they were small.
    closed
        Counts of own areas that stay hidden from the readers, too.
    """
    as_shown = frame if rounded is None else rounded
    if not rule.protects or frame.empty:
        return as_shown
    frame = frame.reset_index(drop=True)
    by_id = {indicator.id: indicator for indicator in indicators}
    side = sides(frame["area"], areas, levels[0], NOBODY)
    cells = _cells(frame, by_id, rule, minimum_denominator, side)
    cells["level"] = level_of(amounts, cells["key"], cells["area"], cells["at"])
    cells["hidden"] = _hidden(cells, areas, rule.own, ledger, further, closed)
    hidden = cells.set_index(["key", "area", "at"])["hidden"].groupby(level=[0, 1, 2]).any()
    numerator = _seen(frame, by_id, "numerator", hidden)
    denominator = _seen(frame, by_id, "denominator", hidden)
    frame = as_shown.reset_index(drop=True)
    rows = (numerator | denominator) & ~frame["status"].isin([".", "x", "..."])
    frame.loc[rows, "status"] = SIGN
    frame.loc[rows | numerator | denominator, _FOLLOWING] = np.nan
    frame.loc[rows | numerator | denominator, _WORDS] = None
    frame.loc[denominator, ["denominator", "denominator_least"]] = np.nan
    _drop_trends(frame, rows, trend_years)
    return typed(compared(frame, areas, levels)[list(frame.columns)])


def _drop_trends(frame: pd.DataFrame, rows: pd.Series, trend_years: int) -> None:
    """Trends whose window holds a hidden value: the change would give back the value it starts from."""
    holes = frame.loc[rows, ["indicator", "area", "period"]].rename(columns={"period": "hole"})
    touched = frame[["indicator", "area", "period"]].reset_index().merge(holes, on=["indicator", "area"])
    touched = touched[(touched["hole"] <= touched["period"]) & (touched["hole"] >= touched["period"] - trend_years)]
    index = touched["index"].unique()
    frame.loc[index, ["trend", "trend_from"]] = None
    frame.loc[index, "trend_change"] = np.nan


def _counts(terms: tuple[Term, ...]) -> bool:
    return bool(terms) and all(term.measures != (SURFACE,) for term in terms)


def _cells(
    frame: pd.DataFrame,
    by_id: dict[str, Indicator],
    rule: Rule,
    minimum_denominator: int,
    side_of: npt.NDArray[np.object_],
) -> pd.DataFrame:
    """Every count behind the indicators once: key, area, at (its own period), number, size, least, minimum, few.

    ``few``: the count is the numerator of a value that rests on too few people.
    """
    parts = []
    for name, rows in frame.groupby("indicator", sort=False):
        indicator = by_id[str(name)]
        uses = [("numerator", indicator.numerator), ("denominator", indicator.denominator)]
        for side, terms in uses:
            if not _counts(terms):
                continue
            key, lag = key_of(terms)
            size = rows["numerator_size"] if side == "numerator" else rows["denominator"]
            least = rows[f"{side}_least"]
            if side == "numerator" and indicator.kind == "proportion":
                others = rows["denominator"] - rows["numerator"]
                # Whoever knows all and those meant knows those not meant: they are as few as that makes them.
                least = pd.concat([least, others.where(others > 0)], axis=1).min(axis=1)
            if side == "numerator" and balance.sides(indicator):
                least = pd.Series(np.nan, index=rows.index)  # each side is small or not by itself
            at = rows["period"] - lag
            # Only counts have a least part: square kilometres or amounts below the line are not few people.
            people = rows["denominator"].where(rows["denominator_least"].notna())
            few = (side == "numerator") & (people < minimum_denominator) & (size.abs() > 0)
            cell = {"key": key, "area": rows["area"], "at": at, "number": rows[side], "size": size, "least": least}
            cell["few"] = few
            # Whoever is not meant is covered only where all are rounded, too.
            beside = indicator.denominator if side == "numerator" and indicator.kind == "proportion" else ()
            parts.append(pd.DataFrame({**cell, "minimum": rule.hideable(terms, side_of[rows.index], beside)}))
        both = rows["numerator"].to_numpy(dtype=float), rows["numerator_size"].to_numpy(dtype=float)
        for terms, numbers in balance.split(balance.sides(indicator), *both):
            key, lag = key_of(terms)
            cell = {"key": key, "area": rows["area"], "at": rows["period"] - lag, "number": numbers, "size": numbers}
            cell["least"], cell["few"] = np.where(numbers > 0, numbers, np.nan), np.zeros(len(rows), dtype=bool)
            parts.append(pd.DataFrame({**cell, "minimum": rule.hideable(terms, side_of[rows.index])}))
    cells = pd.concat(parts, ignore_index=True)
    first, together = dict.fromkeys(("number", "size"), "first"), {"least": "min", "minimum": "max", "few": "any"}
    return cells.groupby(["key", "area", "at"], as_index=False, sort=False).agg(first | together)


def _hidden(
    cells: pd.DataFrame, areas: pd.DataFrame, own: Own, ledger: Ledger, further: Cells, closed: Cells
) -> npt.NDArray[np.bool_]:
    least = cells["least"].to_numpy(dtype=float)
    sizes = cells["size"].abs().to_numpy(dtype=float)
    dominated = cells["level"].to_numpy(dtype=float) > 0
    minimum = cells["minimum"].to_numpy(dtype=float)
    sums = nested(cells, areas, ["key", "at"])
    place = cells["key"], cells["area"], cells["at"]
    primary = ((least > 0) & (least < minimum)) | dominated | cells["few"].to_numpy(dtype=bool) | among(*place, further)
    need = np.where(dominated, cells["level"], minimum)
    told = ledger.tells(*place, cells["number"].to_numpy(dtype=float))
    hidden = conceal(sizes, primary, sums, need, told=told)
    if not own:
        return hidden
    # Those who make up an amount are no business of the municipality's either.
    always = dominated | among(*place, closed)
    return own.disclosed(hidden, sizes, least, cells["area"], sums, need, primary, always=always, told=told)


def nested(cells: pd.DataFrame, areas: pd.DataFrame, table: list[str]) -> list[Sum]:
    """Sums of areas to regions and of regions to the whole, for each table."""
    parent = cells["area"].map(dict(zip(areas["id"], areas["parent"], strict=True)))
    number = cells.groupby(table, sort=False).ngroup()
    position = {place: i for i, place in enumerate(zip(number, cells["area"], strict=True))}
    groups: dict[Any, Any] = cells.groupby([number, parent], sort=False).indices
    return [Sum(tuple(parts.tolist()), position.get(upper)) for upper, parts in groups.items()]


def _seen(frame: pd.DataFrame, by_id: dict[str, Indicator], side: str, hidden: pd.Series) -> pd.Series:
    """Rows whose numerator or denominator is hidden."""
    result = pd.Series(False, index=frame.index)
    for name, rows in frame.groupby("indicator", sort=False):
        terms: tuple[Term, ...] = getattr(by_id[str(name)], side)
        if not _counts(terms):
            continue
        for behind in (terms, *(balance.sides(by_id[str(name)]) if side == "numerator" else ())):
            key, lag = key_of(behind)
            wanted = pd.MultiIndex.from_arrays([[key] * len(rows), rows["area"], rows["period"] - lag])
            result.loc[rows.index] |= hidden.reindex(wanted, fill_value=False).to_numpy(dtype=bool)
    return result


def protect_population(
    population: pd.DataFrame,
    areas: pd.DataFrame,
    indicators: Sequence[Indicator],
    rule: Rule,
    *,
    measure: str | None = None,
    ledger: Ledger = NOTHING,
    rounded: pd.DataFrame | None = None,
    level: str = "",
    further: Cells = frozenset(),
    closed: Cells = frozenset(),
) -> pd.DataFrame:
    """Population by age group and sex of an edition; hidden cells have the status "." and no value.

    Totals (rows without sex) are taken as known when groups are chosen to be hidden, so that publishing them gives
    nothing away: what they are added up from holds at least two hidden groups or none. A total is hidden where it is
    small itself, and with it others that would give it away.

    Parameters
    ----------
    population
        Columns :data:`sozlib.snapshot.POPULATION_COLUMNS`; groups of one area, period and sex do not overlap, and the
        row without sex is their total.
    areas
        Areas of all levels.
    indicators
        The catalogue: its terms name the sums of age groups that are published beside the table.
    rule, ledger, rounded, further, closed
        See :func:`protect`.
    measure
        Measure of the population; without it, sources, ledger, rounding and further counts have no say.
    level
        Id of the reporting level, for the rule's rounding.
    """
    as_shown = population if rounded is None else rounded
    if not rule.protects or population.empty:
        return as_shown
    cells = population.reset_index(drop=True)
    sizes = cells["value"].to_numpy(dtype=float)
    told = more = shut = np.zeros(len(cells), dtype=bool)
    least = np.full(len(cells), rule.edition)
    if measure:
        side = sides(cells["area"], areas, level, NOBODY)
        least = rule.hideable([Term(measure=measure)], side)
        place = population_keys(cells, measure), cells["area"], cells["period"]
        told, more, shut = ledger.tells(*place, sizes), among(*place, further), among(*place, closed)
    primary = ((sizes > 0) & (sizes < least)) | more
    sums = nested(cells, areas, ["period", "sex", "age_from"])
    for bounds in sorted(_age_sums(indicators)):
        low, high, sex = bounds
        upper = cells["age_to"].astype("Float64").fillna(np.inf)
        inside = (cells["age_from"] >= low) & (upper <= high) & (cells["sex"] != "")
        if sex:
            inside &= cells["sex"] == sex
        chosen = cells[inside]
        sums += [
            Sum(tuple(int(i) for i in chosen.index[parts]))
            for parts in chosen.groupby(["area", "period"], sort=False).indices.values()
        ]
    groups = cells[cells["sex"] != ""].groupby(["area", "period"], sort=False).indices
    within = cells.index[cells["sex"] != ""]
    for position, area, period in cells.loc[cells["sex"] == "", ["area", "period"]].itertuples():
        if (area, period) in groups:
            sums.append(Sum(tuple(int(within[i]) for i in groups[area, period]), int(position)))
    hidden = conceal(sizes, primary, sums, least, told=told)
    left = [equation.without(told) for equation in sums] if told.any() else sums
    hidden = opened(hidden, sizes, primary, left, least)
    if own := rule.own:
        hidden = own.disclosed(hidden, sizes, sizes, cells["area"], sums, least, primary, always=shut, told=told)
        mine = cells["area"].isin(own.areas).to_numpy()
        keep = ~mine | (sizes < own.minimum) | shut
        hidden = opened(hidden, sizes, hidden & primary, left, least, keep=keep)
    cells = as_shown.reset_index(drop=True)
    cells.loc[hidden, "status"] = SIGN
    cells.loc[hidden, "value"] = np.nan
    return cells


def _age_sums(indicators: Sequence[Indicator]) -> set[tuple[float, float, str]]:
    """Age ranges of people, by sex, whose sum some indicator shows; always everyone."""
    found: set[tuple[float, float, str]] = {(0.0, np.inf, "")}
    for indicator in indicators:
        for terms in (indicator.numerator, indicator.denominator):
            if len(terms) == 1 and terms[0].weight is None and terms[0].nationality is None:
                term = terms[0]
                high = np.inf if term.age_to is None else float(term.age_to)
                found.add((float(term.age_from or 0), high, term.sex or ""))
    return found
