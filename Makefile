# make run     everything on this machine, for a look or for work
# make test    what CI runs: style, types, all tests, the browser's among them
# make help    the rest

PY ?= python3.11
V := .venv
BIN := $(V)/bin
PIP := $(PY) -m pip --python $(BIN)/python install --quiet --disable-pip-version-check --require-hashes
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-annotate pyproject.toml
CATALOGUE := forstok_chat/locale/id/LC_MESSAGES/django
# Tools that import the settings need some; nothing is ever encrypted with these.
LINT_ENV := DEBUG=true SECRET_KEY=unused FIELD_KEYS=unused

.PHONY: run test test-clients chaos bench screens lint format types messages browser lock clean help

run: $(V)/.run messages ## Start everything; Ctrl-C stops it
	@exec $(BIN)/python -m forstok_chat.launch

test: lint types browser messages ## Style, types and all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/e2e
	$(BIN)/python -m pytest tests/e2e

test-clients: $(V)/.run build/clients/.done build/clients/npm ## Public client libraries against the sandbox
	SANDBOX_PYTHON=$(abspath $(BIN))/python PYTHONDONTWRITEBYTECODE=1 \
		NODE_MODULES=$$(cd build/clients/npm/node_modules 2>/dev/null && pwd) \
		build/clients/bin/python -m pytest -c tests/clients/clients.ini tests/clients

chaos: $(V)/.run messages ## Break everything for five minutes and count what got lost (SEED=...)
	@SEED="$(SEED)" $(BIN)/python -m forstok_chat.chaos

bench: $(V)/.run messages ## Measure, each figure beside its floor
	@$(BIN)/python -m forstok_chat.bench

screens: $(V)/.dev browser messages ## Picture every state of every screen into docs/screens (STATES=thread,queue for some)
	@STATES="$(STATES)" $(BIN)/python -m forstok_chat.screens

build/clients/.done: tests/clients/requirements.txt
	@$(PY) -m venv --clear --without-pip build/clients
	@$(PY) -m pip --python build/clients/bin/python install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

build/clients/npm: build/clients/.done tests/clients/npm/package-lock.json
	@rm -rf $@ && mkdir $@ && cp tests/clients/npm/package*.json $@
	@command -v npm >/dev/null && cd $@ && npm ci --silent --no-audit --no-fund || \
		echo "!! No npm, or it failed: the npm library will be skipped"
	@touch $@

lint: $(V)/.dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

format: $(V)/.dev ## Put the code into shape
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

types: $(V)/.dev
	$(LINT_ENV) $(BIN)/python -m mypy

messages: $(CATALOGUE).mo

$(CATALOGUE).mo: $(CATALOGUE).po $(V)/.run
	@$(BIN)/python -m babel.messages.frontend --quiet compile -i $< -o $@

browser: ## Chromium for the browser tests, where it may be installed
	@command -v chromium >/dev/null || test -n "$$CHROMIUM" || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-noto-color-emoji >/dev/null; } || \
		echo "!! No Chromium: the browser tests will be skipped. As root: apt-get install chromium"

$(V)/.run: requirements.txt
	@command -v $(PY) >/dev/null || { echo "Python 3.11 is needed, and $(PY) is not here. Name yours: make PY=..."; exit 1; }
	@$(BIN)/python -c "" 2>/dev/null || $(PY) -m venv --clear --without-pip $(V)
	@echo "Installing what Forstok Chat needs ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(V)/.dev: requirements-dev.txt $(V)/.run
	@$(PIP) -r requirements-dev.txt
	@touch $@

lock: ## Write the locked requirements anew (needs uv)
	$(COMPILE) -o requirements.txt
	$(COMPILE) --extra dev -c requirements.txt -o requirements-dev.txt

clean: ## Remove the environment and the demo's data
	rm -rf $(V) .data .data-test .sandbox build

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20
