#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Downloads what packages.txt lists as `unpack` and unpacks each below build/unpacked/: packages that cannot be installed
# beside others that the tests need, such as a second syslog daemon. Not Debian: install them, or these tests are skipped.
set -eu
cd "$(dirname "$0")/.."
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || exit 0
for package in $(awk '/^\[/ { found = $0 == "[unpack]"; next } found && NF && !/^#/' tests/packages.txt); do
  target=$PWD/build/unpacked/$package
  [ ! -d "$target" ] || continue
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo "Unpacking: $package" >&2
  (cd "$work" && { apt-get -q download "$package" || { apt-get -q update && apt-get -q download "$package"; }; }) \
    >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
  dpkg-deb -x "$work/$package"_*.deb "$work/root"
  mkdir -p "${target%/*}"
  mv "$work/root" "$target"
  rm -rf "$work"
done
