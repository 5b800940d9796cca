"""A small report that keeps its secret, and every way to let it out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pikepdf
import shapely
import small_report
import typst
from PIL import Image, PngImagePlugin

from sozlib.book.downloads import write_downloads
from sozlib.chapter.choropleth import choropleth
from sozlib.chapter.classes import MapClasses
from sozlib.chapter.comparison import comparison
from sozlib.chapter.distribution import distribution
from sozlib.chapter.dumbbell import Pair, dumbbell
from sozlib.chapter.funnel import Dot, Limits, funnel
from sozlib.chapter.multiples import Panel, multiples
from sozlib.chapter.outlines import Outlines
from sozlib.chapter.palette import Palette
from sozlib.chapter.pyramid import AgeStructure, pyramid
from sozlib.chapter.spine import SpineRow, spine
from sozlib.chapter.svg import Link, html_form, print_form
from sozlib.chapter.trend import trend
from sozlib.chapter.values import AreaValue, TimeSeries
from sozlib.disclosure.hidden import COLUMNS, Hidden
from sozlib.snapshot import Snapshot

#: The secret: Neuhafen's value of 2025. Nothing else in the report looks like it.
SECRET = {"numerator": 7391.0, "value": 17.391304347826086, "lower": 14.268953, "upper": 21.038571}
CELL = ("kinderarmut", "0102", 2025)
SECRET_PEOPLE = 83.0

YEARS = small_report.YEARS
OWN = (11.0, 12.5, 13.0, 15.5, None)
WHOLE = (12.0, 12.2, 13.5, 13.9, 14.1)


def hidden() -> Hidden:
    """What the report hides."""
    key = dict(zip(("indicator", "area", "period"), CELL, strict=True))
    cell = {**key, **{name: SECRET.get(name, float("nan")) for name in COLUMNS}}
    people = [
        {"area": area, "period": period, "sex": "f", "age_from": 80, "value": SECRET_PEOPLE}
        for area, period in (("0102", 2020), ("0102", 2025), ("00", 2025))
    ]
    return Hidden(pd.DataFrame([cell]), pd.DataFrame(people))


def edition(folder: Path, shown: Mapping[str, object] | None = None) -> Snapshot:
    """What the edition shows: Neuhafen's earlier values, and of 2025 what is given."""
    made = small_report.snapshot(small_report.project(folder), folder / "stand")
    rows = pd.read_parquet(made.path / "indicators.parquet")
    neuhafen = (rows["indicator"] == CELL[0]) & (rows["area"] == CELL[1])
    for year, value in zip(YEARS[:-1], OWN[:-1], strict=True):
        rows.loc[neuhafen & (rows["period"] == year), ["value", "status"]] = [value, ""]
    if shown:
        rows.loc[neuhafen & (rows["period"] == CELL[2]), list(shown)] = list(shown.values())
    rows.to_parquet(made.path / "indicators.parquet", index=False)
    return Snapshot.open(made.path)


def trend_chart(palette: Palette, value: float | None = None, form: str = "html") -> str:
    own = TimeSeries("Neuhafen", YEARS, (*OWN[:-1], value), statuses=("",) * 4 + ("" if value else ".",))
    drawn = trend(own, TimeSeries("Kreis", YEARS, WHOLE), palette=palette)
    title, said = "Kinderarmut in Prozent, 2021 bis 2025", "Liniendiagramm."
    if form == "print":
        return print_form(drawn, title, said)
    return html_form(drawn, "fig-verlauf-kinderarmut-w", title, said)


def areas(value: float | None = None) -> list[AreaValue]:
    return [
        AreaValue("0101", "Altstadt", 24.25, 20.0, 28.0),
        AreaValue("0102", "Neuhafen", value, status="" if value else "."),
        AreaValue("0201", "Überlingen", 6.5, 4.0, 9.0),
    ]


def ranking(palette: Palette, value: float | None = None) -> str:
    drawn = comparison(areas(value), AreaValue("00", "Kreis", 14.1, 13.0, 15.0), palette=palette)
    return html_form(drawn, "fig-rangfolge-kinderarmut-w", "Kinderarmut in Prozent, 31.12.2025", "Punkte.")


def spread(palette: Palette, value: float | None = None) -> str:
    drawn = distribution(areas(value), AreaValue("00", "Kreis", 14.1), palette=palette)
    return html_form(drawn, "fig-verteilung-kinderarmut-w", "Kinderarmut in Prozent, 31.12.2025", "Punkte.")


def small_trends(palette: Palette, value: float | None = None) -> str:
    series = TimeSeries("Neuhafen", YEARS, (*OWN[:-1], value), statuses=("",) * 4 + ("" if value else ".",))
    whole = TimeSeries("Kreis", YEARS, WHOLE)
    panels = [Panel("Altstadt", whole, whole, "1"), Panel("Neuhafen", series, whole, "2")]
    drawn = multiples(panels, palette=palette)
    return html_form(drawn, "fig-vielfache-kinderarmut-w", "Kinderarmut, 2021 bis 2025", "Kleine Linien.")


