# Two commands set everything up: `make demo` and `make test`. Both make .venv themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SAMPLE := data/samples/goychay

.PHONY: demo test check bench peers clean

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "voterlist needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.13"; exit 2; }
	$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made. On Debian: apt-get install python3-venv"; exit 2; }
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

demo: $(READY)
	@$(BIN)/voterlist run $(SAMPLE) --today 2026-02-03; code=$$?; [ $$code -le 1 ]

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python bench/run.py --write

# Voters' lists and FEBRL; with LISTS_FOLDER=... also RLdata500, RLdata10000 and fake_1000.
peers: $(READY)
	$(BIN)/python bench/peers/run.py --write $(if $(LISTS_FOLDER),--lists-folder $(LISTS_FOLDER))

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis bench/peers/.venvs
