"""Colours of the charts, read from the design tokens of the report.

``tokens.css`` is the only place for colours; site, PDF and charts read it there. Charts are drawn with its light
values. For the site, :mod:`sozlib.chapter.svg` writes each colour as ``var(--token, #hex)``, so that one drawing
follows light and dark mode.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sozlib.errors import SozlibError

#: Tokens that charts draw with.
ROLES: tuple[str, ...] = (
    *("own", "interval", "district", "others", "grid", "axis", "ink", "ink-2", "paper", "female", "male"),
    *(f"class-{i}" for i in range(1, 6)),
    *(f"on-class-{i}" for i in range(1, 6)),
    *("withheld", "hatch", "better-2", "better-1", "neutral", "worse-1", "worse-2"),
    *(f"status-{status}{dynamics}" for status in range(1, 5) for dynamics in "psn"),
    *(f"on-status-{status}" for status in range(1, 5)),
    *(f"type-{letter}" for letter in "abcdefgh"),
    *(f"on-type-{letter}" for letter in "abcdefgh"),
)
_TOKEN = re.compile(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})\s*;")


def lettering(token: str) -> str:
    """Token of the colour in which letters stand on a coloured area; the cells of a status share one."""
    return f"on-{token[:-1] if token.startswith('status-') else token}"


@dataclass(frozen=True)
class Palette:
    """Light values of the chart colours.

    Parameters
    ----------
    colours
        Colour of each token as it stands in the style sheet, ``#rrggbb``.
    """

    colours: Mapping[str, str]

    @classmethod
    def read(cls, path: Path | str) -> Palette:
        """Read the tokens of a snapshot or a theme.

        Raises
        ------
        SozlibError
            A colour that the charts need is missing.
        """
        path = Path(path)
        stat = path.stat()
        return _read(path, stat.st_mtime_ns, stat.st_size)

    def __getitem__(self, token: str) -> str:
        """Colour of a token, ``#rrggbb``."""
        return self.colours[token]

    def variable(self, token: str) -> str:
        """Colour of a token for the site, which follows light and dark mode: ``var(--own, #0b5a6d)``."""
        return f"var(--{token}, {self.colours[token]})"


@lru_cache(maxsize=8)
def _read(path: Path, changed: int, size: int) -> Palette:
    css = path.read_text(encoding="utf-8")
    found = {name: colour.lower() for name, colour in reversed(_TOKEN.findall(css.split("@media")[0]))}
    missing = [role for role in ROLES if role not in found]
    if missing:
        names = ", ".join(f"--{role}" for role in missing)
        raise SozlibError(
            f"{path.name}: Den Abbildungen fehlen Farben: {names}. Ergänzen Sie sie in „:root“ als #rrggbb."
        )
    return Palette({role: found[role] for role in ROLES})
