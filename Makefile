# Two commands do all the set-up: `make demo` and `make test`.

PYTHON ?= python3
STYLE ?= hayao
# What the demo draws with before it has trained: a style that comes with the package.
FIRST ?= pepper
# Which styles, and where to, for TensorFlow Serving.
SERVED ?= pepper paprika hayao hosoda shinkai
SERVING ?= serving/models
# Processors with arithmetic for bfloat16 train three times as fast by it, others slower.
BFLOAT16 = $(shell grep -qwE 'avx512_bf16|amx_bf16' /proc/cpuinfo 2>/dev/null && \
  echo --mixed-precision bfloat16 --content-precision bfloat16)
BIN := .venv/bin
READY := .venv/.ready

# The page in browsers: its models, and the golden pictures that Python makes of them.
MODELS ?= saved_models
GOLDENS ?= mobile/contract/goldens
WEB := mobile/web
WEB_READY := $(WEB)/node_modules/.ready

# The paper's comparison: photos/ and cartoons/, here those of pepper if it was made.
DATA ?= $(firstword $(wildcard data/pepper) samples)

.PHONY: help install demo style-pepper paper test test-fast test-av test-mobile test-jvm lint bench serving clean web web-build web-packages pages goldens test-web

help:
	@echo "make demo   draw with a style, train the sample style for minutes, draw out/demo.png"
	@echo "make style-pepper PAGES=DIR PHOTOS=DIR  train pepper, or go on with it; hours"
	@echo "make paper  the paper's comparison on one set (DATA=DIR with photos/ and cartoons/; an hour)"
	@echo "make test   run every test"
	@echo "make test-fast  every test that is not slow"
	@echo "make test-av  the films' tests on the oldest PyAV; make test has the newest"
	@echo "make lint   ruff, as CI runs it"
	@echo "make serving  the styles for TensorFlow Serving: serving/models, checked"
	@echo "make bench  measure what docs/measured.md claims"
	@echo "make web    build the web page and serve it on this machine (MODELS=DIR)"
	@echo "make web-build  the page as a folder for any static host: $(WEB)/dist"
	@echo "make pages  the same for GitHub Pages: out/pages (SOURCE=URL ADDRESS=URL)"
	@echo "make goldens    what every runtime must draw, by Python (MODELS=DIR GOLDENS=DIR)"
	@echo "make test-mobile  all of mobile/: the two below"
	@echo "make test-web   test the page in Chromium; on Debian it installs what is missing"
	@echo "make test-jvm   test the Android app's core and screens on a desktop JVM; likewise"
	@echo "make clean  remove what these made (.venv, out/, the page and its packages)"

install: $(READY)

$(READY): pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))' || \
	  { echo "error: Python must be 3.10 to 3.13. Received: $$($(PYTHON) --version). \
	Name another: make PYTHON=python3.12 demo" >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	  { echo "error: $(PYTHON) cannot make a virtual environment. \
	On Debian: apt-get install python3-venv" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $(READY)

# Six photos that no training has seen, first with a style that is there already.
demo: install
	$(BIN)/python -m cartoongan_tf.draw --photos 6 --cartoons 0 --seed 7 \
	  --height 128 --width 176 --out out --overwrite
	$(BIN)/python -m cartoongan_tf.cartoonize out/photos --style $(FIRST) \
	  --compare --out out/first.png --overwrite
	@echo "Look at out/first.png: photo | drawn in the style $(FIRST), at full size | and as is usual. \
	Now training another style:"
	$(BIN)/python -m cartoongan_tf.train --style $(STYLE) --runs out/runs
	run=$$(ls -d out/runs/$(STYLE)/[0-9]* | tail -n 1) && \
	$(BIN)/python -m cartoongan_tf.cartoonize out/photos \
	  --weights $$run/generator.keras --out out/cartoons --overwrite && \
	$(BIN)/python -m cartoongan_tf.cartoonize out/photos \
	  --weights $$run/generator.keras --compare --out out/demo.png --overwrite
	@echo "Look at out/demo.png: photo | what the network draws | its colours looked after"

