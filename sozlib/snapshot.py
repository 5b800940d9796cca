"""The frozen state of one edition: all that its notebooks may see.

A notebook of the public edition cannot leak what it never had. Before any kernel starts, the tables of the edition
(already protected) are written here as Parquet with a digest each; :class:`Snapshot` is the only door to them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sozlib import reads
from sozlib.errors import SozlibError
from sozlib.files import settle, write_whole

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

#: Signs of official German tables as they stand in ``status``; "" is an ordinary value.
#: "–" nothing, "0" less than half a unit, "." unknown or secret, "/" not reliable, "()" limited, "x" blocked,
#: "..." later.
Status = Literal["", "–", "0", ".", "/", "()", "x", "..."]

#: Most classes of a map.
MOST_CLASSES = 5

#: Statuses of cells of which an edition tells the class and not the value: („Klasse 2 von 5“) → (2, 5), lowest first.
CLASSES: Mapping[str, tuple[int, int]] = {
    f"Klasse {number} von {count}": (number, count)
    for count in range(1, MOST_CLASSES + 1)
    for number in range(1, count + 1)
}

#: Statuses whose cell shows the sign alone: there is no value to show.
WITHOUT_VALUE: frozenset[str] = frozenset({".", "/", "x", "...", *CLASSES})

AREA_COLUMNS = ("id", "name", "short_name", "number", "level", "parent", "valid_from", "valid_to", "slug", "km2")
POPULATION_COLUMNS = ("area", "period", "sex", "age_from", "age_to", "value", "status")
INDICATOR_COLUMNS = (
    "indicator",
    "area",
    "period",
    "numerator",
    "denominator",
    "value",
    "lower",
    "upper",
    "status",
    "whole_value",  # the district's value in the same period
    "region_value",  # the planning region's value, None without regions
    "versus_whole",  # "above" | "below" | "same" (not distinguishable) | None
    "versus_region",
    "rank",  # 1 = highest value among the areas of the level; ties share the lowest rank
    "ranked",  # how many areas were ranked
    "tied",  # shares its rank
    "trend",  # "rising" | "falling" | "none" | None (cannot be tested)
    "trend_from",  # first period of the trend
    "trend_change",  # difference of values over the trend, in the indicator's unit
)
#: Beside these, ``status:<indicator>`` and ``dynamics:<indicator>`` hold what each indicator adds to a score.
MONITOR_COLUMNS = (
    "area",
    "period",
    "status",  # 1 high … 4 very low, NaN where the area is not classified
    "dynamics",  # 1 positive, 2 stable, 3 negative
    "status_score",  # standardised; high = burdened
    "dynamics_score",  # standardised; high = worsening
    "rank",  # 1 = most burdened
    "rank_low",  # bounds of the central 90 % of ranks over the repeated runs
    "rank_high",
    *(f"status_{n}" for n in range(1, 5)),  # share of the runs in each class
    *(f"dynamics_{n}" for n in range(1, 4)),
    "used",  # on how many indicators the status rests
    "reason",  # why the area has no status, "" where it has
    "dynamics_reason",
)
#: Classes of the monitor's latest year had one thing been decided otherwise; only of areas whose values are shown.
AUDIT_COLUMNS = (
    "area",
    "period",
    "kind",  # base | without | normaliser | aggregation | weights | ddof
    "variant",  # which indicator is left out, which method is taken
    "status",
    "rank",
)

#: Beside these, ``mark:<indicator>`` holds the area's value in standard deviations from the mean of all areas.
TYPOLOGY_COLUMNS = (
    "area",
    "period",
    "type",  # 0 for A, 1 for B …; -1 where the area has none
    "kept",  # share of the repeated runs in which the area falls into its type
    "agreed",  # share of methods and starts that put the area into its type; latest year only
    "second",  # the type whose centre is nearest but for the own; -1 for regions and without type
    "reason",  # why the area has no type, or (with type) was only assigned afterwards; "" else
)
#: To each area the areas most like it in the typology's latest year.
SIMILAR_COLUMNS = (
    "area",
    "similar",  # id of the other area
    "place",  # 1 the most similar
    "distance",  # Euclidean, in standard deviations of the typology's indicators or components
)

CHANGE_COLUMNS = (
    "indicator",
    "area",
    "period",
    "reference",  # the earlier year
    "before",  # value of the earlier year
    "value",
    "change",  # in the indicator's unit
    "lower",  # 95 % interval of the change
    "upper",
    "status",  # why there is no change, "" where there is
    "p",  # NaN where the indicator has no test
    "q",  # adjusted for all comparisons of areas (or of the whole)
    "verdict",  # "rising" | "falling" | "none" | None (not tested)
)
SMOOTHED_COLUMNS = ("indicator", "area", "period", "value", "weight")  # weight of the area's own value, 0 to 1
FUNNEL_COLUMNS = (
    "indicator",
    "area",  # "" between the areas' sizes
    "period",
    "denominator",
    "lower_998",
    "lower_95",
    "upper_95",
    "upper_998",
)
PATTERN_COLUMNS = (
    "indicator",
    "period",
    "areas",  # how many were tested
    "islands",  # areas without neighbours, left out
    "index",  # Moran's I, NaN where nothing was tested
    "expected",  # its mean over random maps
    "p",
)
CLUSTER_COLUMNS = (
    "indicator",
    "area",
    "period",
    "kind",  # "high" | "low" | "high-among-low" | "low-among-high"
    "q",
)
STANDARDISED_COLUMNS = ("indicator", "area", "period", "value", "lower", "upper", "status")

#: What belongs to every chapter anyway; all else that a snapshot offers is a table, and reading it is noted.
_GIVEN = frozenset({"path", "meta", "digest", "edition", "open", "unnoted"})


class _Described(dict[str, Any]):
    """Description of a snapshot that notes which of its parts a chapter reads."""

    def __getitem__(self, key: str) -> Any:
        reads.note("meta", key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Part of that name."""
        reads.note("meta", key)
        return super().get(key, default)


