# SPDX-License-Identifier: Apache-2.0
# What package.sh does with the packages, one function each.
# shellcheck shell=sh disable=SC2154


# owned MODE OWNER:GROUP PATH...
owned() {
  expected="$1 $2"
  shift 2
  for path; do
    got=$(in_root stat -c '%a %U:%G' "$path") || fail "$path is not there"
    [ "$got" = "$expected" ] || fail "$path is $got, not $expected"
  done
}

dpkg_root() { quietly "dpkg $*" in_root dpkg "$@"; }

# has_rules WHICH: the kernel has rules by our key, and those for the autostart folder too.
has_rules() {
  auditctl -l >"$work/rules.now"
  grep -q 'key=audisp-eql' "$work/rules.now" || fail "$1: the kernel has no rules of ours"
  grep -q 'dir=/etc/xdg/autostart' "$work/rules.now" || fail "$1: the kernel has no rules for /etc/xdg/autostart"
}

# What auditd asks of a plugin's file and program (auditd-plugins(5), load_pconfig() of its source); and what README
# says of the rest.
check_installed() {
  if grep 'it needs to be restarted' "$work/quiet.out" >&2; then fail "the package did not see the plugin start"; fi
  owned 640 root:root /etc/audit/plugins.d/audisp-eql.conf /etc/audit/rules.d/60-audisp-eql.rules \
    /etc/audit/rules.d/62-audisp-eql-autostart.rules
  owned 750 root:root /etc/audit /etc/audit/plugins.d /etc/audit/rules.d
  owned 755 root:root /usr/sbin/audisp-eql
  owned 750 root:audisp-eql /etc/audisp-eql /etc/audisp-eql/rules
  owned 640 root:audisp-eql /etc/audisp-eql/config.toml /etc/audisp-eql/rules/xdg_autostart_network.toml
  owned 750 audisp-eql:audisp-eql /var/lib/audisp-eql /var/log/audisp-eql
  has_rules "after the installation"
  sh "$here/links.sh" "$root/usr/share/doc/audisp-eql" || fail "documents have dead links"
}

install_first() {
  dpkg_root -i "/tmp/first.deb"
  wait_for "the plugin" 10 plugin_is_new
  wait_for "the plugin's start" 20 grep -q 'audisp-eql: start: [1-9][0-9]* rules loaded, 0 refused' "$work/syslog.log"
  check_installed
  check_user
}

# The plugin found its user: it is root no longer.
check_user() {
  uid=$(in_root id -u audisp-eql)
  [ "$(status_line "$plugin_pid" Uid)" = "$uid $uid $uid $uid" ] || fail "the plugin is not the user audisp-eql"
}

# A program that the session manager started, which calls out.
raise_alert() {
  quietly "the session" in_root setpriv --reuid "$user_id" --regid "$user_id" --clear-groups -- \
    "$target" session /tmp/driver "plain:$1"
}

check_alert_at_receiver() {
  wait_for "the alert of port $1 over TLS" 30 has_alert "$1"
  alerts | jq -e "select(.destination.port == $1) | .rule.id == \"dd52d45a-4602-4195-9018-ebe0f219c273\" and
    .process.executable == \"/tmp/driver\" and .process.parent.executable == \"$target\"" >/dev/null ||
    fail "the alert of port $1 is another"
}

# Over itself, unattended: what was edited stays, what was not is new; the plugin is the new program, auditd the same.
upgrade_edited() {
  echo '# mine' >>"$root/etc/audisp-eql/config.toml"
  sed -i 's/^heartbeat_seconds = .*/heartbeat_seconds = 1200/' "$root/etc/audisp-eql/config.toml"
  echo '# mine' >>"$root/etc/audit/rules.d/62-audisp-eql-autostart.rules"
  plugin_before=$plugin_pid
  dpkg_root -i /tmp/second.deb
  wait_for "the new plugin" 10 plugin_is_new
  wait_for "the old plugin's end" 10 is_gone "$plugin_before"
  check_edited "the upgrade"
  has_last_line second /etc/audisp-eql/rules/xdg_autostart_network.toml || fail "the upgrade left an old rule"
  check_installed
  check_user
}

has_last_line() { tail -n 1 "$root$2" | grep -qx "# $1"; }

check_edited() {
  has_last_line mine /etc/audisp-eql/config.toml || fail "$1 lost an edited config.toml"
  grep -qx 'heartbeat_seconds = 1200' "$root/etc/audisp-eql/config.toml" || fail "$1 lost an edited config.toml"
  has_last_line mine /etc/audit/rules.d/62-audisp-eql-autostart.rules || fail "$1 lost an edited rules file"
  owned 640 root:audisp-eql /etc/audisp-eql/config.toml
  find "$layers/upper/etc" -name '*.dpkg-*' -o -name '*.ucf-*' -o -name '*.new' >"$work/beside"
  if grep . "$work/beside" >&2; then fail "$1 put files beside"; fi
}

# A removed package leaves its configuration, but auditd and augenrules find none of it.
remove_and_install_again() {
  dpkg_root -r audisp-eql
  wait_for "the plugin's end" 10 is_gone "$plugin_pid"
  check_stopped "the removal"
  check_put_aside "the removal"
  if grep -q audisp-eql "$root/etc/audit/audit.rules"; then fail "the removal left rules in audit.rules"; fi
  [ -f "$root/etc/audisp-eql/config.toml" ] || fail "the removal took the configuration"
  if in_root dpkg -i /tmp/third.deb >"$work/quiet.out" 2>&1; then fail "a .deb with dpkg's own file was installed"; fi
  check_put_aside "the installation that failed"
  restart_root_auditd
  dpkg_root -i /tmp/second.deb
  wait_for "the plugin" 10 plugin_is_new
  check_edited "the second installation"
  check_installed
}

