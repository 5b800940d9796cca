"""Parameter files: safe YAML into typed models, with the line of every mistake.

Analysts write YAML by hand. A misspelt key that is silently ignored would change a report without a trace, so every
model forbids unknown keys, and the message names file, line and the nearest known key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path, PureWindowsPath
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sozlib.errors import InputError, Place, Problem, relative
from sozlib.nearest import suggestion

#: Ids of areas, topics, indicators …: they become parts of file names, so nothing else is let in.
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?$", max_length=64)]


def _in_project(path: str) -> str:
    # What leads out on any system is refused on all: a parameter file is passed on.
    if PureWindowsPath(path).anchor or ".." in re.split(r"[/\\]", path):
        raise ValueError(f"„{path}“ führt aus dem Projekt; Dateien liegen darin oder im Datenordner (data/…).")
    return path


#: Path of a file of the project or of the folder of raw tables.
InProject = Annotated[str, AfterValidator(_in_project)]


class Parameters(BaseModel):
    """Base of all models read from parameter files: unknown keys and endless numbers are refused, values stay."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, allow_inf_nan=False)

    @field_validator("*")
    @classmethod
    def _moderate(cls, value: Any) -> Any:
        """Products of such numbers and counts stay finite, whatever is done with them."""
        if any(number and not 1 / LARGEST_NUMBER <= abs(number) <= LARGEST_NUMBER for number in _numbers(value)):
            raise ValueError("Die Zahl ist zu groß oder zu nahe an null.")
        return value


def _numbers(value: Any) -> Iterator[int | float]:
    """Numbers in a value, in its lists and mappings; models inside have been looked through themselves."""
    if isinstance(value, int | float):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _numbers(part)
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from _numbers(part)


#: Largest number in a parameter file; the smallest above zero is its inverse.
LARGEST_NUMBER = 1e12

#: Characters of the largest parameter file, and values that it may hold with all references followed.
LARGEST, MOST_VALUES = 4_000_000, 200_000

#: Brackets inside brackets.
DEEPEST = 200

_REFERENCE = re.compile(r"(?:^|[\s,\[{:-])\*[^\s*]", re.MULTILINE)

Model = TypeVar("Model", bound=BaseModel)

_MESSAGES = {
    "missing": "Der Schlüssel „{key}“ fehlt.",
    "extra_forbidden": "Unbekannter Schlüssel „{key}“.",
    "string_type": "„{key}“: Text erwartet, gefunden {value!r}.",
    "int_parsing": "„{key}“: ganze Zahl erwartet, gefunden {value!r}.",
    "int_type": "„{key}“: ganze Zahl erwartet, gefunden {value!r}.",
    "float_parsing": "„{key}“: Zahl erwartet, gefunden {value!r}.",
    "float_type": "„{key}“: Zahl erwartet, gefunden {value!r}.",
    "finite_number": "„{key}“: endliche Zahl erwartet, gefunden {value!r}.",
    "bool_parsing": "„{key}“: true oder false erwartet, gefunden {value!r}.",
    "literal_error": "„{key}“: gefunden {value!r}, erlaubt {expected}.",
    "enum": "„{key}“: gefunden {value!r}, erlaubt {expected}.",
    "string_pattern_mismatch": (
        "„{key}“: {value!r} ist keine gültige Kennung (Buchstaben, Ziffern, dazwischen auch - und _)."
    ),
    "list_type": "„{key}“: Liste erwartet, gefunden {value!r}.",
    "tuple_type": "„{key}“: Liste erwartet, gefunden {value!r}.",
    "dict_type": "„{key}“: Zuordnung (Schlüssel: Wert) erwartet, gefunden {value!r}.",
    "model_type": "„{key}“: Zuordnung (Schlüssel: Wert) erwartet, gefunden {value!r}.",
    "greater_than": "„{key}“: größer als {gt} erwartet, gefunden {value!r}.",
    "greater_than_equal": "„{key}“: mindestens {ge} erwartet, gefunden {value!r}.",
    "less_than_equal": "„{key}“: höchstens {le} erwartet, gefunden {value!r}.",
    "date_from_datetime_parsing": "„{key}“: Datum (JJJJ-MM-TT) erwartet, gefunden {value!r}.",
}


def read_yaml(path: Path, root: Path) -> Any:
    """Content of a YAML file, read safely, positions kept.

    Raises
    ------
    InputError
        The file is missing, not UTF-8 or not YAML.
    """
    place = relative(path, root)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(
            [
                Problem(
                    "missing-file", "Datei nicht gefunden.", "Legen Sie sie an oder prüfen Sie den Namen.", Place(place)
                )
            ]
        ) from None
    except UnicodeDecodeError as error:
        row = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(
            [Problem("encoding", "Die Datei ist nicht UTF-8.", "Speichern Sie sie als UTF-8.", Place(place, row))]
        ) from None
    try:
        _refuse_bombs(text, place)
        return YAML(typ="rt", pure=True).load(text)
    except RecursionError:
        raise InputError([_too_much("Die Datei ist zu tief verschachtelt.", place)]) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        raise InputError(
            [
                Problem(
                    "yaml",
                    f"Kein gültiges YAML ({error.problem or error.context}).",
                    "Prüfen Sie Einrückung, Doppelpunkte und Anführungszeichen.",
                    Place(place, line),
                )
            ]
        ) from None
    except YAMLError as error:
        raise InputError([Problem("yaml", f"Kein gültiges YAML ({error}).", "", Place(place))]) from None


