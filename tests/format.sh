#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# format.sh [--fix]: whether clang-format would change a file; with --fix it does.
set -eu
cd "$(dirname "$0")/.."
command -v clang-format >/dev/null || { echo "clang-format is not installed" >&2; exit 1; }
mode='--dry-run -Werror'
[ "${1:-}" != --fix ] || mode=-i
# shellcheck disable=SC2086 # words
find lib plugin tests \( -name '*.cpp' -o -name '*.h' \) -print0 | sort -z | xargs -0 -n 16 clang-format $mode
