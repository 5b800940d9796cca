"""Which chapters must be run again, and why.

**The rule.** A chapter is a function of what it has read. While it runs, every door it reads through notes what went
through (:mod:`sozlib.reads`); with the executed notebook its key is kept: the notes, each with the digest of what was
read. The next build computes the same digests from the present inputs. If all are equal the chapter would read the
same again and write the same notebook, so the notebook is kept; where one differs, the chapter is run again, and the
difference is the reason that the operator reads.

A key holds

- the template, and all files beside the templates (modules, pictures),
- the parameters,
- the program: its own files as far as a chapter can call them, and the versions of its libraries,
- what every chapter knows of its edition: report, cycle, edition, sources, areas, colours, and what else of the
  snapshot's description was asked for,
- each indicator asked for: its definition, and its values period by period,
- each topic whose list of indicators was asked for,
- each other table read as a whole (population, outlines …),
- each text asked for, be it there or not,
- each other file of the project that was opened.

Where a template does not read through these doors (it uses ``snapshot`` itself, or ``chapter.context``, or never opens
a chapter), all tables count. Inputs are looked at before a chapter runs: a file changed meanwhile makes the chapter
run once too often, never once too seldom.

References
----------
Mokhov, Mitchell, Peyton Jones: „Build systems à la carte“, JFP 30 (2020): verifying traces.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sozlib.batch.chapter_run import ChapterJob
from sozlib.files import Digests, digest_of, stamps, write_whole
from sozlib.program import BEYOND_CHAPTERS, program
from sozlib.project import Project
from sozlib.snapshot import Snapshot

#: What a chapter has read, as (kind, name) pairs; see :mod:`sozlib.reads`.
Reads = Iterable[tuple[str, str]]

Key = dict[str, Any]

#: Of the report's parameters, what says how and of which parts a report is made, not what is in a chapter.
_PLAN = ("volumes", "assembler", "engine", "executor", "workers")

#: Of a snapshot's description, what every chapter knows.
_GIVEN = ("report", "cycle", "edition", "sources")

#: Of a snapshot's description, what other parts of the key say more precisely.
_ELSEWHERE = ("catalogue", "digest", "files", "inputs", "values", "version")

_WORDS = {
    "areas.parquet": "Gebiete geändert",
    "population.parquet": "Bevölkerung geändert",
    "geometry.parquet": "Umrisse der Gebiete geändert",
    "indicators.parquet": "Indikatorwerte geändert",
    "tokens.css": "Farben geändert (tokens.css)",
    "report": "Angaben zum Bericht geändert (report.yml)",
    "cycle": "Angaben zum Berichtszyklus geändert",
    "edition": "Angaben zur Ausgabe geändert",
    "sources": "Quellenangaben geändert",
}


class Present:
    """The inputs as they are now.

    Parameters
    ----------
    project
        The report project.
    snapshot
        The edition's snapshot.
    digests
        Digests of files.
    """

    def __init__(self, project: Project, snapshot: Snapshot, digests: Digests):
        self.root, self.workshops = project.root, project.root / "reports" / project.cycle.id
        self.digests = digests
        self.meta = snapshot.meta
        self.files: dict[str, str] = self.meta["files"]
        self.texts = digests.below(project.notebooks / "texts")
        self._notebooks = project.notebooks
        self._direct: dict[Path, bool] = {}

    @cached_property
    def beside(self) -> str:
        """Digest of what lies beside the templates and may be read by them."""
        names = sorted(
            name
            for name, _ in stamps(self._notebooks)
            if not name.startswith("texts/") and not name.endswith(".ipynb") and not Path(name).name.startswith(".")
        )
        return digest_of(self.digests.below(self._notebooks, names))

    @cached_property
    def program(self) -> str:
        """Digest of the program as far as chapters can call it."""
        return program(self.digests, without=BEYOND_CHAPTERS)

    @cached_property
    def _definitions(self) -> dict[str, str]:
        return {str(entry["id"]): digest_of(entry) for entry in self.meta["catalogue"]}

    @cached_property
    def _given(self) -> dict[str, str]:
        report = {key: value for key, value in self.meta["report"].items() if key not in _PLAN}
        return {name: digest_of(report if name == "report" else self.meta[name]) for name in _GIVEN}

    def key(self, job: ChapterJob, reads: Reads) -> Key:
        """Key of a chapter that has read this."""
        by_kind: dict[str, list[str]] = {}
        for kind, name in reads:
            by_kind.setdefault(kind, []).append(name)
        tables = {f"{name}.parquet" for name in ("areas", *by_kind.get("table", ()))} | {"tokens.css"}
        if "chapter" not in by_kind or self._reads_directly(job.template):
            tables |= set(self.files)
        return {
            "template": self.digests.of(job.template),
            "parameters": job.parameters,
            "beside": self.beside,
            "program": self.program,
            "opened": "chapter" in by_kind,
            "given": self._given | {name: self._described(name) for name in self._asked(by_kind)},
            "tables": {name: self.files.get(name, "") for name in sorted(tables)},
            "indicators": {name: self._indicator(name) for name in sorted(by_kind.get("indicator", ()))},
            "topics": {name: self._topic(name) for name in sorted(by_kind.get("topic", ()))},
            "texts": {name: self.texts.get(name, "") for name in sorted(by_kind.get("text", ()))},
            "files": {name: self._file(name) for name in sorted(set(self._own(by_kind.get("file", ()))))},
        }

    def again(self, job: ChapterJob, key: Key) -> Key:
        """Key that a chapter would have now if it read what it read then."""
        reads = [("chapter", "")] if key["opened"] else []
        reads += [("meta", name) for name in key["given"] if name not in _GIVEN]
        kinds = (("indicators", "indicator"), ("topics", "topic"), ("texts", "text"), ("files", "file"))
        reads += [(kind, name) for part, kind in kinds for name in key[part]]
        reads += [("table", name.removesuffix(".parquet")) for name in key["tables"] if name.endswith(".parquet")]
        return self.key(job, reads)

    def _asked(self, by_kind: Mapping[str, list[str]]) -> Iterable[str]:
        return (name for name in by_kind.get("meta", ()) if name not in (*_GIVEN, *_ELSEWHERE))

    def _described(self, name: str) -> str:
        # Few chapters ask for the plan: those that say where to read on.
        return digest_of(self.meta["report"].get("volumes") if name == "volumes" else self.meta.get(name))

    def _indicator(self, name: str) -> dict[str, Any]:
        return {"definition": self._definitions.get(name, ""), "values": self.meta["values"].get(name, {})}

    def _topic(self, name: str) -> str:
        return digest_of([str(e["id"]) for e in self.meta["catalogue"] if not name or e["topic"] == name])

    def _own(self, paths: Iterable[str]) -> Iterable[str]:
        """Those files of the project that no other part of the key stands for."""
        for path in map(Path, paths):
            if not path.is_absolute():
                yield path.as_posix()
            elif path.is_relative_to(self.root) and not path.is_relative_to(self.workshops):
                name = path.relative_to(self.root).as_posix()
                if not name.startswith("notebooks/") and path.name != "tokens.css":
                    yield name

    def _file(self, name: str) -> str:
        return self.digests.of(self.root / name)

    def _reads_directly(self, template: Path) -> bool:
        if template not in self._direct:
            self._direct[template] = reads_directly(template)
        return self._direct[template]


def reads_directly(template: Path) -> bool:
    """Whether a template reads the snapshot by another door than ``Chapter.open(…, snapshot=snapshot)``.

    What cannot be understood is taken to do so.
    """
    try:
        cells = json.loads(template.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        lines = [line for source in sources for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
        tree = ast.parse("\n".join(lines))
    except (OSError, ValueError, KeyError, TypeError, SyntaxError):
        return True
    passed = {
        id(keyword.value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "open"
        for keyword in call.keywords
        if keyword.arg == "snapshot"
    }
    return any(
        (
            isinstance(node, ast.Name)
            and node.id == "snapshot"
            and isinstance(node.ctx, ast.Load)
            and id(node) not in passed
        )
        or (isinstance(node, ast.Attribute) and node.attr == "context")
        for node in ast.walk(tree)
    )


@dataclass(frozen=True)
class ChapterState:
    """Whether a chapter has to be run: ``reasons`` says why in German, empty where its notebook is kept."""

    job: ChapterJob
    reasons: tuple[str, ...]


def states(jobs: Iterable[ChapterJob], present: Present) -> list[ChapterState]:
    """State of every chapter, in the same order."""
    return [ChapterState(job, _reasons(job, present)) for job in jobs]


def keep(job: ChapterJob, present: Present, reads: Reads, seconds: float) -> None:
    """Write the key of a chapter that has just been run; only with it does its notebook count."""
    content = {"notebook": present.digests.of(job.output), "seconds": round(seconds, 2), "key": present.key(job, reads)}
    write_whole(key_file(job.output), json.dumps(content, ensure_ascii=False))


def key_file(notebook: Path) -> Path:
    """Where the key of an executed notebook lies: beside it."""
    return notebook.with_suffix(".json")


def _reasons(job: ChapterJob, present: Present) -> tuple[str, ...]:
    try:
        kept = json.loads(key_file(job.output).read_text(encoding="utf-8"))
        key = kept["key"]
        now = present.again(job, key)
    except FileNotFoundError:
        return ("zuletzt gescheitert" if job.failed.exists() else "neu",)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ("Aufzeichnung nicht lesbar",)
    reasons = tuple(_differences(key, now))
    if reasons:
        return reasons
    if not job.output.is_file():
        return ("zuletzt gescheitert" if job.failed.exists() else "Ergebnis fehlt",)
    return () if present.digests.of(job.output) == kept["notebook"] else ("Ergebnis verändert",)


def _differences(then: Key, now: Key) -> Iterable[str]:
    if then["program"] != now["program"]:
        yield "Programmversion"
    if then["template"] != now["template"]:
        yield "Vorlage geändert"
    if then["beside"] != now["beside"]:
        yield "Dateien neben den Vorlagen geändert"
    if then["parameters"] != now["parameters"]:
        yield "Parameter geändert"
    for name, was, is_now in _unequal(then["texts"], now["texts"]):
        yield f"Text {'neu' if not was else 'entfernt' if not is_now else 'geändert'} (texts/{name})"
    for name, was, is_now in _unequal(then["indicators"], now["indicators"]):
        yield from (f"Indikator {name}: {change}" for change in _changes(was, is_now))
    for name, *_ in _unequal(then["topics"], now["topics"]):
        yield f"Themenfeld {name}: andere Indikatoren" if name else "Indikatorenkatalog: andere Indikatoren"
    for part in ("given", "tables"):
        for name, *_ in _unequal(then[part], now[part]):
            yield _WORDS.get(name, f"„{name.removesuffix('.parquet')}“ geändert")
    for name, *_ in _unequal(then["files"], now["files"]):
        yield f"Datei {name} geändert"


def _unequal(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterable[tuple[str, Any, Any]]:
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            yield name, then.get(name), now.get(name)


def _changes(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> Iterable[str]:
    from sozlib.chapter.german import year_ranges

    if not was["definition"] or not is_now["definition"]:
        yield "neu" if is_now["definition"] else "entfallen"
        return
    if was["definition"] != is_now["definition"]:
        yield "Definition geändert"
    years = [int(year) for year, *_ in _unequal(was["values"], is_now["values"])]
    if years:
        yield f"Daten {year_ranges(sorted(years))} geändert"
