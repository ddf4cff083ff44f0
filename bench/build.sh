#!/usr/bin/env bash
# Times of a clean build, tests included, and of the rebuild of one file with its unit tests. No ccache; build
# directories of its own.
#   bench/build.sh [--jobs 2] [--files "recorder/player.cpp net/http_connection.cpp"] [--presets "release dev"]
# A file's folder names its unit tests: recorder/… is tested by unit_recorder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CCACHE_DISABLE=1

jobs=2
files='recorder/player.cpp net/http_connection.cpp'
presets='release dev'
while (($# > 0)); do
  case $1 in
    --jobs) jobs=$2 ;;
    --files) files=$2 ;;
    --presets) presets=$2 ;;
    *)
      echo "unknown option: $1" >&2
      exit 2
      ;;
  esac
  shift 2
done
here=$(mktemp -d "${TMPDIR:-/tmp}/greenroom-bench-build-XXXXXX")
trap 'rm -rf "${here}"' EXIT

# A row with the seconds that a command takes; its output is shown when it fails.
timed() {
  local name=$1 begun seconds
  shift
  begun=${EPOCHREALTIME}
  if ! "$@" >"${here}/log" 2>&1; then
    tail -n 30 "${here}/log" >&2
    printf '{"row":"void","error":"%s failed"}\n' "${name}"
    exit 1
  fi
  seconds=$(awk -v from="${begun}" -v to="${EPOCHREALTIME}" 'BEGIN { printf "%.1f", to - from }')
  printf '{"row":"%s","seconds":%s}\n' "${name}" "${seconds}"
}

# A file compiled anew, what has to be linked for a target, and the unit tests of the file's folder.
rebuild_and_test() {
  touch "${file}"
  cmake --build "${build}" -j "${jobs}" --target "$1" || return 1
  ctest --test-dir "${build}" -R "^${test}\$" --no-tests=error --output-on-failure
}

printf '{"row":"machine","cpus":%s,"load":"%s","jobs":%s,"compiler":"%s"}\n' \
  "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)" "${jobs}" "$(c++ -dumpfullversion)"
for preset in ${presets}; do
  build=${here}/${preset}
  timed "${preset}: configure" cmake --preset "${preset}" -B "${build}" -DBUILD_TESTING=ON
  timed "${preset}: clean build with tests" cmake --build "${build}" -j "${jobs}"
  for file in ${files}; do
    test=unit_${file%%/*}
    timed "${preset}: ${file} and ${test}" rebuild_and_test "${test}"
    timed "${preset}: ${file}, all that links it, and ${test}" rebuild_and_test all
  done
done
