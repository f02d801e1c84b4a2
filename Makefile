# The only command list. `make demo` runs the main job, `make test` runs all that CI runs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null)
BIN := .venv/bin
STATE ?= .condivisa
CASE ?=
RPC ?=
CONFIG ?=
SERVE ?= 1
FORGE := node_modules/.bin/forge
SEED ?= $(shell echo $$RANDOM)
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

.PHONY: help setup demo serve deploy test lint types imports rules drift unit ape web-test fix bench bench-gas \
        bench-demo test-deep forge coverage forge-deep halmos slither mutants gas artifacts openapi page vectors \
        requirements clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

# --- set-up: hashed requirements, npm packages, compiled contracts ---------------------------------------------

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Condivisa needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv

define install # $(1) = runtime | dev
	@echo "installing Python packages ($(1))"
	$(if $(UV),$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/$(1).txt,\
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$(1).txt)
	$(if $(UV),$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .,\
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .)
	@touch $@
endef

.venv/.runtime: requirements/runtime.txt pyproject.toml | .venv/bin/python
	$(call install,runtime)

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(call install,dev)
	@touch .venv/.runtime

contracts/node_modules/.installed: contracts/package-lock.json
	@echo "installing the compiler, the local node and the contract libraries (npm)"
	cd contracts && $(NPM_CI)
	@touch $@

web/node_modules/.installed: web/package-lock.json
	@echo "installing the page's build tools (npm)"
	cd web && $(NPM_CI)
	@touch $@

.build/contracts: .venv/.runtime contracts/node_modules/.installed $(shell find contracts/src -name '*.sol' 2>/dev/null)
	@mkdir -p .build
	$(BIN)/python -m tools.compile_contracts --check
	@touch $@

setup: .build/contracts ## everything that the service needs

# --- run ---------------------------------------------------------------------------------------------------------

demo: setup ## from meter file to a verified payout: CASE=folder, SERVE=0 to exit at the end
	$(BIN)/condivisa demo --state $(STATE) $(if $(CASE),--case "$(CASE)") $(if $(filter 0,$(SERVE)),--no-serve)

serve: setup ## the API over the state of an earlier demo
	$(BIN)/condivisa serve --state $(STATE)

deploy: .venv-ape/.installed .venv/.runtime ## the contracts to any chain: RPC=http://… CONFIG=deployments/….toml
	@test -n "$(RPC)" -a -n "$(CONFIG)" || { echo "usage: make deploy RPC=http://… CONFIG=deployments/example.toml"; exit 2; }
	$(BIN)/python -m tools.run_ape deploy --network "$(RPC)" --config "$(CONFIG)"

# --- checks ------------------------------------------------------------------------------------------------------

.build/test-tools: .venv/.dev contracts/node_modules/.installed web/node_modules/.installed
	@mkdir -p .build && touch $@

test: .build/test-tools ## all that CI runs
	@$(MAKE) --no-print-directory lint types imports rules drift
	@$(MAKE) --no-print-directory web-test
	@$(MAKE) --no-print-directory -j 2 --output-sync=target ape forge # Ape keeps one core busy for minutes
	@$(MAKE) --no-print-directory coverage
	@$(MAKE) --no-print-directory unit

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.dev
	$(BIN)/mypy

imports: .venv/.dev
	$(BIN)/lint-imports

rules: .venv/.dev ## the home-made rules: function length, banned words
	$(BIN)/python -m tools.check_functions
	$(BIN)/python -m tools.check_words

drift: .build/test-tools ## committed generated files are what their sources give
	$(BIN)/python -m tools.compile_contracts --check
	$(BIN)/python -m tools.make_vectors --check
	$(BIN)/python -m tools.make_openapi --check
	node web/verifier/build.mjs --check

unit: .build/test-tools
	$(BIN)/pytest -n 2 --dist loadfile -m "not deep" --ignore tests/deployment/test_ape.py

