"""A small office: three areas, one table, and a way to break each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sozlib.observations import Observations, collect
from sozlib.project import Project

REPORT: dict[str, Any] = {
    "title": "Probebericht",
    "cycle": "2020",
    "whole": {"id": "00", "name": "Probekreis", "locative": "im Probekreis"},
    "publisher": {"name": "Probekreis"},
    "levels": [
        {"id": "area", "singular": "Raum", "plural": "Räume"},
        {"id": "district", "singular": "Kreis", "plural": "Kreise"},
    ],
    "areas": {"table": "data/raeume.csv"},
    "editions": [{"id": "internal", "title": "Intern"}],
    "topics": [{"id": "arbeit", "title": "Arbeit"}],
    "volumes": {"overall": {"title": "Überblick", "chapters": []}, "area": {"title": "Raum", "chapters": []}},
}
CYCLE = {
    "id": "2020",
    "title": "Probebericht 2020",
    "first_period": 2018,
    "last_period": 2020,
    "data_until": "2020-12-31",
    "published": "2021-06-30",
}
AREAS = (
    "id;name;level;parent\n0101;Altstadt;area;00\n0102;Neuhafen;area;00\n0203;Quellingen;area;00\n"
    "00;Probekreis;district;\n"
)
SOURCE: dict[str, Any] = {
    "id": "arbeitslose",
    "title": "Arbeitslose",
    "publisher": "Statistik der Arbeit",
    "citation": "Statistik der Arbeit",
    "licence": "dl-de/by-2-0",
    "as_of": "Dezember",
    "files": "data/arbeitslose.csv",
    "encoding": "utf-8",
    "delimiter": ";",
    "decimal": ",",
    "zero": "exact",
    "area": {"column": "Raum"},
    "period": {"column": "Jahr"},
    "measures": [
        {"id": "arbeitslose", "column": "insgesamt"},
        {"id": "arbeitslose_sgb2", "column": "SGB II"},
        {"id": "arbeitslose_sgb3", "column": "SGB III"},
    ],
    "checks": [{"parts": ["arbeitslose_sgb2", "arbeitslose_sgb3"], "total": "arbeitslose"}],
}
TABLE = """\
Raum;Jahr;insgesamt;SGB II;SGB III
0101;2019;120;80;40
0102;2019;60;30;30
0203;2019;7;4;3
0101;2020;1.150;1.100;50
0102;2020;66;33;33
0203;2020;.;.;3
"""

Office = Callable[..., Observations]


def write_yaml(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as stream:
        YAML().dump(content, stream)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Collects the observations of the small office, with some of its files or parameters replaced.

    ``files`` maps paths to text or bytes; ``source`` changes keys of the source (None removes one), ``areas`` those of
    ``areas`` in the report.
    """

    def build(
        table: str | bytes | None = TABLE,
        *,
        source: dict[str, Any] | None = None,
        areas: dict[str, Any] | None = None,
        levels: list[dict[str, str]] | None = None,
        files: dict[str, str | bytes] | None = None,
    ) -> Observations:
        report = {**REPORT, "levels": levels or REPORT["levels"], "areas": {**REPORT["areas"], **(areas or {})}}
        write_yaml(tmp_path / "parameters/report.yml", report)
        write_yaml(tmp_path / "parameters/cycles/2020.yml", CYCLE)
        described = {key: value for key, value in {**SOURCE, **(source or {})}.items() if value is not None}
        write_yaml(tmp_path / "parameters/sources/arbeitslose.yml", described)
        contents: dict[str, str | bytes | None] = {"data/raeume.csv": AREAS, "data/arbeitslose.csv": table}
        contents |= files or {}
        for name, content in contents.items():
            if content is None:
                continue
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return collect(Project(tmp_path))

    return build


def told(observations: Observations) -> list[str]:
    """Messages as their reader sees them."""
    return [str(problem) for problem in observations.problems]


def codes(observations: Observations) -> set[str]:
    """Short names of all errors."""
    return {problem.code for problem in observations.problems if problem.severity == "error"}
