"""τ-ARGUS (``pytauargus``) on one table, in a process of its own: ``python -m benchmarks.tauargus FOLDER METHOD``.

It leaves files with original values where it works, so it is given a folder that is thrown away. Reads ``people.csv``
(one row a person) and writes ``result.csv`` with a status for every cell of the table with all margins.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd


def main(folder: Path, method: str) -> None:
    """Protect the table of areas in regions by sex and age."""
    from pytauargus import protect

    people = pd.read_csv(folder / "people.csv", dtype=dict.fromkeys(("area", "region", "sex", "age"), str))
    done = protect(
        people,
        tables=["area", "sex", "age"],
        response="one",
        # Counts below three are unsafe; their interval must reach 100 % to both sides, the most that is accepted.
        safety_rules="FREQ(3,100)",
        suppress={"modular": "MOD(1,5,1,0,0)", "optimal": "OPT(1,5)"}[method],
        hrc={"area": "area > region"},
        workdir=str(folder),
    )
    done.tables[0].dataframe()[["area", "sex", "age", "status"]].to_csv(folder / "result.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
