#!/bin/sh
# Builds target/native/liblitert_jni.so over the libLiteRt.so of a Python's ai-edge-litert.
set -eu
cd "$(dirname "$0")"
python=${1:-python3}
# found without importing it: the import would start TensorFlow Lite
wheel=$("$python" -c '
import importlib.util as u
spec = u.find_spec("ai_edge_litert")
print(spec.submodule_search_locations[0] if spec else "")')
if [ ! -f "$wheel/libLiteRt.so" ]; then
  echo "error: the Python must have ai-edge-litert (pip install 'ai-edge-litert==2.3.*')." \
    "Received: $python" >&2
  exit 2
fi
java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
mkdir -p target/native
g++ -std=c++17 -O2 -Wall -Wextra -shared -fPIC -o target/native/liblitert_jni.so \
  -I"$java/include" -I"$java/include/linux" src/main/cpp/litert_jni.cc \
  -L"$wheel" -l:libLiteRt.so -Wl,-rpath,"$wheel"
echo "$(pwd)/target/native/liblitert_jni.so over $wheel/libLiteRt.so"
