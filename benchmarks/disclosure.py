"""Protection and attack of a report far larger than the demonstration, and what different ways of hiding leave.

The report is invented: areas in regions in one whole, shares of people in groups of very different size, a second
indicator on part of the first one's people, ages that nest. Counts are drawn so that about one in twelve is small.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.measure import Stopwatch
from sozlib.crew import Crew
from sozlib.disclosure.attack import Inference, attack
from sozlib.disclosure.differencing import with_groups
from sozlib.disclosure.hidden import hidden_cells
from sozlib.disclosure.publication import Protection, Publication
from sozlib.disclosure.widening import widened
from sozlib.indicators.catalogue import Indicator
from sozlib.indicators.compute import compute
from sozlib.indicators.quantities import Quantities
from sozlib.snapshot import POPULATION_COLUMNS

MINIMUM = 3
LEVELS = ("area", "region", "whole")
_NOBODY = pd.DataFrame(columns=list(POPULATION_COLUMNS))
#: Ages of the groups of each measure.
_AGES = ((0, 5), (6, 14), (15, 17), (18, 24), (25, 64), (65, None))


@dataclass(frozen=True)
class Invented:
    """A report before protection: catalogue, areas of all levels, indicators."""

    catalogue: tuple[Indicator, ...]
    areas: pd.DataFrame
    full: pd.DataFrame

    @cached_property
    def protection(self) -> Protection:
        """How the edition is protected."""
        meta = {
            "edition": {"id": "public", "title": "erfunden", "minimum_count": MINIMUM},
            "cycle": {"trend_years": 5},
            "catalogue": [indicator.model_dump() for indicator in self.catalogue],
            "report": {"population": None, "levels": [{"id": level} for level in LEVELS]},
        }
        return Protection(Publication(self.full, _NOBODY, self.areas, meta), self.catalogue)


def invented(areas: int, indicators: int, years: int) -> Invented:
    """An invented report.

    Parameters
    ----------
    areas
        Of the reporting level; about 28 make a region.
    indicators
        In all; six of each measure, for nested ages.
    years
        Of each indicator.
    """
    chance = np.random.default_rng(2026)
    ids = [f"{number:04}" for number in range(areas)]
    regions = [f"R{number // 28:02}" for number in range(areas)]
    above = sorted(set(regions))
    table = pd.DataFrame(
        {
            "id": [*ids, *above, "W"],
            "level": ["area"] * areas + ["region"] * len(above) + ["whole"],
            "parent": [*regions, *["W"] * len(above), None],
            "km2": 1.0,
            "valid_from": None,
            "valid_to": None,
        }
    )
    size = chance.lognormal(0.0, 0.6, areas)
    catalogue, frames = [], []
    for number in range(-(-indicators // 6)):
        for low, high in _AGES:
            people = chance.poisson(size * (25.0 if number % 3 else 100.0), (years, areas))
            cases = chance.binomial(people, chance.uniform(0.05, 0.3))
            for measure, counts in ((f"m{number}", cases), (f"p{number}", people)):
                frames.append(_rows(ids, counts, measure, low, high))
        for low, high in ((0, 5), (0, 14), (0, 17), (18, 24), (25, 64), (65, None)):
            if len(catalogue) < indicators:
                catalogue.append(_indicator(number, low, high))
    quantities = Quantities(pd.concat(frames, ignore_index=True), table, LEVELS)
    full = compute(catalogue, quantities, periods=(2000, 2100), trend_years=5)
    return Invented(tuple(catalogue), table, full)


def _rows(ids: list[str], counts: np.ndarray, measure: str, low: int, high: int | None) -> pd.DataFrame:
    years, areas = counts.shape
    return pd.DataFrame(
        {
            "area": ids * years,
            "period": np.repeat(np.arange(2016, 2016 + years), areas),
            "measure": measure,
            "sex": "",
            "age_from": low,
            "age_to": high,
            "nationality": "",
            "value": counts.ravel().astype(float),
            "status": "",
        }
    )


def _indicator(number: int, low: int, high: int | None) -> Indicator:
    ages = {"age_from": low, "age_to": high}
    name = f"i{number}_{low}_{high or 'plus'}"
    fields: dict[str, Any] = {"id": name, "title": name, "short_title": name, "topic": "armut", "kind": "proportion"}
    fields |= {"unit": "%", "direction": "neutral", "numerator": {"measure": f"m{number}", **ages}}
    fields |= {"denominator": {"measure": f"p{number}", **ages}, "minimum_denominator": 0, "source": "erfunden"}
    texts = {"numerator_text": "Fälle", "denominator_text": "Menschen", "as_of": "31.12.", "interpretation": "keine"}
    return Indicator.model_validate(fields | texts)


def naive(full: pd.DataFrame) -> pd.DataFrame:
    """Small numbers and small rests hidden, nothing else: what a spreadsheet does."""
    shown = full.copy()
    rest = shown["denominator"] - shown["numerator"]
    for column, small in (
        ("numerator", shown["numerator"].between(1, MINIMUM - 1) | rest.between(1, MINIMUM - 1)),
        ("denominator", shown["denominator"].between(1, MINIMUM - 1)),
    ):
        shown.loc[small, [column, "value", "lower", "upper"]] = np.nan
    return shown


def kept(full: pd.DataFrame, shown: pd.DataFrame) -> tuple[float, float]:
    """Share of the numerators above zero that are shown, and share of what they count, at the reporting level."""
    there = (full["numerator"] > 0) & ~full["area"].str.startswith(("R", "W"))
    visible = there & shown["numerator"].notna()
    return visible.sum() / there.sum(), full.loc[visible, "numerator"].sum() / full.loc[there, "numerator"].sum()


def disclosure(areas: int, indicators: int, years: int) -> None:
    """Print time and result of protection and attack."""
    report = invented(areas, indicators, years)
    everything = report.protection.full
    print(f"  {areas} areas x {indicators} indicators x {years} years: {len(report.full)} rows")
    watch = Stopwatch()
    protection = with_groups(report.protection, {})
    print(f"  small groups by subtraction: {_seconds(watch)}; {len(protection.groups)} of them")
    watch = Stopwatch()
    with Crew() as crew:
        ours, further = widened(protection, {}, crew=crew)
    print(f"  protection until nothing is too narrow: {_seconds(watch)}; {len(further)} counts found by attack")
    watch = Stopwatch()
    alone = protection.publication()
    print(f"  protection alone: {_seconds(watch)}")
    careless = replace(everything, indicators=naive(report.full))
    for name, shown in (("sozlib", ours), ("protection alone", alone), ("threshold alone", careless)):
        watch = Stopwatch()
        hidden = hidden_cells(report.full, shown.indicators, _NOBODY, _NOBODY)
        found = attack(shown, replace(hidden, groups=protection.groups), {}, exact=False)
        cells, people = kept(report.full, shown.indicators)
        print(f"  {name}: shown {cells:.2%} of cells, {people:.2%} of counts; {_told(found.inferences)}")
        print(f"    attack: {_seconds(watch)}")


def _seconds(watch: Stopwatch) -> str:
    cost = watch.cost()
    return f"wall {cost.wall:.0f} s, cpu {cost.cpu:.0f} s"


def _told(found: tuple[Inference, ...]) -> str:
    protected = [inference for inference in found if inference.required]
    short = [inference for inference in protected if not inference.safe]
    exact = sum(inference.low == inference.high for inference in short)
    return f"{len(found)} hidden, {len(protected)} to protect, {len(short)} too narrow, {exact} of them exactly"
