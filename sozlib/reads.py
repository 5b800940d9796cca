"""What a chapter has read: the list by which the next build knows whether the chapter must be run again.

A chapter reads through few doors: the snapshot's tables, its indicators one at a time, the lists of a topic, the texts
people wrote, files of the project. Each door notes here what went through it. While a build runs a chapter,
:data:`VARIABLE` names the file that takes the notes, one JSON list a line; anywhere else (in JupyterLab, say) nothing
is noted. Nothing is noted either before :func:`begin`, which ``Chapter.open`` calls: what a process reads beforehand
for all its chapters belongs to none of them.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, Literal

#: Environment variable with the path of the file that takes the notes.
VARIABLE = "SOZLIB_READS"

#: Environment variable with the one snapshot that a chapter of a build may open: that of its edition.
SNAPSHOT = "SOZLIB_SNAPSHOT"

Kind = Literal["chapter", "indicator", "topic", "table", "meta", "text", "file"]

_noted: set[tuple[str, str]] = set()
_target = ""
#: What lies here belongs to the program and is told by its version.
_PROGRAM = tuple({os.path.join(path, "") for path in (sys.prefix, sys.base_prefix, os.path.dirname(__file__))})


def begin() -> None:
    """Note from here on, if a build wants to know."""
    global _target
    wanted = os.environ.get(VARIABLE, "")
    if not wanted or wanted == _target:
        return
    if not _target:
        sys.addaudithook(_opened)
    _target = wanted
    _noted.clear()
    note("chapter", "")


def note(kind: Kind, name: str) -> None:
    """Note that something of that kind and name was asked for, whether it exists or not."""
    if not _target or (kind, name) in _noted:
        return
    _noted.add((kind, name))
    line = json.dumps([kind, name], ensure_ascii=False) + "\n"
    handle = os.open(_target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode("utf-8"))
    finally:
        os.close(handle)


def _opened(event: str, arguments: tuple[Any, ...]) -> None:
    """Audit hook: a file that the chapter opens with Python's own means."""
    if event != "open" or not isinstance(arguments[0], str | os.PathLike) or not arguments[1]:
        return
    mode = str(arguments[1])
    path = os.path.abspath(os.fspath(arguments[0]))
    if not isinstance(path, str) or "r" not in mode or path.endswith((".py", ".pyc")):
        return
    if path.startswith(("/proc/", "/dev/", "/sys/", *_PROGRAM)):
        return
    note("file", path)
