#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows the detection at work without touching auditd: builds the program and runs it over a recording of a real Xfce
# session in which two autostart entries open connections.
set -eu
cd "$(dirname "$0")/.."
sh tests/install_packages.sh build

mkdir -p build
log=build/demo.log
if ! { cmake --preset release && cmake --build --preset release --target audisp-eql; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  exit 1
fi

build/release/plugin/audisp-eql scan --format text --rules conf/rules/xdg_autostart_network.toml fixtures/audit/xfce.log
echo
echo "Two programs that the desktop session started by itself, curl and bash, each opened a network connection within a"
echo "second. The log they were found in holds $(wc -l <fixtures/audit/xfce.log) audit records of that login."
