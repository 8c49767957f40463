#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The whole way for real: auditd starts the installed plugin, a played desktop starts programs that connect, and a real
# rsyslogd receives the alerts. Then `scan` over auditd's log must say the same.
#
#   run.sh BUILD_DIR [KEEP_DIR]     with KEEP_DIR the recording and the alerts are copied there
#
# Root only. Nothing of the system's own configuration is touched; audit rules and state are put back at the end.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
keep=${2:-}
. "$here/lib.sh"

begin
select_cases
create_user
create_target

start_held_session
start_rsyslogd
start_auditd
load_audit_rules "$work"/root/etc/audit/rules.d/*.rules
say "auditd $auditd_pid, plugin $plugin_pid, rsyslogd $rsyslogd_pid"
wait_for "the plugin's start" 10 grep -q 'audisp-eql: start: ' "$work/syslog.log"
check_privileges
show_privileges

run_session xfce
run_session plain
release_held_session
reload_auditd
run_session last
wait_for "the last alert" 120 has_alert "$(ports last alert)"
check_privileges
alerts >"$work/alerts.json"

check_health
stop_auditd
check_ports "live" "$work/alerts.json" "$(ports '' alert)"
check_alert
check_syslog_line
check_file
check_scan
say "all $(ports '' alert | wc -w) alerts came, and no other; the first in syslog:"
grep -m1 @cee: "$work/syslog.log"
