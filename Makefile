# Two commands for a newcomer: `make report` builds the demonstration report, `make test` runs the tests.
# Both set everything up first; nothing but Python >= 3.11 and make is needed.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONDONTWRITEBYTECODE :=

.PHONY: report test setup check lint clean

report: setup
	$(BIN)/sozlib build

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup
	$(BIN)/sozlib check

lint: setup
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock | .uv/bin/uv
	.uv/bin/uv sync --frozen --compile-bytecode --python $(PYTHON)
	@touch $@

.uv/bin/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet "uv>=0.9"

clean:
	rm -rf .venv .uv .cache
