# Every target bootstraps its own .venv; nothing but Python and make is needed before.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check
RUN := .venv/.run-$(shell cksum < requirements/run.txt | cut -d' ' -f1)
DEV := .venv/.dev-$(shell cksum < requirements/dev.txt | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help demo test check chaos bench docs build lock clean

help: ## list these targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

demo: $(RUN) ## start a stand-in console, collect its nine streams, show what arrived
	@PATH="$(CURDIR)/$(BIN):$$PATH" ./demo.sh

test: $(DEV) ## every test; a visible skip with its reason where a service can't be had
	@$(BIN)/pytest -n 2 --dist loadgroup --no-loadscope-reorder

check: $(DEV) ## format, lint, strict types, import rules, generated docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m docs.generate --check

chaos: $(DEV) ## kill the collector 200 times amid all faults; nothing lost, nothing doubled (ARGS="--seed 7")
	@$(BIN)/python -m chaos $(ARGS)

bench: $(DEV) ## speed and memory, as ratios measured side by side
	@$(BIN)/python -m bench

docs: $(DEV) ## write the generated pages of docs/
	@$(BIN)/python -m docs.generate

build: $(DEV) ## a wheel in dist/, installed with pip into a fresh environment and tried there
	@rm -rf dist .venv/wheel
	@$(PIP) wheel -q --no-deps --no-build-isolation --wheel-dir dist .
	@$(PYTHON) -m venv .venv/wheel
	@.venv/wheel/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@.venv/wheel/bin/pip install -q --disable-pip-version-check --no-deps dist/*.whl
	@.venv/wheel/bin/s1ecs --version && ls dist

LOCK = $(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11
lock: $(DEV) ## resolve the requirements anew
	@$(LOCK) --all-extras pyproject.toml -o requirements/run.txt
	@$(LOCK) --all-extras --group dev pyproject.toml -o requirements/dev.txt
	@$(LOCK) --group build -o requirements/build.txt

clean: ## remove what the other targets made
	@rm -rf .venv dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("s1ecs needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv

# The locked requirements first, then the package itself, so that a machine gets what was tested.
$(RUN) $(DEV): .venv/.%: .venv/bin/python pyproject.toml
	@echo "installing $(firstword $(subst -, ,$*)) requirements ..." >&2
	@$(PIP) install -q --require-hashes -r requirements/build.txt
	@$(PIP) install -q --require-hashes -r requirements/$(firstword $(subst -, ,$*)).txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@
