"""Text in Typst's language: escaping, and the files from which a volume's PDF is set."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\#$*_`\[\]<>@~\"'=+/-])")


def escape(text: str) -> str:
    """Text as Typst markup that shows exactly this text.

    Examples
    --------
    >>> escape("a_b [c]")
    'a\\\\_b \\\\[c\\\\]'
    """
    return _SPECIAL.sub(r"\\\1", text).replace("\u00a0", "~")


def quoted(text: str) -> str:
    """Text as a Typst string.

    Examples
    --------
    >>> quoted('say "x"')
    '"say \\\\"x\\\\""'
    """
    clean = "".join(character if ord(character) >= 32 else " " for character in text)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def label(chapter: str, id: str) -> str:
    """Label of a place in a volume: the chapter's slug and the id, in letters that Typst allows."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", f"{chapter}--{id}")
