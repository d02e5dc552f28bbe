# Everything sets itself up: git, make and Python 3.11 or newer are enough.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export UV_COMPILE_BYTECODE := 1
RUN := scripts/uv run --quiet --locked --no-default-groups
DOCS := scripts/uv run --quiet --locked --no-default-groups --group docs
DEV := scripts/uv run --quiet --locked --group dev
# a worker for each of two cores: threads of theirs that waited for one another made a solver take twenty times as long
PYTEST := OPENBLAS_NUM_THREADS=1 $(DEV) pytest -n 2

.PHONY: help report test check check-slow lint types layers bench fuzz faults audit serve docs dist system clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

report: ## the main job: the report on the bundled sample, in ./report
	@$(RUN) modelcensus report -o report

test: system ## set up and run every check that CI runs
	@$(MAKE) --no-print-directory lint types layers
	@$(PYTEST) --dist worksteal

check: ## format, then everything that `test` runs
	@$(DEV) ruff format .
	@$(MAKE) --no-print-directory test

check-slow: system ## the long checks: all of `test`, and the tests marked slow
	@$(PYTEST) -m "slow or not slow" --override-ini addopts="-q --import-mode=importlib"

lint: ## style, without changing a file
	@$(DEV) ruff check . && $(DEV) ruff format --check .

types: ## pyright
	@$(DEV) pyright

layers: ## the one direction of docs/architecture.md
	@$(DEV) lint-imports

bench: ## side by side with what a user would pick instead: docs/benchmarks.md (a night; `ARGS=--quick`: minutes)
	@$(DEV) --group bench python -m bench $(ARGS)

fuzz: ## a million foreign inputs into every parser (a night; INPUTS=10000 for fewer, SEED=2 for others, ARGS=NAME for one)
	@cd tests && ../$(DEV) python -m fuzz --inputs $(or $(INPUTS),1000000) --seed $(or $(SEED),1) $(ARGS)

faults: ## kill, fill, cut and corrupt a ledger a hundred times each (TRIALS=10 for fewer, SEED=2 for others)
	@MODELCENSUS_FAULTS=$(or $(TRIALS),100) MODELCENSUS_FAULTS_SEED=$(or $(SEED),1) $(DEV) pytest tests/faults -s -m slow

audit: ## known vulnerabilities of all that is locked (asks osv.dev, so it is part of no check)
	@scripts/audit $(ARGS)

serve: ## read the report in a browser at http://127.0.0.1:8000
	@test -f report/report.html || $(MAKE) --no-print-directory report
	@cd report && python3 -m http.server --bind 127.0.0.1 8000

docs: ## the documentation as a site that needs no network, in build/docs
	@$(DOCS) sphinx-build -q -W --keep-going -b html docs build/docs
	@echo build/docs/index.html

dist: ## wheel and source distribution, in dist
	@scripts/uv build --quiet --out-dir dist && ls dist

system: ## packages of the distribution that the browser tests need; only as root
	@scripts/system-packages

clean: ## remove what the other targets made
	@rm -rf report build dist .venv .tools .pytest_cache .ruff_cache .hypothesis
