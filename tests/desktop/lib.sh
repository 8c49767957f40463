# SPDX-License-Identifier: Apache-2.0
# The parts of desktop.sh, beside those of e2e/lib.sh.
# shellcheck shell=sh disable=SC2086,SC2154,SC2034

netns=audisp-eql-desktop
log=log/audit.log

check_desktops() {
  for tool in bash cmake curl dbus-run-session g++ git ip python3 xauth xfwm4 xterm xvfb-run \
    $(cut -d ' ' -f 4 "$tests/desktop/desktops.txt"); do
    command -v "$tool" >/dev/null || cannot "$tool is not installed: sh tests/install_packages.sh build unit test desktop"
  done
  unshare -n true 2>/dev/null || cannot "no network namespaces"
}

# A home that only its owner and the plugin's capability can read. What a killed run left goes first.
create_desktop_user() {
  user=audisp-desktop
  home=/home/$user
  end_session
  ! getent passwd "$user" >/dev/null || userdel "$user"
  useradd --user-group --home-dir "$home" --no-create-home --shell /bin/sh "$user"
  user_created=$user
  user_id=$(id -u "$user")
}

clean_up_desktop() {
  end_session
  stop_upgrades
  [ -z "${home:-}" ] || rm -rf "$home"
}

# own FILE: its text is standard input
own() {
  mkdir -p "$(dirname "$home/$1")"
  cat >"$home/$1"
}

# entry NAME COMMAND
entry() {
  printf '[Desktop Entry]\nType=Application\nName=%s\nExec=%s\n' "$1" "$2" | own ".config/autostart/$1.desktop"
}

# A new home, with what lets each session start by itself: no other parts of the desktop, a window manager.
make_home() {
  rm -rf "$home"
  install -d -m 0700 "$home"
  printf '[GNOME Session]\nName=audisp\nRequiredComponents=\n' | own share/gnome-session/sessions/audisp.session
  printf '[General]\nwindow_manager=xfwm4\n' | own .config/lxqt/session.conf
  own .config/xfce4/xfconf/xfce-perchannel-xml/xfce4-session.xml <<END
<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-session" version="1.0">
  <property name="general" type="empty"><property name="FailsafeSessionName" type="string" value="Failsafe"/></property>
  <property name="sessions" type="empty">
    <property name="Failsafe" type="empty">
      <property name="IsFailsafe" type="bool" value="true"/>
      <property name="Count" type="int" value="1"/>
      <property name="Client0_Command" type="array"><value type="string" value="xfwm4"/></property>
      <property name="Client0_Priority" type="int" value="15"/>
      <property name="Client0_PerScreen" type="bool" value="false"/>
    </property>
  </property>
</channel>
END
}

# The entries of desktop NUMBER: each has an address of its own, 198.18.NUMBER.1 and so on, and a port.
make_entries() {
  entry curl "curl -s http://198.18.$number.1:8001/"
  entry bash "bash -c \"exec 3<>/dev/tcp/198.18.$number.2/8002; read -u 3\""
  entry python "python3 -c \"import socket; socket.create_connection(('198.18.$number.3', 8003)).recv(1)\""
  entry script "$home/bin/script"
  printf '#!/bin/sh\ncurl -s http://198.18.%s.4:8004/\ntrue\n' "$number" | own bin/script
  chmod 755 "$home/bin/script"
}

# Sets session_pid.
start_session() {
  chown -R "$user:$user" "$home"
  ip netns add "$netns" || fail "no network namespace"
  ip -n "$netns" link set lo up
  ip -n "$netns" route add local 198.18.0.0/15 dev lo
  ip netns exec "$netns" sh "$tests/desktop/session.sh" "$user" "$home" "$name" "8001 8002 8003 8004" $command \
    >"$work/session.out" 2>&1 &
  session_pid=$!
}

kill_session() { { ip netns pids "$netns" && echo "${session_pid:-}"; } | xargs -r kill -s "$1" 2>/dev/null || :; }

# All that is in its network goes, whoever its parent is by now.
end_session() {
  ip netns list 2>/dev/null | grep -qw "$netns" || return 0
  kill_session TERM
  tries=0
  while [ -n "$(ip netns pids "$netns")" ]; do
    [ "$tries" != 40 ] || kill_session KILL
    tries=$((tries + 1))
    sleep "$poll"
  done
  [ -z "${session_pid:-}" ] || wait "$session_pid" 2>/dev/null || :
  session_pid=
  ip netns del "$netns"
}

# in_session COMMAND...: for wait_for, while the session lives.
in_session() {
  "$@" && return 0
  ! is_gone "$session_pid" || fail "the session ended by itself"
  return 1
}

# Nothing was recorded of the user for two seconds.
still=0 size_before=
is_quiet() {
  size=$(stat -c %s "$work/$log")
  if [ "$size" = "$size_before" ]; then still=$((still + 1)); else still=0; fi
  size_before=$size
  [ "$still" -ge 40 ]
}

# The stock entries alone, and one that tells that it was started.
run_plain_session() {
  make_home
  entry started "touch $home/started"
  start_session
  wait_for "the plain $desktop session" 60 in_session test -e "$home/started"
  wait_for "quiet in the plain $desktop session" 60 in_session is_quiet
  end_session
  say "$desktop: a plain session"
}

run_loud_session() {
  make_home
  make_entries
  start_session
  expect_cells >>"$work/expected"
  wait_for "the alerts of $desktop" 60 in_session has_cells
  end_session
  say "$desktop: a session with entries that call out"
}