def funnel_plot(palette: Palette, value: float | None = None) -> str:
    limits = [Limits(float(n), 8.0, 10.0, 18.0, 20.0) for n in (300, 2000)]
    dots = [Dot("Altstadt", "Altstadt", 24.25, limits[1]), Dot("Überlingen", "Überlingen", 6.5, limits[1])]
    dots += [Dot("Ein Gebiet", "Ein Gebiet", value, limits[0])] if value else []
    drawn = funnel(dots, limits, 14.1, "Linie: Kreis 14,1 %", palette=palette)
    return html_form(drawn, "fig-trichter-kinderarmut-w", "Kinderarmut in Prozent, 31.12.2025", "Trichter.")


def pairs(palette: Palette, value: float | None = None) -> str:
    rows = [Pair("Altstadt", "Altstadt", 22.0, 24.25, "+2,3"), Pair("Neuhafen", "Neuhafen", 15.5, value, ".")]
    title = "Kinderarmut in Prozent. Hohler Punkt: 2024, voller Punkt: 2025"
    return html_form(dumbbell(rows, palette=palette), "fig-veraenderung-kinderarmut-w", title, "Paare.")


def profile(palette: Palette, own: float | None = None, others: float | None = None, width: int = 680) -> str:
    """Profile of Neuhafen with a name too long for a line; its value, or that of another area, can be given."""
    known = [area for area in areas(others or own) if area.known]
    bounds = (own - 3.16, own + 3.66) if own else (None, None)
    value = AreaValue("0102", "Neuhafen", own, *bounds, "" if own else ".", versus="above" if own else None)
    rows = [
        SpineRow("Kinderarmut", value, AreaValue("00", "Kreis", 14.1), tuple(known), "burdening"),
        SpineRow("Einkommen", AreaValue("0102", "Neuhafen", 2.0), AreaValue("00", "Kreis", 3.0), tuple(known)),
    ]
    drawn = spine(rows, palette=palette, width=width)
    return html_form(drawn, "fig-profil-w", "Neuhafen im Vergleich zum Kreis", "Profil.")


def area_map(palette: Palette, value: float | None = None, form: str = "html", small: bool = False) -> str:
    """Three squares with their numbers; with a value Neuhafen gets the colour of its class.

    ``small``: Neuhafen is so small that its number stands beside it.
    """
    shapes = [shapely.box(4000 * k, 0, 4000 * (k + 1), 4000) for k in range(3)]
    if small:
        shapes[1] = shapely.box(5900, 1900, 6100, 2100)
    geometry = gpd.GeoDataFrame({"id": ["0101", "0102", "0201"]}, geometry=shapes, crs=25832)
    outlines = Outlines.prepare(geometry, geometry["id"])
    values = [replace(area, label=str(number)) for number, area in enumerate(areas(value), 1)]
    drawn = choropleth(outlines, values, MapClasses((10.0, 20.0)), palette=palette)
    title, said = "Karte der Kinderarmut, 31.12.2025", "Karte."
    if form == "print":
        return print_form(drawn, title, said)
    if form == "start":  # areas are links there, and no title says the year
        links = {area.area: Link(f"{area.name}.html", area.name) for area in values}
        return html_form(drawn, "fig-startkarte-w", title, said, links)
    return html_form(drawn, "fig-karte-kinderarmut-w", title, said)


def ages(palette: Palette, now: float | None = None, before: float | None = None, whole: float | None = None) -> str:
    """Pyramid of Neuhafen 2025, with the line of 2020; the women of 80 to 84 can be given a number.

    With a number for the whole, its line in per cent stands in place of that of 2020.
    """
    lows = (*range(0, 90, 5), 90)
    tops = (*(low + 4 for low in lows[:-1]), None)
    row = lows.index(80)

    def structure(label: str, women: float | None) -> AgeStructure:
        female = tuple(women if k == row else 90.0 + k for k in range(len(lows)))
        status = tuple("." if count is None else "" for count in female)
        return AgeStructure(label, lows, tops, tuple(80.0 + k for k in range(len(lows))), female, (), status)

    compared = structure("2020", before) if whole is None else structure("Probekreis 2025", whole)
    drawn = pyramid(structure("2025", now), compared=compared, share=whole is not None, palette=palette)
    return html_form(drawn, "fig-altersaufbau-w", "Bevölkerung, 31.12.2025", "Pyramide.")


