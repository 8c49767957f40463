# SPDX-License-Identifier: Apache-2.0
# The parts of run.sh. Each does one thing, waits for what it started, and says what went wrong.
# shellcheck shell=sh disable=SC2154,SC2034

user_id=4242
poll=0.05
skip=77

say() { echo "e2e: $*" >&2; }

fail() {
  say "FAILED: $*"
  for log in auditd.out rsyslogd.out session.out cells quiet.out syslog.log; do
    [ ! -s "$work/$log" ] || { say "--- $log"; tail -n 30 "$work/$log" | cut -c1-600 >&2; }
  done
  exit 1
}

# Where the machine cannot do this: a reason to skip by hand, a failure in CI.
cannot() {
  say "cannot run: $*"
  [ "${CI:-}" = true ] && exit 1
  exit "$skip"
}

# wait_for WHAT SECONDS COMMAND...: until COMMAND is true.
wait_for() {
  what=$1 tries=$(($2 * 20))
  shift 2
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "waited in vain for $what"
    sleep "$poll"
  done
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

audit_status() { auditctl -s | awk -v key="$1" '$1 == key { print $2 }'; }

check_machine() {
  [ "$(id -u)" = 0 ] || cannot "not root"
  for tool in auditd auditctl rsyslogd jq flock unshare setpriv pgrep useradd; do
    command -v "$tool" >/dev/null || cannot "$tool is not installed"
  done
  auditctl -s >/dev/null 2>&1 || cannot "the kernel's audit cannot be controlled from here (no CAP_AUDIT_CONTROL?)"
  [ "$(audit_status enabled)" != 2 ] || cannot "the audit rules of this machine are locked (auditctl -e 2)"
  unshare -m true 2>/dev/null || cannot "no mount namespaces"
}

# There is one audit system in a kernel: one test at a time, and never beside another auditd.
enter_alone() {
  exec 9>/run/audisp-eql-e2e.lock
  flock -w 300 9 || { say "FAILED: another run holds the lock"; exit 1; }
  other=$(audit_status pid)
  [ "$other" = 0 ] || { say "FAILED: auditd $other is running; stop it first"; exit 1; }
}

prepare_folder() {
  work=$(mktemp -d /tmp/audisp-eql-e2e.XXXXXX)
  chmod 755 "$work"
  mkdir "$work/auditd" "$work/log" "$work/alerts"
  enabled_before=$(audit_status enabled)
  backlog_before=$(audit_status backlog_limit)
  lost_before=$(audit_status lost)
  auditctl -l | grep -v '^No rules' >"$work/rules.before" || true
}

clean_up() {
  status=$?
  trap - EXIT INT TERM
  set +e
  [ -z "${also_clean_up:-}" ] || "$also_clean_up"
  for pid in "${held_pid:-}" "${auditd_pid:-}" "${rsyslogd_pid:-}"; do
    if [ -n "$pid" ] && ! is_gone "$pid"; then
      kill "$pid"
      wait "$pid"
    fi
  done
  if [ -n "${work:-}" ]; then
    auditctl -D >/dev/null
    [ ! -s "$work/rules.before" ] || auditctl -R "$work/rules.before" >/dev/null
    auditctl -b "$backlog_before" >/dev/null
    auditctl -e "$enabled_before" >/dev/null
    [ -z "$keep" ] || { mkdir -p "$keep" && cp "$work"/log/* "$work"/alerts/* "$work"/*.json "$work/syslog.log" "$keep"; }
    rm -rf "$work"
  fi
  [ -z "${user_created:-}" ] || userdel "$user_created"
  [ -z "${plugin_user_created:-}" ] || userdel "$plugin_user_created"
  [ -z "${target_created:-}" ] || rm -f "$target_created"
  exit "$status"
}

# What an administrator would write: where the rules are, where syslog listens, and a file besides.
write_config() {
  cat >"$config" <<END
rules = ["$work/root/etc/audisp-eql/rules"]
[syslog]
socket = "$work/log.sock"
[file]
path = "$work/alerts/alerts.jsonl"
[spool]
path = "$work/alerts/spool"
[state]
path = "$work/alerts/state"
END
}

# A prefix of its own: the files are used as they were installed, but for the config.
install_plugin() {
  cmake --install "$build" --prefix "$work/root" >"$work/install.out" || fail "the installation failed"
  plugin=$work/root/sbin/audisp-eql
  config=$work/root/etc/audisp-eql/config.toml
  [ -x "$plugin" ] || fail "no $plugin"
  grep -qx "path = $plugin" "$work/root/etc/audit/plugins.d/audisp-eql.conf" || fail "auditd's file has another path"
  write_config
  give_to_plugin_user
  "$plugin" check --config "$config" >"$work/check.out" 2>&1 || { cat "$work/check.out" >&2; fail "check refused the files"; }
  cp "$build/tests/e2e/e2e_driver" "$work/driver"
  cp "$build/tests/e2e/libe2e_preload.so" "$work/preload.so"
}

# The system user that the plugin becomes, and its files: what README says to do without systemd.
create_plugin_user() {
  getent passwd audisp-eql >/dev/null && return 0
  useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin audisp-eql
  plugin_user_created=audisp-eql
}

give_to_plugin_user() {
  chown -R root:audisp-eql "$work/root/etc/audisp-eql"
  chmod -R u=rwX,g=rX,o= "$work/root/etc/audisp-eql"
  chown audisp-eql:audisp-eql "$work/alerts"
  chmod 750 "$work/alerts"
}

create_user() {
  user=$(getent passwd "$user_id" | cut -d: -f1)
  [ -z "$user" ] || return 0
  user=audisp-e2e
  useradd --uid "$user_id" --no-create-home --no-user-group --shell /usr/sbin/nologin "$user"
  user_created=$user
}

# Another, with a home: auditctl takes paths that are there, and watches this one's parents.
create_home_user() {
  user_id=4243
  ! getent passwd "$user_id" >/dev/null || cannot "there is a user $user_id already"
  home=$work/home
  useradd --uid "$user_id" --home-dir "$home" --no-create-home --no-user-group --shell /usr/sbin/nologin audisp-e2e-home
  user_created=audisp-e2e-home
  install -d -m 0755 -o "$user_id" "$home"
}

# Something to mount the driver over.
create_target() {
  target=/usr/bin/xfce4-session
  [ -e "$target" ] && return 0
  : >"$target"
  target_created=$target
}

# The cases that this machine can carry out: some kernels and virtual machines have no 32-bit system calls.
select_cases() {
  grep -v '^#' "$here/cases.txt" >"$work/cases.txt"
  sh -c '"$0" run compat 9; exit $?' "$work/driver" >/dev/null 2>&1 && return 0
  say "no 32-bit system calls here: the cases compat and socketcall are left out"
  grep -vE '^(compat|socketcall) ' "$work/cases.txt" >"$work/cases.some" && mv "$work/cases.some" "$work/cases.txt"
}

# ports SESSION EXPECT: of the cases; an empty SESSION is all.
ports() { awk -v s="$1" -v e="$2" '(s == "" || $3 == s) && $4 == e { print $2 }' "$work/cases.txt"; }
port_of() { awk -v n="$1" '$1 == n { print $2 }' "$work/cases.txt"; }
cases_of() { awk -v s="$1" '$3 == s { print $1 ":" $2 }' "$work/cases.txt"; }

# All that comes before the first process: alone on this machine, put back at the end, installed.
begin() {
  check_machine
  enter_alone
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  prepare_folder
  create_plugin_user
  install_plugin
}

# session NAME ROLE: the cases of NAME, by a driver that is the test user and knows nothing of our environment. All but
# plain stand at the session manager's place, in a mount namespace of their own.
session() {
  program=$target
  [ "$1" != plain ] || program=$work/driver
  set -- setpriv --reuid "$user_id" --regid "$user_id" --clear-groups -- /usr/bin/env -i PATH=/usr/bin:/bin \
    E2E_PLUGIN="$plugin" E2E_PRELOAD="$work/preload.so" "$program" "$2" "$work/driver" $(cases_of "$1")
  [ "$program" = "$target" ] || exec "$@"
  exec unshare -m sh -c 'mount --bind "$0" "$1" && shift && exec "$@"' "$stands" "$target" "$@"
}

run_session() {
  stands=$work/driver
  (session "$1" session) >>"$work/session.out" 2>&1 || fail "the $1 session failed"
}

# Sets held_pid; go_fd 8 is what the session waits for.
start_held_session() {
  cp "$work/driver" "$work/held"
  stands=$work/held
  mkfifo "$work/go"
  exec 8<>"$work/go"
  (session held hold) <&8 >>"$work/session.out" 2>&1 &
  held_pid=$!
  wait_for "the held session" 10 runs_image "$held_pid" "$target"
  rm "$work/held"
  runs_image "$held_pid" "$target (deleted)" || fail "the held session's image is $(readlink "/proc/$held_pid/exe")"
}

release_held_session() {
  echo go >&8
  wait "$held_pid" || fail "the held session failed"
  held_pid=
}

runs_image() { [ "$(readlink "/proc/$1/exe")" = "$2" ]; }

start_rsyslogd() {
  cat >"$work/rsyslog.conf" <<END
global(workDirectory="$work" maxMessageSize="64k")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$work/log.sock")
template(name="whole" type="string" string="%syslogfacility-text%.%syslogseverity-text% %timestamp% %programname%:%msg%\n")
action(type="omfile" file="$work/syslog.log" template="whole")
END
  rsyslogd -n -f "$work/rsyslog.conf" -i "$work/rsyslogd.pid" >"$work/rsyslogd.out" 2>&1 &
  rsyslogd_pid=$!
  wait_for "rsyslogd's socket" 10 test -S "$work/log.sock"
}

start_auditd() {
  cat >"$work/auditd/auditd.conf" <<END
local_events = yes
write_logs = yes
log_file = $work/log/audit.log
log_format = ENRICHED
flush = INCREMENTAL_ASYNC
freq = 50
max_log_file = 500
num_logs = 2
max_log_file_action = ROTATE
space_left = 2
space_left_action = IGNORE
admin_space_left = 1
admin_space_left_action = IGNORE
disk_full_action = IGNORE
disk_error_action = IGNORE
plugin_dir = $work/root/etc/audit/plugins.d
END
  chmod 640 "$work/auditd/auditd.conf"
  auditctl -b 32768 >/dev/null
  auditd -n -c "$work/auditd" >"$work/auditd.out" 2>&1 &
  auditd_pid=$!
  wait_for "auditd" 10 is_auditd
  wait_for "the plugin" 10 has_plugin
}

is_auditd() { [ "$(audit_status pid)" = "$auditd_pid" ]; }
has_plugin() { plugin_pid=$(pgrep -P "$auditd_pid" -f "^$plugin"); }

# The rules that the program prints for the installed detections.
print_audit_rules() {
  "$plugin" audit-rules --config "$config" >"$work/printed.rules" 2>"$work/printed.err" ||
    { cat "$work/printed.err" >&2; fail "audit-rules ended with status $?"; }
}

# load_audit_rules FILE...: for the test user alone; and one that an administrator may have and that must not mislead.
load_audit_rules() {
  for file; do
    case $file in *-autostart*) [ -d /etc/xdg/autostart ] || continue ;; esac
    sed "/^-a always,/s/\$/ -F uid=$user_id/" "$file" >"$work/narrow.rules"
    auditctl -R "$work/narrow.rules" >"$work/auditctl.out" 2>&1 || { cat "$work/auditctl.out" >&2; fail "auditctl -R $file"; }
  done
  auditctl -a always,exit -F arch=b64 -S exit -F uid="$user_id" -F key=other >/dev/null
  auditctl -l | grep -q "uid=$user_id" || fail "no audit rules are loaded"
}

# auditd passes HUP on; the plugin goes on as the same process.
reload_auditd() {
  kill -HUP "$auditd_pid"
  wait_for "the plugin's reload" 10 grep -q 'audisp-eql: reload: [1-9][0-9]* rules loaded, 0 refused' "$work/syslog.log"
}

# status_line PID KEY: of /proc/PID/status, words separated by single blanks
status_line() { sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status" | tr -s '[:space:]' ' ' | sed 's/ $//'; }

# Root's plugin is root no longer, in any of its threads, and has the two capabilities that reading /proc and homes takes.
check_privileges() {
  uid=$(id -u audisp-eql) gid=$(id -g audisp-eql)
  for task in /proc/"$plugin_pid"/task/*; do
    while read -r key value; do
      got=$(status_line "$plugin_pid/task/${task##*/}" "$key")
      [ "$got" = "$value" ] || { cat "$task/status" >&2; fail "the plugin's $key is $got, not $value"; }
    done <<END
Uid $uid $uid $uid $uid
Gid $gid $gid $gid $gid
Groups
CapInh 0000000000000000
CapPrm 0000000000080004
CapEff 0000000000080004
CapBnd 0000000000000000
CapAmb 0000000000000000
NoNewPrivs 1
Seccomp 2
END
  done
}

show_privileges() {
  say "the plugin's /proc/$plugin_pid/status:"
  grep -E '^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Threads):' "/proc/$plugin_pid/status" >&2
}

# Nothing was lost on the way here, and nobody had to start the plugin again.
check_health() {
  [ "$(pgrep -P "$auditd_pid" -f "^$plugin")" = "$plugin_pid" ] || fail "the plugin is not the process it was"
  [ "$(audit_status lost)" = "$lost_before" ] || fail "the kernel lost audit records"
}

stop_auditd() {
  kill "$auditd_pid"
  wait "$auditd_pid" || fail "auditd ended with status $?"
  auditd_pid=
  wait_for "the plugin to end with auditd" 10 is_gone "$plugin_pid"
}

# The alerts so far, as JSON lines; what the plugin says of itself is left out.
alerts() { sed -n 's/.* audisp-eql: *@cee: *//p' "$work/syslog.log" 2>/dev/null | jq -c 'select(.event.kind == "alert")'; }
# By what comes out: of no input at all jq -e is content.
has_alert() { alerts | jq "select(.destination.port == $1)" | grep -q .; }

# check_ports WHICH FILE PORTS: FILE's alerts are for these ports, each once.
check_ports() {
  jq .destination.port "$2" | sort -n >"$work/ports.got"
  printf '%s\n' $3 | sort -n >"$work/ports.expected"
  diff "$work/ports.expected" "$work/ports.got" >&2 || fail "$1: the alerts (>) are not those expected (<)"
}

# The pid of the process that connected to PORT on loopback, from auditd's log.
connecting_pid() {
  serial=$(grep -m1 "saddr=0200$(printf %04X "$1")7F000001" "$work/log/audit.log" | sed 's/.*audit(\([^)]*\)).*/\1/')
  grep -F "($serial)" "$work/log/audit.log" | sed -n 's/^type=SYSCALL.* pid=\([0-9]*\) .*/\1/p'
}

check_alert() {
  port=$(ports xfce alert | head -n 1)
  jq -c "select(.destination.port == $port)" "$work/alerts.json" >"$work/alert.json"
  while read -r path value; do
    got=$(jq -r "$path" "$work/alert.json")
    [ "$got" = "$value" ] || { cat "$work/alert.json" >&2; fail "alert: $path is $got, not $value"; }
  done <<END
.rule.id dd52d45a-4602-4195-9018-ebe0f219c273
.rule.name Network Connections Initiated Through XDG Autostart Entry
.event.kind alert
.event.severity 47
.threat[0].technique[0].subtechnique[0].id T1547.013
.destination.ip 127.0.0.1
.destination.port $port
.process.pid $(connecting_pid "$port")
.process.executable $work/driver
.process.args|join(",") $work/driver,run,plain,$port
.process.parent.executable $target
.user.id $user_id
.user.name $(getent passwd "$user_id" | cut -d: -f1)
.evidence|length 2
.evidence[1].outcome failure
END
}

# Facility, severity and name, as an administrator filters by.
check_syslog_line() {
  grep -q '^authpriv\.warning [A-Z][a-z][a-z] .* audisp-eql: *@cee: *{' "$work/syslog.log" || fail "no alert as authpriv.warning"
}

# The other sink has the same alerts, with nothing cut.
check_file() {
  jq -r .event.id "$work/alerts.json" | sort >"$work/ids.syslog"
  jq -r .event.id "$work/alerts/alerts.jsonl" | sort >"$work/ids.file"
  diff "$work/ids.syslog" "$work/ids.file" >&2 || fail "syslog's alerts (<) and the file's (>) differ"
  count=$(jq "select(.destination.port == $(port_of huge_args)) | .process.args | length" "$work/alerts/alerts.jsonl")
  [ "$count" -gt 80000 ] || fail "the file's alert has only $count arguments of the huge list"
}

# The same engine over auditd's log, and over what ausearch makes of it: the same alerts with the same ids.
check_scan() {
  scan_gives_the_same "the log" <"$work/log/audit.log"
  ausearch -if "$work/log/audit.log" | scan_gives_the_same "ausearch's text"
  ausearch --raw -if "$work/log/audit.log" | scan_gives_the_same "ausearch's raw lines"
}

scan_gives_the_same() {
  "$plugin" scan --format json --config "$config" >"$work/scan.json" 2>"$work/scan.err" ||
    { cat "$work/scan.err" >&2; fail "scan of $1 ended with status $?"; }
  jq -r .event.id "$work/scan.json" | sort >"$work/ids.scan"
  diff "$work/ids.syslog" "$work/ids.scan" >&2 || fail "live alerts (<) and those in $1 (>) differ"
}
