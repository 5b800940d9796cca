"""What has been published stays known: the counts that released editions have shown, kept from cycle to cycle.

A number hidden this year may stand in last year's report, or follow from last year's total and this year's parts. So
every release of an edition that protects anything leaves its published counts in the project's folder ``ledger``, one
file for each cycle, version and edition. Later builds read them: a count that was shown cannot hide another, and the
attack counts on it. A build of the same version replaces its own file, so drafts leave nothing behind; what has been
given away and then changed needs a new ``version`` in the cycle's parameters.

The folder holds nothing but what everybody (or the readers of that edition) can read in the report, so it may be
committed with the project; without it an earlier report is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pandas as pd

from sozlib.disclosure import balance
from sozlib.disclosure.rounding import whose
from sozlib.disclosure.rule import Rule
from sozlib.disclosure.system import Count, Limit, expressed
from sozlib.edition import SIDES, Edition
from sozlib.indicators.catalogue import Term, catalogue_of
from sozlib.project import Project
from sozlib.snapshot import Snapshot

#: Counts by their place: what is counted (see :func:`key_of`), area, year of the Stichtag.
Cell = tuple[str, str, int]
Cells = frozenset[Cell]
#: ``count`` says in JSON what is counted, ``year`` of what Stichtag. A rounded ``number`` may lie as much ``above`` or
#: ``below`` the true one as these say; an exact one has 0.
COLUMNS = ("count", "area", "year", "number", "below", "above")
#: What a class says: ``number`` bounds from one side the count less so many ``times`` the count ``of`` in the same area
#: in ``of_year``; without another count ``of`` is empty. Older ledgers have no such columns.
RELATION = ("of", "of_year", "times")
_REACH = ["below", "above"]
_EARLIER = " (früher veröffentlicht)"


@lru_cache(maxsize=4096)
def key_of(terms: tuple[Term, ...]) -> tuple[str, int]:
    """Identity of a count and its lag: the same count at another Stichtag is the same table, one year on."""
    if len(terms) == 1:
        return terms[0].model_copy(update={"lag": 0}).model_dump_json(), terms[0].lag
    return "|".join(term.model_dump_json() for term in terms), 0


def cell_of(count: Count) -> Cell:
    """Place of a count of the attack."""
    key, lag = key_of(tuple(term for term, _, _ in count.parts))
    return key, count.area, count.period - lag


def among(key: pd.Series, area: pd.Series, year: pd.Series, cells: Cells) -> npt.NDArray[np.bool_]:
    """Which rows are one of these cells."""
    if not cells:
        return np.zeros(len(key), dtype=bool)
    return np.asarray(pd.MultiIndex.from_arrays([key, area, year]).isin(list(cells)))


def _group(measure: str, sex: str, age_from: int, age_to: int | None) -> Term:
    """A cell of the population by age and sex."""
    return Term.model_validate({"measure": measure, "sex": sex or None, "age_from": age_from, "age_to": age_to})


@dataclass(frozen=True)
class Ledger:
    """Counts that readers have seen before.

    Parameters
    ----------
    table
        Columns :data:`COLUMNS` and :data:`RELATION`, each count once: as it was shown last; once more where it was
        shown rounded, too; and all that classes said.
    """

    table: pd.DataFrame

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Ledger:
        """Ledger of released editions, oldest first."""
        # Editions of before anything was rounded or classes were kept say nothing of it.
        unsaid: dict[str, float | str] = {"below": 0.0, "above": 0.0, "of": "", "of_year": 0, "times": 0.0}
        frames = [pd.read_parquet(path) for path in paths]
        frames = [f.assign(**{name: v for name, v in unsaid.items() if name not in f}) for f in frames]
        frame = pd.concat(frames, ignore_index=True) if frames else NOTHING.table
        of_class = np.isinf(frame[_REACH].astype(float)).any(axis=1)
        again = np.where(
            of_class, frame.duplicated(), frame.duplicated(["count", "area", "year", *_REACH], keep="last")
        )
        return cls(frame[~again].reset_index(drop=True))

    def __bool__(self) -> bool:
        return bool(len(self.table))

    def tells(
        self, key: pd.Series, area: pd.Series, year: pd.Series, number: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.bool_]:
        """Which counts were shown with the number that they still have; a revised number is another one.

        Parameters
        ----------
        key
            What is counted, by :func:`key_of`.
        area, year, number
            Where, when, how many.
        """
        if not self:
            return np.zeros(len(number), dtype=bool)
        wanted = pd.MultiIndex.from_arrays([key, area, year])
        shown = self._numbers.reindex(wanted).to_numpy(dtype=float)
        return np.asarray(shown == number)

    def counts(self, kinds: Mapping[str, str]) -> Iterator[tuple[Count, float]]:
        """The ledger's exact counts, as the attack takes them."""
        return ((count, row["number"]) for count, row in counts_in(self.table[~self._rounded], kinds, _EARLIER))

    def limits(self, kinds: Mapping[str, str]) -> Iterator[Limit]:
        """What the ledger's rounded counts and its classes say."""
        others = {key: _terms(key) for key in self.table.get("of", pd.Series(dtype=object)).unique() if key}
        parts = {key: expressed(terms, kinds) for key, terms in others.items()}
        for count, row in counts_in(self.table[self._rounded], kinds, _EARLIER):
            beside: tuple[tuple[Count, float], ...] = ()
            if of := row.get("of"):
                if not parts[of]:
                    continue
                other = Count(parts[of], count.area, int(row["of_year"]), f"{_named(others[of])}{_EARLIER}")
                beside = ((other, -float(row["times"])),)
            yield Limit(((count, 1.0), *beside), row["number"] - row["below"], row["number"] + row["above"])

    @property
    def _rounded(self) -> pd.Series:
        return self.table[_REACH].astype(float).sum(axis=1) > 0

    @cached_property
    def _numbers(self) -> pd.Series:
        return self.table[~self._rounded].set_index(["count", "area", "year"])["number"]


