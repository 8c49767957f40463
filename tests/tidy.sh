#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tidy.sh [--seconds N] [BUILD_DIR]: clang-tidy over lib/ and plugin/ with the checks of .clang-tidy, all of them errors.
# Needs a configured build directory for the compile commands. The whole takes 20 minutes of CPU time; with
# --seconds the most recently changed files are looked at first, as far as the time goes. So CI has what is new.
set -eu
cd "$(dirname "$0")/.."
end=
if [ "${1:-}" = --seconds ]; then
  end=$(($(date +%s) + $2))
  shift 2
fi
build=${1:-build/dev}
[ -f "$build/compile_commands.json" ] || { echo "configure first: cmake --preset dev" >&2; exit 1; }

# A header is looked at through the source of its name.
changed() {
  git log -n 200 --format= --name-only -- lib plugin 2>/dev/null | sed -n 's/\.h$/.cpp/; /\.cpp$/p'
  find lib plugin -name '*.cpp' | sort
}
done_list=$(mktemp)
trap 'rm -f "$done_list"' EXIT
files=$(changed | awk '!seen[$0]++' | while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
# shellcheck disable=SC2016 # the inner shell's
printf '%s\n' "$files" | END=$end BUILD=$build DONE=$done_list xargs -n 1 -P "$(nproc)" sh -c '
  [ -z "$END" ] || [ "$(date +%s)" -lt "$END" ] || exit 0
  echo "$1" >>"$DONE"
  exec clang-tidy -p "$BUILD" --quiet --warnings-as-errors="*" "$1"' sh
echo "tidy: nothing to complain of in $(wc -l <"$done_list") of $(printf '%s\n' "$files" | wc -l) files"
