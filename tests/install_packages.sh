#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install_packages.sh SECTION...: installs what packages.txt lists in these sections and this machine lacks.
# Needs the network only when something is missing. Services that come along are not started.
set -eu
list=$(dirname "$0")/packages.txt
wanted=
for section; do
  grep -qx "\[$section\]" "$list" || { echo "no section $section in $list" >&2; exit 64; }
  wanted="$wanted $(awk -v section="[$section]" '/^\[/ { found = $0 == section; next } found && NF && !/^#/' "$list")"
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  [ -z "${AUDISP_EQL_HAVE_PACKAGES:-}" ] || exit 0
  echo "This is not Debian. Install what is called like this there, then set AUDISP_EQL_HAVE_PACKAGES=1:" >&2
  echo "$wanted" >&2
  exit 1
fi

missing=
for package in $wanted; do
  # shellcheck disable=SC2016 # dpkg-query's own variable
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing packages; as root: apt-get install --no-install-recommends$missing" >&2
    exit 1
  fi
  as_root=sudo
fi

# Packages with a daemon would start it; this file is how an administrator forbids that.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '$as_root rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
fi
echo "Installing:$missing" >&2
log=$(mktemp)
# shellcheck disable=SC2086 # words
if ! { $as_root apt-get -q update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
  -o Dpkg::Options::=--force-confold install --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt-get failed; the whole output is in $log" >&2
  exit 1
fi
rm -f "$log"