# Stopped and called again it goes on; done, it only exports again. MORE: flags of train.
style-pepper: install
	@test -d "$(PAGES)" -a -d "$(PHOTOS)" || { echo "error: PAGES and PHOTOS must be \
	folders of comic pages and of photos. Received: PAGES=$(PAGES) PHOTOS=$(PHOTOS)" >&2; exit 2; }
	$(BIN)/python -m cartoongan_tf.prepare "$(PAGES)" --style pepper --pages \
	  --photos "$(PHOTOS)"
	run=$$(ls -d runs/pepper/[0-9]* 2>/dev/null | tail -n 1); \
	if [ -n "$$run" ]; then \
	  $(BIN)/python -m cartoongan_tf.train --resume $$run --install; \
	else \
	  $(BIN)/python -m cartoongan_tf.train --style pepper --recipe painted --install \
	    $(BFLOAT16) $(MORE); \
	fi
	$(BIN)/python -m cartoongan_tf.export --style pepper --tflite \
	  --quantize float16 int8 --image-size 256 512 --calibration "$(PHOTOS)" \
	  --licence "CC BY 4.0: trained on Pepper&Carrot by David Revoy, www.peppercarrot.com" \
	  --out saved_models/pepper/exported --overwrite

# Called again it goes on. MORE: flags of benchmarks/paper.py.
paper: install
	$(BIN)/python "$(dir $(firstword $(MAKEFILE_LIST)))benchmarks/paper.py" --data "$(DATA)" $(MORE)

test: install
	$(BIN)/python -m pytest -n auto --dist worksteal

test-fast: install
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

# The films' tests on the oldest PyAV that pyproject.toml allows; `test` has the newest.
OLDEST_AV = $(shell sed -n 's/.*"av>=\([0-9.]*\),.*/\1/p' \
  "$(dir $(firstword $(MAKEFILE_LIST)))pyproject.toml")
AV_TESTS ?= tests/films tests/video tests/inference/test_filming.py

test-av: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade \
	  --target .venv/oldest-av "av==$(OLDEST_AV).*"
	PYTHONPATH=.venv/oldest-av $(BIN)/python -c \
	  'import av; print("PyAV", av.__version__); assert av.__version__.startswith("$(OLDEST_AV).")'
	PYTHONPATH=$(abspath .venv/oldest-av) $(BIN)/python -m pytest -n auto $(AV_TESTS)

test-mobile: test-jvm test-web

# Debian packages that it lacks it installs, and says which.
test-jvm: install
	mobile/test-jvm.sh $(abspath $(BIN))/python $(MODELS) $(GOLDENS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: install
	for file in benchmarks/*.py; do $(BIN)/python $$file || exit; done

# What serving/docker-compose.yml serves.
serving: install
	for style in $(SERVED); do \
	  $(BIN)/python -m cartoongan_tf.export --style $$style --saved-model \
	    --out $(SERVING)/$$style --overwrite || exit; done
	$(BIN)/python serving/check.py $(SERVING)

web: web-build
	node $(WEB)/serve.mjs

web-build: web-packages
	node $(WEB)/build.mjs --models $(MODELS) --goldens $(GOLDENS)

# GitHub Pages serves it as it is: threads come by the service worker.
pages: web-packages
	node $(WEB)/build.mjs --models $(MODELS) --goldens $(GOLDENS) --out out/pages \
	  --source "$(SOURCE)" --address "$(ADDRESS)"

web-packages: $(WEB_READY)

$(WEB_READY): $(WEB)/package-lock.json
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 1817 ? 1 : 0)' && \
	  npm --version >/dev/null || { echo "error: the page needs Node.js 18.17 or newer \
	and npm. On Debian: apt-get install nodejs npm" >&2; exit 2; }
	cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $(WEB_READY)

goldens: install
	$(BIN)/python -m cartoongan_tf.goldens --models $(MODELS) --out $(GOLDENS)

test-web: install
	MODELS=$(MODELS) GOLDENS=$(GOLDENS) BIN=$(BIN) TESTS="$(TESTS)" bash $(WEB)/tests/run.sh

clean:
	rm -rf .venv out $(WEB)/node_modules $(WEB)/dist $(WEB)/screenshots
