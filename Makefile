# Everything goes through .venv, which the first command that needs it makes.
# `make help` lists these commands; its words are those after `##`.

PYTHON ?= python3
SIZE ?= small

.PHONY: help setup run test bench prove fuzz lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):[a-z -]*## /\1	/p' Makefile | \
	while IFS='	' read -r name words; do printf 'make %-6s  %s\n' "$$name" "$$words"; done

setup: ## all set-up and nothing else: .venv with the service and its tests' needs
	@$(PYTHON) tools/setup.py test

run: ## the service on http://127.0.0.1:8000 with an embedded database and a demo region
	@$(PYTHON) tools/setup.py run
	@exec .venv/bin/seuranta serve --demo

test: setup ## every check: format, lint, types, floors, tests on both databases, browser
	@.venv/bin/python -m tools.checks

bench: setup ## the benchmarks at small sizes; SIZE=county and SIZE=nation take long
	@.venv/bin/python -m benchmarks $(SIZE)

prove: setup ## engine and slow reference agree on 10,000 random patients; half an hour
	@.venv/bin/python -m tests.reference 10000

fuzz: setup ## long random tests: other examples each time
	@.venv/bin/python -m pytest -n 2 -p tests.fuzzing --hypothesis-profile fuzz -m "fuzz or hypothesis"

lock: setup ## the locks in requirements/ anew, after a change of dependencies in pyproject.toml
	@.venv/bin/python tools/lock.py

clean: ## away with .venv and what tests left; the data in var/ stays
	@rm -rf .venv build dist test-results *.egg-info .*_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
