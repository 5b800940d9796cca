"""Which indicator, area and year a place in the report speaks of."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from sozlib.chapter.palette import Palette
from sozlib.disclosure.hidden import Hidden
from sozlib.files import digest_of
from sozlib.gate.numbers import fingerprints, renderings
from sozlib.snapshot import MOST_CLASSES, WITHOUT_VALUE, Snapshot

#: Figure of the start page, which names no indicator in its id.
START = "fig-startkarte"

#: Numbers of a row that pages may show.
_NUMBERS = ("numerator", "denominator", "value", "lower", "upper", "trend_change", "whole_value", "region_value")
_SHOWN = ("indicator", "area", "period", "status", *_NUMBERS)

#: Texts of the catalogue that explain an indicator, the same for all areas.
_DEFINITION = ("numerator_text", "denominator_text", "caveats", "interpretation")

#: Area, year, sex and lower age, as in :attr:`sozlib.disclosure.hidden.Hidden.people`.
People = tuple[str, int, str, int]

_SPACE = re.compile(r"[\s\u00a0\u202f\u2009]+")
_UNIT = re.compile(r" \([^()]*\)$")


def normal(text: str) -> str:
    """Text without what only typesetting tells apart: kinds of spaces and hyphens, soft hyphens."""
    return _SPACE.sub(" ", text.replace("\u2011", "-").replace("\u00ad", "").replace("\u2212", "-")).strip()


@dataclass(frozen=True)
class Names:
    """Names that the report uses, what they stand for, and what must not be said of it.

    All that an examination looks for is in these fields, so that their :attr:`digest` tells whether it would look for
    the same again. Nothing here reaches back to the snapshot.

    Parameters
    ----------
    catalogue
        Of each indicator id, title, short_title, phrase, decimals and the texts that define it.
    places
        Of each area id, name, short_name, slug, number, and whether it is one of the reporting level.
    whole
        The whole: id, name, kind.
    start
        Indicator of the map on the start page; empty without one.
    palette
        Colours of the charts.
    rows
        Rows of the edition for every indicator with hidden cells.
    hidden
        What the edition hides.
    marks
        Fingerprints of hidden numbers that no number of the edition shares.
    limits
        Of each indicator the limits of the classes that the edition tells instead of values.
    people
        Numbers that the edition shows of the population by age and sex, for all areas and years with hidden ones.
    derived
        Standardised and smoothed values that the edition shows of indicators with hidden cells: columns indicator,
        value, lower, upper.
    smoothed
        Smoothed values of these indicators, each with the weight of the area's own one.
    latest
        Rows of the edition for the latest year of every indicator, which a sentence on another one may name.
    """

    catalogue: tuple[Mapping[str, Any], ...]
    places: tuple[Mapping[str, Any], ...]
    whole: Mapping[str, str]
    start: str
    palette: Palette
    rows: pd.DataFrame
    hidden: Hidden
    marks: frozenset[str]
    limits: Mapping[str, tuple[float, ...]]
    people: Mapping[People, float]
    derived: pd.DataFrame
    smoothed: Mapping[tuple[str, str, int], tuple[float, float]]
    latest: pd.DataFrame

    @classmethod
    def of(cls, snapshot: Snapshot, hidden: Hidden) -> Names:
        """Names of an edition and what it hides."""
        rows = snapshot.indicators
        numbers = ["value", "lower", "upper", "trend_change", "whole_value", "region_value"]
        public = fingerprints(rows[numbers].astype(float).to_numpy().ravel())
        secret = fingerprints(n for found in hidden.cells.values() for n in found.values())
        wanted = {indicator for indicator, _, _ in hidden.cells}
        told = ("id", "title", "short_title", "phrase", "decimals", *_DEFINITION)
        places = snapshot.areas[["id", "name", "short_name", "slug", "number"]].assign(
            reporting=snapshot.areas["level"] == snapshot.meta["report"]["levels"][0]["id"]
        )
        return cls(
            tuple({key: entry.get(key, "") for key in told} for entry in snapshot.meta["catalogue"]),
            tuple({str(k): None if pd.isna(v) else v for k, v in row.items()} for row in places.to_dict("records")),
            {key: snapshot.meta["report"]["whole"][key] for key in ("id", "name", "kind")},
            snapshot.meta["report"].get("start_indicator") or "",
            Palette.read(snapshot.path / "tokens.css"),
            rows.loc[rows["indicator"].isin(wanted), list(_SHOWN)].reset_index(drop=True),
            hidden,
            frozenset(secret - public),
            {id: tuple(found) for id, found in (snapshot.meta.get("class_limits") or {}).items()},
            _people(snapshot, hidden),
            _derived(snapshot, wanted),
            _smoothed(snapshot, wanted),
            _latest(rows),
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 over everything that is looked for."""
        hashed = [pd.util.hash_pandas_object(r, index=False).to_numpy().tobytes() for r in (self.rows, self.latest)]
        return digest_of(
            [
                *(self.catalogue, self.places, self.whole, self.start, asdict(self.palette), sorted(self.marks)),
                self.limits,
                hashlib.sha256(b"".join(hashed)).hexdigest(),
                sorted([*cell, numbers] for cell, numbers in self.hidden.cells.items()),
                sorted([*group, number] for group, number in self.hidden.people.items()),
                sorted([*group, number] for group, number in self.people.items()),
                self.derived.to_csv(index=False),
                sorted([*cell, *numbers] for cell, numbers in self.smoothed.items()),
            ]
        )

    @cached_property
    def decimals(self) -> dict[str, int]:
        """Decimals of each indicator."""
        return {entry["id"]: int(entry["decimals"]) for entry in self.catalogue}

    @cached_property
    def _indicators(self) -> dict[str, str]:
        named: dict[str, str] = {}
        for entry in self.catalogue:
            for name in (entry["id"], entry["title"], entry["short_title"]):
                named[normal(name)] = entry["id"]
        return named

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """Names of all indicators, the longest first."""
        return tuple(sorted(self._indicators, key=len, reverse=True))

    @cached_property
    def _areas(self) -> dict[str, str]:
        named: dict[str, str] = {}
        for row in self.places:
            for name in (row["id"], row["name"], row["short_name"], row["slug"]):
                if isinstance(name, str) and name:
                    named[normal(name)] = str(row["id"])
        return named | {normal(self.whole[key]): self.whole["id"] for key in ("name", "kind")}

    def area_of_volume(self, volume: str) -> str:
        """Id of the area whose volume has this slug; the whole for every other folder."""
        return self._areas.get(volume, self.whole["id"]) if volume else self.whole["id"]

    def indicator(self, heading: str) -> str | None:
        """Indicator that a heading names, its unit in brackets or not."""
        words = normal(heading)
        return self._indicators.get(words) or self._indicators.get(_UNIT.sub("", words))

    def area(self, heading: str) -> str | None:
        """Area that a heading names."""
        return self._areas.get(normal(heading))

    def number(self, words: str) -> str | None:
        """Area whose number on maps these words are."""
        return self._numbered.get(words)

    @cached_property
    def _numbered(self) -> dict[str, str]:
        return {str(int(row["number"])): str(row["id"]) for row in self.places if row["number"] is not None}

    @cached_property
    def scale(self) -> tuple[str, ...]:
        """Colours of the classes of maps, lowest first."""
        return tuple(self.palette[f"class-{number}"] for number in range(1, MOST_CLASSES + 1))

    def counted(self, area: str, period: int) -> float:
        """How many people of an area and a year the edition shows in all age groups together."""
        return self._counted.get((area, period), 0.0)

    @cached_property
    def _counted(self) -> dict[tuple[str, int], float]:
        found: dict[tuple[str, int], float] = {}
        for (area, period, *_), number in self.people.items():
            found[area, period] = found.get((area, period), 0.0) + number
        return found

    def statuses(self, indicator: str) -> dict[tuple[str, int], str]:
        """Sign of an indicator's cells, by area and period."""
        rows = self.rows[self.rows["indicator"] == indicator]
        return {(str(r["area"]), int(r["period"])): str(r["status"]) for r in rows.to_dict("records")}

    def of_block(self, id: str) -> str | None:
        """Indicator of a figure or table, by its id."""
        name = id.removesuffix("-w").removesuffix("-n")
        found = [i for i in self.decimals if name.endswith("-" + i.replace("_", "-"))]
        return max(found, key=len, default=self.start or None if name.startswith(START) else None)

    def mentioned(self, text: str) -> tuple[str, ...]:
        """Indicators with hidden cells that a text names."""
        return tuple(id for id in self.named(text) if id in self._by_indicator)

    def named(self, text: str) -> tuple[str, ...]:
        """All indicators that a text names."""
        words = normal(text)
        return tuple(dict.fromkeys(id for name, id in self._spoken if name in words))

    @cached_property
    def _spoken(self) -> list[tuple[str, str]]:
        """Names of indicators in headings, and as sentences say them: without the article, which is declined."""
        phrases = [(normal(entry["phrase"]).partition(" ")[2], entry["id"]) for entry in self.catalogue]
        return [(name, id) for name, id in [*self._indicators.items(), *phrases] if name]

    def without_definitions(self, text: str) -> str:
        """A text without what the catalogue says of indicators: "je 100 Haushalte" and "über 100" tell of no area."""
        words = normal(text)
        for definition in self._definitions:
            words = words.replace(definition, " ")
        return words

    @cached_property
    def _definitions(self) -> list[str]:
        texts = {normal(entry[name]) for entry in self.catalogue for name in _DEFINITION}
        return sorted((text for text in texts if any(c.isdigit() for c in text)), key=len, reverse=True)

    def said_of(self, indicators: Iterable[str], areas: Iterable[str]) -> frozenset[str]:
        """Forms of the latest numbers that the edition shows of indicators, for some areas and the whole."""
        every = [(indicator, area) for indicator in indicators for area in (*areas, self.whole["id"])]
        return frozenset[str]().union(*(self._latest_forms.get(pair, frozenset()) for pair in every))

    @cached_property
    def _latest_forms(self) -> dict[tuple[str, str], frozenset[str]]:
        return {(indicator, area): forms for (indicator, area, _), forms in self._forms_of(self.latest).items()}

    def areas_in(self, text: str) -> tuple[str, ...]:
        """Areas that a text names."""
        words = normal(text)
        return tuple(dict.fromkeys(id for name, id in self._areas.items() if len(name) > 4 and name in words))

    @cached_property
    def forms(self) -> dict[tuple[str, str, int], dict[str, str]]:
        """Forms in which each hidden cell's numbers may stand, each with the name of its column."""
        return {
            cell: {form: column for column, n in numbers.items() for form in renderings(n, self._fine(cell[0], column))}
            for cell, numbers in self.hidden.cells.items()
        }

    @cached_property
    def class_limits(self) -> dict[str, frozenset[str]]:
        """Forms of the limits of classes, which sentences about an indicator may name."""
        return {
            id: frozenset[str]().union(*(renderings(limit, self._fine(id, "value")) for limit in limits))
            for id, limits in self.limits.items()
        }

    @cached_property
    def distinct(self) -> frozenset[str]:
        """All forms of hidden numbers that stand for one; whole numbers up to 999 are numbers of pages, too."""
        every = frozenset[str]().union(*self.forms.values())
        return frozenset(form for form in every if "," in form or len(form) > 3)

    def printed(self, indicator: str, column: str) -> int:
        """Decimals of a number in data files."""
        return 2 if column in ("numerator", "denominator") else self.decimals.get(indicator, 1)

    def _fine(self, indicator: str, column: str) -> int:
        return 0 if column in ("numerator", "denominator") else self.decimals.get(indicator, 1)

    @cached_property
    def beside(self) -> dict[tuple[str, str, int], dict[str, float]]:
        """Of cells whose true numbers are hidden the rounded ones that the edition shows in their place, by column."""
        found: dict[tuple[str, str, int], dict[str, float]] = {}
        for row in self.rows.to_dict("records"):
            key = (str(row["indicator"]), str(row["area"]), int(row["period"]))
            shown = {c: float(row[c]) for c in self.hidden.cells.get(key, ()) if pd.notna(row[c])}
            if shown:
                found[key] = shown
        return found

    def without_value(self, cell: tuple[str, str, int]) -> bool:
        """Whether the edition hides the value of a cell and shows none in its place."""
        return "value" in self.hidden.cells[cell] and "value" not in self.beside.get(cell, ())

    @cached_property
    def shown(self) -> dict[tuple[str, str, int], frozenset[str]]:
        """Forms of the numbers that the edition does show for indicators with hidden cells."""
        return self._forms_of(self.rows)

    def _forms_of(self, rows: pd.DataFrame) -> dict[tuple[str, str, int], frozenset[str]]:
        found = {}
        for row in rows.to_dict("records"):
            key = (str(row["indicator"]), str(row["area"]), int(row["period"]))
            numbers = [(c, float(row[c])) for c in _NUMBERS if row[c] is not None]
            found[key] = frozenset(form for c, n in numbers for form in _as_shown(n, self._fine(key[0], c)))
        return found

    @cached_property
    def explained(self) -> dict[str, frozenset[str]]:
        """Forms of all numbers that the edition shows of an indicator."""
        found: dict[str, set[str]] = {}
        for (indicator, _, _), forms in self.shown.items():
            found.setdefault(indicator, set()).update(forms)
        for indicator, *numbers in self.derived.itertuples(index=False):
            found.setdefault(indicator, set()).update(
                form for n in numbers for form in _as_shown(n, self._fine(indicator, "value"))
            )
        return {indicator: frozenset(forms) for indicator, forms in found.items()}

    def numbers(self, indicator: str) -> dict[tuple[str, int], list[float]]:
        """Values and bounds that the edition shows for an indicator, by area and period."""
        if indicator not in self._numbers:
            rows = self.rows[self.rows["indicator"] == indicator]
            self._numbers[indicator] = {
                (str(r["area"]), int(r["period"])): [float(r[c]) for c in ("value", "lower", "upper") if r[c] == r[c]]
                for r in rows.to_dict("records")
            }
        return self._numbers[indicator]

    def value(self, cell: tuple[str, str, int]) -> float | None:
        """Value that the edition shows of a cell; None where it shows none."""
        return self.values(cell[0]).get(cell[1:])

    def values(self, indicator: str) -> dict[tuple[str, int], float]:
        """Values that the edition shows for an indicator, by area and period."""
        if indicator not in self._values:
            rows = self.rows[(self.rows["indicator"] == indicator) & ~self.rows["status"].isin(WITHOUT_VALUE)]
            rows = rows.dropna(subset="value")
            self._values[indicator] = {
                (str(r["area"]), int(r["period"])): float(r["value"]) for r in rows.to_dict("records")
            }
        return self._values[indicator]

    @cached_property
    def _values(self) -> dict[str, dict[tuple[str, int], float]]:
        return {}

    def derived_values(self, indicator: str) -> list[float]:
        """Standardised and smoothed values that the edition shows of an indicator with hidden cells."""
        return self.derived.loc[self.derived["indicator"] == indicator, "value"].dropna().astype(float).tolist()

    def weight(self, indicator: str, area: str, period: int | None) -> set[str]:
        """Weight of an area's own value in its smoothed one as tables print it, per cent; empty where there is none."""
        found = self.smoothed.get((indicator, area, period)) if period is not None else None
        return _as_shown(100 * found[1], 0) if found else set()

    @cached_property
    def reporting(self) -> tuple[str, ...]:
        """Ids of the areas of the reporting level."""
        return tuple(str(row["id"]) for row in self.places if row["reporting"])

    @cached_property
    def _numbers(self) -> dict[str, dict[tuple[str, int], list[float]]]:
        return {}

    def cells(
        self, indicator: str, area: str | None = None, period: int | None = None
    ) -> Iterator[tuple[str, str, int]]:
        """Hidden cells of an indicator, of all areas and periods or those given."""
        for cell in self._by_indicator.get(indicator, ()):
            if area in (None, cell[1]) and period in (None, cell[2]):
                yield cell

    @cached_property
    def _by_indicator(self) -> dict[str, list[tuple[str, str, int]]]:
        found: dict[str, list[tuple[str, str, int]]] = {}
        for cell in self.hidden.cells:
            found.setdefault(cell[0], []).append(cell)
        return found

    def described(self, cell: tuple[str, str, int]) -> str:
        """A hidden cell in German words."""
        titles = {entry["id"]: entry["short_title"] for entry in self.catalogue}
        names = {row["id"]: row["name"] for row in self.places}
        return f"„{titles.get(cell[0], cell[0])}“, {names.get(cell[1], cell[1])}, {cell[2]}"


