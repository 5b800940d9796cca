"""The one thing a notebook works with: a chapter, opened on a snapshot, whose calls each put one part on the page.

The class holds no logic of its own. What a part shows and says is decided in the modules around it, as pure functions
of the :class:`~sozlib.chapter.context.Context`; here they are given names that are easy to remember at a keyboard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sozlib import reads
from sozlib.chapter import (
    ages,
    agestandard,
    blocks,
    captions,
    contents,
    figures,
    german,
    markdown,
    neighbours,
    numbers,
    overview,
    profile,
    prose,
    regional,
    results,
    smallnumbers,
    style,
    texts,
    together,
)
from sozlib.chapter.changecalls import ChangeCalls
from sozlib.chapter.context import Context, locate
from sozlib.chapter.display import Part, show, unique
from sozlib.chapter.monitorcalls import MonitorCalls, SensitivityCalls
from sozlib.chapter.placement import placement
from sozlib.chapter.readings import Reading, Series
from sozlib.chapter.sentences import describe, paragraphs
from sozlib.chapter.signs import SIGNS
from sozlib.chapter.sources import source_line
from sozlib.chapter.tables import Table
from sozlib.chapter.typecalls import TypeCalls
from sozlib.snapshot import WITHOUT_VALUE


class Chapter:
    """A chapter about an area and a topic, an area as such, or the whole.

    Open it with :meth:`open`. Every other method puts one part into the notebook and returns nothing, except those that
    say that they return something.

    Parameters
    ----------
    context
        Snapshot, area and topic.
    """

    def __init__(self, context: Context):
        self.context = context
        self._ids: list[str] = []
        self._treated: list[str] = []
        self._told = 0
        self._warned = False

    @classmethod
    def open(
        cls, area: str = "", topic: str = "", cycle: str = "", edition: str = "internal", snapshot: str = ""
    ) -> Chapter:
        """Open a chapter with the values of the parameters cell.

        Parameters
        ----------
        area, topic
            Ids; "" where the chapter is about none.
        cycle, edition
            Ids of the round of reporting and of the edition.
        snapshot
            Folder of the snapshot; "" finds the project from the working directory upwards.

        Raises
        ------
        SozlibError
            There is no such area, topic or snapshot, or the snapshot belongs to another edition.
        """
        found = locate(snapshot, edition, cycle)
        reads.begin()
        return cls(Context(found, area, topic))

    # What there is ----------------------------------------------------------------------------------------------

    def indicators(self, topic: str = "") -> list[str]:
        """Ids of the indicators of a topic (the chapter's own by default) that have values; returned."""
        metas = self.context.of_topic(topic or self.context.topic)
        return [m.id for m in metas if self._has_readings(m.id)]

    def has(self, *indicators: str) -> bool:
        """Whether at least one of the indicators is in the catalogue and has values; returned."""
        return bool(self.available(*indicators))

    def available(self, *indicators: str) -> list[str]:
        """Those of the indicators that the catalogue knows and that have values; returned."""
        known = self.context.readings.catalogue
        for indicator in indicators:
            reads.note("indicator", indicator)
        return [i for i in indicators if i in known and self._has_readings(i)]

    def _has_readings(self, indicator: str) -> bool:
        """Whether an indicator has values and is about this chapter's area: some are counted for the whole only."""
        series = self.context.series(indicator)
        area = self.context.area
        return series.period is not None and (area is None or series.covers(area.id))

    def has_ages(self) -> bool:
        """Whether there are inhabitants by age and sex for the chapter's area; returned."""
        population = self.context.snapshot.age_groups
        return bool((population["area"] == self.context.focus).any())

    def remaining(self) -> list[str]:
        """Indicators of the topic that no figure or text of this chapter has treated yet; returned."""
        return [i for i in self.indicators() if i not in self._treated]

    def key_indicators(self) -> list[str]:
        """The report's key indicators that have values, else the first of each topic; returned."""
        keys = self.available(*map(str, self.context.report.get("key_indicators") or ()))
        return keys or [found[0] for topic in self.context.topics if (found := self.indicators(topic))]

    def leading(self, n: int) -> list[str]:
        """First ``n`` indicators of the topic, the report's key indicators before the others; returned."""
        ids, keys = self.indicators(), self.key_indicators()
        ids = list(filter(self._compares, ids)) or ids
        return sorted(ids, key=lambda i: keys.index(i) if i in keys else len(keys))[:n]

    def _compares(self, indicator: str) -> bool:
        """Whether an indicator is counted for the areas, not for the whole only."""
        return any(map(self.context.series(indicator).covers, self.context.setting.names))

    def notable(self, indicators: Sequence[str], most: int = 5) -> list[str]:
        """Indicators in which the area differs most clearly from the whole, secured ones only; returned."""
        found = []
        for indicator in indicators:
            reading = self.reading(indicator)
            if reading.secured and reading.distance is not None and reading.whole_value:
                found.append((-abs(reading.distance / reading.whole_value), indicator))
        return [indicator for _, indicator in sorted(found)[:most]]

    def start_indicator(self) -> list[str]:
        """The indicator of the start page, else the first key indicator; returned as a list of one or none."""
        chosen = self.available(str(self.context.report.get("start_indicator") or ""))
        return chosen or self.key_indicators()[:1]

    @property
    def against(self) -> str:
        """The whole after "gegen": "gegen den Kreis"."""
        return f"gegen {self.context.setting.whole.accusative}"

    @property
    def areas_word(self) -> str:
        """What the areas are called: "Räume"."""
        return self.context.setting.plural

    def topic_title(self, topic: str) -> str:
        """Title of a topic; returned."""
        return str(self.context.topics[topic]["title"])

    def topics(self) -> list[str]:
        """Ids of the topics that have at least one indicator with values; returned."""
        return [topic for topic in self.context.topics if self.indicators(topic)]

    def style(self) -> dict[str, Any]:
        """Settings for own plots in the report's look, for ``matplotlib.rc_context(chapter.style())``; returned."""
        return style.house_style(self.context.palette)

    def reading(self, indicator: str, area: str = "", period: int | None = None) -> Reading:
        """Value of an indicator with all that is known about it; returned."""
        return self._series(indicator).get(area or self.context.focus, period)

    def value(self, indicator: str, area: str = "", period: int | None = None) -> str:
        """Value as text with unit, "nicht ausgewiesen (geheim gehalten)" where there is none; returned."""
        return prose.spoken_value(self._series(indicator).meta, self.reading(indicator, area, period))

    # Text -------------------------------------------------------------------------------------------------------

    def header(self, lead: str = "") -> None:
        """Head of the chapter with its lead, made from the data unless given."""
        chosen = self.context.topic or ""
        ids = self.leading(len(self.indicators())) if chosen else self.key_indicators()
        text = lead or blocks.lead_of(self.context, [self._series(i) for i in ids])
        self._show(blocks.header(self.context, text))

    def heading(self, text: str, depth: int = 2) -> None:
        """Heading inside the chapter."""
        self._show(Part("heading", f"{'#' * max(2, depth)} {markdown.plain(text)}"))

    def prose(self, text: str) -> None:
        """A paragraph of plain text."""
        self._show(Part("text", markdown.plain(text)))

    def describe(self, *indicators: str) -> None:
        """Paragraphs on value, comparison, development and rank of each indicator."""
        for indicator in indicators:
            series = self._series(indicator, treated=True)
            self._show(Part("text", paragraphs(describe(series, self.context.setting, self._turn()))))

    def sentence(self, *indicators: str) -> None:
        """Short paragraphs on value and comparison of indicators; those with the same message share a sentence."""
        setting = self.context.setting
        used = [self._series(i, treated=True) for i in indicators]
        filled = [s for s in used if s.period is not None]
        said = [describe(s, setting)[0] for s in used if s.period is None]
        if setting.area is None:
            said += [describe(s, setting)[0] for s in filled]
        elif filled:
            said += together.sentences(filled, setting, self._turn())
        if said:
            self._show(Part("text", paragraphs(said)))

    def remarks(self, *indicators: str) -> None:
        """What stands out in the area: worse, better and changed values of the given or the key indicators."""
        used = [self._series(i) for i in indicators or self.key_indicators()]
        self._show(Part("text", paragraphs(together.remarks(used, self.context.setting))))

    def text(self, name: str = "") -> None:
        """What people wrote about this area and topic, ``notebooks/texts/<area>/<name>.md``; nothing if nobody did."""
        area = self.context.area
        name = name or self.context.topic or ("profil" if area else "zusammenfassung")
        folder, slug = (area.id, area.slug) if area else ("ueberblick", "")
        for place in filter(None, (folder, slug)):
            reads.note("text", f"{place}/{name}.md")
        written = texts.find_texts(self.context.snapshot.path.resolve(), Path.cwd())
        if written is None:
            return
        path = texts.text_file(written, folder, slug, name)
        if path is not None:
            note = prose.render(path, written.parent.parent, self.context.readings, self.context.setting)
            self._show(Part("note", note.block()))

    def definition(self, *indicators: str) -> None:
        """Box "Was gezählt wird"."""
        self._show(blocks.definitions([self._series(indicator).meta for indicator in indicators]))

    def sources(self, *indicators: str, definitions: bool = True) -> None:
        """Closing section: what is counted (of the topic by default), how certain the numbers are.

        Without ``definitions`` the text points to the indicator sheets instead.
        """
        self.heading("Quellen und Hinweise")
        if definitions:
            metas = [self._series(i).meta for i in indicators or self.indicators()]
            if metas:
                self._show(blocks.definitions(metas))
        else:
            self.prose("Was jeder Indikator zählt und woher er stammt, steht in den Indikatorenblättern.")
        metas = [self._series(i).meta for i in indicators or self.indicators()]
        self._show(blocks.reading_help(self.context, metas))

    def signs(self) -> None:
        """Legend of the signs."""
        self._show(blocks.legend())

    def title(self, indicator: str, short: bool = True) -> str:
        """Title of an indicator; returned."""
        meta = self._series(indicator).meta
        return meta.short_title if short else meta.title

    def findings(self, *indicators: str) -> None:
        """The report's main results, from the given or the key indicators, each as a statement with two sentences."""
        used = [self._series(i) for i in indicators or self.key_indicators()]
        self._show(results.block(self.context, results.results(self.context, used)))

    def edition(self) -> None:
        """Which edition this is."""
        self._show(overview.edition_note(self.context))

    def protection(self) -> None:
        """How this edition protects small numbers."""
        self._show(overview.protection(self.context))

    def sources_table(self) -> None:
        """Table of the sources."""
        self._show(overview.sources_table(self.context))

    def changes(self) -> None:
        """What has changed since the last edition."""
        self._show(overview.changes(self.context))

    def sheet(self, indicator: str) -> None:
        """Facts of an indicator sheet."""
        self._show(blocks.sheet(self.context, self._series(indicator).meta))

    def key_figures(self, *indicators: str) -> None:
        """Population, surface and key indicators."""
        ids = indicators or self.key_indicators()
        self._show(blocks.key_figures(self.context, [self._series(i) for i in ids]))

    # Figures ----------------------------------------------------------------------------------------------------

    def trend(self, indicator: str) -> None:
        """Line chart over the years."""
        self._show(figures.trend(self.context, self._series(indicator, treated=True)))

    def comparison(self, indicator: str, period: int | None = None) -> None:
        """Areas in order, with intervals."""
        self._show(figures.comparison(self.context, self._series(indicator, treated=True), period))

    def distribution(self, indicator: str, period: int | None = None) -> None:
        """Where all areas lie on one axis."""
        self._show(figures.distribution(self.context, self._series(indicator, treated=True), period))

    def map(self, indicator: str, period: int | None = None, *, smoothed: bool = False, clusters: bool = False) -> None:
        """Map in classes; of smoothed values, or with outlined clusters of similar areas, where that is asked for."""
        self._show(regional.map(self.context, self._series(indicator, treated=True), period, smoothed, clusters))

    def varies_by_chance(self, indicator: str) -> bool:
        """Whether chance explains so much of the differences that a map should be smoothed; returned."""
        return smallnumbers.varies_by_chance(self.context, self._series(indicator))

    def neighbours(self, indicator: str) -> None:
        """Sentence under a map: whether neighbouring areas resemble each other; nothing without outlines."""
        part = neighbours.sentence(self.context, self._series(indicator), warn=not self._warned)
        if part is not None:
            self._warned = True
            self._show(part)

    def funnel(self, indicator: str) -> None:
        """Values over the number of people, with the limits within which chance would leave them."""
        self._show(smallnumbers.funnel(self.context, self._series(indicator, treated=True)))

    def is_standardised(self, indicator: str) -> bool:
        """Whether the catalogue asks for age-standardised values and there are some; returned."""
        return bool(ages.readings(self.context, self._series(indicator)))

    def standardised(self, indicator: str) -> None:
        """Counted and age-standardised values side by side."""
        self._show(agestandard.figure_of(self.context, self._series(indicator, treated=True)))

    def multiples(self, *indicators: str) -> None:
        """Small multiples: one indicator in all areas, or several indicators (the key ones by default) in one area."""
        ids = [*indicators] or self.key_indicators()
        if len(indicators) == 1 and ids:
            self._show(regional.multiples(self.context, self._series(ids[0], treated=True)))
        else:
            self._show(profile.trends(self.context, [self._series(i) for i in ids]))

    def spine(self, *indicators: str) -> None:
        """Profile against the whole, of the given or the key indicators."""
        ids = indicators or self.key_indicators()
        self._show(profile.spine(self.context, [self._series(i) for i in ids]))

    def pyramid(self) -> None:
        """Population by age and sex."""
        self._show(profile.pyramid(self.context))

    # Monitor ----------------------------------------------------------------------------------------------------

    @property
    def monitor(self) -> MonitorCalls:
        """Calls of the monitor: ``chapter.monitor.matrix()`` and others; false where the project has none."""
        return MonitorCalls(self.context, self._show)

    @property
    def sensitivity(self) -> SensitivityCalls:
        """Calls of the monitor's audit: ``chapter.sensitivity.verdict()`` and others; false where there is none."""
        return SensitivityCalls(self.context, self._show)

    @property
    def types(self) -> TypeCalls:
        """Calls of the types of areas: ``chapter.types.map()`` and others; false where the project has none."""
        return TypeCalls(self.context, self._show)

    @property
    def change(self) -> ChangeCalls:
        """Calls of the changes since the reference year: ``chapter.change.grid()`` and others."""
        return ChangeCalls(self.context, self._show, self.key_indicators())

    def placement(self) -> None:
        """Box of the area's class, its certainty and what drives it; nothing without a monitor."""
        part = placement(self.context)
        if part is not None:
            self._show(part)

    # Tables -----------------------------------------------------------------------------------------------------

    def table(self, *indicators: str) -> None:
        """Table: all areas for one indicator; several (the topic's by default) for the area beside the whole."""
        context, setting = self.context, self.context.setting
        if len(indicators) == 1:
            series = self._series(indicators[0], treated=True)
            if series.period is None:
                self._show(figures.nothing(f"Für „{series.meta.title}“ liegen keine Werte vor."))
                return
            what = captions.what(series.meta, captions.as_of(series.meta, series.period), _BRACKETS)
            plural = context.compared_plural
            dative = setting.plural_dative if plural == setting.plural else german.plural_dative(plural)
            statement = f"{german.capital(german.subject(series.meta.kind).bare)} nach {dative}"
            content = contents.all_areas(context, series)
            self._table(f"tbl-{figures.slug(series.meta.id)}", content, statement, what, [series])
            return
        chosen = [self._series(i) for i in indicators or self.indicators()]
        if not chosen:
            self._show(figures.nothing("Zu diesem Thema liegen in dieser Ausgabe keine Werte vor."))
            return
        topic = str((context.topics.get(context.topic) or {}).get("title", "Indikatoren"))
        content = contents.one_area(context, chosen) if context.area else contents.whole_only(context, chosen)
        statement = f"{topic} {setting.place.locative}"
        apart = _DISTANCE.format(whole=setting.whole.to) if context.area else ""
        what = f"Jüngste Werte. {apart}{_BRACKETS}"
        self._table("tbl-indikatoren", content, statement, what, chosen)

    def matrix(self, *indicators: str) -> None:
        """Table of all areas and several indicators (the topic's by default)."""
        chosen = [self._series(i) for i in indicators or filter(self._compares, self.indicators())]
        if not chosen:
            self._show(figures.nothing("Zu diesem Thema liegen in dieser Ausgabe keine Werte vor."))
            return
        topic = str((self.context.topics.get(self.context.topic) or {}).get("title", "Indikatoren"))
        context = self.context
        plural = context.setting.plural if context.topic else context.compared_plural
        statement = f"{topic}: alle {plural} im Überblick"
        years = sorted({s.period for s in chosen if s.period is not None})
        what = f"Jüngste Werte, {german.year_ranges(years)}"
        self._table("tbl-ueberblick", contents.matrix(self.context, chosen), statement, what, chosen)

    def series_table(self, indicator: str) -> None:
        """Table of an indicator over the years."""
        series = self._series(indicator, treated=True)
        what = captions.what(series.meta, captions.years(series.periods))
        content = contents.over_time(self.context, series)
        statement = f"Entwicklung {self.context.setting.place.locative}"
        self._table(f"tbl-reihe-{figures.slug(indicator)}", content, statement, what, [series])

    # Workings ---------------------------------------------------------------------------------------------------

    def _table(self, id: str, content: Table, statement: str, what: str, chosen: Sequence[Series]) -> None:
        context = self.context
        found = {status for status, sign in SIGNS.items() for row in content.rows if sign.sign in row.cells}
        source = source_line(context, chosen, hidden=found & WITHOUT_VALUE)
        caption = markdown.Caption(numbers.keep_together(statement), what, source)
        self._show(Part("table", markdown.table(id, content, caption), content.html(statement), id=id))

    def _series(self, indicator: str, treated: bool = False) -> Series:
        series = self.context.series(indicator)
        if treated and indicator not in self._treated:
            self._treated.append(indicator)
        return series

    def _turn(self) -> int:
        """Counts the paragraphs on indicators, so that neighbours are worded differently."""
        self._told += 1
        return self._told - 1

    def _show(self, part: Part) -> None:
        if part.id:
            id = unique(self._ids, part.id)
            self._ids.append(id)
            if id != part.id:
                part = replace(part, id=id, markdown=part.markdown.replace(part.id, id))
        show(part)


_BRACKETS = "In Klammern: nicht gesichert"
_DISTANCE = "Abstand {whole} in der Einheit des Werts. "
