# Every target bootstraps its own .venv; only Python and make are required.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check
RUN := .venv/.run-$(shell cksum < requirements/run.txt | cut -d' ' -f1)
SITE := .venv/.site-$(shell cksum < requirements/site.txt | cut -d' ' -f1)
DEV := .venv/.dev-$(shell cksum < requirements/dev.txt | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help demo test check chaos fuzz bench docs docs-site pictures screenshots build lock clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

demo: $(RUN) ## start a stand-in console, collect its nine streams, query the result, serve the page (ARGS=--no-serve: not)
	@PATH="$(CURDIR)/$(BIN):$$PATH" ./demo.sh $(ARGS)

test: $(DEV) ## run all tests; tests of unavailable services are skipped with the reason
	@# Three processes on two cores: tests of real processes wait as long as they compute.
	@$(BIN)/pytest -n 3 --dist loadgroup --no-loadscope-reorder

check: $(DEV) ## check format, lint, types, import rules and generated docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m docs.generate --check

chaos: $(DEV) ## kill the collector 200 times under all faults; no losses, no duplicates (ARGS="--seed 7", ARGS="--cluster": workers)
	@$(BIN)/python -m chaos $(ARGS)
	@$(BIN)/pytest -m chaos

fuzz: $(DEV) ## run mutated records through transform and collect (ARGS="--transform 1000000 --collect 50000 --seed 7")
	@$(BIN)/python -m fuzz $(ARGS)

bench: $(DEV) ## measure speed and memory as ratios
	@$(BIN)/python -m bench

docs: $(DEV) ## generate pages of docs/
	@$(BIN)/python -m docs.generate

docs-site: $(DEV) $(SITE) ## build the site of the documentation with search; broken links and anchors are errors
	@$(BIN)/python -m docs.site_pages
	@$(BIN)/zensical build --strict -f build/docs-site/mkdocs.yml
	@echo "the site is in build/docs-site/site; to read it: $(BIN)/zensical serve -f build/docs-site/mkdocs.yml"

pictures: $(DEV) ## draw what commands print on a terminal to docs/pictures (a minute)
	@$(BIN)/python -m docs.make_pictures $(ARGS)

screenshots: $(DEV) ## draw the page over the demo's data to docs/images (a minute; needs Chromium)
	@$(BIN)/python -m docs.make_screenshots $(ARGS)

build: $(DEV) ## build a wheel in dist/, install it with pip into a fresh environment and try it
	@rm -rf dist .venv/wheel
	@$(PIP) wheel -q --no-deps --no-build-isolation --wheel-dir dist .
	@$(PYTHON) -m venv .venv/wheel
	@.venv/wheel/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@.venv/wheel/bin/pip install -q --disable-pip-version-check --no-deps dist/*.whl
	@.venv/wheel/bin/s1ecs --version && ls dist

LOCK = $(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
	--python-version 3.11
lock: $(DEV) ## update the locked requirements
	@$(LOCK) --all-extras pyproject.toml -o requirements/run.txt
	@$(LOCK) --all-extras --group dev pyproject.toml -o requirements/dev.txt
	@$(LOCK) --group site -c requirements/dev.txt -o requirements/site.txt
	@$(LOCK) --group build -o requirements/build.txt

clean: ## remove the results of other targets
	@rm -rf .venv build dist demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("s1ecs needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv

# The locked requirements first, then the package itself, so that a machine gets what was tested.
$(RUN) $(DEV) $(SITE): .venv/.%: .venv/bin/python pyproject.toml
	@echo "installing $(firstword $(subst -, ,$*)) requirements ..." >&2
	@$(PIP) install -q --require-hashes -r requirements/build.txt
	@$(PIP) install -q --require-hashes -r requirements/$(firstword $(subst -, ,$*)).txt
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@
