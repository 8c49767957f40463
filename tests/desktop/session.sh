#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A desktop session under Xvfb, in the network and mount namespaces that `ip netns exec` made. Who connects to PORTS
# finds a server that takes the connection and says nothing, so that the program waits, and can be looked at.
#
#   session.sh USER HOME DESKTOP PORTS COMMAND...
# shellcheck disable=SC2016,SC2086 # for the inner shell; ports are words
set -eu
user=$1 home=$2 desktop=$3 ports=$4
shift 4
uid=$(id -u "$user")
PATH=/usr/sbin:/usr/bin:/sbin:/bin

cd "$home"
mount -t tmpfs -o mode=1777 tmpfs /tmp  # for sockets of X and ICE
python3 -c '
import os, signal, socket, sys
sockets = [socket.create_server(("0.0.0.0", int(port))) for port in sys.argv[1:]]
if os.fork():
    os._exit(0)
signal.pause()
' $ports

# The system's own bus is not for this session, and GNOME asks for one.
install -d -m 0700 -o "$uid" -g "$uid" "$home/run"
set -- setpriv --reuid "$uid" --regid "$uid" --clear-groups -- /usr/bin/env -i HOME="$home" USER="$user" \
  LOGNAME="$user" SHELL=/bin/sh PATH=/usr/bin:/bin LANG=C.UTF-8 XDG_RUNTIME_DIR="$home/run" XDG_CONFIG_DIRS=/etc/xdg \
  XDG_DATA_DIRS="$home/share:/usr/share" XDG_CURRENT_DESKTOP="$desktop" \
  DBUS_SYSTEM_BUS_ADDRESS="unix:path=$home/run/system_bus" \
  sh -c 'dbus-daemon --session --fork --nopidfile --address="$DBUS_SYSTEM_BUS_ADDRESS" &&
    exec xvfb-run -a dbus-run-session -- "$@"' sh "$@"
exec "$@"
