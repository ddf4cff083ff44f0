#!/usr/bin/env bash
# The hand-made scan of CDP messages against simdjson (Debian: libsimdjson-dev). Nanoseconds a message; ratio above 1: ours
# is faster.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$(mktemp -d)
trap 'rm -rf "${folder}"' EXIT
g++ -std=c++20 -O2 -I. bench/cdp/scan.cpp cdp/envelope.cpp base/error.cpp -lsimdjson -o "${folder}/scan"
"${folder}/scan"
