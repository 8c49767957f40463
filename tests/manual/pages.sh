#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pages.sh BUILD_DIR: the manual pages were made, and render without a warning. Status 77 where they are not made; in CI
# they must be.
set -eu
pages=$1/docs/man
fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { [ "${CI:-}" = true ] && fail "$1"; echo "skipped: $1"; exit 77; }
[ -f "$pages/audisp-eql.8" ] || skip "no pages in $pages: scdoc was not there"

for page in audisp-eql.8 audisp-eql.toml.5 audisp-eql-rules.5; do
  # Paragraphs that stand before nothing are scdoc's way of leaving a line free.
  if command -v mandoc >/dev/null; then
    mandoc -T lint -W warning "$pages/$page" | grep -v 'skipping paragraph macro' && fail "mandoc complains of $page"
  fi
  if command -v groff >/dev/null; then
    complaints=$(groff -ww -t -man -Tutf8 -rLL=90n "$pages/$page" 2>&1 >/dev/null)
    [ -z "$complaints" ] || fail "groff complains of $page: $complaints"
  fi
done
command -v mandoc >/dev/null || command -v groff >/dev/null || skip "neither mandoc nor groff is installed"
