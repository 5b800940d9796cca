"""pandoc for many chapters at once.

One pandoc process reads and writes all chapters of a volume (``pandoc lua`` with the bundled ``convert.lua``); Markdown
is read in pandoc's sandbox. Analysts' own Lua filters are not run: a filter is a program that the sandbox does not
restrain.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sozlib.errors import SozlibError

#: Quarto's Markdown: pandoc's, HTML blocks kept whole so that tables stay tables.
MARKDOWN = "markdown-markdown_in_html_blocks-tex_math_single_backslash-latex_macros-raw_tex"

#: pandoc crashed with a hundred files in one process; half of that is safe.
_BATCH = 40


@dataclass(frozen=True)
class Conversion:
    """One document to convert: its format, its text, the wanted formats."""

    source: str
    text: str
    to: tuple[str, ...]


@cache
def pandoc_path() -> str:
    """The pandoc that came with the installation."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def convert(conversions: Sequence[Conversion]) -> list[dict[str, str]]:
    """Convert documents, in as few processes as is safe.

    Parameters
    ----------
    conversions
        What to convert.

    Returns
    -------
    list
        For each document, format → text.

    Raises
    ------
    SozlibError
        pandoc failed.
    """
    results: list[dict[str, str]] = []
    for start in range(0, len(conversions), _BATCH):
        results += _run(conversions[start : start + _BATCH])
    return results


def _run(conversions: Sequence[Conversion]) -> list[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="sozlib-pandoc-") as name:
        folder = Path(name)
        jobs = []
        for i, conversion in enumerate(conversions):
            (folder / f"{i}.in").write_text(conversion.text, encoding="utf-8", newline="\n")
            outputs = [{"to": to, "path": f"{i}.{k}.out"} for k, to in enumerate(conversion.to)]
            jobs.append({"from": conversion.source, "input": f"{i}.in", "outputs": outputs})
        (folder / "jobs.json").write_text(json.dumps(jobs), encoding="utf-8")
        script = Path(__file__).with_name("convert.lua")
        done = subprocess.run(
            [pandoc_path(), "lua", str(script), name], capture_output=True, text=True, encoding="utf-8", check=False
        )
        if done.returncode != 0:
            raise SozlibError(f"pandoc ist gescheitert: {done.stderr.strip() or done.returncode}")
        return [
            {to: (folder / f"{i}.{k}.out").read_text(encoding="utf-8") for k, to in enumerate(conversion.to)}
            for i, conversion in enumerate(conversions)
        ]
