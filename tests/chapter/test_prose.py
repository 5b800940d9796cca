"""What people write takes its numbers from the snapshot and cannot do harm."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from syrupy.assertion import SnapshotAssertion

from sozlib.chapter import prose, texts
from sozlib.chapter.context import Context
from sozlib.errors import InputError


def rendered(path: Path, context: Context, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return prose.render(path, path.parents[3], context.readings, context.setting).block()


def refused(path: Path, context: Context, text: str) -> str:
    with pytest.raises(InputError) as error:
        rendered(path, context, text)
    return str(error.value)


def test_values_come_from_the_snapshot(project_text: Path, brackenrode: Context, snapshot: SnapshotAssertion) -> None:
    text = """---
title: Anmerkung der Sozialplanung
author: Fachbereich Jugend
date: 2026-03-02
---
# Lage

Heute {{ wert('above-rising') }}, {{ wert('above-rising', jahr=2020) }} im Jahr 2020; Kreis {{ kreis('above-rising') }}.
Seit {{ seit('above-rising') }}: {{ veraenderung('above-rising') }}, nicht gesichert {{ veraenderung('same-none') }}.
Geschützt: {{ wert('protected-now') }}; eingeschränkt: {{ wert('limited') }}; {{ rang('protected-now') }}. SGB II.
"""
    assert rendered(project_text, brackenrode, text) == snapshot


@pytest.mark.parametrize(
    "text",
    [
        "Eins\n\n{{ wert('above-risin') }} und {{ wrt('x') }}",
        "---\nautor: Müller\n---\nText",
        "{{ wert.__class__.__mro__ }}",
        "{% for i in ().__class__ %}x{% endfor %}",
        "{{ wert('above-rising'",
        "{{ wert('above-rising', 'x', 'y', 'z') }}",
        "Hallo\n<script>alert(1)</script>",
        "x\n\n```{=html}\n<b>x</b>\n```",
        "`<i>`{=html}",
        "![Bild](https://example.org/a.png) und ![b](../../geheim.png) und ![c](/etc/passwd)",
        "[Klick](javascript:alert(1))",
        "::: {.cover}\nx\n:::",
        "{{< include ../geheim.md >}}",
    ],
)
def test_mistakes_and_dangers_are_named_with_file_and_line(
    project_text: Path, brackenrode: Context, snapshot: SnapshotAssertion, text: str
) -> None:
    message = refused(project_text, brackenrode, text)
    assert message.startswith("Fehler: notebooks/texts/0101/armut.md, Zeile ")
    assert message == snapshot


def test_all_mistakes_of_a_text_are_found_at_once(project_text: Path, brackenrode: Context) -> None:
    message = refused(project_text, brackenrode, "{{ wert('a') }}\n{{ wert('b') }}\n{{ foo('c') }}")
    assert [line.split(": ")[1] for line in message.splitlines()][:2] == [
        "notebooks/texts/0101/armut.md, Zeile 1",
        "notebooks/texts/0101/armut.md, Zeile 2",
    ]


def test_headings_start_below_the_chapters_own(project_text: Path, brackenrode: Context) -> None:
    assert "\n### Oben\n\n#### Unten" in rendered(project_text, brackenrode, "# Oben\n\n## Unten\n")


def test_a_text_that_is_not_utf8_is_refused(project_text: Path, brackenrode: Context) -> None:
    project_text.write_bytes("Müller".encode("latin-1"))
    with pytest.raises(InputError, match="nicht UTF-8"):
        prose.render(project_text, project_text.parents[3], brackenrode.readings, brackenrode.setting)


def test_texts_are_found_under_id_or_slug_and_nowhere_else(project_text: Path) -> None:
    project_text.write_text("x", encoding="utf-8")
    folder = project_text.parents[1]
    assert texts.text_file(folder, "0101", "brackenrode", "armut") == project_text
    assert texts.text_file(folder, "0102", "altstadt", "armut") is None
    assert texts.text_file(folder, "..", "", "../parameters/report") is None
    assert texts.find_texts(folder / "0101") == folder


def test_all_texts_are_checked_before_anything_runs(project_text: Path) -> None:
    project_text.write_text("---\nauthor: A\n---\n{{ wert('sgb2') }}\n\n{{ wrt('sgb2_quote') }}\n", encoding="utf-8")
    for name in ("0101/armutt.md", "brackenrod/armut.md", "ueberblick/zusammenfassung.md", "0101/schule.md"):
        path = project_text.parents[1] / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{{ wert('sgb2_quote') }}", encoding="utf-8")
    asked = {"cells": [{"cell_type": "code", "source": ["chapter.text('schule')"]}]}
    (project_text.parents[2] / "schule.ipynb").write_text(json.dumps(asked), encoding="utf-8")
    report = SimpleNamespace(topics=[SimpleNamespace(id="armut"), SimpleNamespace(id="arbeit")])
    project = SimpleNamespace(root=project_text.parents[3], report=report)
    found = texts.examine_texts(project, ["sgb2_quote"], {"0101": "brackenrode"})  # type: ignore[arg-type]
    said = {(p.severity, str(p.place), p.remedy) for p in found}
    assert said == {
        ("error", "notebooks/texts/0101/armut.md, Zeile 4", "Meinten Sie „sgb2_quote“?"),
        ("error", "notebooks/texts/0101/armut.md, Zeile 6", "Meinten Sie „wert“?"),
        ("warning", "notebooks/texts/0101/armutt.md", "Meinten Sie „armut“?"),
        ("warning", "notebooks/texts/brackenrod", "Meinten Sie „brackenrode“?"),
    }
