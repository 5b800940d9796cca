"""A chapter's parts have the shape that the book reads, and say nothing broken anywhere."""

from __future__ import annotations

import re
from pathlib import Path

import invented
import lxml.html
import pytest
from syrupy.assertion import SnapshotAssertion

from sozlib.chapter import Chapter
from sozlib.chapter import chapter as chapter_module
from sozlib.chapter.context import Context
from sozlib.chapter.display import Part
from sozlib.chapter.style import house_style
from sozlib.errors import InputError, SozlibError
from sozlib.snapshot import Snapshot

SHAPE = re.compile(
    r"^::: \{#(?P<id>fig-[a-z0-9-]+) \.figure(?: \.wide)?\}\n"
    r'::: \{\.content-visible when-format="html"\}\n```\{=html\}\n<div class="wide"><svg .*?</svg></div>'
    r'<div class="narrow"><svg .*?</svg></div>.*?\n```\n:::\n\n'
    r'::: \{\.content-visible unless-format="html"\}\n'
    r'!\[\]\(abb/(?P=id)\.svg\)\{fig-alt="[^"]+" width="100%"\}\n:::\n\n'
    r"\[[^\n]+\]\{\.statement\} \[[^\n]+\]\{\.what\}\n:::\n\n"
    r"::: \{\.source\}\nQuellen?: [^\n]+ Erfundene Daten\.\n:::\n\n"
    r'::: \{\.content-visible when-format="html"\}\n```\{=html\}\n<details class="data"><summary>Zahlen zur Abbildung'
    r"</summary><div class=\"frame\".*</details>\n```\n:::\n$",
    re.DOTALL,
)


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    shown: list[Part] = []
    monkeypatch.setattr(chapter_module, "show", shown.append)
    return shown


@pytest.fixture
def chapter(small_snapshot: Snapshot) -> Chapter:
    return Chapter.open(area="0101", topic="armut", edition="public", snapshot=str(small_snapshot.path))


@pytest.mark.parametrize(("area", "topic", "width"), [("0101", "", 1040), ("0101", "armut", 680), ("", "", 680)])
def test_figures_fill_a_profile_and_leave_room_for_the_contents_elsewhere(
    small_snapshot: Snapshot, parts: list[Part], area: str, topic: str, width: int
) -> None:
    chapter = Chapter.open(area=area, topic=topic, edition="public", snapshot=str(small_snapshot.path))
    chapter.multiples("above-rising")
    assert f'class="b{width}"' in parts[-1].markdown
    assert (" .wide}" in parts[-1].markdown) == (width == 1040)


def everything(chapter: Chapter) -> None:
    chapter.header()
    chapter.key_figures()
    chapter.remarks()
    chapter.spine()
    chapter.multiples()
    chapter.pyramid()
    chapter.table()
    chapter.matrix()
    for indicator in invented.SITUATIONS:
        chapter.describe(indicator)
        chapter.sentence(indicator)
        chapter.trend(indicator)
        chapter.comparison(indicator)
        chapter.distribution(indicator)
        chapter.map(indicator)
        chapter.multiples(indicator)
        chapter.table(indicator)
        chapter.sheet(indicator)
    chapter.text()
    chapter.sources()
    chapter.signs()
    chapter.findings()
    chapter.protection()
    chapter.sources_table()
    chapter.changes()
    chapter.edition()


@pytest.mark.parametrize("area", ["", "0101", "0102"])
def test_nothing_is_empty_or_broken_in_any_situation(small_snapshot: Snapshot, parts: list[Part], area: str) -> None:
    everything(Chapter(Context(small_snapshot, area, "armut")))
    assert len(parts) > 100
    for part in parts:
        assert part.markdown.strip()
        words = re.sub(r"<[^>]+>", " ", part.markdown)
        assert not re.search(r"\b(nan|NaN|None|NaT|inf)\b|<NA>", words), words
        assert part.markdown.count("```") % 2 == 0


