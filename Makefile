# PYTHON is 3.10 or newer; everything else is set up in .venv-dev.
PYTHON ?= python3
VENV := .venv-dev
# Where make pack puts what is published: not within the repository, whose .gitignore would keep it from being published.
PACK ?= ../sagemaker-endpoint-encryption-$(shell awk '/^version:/ { print $$2 }' PulumiPolicy.yaml)
RUN := $(VENV)/bin/python
# Ids of tests hold sets, and every worker has to collect the same.
export PYTHONHASHSEED = 0

.PHONY: help setup demo test quick lint types docs site release notes bench load mutate fuzz pack lock sbom secrets versions clean

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Set up a virtual environment with all that developing needs

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	@echo 'Installing what developing needs into $(VENV) (a few minutes the first time)'
	$(RUN) -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	$(RUN) -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $@

# What make demo imports, of the extra `audit`; no SDK and no gRPC.
DEMO := 'click>=8.1' 'jinja2>=3.1' 'rich>=13' 'PyYAML>=6,<7'

demo: .venv-demo/.ready ## Audit the examples of this repository and write an HTML report
	@echo 'Auditing the examples'
	@.venv-demo/bin/python -m policy_pack audit examples --fail-on never --format text --format html --output reports/demo
	@echo 'Open reports/demo.html in a browser.'

.venv-demo/.ready: Makefile
	@echo 'Setting up .venv-demo (a few seconds, once)'
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: make demo PYTHON=...")'
	@$(PYTHON) -m venv .venv-demo
	@echo 'Installing the four packages that the audit of the examples needs'
	@.venv-demo/bin/python -m pip install --quiet --disable-pip-version-check $(DEMO)
	@touch $@

test: setup lint types ## Run linters, types and all tests, with coverage
	$(RUN) -m coverage erase
	@echo 'Running all tests on every core'
	$(RUN) -m coverage run -m pytest -q -n auto
	$(RUN) -m coverage combine -q
	$(RUN) -m coverage report

quick: setup ## Run the tests of an inner loop, in a minute: all but the slow ones and those in a browser
	$(RUN) -m pytest -q -n auto -m 'not slow and not browser'

lint: setup ## Run the linter and check the format
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	PYTHONPATH=. $(VENV)/bin/lint-imports
	git ls-files '*.md' '*.py' '*.yml' '*.yaml' '*.toml' '*.css' '*.j2' Makefile .github | grep -v tests/recordings/ | xargs $(VENV)/bin/codespell

types: setup ## Check types
	$(RUN) -m mypy

docs: setup ## Write the tables of README.md and docs/ that are made from the policies
	$(RUN) -m tests.documentation

site: setup ## Build the documentation site into build/site
	$(RUN) -m tools.site
	NO_MKDOCS_2_WARNING=1 $(RUN) -m mkdocs build --quiet --strict
	@echo 'Serve build/site, as with $(PYTHON) -m http.server --directory build/site. Without a server, there is no search.'

release: setup ## Build and try the release VERSION into build/release; without VERSION, rehearse it
	$(RUN) -m tools.release $(VERSION)

notes: ## Print the release notes of VERSION, or of the newest entry of CHANGELOG.md
	@$(PYTHON) -m tools.notes $(VERSION)

.PHONY: pictures
pictures: setup ## Make the pictures of the documentation anew; those of the report need Chromium
	$(RUN) -m tools.pictures

bench: .venv-bench/.ready ## Compare the pack's cost with a stock pack's, a bare service's and an empty pack's
	.venv-bench/bin/python -m benchmarks.bench
	.venv-bench/bin/python -m benchmarks.bench_audit
	.venv-bench/bin/python -m benchmarks.bench_policies
	.venv-bench/bin/python -m benchmarks.bench_install

load: setup ## Compare what many callers at once get with what one gets alone
	$(RUN) -m benchmarks.load

# SAMPLE=1000 SEED=1 for more mutants, and others; the first run measures which tests see which line.
mutate: setup ## Tell which changes of the decisions no test notices
	$(RUN) -m tools.mutate --sample $(or $(SAMPLE),300) --seed $(or $(SEED),0)

# SECONDS_TO_FUZZ=3600 SEED=1 fuzz longer, and other inputs.
fuzz: setup ## Look for inputs that the pack answers wrongly
	$(RUN) -m tools.fuzz --seconds $(or $(SECONDS_TO_FUZZ),120) --seed $(or $(SEED),0)

.venv-bench/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group bench
	touch $@

pack: ## Fill the folder PACK with what is published (PACK_OPTIONS: --aws, --locked)
	$(PYTHON) -m tools.pack $(PACK_OPTIONS) $(PACK)

lock: .venv-release/.ready ## Resolve requirements.lock anew, with the hashes of its packages
	.venv-release/bin/uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --upgrade \
	  --no-emit-index-url --custom-compile-command "make lock" requirements.txt --output-file requirements.lock

sbom: setup ## Write a bill of materials (CycloneDX) of requirements.lock
	$(RUN) -m tools.sbom

secrets: setup ## Look for secrets in the whole history of the repository
	$(RUN) -m tools.scan_history

versions: .venv-release/.ready ## Try the pack with each Python and the oldest and newest packages
	.venv-release/bin/python -m tools.versions

.venv-release/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-release
	.venv-release/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	.venv-release/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group release
	touch $@

clean: ## Remove what was set up and made
	rm -rf .venv-dev .venv-audit .venv-demo .venv-bench .venv-release .coverage* .hypothesis .mypy_cache .pytest_cache .ruff_cache build reports
