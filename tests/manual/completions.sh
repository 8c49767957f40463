#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# completions.sh: bash, zsh and fish take their files and complete with them. A shell that is not installed is left out;
# in CI all three must be there. That each has every option is for docs_test.cpp.
set -eu
cd "$(dirname "$0")/../../conf/completions"
fail() { echo "FAILED: $*" >&2; exit 1; }
have() {
  command -v "$1" >/dev/null && return
  [ "${CI:-}" != true ] || fail "$1 is not installed"
  echo "left out: $1"
  return 1
}
# expect WANTED ANSWER
expect() { [ "$1" = "$2" ] || fail "wanted \"$1\", got \"$2\""; }

bash_words() {
  bash -c '. ./audisp-eql.bash
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _audisp_eql
    echo "${COMPREPLY[*]}"' bash "$@"
}
if have bash; then
  expect 'scan' "$(bash_words audisp-eql s)"
  expect '--version' "$(bash_words audisp-eql --v)"
  expect '--format' "$(bash_words audisp-eql scan --fo)"
  expect 'csv cef' "$(bash_words audisp-eql scan --format c)"
  expect 'csv cef' "$(bash_words audisp-eql scan --format = c)"
  expect 'text tap' "$(bash_words audisp-eql test --format t)"
  expect '--exceptions --explain' "$(bash_words audisp-eql --config /etc/x check --ex)"
  expect '' "$(bash_words audisp-eql check --vers)"
  expect '--help --format' "$(bash_words audisp-eql fields --)"
  expect 'kafka://' "$(bash_words audisp-eql scan --input k)"
fi

if have zsh; then
  zsh -n _audisp-eql
  dir=$(mktemp -d)
  trap 'rm -rf "$dir"' EXIT
  # The second stands for zsh's own function: it prints what it is told, and says that the command is `scan`.
  # shellcheck disable=SC2016 # zsh's own variables
  zsh -f -c 'fpath=($PWD $fpath); autoload -Uz compinit && compinit -u -d "$1/dump"
    [[ $_comps[audisp-eql] == _audisp-eql ]] || exit 1
    _arguments() { print -l -- "$@"; state=rest; line=(scan); return 1 }
    _audisp-eql || true' zsh "$dir" >"$dir/said" || fail "zsh does not take _audisp-eql"
  grep -q '^--format\[' "$dir/said" || fail "zsh does not complete options of scan"
  if grep -q '^--explain' "$dir/said"; then fail "zsh gives scan options of check"; fi
fi

fish_words() { fish -N -c "source audisp-eql.fish; complete -C '$1'" | cut -f 1 | paste -s -d ' '; }
if have fish; then
  fish -n audisp-eql.fish
  expect 'scan' "$(fish_words 'audisp-eql s')"
  expect '--fail-on-alert --format' "$(fish_words 'audisp-eql scan --f')"
  expect 'cef csv json text' "$(fish_words 'audisp-eql scan --format ')"
  expect '--exceptions --explain' "$(fish_words 'audisp-eql check --ex')"
  expect '--format --help' "$(fish_words 'audisp-eql fields --')"
  expect 'kafka://' "$(fish_words 'audisp-eql scan --input k')"
fi
