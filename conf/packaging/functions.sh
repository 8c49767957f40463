#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the maintainer scripts of both packages share; it stands before each of them. What cannot be done now is a
# message that says when it will be, or what to do. Only without its user and its folders does an installation fail.
# shellcheck shell=sh disable=SC2034
set -e
plugin_file=/etc/audit/plugins.d/audisp-eql.conf
rules_dir=/etc/audit/rules.d
program=/usr/sbin/audisp-eql
user=audisp-eql
user_comment="EQL detection on audit records"  # as sysusers.d/audisp-eql.conf has it: so it is known for ours

note() { echo "audisp-eql: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

kernel_audit() { auditctl -s 2>/dev/null | sed -n "s/^$1 \([0-9]*\).*/\1/p"; }
is_same_file() { [ "$(stat -Lc %d:%i "$1" 2>/dev/null)" = "$(stat -Lc %d:%i "$2")" ]; }
is_our_root() { is_same_file "/proc/$1/root" /; }

# running_auditd: its pid. In a chroot or a container the kernel's auditd is that of another system: not ours to change.
running_auditd() {
  pid=$(kernel_audit pid)
  [ "${pid:-0}" != 0 ] && is_our_root "$pid" && echo "$pid"
}

# May what the kernel records be changed from here?
are_kernel_rules_ours() {
  pid=$(kernel_audit pid)
  case $pid in
    '') return 1 ;;
    0) is_our_root 1 ;;
    *) is_our_root "$pid" ;;
  esac
}

# In a chroot the profiles are those of the machine around it.
is_apparmor_ours() {
  is_our_root 1 && [ -d /sys/kernel/security/apparmor ] && have aa-enabled && aa-enabled --quiet 2>/dev/null
}

# From 3.0 on auditd starts plugins that are new, stops those that are gone, and starts changed programs anew.
reload_auditd() {
  if ! pid=$(running_auditd); then
    note "no auditd runs here; the plugin starts with it"
  elif kill -HUP "$pid" && grep -qs '^active = yes' "$plugin_file"; then
    await_plugin "$pid"
  fi
}

# auditd 3.0 whose last plugin was once taken away (this package was removed and comes back) sends its next one the HUP
# of that time while it starts, which ends it, and gives it no records. Only a restart helps then.
await_plugin() {  # AUDITD_PID
  seen=0
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    sleep 0.2
    if has_current_plugin "$1"; then seen=$((seen + 1)); else seen=0; fi
    [ "$seen" -lt 3 ] || return 0
  done
  note "auditd did not start the plugin when it was told to reload; it needs to be restarted: service auditd restart"
  if have invoke-rc.d; then
    invoke-rc.d auditd restart || note "auditd could not be restarted"
  elif have service; then
    service auditd restart || note "auditd could not be restarted"
  fi
}

# At an upgrade the old plugin is there too, for a while: its program is a file that is gone.
has_current_plugin() {  # AUDITD_PID
  for child in $(pgrep -P "$1" -x audisp-eql); do
    ! is_same_file "/proc/$child/exe" "$program" || return 0
  done
  return 1
}

# Files of /etc/audit/rules.d mean nothing where somebody writes audit.rules by hand; and augenrules would replace it.
is_made_by_augenrules() {
  have augenrules || return 1
  [ ! -s /etc/audit/audit.rules ] || head -n 1 /etc/audit/audit.rules | grep -q 'automatically generated'
}

# Never where no auditd runs: with rules and no auditd the kernel would write records to its log.
load_audit_rules() {
  if ! is_made_by_augenrules; then
    note "audit.rules is not made by augenrules here; add $rules_dir/6?-audisp-eql*.rules to it yourself"
  elif ! running_auditd >/dev/null; then
    note "no auditd runs here; the audit rules are loaded when it starts"
  elif [ "$(kernel_audit enabled)" = 2 ]; then
    note "the audit rules are locked (auditctl -e 2); those of audisp-eql are loaded at the next boot"
  elif ! augenrules --load >/dev/null; then
    note "augenrules --load failed; see above which rules are missing"
  fi
}

# unload_audit_rules FILE...: each rule is taken back by its own words. Others stay, as those loaded by hand.
unload_audit_rules() {
  are_kernel_rules_ours || return 0
  if [ "$(kernel_audit enabled)" = 2 ]; then
    note "the audit rules are locked (auditctl -e 2); those of audisp-eql are gone after the next boot"
    return 0
  fi
  deletions=$(mktemp)
  echo "-i" >"$deletions"  # a rule may be gone already
  for file; do
    [ ! -f "$file" ] || sed -n 's/^-a /-d /p' "$file" >>"$deletions"
  done
  auditctl -R "$deletions" >/dev/null 2>&1 || true
  rm -f "$deletions"
}

# After the files of ours are gone: what the next boot loads.
write_audit_rules() {
  ! is_made_by_augenrules || augenrules >/dev/null || note "augenrules failed"
}

# Without systemd the same by hand.
create_user() {
  ! have systemd-sysusers || systemd-sysusers audisp-eql.conf || true
  ! getent passwd "$user" >/dev/null || return 0
  group_option=--user-group
  ! getent group "$user" >/dev/null || group_option=--gid=$user
  useradd --system "$group_option" --no-create-home --home-dir / \
    --shell /usr/sbin/nologin --comment "$user_comment" "$user"
}

create_folders() {
  if have systemd-tmpfiles && systemd-tmpfiles --create audisp-eql.conf; then return 0; fi
  install -d -m 0750 -o "$user" -g "$user" /var/lib/audisp-eql /var/log/audisp-eql
  # The plugin reads these as a member of its group, and must not be able to write them.
  find /etc/audisp-eql ! -type l -exec chown "root:$user" {} + -exec chmod u=rwX,g=rX,o= {} +
}

# stop_plugin: the file for auditd is gone; wait until the plugin is too, for nobody can remove the user of a process.
stop_plugin() {
  pid=$(running_auditd) || return 0
  kill -HUP "$pid" || return 0
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    pgrep -P "$pid" -x audisp-eql >/dev/null || return 0
    sleep 0.2
  done
  note "the plugin still runs; it ends with auditd"
}

# See await_plugin; the next package that brings a plugin need not know.
warn_if_last_plugin() {
  running_auditd >/dev/null || return 0
  case $(auditctl -v 2>/dev/null) in
    *' 3.0'*) ;;
    *) return 0 ;;
  esac
  grep -qs '^active = yes' /etc/audit/plugins.d/*.conf ||
    note "this was auditd's last plugin; restart auditd before another plugin is added: service auditd restart"
}

# put_aside: no auditd reads such names. A package that is removed leaves its configuration; auditd would complain of a
# plugin whose program is not there, and the kernel would go on recording for nobody.
put_aside() {
  for file in "$plugin_file" "$rules_dir"/6[0-3]-audisp-eql*.rules; do
    [ ! -f "$file" ] || mv "$file" "$file.removed"
  done
}

bring_back() {
  for aside in "$plugin_file.removed" "$rules_dir"/6[0-3]-audisp-eql*.rules.removed; do
    [ ! -f "$aside" ] || [ -e "${aside%.removed}" ] || mv "$aside" "${aside%.removed}"
  done
}