@dataclass(frozen=True)
class Snapshot:
    """Read-only view of a snapshot folder.

    Parameters
    ----------
    path
        The folder that :func:`write_snapshot` made.
    """

    path: Path

    if not TYPE_CHECKING:  # a type checker would let every misspelt attribute pass

        def __getattribute__(self, name: str) -> Any:
            """Note which table a chapter reads, see :mod:`sozlib.reads`."""
            if not name.startswith("_") and name not in _GIVEN:
                reads.note("table", name)
            return object.__getattribute__(self, name)

    def unnoted(self, name: str) -> Any:
        """A table for who notes more precisely what of it is read."""
        return object.__getattribute__(self, name)

    @classmethod
    def open(cls, path: Path | str) -> Snapshot:
        """Open a snapshot.

        Raises
        ------
        SozlibError
            The folder is no snapshot, or in a build it is not that of the chapter's edition.
        """
        path = Path(path)
        allowed = os.environ.get(reads.SNAPSHOT)
        if allowed and path.resolve() != Path(allowed):
            raise SozlibError(
                "In einem Bau liest ein Notebook nur den Datenstand seiner Ausgabe. Öffnen Sie das Kapitel mit "
                "Chapter.open(area=area, topic=topic, cycle=cycle, edition=edition, snapshot=snapshot)."
            )
        if not (path / "snapshot.json").is_file():
            raise SozlibError(f"{path.as_posix()}: kein Datenstand. „sozlib check“ und „sozlib build“ legen ihn an.")
        return cls(path)

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Edition, cycle, report, catalogue and sources as plain data, and the digests of files and values."""
        return _Described(json.loads((self.path / "snapshot.json").read_text(encoding="utf-8")))

    @property
    def digest(self) -> str:
        """SHA-256 over all files of the snapshot."""
        return str(self.meta["digest"])

    @property
    def edition(self) -> str:
        """Id of the edition that this snapshot belongs to."""
        return str(self.meta["edition"]["id"])

    @cached_property
    def areas(self) -> pd.DataFrame:
        """Areas of all levels, columns :data:`AREA_COLUMNS`, in display order."""
        return self._table("areas")

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """Indicators of all areas and periods, columns :data:`INDICATOR_COLUMNS`."""
        return self._table("indicators")

    @cached_property
    def population(self) -> pd.DataFrame:
        """Population by five-year age group and sex, and in all (sex ""), columns :data:`POPULATION_COLUMNS`."""
        return self._table("population")

    @property
    def age_groups(self) -> pd.DataFrame:
        """Rows of :attr:`population` for one age group and sex each."""
        return self.population[self.population["sex"] != ""]

    @property
    def inhabitants(self) -> pd.DataFrame:
        """Rows of :attr:`population` for everybody: one for each area and period.

        They are published by themselves: where an age group is withheld, the sum of the groups is unknown, the total
        is not.
        """
        return self.population[self.population["sex"] == ""]

    @cached_property
    def monitor(self) -> pd.DataFrame | None:
        """Status and dynamics by area and year, columns :data:`MONITOR_COLUMNS` first; None without a monitor."""
        return self._optional("monitor")

    @cached_property
    def audit(self) -> pd.DataFrame | None:
        """Classes under other choices, columns :data:`AUDIT_COLUMNS`; None without a monitor."""
        return self._optional("audit")

    @cached_property
    def typology(self) -> pd.DataFrame | None:
        """Types of the areas, columns :data:`TYPOLOGY_COLUMNS` first; None without a typology."""
        return self._optional("typology")

    @cached_property
    def changes(self) -> pd.DataFrame | None:
        """Changes since the reference year, columns :data:`CHANGE_COLUMNS`; None where nothing is compared."""
        return self._optional("changes")

    @cached_property
    def smoothed(self) -> pd.DataFrame | None:
        """Values smoothed for maps, columns :data:`SMOOTHED_COLUMNS`."""
        return self._optional("smoothed")

    @cached_property
    def funnels(self) -> pd.DataFrame | None:
        """Control limits of funnel plots, columns :data:`FUNNEL_COLUMNS`."""
        return self._optional("funnels")

    @cached_property
    def patterns(self) -> pd.DataFrame | None:
        """Whether neighbouring areas resemble each other, columns :data:`PATTERN_COLUMNS`; None without outlines."""
        return self._optional("patterns")

    @cached_property
    def clusters(self) -> pd.DataFrame | None:
        """Areas that lie among similar ones or stand out from theirs, columns :data:`CLUSTER_COLUMNS`."""
        return self._optional("clusters")

    @cached_property
    def standardised(self) -> pd.DataFrame | None:
        """Age-standardised values, columns :data:`STANDARDISED_COLUMNS`; None where no indicator asks for them."""
        return self._optional("standardised")

    @cached_property
    def similar(self) -> pd.DataFrame | None:
        """To each area the areas most like it, columns :data:`SIMILAR_COLUMNS`; None without a typology."""
        return self._optional("similar")

    @cached_property
    def geometry(self) -> gpd.GeoDataFrame | None:
        """Outlines of the areas of the reporting level (``id``, ``geometry``; metres), None where there are none."""
        if not (self.path / "geometry.parquet").is_file():
            return None
        import geopandas as gpd

        return gpd.read_parquet(self.path / "geometry.parquet")

    def _optional(self, name: str) -> pd.DataFrame | None:
        return self._table(name) if (self.path / f"{name}.parquet").is_file() else None

    def _table(self, name: str) -> pd.DataFrame:
        import pandas as pd

        return pd.read_parquet(self.path / f"{name}.parquet")


def write_snapshot(
    path: Path,
    *,
    meta: dict[str, Any],
    areas: pd.DataFrame,
    indicators: pd.DataFrame,
    population: pd.DataFrame,
    geometry: gpd.GeoDataFrame | None,
    tokens: Path,
    analyses: Mapping[str, pd.DataFrame] | None = None,
) -> Snapshot:
    """Write a snapshot beside its place and switch it in.

    Parameters
    ----------
    path
        Folder to be; an older snapshot there is replaced.
    meta
        Plain data with the keys ``edition``, ``cycle``, ``report``, ``catalogue``, ``sources``.
    areas, indicators, population, geometry
        The tables, protected for the edition.
    tokens
        The theme's ``tokens.css``; charts read their colours from the copy.
    analyses
        Further tables by name (``monitor``, ``audit``, ``typology``, ``similar``), as the edition may show them.
    """
    beside = path.with_name(path.name + ".new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    frames = (
        ("areas", areas, AREA_COLUMNS),
        ("indicators", indicators, INDICATOR_COLUMNS),
        ("population", population, POPULATION_COLUMNS),
    )
    for name, frame, columns in frames:
        frame.loc[:, list(columns)].reset_index(drop=True).to_parquet(beside / f"{name}.parquet", index=False)
    for name, frame in (analyses or {}).items():
        frame.reset_index(drop=True).to_parquet(beside / f"{name}.parquet", index=False)
    if geometry is not None:
        geometry[["id", "geometry"]].to_parquet(beside / "geometry.parquet", index=False)
    shutil.copyfile(tokens, beside / "tokens.css")
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(beside.iterdir())}
    described = json.dumps(meta, ensure_ascii=False, sort_keys=True, default=str)
    total = hashlib.sha256((described + json.dumps(files, sort_keys=True)).encode()).hexdigest()
    values = value_digests(indicators.loc[:, list(INDICATOR_COLUMNS)])
    content = {**json.loads(described), "files": files, "digest": total, "values": values}
    write_whole(beside / "snapshot.json", json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
    for name in files:
        with (beside / name).open("rb+") as file:
            settle(file.fileno())
    old = path.with_name(path.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if path.exists():
        os.replace(path, old)
    os.replace(beside, path)
    shutil.rmtree(old, ignore_errors=True)
    return Snapshot.open(path)


def value_digests(indicators: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Digest of the values of each indicator in each period: indicator → period → hexadecimal.

    A chapter that uses an indicator is run again when one of these differs, and the message names the years.
    """
    import pandas as pd

    if indicators.empty:
        return {}
    ordered = indicators.sort_values(["indicator", "period", "area"], kind="stable")
    rows = pd.util.hash_pandas_object(ordered, index=False).to_numpy()
    found: dict[str, dict[str, str]] = {}
    keys = ordered[["indicator", "period"]].reset_index(drop=True)
    for indicator, in_indicator in keys.groupby("indicator", sort=True):
        for period, positions in in_indicator.groupby("period", sort=True).indices.items():
            content = hashlib.sha256(rows[in_indicator.index[positions]].tobytes()).hexdigest()[:16]
            found.setdefault(str(indicator), {})[str(period)] = content
    return found
