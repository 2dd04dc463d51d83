#!/bin/bash
# Whether every style of models.config is being served. The image has bash, and no curl.
# Usage: health.sh [MODELS.CONFIG [PORT]]
set -euo pipefail
config=${1:-/config/models.config} port=${2:-8501}
for style in $(sed -n 's/^ *name: "\(.*\)"/\1/p' "$config"); do
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /v1/models/%s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$style" >&3
  answer=$(timeout 5 cat <&3)
  exec 3>&-
  grep -q '"state": "AVAILABLE"' <<<"$answer" || { echo "not served: $style"; exit 1; }
done
