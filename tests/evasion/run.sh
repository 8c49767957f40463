#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh PLUGIN RULE: evasions that no test can wait for, as logs: each is made here, scanned, and must give exactly the
# ports that stand beside it. What can be done for real is done so, in tests/e2e.
set -eu
plugin=$1
rule=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
start=1700000000
session=/usr/bin/xfce4-session
user='auid=4294967295 uid=4242 gid=4242 euid=4242 suid=4242 fsuid=4242 egid=4242 sgid=4242 fsgid=4242 tty=(none) ses=1'
serial=0

hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; }

# event MILLISECONDS: a new event that long after the start.
event() {
  serial=$((serial + 1))
  stamp="audit($((start + $1 / 1000)).$(printf %03d $(($1 % 1000))):$serial)"
}

# exec_call MS PID PPID PROGRAM: and its end.
exec_call() {
  exec_open "$@"
  echo "type=EXECVE msg=$stamp: argc=2 a0=\"$4\" a1=\"x\""
  exec_close "$4"
}
exec_open() {
  event "$1"
  echo "type=SYSCALL msg=$stamp: arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=$3 pid=$2 $user comm=\"x\" exe=\"$4\" key=(null)"
}
exec_close() {
  echo "type=CWD msg=$stamp: cwd=\"/\""
  echo "type=PATH msg=$stamp: item=0 name=\"$1\" inode=1 dev=fd:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL"
  echo "type=PROCTITLE msg=$stamp: proctitle=\"x\""
}

# connect_call MS PID PPID EXE PORT
connect_call() {
  event "$1"
  echo "type=SYSCALL msg=$stamp: arch=c000003e syscall=42 success=no exit=-110 a0=3 a1=2 a2=10 a3=0 items=0 ppid=$3 pid=$2 $user comm=\"x\" exe=\"$4\" key=(null)"
  echo "type=SOCKADDR msg=$stamp: saddr=0200$(printf %04X "$5")C00002010000000000000000"
  echo "type=PROCTITLE msg=$stamp: proctitle=\"x\""
}

# others FROM_MS TO_MS STEP_MS: what else a host does meanwhile.
others() {
  at=$1
  while [ "$at" -le "$2" ]; do
    exec_call "$at" $((20000 + at / $3 % 10000)) 1 /usr/bin/true
    at=$((at + $3))
  done
}

# fork_call MS CHILD PID EXE: EXE as the record has it.
fork_call() {
  event "$1"
  echo "type=SYSCALL msg=$stamp: arch=c000003e syscall=56 success=yes exit=$2 a0=1200011 a1=0 a2=0 a3=7f items=0 ppid=1 pid=$3 $user comm=\"x\" exe=$4 key=(null)"
  echo "type=PROCTITLE msg=$stamp: proctitle=\"x\""
}

# A connect is logged when it returns, under the time at which it began.
connect_of_five_minutes() {
  exec_call 0 500 1 "$session"
  exec_call 10000 501 500 /usr/bin/app
  others 11000 311000 2000
  connect_call 10400 501 500 /usr/bin/app 48001
}

connect_of_three_hours() {
  exec_call 0 500 1 "$session"
  exec_call 10000 501 500 /usr/bin/app
  others 11000 10811000 60000
  connect_call 10999 501 500 /usr/bin/app 48002
}

# The program's time is over by then, and its own late record all the same belongs to it.
connect_too_late_for_the_span() {
  exec_call 0 500 1 "$session"
  exec_call 10000 501 500 /usr/bin/app
  others 11000 311000 2000
  connect_call 11001 501 500 /usr/bin/app 48003
}

# A package upgrade took the running manager's file away; only its fork tells of it.
replaced_session_manager() {
  fork_call 0 501 500 "$(hex "$session (deleted)")"
  exec_call 5 501 500 /usr/bin/app
  connect_call 400 501 500 /usr/bin/app 48004
}

# 6 MB, the most that the kernel takes, in records of 7.5 kB.
six_megabytes_of_arguments() {
  exec_call 0 500 1 "$session"
  exec_open 1000 501 500 /usr/bin/app
  awk -v stamp="$stamp" 'BEGIN {
    argument = sprintf("%240s", ""); gsub(/ /, "A", argument)
    for (record = 0; record < 800; ++record) {
      printf "type=EXECVE msg=%s:%s", stamp, record == 0 ? " argc=24000" : ""
      for (i = 0; i < 30; ++i) printf " a%d=\"%s\"", record * 30 + i, argument
      printf "\n"
    }
  }'
  exec_close /usr/bin/app
  connect_call 1500 501 500 /usr/bin/app 48005
}

# Thousands of processes start in between, to push the session out of what is remembered.
flood_of_processes() {
  exec_call 0 500 1 "$session"
  awk -v start="$start" -v user="$user" 'BEGIN {
    for (i = 0; i < 80000; ++i) {
      stamp = sprintf("audit(%d.%03d:%d)", start + 1 + i / 1000, i % 1000, 2 * i + 2)
      printf "type=SYSCALL msg=%s: arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=1 pid=%d %s comm=\"x\" exe=\"/usr/bin/true\" key=(null)\n", stamp, 1000 + i, user
      printf "type=EXECVE msg=%s: argc=1 a0=\"true\"\n", stamp
      printf "type=PROCTITLE msg=%s: proctitle=\"x\"\n", stamp
      if (i % 1000 != 0) continue
      # The session is alive: it is asked for as a parent now and then.
      stamp = sprintf("audit(%d.%03d:%d)", start + 1 + i / 1000, i % 1000, 2 * i + 3)
      printf "type=SYSCALL msg=%s: arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=4 items=2 ppid=500 pid=%d %s comm=\"x\" exe=\"/usr/bin/true\" key=(null)\n", stamp, 300000 + i, user
      printf "type=EXECVE msg=%s: argc=1 a0=\"true\"\n", stamp
      printf "type=PROCTITLE msg=%s: proctitle=\"x\"\n", stamp
    }
  }'
  serial=160001
  exec_call 90000 501 500 /usr/bin/app
  connect_call 90400 501 500 /usr/bin/app 48006
}

failures=0
# check CASE PORTS
check() {
  "$1" >"$work/$1.log"
  "$plugin" scan --format json --rules "$rule" "$work/$1.log" >"$work/alerts" 2>"$work/summary" ||
    { echo "FAILED: $1: scan ended with status $?"; cat "$work/summary"; failures=$((failures + 1)); return; }
  got=$(sed -n 's/.*"destination":{[^}]*"port":\([0-9]*\).*/\1/p' "$work/alerts" | tr '\n' ' ')
  if [ "${got% }" != "$2" ]; then
    echo "FAILED: $1: alerts for '${got% }', not '$2'"
    cat "$work/summary"
    failures=$((failures + 1))
  fi
}

check connect_of_five_minutes 48001
check connect_of_three_hours 48002
check connect_too_late_for_the_span ''
check replaced_session_manager 48004
check six_megabytes_of_arguments 48005
check flood_of_processes 48006
[ "$failures" = 0 ] || exit 1
echo "evasions: each seen for what it is"
