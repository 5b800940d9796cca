"""„Auf einen Blick“: the few sentences of the start page.

If a chapter of the overall volume states its findings (a list with the class ``findings``), those are shown with their
links: analysts decided on them. Otherwise they are made from the edition's snapshot, and only what a test secured is
called a change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html

from sozlib.book.document import ChapterDocument
from sozlib.book.links import Links
from sozlib.chapter import german
from sozlib.chapter.numbers import keep_together
from sozlib.chapter.places import place
from sozlib.chapter.readings import Reading, Readings, Series
from sozlib.project import Report
from sozlib.snapshot import Snapshot

#: More would not be a glance.
MOST = 4

#: So many areas are named one by one.
_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """A headline, what stands behind it, and where to read on."""

    title: str
    text: str
    href: str = ""
    link: str = ""


def findings(
    report: Report, snapshot: Snapshot, documents: Iterable[ChapterDocument], links: Links
) -> tuple[Finding, ...]:
    """At most :data:`MOST` findings: those that a chapter states, otherwise those that the data bear out.

    Parameters
    ----------
    report
        Names the key indicators and the words for areas.
    snapshot
        The edition.
    documents
        Chapters of the overall volume.
    links
        For addresses to read on.
    """
    return _stated(documents) or _computed(report, snapshot, links)


def _stated(documents: Iterable[ChapterDocument]) -> tuple[Finding, ...]:
    for document in documents:
        if "findings" not in document.body_html:
            continue
        root: Any = lxml_html.fragment_fromstring(document.body_html, create_parent="div")
        found = []
        for item in root.xpath('//*[contains(concat(" ", @class, " "), " findings ")]/descendant-or-self::ul/li'):
            heads = item.xpath(".//h3|.//h4|.//strong")
            if not heads:
                continue
            title = _words(heads[0]).rstrip(".:")
            heads[0].drop_tree()
            slug, link = document.chapter.slug + ".html", document.title
            for anchor in item.xpath('.//a[not(contains(@href, ":") or starts-with(@href, "#"))]')[-1:]:
                slug, link = anchor.get("href"), _words(anchor)
                anchor.drop_tree()
            found.append(Finding(title, _words(item), f"{document.chapter.volume}/{slug}", link))
        if found:
            return tuple(found[:MOST])
    return ()


def _words(element: Any) -> str:
    # Only white space of the source collapses: the spaces that do not break are meant.
    return " ".join(element.text_content().replace("\n", " ").split(" ")).replace("  ", " ").strip()


class _Facts:
    """Findings about one indicator."""

    def __init__(self, report: Report, series: Series, names: dict[str, str], links: Links):
        self.report, self.series, self.meta, self.names = report, series, series.meta, names
        self.noun = german.subject(series.meta.kind)
        self.among = [r for r in series.among(names) if r.shown and r.value is not None]
        self._links = links

    def _finding(self, title: str, text: str) -> Finding:
        href = self._links.comparison(self.meta.topic) or ""
        topic = next((t.title for t in self.report.topics if t.id == self.meta.topic), "")
        return Finding(keep_together(title), keep_together(text), href, f"{topic}: Vergleich" if href else "")

    def _whole(self) -> str:
        reading = self.series.whole()
        if reading.value is None or not reading.shown:
            return ""
        return f" {german.capital(self.report.whole.kind_locative)} sind es {self.meta.text(reading.value)}."

    def spread(self) -> Finding | None:
        """How far the areas lie apart."""
        if len(self.among) < 2:
            return None
        low, high = min(self.among, key=_value), max(self.among, key=_value)
        if _value(low) == _value(high):
            return None
        feminine = self.noun.article == "die"
        lowest, highest = ("die niedrigste", "die höchste") if feminine else ("den niedrigsten", "den höchsten")
        return self._finding(
            f"Zwischen den {self.report.terms.plural_dative} liegen {self.meta.amount(_value(high) - _value(low))}",
            f"{self.meta.short_title}: {self.names[low.area]} hat mit {self.meta.text(_value(low))} {lowest}, "
            f"{self.names[high.area]} mit {self.meta.text(_value(high))} {highest} {self.noun.bare}.{self._whole()}",
        )

    @property
    def high(self) -> list[str]:
        """Names of the areas above the whole, secured by the test."""
        return [self.names[r.area] for r in self.among if r.versus_whole == "above"]

    def above(self) -> Finding | None:
        """Which areas lie above the whole, secured by the test."""
        found = self.high
        if not 0 < len(found) < len(self.among):
            return None
        terms = self.report.terms
        counted = german.capital(german.counted(len(found), terms.singular, terms.plural, terms.gender))
        verb = "liegt" if len(found) == 1 else "liegen"
        which = f" {german.join(found)}." if len(found) <= _NAMED else ""
        return self._finding(
            f"{counted} {verb} über dem Wert {self.report.whole.kind_genitive}",
            f"{self.meta.short_title}, statistisch gesichert:{which}{self._whole()}"
            if which
            else f"{self.meta.short_title}: Der Abstand ist jeweils statistisch gesichert.{self._whole()}",
        )

    def moved(self) -> Finding | None:
        """How the whole changed, secured by the test."""
        now = self.series.whole()
        if now.trend not in ("rising", "falling") or now.trend_from is None or now.value is None:
            return None
        then = self.series.whole(now.trend_from)
        if not then.shown or then.value is None or (now.value > then.value) != (now.trend == "rising"):
            return None
        verb = "gestiegen" if now.trend == "rising" else "gesunken"
        same = [r for r in self.among if r.trend == now.trend]
        terms = self.report.terms
        areas = (
            f" In {german.counted_dative(len(same), terms.singular, terms.plural_dative, terms.gender)} ist "
            f"{self.noun.nominative} ebenfalls gesichert {verb}."
            if same
            else ""
        )
        return self._finding(
            f"{self.meta.short_title}: {self.report.whole.kind_locative} seit {now.trend_from} {verb}",
            f"{german.capital(self.noun.nominative)} ging von {self.meta.text(then.value)} im Jahr {then.period} auf "
            f"{self.meta.text(now.value)} im Jahr {now.period}.{areas}",
        )

    def highest(self) -> Finding | None:
        """Where the value is highest, if one area stands out alone."""
        if len(self.among) < 3:
            return None
        ordered = sorted(self.among, key=_value, reverse=True)
        first, second = ordered[0], ordered[1]
        if self.meta.text(_value(first)) == self.meta.text(_value(second)):
            return None
        terms = self.report.terms
        feminine = self.noun.article == "die"
        where = place(self.names[first.area], terms.singular, terms.gender).locative
        return self._finding(
            f"{self.meta.short_title}: {german.superlative(1)}{'' if feminine else 'r'} {self.noun.bare} {where}",
            f"{self.names[first.area]} erreicht {self.meta.text(_value(first))}, es folgt {self.names[second.area]} "
            f"mit {self.meta.text(_value(second))}.{self._whole()}",
        )


def _computed(report: Report, snapshot: Snapshot, links: Links) -> tuple[Finding, ...]:
    level = report.levels[0].id
    areas = snapshot.areas[snapshot.areas["level"] == level]
    names = {str(a): str(n) for a, n in zip(areas["id"], areas["name"], strict=True)}
    readings = Readings(snapshot, report.whole.id)
    wanted = dict.fromkeys([*([report.start_indicator] if report.start_indicator else []), *report.key_indicators])
    facts = [_Facts(report, readings[i], names, links) for i in wanted if i in readings.catalogue]
    found: list[Finding] = []
    used: set[str] = set()
    for kind in ("spread", "moved", "above", "highest", "above", "spread"):
        # Where most areas differ, there is most to say.
        ordered = sorted(facts, key=lambda fact: -len(fact.high)) if kind == "above" else facts
        for fact in ordered:
            finding = getattr(fact, kind)() if fact.meta.topic not in used and len(found) < MOST else None
            if finding is not None:
                found.append(finding)
                used.add(fact.meta.topic)
                break
    return tuple(found)


def _value(reading: Reading) -> float:
    if reading.value is None:
        raise ValueError("only readings with a value are compared")
    return reading.value
