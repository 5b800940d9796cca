"""House style for figures that an analyst draws with matplotlib, seaborn or pandas.

The report's own charts follow rules that no style sheet holds. A figure drawn by hand in a notebook should at least
look like a relative of theirs: same letters, same colours, horizontal grid, no frame.
"""

from __future__ import annotations

from typing import Any

from sozlib.chapter.lettering import FAMILY, register_fonts
from sozlib.chapter.palette import Palette


def house_style(palette: Palette) -> dict[str, Any]:
    """Settings for :func:`matplotlib.rc_context` or ``matplotlib.rcParams.update``.

    Parameters
    ----------
    palette
        Colours of the report.

    Returns
    -------
    dict
        Settings by name; 72 points are 72 px of the text column, which is 680 px wide.
    """
    from cycler import cycler

    register_fonts()
    ink, ink_2, axis, grid = (palette[token] for token in ("ink", "ink-2", "axis", "grid"))
    order = ("own", "district", "worse-2", "better-2", "female", "male")
    return {
        "figure.figsize": (680 / 72, 340 / 72),
        "figure.dpi": 72,
        "savefig.dpi": 144,
        "savefig.transparent": True,
        "svg.fonttype": "none",
        "svg.hashsalt": "sozlib",
        "font.family": FAMILY,
        "font.size": 13.5,
        "text.color": ink,
        "axes.labelcolor": ink_2,
        "axes.edgecolor": axis,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.unicode_minus": True,
        "axes.prop_cycle": cycler(color=[palette[token] for token in order]),
        "axes.titlelocation": "left",
        "axes.titlesize": 13.5,
        "axes.titleweight": 600,
        "grid.color": grid,
        "grid.linewidth": 1.0,
        "xtick.color": axis,
        "ytick.color": axis,
        "xtick.labelcolor": ink_2,
        "ytick.labelcolor": ink_2,
        "xtick.labelsize": 13,
        "ytick.labelsize": 13,
        "ytick.major.size": 0,
        "lines.linewidth": 2.5,
        "lines.solid_capstyle": "round",
        "patch.linewidth": 0,
        "legend.frameon": False,
        "hatch.color": palette["hatch"],
    }
