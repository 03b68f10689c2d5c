# Everything sets itself up: `make demo` and `make test` work on a fresh machine with Python 3.11 or newer and git.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SOURCES := cdgen tests bench tools

.PHONY: demo test check test-engines test-corpus fuzz bench docs golden clean setup
.DEFAULT_GOAL := test

setup: $(READY)

$(READY): pyproject.toml requirements-dev.txt
	@echo "setting up $(VENV) (once; about half a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup
	@$(BIN)/cdgen demo

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: setup
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/python -m tools.docs --check

docs: setup
	$(BIN)/python -m tools.docs

golden: setup
	$(BIN)/python -m pytest tests/test_examples.py --update-golden

test-engines: setup
	$(BIN)/python -m tests.engines.install
	$(BIN)/python -m pytest tests/engines --expect-not-proven=bundler,composer,dotnet,gradle,mix,ruby

# needs mirrors of the labelled repositories: CORPUS_MIRRORS=folder with one owner+name/repo each; ends 5 (not proven) without
test-corpus: setup
	$(BIN)/python -m tools.measure_corpus $(CORPUS_MIRRORS)

# MINUTES=30 of mutated examples, steered by coverage
fuzz: setup
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-fuzz.txt
	$(BIN)/python -m tools.fuzz $(or $(MINUTES),30)

bench: setup
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