def page(palette: Palette, **places: str) -> str:
    """Chapter of Neuhafen; every place can be given another content."""
    texts = {
        "prose": "Kinderarmut in Neuhafen: kein Wert. Kreis: 14,1 %.",
        "alt": "Liniendiagramm der Kinderarmut.",
        "label": "Zahlen zur Kinderarmut",
        "cell": ".",
        "people": ".",
        "comment": "",
        **{"trend": trend_chart(palette), "ranking": ranking(palette), "spread": spread(palette)},
        **{"multiples": small_trends(palette), "funnel": funnel_plot(palette), "pairs": pairs(palette)},
        **{"map": area_map(palette), "start": area_map(palette, form="start"), "listed": "."},
        **{"ages": ages(palette), "profile": profile(palette)},
        **places,
    }
    return (
        '<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Armut</title></head><body>'
        f"<!--{texts['comment']}--><h1>Armut</h1><p>{texts['prose']}</p>"
        f'<figure id="fig-verlauf-kinderarmut"><svg><desc>{texts["alt"]}</desc></svg>{texts["trend"]}</figure>'
        f'<figure id="fig-rangfolge-kinderarmut">{texts["ranking"]}</figure>'
        f'<figure id="fig-verteilung-kinderarmut">{texts["spread"]}</figure>'
        f'<figure id="fig-vielfache-kinderarmut">{texts["multiples"]}</figure>'
        f'<figure id="fig-trichter-kinderarmut">{texts["funnel"]}</figure>'
        f'<figure id="fig-veraenderung-kinderarmut">{texts["pairs"]}</figure>'
        f'<figure id="fig-karte-kinderarmut">{texts["map"]}</figure>'
        f'<figure id="fig-startkarte">{texts["start"]}</figure><h3>Liste</h3>'
        '<ol class="area-list"><li><span>2</span><a href="neuhafen/profil.html">Neuhafen</a>'
        f"<span>{texts['listed']}</span></li></ol><h2>Zahlen</h2>"
        f'<div aria-label="{texts["label"]}"><table><caption>Kinderarmut</caption><thead><tr><th>Jahr</th>'
        f"<th>Neuhafen</th><th>Kreis</th></tr></thead><tbody><tr><th>2024</th><td>15,5</td><td>13,9</td></tr>"
        f"<tr><th>2025</th><td>{texts['cell']}</td><td>14,1</td></tr></tbody></table></div>"
        '<h2>Bevölkerung</h2><table id="tbl-altersaufbau"><caption>Bevölkerung, 31.12.2025</caption><thead><tr>'
        "<th>Alter</th><th>Männer</th><th>Frauen</th></tr></thead><tbody>"
        f"<tr><th>80–84</th><td>54</td><td>{texts['people']}</td></tr></tbody></table>"
        f'<figure id="fig-altersaufbau">{texts["ages"]}</figure>'
        f'<figure id="fig-profil">{texts["profile"]}</figure></body></html>'
    )


def pdf(path: Path, text: str = "Kinderarmut: 15,5 im Jahr 2024.", keywords: str = "Sozialbericht") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".typ")
    source.write_text(f'#set document(title: "Neuhafen", keywords: ("{keywords}",))\n{text}\n', encoding="utf-8")
    typst.compile(source, path)
    source.unlink()


def attach(path: Path, text: str) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.attachments["daten.txt"] = pikepdf.AttachedFileSpec(document, text.encode(), filename="daten.txt")
        document.save(path)


def image(path: Path, comment: str = "Karte") -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", comment)
    Image.new("RGB", (4, 4)).save(path, pnginfo=told)


def index(site: Path, text: str = "Kinderarmut 2025 . Kreis 14,1") -> None:
    script = f"window.SUCHINDEX={json.dumps([['neuhafen/armut.html', 'Armut', '', text]], ensure_ascii=False)};"
    (site / "assets" / "suchindex.js").write_text(script, encoding="utf-8")


def fragment(site: Path, text: str = "Kinderarmut 2025. Kreis 14,1.") -> None:
    content = {"url": "/neuhafen/armut.html", "content": text, "word_count": 4, "locations": [17, 391, 7391]}
    packed = gzip.compress(b"pagefind_dcd" + json.dumps(content).encode(), mtime=0)
    (site / "pagefind" / "de_1.pf_fragment").write_bytes(packed)


def build(site: Path, snapshot: Snapshot) -> None:
    """The report as it should be."""
    palette = Palette.read(snapshot.path / "tokens.css")
    for folder in ("neuhafen/armut-abb", "assets", "pagefind"):
        (site / folder).mkdir(parents=True)
    (site / "neuhafen" / "armut.html").write_text(page(palette), encoding="utf-8")
    drawing = trend_chart(palette, form="print")
    (site / "neuhafen" / "armut-abb" / "fig-verlauf-kinderarmut.svg").write_text(drawing, encoding="utf-8")
    write_downloads(snapshot, site)
    pdf(site / "pdf" / "neuhafen.pdf")
    image(site / "assets" / "karte.png")
    index(site)
    fragment(site)
    (site / "assets" / "site.js").write_text("const zoom = 1.5;\n", encoding="utf-8")
    (site / "manifest.json").write_text(json.dumps({"title": "Probebericht", "inputs": {}}), encoding="utf-8")


def replace_in_csv(path: Path, column: str, value: str) -> None:
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    heads = lines[0].split(";")
    for number, line in enumerate(lines):
        cells = line.split(";")
        if (cells[1], cells[3], cells[6]) == ("kinderarmut", "0102", "2025"):
            cells[heads.index(column)] = value
            lines[number] = ";".join(cells)
    path.write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")


def replace_in_workbook(path: Path, column: str, value: object) -> None:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        heads = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2) if "gebiet_id" in heads else ():
            found = dict(zip(heads, row, strict=True))
            if (found["indikator"].value, found["gebiet_id"].value, found["jahr"].value) == CELL:
                found[column].value = value
    book.save(path)