def _refuse_bombs(text: str, place: str) -> None:
    """Stop before a file of a few lines becomes millions of values by repeating references (``&a``, ``*a``)."""
    if len(text) > LARGEST:
        raise InputError([_too_much(f"Die Datei ist mit {len(text)} Zeichen zu groß.", place)])
    if _depth(text) > DEEPEST:
        raise InputError([_too_much("Die Datei ist zu tief verschachtelt.", place)])
    if not _REFERENCE.search(text):
        return
    sizes: dict[str, int] = {}
    open_nodes: list[tuple[str | None, int]] = [(None, 0)]
    for event in YAML(typ="rt", pure=True).parse(text):
        anchor = getattr(event, "anchor", None)
        if isinstance(event, AliasEvent):
            if anchor not in sizes:
                raise InputError([_too_much(f"Der Verweis „*{anchor}“ enthält sich selbst.", place, event)])
            _grow(open_nodes, sizes[anchor])
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            open_nodes.append((anchor, 1))
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            name, size = open_nodes.pop()
            if name:
                sizes[name] = size
            _grow(open_nodes, size)
        elif isinstance(event, ScalarEvent):
            if anchor:
                sizes[anchor] = 1
            _grow(open_nodes, 1)
        if open_nodes[-1][1] > MOST_VALUES:
            found = "Die Datei wird durch ihre Verweise (& und *) zu groß."
            raise InputError([_too_much(found, place, event)])


def _depth(text: str) -> int:
    """How deep brackets are nested; those in texts count too, the limit leaves room for them."""
    return max(accumulate(1 if match[0] in "[{" else -1 for match in re.finditer(r"[\[\]{}]", text)), default=0)


def _grow(open_nodes: list[tuple[str | None, int]], more: int) -> None:
    name, size = open_nodes[-1]
    open_nodes[-1] = name, size + more


def _too_much(found: str, place: str, event: Any = None) -> Problem:
    row = event.start_mark.line + 1 if event is not None and event.start_mark else None
    return Problem("yaml-size", found, "Schreiben Sie die Angaben ohne Verweise und flacher.", Place(place, row))


def load(path: Path, model: type[Model], root: Path) -> Model:
    """Parameter file as a model.

    Parameters
    ----------
    path
        The file.
    model
        What it must contain.
    root
        Project folder, for the paths in messages.

    Raises
    ------
    InputError
        With every mistake in the file, each with its line and, for a misspelt key, the nearest known one.
    """
    data = read_yaml(path, root)
    return validate(data, model, relative(path, root))


def validate(data: Any, model: type[Model], file: str) -> Model:
    """Validate what :func:`read_yaml` returned; see :func:`load`."""
    try:
        return model.model_validate(_plain(data) if data is not None else {})
    except ValidationError as error:
        problems = [_problem(e, data, model, file) for e in error.errors(include_url=False)]
        raise InputError(sorted(problems, key=lambda p: p.place.row or 0)) from None


def line_of(data: Any, loc: Sequence[str | int]) -> int | None:
    """1-based line of a key path in data from :func:`read_yaml`, or of its nearest known ancestor."""
    row: int | None = None
    node = data
    for step in loc:
        if isinstance(node, CommentedMap):
            if step not in node:
                continue
            row = node.lc.key(step)[0] + 1
            node = node[step]
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            row = node.lc.item(step)[0] + 1
            node = node[step]
        else:
            continue
    return row


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def _problem(error: Any, data: Any, model: type[BaseModel], file: str) -> Problem:
    loc = tuple(error["loc"])
    key = ".".join(str(step) for step in loc) or "(Datei)"
    if error["type"] == "extra_forbidden":
        key = str(loc[-1])
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        found = f"„{key}“: {context.get('error', error['msg'])}"
    elif error["type"] in _MESSAGES:
        found = _MESSAGES[error["type"]].format(key=key, value=error["input"], **context)
        found = found.replace(" or ", " oder ")
    else:
        found = f"„{key}“: Wert {error['input']!r} passt nicht ({error['msg']})."
    remedy = ""
    if error["type"] == "extra_forbidden":
        known = known_keys(model, loc[:-1])
        remedy = suggestion(key, sorted(known))
    code = {"extra_forbidden": "unknown-key", "missing": "missing-key"}.get(error["type"], "bad-value")
    return Problem(code, found, remedy, Place(file, line_of(data, loc)))


def known_keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Keys that the model knows at a position inside its data."""
    types: list[Any] = [model]
    for step in loc:
        following: list[Any] = []
        for kind in types:
            following += _inside(kind, step)
        types = following or types
    return [name for kind in types if _is_model(kind) for name in _names(kind)]


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _inside(kind: Any, step: str | int) -> list[Any]:
    if _is_model(kind):
        for name, field in kind.model_fields.items():
            if step in (name, field.alias):
                return _members(field.annotation)
        return []
    return []


def _members(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, UnionType, list, tuple, dict):
        return [member for argument in get_args(annotation) for member in _members(argument)]
    return [annotation]


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
