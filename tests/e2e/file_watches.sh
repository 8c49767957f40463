#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What `audisp-eql audit-rules` prints for files, in a real kernel under a real auditd: each way to write an autostart
# entry is alerted, whether its directory was there when the rules were loaded or not, and what follows it.
#
#   file_watches.sh BUILD_DIR
#
# Root only. A user with a home is made and taken away again; audit rules and state are put back at the end. No packet
# leaves: the program that calls out has a network namespace without an interface.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
keep=
. "$here/lib.sh"

load_printed_rules() {
  auditctl -D >/dev/null
  print_audit_rules
  load_audit_rules "$work/printed.rules"
}

# as_user SCRIPT: in a home that is not this process's.
as_user() { (cd "$home" && setpriv --reuid "$user_id" --regid "$user_id" --clear-groups -- /bin/sh -euc "$1"); }

# Paths of the alerts of the rule for entries that are written, without the directory.
written() { alerts | jq -r 'select(.rule.name == "XDG Autostart Entry Written") | .event.action + " " + .file.name'; }

# expect WHAT LINE...: these alerts since the last time, in this order.
seen=0
has_more() { [ "$(written | wc -l)" -ge "$1" ]; }
expect() {
  what=$1
  shift
  as_user ': >.config/autostart/mark.desktop; rm .config/autostart/mark.desktop'
  wait_for "$what" 20 has_more $((seen + $# + 1))
  { [ $# = 0 ] || printf '%s\n' "$@"; echo 'creation mark.desktop'; } >"$work/expected"
  written | tail -n +$((seen + 1)) >"$work/got"
  diff "$work/expected" "$work/got" >&2 || fail "$what: the alerts (>) are not those expected (<)"
  seen=$(written | wc -l)
  say "$what"
}

begin
create_home_user
start_rsyslogd
start_auditd
wait_for "the plugin's start" 10 grep -q 'audisp-eql: start: ' "$work/syslog.log"

load_printed_rules
grep -q -- "-F path=$home/.config " "$work/printed.rules" || fail "the missing .config is not watched for"
as_user 'mkdir .config'
load_printed_rules
grep -q -- "-F path=$home/.config/autostart " "$work/printed.rules" || fail "the missing autostart is not watched for"
as_user 'mkdir .config/autostart; echo x >.config/autostart/first.desktop'
expect "an entry in a directory that was made after the rules were loaded" 'creation first.desktop'
as_user 'mkdir other; echo x >other/moved.desktop; rm -r .config/autostart; mv other .config/autostart'
expect "a directory that is moved into place" 'rename autostart'

load_printed_rules
grep -q -- "-F dir=$home/.config/autostart " "$work/printed.rules" || fail "the directory is not watched"
as_user 'cd .config/autostart; echo y >>moved.desktop; mv moved.desktop new.desktop; ln new.desktop hard.desktop
  ln -s new.desktop soft.desktop; cat new.desktop >/dev/null; truncate -s 1 new.desktop'
expect "entries that are changed, renamed and linked" 'modification moved.desktop' 'rename new.desktop' \
  'creation hard.desktop' 'creation soft.desktop' 'modification new.desktop'
as_user 'rm -r .config/autostart; mkdir .config/autostart; echo z >.config/autostart/again.desktop'
expect "a directory that is made again" 'creation again.desktop'

cp /bin/bash "$work/mate-session"
unshare -n setpriv --reuid "$user_id" --regid "$user_id" --clear-groups -- \
  "$work/mate-session" -c '/bin/bash -c "exec 3<>/dev/tcp/198.51.100.7/4444" 2>/dev/null; :'
wait_for "the alert of the chain" 20 has_alert 4444
alerts | jq -se 'map(select(.event.severity == 73).evidence | length) == [3]' >/dev/null ||
  fail "the chain's alert has other evidence"
say "an entry that is written, then a program of the session that calls out"
check_health
stop_auditd
