"""A hidden number is found wherever it gets out, and a report that keeps it passes."""

import gzip
import json
import re
import zlib
from dataclasses import replace
from pathlib import Path

import leaky_report as leaky
import openpyxl
import pandas as pd
import pytest
import small_report
from pagefind_bin import get_executable

from sozlib.book.checks import gate_of
from sozlib.disclosure.hidden import read_hidden, record_of, write_hidden
from sozlib.gate.files import read
from sozlib.gate.gate import Gate
from sozlib.gate.machine import Machine
from sozlib.gate.numbers import tokens
from sozlib.gate.words import Names
from sozlib.snapshot import Snapshot

MACHINE = Machine(frozenset({"erika.mustermann", "rechner-4711"}), frozenset({"/srv/amt/bericht"}))
VALUE = leaky.SECRET["value"]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory) -> Snapshot:
    return leaky.edition(tmp_path_factory.mktemp("projekt"))


def gate(site, snapshot):
    return Gate.of(snapshot, leaky.hidden(), MACHINE).search(site)


def test_a_report_that_keeps_its_secrets_passes(sound, snapshot):
    assert [str(problem) for problem in gate(sound, snapshot)] == []


def page(site, palette, **places):
    (site / "neuhafen" / "armut.html").write_text(leaky.page(palette, **places), encoding="utf-8")


def print_map(site, drawing):
    (site / "neuhafen" / "armut-abb" / "fig-karte-kinderarmut.svg").write_text(drawing, encoding="utf-8")


def set_property(path):
    book = openpyxl.load_workbook(path)
    book.properties.description = "Zwischenstand 17,39"
    book.save(path)


def script(site, text):
    (site / "assets" / "site.js").write_text(text, encoding="utf-8")


