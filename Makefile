# Lacuna: all set-up and every check, one target each. `make demo` and `make test` need nothing but Swift 6.3, git and make.

SHELL := /bin/bash
SWIFT ?= swift
LINUX_PACKAGES := libopenblas-dev zlib1g-dev libisal-dev
PYTHON_PEERS := torch==2.13.0+cpu keras==3.15.1 scikit-learn numpy pandas mpmath safetensors \
	tensorboard==2.21.0 iterative-stratification scikit-multilearn
VENV := .venv
# Readers of other people's formats that tests read with; small enough for every run of the tests.
PYTHON_READERS := numpy==2.4.6 safetensors==0.8.0 onnx==1.23.2 onnxruntime==1.32.0 tensorboard==2.21.0
TEST_VENV := .venv-test
BENCH_VENV := .venv-bench
BENCH_BUILD := .build-bench

.PHONY: all setup build release demo test docs sanitize goldens compare-reductions results compare-splits kill-test disk-test \
	memory-test check-report readers fuzz bench clean help

all: build

help:
	@echo "make demo      build and run the demonstration, no file needed"
	@echo "make test      build everything and run the tests"
	@echo "make release   the optimised command, at .build/release/lacuna"
	@echo "make docs      the documentation, warnings as errors"
	@echo "make sanitize  the kernels under the address and undefined-behaviour sanitizers"
	@echo "make fuzz      damaged files for every reader, SECONDS_EACH=600 each (Linux)"
	@echo "make kill-test train, kill -9 at random instants, resume, compare"
	@echo "make disk-test train on disks that fill up, resume, compare"
	@echo "make compare-splits  stratified splits of Tox21 beside their peers (Python)"
	@echo "make check-report  open a report in Chromium: REPORT=report.html"
	@echo "make memory-test  a feature file of 2 GB and 20 million sparse labels, with the memory they cost (4 GB of disk)"
	@echo "make bench     Lacuna beside its peers, written to Benchmarks/RESULTS.md; QUICK=1 for a part in minutes (Python)"
	@echo "make goldens   golden values anew from their peers (Python)"

# The system packages: OpenBLAS, zlib and ISA-L on Debian and Ubuntu; macOS brings its own.
setup:
	@Scripts/setup.sh $(LINUX_PACKAGES)

build: setup
	$(SWIFT) build

release: setup
	$(SWIFT) build -c release --product lacuna

demo: release
	.build/release/lacuna demo

test: setup readers
	$(SWIFT) build --build-tests
	$(SWIFT) test --disable-xctest --skip-build

# Tests that read with the peers say that they are skipped where Python or its packages cannot be had.
readers:
	@[ -x $(TEST_VENV)/bin/python ] || Scripts/readers.sh $(TEST_VENV) $(PYTHON_READERS)

docs: setup
	$(SWIFT) package generate-documentation --target Lacuna --warnings-as-errors

sanitize: setup
	Scripts/sanitize.sh

# Coverage-guided, under the address sanitizer. TARGETS names some readers, AT_ONCE how many are fuzzed at a time.
SECONDS_EACH ?= 600
AT_ONCE ?= 1
fuzz: setup
	LACUNA_FUZZ=1 $(SWIFT) build -c release --scratch-path .build-fuzz --product lacuna-fuzz --sanitize fuzzer \
		--sanitize address -Xswiftc -enable-testing
	SECONDS_EACH=$(SECONDS_EACH) AT_ONCE=$(AT_ONCE) Scripts/fuzz.sh $(TARGETS)

kill-test: release
	Scripts/kill_test.sh .build/release/lacuna

disk-test: release
	Scripts/disk_test.sh .build/release/lacuna

memory-test: release
	python3 Scripts/memory_test.py .build/release/lacuna

# Both programs come from one build, which is not that of `make release`: the benchmarks are a package of their own.
# QUICK=1 measures a part; WORKS='W1 W4' these works only, the page keeping what it had of the others.
QUICK ?=
WORKS ?=
bench: setup $(BENCH_VENV)/ready
	$(SWIFT) build -c release --package-path Benchmarks --scratch-path $(BENCH_BUILD)/swift --product lacuna-bench
	$(SWIFT) build -c release --package-path Benchmarks --scratch-path $(BENCH_BUILD)/swift --product lacuna
	python3 Benchmarks/run.py --lacuna $(BENCH_BUILD)/swift/release/lacuna --bench $(BENCH_BUILD)/swift/release/lacuna-bench \
		--python $(BENCH_VENV)/bin/python --work $(BENCH_BUILD) --works "$(WORKS)" $(if $(filter-out 0,$(QUICK)),--quick)

$(BENCH_VENV)/ready: Benchmarks/peers/requirements.txt
	Scripts/bench_env.sh $(BENCH_VENV) Benchmarks/peers/requirements.txt

$(VENV)/bin/python:
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet $(PYTHON_PEERS)

goldens: $(VENV)/bin/python
	for script in Tests/Goldens/make_*.py; do $(VENV)/bin/python $$script || exit 1; done
	$(VENV)/bin/python Scripts/check_snippets.py

# DATA names the folder with the real data sets. Takes about half an hour.
DATA ?= ../shared/data
compare-reductions: release $(VENV)/bin/python
	$(VENV)/bin/python Scripts/compare_reductions.py --lacuna .build/release/lacuna --data $(DATA) --out .build/compare-reductions

# The tables of Documentation/Splits.md; a few minutes.
compare-splits: release $(VENV)/bin/python
	$(VENV)/bin/python Scripts/compare_splits.py --lacuna .build/release/lacuna --data $(DATA)

# The tables of Documentation/Results.md; a few minutes.
results: release
	python3 Scripts/baselines.py --lacuna .build/release/lacuna --data $(DATA)

# Needs Chromium (Debian: apt-get install chromium). REPORT names one page or several.
REPORT ?= report.html
check-report:
	python3 -m venv .venv-report
	.venv-report/bin/pip install --quiet websocket-client==1.9.2
	.venv-report/bin/python Scripts/check_report.py $(REPORT)

clean:
	rm -rf .build
