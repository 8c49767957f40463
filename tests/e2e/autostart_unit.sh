#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Autostart entries as systemd starts them, in a control group that is named after the unit: the plugin reads it from
# /proc, alerts of what calls out in the unit, and says which file the entry is. A lookup of a name over UDP is none.
#
#   autostart_unit.sh BUILD_DIR
#
# Root only; skipped where no control group can be made. There is no systemd in it. A user with a home and the groups are
# taken away again at the end, audit rules and state are put back. No packet leaves: the programs have a network namespace
# without an interface.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
keep=
. "$here/lib.sh"

address=198.51.100.7
slice=audisp-eql-e2e.slice
unit='app-evil\x2done@autostart.service' # of evil-one.desktop

# The hierarchies in which systemd would keep units: the second version's, and the first's of that name.
hierarchies() { awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /(^|,)name=systemd(,|$)/) { print $2 }' /proc/mounts; }

# A machine that cannot do this is no failure, in CI neither: many containers have them read-only.
make_groups() {
  [ -n "$(hierarchies)" ] || { say "skipped: no cgroup2 and no hierarchy of systemd is mounted"; exit "$skip"; }
  for hierarchy in $(hierarchies); do
    mkdir -p "$hierarchy/$slice/$unit" "$hierarchy/$slice/other.service" 2>"$work/mkdir.err" ||
      { say "skipped: no control group can be made: $(cat "$work/mkdir.err")"; exit "$skip"; }
  done
}

remove_groups() {
  end_programs
  for hierarchy in $(hierarchies); do
    rmdir "$hierarchy/$slice/$unit" "$hierarchy/$slice/other.service" "$hierarchy/$slice" 2>/dev/null || :
  done
}

# start_in UNIT SCRIPT: the program stays until end_programs, for who is gone has no control group.
started=
start_in() {
  unshare -n sh -euc '
    unit=$1 slice=$2 user=$3 script=$4
    shift 4
    for hierarchy; do echo $$ >"$hierarchy/$slice/$unit/cgroup.procs"; done
    exec setpriv --reuid "$user" --regid "$user" --clear-groups -- /bin/bash -c "$script"' \
    sh "$1" "$slice" "$user_id" "$2" $(hierarchies) <&8 >>"$work/session.out" 2>&1 &
  started="$started $!"
}

end_programs() {
  for pid in $started; do echo go >&8; done
  [ -z "$started" ] || wait $started || :
  started=
}

check_scan_says_so() {
  "$plugin" scan --format json --config "$config" "$work/log/audit.log" >"$work/scan.json" 2>"$work/scan.err" ||
    { cat "$work/scan.err" >&2; fail "scan ended with status $?"; }
  [ ! -s "$work/scan.json" ] || { cat "$work/scan.json" >&2; fail "the log alone gives alerts"; }
  grep -q 'Program of an Autostart Unit .* needs what no log has' "$work/scan.err" || fail "scan does not say what it lacks"
}

also_clean_up=remove_groups
begin
make_groups
create_home_user
install -D -o "$user_id" /dev/null "$home/.config/autostart/evil-one.desktop"
printf '[Desktop Entry]\nType=Application\nName=Evil\nExec=evil\n' >"$home/.config/autostart/evil-one.desktop"
mkfifo "$work/go"
exec 8<>"$work/go"
start_rsyslogd
start_auditd
load_audit_rules "$work"/root/etc/audit/rules.d/*.rules
wait_for "the plugin's start" 10 grep -q 'audisp-eql: start: ' "$work/syslog.log"

start_in "$unit" "bash -c 'true 3<>/dev/udp/$address/53; true 3<>/dev/tcp/$address/8001; read -r go'; :"
wait_for "the alert of a child in the unit" 20 has_alert 8001
end_programs
start_in other.service "true 3<>/dev/tcp/$address/8002; read -r go"
wait_for "the program of another unit" 20 grep -q "/$address/8002: " "$work/session.out"
start_in "$unit" "true 3<>/dev/tcp/$address/8003; read -r go"
wait_for "the alert of the unit's first program" 20 has_alert 8003
end_programs

alerts >"$work/alerts.json"
check_health
stop_auditd
check_ports "live" "$work/alerts.json" "8001 8003"
jq -r '[.rule.id, .process.systemd.unit, .audisp_eql.desktop_entry.path, .audisp_eql.desktop_entry.found_by] | join(" ")' \
  "$work/alerts.json" | sort -u >"$work/got"
printf '%s %s %s %s\n' 84ec29a2-1432-4791-b31e-1a31f017e956 'app-evil\\x2done@autostart.service' \
  "$home/.config/autostart/evil-one.desktop" systemd_unit >"$work/expected" # alerts double a backslash
diff "$work/expected" "$work/got" >&2 || fail "the alerts (>) are not those expected (<)"
check_scan_says_so
say "an entry in a control group of $(hierarchies | wc -l) hierarchies, its child and its file were found"
