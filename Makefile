PYTHON ?= python3
BIN := .venv/bin
# Every step sees the same locked environment; a changed lock makes it anew.
READY := .venv/.ready
# A library of another folder, which the shell may point to, is none of this one's.
unexport PYTHONPATH
AXE := tests/browser/node_modules/.package-lock.json

# An environment that came along with a copied or moved folder still points to the old one.
ifneq ($(wildcard $(READY)),)
ifneq ($(shell cat $(READY)),$(CURDIR))
$(info .venv belongs to another folder: it will be made anew.)
$(shell rm -f $(READY))
endif
endif

.PHONY: help book test lab notebooks data bench lock clean
.PHONY: check-site verify pdf readme release
.DEFAULT_GOAL := help

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.txt pyproject.toml
	@echo "Setting up .venv from requirements.txt (some minutes, once)"
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@echo "$(CURDIR)" > $@

book: $(READY) ## run what changed and build _build/html/index.html
	@$(BIN)/python -m dispersed_autonomy.build

test: book ## build, then test units, data, notebooks and one page of each template
	$(BIN)/python -m pytest --nbval --nbval-kernel-startup-timeout=300 --nbval-cell-timeout=600 -m "not every" -n auto --dist loadscope tests notebooks

check-site: book $(AXE) ## look at every page, slide, setting and query in a browser
	$(BIN)/python -m pytest -m "browser or office" -n auto --dist worksteal tests

$(AXE): tests/browser/package-lock.json
	@npm ci --prefix tests/browser --no-audit --no-fund --silent || echo "axe-core could not be installed (it needs Debian's packages nodejs and npm): its check will be skipped."

verify: $(READY) ## execute everything anew and compare every committed result with the fresh one
	$(BIN)/python -m dispersed_autonomy.findings.verify

pdf: $(READY) ## print the whole book from the built site into one PDF, and link it there
	$(BIN)/python -m dispersed_autonomy.release.pdf

readme: $(READY) ## write the README's tables of data and exhibits anew
	$(BIN)/python -m dispersed_autonomy.site.readme

release: $(READY) ## freeze the site, built clean, as VERSION=x.y.z
	@$(BIN)/python -m dispersed_autonomy.release.freeze --check "$(VERSION)"
	@rm -rf _build/sphinx
	@$(MAKE) book
	@$(MAKE) pdf || echo "The release will be without it."
	@$(BIN)/python -m dispersed_autonomy.release.freeze "$(VERSION)"

lab: $(READY) ## open JupyterLab on the same environment
	$(BIN)/jupyter lab notebooks

notebooks: $(READY) ## run what changed and write the notebooks back, executed, for a commit
	$(BIN)/python -m dispersed_autonomy.findings.cache --inplace
	$(BIN)/python -m dispersed_autonomy.site.readme

data: $(READY) ## rebuild every table from the pinned upstream files, or those of DATASETS="a b"
	$(BIN)/python -m dispersed_autonomy.inputs.rebuild $(DATASETS)
	@git diff --stat --exit-code -- data && echo "No byte of any table has changed."

bench: $(READY) ## measure what takes long, each as a ratio in one run
	@for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

lock: $(READY) ## write requirements.txt anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra cluster --universal --generate-hashes --python-version 3.11 --custom-compile-command "make lock" --output-file requirements.txt

clean: ## remove everything that was built, what is cached, and the environment
	rm -rf _build .venv
