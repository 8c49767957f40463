#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# journal.sh PLUGIN: the same alert by a real journald, with a /run of its own: journalctl prints it as docs/siem.md
# says, and rsyslogd has it from journald. Needs root and mount namespaces.
set -eu
plugin=$1
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
. "$here/lib.sh"

if [ "${SIEM_JOURNAL:-}" != inside ]; then
  journald=/lib/systemd/systemd-journald
  [ -x "$journald" ] && command -v journalctl >/dev/null || cannot "no journald"
  [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null || cannot "no mount namespaces"
  SIEM_JOURNAL=inside exec unshare -m sh "$0" "$plugin"
fi

begin

# Never the machine's own: neither its audit, which journald would switch on or off, nor its kernel's messages.
mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log/journal
cat >/run/systemd/journald.conf.d/test.conf <<'END'
[Journal]
Storage=volatile
Audit=
ReadKMsg=no
ForwardToSyslog=yes
END
tls_port=0 relp_port=0 ng_port=0 json_port=0 elastic_port=0
start_rsyslogd journal rsyslog/10-audisp-eql.conf rsyslog/30-audisp-eql-to-file.conf
wait_for "rsyslogd's socket" test -S /run/systemd/journal/syslog
/lib/systemd/systemd-journald >"$work/journald.out" 2>&1 &
pids="$pids $!"
wait_for "journald's socket" test -S /run/systemd/journal/dev-log

for size in 8096 65536; do alert_through /run/systemd/journal/dev-log "$size"; done
check_way journal 1

read_journal() { journalctl -D /run/log/journal/* -t audisp-eql --no-pager "$@"; }
in_journal() { [ "$(read_journal -o cat | grep -c '^@cee: ')" -ge 2 ]; }
wait_for "the alerts in the journal" in_journal
read_journal -o cat | sed -n 's/^@cee: //p' >"$work/cat.json"
check_way cat 1
read_journal -o json --all | jq -r .MESSAGE | sed -n 's/^@cee: //p' >"$work/all.json"
check_way all 1
say "journald has the alerts whole, and rsyslogd from it"
