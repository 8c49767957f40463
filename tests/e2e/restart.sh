#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A real auditd is restarted in the middle of a sequence: a program starts, auditd and with it the plugin stop and start
# again, the program connects, and the alert must come.
#
#   restart.sh BUILD_DIR
#
# Root only. Nothing of the system's own configuration is touched; audit rules and state are put back at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
keep=
. "$here/lib.sh"

port=47091

# Like the first rule, but with time for a restart.
write_rule() {
  cat >"$work/root/etc/audisp-eql/rules/restart.toml" <<END
[rule]
name = "Restart"
rule_id = "restart"
type = "eql"
severity = "low"
query = '''
sequence by host.id, process.entity_id with maxspan=5m
  [process where event.action == "exec" and process.args == "restart-test"]
  [network where event.action == "connection_attempted" and destination.port == $port]
'''
END
  chown root:audisp-eql "$work/root/etc/audisp-eql/rules/restart.toml"
  chmod 640 "$work/root/etc/audisp-eql/rules/restart.toml"
}

# Sets held_pid; connects when told so by go_fd 8.
start_program() {
  mkfifo "$work/go"
  exec 8<>"$work/go"
  setpriv --reuid "$user_id" --regid "$user_id" --clear-groups -- /usr/bin/env -i PATH=/usr/bin:/bin \
    bash -c "read -r go; exec 3<>/dev/tcp/127.0.0.1/$port" restart-test <&8 >>"$work/session.out" 2>&1 &
  held_pid=$!
}

# A pending sequence, by the plugin's own word.
is_pending() {
  kill -USR1 "$plugin_pid"
  grep -q ' partials=[1-9]' "$work/syslog.log"
}

begin
write_rule
create_user

start_rsyslogd
start_auditd
print_audit_rules
load_audit_rules "$work/printed.rules"
wait_for "the plugin's start" 10 grep -q 'audisp-eql: start: [0-9]* rules loaded, 0 refused' "$work/syslog.log"
start_program
wait_for "the first stage" 10 is_pending
first_pid=$plugin_pid
stop_auditd
start_auditd
[ "$plugin_pid" != "$first_pid" ] || fail "the plugin is the process that it was"
wait_for "the second start" 10 sh -c '[ "$(grep -c "audisp-eql: start: " "$0")" = 2 ]' "$work/syslog.log"
echo go >&8
wait_for "the alert" 60 has_alert "$port"
alerts >"$work/alerts.json"
stop_auditd
check_ports "after the restart" "$work/alerts.json" "$port"
say "a sequence that began before the restart ended after it:"
grep -m1 @cee: "$work/syslog.log" | cut -c1-300