#: Name → how the secret gets out, the file and the place that the message must name.
LEAKS = {
    "Zelle einer CSV-Datei": (
        lambda s, p: leaky.replace_in_csv(s / "daten" / "armut.csv", "wert", "17,4"),
        "daten/armut.csv",
        "Spalte „wert“",
    ),
    "kleine Anzahl in einer CSV-Datei": (
        lambda s, p: leaky.replace_in_csv(s / "daten" / "indikatoren.csv", "zaehler", "2"),
        "daten/indikatoren.csv",
        "Spalte „zaehler“",
    ),
    "Zelle der Arbeitsmappe": (
        lambda s, p: leaky.replace_in_workbook(s / "daten" / "indikatoren.xlsx", "zaehler", 2),
        "daten/indikatoren.xlsx",
        "Spalte „zaehler“",
    ),
    "Formel der Arbeitsmappe": (
        lambda s, p: leaky.replace_in_workbook(s / "daten" / "indikatoren.xlsx", "zaehler", "=1+1"),
        "daten/indikatoren.xlsx",
        "formulas",
    ),
    "Eigenschaften der Arbeitsmappe": (
        lambda s, p: set_property(s / "daten" / "indikatoren.xlsx"),
        "daten/indikatoren.xlsx",
        "docProps",
    ),
    "Tabelle einer Seite": (lambda s, p: page(s, p, cell="17,4"), "neuhafen/armut.html", "Zeile „2025“"),
    "Anzahl in einer Tabelle": (lambda s, p: page(s, p, cell="7.391"), "neuhafen/armut.html", "Spalte „Neuhafen“"),
    "Bevölkerungstabelle": (lambda s, p: page(s, p, people="83"), "neuhafen/armut.html", "Bevölkerung 80–84"),
    "Satz": (
        lambda s, p: page(s, p, prose="Die Kinderarmut lag in Neuhafen bei 17,4 Prozent."),
        "neuhafen/armut.html",
        "Text „Die Kinderarmut lag",
    ),
    "Alternativtext": (
        lambda s, p: page(s, p, alt="Linie. Neuhafen: 17,4 Prozent."),
        "neuhafen/armut.html",
        "Alternativtext",
    ),
    "Attribut": (lambda s, p: page(s, p, label="Kinderarmut 17,39"), "neuhafen/armut.html", "Attribut aria-label"),
    "Kommentar im Quelltext": (
        lambda s, p: page(s, p, comment=str(VALUE)),
        "neuhafen/armut.html",
        "voller Genauigkeit",
    ),
    "Punkt einer Linie": (
        lambda s, p: page(s, p, trend=leaky.trend_chart(p, VALUE).replace("17,4", ".")),
        "neuhafen/armut.html",
        "Zeichnung fig-verlauf-kinderarmut",
    ),
    "Punkt einer Linie im Druckbild": (
        lambda s, p: (s / "neuhafen/armut-abb/fig-verlauf-kinderarmut.svg").write_text(
            leaky.trend_chart(p, VALUE, "print").replace("17,4", "."), encoding="utf-8"
        ),
        "neuhafen/armut-abb/fig-verlauf-kinderarmut.svg",
        "Zeichnung",
    ),
    "Punkt einer Rangfolge": (
        lambda s, p: page(s, p, ranking=leaky.ranking(p, VALUE).replace("17,4", ".")),
        "neuhafen/armut.html",
        "Zeichnung fig-rangfolge-kinderarmut",
    ),
    "Punkt einer Verteilung": (
        lambda s, p: page(s, p, spread=leaky.spread(p, VALUE)),
        "neuhafen/armut.html",
        "Zeichnung fig-verteilung-kinderarmut",
    ),
    "kleine Linie": (
        lambda s, p: page(s, p, multiples=leaky.small_trends(p, VALUE).replace("17,4", ".")),
        "neuhafen/armut.html",
        "Zeichnung fig-vielfache-kinderarmut",
    ),
    "Punkt im Trichter": (
        lambda s, p: page(s, p, funnel=leaky.funnel_plot(p, VALUE)),
        "neuhafen/armut.html",
        "Zeichnung fig-trichter-kinderarmut",
    ),
    "Punkte von damals und jetzt": (
        lambda s, p: page(s, p, pairs=leaky.pairs(p, VALUE)),
        "neuhafen/armut.html",
        "Zeichnung fig-veraenderung-kinderarmut",
    ),
    "Fläche einer Karte": (
        lambda s, p: page(s, p, map=leaky.area_map(p, VALUE)),
        "neuhafen/armut.html",
        "Zeichnung fig-karte-kinderarmut",
    ),
    "Fläche einer Karte mit der Nummer daneben": (
        lambda s, p: page(s, p, map=leaky.area_map(p, VALUE, small=True)),
        "neuhafen/armut.html",
        "Zeichnung fig-karte-kinderarmut",
    ),
    "Fläche der Karte auf der Startseite": (
        lambda s, p: page(s, p, start=leaky.area_map(p, VALUE, "start")),
        "neuhafen/armut.html",
        "Zeichnung fig-startkarte",
    ),
    "Liste neben der Karte auf der Startseite": (
        lambda s, p: page(s, p, listed="17,4"),
        "neuhafen/armut.html",
        "Text „2 Neuhafen 17,4“",
    ),
    "Fläche einer gedruckten Karte": (
        lambda s, p: print_map(s, leaky.area_map(p, VALUE, "print")),
        "neuhafen/armut-abb/fig-karte-kinderarmut.svg",
        "Zeichnung fig-karte-kinderarmut",
    ),
    "Fläche einer gedruckten Karte mit der Nummer daneben": (
        lambda s, p: print_map(s, leaky.area_map(p, VALUE, "print", small=True)),
        "neuhafen/armut-abb/fig-karte-kinderarmut.svg",
        "Zeichnung fig-karte-kinderarmut",
    ),
    "Marke in einem Profil": (
        lambda s, p: page(s, p, profile=leaky.profile(p, own=leaky.SECRET["value"])),
        "neuhafen/armut.html",
        "Zeichnung fig-profil",
    ),
    "Marke in einem schmalen Profil": (
        lambda s, p: page(s, p, profile=leaky.profile(p, own=leaky.SECRET["value"], width=340)),
        "neuhafen/armut.html",
        "Zeichnung fig-profil",
    ),
    "kleinster Wert in einem Profil": (
        lambda s, p: page(s, p, profile=leaky.profile(p).replace(">6,5<", ">17,4<")),
        "neuhafen/armut.html",
        "Zeichnung fig-profil",
    ),
    "Balken in einem Profil": (
        lambda s, p: page(s, p, profile=leaky.profile(p, others=VALUE)),
        "neuhafen/armut.html",
        "Zeichnung fig-profil",
    ),
    "Balken in einem schmalen Profil": (
        lambda s, p: page(s, p, profile=leaky.profile(p, others=VALUE, width=340)),
        "neuhafen/armut.html",
        "Zeichnung fig-profil",
    ),
    "Linie einer Pyramide in Prozent": (
        lambda s, p: page(s, p, ages=leaky.ages(p, whole=leaky.SECRET_PEOPLE)),
        "neuhafen/armut.html",
        "Altersgruppe ab 80 Jahren, 2025",
    ),
    "Balken einer Pyramide": (
        lambda s, p: page(s, p, ages=leaky.ages(p, now=leaky.SECRET_PEOPLE)),
        "neuhafen/armut.html",
        "Zeichnung fig-altersaufbau",
    ),
    "Linie in einer Pyramide": (
        lambda s, p: page(s, p, ages=leaky.ages(p, before=leaky.SECRET_PEOPLE)),
        "neuhafen/armut.html",
        "Altersgruppe ab 80 Jahren, 2020",
    ),
    "Text im PDF": (
        lambda s, p: leaky.pdf(s / "pdf/neuhafen.pdf", "Kinderarmut: 17,4 im Jahr 2025."),
        "pdf/neuhafen.pdf",
        "Seite 1",
    ),
    "Metadaten im PDF": (
        lambda s, p: leaky.pdf(s / "pdf/neuhafen.pdf", keywords="Anteil 17,39"),
        "pdf/neuhafen.pdf",
        "Metadaten",
    ),
    "Anlage im PDF": (lambda s, p: leaky.attach(s / "pdf/neuhafen.pdf", str(VALUE)), "pdf/neuhafen.pdf", "Anlage"),
    "Metadaten eines Bildes": (
        lambda s, p: leaky.image(s / "assets/karte.png", "Wert 17,39"),
        "assets/karte.png",
        "Metadaten",
    ),
    "Suchindex": (lambda s, p: leaky.index(s, "Kinderarmut 2025 17,4"), "assets/suchindex.js", "Kinderarmut"),
    "Pagefind": (
        lambda s, p: leaky.fragment(s, "Kinderarmut 2025. 17,4."),
        "pagefind/de_1.pf_fragment",
        "Kinderarmut",
    ),
    "Skript": (lambda s, p: script(s, f"const werte = [{VALUE}];"), "assets/site.js", "voller Genauigkeit"),
    "Manifest": (
        lambda s, p: (s / "manifest.json").write_text(json.dumps({"wert": VALUE})),
        "manifest.json",
        "voller Genauigkeit",
    ),
}


