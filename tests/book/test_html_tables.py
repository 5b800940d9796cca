"""HTML tables become data, and from there tables of other formats."""

from __future__ import annotations

import pandas as pd

from sozlib.book.tables import column_blocks, normalise, read_table, to_pipe, to_typst

HTML = (
    '<table class="table"><thead><tr><th rowspan="2">Raum</th><th colspan="2">Anteil</th></tr>'
    "<tr><th>2024</th><th>2025</th></tr></thead><tbody>"
    '<tr class="own"><th scope="row">Nord</th><td>12,5</td><td><span aria-hidden="true">.</span>'
    '<span class="sr">geheim</span></td></tr>'
    '<tr class="whole"><th scope="row">Kreis</th><td>(11,0)</td><td>−1,2</td></tr></tbody></table>'
)


def test_spans_row_kinds_and_signs_survive() -> None:
    table = read_table(HTML)
    assert table is not None
    assert (len(table.head), table.columns) == (2, 3)
    assert [row.kind for row in table.body] == ["own", "whole"]
    assert [cell.text for cell in table.body[0].cells] == ["Nord", "12,5", "."]
    assert table.left_columns == {0}


def test_a_pipe_table_joins_spanners_with_their_heads() -> None:
    table = read_table(HTML)
    assert table is not None
    assert to_pipe(table).splitlines() == [
        "| Raum | Anteil: 2024 | Anteil: 2025 |",
        "| :--- | ---: | ---: |",
        "| Nord | 12,5 | . |",
        "| Kreis | (11,0) | −1,2 |",
    ]


def test_columns_of_words_align_left_and_columns_of_signs_right() -> None:
    rows = "".join(
        f"<tr><th>{i}</th><td>{word}</td><td>{sign}</td></tr>"
        for i, (word, sign) in enumerate([("ja", "."), ("nein", "x")])
    )
    table = read_table(f"<table><thead><tr><th>a</th><th>b</th><th>c</th></tr></thead><tbody>{rows}</tbody></table>")
    assert table is not None
    assert table.left_columns == {0, 1}
    assert "aligns: (left, left, right,)" in to_typst(table)


def test_pandas_tables_get_scopes_and_lose_their_styles() -> None:
    frame = pd.DataFrame({"Jahr": [2024, 2025], "Raum": ["Nord", "Süd"]})
    frame.index.name = "Nr"
    html = normalise(frame.to_html())
    assert "style" not in html
    assert "border" not in html
    assert html.count('scope="row"') == 2
    assert html.count('scope="col"') == 3
    assert html.count("<tr>") == 3, "the index's name joins the head row"
    assert html.count('class="left"') == 2


def test_an_area_in_brackets_or_markup_stays_text() -> None:
    table = read_table("<table><tr><th>x</th><th>y</th></tr><tr><th>a|b *c*</th><td>1</td></tr></table>")
    assert table is not None
    assert "a\\|b \\*c\\*" in to_pipe(table)
    assert "[a|b \\*c\\*]" in to_typst(table)


def test_many_columns_are_set_in_blocks_below_one_another() -> None:
    def cells(words: str) -> str:
        return "".join(f"<{words.format(i)}" for i in range(10))

    table = read_table(
        f"<table><thead><tr><th>Raum</th>{cells('th>Kindertagesbetreuung {}</th>')}</tr></thead><tbody>"
        f"<tr><th>Nord</th>{cells('td>{},5</td>')}</tr><tr class='whole'><th>Kreis</th>{cells('td>{},0</td>')}</tr>"
        "</tbody></table>"
    )
    assert table is not None
    blocks = column_blocks(table)
    assert [block.columns for block in blocks] == [6, 6]
    assert [[cell.text for cell in block.body[0].cells] for block in blocks] == [
        ["Nord", "0,5", "1,5", "2,5", "3,5", "4,5"],
        ["Nord", "5,5", "6,5", "7,5", "8,5", "9,5"],
    ]
    assert [block.body[1].kind for block in blocks] == ["whole", "whole"]
    assert to_typst(table).count("#data-table(") == 2


def test_spanners_are_never_torn_apart() -> None:
    heads = "<tr><th rowspan='2'>Raum</th><th colspan='9'>Jahre</th></tr>"
    heads += f"<tr>{''.join(f'<th>{year}</th>' for year in range(2017, 2026))}</tr>"
    table = read_table(f"<table><thead>{heads}</thead><tbody><tr><th>Nord</th>{'<td>1</td>' * 9}</tr></tbody></table>")
    assert table is not None
    assert column_blocks(table) == [table]
