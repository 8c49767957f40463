#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh PLUGIN: the files of conf/siem with the real rsyslogd and syslog-ng. An alert with 30,000 hostile bytes of
# arguments goes from the plugin through a host's daemon to servers over TLS, RELP, plain TCP and Elasticsearch's
# bulk interface (played by a script), with the default size and with max_message_bytes = 65536. Then strangers try.
# Sockets, ports, certificates and files are the test's own.
set -eu
plugin=$1
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
. "$here/lib.sh"
. "$here/strangers.sh"

begin
make_certificates
choose_ports
rsyslog=rsyslog/10-audisp-eql.conf
r() { echo "rsyslog/$1.conf"; }
leave_on_disk
start_rsyslogd server-tls $rsyslog "$(r 20-audisp-eql-from-tls)" "$(r 30-audisp-eql-to-file)"
start_rsyslogd server-relp $rsyslog "$(r 20-audisp-eql-from-relp)" "$(r 30-audisp-eql-to-file)"
start_syslog_ng server-syslog-ng syslog-ng/audisp-eql-from-tls.conf
"$python" "$here/receivers.py" "$work" "$json_port" "$elastic_port" >"$work/receivers.out" 2>&1 &
pids="$pids $!"
for port in "$tls_port" "$relp_port" "$ng_port" "$json_port" "$elastic_port"; do
  wait_for "a server on port $port" is_listening "$port"
done
touch "$work/server-tls.json" "$work/server-relp.json"
check_left_on_disk
start_rsyslogd host-rsyslog $rsyslog "$(r 30-audisp-eql-to-file)" "$(r 30-audisp-eql-to-tls)" \
  "$(r 30-audisp-eql-to-relp)" "$(r 30-audisp-eql-to-json-tcp)" "$(r 30-audisp-eql-to-elasticsearch)"
start_rsyslogd host-rsyslog-cross $rsyslog "$(r 30-audisp-eql-to-tls)"
start_syslog_ng host-syslog-ng syslog-ng/audisp-eql-to-tls.conf
start_syslog_ng host-syslog-ng-cross syslog-ng/audisp-eql-to-tls.conf
hosts="host-rsyslog host-rsyslog-cross host-syslog-ng host-syslog-ng-cross"
for host in $hosts; do
  wait_for "the socket of $host" test -S "$work/$host.sock"
  # Before any alert: another program's JSON, and half an alert. No server may take them for one.
  send "$work/$host.sock" '<84>Nov 25 08:00:00 sudo: @cee: {"event":{"kind":"alert"}}'
  send "$work/$host.sock" '<84>Nov 25 08:00:00 audisp-eql[1]: @cee: {"event":{"kind":"alert"'
done
for size in 8096 65536 8096 65536; do
  for host in $hosts; do
    alert_through "$work/$host.sock" "$size"
  done
done
: >"$work/elastic.go"

check_way host-rsyslog 2
check_way server-tls 4
check_way server-relp 2
check_way server-syslog-ng 4
check_way json-tcp 2
check_way elastic 2
check_elastic_actions
check_host_name
check_sizes
check_own_messages
check_file
check_all_files
"$python" "$here/check_files.py" "$source" "$work/plugin/alerts.jsonl" \
  "$work/host-rsyslog.all" "$work/server-tls.all" || fail "the files for others"

check_strangers server-tls "$tls_port"
check_strangers server-syslog-ng "$ng_port"
start_rsyslogd host-rsyslog-misled $rsyslog "$(r 30-audisp-eql-to-tls)"
start_syslog_ng host-syslog-ng-misled syslog-ng/audisp-eql-to-tls.conf
check_server_name host-rsyslog-misled host-rsyslog server-tls 'not permitted'
check_server_name host-syslog-ng-misled host-syslog-ng server-syslog-ng 'subject'
say "no stranger's alert was taken, and none given to a server of another name"
say "every alert came, cut at 8096 bytes and whole at 65536, by TLS and RELP, rsyslog and syslog-ng"
