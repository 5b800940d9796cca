import re
from pathlib import Path

import pytest
from drawings import PALETTE

from sozlib.chapter.palette import ROLES, Palette
from sozlib.errors import SozlibError


def test_a_page_has_the_token_and_its_light_value() -> None:
    assert PALETTE.variable("grid") == f"var(--grid, {PALETTE['grid']})"


def test_the_light_value_counts_not_the_dark_one(tmp_path: Path) -> None:
    light = "".join(f"--{role}: #{k:06x};" for k, role in enumerate(ROLES, 1))
    dark = re.sub(r"#\w{6}", "#abcdef", light)
    css = tmp_path / "tokens.css"
    css.write_text(f":root {{{light}}}\n@media screen {{ :root {{{dark}}} }}", encoding="utf-8")
    assert Palette.read(css)["own"] == "#000001"


def test_a_missing_colour_is_named(tmp_path: Path) -> None:
    css = tmp_path / "tokens.css"
    css.write_text(":root { --own: #0b5a6d; }", encoding="utf-8")
    with pytest.raises(SozlibError, match=r"tokens\.css: Den Abbildungen fehlen Farben: --interval, --district"):
        Palette.read(css)
