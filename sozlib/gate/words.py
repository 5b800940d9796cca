"""Which indicator, area and year a place in the report speaks of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sozlib.chapter.palette import Palette
from sozlib.disclosure.hidden import Hidden
from sozlib.gate.numbers import renderings
from sozlib.snapshot import Snapshot

_SPACE = re.compile(r"[\s\u00a0\u202f\u2009]+")
_UNIT = re.compile(r" \([^()]*\)$")


def normal(text: str) -> str:
    """Text without what only typesetting tells apart: kinds of spaces and hyphens, soft hyphens."""
    return _SPACE.sub(" ", text.replace("\u2011", "-").replace("\u00ad", "").replace("\u2212", "-")).strip()


@dataclass(frozen=True)
class Names:
    """Names that the report uses, and what they stand for.

    Parameters
    ----------
    snapshot
        The edition.
    hidden
        What it hides.
    """

    snapshot: Snapshot
    hidden: Hidden

    @cached_property
    def decimals(self) -> dict[str, int]:
        """Decimals of each indicator."""
        return {entry["id"]: int(entry["decimals"]) for entry in self.snapshot.meta["catalogue"]}

    @cached_property
    def topics(self) -> dict[str, str]:
        """Topic of each indicator."""
        return {entry["id"]: entry["topic"] for entry in self.snapshot.meta["catalogue"]}

    @cached_property
    def _indicators(self) -> dict[str, str]:
        named: dict[str, str] = {}
        for entry in self.snapshot.meta["catalogue"]:
            for name in (entry["id"], entry["title"], entry["short_title"]):
                named[normal(name)] = entry["id"]
        return named

    @cached_property
    def _areas(self) -> dict[str, str]:
        named: dict[str, str] = {}
        for row in self.snapshot.areas.to_dict("records"):
            for name in (row["id"], row["name"], row["short_name"], row["slug"]):
                if isinstance(name, str) and name:
                    named[normal(name)] = str(row["id"])
        whole = self.snapshot.meta["report"]["whole"]
        named |= {normal(whole[key]): whole["id"] for key in ("name", "kind")}
        return named

    @property
    def whole(self) -> str:
        """Id of the whole."""
        return str(self.snapshot.meta["report"]["whole"]["id"])

    def area_of_volume(self, volume: str) -> str:
        """Id of the area whose volume has this slug; the whole for every other folder."""
        return self._areas.get(volume, self.whole) if volume else self.whole

    def indicator(self, heading: str) -> str | None:
        """Indicator that a heading names, its unit in brackets or not."""
        words = normal(heading)
        return self._indicators.get(words) or self._indicators.get(_UNIT.sub("", words))

    def area(self, heading: str) -> str | None:
        """Area that a heading names."""
        return self._areas.get(normal(heading))

    def of_block(self, id: str) -> str | None:
        """Indicator of a figure or table, by its id."""
        name = id.removesuffix("-w").removesuffix("-n")
        found = [i for i in self.decimals if name.endswith("-" + i.replace("_", "-"))]
        return max(found, key=len, default=None)

    def mentioned(self, text: str) -> tuple[str, ...]:
        """Indicators that a text names; only those with hidden cells are looked for."""
        words = normal(text)
        return tuple(dict.fromkeys(id for name, id in self._searched if name in words))

    @cached_property
    def _searched(self) -> list[tuple[str, str]]:
        wanted = {indicator for indicator, _, _ in self.hidden.cells}
        return [(name, id) for name, id in self._indicators.items() if id in wanted]

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

    def _fine(self, indicator: str, column: str) -> int:
        return 0 if column in ("numerator", "denominator") else self.decimals.get(indicator, 1)

    @cached_property
    def shown(self) -> dict[tuple[str, str, int], frozenset[str]]:
        """Forms of the numbers that the edition does show for indicators with hidden cells."""
        wanted = {indicator for indicator, _, _ in self.hidden.cells}
        rows = self.snapshot.indicators
        rows = rows[rows["indicator"].isin(wanted)]
        found = {}
        columns = ("numerator", "denominator", "value", "lower", "upper", "trend_change", "whole_value", "region_value")
        for row in rows.to_dict("records"):
            key = (str(row["indicator"]), str(row["area"]), int(row["period"]))
            numbers = [(c, float(row[c])) for c in columns if row[c] is not None]
            found[key] = frozenset(form for c, n in numbers for form in _as_shown(n, self._fine(key[0], c)))
        return found

    @cached_property
    def palette(self) -> Palette:
        """Colours of the charts."""
        return Palette.read(self.snapshot.path / "tokens.css")

    def numbers(self, indicator: str) -> dict[tuple[str, int], list[float]]:
        """Values and bounds that the edition shows for an indicator, by area and period."""
        if indicator not in self._numbers:
            rows = self.snapshot.indicators
            rows = rows[rows["indicator"] == indicator]
            self._numbers[indicator] = {
                (str(r["area"]), int(r["period"])): [float(r[c]) for c in ("value", "lower", "upper") if r[c] == r[c]]
                for r in rows.to_dict("records")
            }
        return self._numbers[indicator]

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
        titles = {entry["id"]: entry["short_title"] for entry in self.snapshot.meta["catalogue"]}
        names = dict(zip(self.snapshot.areas["id"], self.snapshot.areas["name"], strict=True))
        return f"„{titles.get(cell[0], cell[0])}“, {names.get(cell[1], cell[1])}, {cell[2]}"


def _as_shown(number: float, decimals: int) -> set[str]:
    """Form in which the report shows a number."""
    if not math.isfinite(number):
        return set()
    size = abs(number)
    factor = 10**decimals
    text = f"{math.floor(size * factor + 0.5 + 1e-9) / factor:.{decimals}f}".replace(".", ",")
    return {text, str(int(size))} if size == int(size) else {text}
