#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures scan against ausearch and LAUREL (if installed), and 300 rules
# against one, on generated logs; prints a Markdown table. Ratios are of runs
# taken in turn, median of ROUNDS: absolute times say little on a shared machine.
# usage: sh tests/bench.sh [MEGABYTES]
set -eu
cd "$(dirname "$0")/.."
megabytes=${1:-100}
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --preset release -D BUILD_TESTING=ON -D AUDISP_EQL_BENCH=ON >"$work/configure.log"
cmake --build --preset release --target audisp-eql bench_generate >"$work/build.log"
scan=build/release/plugin/audisp-eql
generate=build/release/tests/bench/bench_generate
"$generate" rules 1 "$work/rules1"
"$generate" rules 300 "$work/rules300"

# seconds COMMAND...: user and system time of one run, in milliseconds.
milliseconds() {
    /usr/bin/env bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>/dev/null' _ "$@" 2>&1 |
        awk '{printf "%d\n", ($1 + $2) * 1000}'
}

median() { sort -n "$1" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

echo "| log ($megabytes MB) | scan, 1 rule, CPU ms | 300 rules | ausearch | LAUREL | 300 : 1 rules | ausearch : scan | LAUREL : scan |"
echo "|---|---|---|---|---|---|---|---|"
for mix in typical exec-heavy firehose; do
    log=$work/$mix.log
    "$generate" log "$mix" "$megabytes" 1 >"$log"
    for name in one many ausearch laurel; do : >"$work/$name"; done
    round=0
    while [ "$round" -lt "$rounds" ]; do
        milliseconds "$scan" scan --rules "$work/rules1" "$log" >>"$work/one"
        milliseconds "$scan" scan --rules "$work/rules300" "$log" >>"$work/many"
        milliseconds ausearch -m EXECVE --raw -if "$log" >>"$work/ausearch"
        if command -v laurel >/dev/null; then
            printf 'directory = "%s"\n[auditlog]\nfile = "laurel.log"\nsize = 100000000000\n' "$work" >"$work/laurel.toml"
            milliseconds sh -c 'laurel -c "$1" <"$2"' _ "$work/laurel.toml" "$log" >>"$work/laurel"
            rm -f "$work"/laurel.log*
        fi
        round=$((round + 1))
    done
    one=$(median "$work/one") many=$(median "$work/many") ausearch=$(median "$work/ausearch") laurel=$(median "$work/laurel")
    awk -v mix="$mix" -v one="$one" -v many="$many" -v a="$ausearch" -v l="${laurel:-0}" 'BEGIN {
        printf "| %s | %d | %d | %d | %s | %.2f | %.1f | %s |\n", mix, one, many, a, l ? l : "not installed", many / one, a / one, l ? sprintf("%.1f", l / one) : "-"
    }'
    rm -f "$log"
done
