# SPDX-License-Identifier: Apache-2.0
# The parts of package.sh: packages and what lint says of them, the root that they are installed on, auditd and the two
# rsyslogd. What is done with them is in steps.sh.
# shellcheck shell=sh disable=SC2154

tls_port=20514 # below those that connections get by themselves
target=/usr/bin/xfce4-session

check_package_tools() {
  for tool in apparmor_parser cpack lintian openssl rpm rpmbuild rpmlint ucf; do
    command -v "$tool" >/dev/null || cannot "$tool is not installed"
  done
  [ -f /usr/share/selinux/devel/Makefile ] || cannot "selinux-policy-dev is not installed"
  [ -n "$(find /usr/lib -name lmnsd_gtls.so)" ] || cannot "rsyslog-gnutls is not installed"
  ! dpkg -s audisp-eql >/dev/null 2>&1 || cannot "the package is installed on this machine"
}

# quietly WHAT COMMAND...
quietly() {
  what=$1
  shift
  "$@" >"$work/quiet.out" 2>&1 || { cat "$work/quiet.out" >&2; fail "$what"; }
}

# What was built already is packed; the second .deb is the first with a higher version and one rule file changed, and
# the third cannot be unpacked, for it has a file of another package.
build_packages() {
  quietly "cpack failed" sh -c 'cd "$0" && cpack -B "$1"' "$build" "$work/packages"
  first=$(find "$work/packages" -maxdepth 1 -name '*.deb')
  rpm_file=$(find "$work/packages" -maxdepth 1 -name '*.rpm')
  rm -rf "$work/packages/_CPack_Packages"
  dpkg-deb -R "$first" "$work/second"
  sed -i 's/^Version: .*/&+second/' "$work/second/DEBIAN/control"
  echo '# second' >>"$work/second/etc/audisp-eql/rules/xdg_autostart_network.toml"
  second=$work/packages/second.deb
  dpkg-deb --root-owner-group -b "$work/second" "$second" >/dev/null
  third=$work/packages/third.deb
  mkdir "$work/second/usr/bin"
  : >"$work/second/usr/bin/dpkg"
  dpkg-deb --root-owner-group -b "$work/second" "$third" >/dev/null
}

# All below /etc is a conffile and nothing else is; nothing is lost of what `cmake --install` puts there, and no
# NAME.new is made.
check_deb() {
  quietly "lintian" lintian --fail-on error,warning "$first"
  dpkg-deb -I "$first" conffiles | sort >"$work/conffiles"
  dpkg-deb --fsys-tarfile "$first" | tar tf - | sed -n 's,^\./etc/\(.*[^/]\)$,/etc/\1,p' | sort >"$work/below_etc"
  diff "$work/below_etc" "$work/conffiles" >&2 || fail "conffiles (>) are not what is below /etc (<)"
  [ "$(wc -l <"$work/conffiles")" -ge 15 ] || fail "too few conffiles"
  if grep -F .new "$work/conffiles"; then fail "a NAME.new"; fi
  DESTDIR=$work/installed cmake --install "$build" --prefix /usr >"$work/install.out" || fail "cmake --install"
  (cd "$work/installed" && find etc -type f | grep -v autostart | sed 's,^,/,') | sort >"$work/installed_etc"
  grep -v -e autostart -e apparmor "$work/conffiles" | diff "$work/installed_etc" - >&2 || fail "the .deb lacks files"
  dpkg-deb -I "$first" control | grep -q '^Depends: auditd (>= 1:3.0), .*libaudit1 (>= ' ||
    fail "the .deb does not depend on auditd and its libraries"
}

check_rpm() {
  quietly "rpmlint" rpmlint -c "$here/../conf/packaging/rpm/rpmlint.toml" "$rpm_file"
  rpm -qp --requires "$rpm_file" | grep -qx 'audit >= 3.0' || fail "the .rpm does not require audit"
  rpm -qp --configfiles "$rpm_file" | sort >"$work/config.rpm"
  (cd "$work/installed" && find etc -type f | sed 's,^,/,') | sort | diff - "$work/config.rpm" >&2 ||
    fail "the .rpm's configuration files (>) are not those installed (<)"
  rpm -qp --queryformat '[%{FILEFLAGS:fflags} %{FILENAMES}\n]' "$rpm_file" | grep ' /etc/.*\.' | grep -v '^cn ' >&2 &&
    fail "configuration that is not noreplace"
  return 0
}

# As far as can be told without kernels that enforce them.
check_confinement() {
  quietly "apparmor_parser" apparmor_parser -QK "$here/../conf/apparmor/usr.sbin.audisp-eql"
  cp -r "$here/../conf/selinux" "$work/selinux"
  quietly "the SELinux policy" make -C "$work/selinux" -f /usr/share/selinux/devel/Makefile audisp_eql.pp
}