# Lines of desktop, entry, rule, .desktop file, how it was found: GLib tells a program which entry it is.
expect_cells() {
  by=exec_line
  [ "$desktop" != gnome ] || by=environment
  for each in curl bash python; do
    [ "$desktop" != xfce ] || expect_cell "$each" xdg_autostart_network
    expect_cell "$each" xdg_autostart_session_network
  done
  expect_cell script xdg_autostart_child_network
}

expect_cell() { echo "$desktop $1 $2 $home/.config/autostart/$1.desktop $by"; }

has_cells() {
  cells >"$work/cells"
  [ "$(grep -c "^$desktop " "$work/cells")" -ge "$(grep -c "^$desktop " "$work/expected")" ]
}

# The same of the alerts. What was not expected is there too, by its address and the rule's name.
cells() {
  jq -r '
    {"1": "xfce", "2": "gnome", "3": "mate", "4": "lxqt"} as $desktops |
    {"1": "curl", "2": "bash", "3": "python", "4": "script"} as $entries |
    {"dd52d45a-4602-4195-9018-ebe0f219c273": "xdg_autostart_network",
     "8426dd28-3ab5-4107-b3b6-7c79731e7fcb": "xdg_autostart_session_network",
     "f6fcdc0f-252b-4ab3-94ce-98545fdb57c7": "xdg_autostart_child_network"} as $rules |
    ((.destination.ip // "none") | split(".")) as $ip |
    [$desktops[$ip[2] // ""] // "other", $entries[$ip[3] // ""] // .destination.ip // "none",
     $rules[.rule.id] // (.rule.name | gsub(" "; "_")), .audisp_eql.desktop_entry.path // "none",
     .audisp_eql.desktop_entry.found_by // "none"] | join(" ")' "$work/alerts/alerts.jsonl" 2>/dev/null
}

check_cells() {
  touch "$work/expected"
  sort "$work/expected" >"$work/cells.expected"
  cells | sort >"$work/cells"
  diff "$work/cells.expected" "$work/cells" >&2 || fail "the alerts (>) are not those expected (<)"
}

show_cells() {
  [ -s "$work/cells" ] || return 0
  echo '| desktop | entry | rule | .desktop found | by |'
  echo '|---|---|---|---|---|'
  while read -r cell; do
    set -- $cell
    echo "| $1 | $2 | \`$3\` | ${4##*/} | $5 |"
  done <"$work/cells"
}

# Root upgrades a package that has an autostart entry, each ten seconds; of root, its writes there alone are recorded.
package=audisp-eql-test-entry
start_upgrades() {
  auditctl -a always,exit -F arch=b64 -S openat,rename,renameat,renameat2,link,linkat,unlink,unlinkat -F uid=0 \
    -F dir=/etc/xdg/autostart -F key=audisp-eql >/dev/null || fail "no audit rule for root's upgrades"
  upgrade_forever >"$work/upgrades.out" 2>&1 &
  upgrades_pid=$!
}

upgrade_forever() {
  version=0
  trap 'kill "$!" 2>/dev/null; exit 0' TERM
  while :; do
    version=$((version + 1))
    mkdir -p "$work/tree/DEBIAN" "$work/tree/etc/xdg/autostart"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: a\n' \
      "$package" "$version" >"$work/tree/DEBIAN/control"
    printf '[Desktop Entry]\nType=Application\nName=a\nExec=true\nHidden=true\nX-Version=%s\n' "$version" \
      >"$work/tree/etc/xdg/autostart/$package.desktop"
    dpkg-deb --build "$work/tree" "$work/$package.deb"
    dpkg -i "$work/$package.deb"
    sleep 10 &
    wait $!
  done
}

stop_upgrades() {
  [ -n "${upgrades_pid:-}" ] || return 0
  kill "$upgrades_pid"
  wait "$upgrades_pid" || :
  upgrades_pid=
  dpkg -P "$package" >>"$work/upgrades.out" 2>&1
}

# In a terminal that the session opened, as one is that was open at the last logout: the shortest way from the session
# manager to programs that people start. It connects within the half minute of the rules.
do_ordinary_work() {
  make_home
  entry terminal "xterm -l -lf $home/work.log -e sh $home/bin/work.sh $((minutes * 60)) $home/work.rounds"
  own bin/work.sh <"$tests/desktop/work.sh"
  number=5 desktop=work name=XFCE command=xfce4-session
  from=$(($(stat -c %s "$work/$log") + 1))
  start_upgrades
  start_session
  wait_for "ordinary work" $((minutes * 60 + 180)) in_session test -s "$home/work.rounds"
  wait_for "quiet after ordinary work" 60 is_quiet
  end_session
  stop_upgrades
  rounds=$(cat "$home/work.rounds")
  [ "$rounds" != failed ] || { tail -n 30 "$home/work.log" >&2; fail "the work could not be done"; }
  show_work
}

# recorded QUERY: events of the work, in auditd's log.
recorded() { tail -c "+$from" "$work/$log" | "$plugin" scan --format json --query "$1" 2>"$work/scan.err" | wc -l; }

show_work() {
  programs=$(recorded 'process where event.action == "exec"')
  connections=$(recorded 'network where cidrMatch(destination.ip, "198.18.0.0/15")')
  [ "$connections" -ge $((rounds * 5)) ] || fail "only $connections connections in $rounds rounds of work were recorded"
  upgrades=$(recorded "file where process.name == \"dpkg\" and file.path like \"/etc/xdg/autostart/$package.desktop*\"")
  [ "$upgrades" -gt 0 ] || fail "no upgrade of $package was recorded"
  say "ordinary work: $rounds rounds, $programs programs, $connections connections to 198.18.0.0/15," \
    "$upgrades file events of root's package upgrades"
}
