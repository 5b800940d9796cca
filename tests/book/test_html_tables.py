"""HTML tables become data, and from there tables of other formats."""

from __future__ import annotations

import pandas as pd

from sozlib.book.tables import normalise, read_table, to_pipe, to_typst

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


def test_many_columns_are_equally_wide() -> None:
    cells = "".join(f"<td>{i},0</td>" for i in range(10))
    heads = "".join(f"<th>Kindertagesbetreuung {i}</th>" for i in range(10))
    table = read_table(
        f"<table><thead><tr><th>Raum</th>{heads}</tr></thead><tbody><tr><th>Nord</th>{cells}</tr></tbody></table>"
    )
    assert table is not None
    assert f"columns: (auto, {', '.join(['1fr'] * 10)},)" in to_typst(table)