@pytest.mark.parametrize("way", LEAKS)
def test_a_hidden_number_is_found_with_its_file_and_place(way, site, snapshot, palette):
    let_out, file, place = LEAKS[way]
    let_out(site, palette)
    found = gate(site, snapshot)
    assert {problem.place.file for problem in found} == {file}
    assert all(problem.severity == "error" for problem in found)
    assert any(place in problem.found for problem in found)


TRACES = ["erika.mustermann", "rechner-4711", "/srv/amt/bericht", "/home/erika/sozlib", "C:\\Users\\Erika"]


@pytest.mark.parametrize("trace", TRACES)
@pytest.mark.parametrize(
    ("file", "leak"),
    [
        ("neuhafen/armut.html", lambda s, p, t: page(s, p, comment=t)),
        ("assets/site.js", lambda s, p, t: script(s, f"// {t}")),
        ("assets/karte.png", lambda s, p, t: leaky.image(s / "assets/karte.png", t)),
        ("manifest.json", lambda s, p, t: (s / "manifest.json").write_text(json.dumps([t]).replace("\\\\", "\\"))),
        ("assets/alt.woff2", lambda s, p, t: (s / "assets/alt.woff2").write_bytes(b"\0\1" + t.encode() + b"\0")),
    ],
)
def test_nothing_tells_about_the_machine_or_its_user(trace, file, leak, site, palette):
    leak(site, palette, trace)
    found = Gate.of(None, None, MACHINE).search(site)
    assert [problem.place.file for problem in found] == [file]
    assert found[0].code == "machine-trace"