def _latest(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the latest year in which an indicator has any value."""
    last = rows[rows["value"].notna()].groupby("indicator")["period"].max()
    return rows.loc[rows["period"] == rows["indicator"].map(last), list(_SHOWN)].reset_index(drop=True)


def _people(snapshot: Snapshot, hidden: Hidden) -> dict[People, float]:
    """Numbers of age groups that an edition shows where it hides others of the same area and year."""
    wanted = {(area, period) for area, period, *_ in hidden.people}
    rows = snapshot.age_groups
    rows = rows[~rows["status"].isin(WITHOUT_VALUE)].dropna(subset="value")
    columns = (rows[name].tolist() for name in ("area", "period", "sex", "age_from", "value"))
    return {
        (str(area), int(period), str(sex), int(low)): float(value)
        for area, period, sex, low, value in zip(*columns, strict=True)
        if (area, period) in wanted
    }


def _derived(snapshot: Snapshot, wanted: Set[str]) -> pd.DataFrame:
    """What an edition shows beside the values themselves and a sentence may name."""
    columns = ["indicator", "value", "lower", "upper"]
    tables = [table for table in (snapshot.standardised, snapshot.smoothed) if table is not None]
    frames = [table.reindex(columns=columns)[table["indicator"].isin(wanted)] for table in tables]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _smoothed(snapshot: Snapshot, wanted: Set[str]) -> dict[tuple[str, str, int], tuple[float, float]]:
    """Smoothed values and weights of the areas' own ones, by indicator, area and period."""
    table = snapshot.smoothed
    rows = [] if table is None else table[table["indicator"].isin(wanted)].to_dict("records")
    return {
        (str(r["indicator"]), str(r["area"]), int(r["period"])): (float(r["value"]), float(r["weight"])) for r in rows
    }


def _as_shown(number: float, decimals: int) -> set[str]:
    """Form in which the report shows a number."""
    if not math.isfinite(number):
        return set()
    size = abs(number)
    factor = 10**decimals
    text = f"{math.floor(size * factor + 0.5 + 1e-9) / factor:.{decimals}f}".replace(".", ",")
    return {text, str(int(size))} if size == int(size) else {text}
