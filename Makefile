# Everything is made inside this folder: the Python environment in .venv, results in out.
# Needs: make, bash, Python 3.11 or newer with its venv module. The network is used by pip only.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8501
WORKERS ?= 2
LOCK_FLAGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
OUT := out/busy-week

.PHONY: help demo app browser test check proof bench bench-instructions lock clean moved

help:
	@echo 'make demo    install into .venv, replay a busy week, write its report to $(OUT)'
	@echo 'make app     install into .venv, open the web app at http://127.0.0.1:$(PORT) (another: make app PORT=8600); Ctrl-C ends it'
	@echo 'make test    install into .venv, check format, types and layers, run the tests'
	@echo 'make browser bring the Chromium that the tests need, if there is none'
	@echo 'make check   format, lint, types and layers only'
	@echo 'make proof   the long statistical and conformance runs'
	@echo 'make bench   the benchmarks'
	@echo 'make bench-instructions   instructions per event, beside the recorded ones (needs valgrind)'
	@echo 'make lock    resolve the dependencies anew into requirements.lock (LOCK_FLAGS=--upgrade for newer versions)'
	@echo 'make clean   remove all that was made here, .venv included'
	@echo 'Another Python: make demo PYTHON=python3.12'

demo: $(STAMP)
	@$(VENV)/bin/refund-desk run scenarios/busy-week.toml --out $(OUT)
	@for page in $(OUT)/*.html; do \
	    [ -e "$$page" ] || { echo 'the run wrote no report page into $(OUT)' >&2; exit 1; }; \
	    echo "The report, to be opened in a browser: $$PWD/$$page"; \
	done

app: $(STAMP)
	@$(VENV)/bin/refund-desk app --port $(PORT) || [ $$? -eq 130 ]

test: check browser
	$(RUN) -m pytest -n $(WORKERS) --dist loadgroup

# Some tests open the app in a real browser: the system's Chromium, else one that is installed here.
browser: $(STAMP)
	@echo "the browser of the tests: $$($(RUN) tests/app/browser/bring.py)"

check: $(STAMP)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

proof: $(STAMP) browser
	$(RUN) -m pytest -m proof -s

bench: $(STAMP)
	$(RUN) -m benchmarks

bench-instructions: $(STAMP)
	$(RUN) -m benchmarks.instructions

# An environment tells nobody where it was made for, and does not work elsewhere: the stamp holds the folder,
# and one that is missing, cut short or moved here from another place is made again.
ifneq ($(shell cat $(STAMP) 2>/dev/null),$(CURDIR))
$(STAMP): moved
endif

$(STAMP): requirements.lock pyproject.toml
	@if [ "$$(cat $(STAMP) 2>/dev/null)" != "$$(pwd -P)" ] || ! $(RUN) -c '' 2>/dev/null; then \
	    $(call new-environment,$(VENV)); \
	fi
	@rm -f $(STAMP)
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@pwd -P > $(STAMP)

# $(call new-environment,FOLDER): an empty environment, or one line that says why there can be none.
define new-environment
command -v "$(PYTHON)" >/dev/null \
  || { echo 'refund desk needs Python 3.11 or newer, and "$(PYTHON)" is not on this machine. Name one: make PYTHON=/path/to/python3' >&2; exit 1; }; \
"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo "refund desk needs Python 3.11 or newer, and \"$(PYTHON)\" is $$("$(PYTHON)" --version 2>&1). Name another: make PYTHON=python3.12" >&2; exit 1; }; \
"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null \
  || { echo '"$(PYTHON)" came without venv and ensurepip, so it cannot make an environment. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }; \
echo 'making the environment $(1)'; \
"$(PYTHON)" -m venv --clear $(1)
endef

lock:
	@$(call new-environment,.venv-lock)
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13'
	.venv-lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --fork-strategy fewest \
	    --only-binary :all: --generate-hashes --no-config --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
	    --quiet $(LOCK_FLAGS) -o requirements.lock
	@! grep -nE '://|^-' requirements.lock || { echo 'requirements.lock must hold names, versions and hashes only' >&2; exit 1; }
	@rm -rf .venv-lock

clean:
	rm -rf .venv .venv-lock out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
