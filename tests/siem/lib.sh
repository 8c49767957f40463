# SPDX-License-Identifier: Apache-2.0
# The parts of run.sh: certificates, daemons with the files of conf/siem on sockets and ports of their own, the plugin.
# shellcheck shell=sh disable=SC2154,SC2034

say() { echo "siem: $*" >&2; }

fail() {
  say "FAILED: $*"
  for log in "$work"/*.out; do
    [ ! -s "$log" ] || { say "--- ${log##*/}"; tail -n 15 "$log" | cut -c1-400 >&2; }
  done
  exit 1
}

# Where the software is not there: a reason to skip by hand, a failure in CI.
cannot() {
  say "cannot run: $*"
  [ "${CI:-}" = true ] && exit 1
  exit 77
}

# wait_for WHAT COMMAND...: until COMMAND is true, for half a minute.
wait_for() {
  what=$1 tries=600
  shift
  until "$@"; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || fail "waited in vain for $what"
    sleep 0.05
  done
}

find_syslog_ng() {
  syslog_ng=$(command -v syslog-ng) && return 0
  syslog_ng_root=$source/build/unpacked/syslog-ng-core
  syslog_ng=$syslog_ng_root/usr/sbin/syslog-ng
  [ -x "$syslog_ng" ] || cannot "no syslog-ng: sh tests/unpack_packages.sh"
  syslog_ng_modules=$(echo "$syslog_ng_root"/usr/lib/syslog-ng/3*)
}

run_syslog_ng() {
  [ -n "${syslog_ng_root:-}" ] || exec "$syslog_ng" "$@"
  export LD_LIBRARY_PATH="$syslog_ng_root/usr/lib/syslog-ng"
  exec "$syslog_ng" --module-path="$syslog_ng_modules" "$@"
}

# Debian's own, which python3-yaml is for.
python=/usr/bin/python3
[ -x "$python" ] || python=python3

check_software() {
  for tool in rsyslogd openssl jq "$python"; do
    command -v "$tool" >/dev/null || cannot "$tool is not installed"
  done
  for module in lmnsd_gtls omrelp imrelp omelasticsearch omkafka; do
    [ -n "$(find /usr/lib /usr/lib64 -path "*rsyslog/$module.so" 2>/dev/null)" ] || cannot "rsyslog has no $module here"
  done
  find_syslog_ng
}

# A folder of the test's own, and the alert; all goes when the test ends, however it does.
begin() {
  check_software
  work=$(mktemp -d)
  pids=
  trap clean_up EXIT
  trap 'exit 130' INT TERM
  make_alert
}

clean_up() {
  status=$?
  trap - EXIT INT TERM
  set +e
  for pid in $pids; do
    kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
  done
  rm -rf "$work"
  exit "$status"
}

# The records, and what must come of them, made without any daemon.
make_alert() {
  mkfifo "$work/pipe"
  "$python" "$here/records.py" >"$work/records"
  "$plugin" scan --format json --host desk7 --rules "$source/conf/rules/xdg_autostart_network.toml" "$work/records" \
    >"$work/whole.json" 2>"$work/scan.out" || fail "scan"
}

# A CA, and certificates of it: of the server, of one host, and of one whose name no server lets in. Another CA gives
# a certificate with the host's name.
make_certificates() {
  mkdir "$work/tls"
  (
    cd "$work/tls"
    make_ca ca
    make_ca foreign-ca
    make_certificate ca siem.example.com siem.example.com,DNS:localhost,IP:127.0.0.1
    make_certificate ca desk7.example.com desk7.example.com
    make_certificate ca evil.test evil.test
    make_certificate foreign-ca desk7.example.com desk7.example.com foreign
  ) >"$work/openssl.log" 2>&1 || { cat "$work/openssl.log" >&2; fail "openssl"; }
}

new_key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
make_ca() {
  # shellcheck disable=SC2086 # words
  openssl req -x509 $new_key -keyout "$1.key" -out "$1.pem" -days 2 -subj "/CN=test-$1"
}

# make_certificate CA NAME ALTERNATIVES [FILE]
make_certificate() {
  file=${4:-$2}
  # shellcheck disable=SC2086 # words
  openssl req $new_key -keyout "$file.key" -out "$file.csr" -subj "/CN=$2" &&
    echo "subjectAltName=DNS:$3" >"$file.ext" &&
    openssl x509 -req -in "$file.csr" -CA "$1.pem" -CAkey "$1.key" -CAcreateserial -days 2 -extfile "$file.ext" \
      -out "$file.pem"
}

# Five that are free now.
choose_ports() {
  # shellcheck disable=SC2046 # words
  set -- $("$python" -c 'import socket
sockets = [socket.socket() for _ in range(5)]
for s in sockets: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))')
  tls_port=$1 relp_port=$2 ng_port=$3 json_port=$4 elastic_port=$5
}

