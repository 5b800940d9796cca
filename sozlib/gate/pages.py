"""Hidden numbers on pages: cell by cell in tables, sentence by sentence in texts and alternative texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import html

from sozlib.gate.numbers import telling, tokens
from sozlib.gate.words import START, Names, normal

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
#: Columns of tables whose numbers count areas or years, not people.
_COUNTERS = frozenset({"nr.", "jahr", "rang"})
#: Column of the table behind a smoothed map that has per cent of a weight, computed from what is shown.
_WEIGHT = "Gewicht des Werts in %"
#: What a true number is looked for by where a rounded one stands.
_NUMBERS = frozenset({"numerator", "denominator", "value"})
_BLOCKS = ("p", "li", "dd", "dt", "figcaption", "caption", "desc", "title", "h1", "h2", "h3", "h4", "summary")
_ATTRIBUTES = ("alt", "aria-label", "title", "content", "data-pagefind-meta", "summary")
_KINDS = {"desc": "Alternativtext", "title": "Titel", "figcaption": "Beschriftung"}
_SEXES = {"männer": "m", "frauen": "f", "männlich": "m", "weiblich": "f"}


@dataclass(frozen=True)
class Leak:
    """A hidden number that was found.

    Parameters
    ----------
    place
        Where in the file, German.
    cell
        What it is, German.
    """

    place: str
    cell: str


@dataclass
class Page:
    """A page of the report that is searched.

    Parameters
    ----------
    tree
        The parsed page.
    area
        Area of its volume, the whole's id elsewhere.
    names
        Names of the report and what is hidden.
    """

    tree: Any
    area: str
    names: Names
    _block: dict[Any, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        id = ""
        for element in self.tree.iter():
            own = element.get("id", "") if isinstance(element.tag, str) else ""
            if own.startswith(("fig-", "tbl-")) and not own.endswith(("-t", "-d")):
                id = own
            elif element.get("class") == "area-list":  # the same numbers once more, in words
                id = START
            elif element.tag in ("h1", "h2", "h3"):
                id = ""
            self._block[element] = id

    def block_of(self, element: Any) -> str:
        """Id of the figure or table that an element belongs to; empty where there is none."""
        return self._block.get(element, "")

    def leaks(self) -> Iterator[Leak]:
        """Everything hidden that stands on the page."""
        for table in self.tree.iter("table"):
            yield from self._table(table)
        yield from self._texts()

    def _table(self, table: Any) -> Iterator[Leak]:
        block = self._block.get(table, "")
        caption = normal(" ".join(c.text_content() for c in table.iterchildren("caption")))
        topic = self.names.of_block(block) or next(iter(self.names.mentioned(caption)), None)
        heads = _heads(table)
        place = f"Tabelle „{caption[:60]}“" if caption else f"Tabelle {block}"
        for row in table.iter("tr"):
            cells = list(row.iterchildren("th", "td"))
            words = [normal(cell.text_content()) for cell in cells]
            for position, cell in enumerate(cells):
                if cell.tag != "td" or not any(c.isdigit() for c in words[position]):
                    continue
                over = heads.get(position, [])
                if over and over[-1].casefold() in _COUNTERS:
                    continue
                named = [words[0] if cells[0].tag == "th" else "", *over]
                # What the row or the column is about, or another cell of the row ("Merkmal"), or else the whole table.
                indicator = next(filter(None, map(self.names.indicator, [*named, *words])), None) or topic
                if indicator is None:
                    yield from self._people(named, words[position], caption, place)
                    continue
                area = next(filter(None, map(self.names.area, named)), None) or self.area
                year = next((int(m[0]) for w in named if (m := _YEAR.fullmatch(w))), None)
                if year is None:
                    year = next(
                        (int(w) for k, w in enumerate(words) if heads.get(k, [""])[-1] == "Jahr" and w.isdigit()), None
                    )
                year = year or self._year(caption)
                if over[-1:] == [_WEIGHT] and words[position] in self.names.weight(indicator, area, year):
                    continue
                where = f"{place}, Zeile „{words[0]}“" + (f", Spalte „{over[-1]}“" if over else "")
                yield from self._found(indicator, area, year, words[position], where, strict=True)

    def _year(self, text: str) -> int | None:
        """The one year that a caption names."""
        years = {int(y) for y in _YEAR.findall(text)}
        return years.pop() if len(years) == 1 else None

    def _found(
        self,
        indicator: str,
        area: str | None,
        period: int | None,
        text: str,
        place: str,
        *,
        strict: bool,
        said: frozenset[str] = frozenset(),
    ) -> Iterator[Leak]:
        """Hidden numbers of these cells in a text.

        Those that shown cells explain are passed over, in sentences also those ``said`` of other indicators.
        """
        numbers = tokens(text) - said
        if not strict:
            numbers = {n for n in numbers if telling(n) and not _YEAR.fullmatch(n)}
        if not numbers:
            return
        # Of what is shown rounded the true number is looked for where its year is named.
        years = {period} if strict else {int(year) for year in _YEAR.findall(text)}
        for cell in self.names.cells(indicator, area, period):
            # Where a table has no number, nothing else explains one there; elsewhere anything of the indicator does.
            rounded = cell in self.names.beside
            if rounded and cell[2] not in years:
                continue
            alone = strict and period is not None and not rounded
            explained = (
                self.names.shown.get(cell, frozenset()) if alone else self.names.explained.get(indicator, frozenset())
            )
            if not strict:
                explained |= self.names.class_limits.get(indicator, frozenset())
            forms = self.names.forms[cell]
            # Where rounded numbers stand many a bound of a true one is like some other number.
            wanted = [form for form, column in forms.items() if column in _NUMBERS] if rounded else forms
            if any(number in wanted and number not in explained for number in numbers):
                yield Leak(place, self.names.described(cell))

    def _people(self, named: list[str], text: str, caption: str, place: str) -> Iterator[Leak]:
        """Cells of a table of the population by age and sex."""
        age = re.match(r"(\d+)(?:[-–]\d+| und| bis)", named[0])
        sex = next((_SEXES[w.casefold()] for w in named[1:] if w.casefold() in _SEXES), None)
        if age is None or sex is None:
            return
        year = self._year(caption)
        for (area, period, of, low), value in self.names.hidden.people.items():
            same = (area, of, low) == (self.area, sex, int(age[1])) and year in (None, period)
            if same and str(int(value)) in tokens(text):
                yield Leak(f"{place}, Zeile „{named[0]}“", f"Bevölkerung {named[0]}, {period}")

    def _texts(self) -> Iterator[Leak]:
        for element in self.tree.iter(*_BLOCKS):
            # Neighbouring elements may stand side by side without a space between their texts.
            for text in dict.fromkeys((normal(element.text_content()), normal(" ".join(element.itertext())))):
                place = f"{_KINDS.get(element.tag, 'Text')} „{text[:60]}“"
                yield from self._sentence(text, self._block.get(element, ""), place)
        for name in _ATTRIBUTES:
            for element in self.tree.xpath(f"//*[@{name}]"):
                text = normal(element.get(name))
                yield from self._sentence(text, self._block.get(element, ""), f"Attribut {name} „{text[:60]}“")

    def _sentence(self, text: str, block: str, place: str) -> Iterator[Leak]:
        if not any(c.isdigit() for c in text):
            return
        of_block, named = self.names.of_block(block), self.names.named(text)
        areas = self.names.areas_in(text)
        if not areas:
            areas = (self.area,)
            if self.area != self.names.whole["id"]:
                text = self.names.without_definitions(text)
        for indicator in dict.fromkeys([*named, *([of_block] if of_block else [])]):
            others = self.names.said_of((other for other in named if other != indicator), areas)
            for area in areas:
                yield from self._found(indicator, area, None, text, place, strict=False, said=others)


def _heads(table: Any) -> dict[int, list[str]]:
    """Headings above each column, the uppermost first; spans are followed."""
    found: dict[int, list[str]] = {}
    taken: dict[tuple[int, int], str] = {}
    for number, row in enumerate(table.xpath("./thead/tr")):
        position = 0
        for cell in row.iterchildren("th", "td"):
            while (number, position) in taken:
                position += 1
            words = normal(cell.text_content())
            for down in range(int(cell.get("rowspan", 1))):
                for right in range(int(cell.get("colspan", 1))):
                    taken[number + down, position + right] = words
            position += int(cell.get("colspan", 1))
    for (_, position), words in sorted(taken.items()):
        if words not in found.setdefault(position, []):
            found[position].append(words)
    return found


def parse(text: str) -> Any:
    """A page as a tree."""
    return html.document_fromstring(text.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
