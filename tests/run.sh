#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold: builds with warnings as errors, sanitizers, a minute of fuzzing, and all tests, the
# end-to-end one with the real auditd included. Works from a clean clone; needs root for packages and for auditd.
set -eu
cd "$(dirname "$0")/.."
sh tests/install_packages.sh test

log=build/run.log
mkdir -p build
: >"$log"

# step TEXT COMMAND...: quiet when it works.
step() {
  echo "== $1"
  shift
  "$@" >"$log.step" 2>&1 || { tail -n 100 "$log.step"; echo "FAILED: $*"; exit 1; }
  cat "$log.step" >>"$log"
}

fuzz_all() {
  set -- build/fuzz/tests/fuzz/fuzz_*
  seconds=$((60 / $#))
  for target; do
    name=${target##*/}
    mkdir -p "build/fuzz/corpus/$name"
    seeds=fixtures/corpus/${name#fuzz_}
    [ -d "$seeds" ] || seeds=
    # shellcheck disable=SC2086 # no word when there are no seeds
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -artifact_prefix="build/fuzz/$name-" \
      "build/fuzz/corpus/$name" $seeds || return 1
  done
}

step "build: dev, warnings are errors" cmake --preset dev -DAUDISP_EQL_WERROR=ON
step "build" cmake --build --preset dev
step "build: AddressSanitizer and UBSan" cmake --preset asan
step "build" cmake --build --preset asan
step "test: sanitizers" ctest --preset asan --parallel "$(nproc)" --label-exclude once
if command -v clang++ >/dev/null; then
  step "build: fuzz targets, clang, warnings are errors" cmake --preset fuzz -DAUDISP_EQL_WERROR=ON
  step "build" cmake --build --preset fuzz --target tests/fuzz/all
  step "test: fuzz, one minute" fuzz_all
fi

echo "== test: all"
ctest --preset dev --parallel "$(nproc)"
