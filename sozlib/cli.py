"""The command ``sozlib``: what the batch operator calls.

Libraries are imported where they are needed, so that help and a wrong call answer at once. Every error made on
purpose is shown as its German text; a traceback only with ``--debug``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sozlib.german_arguments import GermanParser

if TYPE_CHECKING:
    from sozlib.build import Wish
    from sozlib.journal import Act
    from sozlib.project import Project

#: Exit codes; the handbook lists them.
OK, ERROR, INPUT, FAILED, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 all well, 1 error, 2 input cannot be used, 3 chapters or checks failed, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not be UTF-8
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = make_parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except KeyboardInterrupt:
        print("\nAbgebrochen. Der letzte gute Bericht ist unverändert.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone (| head)
        sys.stderr.close()
        return ERROR
    except Exception as error:
        if getattr(options, "debug", False):
            raise
        return _explain(error)


def make_parser() -> GermanParser:
    """The parser with all commands."""
    common = GermanParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--project", metavar="ORDNER", type=Path, help="Projektordner (sonst der aktuelle Ordner)")
    common.add_argument("--cycle", metavar="ZYKLUS", help="Berichtszyklus (sonst der aus report.yml)")
    common.add_argument("--debug", action="store_true", help="zeigt bei Fehlern den Ablauf im Programm")
    edition = GermanParser(add_help=False)
    edition.add_argument(
        "--edition",
        metavar="AUSGABE",
        type=_list,
        action="extend",
        default=[],
        help="Ausgabe oder Reihe von Ausgaben, mehrere durch Komma getrennt (sonst die öffentliche)",
    )
    part = GermanParser(add_help=False)
    part.add_argument(
        "--areas",
        metavar="GEBIETE",
        type=_list,
        action="extend",
        default=[],
        help="nur diese Gebiete (Kennung oder Kurzname, durch Komma getrennt; „ueberblick“ ist der Überblicksband)",
    )
    part.add_argument(
        "--topics", metavar="THEMEN", type=_list, action="extend", default=[], help="nur diese Themenfelder"
    )
    running = GermanParser(add_help=False)
    running.add_argument("--workers", metavar="ZAHL", type=_number, default=0, help="so viele Kapitel gleichzeitig")
    running.add_argument(
        "--engine",
        metavar="ART",
        choices=("auto", "forked", "kernel", "plain"),
        help="Ausführung der Notebooks: auto, forked (Abzweig eines vorgewärmten Prozesses), kernel (abgezweigter "
        "Kernel, für Widgets) oder plain (je Kapitel ein neuer Kernel)",
    )
    where = GermanParser(add_help=False)
    where.add_argument(
        "--executor",
        metavar="ORT",
        choices=("local", "dask"),
        help="Kapitel und Bände hier (local) oder am Dask-Cluster (dask)",
    )
    where.add_argument(
        "--scheduler",
        metavar="ADRESSE",
        help="Scheduler des Dask-Clusters, etwa tcp://rechner:8786 (heißt zugleich: --executor dask)",
    )
    assembling = GermanParser(add_help=False)
    assembling.add_argument(
        "--assembler", metavar="ART", choices=("auto", "quarto", "embedded"), help="Fertigung: auto, quarto, embedded"
    )

    parser = GermanParser(
        prog="sozlib",
        description="Vom Datenbestand zum Sozialbericht in HTML und PDF.",
        epilog="„sozlib BEFEHL --help“ erklärt einen Befehl.",
        parents=[common],
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="zeigt die Version des Programms")
    commands = parser.add_subparsers(title="Befehle", metavar="BEFEHL", required=True, parser_class=GermanParser)

    def add(
        name: str, function: Callable[[argparse.Namespace], int], text: str, *parents: GermanParser
    ) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".", parents=[common, *parents]
        )
        command.set_defaults(command=function)
        return command

    add("check", _check, "prüft Daten und Parameter und zeigt alle Probleme auf einmal", edition)
    add("plan", _plan, "zeigt, welche Bände und Kapitel entstehen", edition, part)
    add("build", _build, "baut den Bericht und gibt ihn frei", edition, part, running, where, assembling)
    preview = add("preview", _preview, "baut ein einziges Kapitel als HTML-Seite", edition, running)
    preview.add_argument("area", metavar="GEBIET", help="Kennung oder Kurzname des Gebiets, oder „ueberblick“")
    preview.add_argument("topic", metavar="THEMA", help="Themenfeld oder Dateiname des Kapitels")
    add("verify", _verify, "prüft einen freigegebenen Bericht noch einmal", edition)
    add("attack", _attack, "greift eine Ausgabe an und zeigt, wie genau gesperrte Zahlen bestimmbar sind", edition)
    add("pack", _pack, "verpackt freigegebene Ausgaben verschlüsselt zur Weitergabe", edition)
    log = add("log", _log, "zeigt das Protokoll und prüft, ob es unverändert ist", edition)
    log.add_argument("--lines", metavar="ZAHL", type=_number, default=20, help="so viele Einträge (0: alle)")
    init = add("init", _init, "legt einen eigenen Projektordner an")
    init.add_argument("folder", metavar="ORDNER", type=Path, help="neuer oder leerer Ordner")
    schema = add("schema", _schema, "schreibt JSON-Schemata der Parameterdateien für Editoren")
    schema.add_argument(
        "folder", metavar="ORDNER", type=Path, nargs="?", help="Zielordner (sonst parameters/schema im Projekt)"
    )
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *args: object, **kwargs: object) -> None:
        from sozlib import __version__

        print(f"sozlib {__version__}")
        parser.exit()


def _number(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"ganze Zahl ab 0 erwartet, gefunden {text!r}.")
    return number


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _project(options: argparse.Namespace) -> Project:
    from sozlib.project import Project

    return Project(getattr(options, "project", Path()), getattr(options, "cycle", None))


def _editions(options: argparse.Namespace, project: Project) -> list[str]:
    """Ids of the editions asked for, families resolved; otherwise the public one, or the first there is."""
    from sozlib.editions import chosen

    return [edition.id for edition in chosen(project, options.edition)]


def _wish(options: argparse.Namespace) -> Wish:
    from sozlib.build import Wish

    scheduler, executor = getattr(options, "scheduler", None), getattr(options, "executor", None)
    if scheduler and executor == "local":
        from sozlib.errors import InputError, Place, Problem

        found = "Ein Scheduler ist angegeben, der Bau soll aber hier laufen (--executor local)."
        raise InputError([Problem("executor", found, "Lassen Sie eine der beiden Angaben weg.", Place("--scheduler"))])
    return Wish(
        areas=tuple(getattr(options, "areas", ())),
        topics=tuple(getattr(options, "topics", ())),
        workers=options.workers,
        engine=options.engine,
        assembler=getattr(options, "assembler", None),
        executor="dask" if scheduler else executor,
        scheduler=scheduler,
    )


def _check(options: argparse.Namespace) -> int:
    from sozlib.commands import check

    project = _project(options)
    return check(project, _editions(options, project))


def _plan(options: argparse.Namespace) -> int:
    from sozlib.commands import show_plan

    project = _project(options)
    for edition in _editions(options, project):
        show_plan(project, edition, options.areas, options.topics)
    return OK


def _build(options: argparse.Namespace) -> int:
    from sozlib import receipt

    asked = receipt.Asked(
        options.edition, getattr(options, "cycle", None), options.areas, options.topics, options.assembler
    )
    done = receipt.nothing_to_do(getattr(options, "project", Path()).resolve(), asked)
    if done is not None:
        print("\n".join(done))
        return OK
    from sozlib.build import PARTIAL, build
    from sozlib.journal import noted

    project = _project(options)
    wish = _wish(options)
    for edition in _editions(options, project):
        with noted(project, "build", edition + (PARTIAL if wish.partial else "")):
            build(project, edition, wish)
    return OK


def _preview(options: argparse.Namespace) -> int:
    from sozlib.preview import preview

    project = _project(options)
    for edition in _editions(options, project):
        print(preview(project, edition, options.area, options.topic, _wish(options)).as_posix())
    return OK


def _verify(options: argparse.Namespace) -> int:
    from sozlib.commands import verify

    return _examined(options, "verify", verify)


def _attack(options: argparse.Namespace) -> int:
    from sozlib.commands import show_attack

    return _examined(options, "attack", show_attack)


def _examined(options: argparse.Namespace, act: Act, examine: Callable[[Project, str], int]) -> int:
    """Examine each edition asked for, and note it; the worst result."""
    from sozlib.journal import noted

    project, worst = _project(options), OK
    for edition in _editions(options, project):
        with noted(project, act, edition) as about:
            code = examine(project, edition)
            about["result"] = "failed" if code else "done"
        worst = max(worst, code)
    return worst


def _pack(options: argparse.Namespace) -> int:
    from sozlib.commands import pack_editions

    pack_editions(_project(options), options.edition)
    return OK


def _log(options: argparse.Namespace) -> int:
    from sozlib.commands import show_log

    return show_log(_project(options), options.edition, options.lines)


def _init(options: argparse.Namespace) -> int:
    from sozlib.scaffold import init

    print(init(options.folder))
    return OK


def _schema(options: argparse.Namespace) -> int:
    from sozlib.commands import write_schemas

    folder = options.folder or _project(options).parameters / "schema"
    for path in write_schemas(folder):
        print(path.as_posix())
    return OK


def _explain(error: Exception) -> int:
    """Show an error in German; exit code of its kind."""
    from sozlib.errors import InputError, SozlibError, spoken

    if isinstance(error, InputError):
        from sozlib.findings import counted, listed

        print(f"{listed(error.problems)}\n\n{counted(error.problems)}", file=sys.stderr)
        return error.exit_code
    if isinstance(error, SozlibError):
        print(f"Fehler: {error}", file=sys.stderr)
        return error.exit_code
    if isinstance(error, OSError) and error.errno is not None:
        print(f"Fehler: {spoken(error)}", file=sys.stderr)
        return ERROR
    print(
        f"Fehler im Programm: {type(error).__name__}: {error}\n"
        "Mit --debug zeigt sich, wo. Bitte melden Sie ihn mit dieser Ausgabe.",
        file=sys.stderr,
    )
    return ERROR


if __name__ == "__main__":
    sys.exit(main())
