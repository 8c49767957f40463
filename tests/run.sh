#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold: builds with warnings as errors, sanitizers, and all tests, the end-to-end ones with the
# real auditd and real desktops included. Apart, for what they take: fuzz.sh, load.sh, bench.sh, tidy.sh. Works from a
# clean clone; needs root for packages and for auditd.
set -eu
cd "$(dirname "$0")/.."
sh tests/install_packages.sh build package unit test desktop
sh tests/unpack_packages.sh

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

step "build: dev, warnings are errors" cmake --preset dev -DAUDISP_EQL_WERROR=ON -DAUDISP_EQL_MAN=ON
step "build" cmake --build --preset dev
step "build: AddressSanitizer and UBSan" cmake --preset asan
step "build" cmake --build --preset asan
step "test: sanitizers" ctest --preset asan --parallel "$(nproc)" --label-exclude once

echo "== test: all"
ctest --preset dev --parallel "$(nproc)"
