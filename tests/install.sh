#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# install.sh BUILD_DIR: what `cmake --install` puts where, for the prefix that packages use; and that a second
# installation leaves a changed file alone.
set -eu
build=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

install_all() { DESTDIR=$root cmake --install "$build" --prefix /usr >"$root/out" || fail "cmake --install"; }
# has PATH MODE
has() { [ "$(stat -c %a "$root$1" 2>/dev/null)" = "$2" ] || fail "$1 is not there with mode $2"; }

install_all
has /usr/sbin/audisp-eql 755
has /etc/audit/plugins.d/audisp-eql.conf 640
has /etc/audit/rules.d/60-audisp-eql.rules 640
has /etc/audisp-eql/config.toml 640
has /etc/audisp-eql/rules/xdg_autostart_network.toml 640
has /var/lib/audisp-eql 700
has /usr/share/doc/audisp-eql/README.md 644

# auditd's own reader: single spaces, lines under 160 bytes, a newline at the end.
plugin_file=$root/etc/audit/plugins.d/audisp-eql.conf
grep -qx 'path = /usr/sbin/audisp-eql' "$plugin_file" || fail "auditd's file names another path"
if grep -v '^#' "$plugin_file" | grep -qvE '^([a-z]+ = [^ ]+( [^ ]+)?)?$'; then fail "a line that auditd would refuse"; fi
if grep -qE '^.{158,}$' "$plugin_file"; then fail "a line that is too long for auditd"; fi
[ -z "$(tail -c 1 "$plugin_file")" ] || fail "no newline at the end"

echo '# mine' >>"$root/etc/audisp-eql/config.toml"
install_all
tail -n 1 "$root/etc/audisp-eql/config.toml" | grep -qx '# mine' || fail "a changed file was overwritten"
has /etc/audisp-eql/config.toml.new 640