check_put_aside() {
  for file in "$root"/etc/audit/plugins.d/*audisp-eql*.conf "$root"/etc/audit/rules.d/*audisp-eql*.rules; do
    [ ! -e "$file" ] || fail "$1 left $file, which is read"
  done
  [ -e "$root/etc/audit/plugins.d/audisp-eql.conf.removed" ] || fail "$1 took auditd's file of the plugin"
}

# With what a site, its logrotate and AppArmor's programs add.
purge() {
  for file in /etc/audisp-eql/rules/site.toml /var/log/audisp-eql/alerts.jsonl.1 /var/lib/audisp-eql/more \
    /etc/apparmor.d/local/usr.sbin.audisp-eql /etc/apparmor.d/disable/usr.sbin.audisp-eql \
    /etc/apparmor.d/force-complain/usr.sbin.audisp-eql /var/cache/apparmor/12ab.0/usr.sbin.audisp-eql; do
    mkdir -p "$root${file%/*}"
    echo >"$root$file"
  done
  dpkg_root -P audisp-eql
  check_nothing_left "the purge"
}

# A server has no autostart folder, and its augenrules no complaint; with the first desktop the rules for it come.
install_without_desktop() {
  restart_root_auditd
  mv "$root/etc/xdg/autostart" "$root/etc/xdg/autostart.away"
  dpkg_root -i /tmp/first.deb
  wait_for "the plugin" 10 plugin_is_new
  auditctl -l >"$work/rules.now"
  grep -q key=audisp-eql "$work/rules.now" || fail "the kernel has no rules of ours"
  quietly "augenrules complains" in_root augenrules --load
  if ls "$root"/etc/audit/rules.d/*-autostart* 2>/dev/null >&2; then fail "rules for a folder that is not there"; fi
  mv "$root/etc/xdg/autostart.away" "$root/etc/xdg/autostart"
  dpkg_root_trigger
  has_rules "after the first desktop"
  # A second desktop changes nothing, and takes away no rule that was loaded by hand.
  auditctl -a never,exit -F arch=b64 -S chroot -F key=by-hand >/dev/null
  dpkg_root_trigger
  auditctl -l | grep -q key=by-hand || fail "the second desktop took away a rule loaded by hand"
  auditctl -d never,exit -F arch=b64 -S chroot -F key=by-hand >/dev/null
  dpkg_root -P audisp-eql
  check_nothing_left "the second purge"
}

# As dpkg does when a package with files there is unpacked.
dpkg_root_trigger() {
  quietly "the trigger" in_root dpkg-trigger --by-package=auditd --no-await /etc/xdg/autostart
  dpkg_root --triggers-only -a
}

# rpm leaves users, state and logs behind, by its custom; all else must go.
install_rpm() {
  restart_root_auditd
  in_root mkdir -p /var/lib/rpm
  quietly "rpm -i" in_root rpm --dbpath /var/lib/rpm --force-debian --nodeps -i /tmp/first.rpm
  wait_for "the plugin" 10 plugin_is_new
  check_installed
  quietly "rpm -e" in_root rpm --dbpath /var/lib/rpm --force-debian --nodeps -e audisp-eql
  wait_for "the plugin's end" 10 is_gone "$plugin_pid"
  check_stopped "the .rpm"
  in_root userdel audisp-eql
  rm -rf "$root/var/lib/audisp-eql" "$root/var/log/audisp-eql"
  check_nothing_left "the .rpm"
}

# An image that is being built, or a host whose auditd is down: nothing is started and the kernel is left alone. From
# here on without systemd; and a group of the plugin's name was made before.
install_without_auditd() {
  rm "$root/usr/bin/systemd-sysusers"
  in_root groupadd --system audisp-eql
  auditctl -D >/dev/null
  dpkg_root -i /tmp/first.deb
  [ "$(audit_status pid)" = 0 ] || fail "the installation started auditd"
  check_left_alone
}

# The same in a chroot of a machine whose own auditd runs: its rules and plugins are not this root's to change.
install_beside_another_auditd() {
  sed -e "s,^log_file.*,log_file = $work/log/audit.log," "$root/etc/audit/auditd.conf" >"$work/auditd/auditd.conf"
  echo "plugin_dir = $work/auditd" >>"$work/auditd/auditd.conf"
  chmod 640 "$work/auditd/auditd.conf"
  auditd -n -c "$work/auditd" >"$work/auditd.out" 2>&1 &
  auditd_pid=$!
  wait_for "the machine's auditd" 10 is_auditd
  auditctl -D >/dev/null
  dpkg_root -i /tmp/first.deb
  check_left_alone
  stop_auditd_again
}

check_left_alone() {
  grep -q 'no auditd runs here' "$work/quiet.out" || fail "no word of an auditd that does not run"
  auditctl -l | grep -qx 'No rules' || fail "the installation loaded rules without an auditd of its own"
  owned 750 root:audisp-eql /etc/audisp-eql
  auditctl -a always,exit -F arch=b64 -S connect -F saddr_fam=10 -F key=audisp-eql >/dev/null  # as the package has it
  dpkg_root -P audisp-eql
  auditctl -l | grep -q 'key=audisp-eql' || fail "the purge took rules that are not its own"
  auditctl -D >/dev/null
}
