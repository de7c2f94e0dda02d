# One entry for people, hooks and CI. Every target sets up what it needs in .venv, from pinned and hashed lists.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
# The tests start hundreds of processes: compiled once, each begins in half the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo run talk test test-transformers check bench bench-peers soak fuzz fmt lock clean

$(STAMP): requirements/check.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; say make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/check.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP)        ## the whole story on loopback, no keys; STAY=1 leaves the gateway running
	@mkdir -p build
	$(BIN)/outlast demo --report build/demo-report.html $(if $(STAY),--stay)

run: $(STAMP)         ## the gateway, with ./outlast.toml
	$(BIN)/outlast serve

talk: $(STAMP)        ## a spoken exchange with the packaged network, recorded into build/talk; SAY="what is two plus two?"
	PYTHONPATH=. $(BIN)/python benchmarks/omni_exchange.py --out build/talk $(if $(SAY),--text "$(SAY)")

test: $(STAMP)        ## every test
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-transformers: .venv-transformers/.ready ## open models in this process, with torch in an environment of its own
	.venv-transformers/bin/python -m pytest tests/integration/test_transformers_sdk.py tests/unit/providers/test_transformers.py

.venv-transformers/.ready: requirements/check.txt requirements/transformers.txt pyproject.toml
	$(PYTHON) -m venv .venv-transformers
	.venv-transformers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/check.txt
	.venv-transformers/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/transformers.txt
	.venv-transformers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

check: $(STAMP)       ## format, lint, types, layers, tests, and that no call has become dearer
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test
	$(BIN)/python benchmarks/gate.py --calls 1600 --repetitions 3

bench: $(STAMP)       ## figures against nginx and the peers, in one run
	$(BIN)/python benchmarks/gateway.py

bench-peers: $(STAMP) ## the peers that bench compares with, in environments of their own
	$(BIN)/python benchmarks/peers.py

soak: $(STAMP)        ## a million mixed calls, with memory, descriptors, latency and the database's size as curves
	$(BIN)/python benchmarks/soak.py --picture docs/soak.svg

FUZZ_INPUTS ?= 1000000
FUZZ_SEED ?= 1
fuzz: $(STAMP)        ## every decoder against hostile inputs, in two processes; FUZZ_INPUTS=… FUZZ_SEED=…
	$(BIN)/python -m fuzz --inputs $(FUZZ_INPUTS) --seed $(FUZZ_SEED)

fmt: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:                 ## renew the pinned lists (needs pip-tools)
	pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --extra demo --extra otel -o requirements/check.txt pyproject.toml requirements/check.in
	pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --constraint requirements/check.txt -o requirements/run.txt pyproject.toml
	pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --constraint requirements/check.txt -o requirements/transformers.txt requirements/transformers.in

clean:
	rm -rf $(VENV) .venv-transformers .mypy_cache .ruff_cache .import_linter_cache