# --- the clean root

# Becomes the command; so that behind & it is the process that $! names.
become_in_root() {
  exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}
in_root() { (become_in_root "$@"); }

# clean_up calls it before it removes the folder, which must not reach through a mount.
leave_root() { umount -R -l "$root" "$layers"; }

make_root() {
  layers=$work/layers
  root=$work/clean
  mkdir "$layers" "$root"
  also_clean_up=leave_root
  mount -t tmpfs tmpfs "$layers"
  mkdir "$layers/upper" "$layers/work"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" "$root" || cannot "no overlayfs"
  mount --bind /proc "$root/proc"
  for folder in dev run tmp; do mount -t tmpfs tmpfs "$root/$folder"; done
  chmod 1777 "$root/tmp"
  mknod -m 666 "$root/dev/null" c 1 3
  mknod -m 666 "$root/dev/urandom" c 1 9
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  mkdir -p "$root/etc/xdg/autostart"
  [ -e "$root$target" ] || : >"$root$target"
  cp "$first" "$root/tmp/first.deb"
  cp "$second" "$root/tmp/second.deb"
  cp "$third" "$root/tmp/third.deb"
  cp "$rpm_file" "$root/tmp/first.rpm"
  cp "$build/tests/e2e/e2e_driver" "$root/tmp/driver"
  mount --bind "$root/tmp/driver" "$root$target"
  prepare_audit_folder
  prepare_apparmor
  for file in passwd group shadow gshadow; do cp -p "$root/etc/$file" "$work/$file.before"; done
  changed_files >"$work/changed.before"
}

# Debian's own files, and a rule in front that an administrator may have: it also keeps this test from recording what
# else the machine does.
prepare_audit_folder() {
  rm -f "$root"/etc/audit/rules.d/*
  printf -- '-D\n-b 32768\n-f 1\n' >"$root/etc/audit/rules.d/audit.rules"
  echo "-a never,exit -F uid!=$user_id" >"$root/etc/audit/rules.d/10-mine.rules"
  rm -f "$root/etc/audit/audit.rules"
  sed -i 's/^active.*/active = no/' "$root"/etc/audit/plugins.d/*.conf
  quietly "augenrules" in_root augenrules
}

# AppArmor looks as if it were on, and says when it is asked for something: a chroot must not.
prepare_apparmor() {
  mkdir -p "$root/sys/kernel/security/apparmor"
  printf '#!/bin/sh\n' >"$root/usr/bin/aa-enabled"
  printf '#!/bin/sh\necho "$*" >>/tmp/apparmor_parser.asked\n' >"$root/usr/sbin/apparmor_parser"
  chmod 755 "$root/usr/bin/aa-enabled" "$root/usr/sbin/apparmor_parser"
}

