#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The audit rules that `audisp-eql audit-rules` prints, loaded into this kernel by the real auditctl: it takes every line,
# and lists it as it was meant; and `audisp-eql check` sees what is loaded and what is not.
#
#   audit_rules.sh BUILD_DIR
#
# Root only. Nothing is recorded meanwhile (no auditd, audit is off); the machine's own audit rules are put back.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
keep=
. "$here/lib.sh"

# plain: rules, one line for each system call; auditctl has an order of its own, of rules, of calls, and numbers in hex.
plain() {
  sed -n 's/a0=0x\([1-3]\) /a0=\1 /; s/a0=0xA /a0=10 /; /^-a/p' | while read -r before; do
    calls=${before#* -S } calls=${calls%% *}
    for call in $(echo "$calls" | tr , ' '); do echo "${before%% -S *} -S $call ${before#* -S "$calls"}"; done
  done | sort
}

# checked: what check says of the kernel; audit is off here, which it says too.
checked() { "$plugin" check --config "$config" | grep -E '^(warning: (not )?recorded|kernel: )' || :; }

begin
auditctl -e 0 >/dev/null
auditctl -D >/dev/null
"$plugin" check --config "$config" | grep -q '^warning: audit is switched off' || fail "check does not say that audit is off"
checked | grep -q '^warning: not recorded: execve,execveat (b64, b32)$' || { checked >&2; fail "check misses no execve"; }
print_audit_rules
auditctl -R "$work/printed.rules" >"$work/auditctl.out" 2>&1 || { cat "$work/auditctl.out" >&2; fail "auditctl -R"; }
plain <"$work/printed.rules" >"$work/expected"
auditctl -l | plain >"$work/got"
diff "$work/expected" "$work/got" >&2 || fail "auditctl lists (>) other rules than were printed (<)"
say "auditctl $(auditctl -v | awk '{ print $3 }') took all $(auditctl -l | wc -l) rules"
checked | grep -v '^kernel: load' >"$work/checked" && { cat "$work/checked" >&2; fail "check misses rules that are loaded"; }
auditctl -d always,exit -F arch=b32 -S execve,execveat -F key=audisp-eql
auditctl -a always,exit -F arch=b32 -S execve,execveat -F uid=0
checked | grep -qx 'warning: recorded only for uid=0: execve,execveat (b32)' || { checked >&2; fail "check misses a narrow rule"; }
say "check saw what was loaded, what was not, and what was narrower"
