# Each target is something a person could have typed. `make` alone lists them.

stack ?= dev
of ?= az
bin := .venv/bin
# Your own pulumi, or else ours. Where it deploys to, the environment says, as for any pulumi.
with_stack = engine=$$($(bin)/python -m sandbox.engine path) && PATH="$${engine:+$$engine:}$$PATH" && \
          sh scripts/select_stack.sh $(stack)

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## from nothing to a deployed stack that answers, on this machine alone
	@sh scripts/demo.sh

test: tools engine ## every test, those on the real engine included
	@$(bin)/python -m pytest -n 2 --dist loadfile

story: tools engine ## from a refused prod to a deployed one, as the gate asks for it: forty minutes
	@$(bin)/python -m pytest -m story -v tests/end_to_end/test_first_release.py

check: tools ## style, types, who may import whom
	@$(bin)/ruff check . && $(bin)/ruff format --check . && $(bin)/lint-imports && $(bin)/mypy

preview: setup ## what `make up` would change: make preview stack=prod
	@$(with_stack) && pulumi preview --stack $(stack) --policy-pack policies --suppress-outputs

up: setup ## deploy a stack, gate included: make up stack=prod
	@$(with_stack) && pulumi up --stack $(stack) --policy-pack policies --suppress-outputs

rules: venv ## docs/policies.md, from the rules themselves
	@$(bin)/plumb check --list-rules --format markdown --output docs/policies.md >/dev/null

bench: tools engine ## the figures of docs/benchmarks.md
	@$(bin)/python -m bench

steps: tools ## what docs/sandbox.md says a client can do, done: make steps of=az
	@$(bin)/python -m tests.documented $(of)

setup: venv engine ## the virtual environment and the engine, nothing else

clean: ## stop the sandbox and remove what was made in this folder; the engine's cache stays
	@if [ -x $(bin)/plumb ]; then $(bin)/plumb sandbox down; fi
	@rm -rf .venv .plumb build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@rm -rf .import_linter_cache .grimp_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

venv:
	@sh scripts/setup.sh run

tools:
	@sh scripts/setup.sh dev

engine:
	@$(bin)/python -m sandbox.engine install

.NOTPARALLEL:
.PHONY: help demo test story check rules preview up bench steps setup clean venv tools engine
