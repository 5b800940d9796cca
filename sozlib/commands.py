"""The commands that read and show: check, plan, attack, verify, schema."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib.batch.planning import make_plan
from sozlib.batch.summary import told
from sozlib.editions import edition_of
from sozlib.errors import InputError, Place, Problem, SozlibError, relative
from sozlib.findings import counted, listed
from sozlib.project import Project
from sozlib.written import examine_written

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sozlib.batch.plan import Plan
    from sozlib.build import Outlook
    from sozlib.snapshot import Snapshot


def check(project: Project, editions: Sequence[str]) -> int:
    """Check all input and show every problem, grouped by file.

    Returns
    -------
    int
        0, or 2 if at least one problem is an error.
    """
    from sozlib.state import examine

    problems = [*placeholders(project), *examine(project), *examine_written(project)]
    try:
        for edition in editions:
            plan_of(project, edition)
    except InputError as error:
        nowhere = any(problem.code == "missing-data" for problem in problems)  # then each file is missing
        problems += [problem for problem in error.problems if not (nowhere and problem.code == "missing-file")]
    problems = list(dict.fromkeys(problems))
    if problems:
        print(listed(problems) + "\n")
    print(f"Geprüft: {counted(problems)}")
    return InputError.exit_code if any(problem.severity == "error" for problem in problems) else 0


def placeholders(project: Project) -> list[Problem]:
    """Places in the parameter files where ``sozlib init`` left something to fill in."""
    found = []
    for path in sorted(project.parameters.rglob("*.yml")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for row, line in enumerate(lines, 1):
            if match := re.match(r"[^#]*?(<[A-ZÄÖÜ][^<>]*>)", line):
                said = f"Der Platzhalter {match[1]} ist noch nicht ersetzt."
                found.append(Problem("placeholder", said, "", Place(project.shown(path), row), "warning"))
    return found


def plan_of(project: Project, edition: str, only_areas: Sequence[str] = (), only_topics: Sequence[str] = ()) -> Plan:
    """Plan of an edition, made from the table of areas alone.

    Raises
    ------
    InputError
        With the problems of areas and plan.
    """
    from sozlib.errors import raise_errors
    from sozlib.observations.areas import read_areas

    areas, problems = read_areas(project)
    raise_errors(problems)
    return make_plan(project, areas.table, edition, only_areas=only_areas, only_topics=only_topics)


def show_plan(project: Project, edition: str, only_areas: Sequence[str], only_topics: Sequence[str]) -> None:
    """Print volumes and chapters, each with what the next build will do with it and why."""
    from sozlib.batch.summary import described
    from sozlib.build import Wish, outlook

    plan = plan_of(project, edition, only_areas, only_topics)
    print(described(plan))
    try:
        found: Outlook | None = outlook(project, plan, Wish(tuple(only_areas), tuple(only_topics)))
    except InputError:
        found = None
    for volume in plan.volumes:
        state = f"  [{told(found.volumes[volume.id])}]" if found else ""
        print(f"\n{volume.id}: {volume.title}{state}")
        width = max(len(chapter.slug) for chapter in volume.chapters)
        for chapter in volume.chapters:
            template = relative(chapter.template, project.root)
            state = f"  [{told(found.chapters[chapter.id])}]" if found else ""
            print(f"  {chapter.slug:<{width}}  {chapter.title}  ({template}){state}")
    if found:
        print(f"\n{found}")
    else:
        print("\nWas davon neu zu bauen ist, zeigt sich, sobald die Daten in Ordnung sind („sozlib check“).")


def verify(project: Project, edition: str) -> int:
    """Check a released report again: manifest, links, PDFs, and that nothing hidden stands in any file.

    Returns
    -------
    int
        0, or 3 if it does not pass.
    """
    from sozlib.book.checks import check_files
    from sozlib.crew import Crew
    from sozlib.errors import BuildError
    from sozlib.manifest import compare, read_manifest

    chosen = edition_of(project, edition)
    report = project.output(edition)
    shown = relative(report, project.root)
    snapshot = _snapshot_of(project, edition, read_manifest(report)["snapshot"])
    with Crew(project.report.workers) as crew:
        problems = compare(report, shown) + check_files(report, project, edition, snapshot, crew)
    if snapshot is None and chosen.protects:
        said = "Geschützte Werte wurden nicht gesucht: Der Datenstand dieses Berichts liegt nicht mehr vor."
        remedy = "„sozlib build“ baut neu und prüft."
        problems.append(Problem("gate-without-data", said, remedy, Place(shown), "warning"))
    if problems:
        print(listed(problems) + "\n")
    files = len(read_manifest(report)["outputs"])
    print(f"{shown}: {files} Dateien geprüft, {counted(problems)}")
    return BuildError.exit_code if any(problem.severity == "error" for problem in problems) else 0


def show_attack(project: Project, edition: str, lines: int = 20) -> int:
    """Attack an edition and print what can be inferred about its hidden counts, the worst first.

    Returns
    -------
    int
        0, or 3 if a protected count can be inferred too precisely.
    """
    from sozlib.disclosure.ledger import ledger_of
    from sozlib.disclosure.proof import described, run_attack, summary
    from sozlib.editions import edition_of
    from sozlib.errors import BuildError
    from sozlib.state import held_snapshots, prepare

    snapshot = prepare(project, edition)
    held = held_snapshots(project, edition)
    found = run_attack(project, snapshot, held, ledger_of(project, edition_of(project, edition)))
    short = [inference for inference in found if not inference.safe]
    print(f"Ausgabe {edition}" + (f", zusammen mit {', '.join(other.edition for other in held)}" if held else ""))
    for inference in found.inferences[: max(lines, len(short))]:
        print(f"  {'' if inference.safe else 'ZU GENAU: '}{described(inference, snapshot)}")
    print(
        f"{len(short)} geschützte Zahlen sind zu genau bestimmbar."
        if short
        else summary(found.inferences, found.revised)
    )
    return BuildError.exit_code if short else 0


def pack_editions(project: Project, names: Sequence[str]) -> list[Path]:
    """Pack the released reports of editions, each with its passphrase, and print where they lie.

    Raises
    ------
    SozlibError
        No edition was named, a passphrase is missing or weak, or a report is not what was released.
    """
    from sozlib.editions import chosen
    from sozlib.journal import noted
    from sozlib.packing import pack, passphrases

    if not names:
        raise SozlibError("Nennen Sie die Ausgabe, zum Beispiel „sozlib pack --edition municipal“.")
    editions = chosen(project, names)
    secrets = passphrases(project.report.passphrase_variable, editions)
    packages = []
    for edition in editions:
        with noted(project, "pack", edition.id):
            packages.append(pack(project, edition, secrets[edition.id]))
        print(relative(packages[-1], project.root))
    return packages


def show_log(project: Project, editions: Sequence[str], lines: int) -> int:
    """Print the last entries of the audit log and whether its chain is whole.

    Parameters
    ----------
    project
        The report project.
    editions
        Only these; a family stands for its members. Nothing means all.
    lines
        At most so many entries; 0 for all.

    Returns
    -------
    int
        0, or 3 if the log was changed.
    """
    from sozlib.errors import BuildError
    from sozlib.journal import place, read

    path = place(project)
    entries, problems = read(path, relative(path, project.root))
    wanted = [e for e in entries if not editions or any(_meant(str(e.content["edition"]), name) for name in editions)]
    for entry in wanted[-lines:] if lines else wanted:
        print(entry)
    if problems:
        print("\n" + listed(problems))
        return BuildError.exit_code
    if not entries:
        print("Das Protokoll ist leer.")
        return 0
    print(f"\n{len(entries)} Einträge, die Kette ist geschlossen. Prüfsumme des letzten: {entries[-1].digest}")
    return 0


def _meant(edition: str, name: str) -> bool:
    return edition == name or edition.startswith(f"{name}-")


def _snapshot_of(project: Project, edition: str, files: dict[str, str]) -> Snapshot | None:
    """The snapshot that a report was made from, as long as the workshop still holds it and what it hides."""
    from sozlib.disclosure.hidden import is_written, record_of
    from sozlib.snapshot import Snapshot

    path = project.workshop(edition) / "snapshot"
    if not (path / "snapshot.json").is_file() or not is_written(record_of(path)):
        return None
    snapshot = Snapshot.open(path)
    return snapshot if snapshot.meta["files"] == files else None


def write_schemas(folder: Path) -> list[Path]:
    """JSON Schemata of all parameter files, for completion and checking in editors."""
    from sozlib.indicators.catalogue import write_schema
    from sozlib.observations.source import Source
    from sozlib.project import Cycle, Report

    models: dict[str, tuple[type[BaseModel], str]] = {
        "report": (Report, "Bericht (parameters/report.yml)"),
        "cycle": (Cycle, "Berichtszyklus (parameters/cycles)"),
        "source": (Source, "Quelle (parameters/sources)"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    paths = [write_schema(folder)]
    for name, (model, title) in models.items():
        schema = model.model_json_schema()
        for part in (schema, *schema.get("$defs", {}).values()):
            part.pop("description", None)  # docstrings are for programmers; the fields' own descriptions stay
        schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
        path = folder / f"{name}.json"
        path.write_text(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        paths.append(path)
    return paths
