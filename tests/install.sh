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
has /etc/audisp-eql/exceptions.toml 640
has /etc/audisp-eql/rules/xdg_autostart_network.toml 640
for name in child_network child_network_any entry_written entry_written_then_run session_network session_network_any \
  unit_network unit_network_any; do
  has "/etc/audisp-eql/rules/xdg_autostart_$name.toml" 640
done
has /usr/share/doc/audisp-eql/README.md 644
for name in fields formats rules; do has "/usr/share/doc/audisp-eql/docs/$name.md" 644; done
has /usr/share/audisp-eql/tests/xdg_autostart_network.toml 644
has /usr/share/doc/audisp-eql/docs/siem.md 644
has /usr/share/doc/audisp-eql/siem/rsyslog/10-audisp-eql.conf 644
has /usr/share/doc/audisp-eql/docs/blind_spots.md 644
sh "$(dirname "$0")/links.sh" "$root/usr/share/doc/audisp-eql" || fail "dead links"
has /usr/share/bash-completion/completions/audisp-eql 644
has /usr/share/fish/vendor_completions.d/audisp-eql.fish 644
[ -n "$(find "$root/usr/share/zsh" -name _audisp-eql)" ] || fail "no completion for zsh"
if [ -f "$build/docs/man/audisp-eql.8" ]; then
  has /usr/share/man/man8/audisp-eql.8 644
  has /usr/share/man/man5/audisp-eql.toml.5 644
  has /usr/share/man/man5/audisp-eql-rules.5 644
fi
has /usr/share/audisp-eql/apparmor/usr.sbin.audisp-eql 644
has /usr/share/audisp-eql/selinux/audisp_eql.fc 644
has /usr/share/audisp-eql/selinux/audisp_eql.te 644
has /usr/lib/sysusers.d/audisp-eql.conf 644
has /usr/lib/tmpfiles.d/audisp-eql.conf 644

# auditd's own reader: single spaces, lines under 160 bytes, a newline at the end.
plugin_file=$root/etc/audit/plugins.d/audisp-eql.conf
grep -qx 'path = /usr/sbin/audisp-eql' "$plugin_file" || fail "auditd's file names another path"
if grep -v '^#' "$plugin_file" | grep -qvE '^([a-z]+ = [^ ]+( [^ ]+)?)?$'; then fail "a line that auditd would refuse"; fi
if grep -qE '^.{158,}$' "$plugin_file"; then fail "a line that is too long for auditd"; fi
[ -z "$(tail -c 1 "$plugin_file")" ] || fail "no newline at the end"

# belongs PATH MODE OWNER GROUP, names as the staged system has them
belongs() {
  has "$1" "$2"
  uid=$(sed -n "s/^$3:[^:]*:\([0-9]*\):.*/\1/p" "$root/etc/passwd")
  gid=$(sed -n "s/^$4:[^:]*:\([0-9]*\):.*/\1/p" "$root/etc/group")
  [ "$(stat -c %u:%g "$root$1")" = "$uid:$gid" ] || fail "$1 does not belong to $3:$4"
}

# The user and who may read what, as systemd makes them at the command that README gives.
if [ "$(id -u)" = 0 ] && command -v systemd-sysusers >/dev/null && command -v systemd-tmpfiles >/dev/null; then
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\n' >"$root/etc/group"
  chmod 600 "$root/etc/audisp-eql/config.toml"  # as an editor may leave it
  systemd-sysusers --root="$root" audisp-eql.conf >"$root/out" 2>&1 || { cat "$root/out" >&2; fail "systemd-sysusers"; }
  systemd-tmpfiles --root="$root" --create audisp-eql.conf >"$root/out" 2>&1 || { cat "$root/out" >&2; fail "systemd-tmpfiles"; }
  grep -q '^audisp-eql:x:[0-9]*:[0-9]*:.*:/:/usr/sbin/nologin$' "$root/etc/passwd" || fail "no user audisp-eql"
  belongs /var/lib/audisp-eql 750 audisp-eql audisp-eql
  belongs /var/log/audisp-eql 750 audisp-eql audisp-eql
  belongs /etc/audisp-eql 750 root audisp-eql
  belongs /etc/audisp-eql/rules 750 root audisp-eql
  belongs /etc/audisp-eql/rules/xdg_autostart_network.toml 640 root audisp-eql
  belongs /etc/audisp-eql/config.toml 640 root audisp-eql
fi

echo '# mine' >>"$root/etc/audisp-eql/config.toml"
install_all
tail -n 1 "$root/etc/audisp-eql/config.toml" | grep -qx '# mine' || fail "a changed file was overwritten"
has /etc/audisp-eql/config.toml.new 640
