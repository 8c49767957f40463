#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# fuzz.sh [SECONDS]: builds the libFuzzer targets (clang, sanitizers, warnings are errors) and runs each for so long,
# a minute by default, from the seeds in fixtures/corpus. What it finds is left in build/fuzz.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
cmake --preset fuzz -DAUDISP_EQL_WERROR=ON
cmake --build --preset fuzz --target tests/fuzz/all
for target in build/fuzz/tests/fuzz/fuzz_*; do
  [ -f "$target" ] || continue
  name=${target##*/}
  mkdir -p "build/fuzz/corpus/$name"
  seeds=fixtures/corpus/${name#fuzz_}
  [ -d "$seeds" ] || seeds=
  # shellcheck disable=SC2086 # no word when there are no seeds
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -artifact_prefix="build/fuzz/$name-" \
    "build/fuzz/corpus/$name" $seeds
done
