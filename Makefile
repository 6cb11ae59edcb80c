# Every target that has a description is listed by `make`. Needs: Python 3.11 or newer, make, git.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
WORKERS ?= auto
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
UV := $(shell command -v uv 2>/dev/null)
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
# The certificates that the system trusts, as pip does, and not only those that uv brings along.
WITH_UV = { echo 'Installing the locked packages with uv …'; export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1; \
	$(UV) venv --quiet --allow-existing --no-python-downloads --python "$$(command -v $(PYTHON))" $(VENV) && \
	$(UV) pip sync --quiet --python $(VENV) --require-hashes requirements.lock; }
WITH_PIP = { echo 'Installing the locked packages with pip (uv would be quicker) …'; \
	$(PYTHON) -m venv $(VENV) && \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock; }
PACKAGES := kernel profiles campaigns referrals analytics mcps_site
export PORT

.PHONY: help
help:
	@echo 'MCPS: multi-channel personalization. Usage: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)


.PHONY: setup
setup: $(STAMP) ## Make .venv from requirements.lock (done by every other target when needed)

$(STAMP): requirements.lock
	@if [ -z '$(PYTHON)' ]; then echo 'Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3'; exit 1; fi
	@$(if $(UV),$(WITH_UV) || { echo 'uv did not manage it; trying pip.'; $(WITH_PIP); },$(WITH_PIP))
	@touch $(STAMP)

.PHONY: lock
lock: $(STAMP) ## Renew requirements.lock from pyproject.toml (UPGRADE=1 takes new versions; needs uv)
	@if [ -z '$(UV)' ]; then echo 'Renewing the lock needs uv: see docs/how-to/renew-the-lock.md.'; exit 1; fi
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--quiet --no-header $(if $(UPGRADE),--upgrade) --output-file requirements.lock


.PHONY: demo
demo: $(STAMP) ## Run the product with a demo log-in and demo content (PORT=8000)
	@exec $(BIN)/python -m mcps_site.runtime demo

.PHONY: up
up: $(STAMP) ## Run the product without demo content (PORT=8000)
	@exec $(BIN)/python -m mcps_site.runtime up

.PHONY: shell
shell: $(STAMP) ## Open Django's shell, starting the embedded PostgreSQL if it is not running
	@exec $(BIN)/python -m mcps_site.runtime manage shell

.PHONY: manage
manage: $(STAMP) ## Run a Django command (ARGS='create_staff ada@example.com --role admin')
	@exec $(BIN)/python -m mcps_site.runtime manage $(ARGS)

.PHONY: reset
reset: $(STAMP) ## Delete the embedded servers' data, after asking (YES=1 does not ask)
	@exec $(BIN)/python -m mcps_site.runtime reset $(if $(YES),--yes)


.PHONY: test
test: $(STAMP) ## Run all tests (ARGS='tests/kernel -k name' narrows)
	@$(BIN)/pytest -n $(WORKERS) -m 'not nightly' $(ARGS)

.PHONY: check
check: gates test-fast ## Format, lint, types, imports, migrations, templates, spelling, fast tests

.PHONY: ci
ci: gates test-cover ## What continuous integration runs: every gate, all tests, coverage floors

.PHONY: nightly
nightly: $(STAMP) ## Hold segments and computed traits equal to a recompute over 2,000 random examples
	@$(BIN)/pytest -q -p no:xdist --hypothesis-profile=nightly --timeout=3600 tests/profiles/segments/test_two_evaluators.py tests/profiles/computed/test_equal_to_recompute.py

.PHONY: bench
bench: $(STAMP) ## Measure: each tests/benchmarks/*.py in turn, numbers on the terminal
	@for name in ingest collection engagement reaction startup; do echo "== $$name"; $(BIN)/python -m tests.benchmarks.$$name; done
	@$(BIN)/pytest -q -s tests/benchmarks -m nightly


.PHONY: gates
gates: format lint types imports migrations templates spelling dependencies

.PHONY: format
format: $(STAMP) ## Step: the formatter would change nothing
	@echo '== format'; $(BIN)/ruff format --check .

.PHONY: lint
lint: $(STAMP) ## Step: ruff, with its security rules
	@echo '== lint'; $(BIN)/ruff check .

.PHONY: types
types: $(STAMP) ## Step: strict mypy
	@echo '== types'; $(BIN)/mypy $(PACKAGES) tests manage.py

.PHONY: imports
imports: $(STAMP) ## Step: the import contracts between apps, slices and rooms
	@echo '== imports'; $(BIN)/lint-imports --no-logo

.PHONY: migrations
migrations: $(STAMP) ## Step: no model change lacks a migration
	@echo '== migrations'; $(BIN)/python -m mcps_site.runtime manage makemigrations --check --dry-run

.PHONY: templates
templates: $(STAMP) ## Step: templates are formatted
	@echo '== templates'; git ls-files 'templates/*.html' | xargs --no-run-if-empty $(BIN)/djade --check --target-version 5.2

.PHONY: spelling
spelling: $(STAMP) ## Step: American spelling, no typos
	@echo '== spelling'; $(BIN)/typos .

.PHONY: dependencies
dependencies: $(STAMP) ## Step: every import is a declared dependency and the other way round
	@echo '== dependencies'; $(BIN)/deptry .

.PHONY: test-fast
test-fast: $(STAMP)
	@echo '== fast tests'; $(BIN)/pytest -q -n $(WORKERS) -m 'not slow and not browser and not nightly and not services'

.PHONY: test-cover
test-cover: $(STAMP)
	@echo '== tests; one that fails is tried once more and listed as retried: a fault to mend'
	@$(BIN)/pytest -n $(WORKERS) -m 'not nightly' --retries 1 --retry-delay 2 --cov --cov-report=
	@echo '== coverage, all: at least 90%'; $(BIN)/coverage report --skip-covered
	@echo '== coverage, kernel and rules: at least 98%'; $(BIN)/coverage report --include='kernel/*,*/rules.py,*/rules/*' --fail-under=98

.PHONY: fix
fix: $(STAMP) ## Format code and templates, apply the safe repairs of ruff
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .
	@git ls-files 'templates/*.html' | xargs --no-run-if-empty $(BIN)/djade --target-version 5.2