@pytest.mark.parametrize(("indicator", "leaks"), [("Kinderarmut", 1), ("Pflegequote", 0)])
def test_a_cell_of_the_row_says_what_its_numbers_are(site, snapshot, indicator, leaks):
    head = "<thead><tr><th>Raum</th><th>Merkmal</th><th>2025</th></tr></thead>"
    row = f"<tr><th>Neuhafen</th><td>{indicator}</td><td>17,4</td></tr>"
    table = f"<table><caption>Veränderungen (Kinderarmut: 2024)</caption>{head}<tbody>{row}</tbody></table>"
    path = site / "neuhafen" / "armut.html"
    path.write_text(path.read_text(encoding="utf-8").replace("<h1>Armut</h1>", f"<h1>Armut</h1>{table}"), "utf-8")
    found = [p for p in gate(site, snapshot) if "Tabelle „Veränderungen" in p.found]
    assert len(found) == leaks


def test_a_file_that_cannot_be_read_stops_the_release(site, snapshot):
    (site / "pdf" / "neuhafen.pdf").write_bytes(b"%PDF-1.7 kaputt")
    assert [problem.code for problem in gate(site, snapshot)] == ["gate-unreadable"]


def test_this_machine_is_known_by_more_than_common_names():
    here = Machine.here(Path("/srv/amt/projekt"))
    assert "/srv/amt/projekt" in here.folders
    assert "root" not in here.names
    assert not here.traces(":root { color: red } href=/daten/home/ https://example.org/home/x")


def test_the_checks_before_release_know_what_the_edition_hides(site, snapshot, palette):
    project = small_report.Project(snapshot.path.parent)
    write_hidden(leaky.hidden(), record_of(snapshot.path))
    assert gate_of(project, snapshot).search(site) == []
    page(site, palette, cell="17,4")
    assert [problem.code for problem in gate_of(project, snapshot).search(site)] == ["disclosure"]
    assert gate_of(project, None).search(site) == []


def test_what_is_hidden_can_be_read_by_its_owner_only(tmp_path):
    folder = record_of(tmp_path / "snapshot")
    write_hidden(leaky.hidden(), folder)
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
    assert read_hidden(folder).cells == {leaky.CELL: leaky.SECRET}


@pytest.mark.parametrize("text", ["Klasse 2 von 5", "Klasse\u00a02 von\u00a05", "liegt in Klasse 5 von 5."])
def test_the_class_that_an_edition_tells_is_no_number(text):
    assert tokens(text) == set()


def test_a_number_beside_a_class_is_one():
    assert tokens("Klasse 2 von 5 (17,4 %)") == {"17,4"}
    assert tokens("Klasse 2 von 55") == {"2", "55"}


def test_what_a_rate_refers_to_is_its_unit():
    assert tokens("38,6 je 100 Haushalte, 12 je 1.000 und 7 je 10.000") == {"38,6", "12", "7"}
    assert tokens("je 17, je 100,5 und je 1.001") == {"17", "100,5", "1001"}


def search_programs() -> list[bytes]:
    """The WebAssembly that the installed search engine carries, packed as it puts it into reports."""
    engine = get_executable().read_bytes()
    found = []
    for start in (match.start() for match in re.finditer(b"\x1f\x8b\x08", engine)):
        unpacking = zlib.decompressobj(wbits=31)
        try:
            content = unpacking.decompress(engine[start : start + 200_000])
        except zlib.error:
            continue
        if content.startswith(b"pagefind_dcd\0asm") and unpacking.eof:
            found.append(engine[start : start + 200_000 - len(unpacking.unused_data)])
    return found


