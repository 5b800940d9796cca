# ruff: noqa: E501
"""Executed notebooks in the shape that chapters have after papermill: what the book is tested with.

The content is small but of every kind: header with lead and locator map, figures with drawing and data table, tables
with spanners, boxes, formulas, cross-references, and what analysts put out themselves (pandas, matplotlib).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sozlib.batch.plan import Plan, PlannedChapter, Volume

YEARS = range(2016, 2026)
AREAS = ("Altstadt", "Nordfeld", "Bad Quellingen", "Brackenrode", "Falkenrieth", "Grünlohra", "Musterkreis")

FRAME, AFTER = '<div class="frame" tabindex="0" role="group" aria-label="', ', seitlich verschiebbar">'
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def drawing(id: str, width: int = 680, *, inline: bool = False) -> str:
    """A line chart with ten points."""
    step = (width - 80) / (len(YEARS) - 1)
    points = " ".join(f"{40 + i * step:.1f},{60 + (i * 37) % 90}" for i in range(len(YEARS)))
    ink, own = ("var(--ink, #16252c)", "var(--own, #0b5a6d)") if inline else ("#16252c", "#0b5a6d")
    labels = "".join(
        f'<text x="{40 + i * step:.1f}" y="190" style="font: 400 13.5px \'Source Sans 3\'; text-anchor: middle; '
        f'fill: {ink}">{year}</text>'
        for i, year in enumerate(YEARS)
        if i % 3 == 0
    )
    head = (
        f'<svg role="img" aria-labelledby="{id}-t{width}" class="b{width}" viewBox="0 0 {width} 200" width="{width}" '
        f'height="200"><title id="{id}-t{width}">Verlauf</title>'
        if inline
        else f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 200" width="{width}" height="200">'
    )
    return f'{head}<polyline points="{points}" style="fill: none; stroke: {own}; stroke-width: 3"/>{labels}</svg>'


def shown(markdown: str, kind: str, html: str = "<p>nur im Labor</p>", **more: Any) -> Any:
    """One output of a Chapter call."""
    data = {"text/markdown": markdown, "text/html": html, "text/plain": "<sozlib>", **more.get("data", {})}
    meta = {"kind": kind, **{key: value for key, value in more.items() if key != "data"}}
    return new_output("display_data", data=data, metadata={"sozlib": meta})


def header(kicker: str, lead: str) -> Any:
    """The first output of a chapter."""
    svg = '<svg viewBox="0 0 10 10" width="150" height="150" role="img" aria-label="Lage"><path d="M0 0L9 9"/></svg>'
    return shown(
        f"::: {{.chapter-header}}\n[{kicker}]{{.kicker}}\n\n::: {{.lead}}\n{lead}\n:::\n\n"
        f'::: {{.content-visible when-format="html"}}\n```{{=html}}\n<div class="locator">{svg}</div>\n```\n:::\n:::\n',
        "header",
    )


def figure(id: str, statement: str, what: str, *, wide: bool = False, svg: str | None = None) -> Any:
    """A figure as the notebook contract has it."""
    rows = "".join(f'<tr><th scope="row">{year}</th><td>{year - 2000},5</td><td>14,1</td></tr>' for year in YEARS)
    table = (
        '<table class="table"><caption class="sr">Zahlen</caption><thead><tr><th scope="col">Jahr</th>'
        f'<th scope="col">Brackenrode</th><th scope="col">Kreis</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    markdown = f"""::: {{#{id} .figure{" .wide" if wide else ""}}}
::: {{.content-visible when-format="html"}}
```{{=html}}
<div class="wide">{drawing(id, inline=True)}</div><div class="narrow">{drawing(id, 340, inline=True)}</div>
```
:::
::: {{.content-visible unless-format="html"}}
![](abb/{id}.svg){{fig-alt="Liniendiagramm. Brackenrode steigt von 16,5 auf 25,5 Prozent." width="100%"}}
:::
[{statement}]{{.statement}} [{what}]{{.what}}
:::

::: {{.source}}
Quelle: Statistik der Bundesagentur für Arbeit; eigene Berechnung. Stand 31.12.2025. Definition 1.0.
:::

::: {{.content-visible when-format="html"}}
```{{=html}}
<details class="data"><summary>Zahlen zur Abbildung</summary>{FRAME}Zahlen zur Abbildung{AFTER}{table}</div></details>
```
:::
"""
    return shown(
        markdown,
        "figure",
        id=id,
        alt="Liniendiagramm.",
        files={f"abb/{id}.svg": "image/svg+xml"},
        data={"image/svg+xml": svg or drawing(id)},
    )


def table(id: str, statement: str, what: str, areas: tuple[str, ...] = AREAS) -> Any:
    """A table with spanners, the own area's row and the district's."""
    secret = '<span aria-hidden="true">.</span><span class="sr">geheim gehalten oder unbekannt</span>'
    kinds = {"Brackenrode": ' class="own"', "Musterkreis": ' class="whole"'}
    rows = "".join(
        f'<tr{kinds.get(area, "")}><th scope="row">{area}</th><td>{1000 + 37 * i}</td>'
        f"<td>{secret if i == 1 else f'{12 + i},4'}</td><td>{11 + i},6–{13 + i},4</td><td>−{i},2</td></tr>"
        for i, area in enumerate(areas)
    )
    html = (
        f'<div class="frame" tabindex="0" role="group" aria-label="Tabelle, seitlich verschiebbar"><table class="table">'
        '<thead><tr><th rowspan="2" scope="col">Raum</th><th colspan="3" scope="colgroup">Kinder im SGB&#8239;II-Bezug</th>'
        '<th rowspan="2" scope="col">Seit 2016<br>in Punkten</th></tr><tr><th scope="col">Anzahl</th>'
        '<th scope="col">Anteil in %</th><th scope="col">95-%-Intervall</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    ).replace("&#8239;", "\u00a0")
    pipe = "\n".join(
        ["| Raum | Anteil |", "|:---|---:|", *(f"| {area} | {12 + i},4 |" for i, area in enumerate(areas))]
    )
    return shown(
        f'::: {{#{id} .table-block}}\n::: {{.content-visible when-format="html"}}\n```{{=html}}\n{html}\n```\n:::\n\n'
        f'::: {{.content-visible unless-format="html"}}\n{pipe}\n:::\n\n[{statement}]{{.statement}} [{what}]{{.what}}\n:::'
        "\n\n::: {.source}\nQuellen: Bundesagentur für Arbeit, Jugendamt. Zahlen unter 3 sind gesperrt (.).\n:::\n",
        "table",
        id=id,
    )


KEY_FIGURES = """::: {.key-figures}
::: {.content-visible when-format="html"}
```{=html}
<dl class="key-figures"><div><dt>Einwohnerinnen und Einwohner</dt><dd>11.836</dd></div></dl>
```
:::
::: {.content-visible unless-format="html"}
| Merkmal | Raum | Kreis |
|:---|---:|---:|
| Einwohnerinnen und Einwohner | 11.836 | 129.933 |
| Unter 18 Jahren in % | 16,9 | 16,9 |
:::
:::
"""


def notebook(*cells: Any) -> nbformat.NotebookNode:
    """A notebook around cells, with the traces papermill leaves."""
    first = new_code_cell(
        'area = "0202"', metadata={"tags": ["injected-parameters"], "papermill": {"duration": 1.234}}, execution_count=1
    )
    made = new_notebook(cells=[first, *cells])
    made.metadata["papermill"] = {"start_time": "2026-01-01T00:00:00", "output_path": "/tmp/x.ipynb"}
    return made


def code(*outputs: Any, source: str = "chapter.show()") -> Any:
    """An executed cell."""
    return new_code_cell(source, outputs=list(outputs), execution_count=7)


def topic_chapter() -> nbformat.NotebookNode:
    """A chapter of one area and topic."""
    frame = (
        '<div><style scoped>.x{}</style><table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th>'
        "<th>Jahr</th><th>Kinder</th></tr></thead><tbody><tr><th>0</th><td>2024</td><td>283</td></tr>"
        "<tr><th>1</th><td>2025</td><td>293</td></tr></tbody></table></div>"
    )
    pandas = new_output("execute_result", data={"text/html": frame, "text/plain": "   Jahr"}, execution_count=3)
    picture = new_output("display_data", data={"image/png": PNG, "text/plain": "<Figure size 640x480 with 1 Axes>"})
    axes = new_output("execute_result", data={"text/plain": "<Axes: >"}, execution_count=4)
    return notebook(
        code(header("Raum 7", "Fast jedes fünfte Kind in Brackenrode lebt in einem Haushalt mit SGB-II-Bezug.")),
        new_markdown_cell(
            "## Kinder im SGB-II-Bezug {#sec-kinder}\n\nEnde 2025 lebten **293** der 1.588 Kinder in einem solchen Haushalt "
            "(siehe @fig-verlauf und [-@tbl-raeume]). Der Anteil ist *gesunken*; [ob das an den Kitas liegt, ist "
            "offen]{.uncertain}. Mehr steht in [Arbeit](arbeit.ipynb) und bei der "
            "[Bundesagentur](https://statistik.arbeitsagentur.de/).^[Eine Fußnote mit „Anführung“.]"
        ),
        code(
            figure("fig-verlauf", "In Brackenrode sinkt der Anteil", "Kinder unter 15 Jahren in Prozent, 2016 bis 2025")
        ),
        new_markdown_cell("## Vergleich der Räume\n\nWie @fig-verlauf zeigt, gilt @sec-kinder weiter."),
        code(
            table("tbl-raeume", "Kinder in SGB-II-Haushalten nach Räumen", "31.12.2025; in Klammern: nicht gesichert")
        ),
        new_markdown_cell(
            "::: {.box}\n**Wie die Intervalle entstehen.** Nach Wilson gilt mit $z = 1{,}96$:\n\n"
            "$$\\frac{\\hat p + \\frac{z^2}{2n}}{1 + \\frac{z^2}{n}}$$\n:::\n\n"
            "::: {.box .planning}\n**Anmerkung der Sozialplanung**\n\nDer Rückgang fällt mit zwei neuen Kitas zusammen. "
            "Verfasst am 2. März 2026, Fachbereich Jugend.\n:::"
        ),
        code(pandas, source="#| label: tbl-eigene\n#| tbl-cap: Eine eigene Tabelle\nrahmen"),
        code(
            picture,
            axes,
            source="#| label: fig-eigene\n#| fig-cap: Ein eigenes Bild\n#| fig-alt: Ein Punkt.\nax.plot()",
        ),
        new_markdown_cell("### Einzelheiten\n\n- erstens\n- zweitens\n\n1. eins\n2. zwei\n\n> Zitat"),
    )


def other_chapter() -> nbformat.NotebookNode:
    """A second chapter, with ids of its own and one that the first uses, too."""
    return notebook(
        code(header("Raum 7", "Die Arbeitslosigkeit bleibt *niedrig*.")),
        new_markdown_cell("## Eckdaten {.unnumbered}"),
        code(shown(KEY_FIGURES, "key-figures")),
        new_markdown_cell("## Verlauf"),
        code(figure("fig-verlauf", "Wenig Bewegung", "Arbeitslose in Prozent", wide=True)),
        code(figure("fig-zweite", "Noch eine", "Arbeitslose in Prozent")),
        new_markdown_cell("Siehe @fig-verlauf, @fig-zweite und im Nachbarkapitel @tbl-raeume.\n\nTerm\n:   Erklärung"),
    )


def small_plan(template: Path) -> Plan:
    """Two volumes with two chapters each."""

    def volume(id: str, number: int, area: str | None) -> Volume:
        chapters = tuple(
            PlannedChapter(id, slug, template, title, area, topic)
            for slug, title, topic in (
                ("kinder", "Kinder und Familien", "armut"),
                ("arbeit", "Arbeit", "arbeit"),
            )
        )
        kind = "area" if area else "overall"
        title = "Brackenrode" if area else "Der Kreis im Überblick"
        return Volume(id, number, kind, title, "Raumprofil und Themen", chapters, area)  # type: ignore[arg-type]

    return Plan("2026", "public", (volume("ueberblick", 1, None), volume("brackenrode", 2, "0202")))


def write_notebooks(plan: Plan, folder: Path) -> None:
    """Executed notebooks of all chapters of the small plan."""
    for chapter in plan.chapters:
        made = topic_chapter() if chapter.slug == "kinder" else other_chapter()
        path = folder / chapter.volume / f"{chapter.slug}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(made, path)
