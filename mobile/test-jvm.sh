#!/bin/sh
# All of core/ and android/ that can be checked without a phone or Google's repository.
#   test-jvm.sh [PYTHON [MODELS [GOLDENS]]]
# PYTHON has ai-edge-litert; MODELS is laid out as saved_models/ is; GOLDENS as
# contract/goldens/ is, and its tests are skipped where there is none.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${1:-python3}
models=${2:-$here/../saved_models}
goldens=${3:-$here/contract/goldens}

if ! ls "$models"/*/tflite/model.json > /dev/null 2>&1; then
  echo "error: the models must lie in STYLE/tflite/, with their model.json, as" \
    "\`python -m cartoongan_tf.export --tflite\` writes them. Received: none in $models;" \
    "name another: make test-jvm MODELS=DIR" >&2
  exit 2
fi
models=$(cd "$models" && pwd)
[ ! -d "$goldens" ] || goldens=$(cd "$goldens" && pwd)

missing=
need() { # a command, and the Debian package that brings it
  command -v "$1" > /dev/null || missing="$missing $2"
}
need javac openjdk-17-jdk-headless
need mvn maven
need g++ g++
need aapt2 aapt
framework=/usr/share/android-framework-res/framework-res.apk
[ -f "$framework" ] || missing="$missing android-framework-res"
if [ -n "$missing" ]; then
  if [ "$(id -u)" != 0 ]; then
    echo "error: Debian packages must be there:$missing." \
      "As root: apt-get install --no-install-recommends$missing" >&2
    exit 2
  fi
  echo "apt-get installs:$missing"
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi

"$here/litert-desktop/build.sh" "$python"
"$here/android/link.sh" "$framework" "$models"
cd "$here"
mvn --batch-mode --quiet verify -Dmodels="$models" -Dgoldens="$goldens"
echo "Look at mobile/core/target/pictures/ and mobile/android/app/target/pictures/"
