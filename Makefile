# Everything this installs goes into .venv and .local, both ignored by git; scripts/ says how each part is found.
PYTHON := .venv/bin/python
PARTS := .venv/.ready .local/azure-venv/.ready .local/node/.ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo up test test-clients live crashes simulate check clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(PARTS) ## watch the story in the terminal; DEMO_ARGS=--once plays it and ends
	@$(PYTHON) -m local demo $(DEMO_ARGS)

up: $(PARTS) ## the whole system on this machine until Ctrl-C; UP_ARGS="--port 7071"
	@$(PYTHON) -m local up $(UP_ARGS)

test: check $(PARTS) .local/oras-venv/.ready ## every check, then every test; TEST_ARGS=tests/core for some
	@$(PYTHON) -m pytest $(TEST_ARGS)

simulate: .venv/.ready ## storms over the operator in simulated time; SEEDS=1000 for many, SEED=7 SIMULATE_ARGS=-v to watch one
	@$(PYTHON) -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),100)) $(SIMULATE_ARGS)

test-clients: $(PARTS) .local/oras-venv/.ready .local/az-venv/.ready ## the real az against the simulated Azure; some minutes, and 700 MB for az
	@$(PYTHON) -m pytest tests/clients $(TEST_ARGS)

live: $(PARTS) ## the story in a real subscription, compared: SUBSCRIPTION=… LOCATION=… [CONFIRM=yes] [KEEP=1]; or SIMULATED=1
	@$(PYTHON) -m local.live $(if $(SIMULATED),--simulated) $(if $(SUBSCRIPTION),--subscription "$(SUBSCRIPTION)") \
	  $(if $(LOCATION),--location "$(LOCATION)") $(if $(filter yes,$(CONFIRM)),--confirm) $(if $(KEEP),--keep)

crashes: $(PARTS) ## kill the host again and again, then check the history; KILLS=50 SEED=7
	@$(PYTHON) -m tests.crashes --kills $(or $(KILLS),50) $(if $(SEED),--seed $(SEED))

check: .venv/.ready ## format, lint, types and the import rule
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) .venv/bin/lint-imports --no-logo

clean: ## remove everything that was installed or made here
	rm -rf .venv .local .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A part is made again only when the files that describe it changed.
.venv/.ready: requirements-dev.txt requirements.txt scripts/make-venv scripts/find-python
	@scripts/make-venv .venv requirements-dev.txt

.local/azure-venv/.ready: local/azure/requirements.txt scripts/make-venv scripts/find-python
	@scripts/make-venv .local/azure-venv local/azure/requirements.txt

.local/az-venv/.ready: tests/clients/requirements.txt scripts/make-venv scripts/find-python
	@scripts/make-venv .local/az-venv tests/clients/requirements.txt

.local/oras-venv/.ready: tests/clients/registry/requirements.txt scripts/make-venv scripts/find-python
	@scripts/make-venv .local/oras-venv tests/clients/registry/requirements.txt

.local/node/.ready: local/package.json local/package-lock.json scripts/install-azurite scripts/find-node | .venv/.ready
	@scripts/install-azurite
