#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The packages, for real: built, linted, installed by dpkg on a clean root beside a running auditd, an alert sent over
# TLS to another rsyslogd, upgraded, removed, installed again, purged; and nothing is left. The .rpm the same, shorter.
#
#   package.sh BUILD_DIR
#
# Root only. The clean root is this machine's own, seen through an overlay in a mount namespace: making one with
# debootstrap takes a minute and the network. What is below it is Debian with the packages of packages.txt; what the
# test changes is in a tmpfs, which shows exactly what is left. Kernel audit alone is the machine's, and is put back.
set -eu
[ -n "${AUDISP_EQL_OWN_MOUNTS:-}" ] || AUDISP_EQL_OWN_MOUNTS=1 exec unshare -m --propagation private sh "$0" "$@"
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
keep=
. "$here/e2e/lib.sh"
. "$here/package/lib.sh"
. "$here/package/steps.sh"

check_machine
check_package_tools
enter_alone
trap clean_up EXIT
trap 'exit 130' INT TERM
prepare_folder
build_packages
check_deb
check_rpm
check_confinement

make_root
make_certificates
start_receiver
start_sender
start_root_auditd

install_first
raise_alert 47101
check_alert_at_receiver 47101
upgrade_edited
raise_alert 47102
check_alert_at_receiver 47102
remove_and_install_again
purge
install_without_desktop
install_rpm
stop_auditd_again
install_without_auditd
install_beside_another_auditd
say "both packages came, worked, and left nothing behind"