is_listening() { grep -qE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [0-9A-F:]+ 0A " /proc/net/tcp /proc/net/tcp6; }

# as_shipped NAME FILE...: files of conf/siem with what a user must change changed, for the daemon NAME. Hosts send to
# the server of their own software, host...-cross to the other's. host...-misled expect a name that the server has not.
as_shipped() {
  daemon=$1 certificate=siem.example.com to_rsyslog=$tls_port to_syslog_ng=$ng_port peer=siem.example.com to=localhost
  shift
  case $daemon in
    host*-cross) certificate=desk7.example.com to_rsyslog=$ng_port to_syslog_ng=$tls_port ;;
    host*-misled) certificate=desk7.example.com peer=other.example.com to=127.0.0.2 ;;
    host*) certificate=desk7.example.com ;;
  esac
  (cd "$source/conf/siem" && cat "$@") | sed \
    -e "s|/etc/[a-z-]*\(\.d\)\{0,1\}/tls/ca.pem|$work/tls/ca.pem|" \
    -e "s|/etc/[a-z-]*\(\.d\)\{0,1\}/tls/cert.pem|$work/tls/$certificate.pem|" \
    -e "s|/etc/[a-z-]*\(\.d\)\{0,1\}/tls/key.pem|$work/tls/$certificate.key|" \
    -e "s|/var/spool/rsyslog/|$work/$daemon.|" \
    -e "s|/var/log/audisp-eql.json|$work/$daemon.json|" \
    -e 's|target="siem.example.com"|target="127.0.0.1"|' \
    -e "s|PermittedPeers=\"siem.example.com\"|PermittedPeers=\"$peer\"|" \
    -e "s|syslog(\"siem.example.com\" port|syslog(\"$to\" port|" \
    -e "s|disk-buffer(|disk-buffer(dir(\"$work/$daemon.spool\") |" \
    -e 's|https://elastic.example.com|https://localhost|' \
    -e "s|port=\"6514\"|port=\"$to_rsyslog\"|" -e "s|port=\"2514\"|port=\"$relp_port\"|" \
    -e "s|port(6514)|port($to_syslog_ng)|" \
    -e "s|port=\"5170\"|port=\"$json_port\"|" -e "s|serverport=\"9200\"|serverport=\"$elastic_port\"|"
}

# rsyslog.conf NAME: what comes before /etc/rsyslog.d/*.conf, in the order of Debian's rsyslog.conf.
rsyslog_base() {
  mkdir -p "$work/$1.spool"
  echo 'module(load="imuxsock" SysSock.Use="off")'
  case $1 in
    host*) echo "input(type=\"imuxsock\" Socket=\"$work/$1.sock\")" ;;
    journal) echo 'input(type="imuxsock" Socket="/run/systemd/journal/syslog")' ;;
  esac
  echo "\$WorkDirectory $work/$1.spool"
}

# start_rsyslogd NAME FILE...: and what reaches it, raw, is in NAME.all.
start_rsyslogd() {
  name=$1
  shift
  {
    rsyslog_base "$name"
    as_shipped "$name" "$@"
    printf '%s\n' 'template(name="raw" type="string" string="%rawmsg%\n")'
    echo "action(type=\"omfile\" file=\"$work/$name.all\" template=\"raw\")"
  } >"$work/$name.conf"
  check_rsyslog "$name"
  run_rsyslogd "$name"
}

run_rsyslogd() {
  rsyslogd -n -f "$work/$1.conf" -i "$work/$1.pid" >"$work/$1.out" 2>&1 &
  rsyslogd_pid=$!
  pids="$pids $rsyslogd_pid"
}

# Neither error nor warning: rsyslogd's own two lines are all.
check_rsyslog() {
  name=$1
  rsyslogd -N1 -f "$work/$name.conf" >"$work/$name.check.out" 2>&1 || fail "rsyslogd refuses $name.conf"
  if grep -v 'config validation run' "$work/$name.check.out"; then fail "rsyslogd complains of $name.conf"; fi
}

# start_syslog_ng NAME FILE
start_syslog_ng() {
  {
    echo '@version: 3.38'
    case $1 in host*) echo "source s_src { unix-dgram(\"$work/$1.sock\"); };" ;; esac
    as_shipped "$1" "$2"
  } >"$work/$1.conf"
  mkdir "$work/$1.spool"
  set -- "$1" -f "$work/$1.conf" -R "$work/$1.persist" -c "$work/$1.control" -p "$work/$1.pid" --no-caps
  name=$1
  shift
  (run_syslog_ng --syntax-only "$@") >"$work/$name.check.out" 2>&1 || fail "syslog-ng refuses $name.conf"
  if grep -iE 'warning|error' "$work/$name.check.out"; then fail "syslog-ng complains of $name.conf"; fi
  (run_syslog_ng -F -e "$@") >"$work/$name.out" 2>&1 &
  pids="$pids $!"
}

# alert_through SOCKET MAX_MESSAGE_BYTES: the plugin, as auditd runs it but for the pipe, raises the alert.
alert_through() {
  rm -rf "$work/plugin"
  mkdir "$work/plugin"
  cat >"$work/plugin.toml" <<END
user = "root"
host = "desk7"
rules = ["$source/conf/rules/xdg_autostart_network.toml"]
exceptions = ""
[syslog]
socket = "$1"
max_message_bytes = $2
[file]
path = "$work/plugin/alerts.jsonl"
max_line_bytes = 60000
[spool]
path = "$work/plugin/spool"
[state]
path = ""
END
  "$plugin" --config "$work/plugin.toml" <"$work/pipe" >"$work/plugin.out" 2>&1 &
  plugin_pid=$!
  pids="$pids $plugin_pid"
  cat "$work/records" >"$work/pipe"
  wait "$plugin_pid" || fail "the plugin ended with status $?"
  pids=${pids% *}
}

