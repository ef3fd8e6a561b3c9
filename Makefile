# The two commands that matter are `make run` and `make test`; both do all the set-up. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help run test test-fast test-real lint format lock

# Some dozen processes start in a run; what the first has compiled serves the others, and the next run.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := .venv/bin/python
COMPILE := $(PYTHON) -m uv pip compile --quiet --generate-hashes --universal --python-version 3.11 \
	--custom-compile-command "make lock"
PAGES := templates

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

run: ## Install, migrate and start everything on this machine; PORT=8000
	@requirements/install base
	@exec $(PYTHON) manage.py run

test: ## Run every test that can run on this machine; ARGS="tests/posts -k due" narrows it down
	@requirements/install dev
	@$(PYTHON) manage.py test $(ARGS)

test-fast: ## Run the everyday tests on the embedded database alone
	@requirements/install dev
	@$(PYTHON) manage.py test --leg everyday --database sqlite $(ARGS)

test-real: ## Run the tests against a real Bluesky server and a third party's Mastodon server
	@requirements/install dev
	@$(PYTHON) manage.py test --leg real $(ARGS)

lint: ## Check style, types, templates, room boundaries, migrations and deployment settings
	@requirements/install dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m djlint --quiet --lint --profile django $(PAGES)
	.venv/bin/lint-imports
	$(PYTHON) -m mypy apps config
	$(PYTHON) manage.py makemigrations --check --dry-run
	@# Values that stand in for an operator's, so that Django's own check of a deployment has something to look at.
	DJANGO_SETTINGS_MODULE=config.settings.production PUBLIC_URL=https://postroom.example \
		SECRET_KEY=stands-in-for-a-secret-of-fifty-and-some-letters-0123456789 KEYRING=stand-in:$$(printf '%043d=' 0) \
		$(PYTHON) manage.py check --deploy --fail-level WARNING

format: ## Rewrite Python in the house style
	@requirements/install dev
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

lock: ## Resolve pyproject.toml anew into requirements/*.txt; UPGRADE=--upgrade takes newer versions
	@requirements/install dev
	$(COMPILE) $(UPGRADE) pyproject.toml -o requirements/base.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --group test --group lint --constraint requirements/base.txt -o requirements/dev.txt
	$(COMPILE) $(UPGRADE) --group bootstrap -o requirements/bootstrap.txt
