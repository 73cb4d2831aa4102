# Two commands set everything up: `make demo` and `make test`. Each target makes .venv by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/.spark
SAMPLE := data/samples/goychay
# A file of tests stays in one process, so that what its tests share is made once; the files are
# begun in the order of tests/conftest.py. TESTS="-n 0 -x" runs them one after the other.
TESTS ?= --dist loadfile --no-loadscope-reorder
# Tests start Python often: it would compile the whole program each time.
unexport PYTHONDONTWRITEBYTECODE

# Said before a target begins: its words in the list.
TELL = @sed -n 's/^$@:.*  *\#\# \([^[]*\).*/$@: \1/p' $(firstword $(MAKEFILE_LIST))

.DEFAULT_GOAL := help
.PHONY: help demo fast test slow-tests test-all test-spark check bench nights peers same figures manual campaign bundle sbom clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "voterlist needs Python 3.11 or newer; $(PYTHON) is older. Try: make PYTHON=python3.13"; exit 2; }
	@echo "Making $(VENV) and fetching the packages of constraints.txt: some minutes, once."
	$(PYTHON) -m venv $(VENV) || { echo "No virtual environment could be made. On Debian: apt-get install python3-venv"; exit 2; }
	$(BIN)/pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

# Half a gigabyte that only the tests of the linkage on a cluster need.
$(SPARK): $(READY)
	@echo "Fetching Spark: half a gigabyte, once."
	$(BIN)/pip install --disable-pip-version-check -c constraints.txt -e '.[dev,spark]'
	@touch $(SPARK)

demo: $(READY)  ## a run over the sample lists, with its reports
	$(TELL)
	@$(BIN)/voterlist run $(SAMPLE) --today 2026-02-03; code=$$?; [ $$code -le 1 ]

fast: $(READY)  ## the tests that are not slow, with fewer examples of each law: about a minute
	$(TELL)
	$(BIN)/python -m pytest -n 2 $(TESTS) -m "not slow"

# Three processes on two processors: who waits for a desk, a browser or a database leaves room for
# another. A fourth takes a tenth longer.
test: $(READY)  ## the tests but the long ones
	$(TELL)
	$(BIN)/python -m pytest -n 3 $(TESTS) -m "not long"

slow-tests: $(READY)  ## which tests are slow, measured anew, into tests/slow.csv
	$(TELL)
	$(BIN)/python -m pytest -n 3 $(TESTS) -m "not long" --measure

test-all: $(READY)  ## all tests: bundles, marked lists through every command, recipes, kills too
	$(TELL)
	$(BIN)/python -m pytest -n 3 $(TESTS)

test-spark: $(SPARK)  ## the linkage on a cluster of its own, on this machine; needs Java 17
	$(TELL)
	$(BIN)/python -m pytest -n 0 tests/spark

check: $(READY)  ## linter, format, types, and imports that go down
	$(TELL)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)  ## accuracy, time and memory of link, written into docs/benchmarks.md
	$(TELL)
	$(BIN)/python bench/run.py --write
	$(BIN)/python bench/ladder.py --sizes 10000 100000 1000000 --write

# With LISTS_FOLDER=... also RLdata500, RLdata10000 and fake_1000.
peers: $(READY)  ## the same lists with Splink and recordlinkage
	$(TELL)
	$(BIN)/python bench/peers/run.py --write $(if $(LISTS_FOLDER),--lists-folder $(LISTS_FOLDER))

# With LIKE=folder of a workspace, and LINK=list.parquet.
nights: $(READY)  ## a run new, unchanged and with one precinct anew, and the steps of link
	$(TELL)
	$(BIN)/python bench/nights.py --write $(if $(LIKE),--like $(LIKE)) $(if $(LINK),--link $(LINK))

# OLD is the folder of another checkout.
same: $(READY)  ## the tables of this checkout against those of another one: OLD=folder
	$(TELL)
	@[ -n "$(OLD)" ] || { echo "Which checkout? make same OLD=folder [VOTERS=100000] [SEEDS=\"1 2 3\"] [RENAMED=\"old=new\"] [REWORDED=\"column:old=new\"]"; exit 2; }
	$(BIN)/python bench/same_answers.py $(OLD) . --voters $(or $(VOTERS),100000) --seeds $(or $(SEEDS),1 2 3) $(if $(RENAMED),--renamed $(RENAMED)) $(if $(REWORDED),--reworded $(REWORDED))

# OLD is the folder of another checkout.
figures: $(READY)  ## figures of the code: size, longest functions, start-up, files a change touches: [OLD=folder]
	$(TELL)
	$(BIN)/python bench/figures.py $(if $(OLD),--old $(OLD))

manual: $(READY)  ## rules, tables, settings, commands ... as files, in both languages, into build/manual
	$(BIN)/python packaging/manual.py build/manual

# It goes on where it was stopped; the record is in build/campaign.
campaign: $(READY)  ## kills, power cuts, refusals, damage, leaks: an hour, into docs/reliability.md: [MINUTES=60] [SEED=1]
	$(TELL)
	-$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,campaign]'
	nice -n 19 $(BIN)/python campaign/campaign.py --minutes $(or $(MINUTES),60) --seed $(or $(SEED),1)

# KEYS is a folder that `voterlist keys make` made.
bundle: $(READY)  ## archives for machines without internet, Linux and Windows, into dist: [KEYS=folder]
	$(TELL)
	$(BIN)/python packaging/bundle.py $(if $(KEYS),--keys $(KEYS))

sbom: $(READY)  ## what the bundles hold, as CycloneDX 1.6: every package with licence and digest, into dist
	$(TELL)
	$(BIN)/python packaging/sbom.py

clean:  ## remove .venv and the caches
	$(TELL)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis bench/peers/.venvs
