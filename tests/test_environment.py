"""pyproject.toml and environment.yml say the same."""

import os
import re
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]

#: What only conda needs: the interpreter, Quarto itself and what an extra pulls in on PyPI.
ONLY_CONDA = {"python", "pip", "quarto", "brotli-python"}


def split(requirement: str) -> tuple[str, str]:
    name, bound = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?((?:[<>]=?[\d.]+,?)*)", requirement).groups()
    return name.replace(".", "-").replace("_", "-").lower(), bound or ""


def declared_for_pip() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    requirements = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["lab"],
        *project["dependency-groups"]["dev"],
    ]
    return dict(map(split, requirements))


def declared_for_conda() -> dict[str, str]:
    entries = YAML(typ="safe").load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    plain = [e for e in entries if isinstance(e, str)]
    pip = [p for e in entries if isinstance(e, dict) for p in e["pip"] if p != "-e ."]
    return dict(map(split, plain + pip))


def test_conda_and_pip_ask_for_the_same_packages_in_the_same_versions():
    conda = {name: bound for name, bound in declared_for_conda().items() if name not in ONLY_CONDA}
    assert conda == declared_for_pip()


def test_conda_brings_quarto_and_pip_never_depends_on_it():
    assert declared_for_conda()["quarto"]
    assert "quarto-cli" not in declared_for_pip()


def test_the_python_version_is_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert declared_for_conda()["python"] == project["project"]["requires-python"]


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="Tests laufen in einem Prozess")
@pytest.mark.xdist_group("what is shared")
def test_what_tests_share_is_made_by_one_worker(request):
    """Where groups are passed over, nothing fails, but every worker builds reports of its own."""
    assert request.node.nodeid.endswith("@what is shared")
