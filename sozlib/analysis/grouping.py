"""The report's types of areas: as ``parameters/typology.yml`` asks for them, with their identity over the years.

Types are found twice by the same method, for the year of the report and for a reference year that stays the same over
cycles, on one common scale. A type keeps the letter of its counterpart in the reference year, so that "from B to C" is
a statement about an area and not about the program. Everything is computed from the values that the edition shows:
nothing protected can be inferred.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from sozlib.analysis.typology import (
    Labels,
    Method,
    Scale,
    Values,
    centres,
    choices,
    cluster,
    keep_identity,
    scale,
    stability,
)
from sozlib.errors import Place, Problem, raise_errors, relative
from sozlib.indicators.catalogue import Indicator
from sozlib.nearest import nearest
from sozlib.parameters import Id, Parameters, line_of, read_yaml, validate
from sozlib.project import Project
from sozlib.snapshot import TYPOLOGY_COLUMNS, WITHOUT_VALUE

#: Where the definition stands within a project.
FILE = "typology.yml"
#: Letters of the types; there are no more colours than these that can be told apart.
LETTERS = "ABCDEFGH"
#: Fewer areas than this for each type say nothing about types.
_EACH = 2


class TypologyDefinition(Parameters):
    """``parameters/typology.yml``: which areas are alike.

    ``reference``: the year whose types give the letters; it stays the same over cycles. ``names``: names of types by
    letter.
    """

    id: Id
    title: str
    indicators: tuple[Id, ...] = Field(min_length=2)
    types: int = Field(ge=2, le=len(LETTERS))
    scale: Scale = "z"
    method: Method = "ward"
    reference: int
    runs: int = Field(200, ge=50, le=2000)
    seed: int = Field(0, ge=0)
    names: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        twice = sorted({name for name in self.indicators if self.indicators.count(name) > 1})
        if twice:
            raise ValueError(f"indicators: {', '.join(twice)} steht mehrfach in der Liste.")
        unknown = sorted(set(self.names) - set(LETTERS))
        if unknown:
            raise ValueError(f"names: {', '.join(unknown)} ist kein Buchstabe von A bis {LETTERS[-1]}.")
        return self


def read_typology(project: Project, catalogue: Sequence[Indicator]) -> TypologyDefinition | None:
    """Definition of a project's typology, None where it has none.

    Raises
    ------
    InputError
        With every mistake.
    """
    path = project.parameters / FILE
    if not path.is_file():
        return None
    data = read_yaml(path, project.root)
    file = relative(path, project.root)
    definition = validate(data, TypologyDefinition, file)
    known = [indicator.id for indicator in catalogue]
    problems = []
    for position, name in enumerate(definition.indicators):
        if name not in known:
            near = nearest(name, known)
            remedy = f"Meinten Sie „{near}“?" if near else "Nennen Sie einen Indikator des Katalogs."
            found = f"Den Indikator „{name}“ gibt es im Katalog nicht."
            place = Place(file, line_of(data, ("indicators", position)))
            problems.append(Problem("unknown-indicator", found, remedy, place))
    raise_errors(problems)
    return definition


@dataclass(frozen=True)
class Typology:
    """Types of the areas in one or two years.

    Parameters
    ----------
    table
        Columns :data:`sozlib.snapshot.TYPOLOGY_COLUMNS` and ``mark:<indicator>``; one row an area and year.
    stability
        Mean bootstrap Jaccard of each type, by its number.
    evidence
        For each possible number of types: silhouette, gap statistic with its error, stability, smallest type.
    """

    table: pd.DataFrame
    stability: Mapping[int, float]
    evidence: Sequence[Mapping[str, float]]

    @property
    def meta(self) -> dict[str, Any]:
        """What the snapshot's meta data say about it."""
        return {
            "stability": {str(number): share for number, share in self.stability.items()},
            "evidence": list(self.evidence),
        }


def typology_of(definition: TypologyDefinition, indicators: pd.DataFrame, areas: Sequence[str]) -> Typology:
    """Types in the latest year in which all indicators have values, and in the reference year if it has them too.

    Parameters
    ----------
    definition
        The project's typology.
    indicators
        The indicators that the edition shows.
    areas
        Ids of the areas of the reporting level. Areas that lack an indicator get no type and a reason.
    """
    ids = list(definition.indicators)
    used = indicators[indicators["indicator"].isin(ids) & indicators["area"].isin(list(areas))]
    seen = used[~used["status"].isin(WITHOUT_VALUE) & used["value"].notna()]
    wide = seen.pivot_table(index=["period", "area"], columns="indicator", values="value", aggfunc="first")
    wide = wide.reindex(columns=ids).dropna()
    enough = wide.groupby(level="period").size() if len(wide) else pd.Series(dtype=int)
    years = [int(str(year)) for year, count in enough.items() if count >= _EACH * definition.types]
    if not years:
        return Typology(pd.DataFrame(columns=[*TYPOLOGY_COLUMNS, *(f"mark:{i}" for i in ids)]), {}, [])
    now, before = years[-1], definition.reference
    shown = [year for year in (before, now) if year in years and year <= now]
    shown = list(dict.fromkeys(shown))
    scaled = scale(wide.loc[shown].to_numpy(dtype=float), definition.scale)
    place = {year: wide.loc[shown].index.get_level_values("period") == year for year in shown}
    labels: dict[int, Labels] = {
        year: cluster(scaled[place[year]], definition.types, definition.method, definition.seed) for year in shown
    }
    steady = {
        year: stability(scaled[place[year]], labels[year], definition.method, definition.runs, definition.seed)
        for year in shown
    }
    own = labels[now]
    if before in labels and before != now:
        labels[now] = keep_identity(
            own, centres(scaled[place[now]], own), centres(scaled[place[before]], labels[before])
        )
    frames = [
        _rows(year, list(areas), wide.loc[[year]], scaled[place[year]], labels[year], steady[year].areas, ids)
        for year in shown
    ]
    numbers = {int(new): float(steady[now].types[int(old)]) for old, new in zip(own, labels[now], strict=True)}
    most = min(len(LETTERS), len(own) // _EACH)
    evidence = [
        {
            "types": c.k,
            "silhouette": c.silhouette,
            "gap": c.gap,
            "gap_error": c.gap_error,
            "stability": c.stability,
            "smallest": c.smallest,
        }
        for c in choices(scaled[place[now]], range(2, most + 1), definition.method, 25, definition.seed)
    ]
    return Typology(pd.concat(frames, ignore_index=True), numbers, evidence)


def _rows(
    year: int, areas: list[str], values: pd.DataFrame, scaled: Values, labels: Labels, kept: Values, ids: list[str]
) -> pd.DataFrame:
    found = pd.DataFrame(scaled, columns=[f"mark:{i}" for i in ids])
    found["area"] = [str(area) for area in values.index.get_level_values("area")]
    found["type"], found["kept"] = labels, kept
    frame = pd.DataFrame({"area": areas, "period": year}).merge(found, on="area", how="left")
    frame["reason"] = np.where(frame["type"].isna(), "Angaben fehlen", "")
    frame["type"] = frame["type"].fillna(-1).astype(int)
    return frame[[*TYPOLOGY_COLUMNS, *(f"mark:{i}" for i in ids)]]
