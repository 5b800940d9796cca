"""The leaky report, built once for each module that says what the edition shows (``snapshot``)."""

import shutil
from pathlib import Path

import leaky_report as leaky
import pytest

from sozlib.chapter.palette import Palette


@pytest.fixture(scope="module")
def palette(snapshot) -> Palette:
    return Palette.read(snapshot.path / "tokens.css")


@pytest.fixture(scope="module")
def sound(snapshot, tmp_path_factory) -> Path:
    site = tmp_path_factory.mktemp("seiten") / "bericht"
    leaky.build(site, snapshot)
    return site


@pytest.fixture
def site(sound, tmp_path) -> Path:
    return shutil.copytree(sound, tmp_path / "bericht")
