# kexecdoc: every command of the project. `make` lists them; CI runs the same ones.

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8104

BIN      := $(VENV)/bin
NOTEBOOK := $(VENV)/.notebook
DEV      := $(VENV)/.dev
NODE     := $(VENV)/.node
NODE_MODULES := $(abspath $(VENV))/node/node_modules
EXPLORER := kexecdoc/web/explorer
CHAPTER  := 01-just-a-branch.ipynb

# Material for MkDocs announces its successor on every build. We know.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help lab test quick coverage check explorer bench notebooks site serve clean
# The targets share one environment and one output folder.
.NOTPARALLEL:

help:  ## what there is
	@awk -F ':.*##  *' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# An environment is made once and brought up to date when pyproject.toml changes. A reader of the notebooks
# needs only the extras `notebook` and `sweep`; everything else needs `dev`.
EXTRAS_notebook := notebook,sweep
EXTRAS_dev := dev

$(NOTEBOOK) $(DEV): $(VENV)/.%: pyproject.toml
	$(if $(problem),$(error $(problem)))
	@echo "Making $(VENV) for '$*' (about a minute the first time)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[$(EXTRAS_$*)]'
	@touch $@

problem = $(shell sh tools/need-python.sh '$(PYTHON)')

# Without a display JupyterLab prints its address instead of looking for a browser, and it refuses root
# unless told that root is meant. As its default address the chapter is in the one that is printed, too.
lab: NO_BROWSER := $(if $(filter Darwin,$(shell uname))$(DISPLAY)$(WAYLAND_DISPLAY),,--no-browser)
lab: ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)
lab: $(NOTEBOOK)  ## open JupyterLab on the first chapter
	$(BIN)/python -m jupyterlab $(NO_BROWSER) $(ALLOW_ROOT) \
	    --ServerApp.root_dir=notebooks --LabApp.default_url=/lab/tree/$(CHAPTER)

# What a notebook shows while it waits is not what it has to say: it is neither stored nor compared.
test notebooks check: export TQDM_DISABLE := 1

# Two tests at a time; those of one file one after the other, since they share the runs that they have made.
SIDE_BY_SIDE := -n 2 --dist loadfile

# What only notebooks need is not loaded for the package's tests, and what only Chromium can run is not collected.
OF_PACKAGE := -p no:nbval --ignore=tests/browser

# What comes from npm: the JavaScript's tools, Pyodide for the site, axe-core for its tests. Node.js and npm themselves
# come from PyPI, with the environment. No package may run a script of its own.
$(NODE): $(EXPLORER)/package.json $(DEV)
	@echo "Installing what kexecdoc/web/explorer/package.json names"
	@mkdir -p $(VENV)/node && cp $< $(VENV)/node/
	@$(BIN)/npm install --loglevel=error --no-audit --no-fund --no-package-lock --ignore-scripts \
	    --prefix $(VENV)/node >/dev/null
	@touch $@

# MACHINE=no builds a site without the page on which the machine runs.
MACHINE ?= yes
export MACHINE

test: $(DEV) $(NODE) site  ## every test: the package, the notebooks, the site and JupyterLab in a browser
	$(NODE_TEST)
	$(BIN)/python -m pytest $(OF_PACKAGE) $(SIDE_BY_SIDE)
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg $(SIDE_BY_SIDE) notebooks
	KEXECDOC_SITE=_build/html $(BIN)/python -m pytest -m browser $(SIDE_BY_SIDE)

NODE_TEST := $(BIN)/node --test "$(EXPLORER)/test/*.test.js"

quick: $(DEV)  ## the tests that take less than a minute together
	$(NODE_TEST)
	KEXECDOC_EXAMPLES=8 $(BIN)/python -m pytest -m "not slow" $(OF_PACKAGE) $(SIDE_BY_SIDE)

coverage: $(DEV)  ## the package's tests, and the lines that none of them ran
	$(BIN)/python -m pytest $(OF_PACKAGE) --cov

check: $(DEV) $(NODE)  ## lint, format, types, import layers, spelling, glossary, citations, what is stale
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	cd $(EXPLORER) && $(abspath $(BIN))/node $(NODE_MODULES)/@biomejs/biome/bin/biome check --error-on-warnings .
	$(BIN)/node $(NODE_MODULES)/typescript/bin/tsc --project $(EXPLORER) --typeRoots $(NODE_MODULES)/@types
	$(BIN)/typos
	$(BIN)/python -m tools.terms
	$(BIN)/python tools/claims.py
	$(BIN)/python tools/notebooks.py --form
	$(BIN)/python tools/explorer.py --check

explorer: $(DEV) $(NODE)  ## format the JavaScript and bundle it for the widget and the site
	cd $(EXPLORER) && $(abspath $(BIN))/node $(NODE_MODULES)/@biomejs/biome/bin/biome check --write .
	$(BIN)/python tools/explorer.py

bench: $(DEV) $(NODE)  ## what an event, a run, a verdict and a page cost, as ratios within one run
	$(BIN)/python -m benchmarks

notebooks: $(DEV)  ## run the notebooks and write them back, normalised
	$(BIN)/python tools/notebooks.py
	$(BIN)/python tools/readme_picture.py

# Never with -q: it hides the warnings from --strict, which then passes.
site: $(DEV) $(NODE)  ## build the site into _build/html
	$(BIN)/mkdocs build --strict
	$(BIN)/python -m tools.budgets wheels _build/html

# MkDocs derives site_url from the address that it serves, so instant navigation works as when published.
serve: $(DEV) $(NODE)  ## serve the site on 127.0.0.1:8104 (PORT=...) and rebuild it on every change
	$(BIN)/mkdocs serve --strict --livereload --dev-addr 127.0.0.1:$(PORT)

clean:  ## remove everything that these commands made, the environment too
	rm -rf $(VENV) _build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
	    .ruff_cache test-results
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +
