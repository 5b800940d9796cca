"""argparse in German: help, headings and messages, with the nearest known command or option."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from sozlib.nearest import nearest

_MESSAGES = (
    (r"the following arguments are required: (?P<what>.*)", "Es fehlt: {what}."),
    (r"argument (?P<name>[^:]*): expected one argument", "{name} braucht eine Angabe."),
    (r"argument (?P<name>[^:]*): expected at least one argument", "{name} braucht mindestens eine Angabe."),
    (
        r"argument (?P<name>[^:]*): invalid _number value: (?P<value>.*)",
        "{name}: ganze Zahl erwartet, gefunden {value}.",
    ),
    (r"argument (?P<name>[^:]*): ignored explicit argument (?P<value>.*)", "{name} nimmt keine Angabe ({value})."),
    (r"argument (?P<name>[^:]*): not allowed with argument (?P<other>.*)", "{name} geht nicht zusammen mit {other}."),
    (r"argument (?P<name>[^:]*): (?P<what>.*)", "{name}: {what}"),
)
_CHOICE = re.compile(r"argument (?P<name>[^:]*): invalid choice: '?(?P<value>[^']*)'? \(choose from (?P<known>.*)\)")
_UNKNOWN = re.compile(r"unrecognized arguments: (?P<what>.*)")


class _Formatter(argparse.HelpFormatter):
    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "Verwendung: " if prefix is None else prefix)


class GermanParser(argparse.ArgumentParser):
    """An :class:`argparse.ArgumentParser` that speaks German and ends with 1 on a wrong call."""

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs = {"formatter_class": _Formatter, "allow_abbrev": False, **kwargs}
        helped = kwargs.get("add_help", True)
        super().__init__(*args, **{**kwargs, "add_help": False})
        if helped:  # a parser without help lends its options to others, whose groups merge by their first titles
            self._positionals.title = "Angaben"
            self._optionals.title = "Optionen"
            self.add_argument("-h", "--help", action="help", help="zeigt diese Hilfe")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the call and how to get help, and end."""
        print(f"Fehler: {self._german(message)}\nHilfe: {self.prog} --help", file=sys.stderr)
        raise SystemExit(1)

    def _german(self, message: str) -> str:
        if match := _CHOICE.fullmatch(message):
            known = re.findall(r"[\w-]+", match["known"])
            what = "Befehl" if match["name"] == "BEFEHL" else f"Wert für {match['name']}"
            return f"Unbekannter {what} „{match['value']}“. {_nearest(match['value'], known)}"
        if match := _UNKNOWN.fullmatch(message):
            first = match["what"].split()[0].split("=")[0]
            options = [option for action in self._all_actions() for option in action.option_strings]
            hint = f" {_nearest(first, options)}" if first.startswith("-") else ""
            return f"Nicht verstanden: {match['what']}.{hint}"
        for pattern, german in _MESSAGES:
            if match := re.fullmatch(pattern, message):
                return german.format(**match.groupdict())
        return message

    def _all_actions(self) -> Sequence[argparse.Action]:
        actions = list(self._actions)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                actions += [inner for parser in action.choices.values() for inner in parser._actions]
        return actions


def _nearest(word: str, known: Sequence[str]) -> str:
    near = nearest(word, known, cutoff=0.5)
    return f"Meinten Sie „{near}“?" if near else f"Bekannt sind: {', '.join(dict.fromkeys(known))}."
