#!/usr/bin/env bash
# `make test-web [TESTS="goldens camera"]`: installs what the tests need, makes stand-ins where no models are
# shipped, runs the tests in Chromium.
set -euo pipefail
cd "$(dirname "$0")/../../.."

MODELS=${MODELS:-saved_models} GOLDENS=${GOLDENS:-mobile/contract/goldens}
BIN=${BIN:-.venv/bin}

missing=()
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
# Korean letters, for the screenshots
command -v fc-list >/dev/null && [ -n "$(fc-list :lang=ko)" ] || missing+=(fontconfig fonts-noto-cjk)
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing Debian packages: ${missing[*]}"
  log=$(mktemp)
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  if ! { "${as_root[@]}" apt-get update && "${as_root[@]}" env \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    "${missing[@]}"; } >"$log" 2>&1; then
    echo "error: apt-get cannot install ${missing[*]}: $(tail -n 1 "$log")" >&2
    exit 2
  fi
fi
make --no-print-directory web-packages

if ! compgen -G "$MODELS/*/tflite/*.tflite" >/dev/null; then
  echo "There are no models in $MODELS/: testing with stand-ins of random weights"
  MODELS=out/standins GOLDENS=out/standin-goldens
  [ -d "$MODELS" ] || "$BIN/python" mobile/contract/make_standins.py --out "$MODELS"
fi
if [ ! -f "$GOLDENS/goldens.json" ]; then
  "$BIN/python" -m cartoongan_tf.goldens --models "$MODELS" --out "$GOLDENS"
fi

export MODELS GOLDENS
files=()
for name in ${TESTS:-widen brotli goldens faces photos faults tools engines offline pages camera look layout}; do
  files+=("mobile/web/tests/$name.test.mjs")
done
node --test --test-concurrency=1 "${files[@]}"
echo "Look at the screenshots: mobile/web/screenshots/"
