# kexecdoc: every command of the project. `make` lists them; CI runs the same ones.

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8104

BIN      := $(VENV)/bin
NOTEBOOK := $(VENV)/.notebook
DEV      := $(VENV)/.dev
NPM      := $(VENV)/.npm
PYODIDE  := $(VENV)/.pyodide
CHAPTER  := 01-just-a-branch.ipynb

# Material for MkDocs announces its successor on every build. We know.
export NO_MKDOCS_2_WARNING := 1

.DEFAULT_GOAL := help
.PHONY: help lab test quick coverage check bench notebooks site serve clean
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

# What the browser tests want from npm. Without npm they say so and are skipped, like those without a Chromium.
$(NPM): tests/browser/package.json
	@mkdir -p $(VENV)/npm && cp $< $(VENV)/npm/
	@if command -v npm >/dev/null; then \
	    npm install --silent --no-audit --no-fund --no-package-lock --prefix $(VENV)/npm; \
	else echo "npm is missing: the tests that need axe-core will be skipped"; fi
	@touch $@

# What the site wants from npm: the machine in the page. MACHINE=no builds a site without it, and so does who has no npm.
MACHINE ?= $(if $(shell command -v npm),yes,no)
export MACHINE
WITH_MACHINE := $(if $(filter-out no false 0 off,$(MACHINE)),$(PYODIDE))
LEFT_OUT := $(if $(WITH_MACHINE),,@echo "Without npm, or with MACHINE=no, the site has no page on which the machine runs")

$(PYODIDE): site/package.json
	@mkdir -p $(VENV)/pyodide && cp $< $(VENV)/pyodide/
	@npm install --loglevel=error --no-audit --no-fund --no-package-lock --prefix $(VENV)/pyodide >/dev/null || \
	    { echo "npm could not install Pyodide; MACHINE=no builds the site without the page that needs it" >&2; exit 1; }
	@touch $@

test: $(DEV) $(NPM) site  ## every test: the package, the notebooks, the site and JupyterLab in a browser
	$(BIN)/python -m pytest $(SIDE_BY_SIDE)
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg $(SIDE_BY_SIDE) notebooks
	KEXECDOC_SITE=_build/html $(BIN)/python -m pytest -m browser $(SIDE_BY_SIDE)

quick: $(DEV)  ## the tests that take less than a minute together
	KEXECDOC_EXAMPLES=8 $(BIN)/python -m pytest -m "not browser and not slow" $(SIDE_BY_SIDE)

coverage: $(DEV)  ## the package's tests, and the lines that none of them ran
	$(BIN)/python -m pytest --cov

check: $(DEV)  ## lint, format, types, import layers, spelling, glossary, citations, stale notebooks
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python tools/spelling.py
	$(BIN)/python -m tools.terms
	$(BIN)/python tools/claims.py
	$(BIN)/python tools/notebooks.py --check

bench: $(DEV) $(WITH_MACHINE)  ## what an event, a run, a sweep, a click and a page cost, as ratios within one run
	$(BIN)/python -m benchmarks

notebooks: $(DEV)  ## run the notebooks and write them back, normalised
	$(BIN)/python tools/notebooks.py
	$(BIN)/python tools/readme_picture.py

# Never with -q: it hides the warnings from --strict, which then passes.
site: $(DEV) $(WITH_MACHINE)  ## build the site into _build/html
	$(LEFT_OUT)
	$(BIN)/mkdocs build --strict

# MkDocs derives site_url from the address that it serves, so instant navigation works as when published.
serve: $(DEV) $(WITH_MACHINE)  ## serve the site on 127.0.0.1:8104 (PORT=...) and rebuild it on every change
	$(LEFT_OUT)
	$(BIN)/mkdocs serve --strict --livereload --dev-addr 127.0.0.1:$(PORT)

clean:  ## remove everything that these commands made, the environment too
	rm -rf $(VENV) _build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
	    .ruff_cache test-results
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +
