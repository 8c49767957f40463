#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures scan against ausearch, aureport and LAUREL on generated logs, and how it grows with the log, the rules, the
# hosts and the rate of events without end. Writes Markdown tables to standard output and into OUT (build/bench.md).
#
#   bench.sh [MEGABYTES [ROUNDS [OUT]]]
#
# Ratios are of runs taken in turn: absolute times say little on a shared machine.
set -eu
cd "$(dirname "$0")/.."
sh tests/install_packages.sh build bench
mkdir -p build
cmake --preset release -D BUILD_TESTING=ON -D AUDISP_EQL_BENCH=ON >build/bench.log
cmake --build --preset release --target audisp-eql bench_generate bench_parts >>build/bench.log
exec python3 tests/bench/run.py build/release "${1:-100}" "${2:-5}" "${3:-build/bench.md}"
