#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The plugin under load: a steady rate, more than it can take, and a storm of
# processes. Prints Markdown tables. Takes some 15 minutes by itself.
# usage: sh tests/load.sh [SECONDS_OF_LOAD [SECONDS_OF_SOAK]]
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --preset release -D BUILD_TESTING=ON -D AUDISP_EQL_BENCH=ON >"$work/configure.log"
cmake --build --preset release --target audisp-eql bench_generate bench_load >"$work/build.log"
plugin=build/release/plugin/audisp-eql
bench=build/release/tests/bench
"$bench/bench_generate" log typical 30 1 >"$work/typical.log"
"$bench/bench_generate" log exec-heavy 30 1 >"$work/exec-heavy.log"
# So many that the writer outruns the plugin many times over.
"$bench/bench_generate" rules 3000 "$work/rules"

printf '## 200,000 records a second, one rule\n\n'
"$bench/bench_load" load "$plugin" "$work/typical.log" 200000 "${1:-60}"
printf '\n## As fast as they are taken, mostly execs, 3001 rules, a queue of 1 MiB\n\n'
"$bench/bench_load" overload "$plugin" "$work/exec-heavy.log" "$work/rules" "${1:-60}"
printf '\n## A million processes\n\n'
"$bench/bench_load" soak "$plugin" 1000000 "${2:-600}"
