# Copyright (c) 2026, the mobileops.ci contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# The folder of this file, also for "make -f" in another folder. The functions of make would split a path at a space.
ROOT := $(shell cd "$$(dirname "$$(printf %s '$(MAKEFILE_LIST)' | sed 's/^ *//')")" && pwd)
WITH_VENV = @"$(ROOT)/.ci/with-venv"
ISOLATED = .venv/bin/python -B .ci/isolated.py
CHECK = $(WITH_VENV) test .venv/bin/python -B .ci/lanes.py

.PHONY: help
help: ## list the targets
	@echo 'Usage: make TARGET [PYTHON=/path/to/python]'
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' "$(ROOT)/Makefile" | while IFS='|' read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: ## converge a seeded fleet of apps in the emulator: check, run, run again
	$(WITH_VENV) demo $(ISOLATED) .venv/bin/python -m tests.demo

.PHONY: report-demo
report-demo: ## make the report of a fleet of 300 apps in the emulator, in .build/report-demo
	$(WITH_VENV) demo $(ISOLATED) .venv/bin/python -m tests.demo.report

.PHONY: test
test: ## run all checks and tests except the slow ones below
	$(CHECK)

.PHONY: venv
venv: ## make .venv with all tools, and with mobileops.ci in it
	$(WITH_VENV) test

.PHONY: emulator
emulator: ## run the emulator [PORT=0] [FIXTURE=demo|empty|fleet:N|file.json] [STATE=file] [LATENCY_MS=n] [RATE_LIMIT=200/60s] [BEHAVIOR=file.json] [OPTIONS="name=value ..."]
	$(WITH_VENV) demo .venv/bin/python -m tests.emulator \
	  $(if $(PORT),--port "$(PORT)") $(if $(FIXTURE),--fixture "$(FIXTURE)") \
	  $(if $(STATE),--state "$(STATE)") $(if $(LATENCY_MS),--latency-ms "$(LATENCY_MS)") \
	  $(if $(RATE_LIMIT),--rate-limit "$(RATE_LIMIT)") $(if $(BEHAVIOR),--behavior "$(BEHAVIOR)") \
	  $(foreach option,$(OPTIONS),--option "$(option)")

.PHONY: lint
lint: ## run ruff, mypy, yamllint, ansible-lint, language, documentation, changelog and license checks
	$(CHECK) lint

.PHONY: format
format: ## format the Python code and repair what ruff can repair
	$(WITH_VENV) test sh -c '.venv/bin/ruff check --fix-only --quiet . && .venv/bin/ruff format .'

.PHONY: unit
unit: ## run unit tests, which start no process and open no socket, on all processors [ARGS="pytest arguments"]
	$(WITH_VENV) test $(ISOLATED) .venv/bin/python -m pytest -n auto --dist loadfile -o testpaths=tests/unit $(ARGS)

.PHONY: functional
functional: ## run tests with the emulator, sockets and ansible-playbook [ARGS="pytest arguments"]
	$(WITH_VENV) test $(ISOLATED) .venv/bin/python -m pytest -o testpaths=tests/functional $(ARGS)

.PHONY: test-reliability
test-reliability: ## test crash points, faults and orders of writers: all, or a larger sample; updates the page about reliability [PART=kills] [SHARE=0.1] [SEED=number] [ARGS="pytest arguments"]
	$(WITH_VENV) test $(ISOLATED) env MOBILEOPS_CI_RELIABILITY=all $(if $(SEED),MOBILEOPS_CI_SEED="$(SEED)") \
	  $(if $(SHARE),MOBILEOPS_CI_SHARE="$(SHARE)") $(if $(ARGS),,MOBILEOPS_CI_FIGURES=1) \
	  .venv/bin/python -m pytest -n 2 --dist worksteal tests/reliability$(if $(PART),/test_$(PART).py) $(ARGS)

.PHONY: test-mutation
test-mutation: ## make small changes to the core that tests have to notice; updates that page [ROOM=plan] [SAMPLE=number for each room]
	$(WITH_VENV) test $(ISOLATED) nice -n 19 .venv/bin/python -m tests.mutation \
	  $(if $(ROOM),--room "$(ROOM)") $(if $(SAMPLE),--sample "$(SAMPLE)")

.PHONY: test-soak
test-soak: ## roll out to a fleet with random faults until the time is over; updates that page [APPS=5000] [SECONDS=600]
	$(WITH_VENV) test $(ISOLATED) .venv/bin/python -m tests.reliability.soak \
	  $(if $(APPS),--apps "$(APPS)") $(if $(SECONDS),--seconds "$(SECONDS)")

.PHONY: sanity
sanity: ## run ansible-test sanity
	$(CHECK) sanity

.PHONY: integration
integration: ## run ansible-test integration [TARGET="names"]
	$(CHECK) integration

.PHONY: molecule
molecule: ## run the molecule scenarios of the role
	$(CHECK) molecule

.PHONY: fuzz
fuzz: ## send random requests to the emulator for a minute, made from the API description of the service
	$(CHECK) fuzz

.PHONY: test-swift
test-swift: ## test the emulator with OpenStack Swift as its store, which checks signatures as S3 does
	$(CHECK) swift

.PHONY: test-protocol
test-protocol: ## test the protocol that replaces files in all scenarios (about three minutes)
	$(WITH_VENV) test $(ISOLATED) env MOBILEOPS_CI_TEST_CASES=all .venv/bin/python -m pytest tests/unit/plugins/module_utils/plan/protocol $(ARGS)

.PHONY: fuzz-signing
fuzz-signing: ## read signing files with random changes, under limits of time and memory [COUNT=100000] [SEED=0]
	$(WITH_VENV) test $(ISOLATED) .venv/bin/python -m tests.unit.plugins.signing.fuzz \
	  $(if $(COUNT),--count "$(COUNT)") $(if $(SEED),--seed "$(SEED)")

.PHONY: test-clients
test-clients: ## run other clients of the services against the emulator (needs node)
	$(WITH_VENV) test .venv/bin/python -m tests.clients

.PHONY: test-page
test-page: ## test the page of the report in a browser (needs Chromium) [CHROMIUM=/path/to/it]
	$(CHECK) page

.PHONY: test-awx
test-awx: ## run jobs as AWX does, and awx_setup, with the oldest and the newest ansible-core [CORES="2.16 2.21"]
	$(CHECK) awx

.PHONY: docs
docs: ## build the documentation as HTML, in .build/docs
	$(WITH_VENV) docs .venv/bin/python -B .ci/lanes.py docs

.PHONY: build
build: ## build the collection archive in dist, and import it as Galaxy does
	$(CHECK) build

.PHONY: release-check
release-check: ## check version, changelog, tag and archive before a release
	$(CHECK) release-check

.PHONY: matrix
matrix: ## run the tests with all supported versions of ansible-core [CORES="2.16 2.21"] [PARTS="sanity units"], and of cryptography [CRYPTOGRAPHY="42 newest"]
	$(CHECK) matrix

.PHONY: bench
bench: ## measure time and requests, and compare with other tools, in build/bench.json [CASE=name] [ROUNDS=n] [SCALE=0.05 to try it out]
	$(WITH_VENV) test $(ISOLATED) .venv/bin/python -m tests.benchmarks \
	  $(if $(CASE),--case "$(CASE)") $(if $(ROUNDS),--rounds "$(ROUNDS)") $(if $(SCALE),--scale "$(SCALE)")

.PHONY: clean
clean: ## remove what the targets above made
	@cd "$(ROOT)" && rm -rf .venv .build build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .ansible .cache .nox