send() {
  "$python" -c 'import socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[2].encode(), sys.argv[1])' "$1" "$2"
}

# Lines but those of leave_on_disk.
has_lines() { [ -f "$1" ] && [ "$(grep -cv waited "$1")" -ge "$2" ]; }

# Before there is a server a host's rsyslogd takes an alert, and is killed.
leave_on_disk() {
  start_rsyslogd host-before rsyslog/10-audisp-eql.conf rsyslog/30-audisp-eql-to-tls.conf \
    rsyslog/30-audisp-eql-to-relp.conf
  wait_for "the socket of host-before" test -S "$work/host-before.sock"
  send "$work/host-before.sock" '<84>Nov 25 08:00:00 audisp-eql[1]: @cee: {"event":{"kind":"alert"},"waited":true}'
  wait_for "an alert on disk for TLS" grep -qs waited "$work/host-before.spool/audisp-eql-tls.00000001"
  wait_for "an alert on disk for RELP" grep -qs waited "$work/host-before.spool/audisp-eql-relp.00000001"
  kill -KILL "$rsyslogd_pid"
  wait "$rsyslogd_pid" || true
  rm "$work/host-before.pid"
  pids=${pids% *}
}

# With the servers there it runs again. An alert may come twice.
check_left_on_disk() {
  run_rsyslogd host-before
  wait_for "what waited on disk, by TLS" grep -q waited "$work/server-tls.json"
  wait_for "what waited on disk, by RELP" grep -q waited "$work/server-relp.json"
}

# check_way NAME COUNT: NAME.json has the alert COUNT times cut and COUNT times whole, as valid JSON, and nothing else.
check_way() {
  wait_for "alerts at $1" has_lines "$work/$1.json" $((2 * $2))
  got=$(jq -r --slurpfile whole "$work/whole.json" 'def plain: del(.entity_id, .parent.entity_id); $whole[0] as $whole |
    def same: [.event.id, .event.kind, .rule.id, .destination.ip, .process.args_count];
    select(.waited | not) | if same != ($whole | same) then "another"
    elif .audisp_eql.truncated and any(.process.args[]; endswith("...")) then "cut"
    elif .audisp_eql.truncated then "cut otherwise"
    elif (.process | plain) == ($whole.process | plain) and .evidence == $whole.evidence then "whole"
    else "wrong" end' "$work/$1.json" | sort | uniq -c | tr -s ' \n' ' ')
  [ "$got" = " $2 cut $2 whole " ] || fail "$1 has alerts:$got"
}

# An alert that came again had the same id, and, refused as it was, held nothing up.
check_elastic_actions() {
  got=$(jq -r '"\(.create._index) \(.create._id)"' "$work/elastic.actions" | sort | uniq -c | tr -s ' \n' ' ')
  [ "$got" = " 4 logs-audisp_eql.alerts-default $(jq -r .event.id "$work/whole.json") " ] || fail "elastic: $got"
  grep -q '[23]' "$work/elastic.batches" || fail "no batch has more than one alert"
}

check_host_name() {
  name=$(jq -r .host.name "$work/server-tls.json" | sort -u)
  [ "$name" = "$(hostname -s)" ] || [ "$name" = "$(hostname)" ] || fail "the host's name is $name"
}

# What the daemons were given: never more than was configured, and nearly that.
check_sizes() {
  sizes=$(LC_ALL=C awk '/@cee: \{"@timestamp"/ { print length($0) }' "$work/host-rsyslog.all" | tr '\n' ' ')
  # shellcheck disable=SC2086 # words
  set -- $sizes
  [ $# = 4 ] && [ "$1" -gt 7600 ] && [ "$1" -le 8096 ] && [ "$2" -gt 60000 ] && [ "$2" -le 65536 ] ||
    fail "sizes: $sizes"
}

check_own_messages() {
  grep -q ' audisp-eql .* start: ' "$work/server-tls.all" || fail "no message of the plugin's own"
}

# The file, as Wazuh needs it.
check_file() {
  [ "$(wc -c <"$work/plugin/alerts.jsonl")" -le 60001 ] || fail "the file's line is too long"
  jq -e '.audisp_eql.truncated and .event.kind == "alert"' "$work/plugin/alerts.jsonl" >/dev/null || fail "the file"
}

# All files together, as on a relay. There is no Kafka broker here: with that file this is as far as rsyslogd goes.
check_all_files() {
  (cd "$source/conf/siem" && echo rsyslog/*.conf) >"$work/names"
  # shellcheck disable=SC2046 # words
  { rsyslog_base all; as_shipped all $(cat "$work/names"); } >"$work/all.conf"
  check_rsyslog all
}
