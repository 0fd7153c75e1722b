# Set-up included: each target installs what it needs into .venv, once.

PYTHON ?= python3
ACTIVATE = . .venv/bin/activate
# make figures TORCH=cpu: PyTorch's build for CPUs alone, which is a tenth of the usual one's size.
TORCH_CPU = https://download.pytorch.org/whl/cpu
# The study that is published, or run anew.
PUBLISHED = $(or $(STUDY),reference)
RESULTS = results/studies/$(PUBLISHED)

.PHONY: help figures quick report cost decide publish reproduce provenance test benchmark docs rulegraph check setup clean

help:  ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

figures: setup  ## the default study: every figure, results/figures/all.pdf, and results/explore.html
	$(ACTIVATE) && snakemake --cores all --quiet rules host -- \
		results/figures/all.pdf results/explore.html

quick: setup  ## the default study's main comparison and what it answers, results/studies/quick/figures/answer.pdf
	$(ACTIVATE) && snakemake --cores all --quiet rules host --config study=quick -- \
		results/studies/quick/figures/answer.pdf

report: figures  ## figures, tables and code in one page, results/report.html
	$(ACTIVATE) && snakemake --report results/report.html

cost: setup  ## what every experiment of a study costs: make cost STUDY=article
	$(ACTIVATE) && snakemake --cores 1 --quiet all --forcerun estimate_cost \
		$(if $(STUDY),--config study=$(STUDY)) -- results/studies/$(or $(STUDY),embedded)/tables/cost.csv

decide: setup  ## replicas until claims are decided: make decide STUDY=article BUDGET=8 (hours)
	$(ACTIVATE) && python scripts/decide.py --study $(or $(STUDY),embedded) \
		--hours $(or $(BUDGET),1)

publish: setup provenance  ## keep a study's answer and tables in docs/STUDY: make publish STUDY=reference
	$(ACTIVATE) && python scripts/publish.py --results $(RESULTS) --to docs/$(PUBLISHED)

reproduce: setup provenance  ## run a published study anew and compare: make reproduce STUDY=reference
	$(ACTIVATE) && python scripts/reproduce.py --published docs/$(PUBLISHED) --results $(RESULTS)

provenance: setup
	$(ACTIVATE) && snakemake --cores all --quiet rules host --config study=$(PUBLISHED) -- \
		$(RESULTS)/provenance.json

test: setup  ## the tests, but for those that take minutes each
	$(ACTIVATE) && pytest -m "not slow" --numprocesses auto --maxprocesses 8 --dist loadfile

benchmark: setup  ## speed beside other ways to train, results/benchmarks/training_speed.csv, and what recording costs
	$(ACTIVATE) && pip install --quiet --requirement envs/benchmark.txt \
		&& python benchmarks/training_speed.py --output results/benchmarks/training_speed.csv \
		&& python benchmarks/recording_share.py

docs: setup  ## the documentation as pages, with the API's, site/index.html
	$(ACTIVATE) && pip install --quiet --requirement envs/docs.txt && mkdocs build --quiet

rulegraph: setup  ## the picture of the rules in README, docs/rulegraph.svg; needs graphviz
	$(ACTIVATE) && PYTHONHASHSEED=0 \
		snakemake --config study=article --forceall --rulegraph > .venv/rulegraph.dot \
		&& dot -Tsvg -o docs/rulegraph.svg .venv/rulegraph.dot

check: setup  ## formatting and lint
	$(ACTIVATE) && ruff check . && ruff format --check . \
		&& snakefmt --check Snakefile workflow rules && snakemake --lint

setup: .venv/installed

.venv/installed: envs/requirements.txt
	@case "$(TORCH)" in ""|cpu) ;; *) echo "TORCH=$(TORCH): it may be cpu, or left out"; exit 1;; esac
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv .venv
ifeq ($(TORCH),cpu)
	grep -E '^torch(vision)?==' envs/requirements.txt > .venv/torch.txt
	.venv/bin/pip install --quiet --retries 1 --index-url $(TORCH_CPU) --requirement .venv/torch.txt \
		|| echo "$(TORCH_CPU) does not have it or cannot be reached: the usual build is installed"
endif
	.venv/bin/pip install --quiet --requirement envs/requirements.txt
	touch $@

clean:  ## remove .venv; results stay
	rm -rf .venv