web-test: web/node_modules/.installed
	node --test tests/web/*.test.mjs

.venv-%/.installed: requirements/%.txt
	@echo "installing $* (an environment of its own)"
	test -x .venv-$*/bin/python || $(PYTHON) -m venv .venv-$*
	$(if $(UV),$(UV) pip install --quiet --compile-bytecode --python .venv-$*/bin/python --require-hashes -r requirements/$*.txt,\
		.venv-$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt)
	@touch $@

ape: .venv-ape/.installed .build/test-tools ## ape compile and ape test, the same test bodies; ape run deploy
	$(BIN)/python -m tools.run_ape compile
	$(BIN)/python -m tools.run_ape test
	$(BIN)/pytest -q tests/deployment/test_ape.py

forge: contracts/node_modules/.installed ## fuzz tests and invariants of the contracts, 1,000 runs a property
	cd contracts && $(FORGE) fmt --check test && $(FORGE) test

coverage: .venv/.dev contracts/node_modules/.installed ## every line and branch of the contracts is reached
	$(BIN)/python -m tools.check_coverage

fix: .venv/.dev ## format and repair what can be repaired
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test-deep: .build/test-tools ## longer random suites, proofs, static analysis, mutants of the contracts
	CONDIVISA_DEEP=1 $(BIN)/pytest tests/reference tests/contracts tests/settlement tests/oracle/audit tests/oracle/sources
	$(BIN)/pytest -m deep
	@$(MAKE) --no-print-directory forge-deep halmos slither mutants

forge-deep: contracts/node_modules/.installed ## 10,000 runs a property on the code as deployed; SEED=number repeats a run
	cd contracts && FOUNDRY_PROFILE=deep $(FORGE) test --fuzz-seed $(SEED)

halmos: .venv-halmos/.installed contracts/node_modules/.installed ## proofs for all inputs
	cd contracts && PATH="$$PWD/node_modules/.bin:$$PATH" FOUNDRY_PROFILE=proofs ../.venv-halmos/bin/halmos --config halmos.toml

slither: .venv/.dev .venv-slither/.installed contracts/node_modules/.installed ## every finding has its reason
	$(BIN)/python -m tools.run_slither

mutants: .venv/.dev contracts/node_modules/.installed ## every mutant of the contracts is killed or explained
	$(BIN)/python -m tools.mutate

# --- measurements ------------------------------------------------------------------------------------------------

bench: .build/test-tools ## every figure as a ratio to a baseline of the same run
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.commitment
	$(BIN)/python -m benchmarks.audit
	$(BIN)/python -m benchmarks.ingest
	$(BIN)/python -m benchmarks.sources
	$(BIN)/python -m benchmarks.month
	$(BIN)/python -m benchmarks.year
	$(BIN)/python -m benchmarks.api
	$(BIN)/python -m benchmarks.follow
	$(BIN)/python -m benchmarks.gas

bench-gas: .build/test-tools ## our gas beside naive readings and a plain Merkle claim, 10 to 10,000 members
	$(BIN)/python -m benchmarks.gas_beside

bench-demo: ## wall time of make demo, after set-up and from scratch
	$(PYTHON) benchmarks/demo.py

# --- generated files ---------------------------------------------------------------------------------------------

gas: .build/test-tools ## write contracts/gas.json anew
	$(BIN)/python -m benchmarks.gas --write

artifacts: .build/test-tools ## write contracts/artifacts anew
	$(BIN)/python -m tools.compile_contracts

vectors: .build/test-tools ## write tests/vectors anew
	$(BIN)/python -m tools.make_vectors

openapi: .build/test-tools ## write api/openapi.json anew
	$(BIN)/python -m tools.make_openapi

page: .build/test-tools ## build the stand-alone verification page
	node web/verifier/build.mjs

requirements: ## compile the hashed requirements (needs uv)
	for name in runtime dev ape halmos slither; do \
		uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
			--prerelease if-necessary-or-explicit requirements/$$name.in --output-file requirements/$$name.txt; done

clean: ## remove environments and builds, never the state in .condivisa
	rm -rf .venv .venv-* .build contracts/node_modules web/node_modules