def test_the_search_program_is_no_text_as_long_as_it_is_the_installed_one(tmp_path: Path) -> None:
    """Pagefind's WebAssembly names its makers' machine; its bytes are the same in every report."""
    program = search_programs()[0]
    told = b"/home/erika/bericht 7,93 geheim"
    changed = gzip.compress(gzip.decompress(program) + told)
    files = {"wasm.de.pagefind": program, "wasm.xx.pagefind": changed, "anderes.bin": gzip.compress(told)}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert list(read(tmp_path / "wasm.de.pagefind")) == []
    for name in ("wasm.xx.pagefind", "anderes.bin"):
        (passage,) = read(tmp_path / name)
        assert "geheim" in passage.text


def test_a_standardised_value_that_happens_to_equal_a_hidden_one_is_no_leak(site, snapshot):
    hidden = leaky.hidden()
    page = site / "neuhafen" / "armut.html"
    told = "Standardisiert liegt die Kinderarmut in Neuhafen bei 17,4 Prozent."
    page.write_text(page.read_text(encoding="utf-8").replace("<h1>Armut</h1>", f"<h1>Armut</h1><p>{told}</p>"), "utf-8")
    derived = pd.DataFrame([{"indicator": "kinderarmut", "value": 17.4, "lower": 15.0, "upper": 20.0}])
    names = Names.of(snapshot, hidden)
    assert [p.code for p in Gate(names, MACHINE).search(site)] == ["disclosure"]
    assert Gate(replace(names, derived=derived), MACHINE).search(site) == []


def paragraph(site, text):
    page = site / "neuhafen" / "armut.html"
    page.write_text(page.read_text(encoding="utf-8").replace("<h1>Armut</h1>", f"<h1>Armut</h1><p>{text}</p>"), "utf-8")


def test_a_sentence_may_tell_of_another_indicator_what_equals_a_hidden_number(site, snapshot):
    names = Names.of(snapshot, leaky.hidden())
    other = dict(names.catalogue[0]) | {"id": "andere", "title": "Andere Armut", "short_title": "Andere Armut"}
    other |= {"phrase": "der Anteil der anderen Armut"}
    shown = names.rows.head(1).assign(indicator="andere", area=names.whole["id"], status="", value=17.4)
    more = replace(names, catalogue=(*names.catalogue, other), latest=shown)
    paragraph(site, "Die Kinderarmut ist geheim, der Anteil der anderen Armut beträgt 17,4 Prozent.")
    assert [p.code for p in Gate(names, MACHINE).search(site)] == ["disclosure"]
    assert Gate(more, MACHINE).search(site) == []
    assert more.digest != names.digest


def test_what_the_catalogue_says_of_all_areas_tells_of_none(site, snapshot):
    names = Names.of(snapshot, leaky.hidden())
    caveat = "Kinderarmut kann über 17,4 liegen."
    defined = replace(names, catalogue=tuple(dict(entry) | {"caveats": caveat} for entry in names.catalogue))
    paragraph(site, f"Vorsicht: {caveat}")
    assert [p.code for p in Gate(names, MACHINE).search(site)] == ["disclosure"]
    assert Gate(defined, MACHINE).search(site) == []
    paragraph(site, f"In Neuhafen gilt: {caveat}")
    assert [p.code for p in Gate(defined, MACHINE).search(site)] == ["disclosure"]


def test_an_indicator_is_known_by_its_phrase_in_any_case(site, snapshot):
    names = Names.of(snapshot, leaky.hidden())
    phrased = replace(
        names, catalogue=tuple(dict(entry) | {"phrase": "der Anteil armer Kinder"} for entry in names.catalogue)
    )
    paragraph(site, "Beim Anteil armer Kinder werden 17,4 Prozent erreicht.")
    assert Gate(names, MACHINE).search(site) == []
    assert [p.code for p in Gate(phrased, MACHINE).search(site)] == ["disclosure"]
