"""Fixtures that several rooms' tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from demonstration import demonstration


@pytest.fixture(scope="session")
def demo_report() -> Path:
    """Folder of the demonstration report (public edition); built once for all workers, see :mod:`demonstration`."""
    return demonstration()