def test_figures_have_exactly_the_shape_that_the_book_reads(chapter: Chapter, parts: list[Part]) -> None:
    everything(chapter)
    figures = [part for part in parts if part.kind == "figure"]
    assert len(figures) > 20
    for figure in figures:
        match = SHAPE.match(figure.markdown)
        assert match, figure.markdown
        assert match["id"] == figure.id
        assert figure.metadata()["sozlib"]["files"] == {f"abb/{figure.id}.svg": "image/svg+xml"}
        assert set(figure.bundle()) == {"text/markdown", "text/html", "image/svg+xml"}
        assert figure.alt


def test_ids_are_unique_in_a_chapter(chapter: Chapter, parts: list[Part]) -> None:
    chapter.trend("above-rising")
    chapter.trend("above-rising")
    assert [part.id for part in parts] == ["fig-verlauf-above-rising", "fig-verlauf-above-rising-2"]
    assert "{#fig-verlauf-above-rising-2 " in parts[1].markdown
    assert "abb/fig-verlauf-above-rising-2.svg" in parts[1].markdown


def test_tables_carry_both_forms(chapter: Chapter, parts: list[Part]) -> None:
    chapter.table()
    chapter.table("protected-now")
    for part in parts:
        assert part.markdown.startswith(f"::: {{#{part.id} .table-block}}")
        raw = re.search(r"```\{=html\}\n(.*?)\n```", part.markdown, re.DOTALL)
        assert raw is not None
        table = lxml.html.fragment_fromstring(raw[1]).find(".//table")
        pipe = [line for line in part.markdown.splitlines() if line.startswith("|")]
        assert len(pipe) == 1 + len(table.findall("./tbody/tr")) + 1


def test_a_protected_value_is_in_no_part_of_a_chapter(small_snapshot: Snapshot, parts: list[Part]) -> None:
    chapter = Chapter(Context(small_snapshot, "0101", "armut"))
    chapter.trend("protected-long")
    own = re.findall(r"<tr class=\"own\">.*?</tr>", parts[0].markdown)
    assert "geheim gehalten" in parts[0].markdown
    assert not any(re.search(r"\d,\d", row) for row in own)


def test_an_unknown_indicator_is_an_error_with_the_nearest_known(chapter: Chapter, parts: list[Part]) -> None:
    for call in (chapter.trend, chapter.describe, chapter.table, chapter.value):
        with pytest.raises(InputError, match="Meinten Sie „above-rising“"):
            call("above-risin")
    assert chapter.available("above-risin") == []


def test_an_unknown_area_or_topic_is_an_error(small_snapshot: Snapshot) -> None:
    with pytest.raises(InputError, match="Den Raum „0109“ gibt es"):
        Chapter.open(area="0109", edition="public", snapshot=str(small_snapshot.path))
    with pytest.raises(InputError, match="Meinten Sie „armut“"):
        Chapter.open(topic="armu", edition="public", snapshot=str(small_snapshot.path))


def test_a_notebook_of_another_edition_cannot_open_the_snapshot(small_snapshot: Snapshot) -> None:
    with pytest.raises(SozlibError, match="Jede Ausgabe liest nur ihren eigenen Datenstand"):
        Chapter.open(area="0101", edition="internal", snapshot=str(small_snapshot.path))


def test_outside_a_project_a_notebook_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SozlibError, match="kein Berichtsprojekt"):
        Chapter.open()


def test_values_are_words_where_there_is_no_number(chapter: Chapter) -> None:
    assert chapter.value("above-rising") == "18,5\u00a0%"
    assert chapter.value("protected-now") == "nicht ausgewiesen (geheim gehalten)"
    assert chapter.value("later") == "nicht ausgewiesen (Angabe folgt später)"


def test_text_of_a_chapter(chapter: Chapter, parts: list[Part], snapshot: SnapshotAssertion) -> None:
    chapter.header()
    chapter.describe("above-rising")
    chapter.sentence("same-none", "protected-now", "protected-long", "unreliable", "biennial")
    chapter.sources("above-rising", "below-falling")
    chapter.signs()
    assert "\n\n".join(part.markdown for part in parts) == snapshot


def test_an_own_plot_takes_the_style_from_its_chapter(chapter: Chapter) -> None:
    assert chapter.style() == house_style(chapter.context.palette)
    assert "Source Sans 3" in chapter.style()["font.family"]
