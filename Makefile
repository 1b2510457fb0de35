# What does one do every day with this checkout? `make up`, `make test`, `make check`. Needs Python 3.11 or newer and make.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
COMPILE := $(UV) pip compile -q --generate-hashes --no-header --universal --python-version 3.11 pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help up down test check fix docs lock clean

help:  ## say what each target does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile

up: .venv/run.stamp  ## open the market; prints its address and logins (ARGS="--no-sample --port 9000")
	@$(BIN)/peakday up $(ARGS)

down:  ## close the market
	@if [ -x $(BIN)/peakday ]; then $(BIN)/peakday down; else echo "nothing is installed here"; fi

test: .venv/dev.stamp  ## run the tests (ARGS="tests/kernel -k money")
	@scripts/install-browser.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/dev.stamp  ## everything that must hold before a change goes in: exactly what .ci/run runs
	@scripts/install-browser.sh
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 tests/house
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/house

fix: .venv/dev.stamp  ## format, and mend what can be mended
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: .venv/dev.stamp  ## write the pages and the client that follow from the tree
	@for page in capabilities architecture client; do $(BIN)/python tools/$$page.py; done

lock: $(UV)  ## write the pinned requirements anew from pyproject.toml
	$(COMPILE) --extra sample --extra science -o requirements/run.txt
	$(COMPILE) --all-extras -c requirements/run.txt -o requirements/dev.txt

clean: down  ## remove the environment and all caches; the market's data in var/ stays
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# each stamp is newer than the pins it installed
.venv/run.stamp: requirements/run.txt pyproject.toml | $(UV)
	@echo "installing Peakday …"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/run.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt pyproject.toml | $(UV)
	@echo "installing Peakday and what its tests need …"
	@$(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(UV) pip install -q --python $(BIN)/python --no-deps -e .
	@touch $@ .venv/run.stamp

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Peakday needs Python 3.11 or newer; this is $$($(PYTHON) --version 2>&1). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { echo "Python cannot make an environment. On Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
