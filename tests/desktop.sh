#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The rules for XDG autostart on real desktops: Xfce, GNOME, MATE and LXQt start entries that call out, under a real
# auditd with the installed plugin. Each connection is alerted by the right rule, with the right .desktop file; a plain
# session, and ordinary work in one, raise no alert.
#
#   desktop.sh [BUILD_DIR [MINUTES [PART [KEEP_DIR]]]]
#
# MINUTES of ordinary work: 0 is one round, 1 if not given. PART is `desktops`, `work` or `all`. KEEP_DIR gets the
# recording and the alerts. Without BUILD_DIR it installs what it needs and builds; with it, nothing is installed.
#
# Root only. No packet leaves: each session has a network of its own, where the addresses 198.18.0.0/15 (RFC 2544) are
# its own too. Users, audit rules and auditd are taken away again at the end.
# shellcheck disable=SC1091,SC2034,SC2154 # parts share variables
set -eu
tests=$(cd "$(dirname "$0")" && pwd)
here=$tests/e2e
keep=${4:-}
. "$here/lib.sh"
. "$tests/desktop/lib.sh"

minutes=${2:-1}
part=${3:-all}
if [ $# -gt 0 ]; then
  build=$(cd "$1" && pwd)
else
  [ "$(id -u)" = 0 ] || cannot "not root"
  sh "$tests/install_packages.sh" build unit test desktop
  build=$tests/../build/dev
  (cd "$tests/.." && cmake --preset dev && cmake --build --preset dev --target audisp-eql e2e_driver e2e_preload) >&2
fi

check_desktops
also_clean_up=clean_up_desktop
begin
create_desktop_user
start_rsyslogd
start_auditd
load_audit_rules "$work"/root/etc/audit/rules.d/*.rules
wait_for "the plugin's start" 10 grep -q 'audisp-eql: start: ' "$work/syslog.log"

if [ "$part" != work ]; then
  while read -r number desktop name command; do
    run_plain_session
    run_loud_session
  done <"$tests/desktop/desktops.txt"
fi
[ "$part" = desktops ] || do_ordinary_work

alerts >"$work/alerts.json"
check_health
stop_auditd
check_cells
show_cells
