# Each target sets up all that it needs; the machine needs Python 3.11 or newer, git and make.

PYTHON ?= python3
BIN = .venv/bin
FLOORS_BIN = .venv-floors/bin
BROWSER_BIN = .venv-browser/bin
PYTEST = -m pytest -n auto
FUZZ_RUNS ?= 1000000

# The environments are phony: tools/set_up.py knows better than a time stamp whether one is ready.
.PHONY: help demo test lint bench test-floors test-archive test-browser test-long fuzz deb clean python .venv .venv-floors .venv-browser

help: ## say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | \
		while IFS='|' read -r name what; do printf '  %-18s %s\n' "$$name" "$$what"; done

demo: .venv ## look at a small backport with debpatch; the files are left in build/demo
	@rm -rf build/demo && mkdir -p build
	@$(BIN)/debpatch demo build/demo

test: .venv ## run the tests
	@$(BIN)/python $(PYTEST)

lint: .venv ## check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: .venv ## measure time and memory (see docs/benchmarks.md)
	@$(BIN)/python -m bench

test-floors: .venv-floors ## run the tests with the oldest supported version of each dependency
	@$(FLOORS_BIN)/python $(PYTEST)

test-archive: .venv ## run the tests that download source packages with this machine's apt
	@DEBPATCH_TEST_APT=1 $(BIN)/python $(PYTEST) -m archive

test-browser: .venv-browser ## look at report.html with a real browser: it gets Debian's chromium
	@if $(BROWSER_BIN)/python tools/get_browser.py .venv-browser; then \
		DEBPATCH_TEST_BROWSER="$(CURDIR)/.venv-browser/axe.min.js" \
			$(BROWSER_BIN)/python -m pytest -n 2 --dist loadscope -m browser; fi

test-long: .venv ## run the tests of SECURITY.md at full length: 200 kills, a patch of 20 MB
	@DEBPATCH_TEST_LONG=1 $(BIN)/python $(PYTEST) tests/trust

fuzz: .venv ## look for input that crashes or hangs a reader, and run the property tests for longer
	@if $(BIN)/python -m pip install -qq --disable-pip-version-check atheris; then \
		$(BIN)/python tests/fuzz/campaign.py -runs=$(FUZZ_RUNS); \
	else echo "pip has no atheris for this Python; hypothesis alone looks" >&2; fi
	@$(BIN)/python $(PYTEST) -m hypothesis --hypothesis-profile=thorough

deb: python ## build the Debian package of what is committed, in build/deb (Debian 13 or newer)
	@$(PYTHON) tools/build_deb.py build/deb

clean: ## remove all that the other targets made
	rm -rf build dist .venv .venv-floors .venv-browser .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find bench debpatch tests tools -name __pycache__ -prune -exec rm -rf {} +

.venv: python
	@$(PYTHON) -m tools.set_up $@ --editable '.[dev]'

.venv-floors: python
	@$(PYTHON) -m tools.set_up $@ --requirement requirements-floors.txt --editable '.[test]'

.venv-browser: python
	@$(PYTHON) -m tools.set_up $@ --editable '.[test]' 'playwright>=1.40'

python:
	@command -v "$(PYTHON)" >/dev/null || \
		{ echo "$(PYTHON) is not there; install Python 3.11 or newer (apt install python3)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
		"$(PYTHON) is Python %d.%d; 3.11 or newer is needed (make PYTHON=...)" % sys.version_info[:2])'
