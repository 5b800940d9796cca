"""Write all files of the demonstration district: ``python -m data.erzeugen [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

from . import write_all

if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1])
