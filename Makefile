# What can be done here; each does the set-up that it needs. CONTRIBUTING.md tells more.
# PORT, DEMO_CITIZENS, DEMO_WEEKS, FRESH and ARGS are read from the environment or the command line.
PYTHON ?= $(shell for python in python3.11 python3; do $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
export ARGS PORT DEMO_CITIZENS DEMO_WEEKS FRESH

ifeq ($(strip $(PYTHON)),)
$(error Trinvis needs Python 3.11 or newer, as python3.11 or python3, or named: make PYTHON=/path/to/python)
endif

.DEFAULT_GOAL := demo
.PHONY: demo manage test test-long check bench bench-peers format lock messages diagrams clean

demo manage test test-long check bench bench-peers format lock messages diagrams:
	@$(PYTHON) -m devstack $@

# Everything that can be made again; var/ with the demo's data and keys goes too.
clean:
	rm -rf .venv .venv.lock var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete
