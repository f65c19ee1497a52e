# `make demo` and `make test` need Python 3.11 or later and make, nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(firstword $(foreach python,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(python) -c 'import sys; sys.version_info >= (3, 11) and print("$(python)")' 2>/dev/null)))
INSTALL := -m pip --disable-pip-version-check -qq install --no-deps --require-hashes --only-binary :all: \
	--no-binary circle-configurations,circle-developer-controlled-wallets,circle-web3-sdk-util --requirement
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.venv-sam/bin:$(PATH)

.PHONY: help demo dev test check fix scoreboard mutants contracts layers bench bench-gas sam-test tools lock

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

demo: .venv/local ## the main job over HTTP, in a database of its own
	@gigstream demo

dev: .venv/local ## serve on 127.0.0.1:3000 with the schedules ticking, until interrupted
	@gigstream dev

test: .venv/dev ## the whole suite; ARGS="-k streams" chooses
	@! docker info >/dev/null 2>&1 || $(MAKE) .venv-sam/ready || echo 'no sam: its tests are skipped'
	@pytest -n 2 -m 'not sam' $(ARGS)
	@pytest -m sam $(ARGS) || [ $$? -eq 5 ] # alone: two that build at once would take each other's images

check: .venv/dev ## linters, types, import directions, SQL, template
	@ruff check
	@ruff format --check
	@mypy
	@lint-imports --no-cache
	@sqlfluff lint --processes 2 schema seed
	@cfn-lint template.yaml

fix: .venv/dev ## what the linters can mend themselves
	@ruff check --fix-only
	@ruff format
	@sqlfluff fix --processes 2 schema seed

scoreboard: .venv/dev ## faults planted, violations counted; SEED=n replays, ROWS="R1 R2" chooses; wants pgbouncer
	@python -m tests.faults.scoreboard

mutants: .venv/dev ## one fault at a time in a copy of the code: which row of the scoreboard catches it
	@python -m tests.faults.mutants

contracts: .venv/dev ## compile infra/contracts and write the artifacts anew
	@gigstream compile-contracts

layers: .venv/dev ## what Lambda unpacks to /opt, built into .build/layers, and how large it is; wants Python 3.13
	@python -m devstack.layers

bench: .venv/dev ## how fast, as ratios against references of the same run; ROWS="P1 P2" chooses, KEEP=1 keeps the table
	@python -m tests.bench.table

bench-gas: .venv/dev ## gas of each act beside Sablier's and a plain loop, on one EVM; wants node and npm
	@python -W ignore -m tests.bench.gas

sam-test: .venv/dev .venv-sam/ready ## every function in a container, by sam local: wants Docker
	@pytest -m sam $(ARGS)

tools: .venv/dev .venv-sam/ready ## what `gigstream deploy` needs: sam, boto3

lock: .venv/dev ## resolve all requirements anew, within pyproject.toml
	@$(LOCK) --upgrade pyproject.toml -o layers/shared/requirements.txt
	@$(LOCK) --upgrade --group chain -c layers/shared/requirements.txt -o layers/chain/requirements.txt
	@$(LOCK) --upgrade pyproject.toml --group local -c layers/chain/requirements.txt -c layers/shared/requirements.txt -o infra/requirements/local.txt
	@$(LOCK) --upgrade pyproject.toml --group dev -c infra/requirements/local.txt -o infra/requirements/dev.txt
	@$(LOCK) --upgrade --group sam -o infra/requirements/sam.txt

# The locks are complete, so pip resolves nothing; the project itself is linked in, not copied.
.venv/local: infra/requirements/local.txt pyproject.toml | .venv/bin/python
	@echo 'installing into .venv ...'
	@.venv/bin/python $(INSTALL) infra/requirements/local.txt
	@.venv/bin/python -m pip --disable-pip-version-check -qq install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: infra/requirements/dev.txt .venv/local
	@.venv/bin/python $(INSTALL) infra/requirements/dev.txt
	@touch $@

# sam builds with the Python of Lambda, which uv finds or fetches, but for pyenv's.
.venv-sam/ready: infra/requirements/sam.txt | .venv/dev
	@echo 'installing into .venv-sam ...'
	@uv run --quiet --no-project --python "$$(pyenv prefix 3.13 2>/dev/null || echo 3.13)" python -m venv --clear .venv-sam
	@.venv-sam/bin/python $(INSTALL) infra/requirements/sam.txt
	@touch $@

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or later is needed: make PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -m venv .venv