def counts_in(
    table: pd.DataFrame, kinds: Mapping[str, str], remark: str = ""
) -> Iterator[tuple[Count, dict[Any, Any]]]:
    """Counts of a table with the columns count, area, year, each with its row; ``remark`` goes with their names."""
    for key, rows in table.groupby("count", sort=False):
        terms = _terms(str(key))
        parts = expressed(terms, kinds)
        if parts:
            name = f"{_named(terms)}{remark}"
            for row in rows.to_dict("records"):
                yield Count(parts, str(row["area"]), int(row["year"]), name), row


def _terms(key: str) -> tuple[Term, ...]:
    """What is counted, see :func:`key_of`."""
    return tuple(Term.model_validate_json(part) for part in key.split("|"))


def _named(terms: tuple[Term, ...]) -> str:
    return " + ".join(measure for term in terms for measure in term.measures)


def entry(project: Project, edition: str) -> Path:
    """File of an edition of the project's cycle and version in the ledger."""
    return project.ledger / project.cycle.id / f"v{quote(project.cycle.version, safe='')}" / f"{edition}.parquet"


def released_before(project: Project, editions: Sequence[str] | None = None) -> list[Path]:
    """Files of released editions, all or these, apart from those of the project's cycle and version.

    Later cycles count, too: whoever builds an old one again has readers who know the new one.
    """
    own = entry(project, "").parent
    found = [path for path in project.ledger.glob("*/*/*.parquet") if path.parent != own]
    return sorted(path for path in found if editions is None or path.stem in editions)


def ledger_of(project: Project, edition: Edition) -> Ledger:
    """What the readers of an edition know from other cycles and versions."""
    return Ledger.read(released_before(project, [edition.id, *edition.holds]))


def published_counts(snapshot: Snapshot) -> pd.DataFrame:
    """Every count that an edition shows, columns :data:`COLUMNS`."""
    rule = Rule.of(snapshot.meta, snapshot.areas)
    side_of = whose(snapshot.areas, str(snapshot.meta["report"]["levels"][0]["id"]), rule.own)

    def reach(terms: tuple[Term, ...], areas: pd.Series) -> dict[str, list[float]]:
        ends = {side: rule.rounding.reach(terms, side) for side in SIDES}
        return {name: [ends[side_of(area)][i] for area in areas] for i, name in enumerate(_REACH)}

    frames = []
    for indicator in catalogue_of(snapshot.meta):
        rows = snapshot.indicators[snapshot.indicators["indicator"] == indicator.id]
        sides = ((indicator.numerator, rows["numerator"]), (indicator.denominator, rows["denominator"]))
        for terms, numbers in (*sides, *balance.told(indicator, rows)):
            if terms and not indicator.delivered:
                key, lag = key_of(terms)
                told = {"count": key, "area": rows["area"], "year": rows["period"] - lag, "number": numbers}
                frames.append(pd.DataFrame({**told, **reach(terms, rows["area"])}))
    measure = snapshot.meta["report"]["population"]
    if measure and len(snapshot.population):
        rows = snapshot.population
        frames.append(
            pd.DataFrame(
                {
                    "count": population_keys(rows, measure),
                    "area": rows["area"],
                    "year": rows["period"],
                    "number": rows["value"],
                    **reach((Term(measure=measure),), rows["area"]),
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS))
    found = pd.concat(frames, ignore_index=True).dropna(subset=["number"])
    return found.drop_duplicates(["count", "area", "year"], ignore_index=True)


def population_keys(population: pd.DataFrame, measure: str) -> pd.Series:
    """Keys of the cells of the population by age and sex."""
    tops = [None if pd.isna(age) else int(age) for age in population["age_to"]]
    groups = list(zip(population["sex"], population["age_from"], tops, strict=True))
    keys = {group: key_of((_group(measure, *group),))[0] for group in set(groups)}
    return pd.Series([keys[group] for group in groups], index=population.index, dtype=object)


#: Nothing was published before.
NOTHING = Ledger(pd.DataFrame(columns=[*COLUMNS, *RELATION]))
