"""A report project of two areas with templates made for one test, quick to plan and to run."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pandas as pd

from sozlib.batch.chapter_run import ChapterJob, EngineName
from sozlib.errors import InputError, Problem
from sozlib.observations.load import load_observations
from sozlib.project import Project
from sozlib.snapshot import AREA_COLUMNS

ROOT = Path(__file__).parents[1]

PARAMETERS = 'area = ""\ntopic = ""\ncycle = ""\nedition = ""\nsnapshot = ""'

REPORT = """\
title: Probebericht
cycle: "2026"
whole: {id: "00", name: Probekreis, locative: im Probekreis}
publisher: {name: Probekreis}
levels:
  - {id: area, singular: Raum, plural: Räume}
  - {id: district, singular: Kreis, plural: Kreise}
areas: {table: data/gebiete.csv}
editions:
  - {id: public, title: Öffentliche Ausgabe, minimum_count: 3}
  - {id: internal, title: Interne Ausgabe}
topics:
  - {id: arbeit, title: Arbeit}
  - {id: kita, title: Kindertagesbetreuung}
volumes:
  overall:
    title: Überblick
    chapters:
      - {template: overall/zusammenfassung, title: Zusammenfassung}
      - {template: overall/vergleich, title: "{topic_title}: Vergleich", slug: "vergleich-{topic}", for_each: topic}
  area:
    title: "{area}"
    chapters:
      - {template: areas/profil, title: "{area}: Profil"}
      - {template: "areas/{topic}", title: "{topic_title}", for_each: topic}
"""

CYCLE = """\
id: "2026"
title: Probebericht 2026
first_period: 2020
last_period: 2025
data_until: 2025-12-31
published: 2026-06-30
"""

AREAS = "id;name;level;parent\n00;Probekreis;district;\n0101;Altstadt;area;00\n0102;Neuhafen;area;00\n"


def template(path: Path, *cells: str, parameters: str | None = PARAMETERS) -> Path:
    """Write a template: a heading, the parameters cell, the given code cells."""
    notebook = nbformat.v4.new_notebook(nbformat_minor=5)
    notebook.cells.append(nbformat.v4.new_markdown_cell("## Vorlage", id="titel"))
    if parameters is not None:
        cell = nbformat.v4.new_code_cell(parameters, id="parameter", metadata={"tags": ["parameters"]})
        notebook.cells.append(cell)
    notebook.cells += [nbformat.v4.new_code_cell(source, id=f"zelle-{n}") for n, source in enumerate(cells)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def write_project(root: Path) -> Project:
    """A complete project with five templates that print where they are."""
    for name, text in {
        "parameters/report.yml": REPORT,
        "parameters/cycles/2026.yml": CYCLE,
        "data/gebiete.csv": AREAS,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for name in ("overall/zusammenfassung", "overall/vergleich", "areas/profil", "areas/arbeit", "areas/kita"):
        template(root / "notebooks" / f"{name}.ipynb", "print(area, topic, cycle, edition)")
    (root / "reports" / "theme").mkdir(parents=True)
    shutil.copyfile(ROOT / "reports" / "theme" / "tokens.css", root / "reports" / "theme" / "tokens.css")
    return Project(root)


def areas_table() -> pd.DataFrame:
    """The areas of the project as a snapshot holds them."""
    rows = [
        {"id": "00", "name": "Probekreis", "level": "district", "slug": "probekreis"},
        {"id": "0101", "name": "Altstadt", "level": "area", "parent": "00", "slug": "altstadt"},
        {"id": "0102", "name": "Neuhafen", "level": "area", "parent": "00", "slug": "neuhafen"},
    ]
    return pd.DataFrame(rows).reindex(columns=list(AREA_COLUMNS))


def job(path: Path, out: Path, engine: EngineName = "plain", time_limit: int = 60) -> ChapterJob:
    """Job that runs one template."""
    parameters = {"area": "0101", "topic": "arbeit", "cycle": "2026", "edition": "public", "snapshot": "stand"}
    output = out / "altstadt" / f"{path.stem}.ipynb"
    return ChapterJob(f"altstadt/{path.stem}", path, output, parameters, path.parent, engine, time_limit)


SOURCE = """\
id: einwohner
title: Melderegister
publisher: Probekreis
citation: Melderegister
licence: frei
as_of: "31.12."
files: data/einwohner.csv
delimiter: ";"
encoding: utf-8
decimal: ","
thousands: ""
zero: exact
area: {column: raum}
period: {column: jahr}
measures:
  - {id: einwohner, title: Bevölkerung, column: anzahl}
  - {id: arbeitslose, title: Arbeitslose, column: arbeitslose}
  - {id: kinder, title: Betreute Kinder, column: kinder}
"""

INDICATORS = """\
topic: {topic}
indicators:
  - id: {id}
    title: Anteil {id}
    short_title: {id}
    kind: proportion
    unit: "%"
    direction: neutral
    numerator: {{measure: {measure}}}
    denominator: {{measure: einwohner}}
    numerator_text: Gezählte
    denominator_text: Einwohnerinnen und Einwohner
    source: Melderegister
    as_of: "31.12."
    interpretation: Zeigt einen Anteil.
"""

OPEN = (
    "from sozlib.chapter import Chapter\n"
    "chapter = Chapter.open(area=area, topic=topic, cycle=cycle, edition=edition, snapshot=snapshot)"
)


def write_data(project: Project) -> None:
    """Give a project a table of residents and two indicators made from it."""
    rows = [
        f"{area};{year};{1000 + 10 * number};{40 + year - 2020};{80 + number}"
        for number, area in enumerate(("0101", "0102"))
        for year in range(2020, 2026)
    ]
    for name, text in {
        "data/einwohner.csv": "\n".join(["raum;jahr;anzahl;arbeitslose;kinder", *rows]) + "\n",
        "parameters/sources/einwohner.yml": SOURCE,
        "parameters/indicators/arbeit.yml": INDICATORS.format(
            topic="arbeit", id="arbeitslosenanteil", measure="arbeitslose"
        ),
        "parameters/indicators/kita.yml": INDICATORS.format(topic="kita", id="betreuungsquote", measure="kinder"),
    }.items():
        (project.root / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / name).write_text(text, encoding="utf-8")


def write_project_with_data(root: Path) -> Project:
    """A project that reads data: chapters on work and childcare use their own indicator, profiles none."""
    project = write_project(root)
    write_data(project)
    text = project.notebooks / "texts" / "altstadt" / "arbeit.md"
    text.parent.mkdir(parents=True)
    text.write_text("Der Anteil liegt bei {{ wert('arbeitslosenanteil') }}.\n", encoding="utf-8")
    for name, call in {
        "areas/arbeit": "print(chapter.value('arbeitslosenanteil'))\nchapter.text()",
        "areas/kita": "print(chapter.value('betreuungsquote'))",
        "areas/profil": "print(chapter.areas_word)",
        "overall/zusammenfassung": "print(chapter.topics())",
        "overall/vergleich": "print(chapter.indicators())",
    }.items():
        template(root / "notebooks" / f"{name}.ipynb", OPEN, call)
    return project


def errors_of_changed(root: Path, file: str, old: str, new: str) -> list[Problem]:
    """What stops the report with data after one change to one of its files."""
    write_project_with_data(root)
    text = (root / file).read_text("utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        problems = load_observations(Project(root)).problems
    except InputError as stopped:
        problems = stopped.problems
    return [problem for problem in problems if problem.severity == "error"]
