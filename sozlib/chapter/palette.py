"""Colours of the charts, read from the design tokens of the report.

``tokens.css`` is the only place for colours; site, PDF and charts read it there. Charts are drawn with its light
values. For the site, :mod:`sozlib.chapter.svg` writes each colour as ``var(--token, #hex)``, so that one drawing
follows light and dark mode. That needs colours by which a token can be told: where two tokens share a colour, the
drawn one is moved by a step nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
    exact
        Colour of each token as it stands in the style sheet, ``#rrggbb``.
    """

    exact: Mapping[str, str]

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

    @cached_property
    def drawn(self) -> dict[str, str]:
        """Colour of each token in a drawing; no two are the same."""
        drawn: dict[str, str] = {}
        used: set[str] = set()
        for token, colour in self.exact.items():
            number = int(colour[1:], 16)
            step = -1 if number & 0xFF else 1
            while f"#{number:06x}" in used:
                number += step
            drawn[token] = f"#{number:06x}"
            used.add(drawn[token])
        return drawn

    @cached_property
    def tokens(self) -> dict[str, str]:
        """Token of each drawn colour."""
        return {colour: token for token, colour in self.drawn.items()}

    def __getitem__(self, token: str) -> str:
        """Colour to draw a token with."""
        return self.drawn[token]

    def variable(self, colour: str) -> str:
        """Drawn colour for the site: ``var(--own, #0b5a6d)``; a colour of no token stays as it is."""
        token = self.tokens.get(colour)
        return f"var(--{token}, {self.exact[token]})" if token else colour

    def fixed(self, colour: str) -> str:
        """Drawn colour for print: the token's exact light value."""
        token = self.tokens.get(colour)
        return self.exact[token] if token else colour


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
