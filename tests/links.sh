#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# links.sh DIR: each relative link of the .md files below DIR leads to a file there.
set -eu
cd "$1"
dead_links() {
  find . -name '*.md' | while read -r document; do
    # Code is none.
    links=$(grep -v '^    ' "$document" | grep -oE '\]\([^)[:space:]]+\)' | sed -e 's/^](//' -e 's/[#)].*//' || true)
    for target in $links; do
      case $target in *://*) continue ;; esac
      [ -e "${document%/*}/$target" ] || echo "FAILED: $document has a link to $target, which is not there"
    done
  done
}
[ -e README.md ] || { echo "FAILED: $1 has no README.md" >&2; exit 1; }
dead=$(dead_links)
[ -z "$dead" ] || { echo "$dead" >&2; exit 1; }