# What this root has that differs from the machine below, but for what dpkg, ucf, rpm, auditd and augenrules keep for
# themselves, and backups of passwd. A character device is how an overlay says that a file is gone.
changed_files() {
  (cd "$layers/upper" && find . ! -type d) | sed 's,^\.,,' | sort | while read -r file; do
    case $file in
      /var/lib/dpkg/* | /var/lib/ucf/* | /var/lib/rpm/* | /var/log/dpkg.log | /var/log/audit/* | /var/cache/* | \
        /etc/passwd- | /etc/group- | /etc/shadow- | /etc/gshadow- | /etc/.pwd.lock | /etc/audit/audit.rules.prev) ;;
      *) cmp -s "$layers/upper$file" "$file" || echo "$file" ;;
    esac
  done
}

# No file, user, group, process or audit rule; folders neither.
check_nothing_left() {
  changed_files | diff "$work/changed.before" - >&2 || fail "$1 left (>) files, or took (<) some"
  for file in passwd group shadow gshadow; do
    diff "$work/$file.before" "$root/etc/$file" >&2 || fail "$1 left something in /etc/$file"
  done
  find "$layers/upper" -name '*audisp?eql*' ! -path '*/var/lib/dpkg/*' >"$work/left"
  if grep . "$work/left" >&2; then fail "$1 left these"; fi
  if grep audisp-eql "$root"/var/lib/ucf/hashfile "$root"/var/lib/ucf/registry >&2; then fail "$1 left some to ucf"; fi
  if grep -q audisp-eql "$root/etc/audit/audit.rules"; then fail "$1 left rules in audit.rules"; fi
  check_stopped "$1"
}

check_stopped() {
  grep -q 'restart auditd before another plugin is added' "$work/quiet.out" || fail "$1: no word of auditd's next plugin"
  [ ! -e "$root/tmp/apparmor_parser.asked" ] || fail "$1: a profile of the machine's kernel was changed in a chroot"
  if pgrep -P "$auditd_pid" -x audisp-eql >&2; then fail "$1 left the plugin running"; fi
  auditctl -l >"$work/rules.now"
  grep -qx -- "-a never,exit -S all -F uid!=$user_id" "$work/rules.now" || fail "$1 took a rule of the administrator's"
  [ "$(wc -l <"$work/rules.now")" = 1 ] || { cat "$work/rules.now" >&2; fail "$1 left audit rules"; }
  [ "$(audit_status pid)" = "$auditd_pid" ] || fail "auditd is not the one that it was"
}

# --- who runs on it

start_root_auditd() {
  become_in_root auditd -n >"$work/auditd.out" 2>&1 &
  auditd_pid=$!
  wait_for "auditd" 10 is_auditd
  quietly "augenrules --load" in_root augenrules --load
}

stop_auditd_again() {
  kill "$auditd_pid"
  wait "$auditd_pid" || fail "auditd ended with status $?"
  auditd_pid=
}

# auditd 3.0.9 does not start a plugin well once its last one was taken away, see functions.sh. The package would have
# it restarted by the init system, which this root has not.
restart_root_auditd() {
  stop_auditd_again
  start_root_auditd
}

make_certificates() {
  tls=$work/tls
  mkdir "$tls"
  (
    cd "$tls"
    new_key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    # shellcheck disable=SC2086 # words
    {
      openssl req -x509 $new_key -subj /CN=ca -keyout ca.key -out ca.pem
      for name in sender receiver; do
        openssl req $new_key -subj "/CN=$name.test" -keyout "$name.key" -out "$name.csr"
        echo "subjectAltName=DNS:$name.test" >"$name.ext"
        openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
          -extfile "$name.ext" -out "$name.pem"
      done
    } >"$tls/out" 2>&1
  ) || { cat "$tls/out" >&2; fail "no certificates"; }
}

# The host that alerts are for: takes them from nobody but sender.test.
start_receiver() {
  cat >"$work/receiver.conf" <<END
global(workDirectory="$work" maxMessageSize="64k" defaultNetstreamDriver="gtls"
  defaultNetstreamDriverCAFile="$tls/ca.pem" defaultNetstreamDriverCertFile="$tls/receiver.pem"
  defaultNetstreamDriverKeyFile="$tls/receiver.key")
module(load="imtcp" StreamDriver.Name="gtls" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/name"
  PermittedPeer=["sender.test"])
input(type="imtcp" address="127.0.0.1" port="$tls_port")
template(name="whole" type="string"
  string="%syslogfacility-text%.%syslogseverity-text% %timestamp% %programname%:%msg%\n")
action(type="omfile" file="$work/syslog.log" template="whole")
END
  rsyslogd -n -f "$work/receiver.conf" -i "$work/receiver.pid" >"$work/rsyslogd.out" 2>&1 &
  rsyslogd_pid=$!
  wait_for "the receiver's port" 10 listens
}

listens() { grep -q "^ *[0-9]*: 0100007F:$(printf %04X "$tls_port") 00000000:0000 0A" /proc/net/tcp; }

# This host's own, with the socket /dev/log that the package's configuration names. held_pid, for clean_up to end it.
start_sender() {
  mkdir "$root/tmp/tls"
  cp "$tls/ca.pem" "$tls"/sender.* "$root/tmp/tls"
  cat >"$root/tmp/sender.conf" <<END
global(workDirectory="/tmp" maxMessageSize="64k" defaultNetstreamDriver="gtls"
  defaultNetstreamDriverCAFile="/tmp/tls/ca.pem" defaultNetstreamDriverCertFile="/tmp/tls/sender.pem"
  defaultNetstreamDriverKeyFile="/tmp/tls/sender.key")
module(load="imuxsock")
action(type="omfwd" target="127.0.0.1" port="$tls_port" protocol="tcp" StreamDriver="gtls" StreamDriverMode="1"
  StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="receiver.test")
END
  become_in_root rsyslogd -n -f /tmp/sender.conf -i /tmp/sender.pid >>"$work/rsyslogd.out" 2>&1 &
  held_pid=$!
  wait_for "the sender's socket" 10 test -S "$root/dev/log"
}

plugin_is_new() {
  has_plugin_child && [ "$plugin_pid" != "${plugin_before:-}" ] &&
    [ "$(readlink "/proc/$plugin_pid/exe")" = "$root/usr/sbin/audisp-eql" ]
}
has_plugin_child() { plugin_pid=$(pgrep -P "$auditd_pid" -x audisp-eql); }
