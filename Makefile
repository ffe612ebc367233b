# demo and test need nothing but Python 3.11 or newer; everything else is set up in .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test coverage check fuzz kill-tests bench install pins clean

demo: .venv/.runtime  ## the whole demo week, from launch pages to mailboxes
	@$(BIN)/digest demo

test: .venv/.dev  ## all tests
	@sh tests/debian-packages.sh
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup -q

coverage: .venv/.dev  ## all tests, saying which lines none of them reaches; takes a third longer
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadgroup --cov --cov-report=term-missing:skip-covered -q

check: .venv/.dev  ## what must hold before anything lands
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src flows
	$(BIN)/lint-imports
	$(MAKE) test

fuzz: .venv/.dev  ## spoilt pages for every parser, for SECONDS (300)
	$(BIN)/python tests/sources/parsers/fuzz.py --seconds $(or $(SECONDS),300)

kill-tests: .venv/.dev  ## senders killed at every step, RUNS (200) times on each database; then a restart, full disks, an outage
	@sh tests/debian-packages.sh
	$(BIN)/python -m tests.faults.kills --runs $(or $(RUNS),200) --seed $(or $(SEED),1)
	$(BIN)/python -m tests.faults.surroundings

bench: .venv/.dev  ## benchmarks, as JSON
	$(BIN)/python benchmarks/send.py --json
	$(BIN)/python benchmarks/week.py --json
	$(BIN)/python benchmarks/ingest.py --json $(if $(PEERS_PYTHON),--peers-python $(PEERS_PYTHON))

install: .venv/.dev  ## everything a developer needs

.venv/.venv: 
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.runtime: .venv/.venv requirements/runtime.txt pyproject.toml
	@echo "setting up .venv (once; a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/build.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	@echo "adding the development tools to .venv"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

pins: .venv/.dev  ## renew requirements/*.txt after a change in pyproject.toml
	sh requirements/renew.sh

clean:
	rm -rf .venv var build dist
