"""Tables are slim, accessible and the same in both forms."""

from __future__ import annotations

import lxml.html
import pytest

from sozlib.chapter import contents
from sozlib.chapter.context import Context
from sozlib.chapter.tables import Column, Row, Table

TABLE = Table(
    "Merkmal",
    (Column("Wert in %", "Brackenrode"), Column("95-%-Intervall", "Brackenrode"), Column("Urteil <b>", left=True)),
    (
        Row("Kinder & Jugendliche", ("18,5", "16,6–20,4", "höher"), "own"),
        Row("Alte", (".", ".", "–")),
        Row("Kreis", ("(2,0)", "(+0,3)", "gleich"), "whole"),
    ),
)


def parsed(table: Table) -> lxml.html.HtmlElement:
    return lxml.html.fragment_fromstring(table.html("Beispiel"))


def test_header_cells_have_a_scope_and_every_row_a_header() -> None:
    frame = parsed(TABLE)
    assert [th.get("scope") for th in frame.iterfind(".//thead//th")] == ["col", "colgroup", "col", "col", "col"]
    assert all(row[0].tag == "th" and row[0].get("scope") == "row" for row in frame.iterfind(".//tbody/tr"))


def test_nothing_of_a_page_of_its_own_is_left() -> None:
    frame = parsed(TABLE)
    allowed = {"class", "scope", "colspan", "rowspan", "tabindex", "role", "aria-label", "aria-hidden"}
    for element in frame.iter():
        assert set(element.attrib) <= allowed
        assert not any(name.startswith("gt_") for name in element.get("class", "").split())


def test_rows_of_area_and_whole_are_marked_and_words_stand_left() -> None:
    frame = parsed(TABLE)
    assert [row.get("class") for row in frame.iterfind(".//tbody/tr")] == ["own", None, "whole"]
    assert frame.find(".//td[@class='left']").text_content() == "höher"


def test_signs_are_spoken_and_brackets_explained() -> None:
    content = TABLE.html("Beispiel")
    assert '<span aria-hidden="true">.</span><span class="sr">geheim gehalten oder unbekannt</span>' in content
    assert '(2,0)<span class="sr"> eingeschränkt aussagekräftig</span>' in content
    assert '(+0,3)<span class="sr"> nicht gesichert</span>' in content


def test_text_is_text_in_both_forms() -> None:
    assert "Urteil &lt;b&gt;" in TABLE.html("Beispiel")
    assert "Kinder &amp; Jugendliche" in TABLE.html("Beispiel")
    assert "Urteil \\<b\\>" in TABLE.markdown()


def test_the_pipe_table_holds_the_same_cells() -> None:
    lines = TABLE.markdown().splitlines()
    assert lines[
        0
    ] == "| Merkmal | Brackenrode: Wert in\u00a0% | Brackenrode: 95-%-Intervall | Urteil \\<b\\> |".replace(
        "in\u00a0%", "in %"
    )
    assert lines[1] == "|:--|--:|--:|:--|"
    assert len(lines) == 2 + len(TABLE.rows)
    assert lines[2].startswith("| **Kinder & Jugendliche** |")


@pytest.mark.parametrize("situation", ["protected-long", "nothing", "tiny", "limited", "unreliable"])
def test_a_table_over_time_shows_the_official_sign(brackenrode: Context, situation: str) -> None:
    table = contents.over_time(brackenrode, brackenrode.series(situation))
    last = table.rows[-1].cells[0]
    assert (
        last == {"protected-long": ".", "nothing": "–", "tiny": "0", "limited": "(12,3)", "unreliable": "/"}[situation]
    )


def test_interval_distance_and_change_of_a_withheld_value_are_withheld_too(brackenrode: Context) -> None:
    table = contents.all_areas(brackenrode, brackenrode.series("protected-now"))
    row = next(row for row in table.rows if row.kind == "own")
    assert set(row.cells[1:]) == {"."}


def test_unsecured_differences_stand_in_brackets(brackenrode: Context) -> None:
    meta = brackenrode.series("same-none").meta
    same = brackenrode.series("same-none").get("0101")
    above = brackenrode.series("above-rising").get("0101")
    assert contents.distance(meta, same) == "(+0,8)"
    assert contents.distance(meta, above) == "+4,4"
    assert contents.change(meta, above) == "+6,5"
