#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tidy.sh [BUILD_DIR]: clang-tidy over lib/ and plugin/ with the checks of .clang-tidy, all of them errors. Needs a
# configured build directory for the compile commands.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/dev}
[ -f "$build/compile_commands.json" ] || { echo "configure first: cmake --preset dev" >&2; exit 1; }
find lib plugin -name '*.cpp' -print0 | sort -z |
  xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build" --quiet --warnings-as-errors='*'
