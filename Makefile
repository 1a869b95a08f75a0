# `make` alone lists what there is. Everything runs in this folder, without root.
PYTHON ?= python3
VENV := .venv/bin/python
BOOTSTRAP := $(PYTHON) docker/bootstrap.py

export DEMO_PORT ODOO_HOME

help:  ## Show this list
	@sed -nE 's/^([a-z0-9 ]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

setup:  ## Prepare everything: .venv with Odoo 19, PostgreSQL, the tools of tests and lint
	@$(BOOTSTRAP) test

demo:  ## Run a shop with demo data, connected to a Mindbox sandbox (DEMO_PORT=8069)
	@$(BOOTSTRAP) run
	@exec $(VENV) docker/demo.py

test: setup  ## Lint, unit tests, end-to-end tests and browser tours
	@$(VENV) docker/checks.py test

unit e2e tours: setup  ## One part of it: the add-ons' own, end to end, in a browser
	@$(VENV) docker/checks.py $@

dates: setup  ## The unit tests at other dates and hours (MOMENTS="leap-day …")
	@$(VENV) docker/checks.py dates $(MOMENTS)

lint: setup  ## Check style, manifests, views, translations and the container files
	@$(VENV) docker/checks.py lint

format: setup  ## Rewrite the files as lint wants them
	@$(VENV) docker/checks.py format

terms: setup  ## Export the add-ons' terms, and tell what is not translated yet
	@$(VENV) docker/terms.py

bench: setup  ## Measure the connector's cost and speed
	@$(VENV) -m tests.bench

proof: setup  ## Show that nothing is lost in any outage, and write the report
	@$(VENV) -m tests.proof $(SCENARIOS)

peers: setup  ## Run Odoo's own tests of the shop with the add-ons and without (MODULES="loyalty …")
	@$(VENV) docker/peers.py $(MODULES)

lives: setup  ## Random lives of customers, 500 of 30 steps (MINDBOX_SEED=…)
	@$(VENV) docker/checks.py lives

chaos: setup  ## Wire, database, processes and people go wrong at once, for 30 minutes (MINDBOX_SEED=…)
	@$(VENV) docker/checks.py chaos

pictures: setup  ## Take the pictures of README and docs from the running demo (DEMO_PORT=8069)
	@PYTHONPATH=. $(VENV) docker/pictures.py

clean:  ## Remove what was made (the demo's data, too), keep what was downloaded
	@$(PYTHON) docker/clean.py

.PHONY: help setup demo test unit e2e tours dates lint format terms bench peers lives chaos pictures clean
.DEFAULT_GOAL := help
