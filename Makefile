# Two commands for a fresh machine: `make run` and `make test`. Needs Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check holes sbom format lock benchmark fuzz pictures clean

run: $(VENV)/ready
	@$(BIN)/hamrah run

test: $(VENV)/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto

check: $(VENV)/ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto -m "not slow"
	@$(MAKE) --no-print-directory holes

# Whether a pinned package has a known hole, where the package index tells.
holes: $(VENV)/ready-dev
	@$(BIN)/pip-audit --requirement requirements-dev.lock --disable-pip --require-hashes --format json \
		--progress-spinner off --timeout 15 2>/dev/null | $(BIN)/python .ci/known_holes.py

# The software bill of materials: every package that the service runs on, with its hashes.
SBOM ?= sbom.json
sbom: $(VENV)/ready-dev
	@$(BIN)/python -W ignore -m cyclonedx_py requirements --pyproject pyproject.toml --short-PURLs \
		--output-reproducible --output-file $(SBOM) requirements.lock
	@echo "written: $(SBOM) (CycloneDX)"

format: $(VENV)/ready-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Pins every package with its hashes; run it after changing pyproject.toml.
lock: $(VENV)/ready-dev
	$(PYTHON) -m pip --quiet install --target $(VENV)/uv uv
	cd $(CURDIR) && PYTHONPATH=$(VENV)/uv $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	cd $(CURDIR) && PYTHONPATH=$(VENV)/uv $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements-dev.lock
	cd $(CURDIR) && PYTHONPATH=$(VENV)/uv $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --extra fuzz -c requirements.lock pyproject.toml \
		-o requirements-fuzz.lock

benchmark: $(VENV)/ready-dev
	$(BIN)/python -m benchmarks

# Feeds everything that parses, so many seconds each; what is found is put into the corpus by KEEP=--keep.
SECONDS ?= 60
fuzz: $(VENV)/ready-fuzz
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS) $(KEEP)

# The pictures of the README, taken of a rehearsal in a real browser; needs chromium.
pictures: $(VENV)/ready-dev
	$(BIN)/python -m tests.browser.pictures docs/pictures

clean:
	rm -rf $(VENV)

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip --quiet --disable-pip-version-check install --require-hashes -r requirements.lock
	$(BIN)/pip --quiet --disable-pip-version-check install --no-deps --editable .
	@touch $@

$(VENV)/ready-fuzz: $(VENV)/ready-dev requirements-fuzz.lock
	$(BIN)/pip --quiet --disable-pip-version-check install --require-hashes -r requirements-fuzz.lock
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.lock
	$(BIN)/pip --quiet --disable-pip-version-check install --require-hashes -r requirements-dev.lock
	@touch $@
