// SPDX-License-Identifier: Apache-2.0
#include "tests/support/records.h"

#include <fmt/format.h>

namespace audisp_eql::test {

std::string record(std::string_view type, const Stamp& stamp, std::string_view body) {
  return fmt::format("type={} msg=audit({}.{:03}:{}): {}\n", type, stamp.ms / 1000, stamp.ms % 1000, stamp.serial,
                     body);
}

std::string syscall_body(const Actor& actor, unsigned number, std::string_view extra) {
  return fmt::format(
      "arch=c000003e syscall={} {}success=yes exit=0 a0=3 a1=7ffd a2=10 a3=0 items=0 ppid=1 pid={} auid={} uid={} "
      "gid={} euid={} suid={} fsuid={} egid={} sgid={} fsgid={} tty=(none) ses=1 comm=\"x\" exe=\"{}\" key=(null)",
      number, extra, actor.pid, actor.uid, actor.uid, actor.uid, actor.uid, actor.uid, actor.uid, actor.uid, actor.uid,
      actor.uid, actor.exe);
}

std::string exec_event(const Actor& actor, const Stamp& stamp, std::string_view arguments) {
  return record("SYSCALL", stamp, syscall_body(actor, 59)) + record("EXECVE", stamp, arguments) +
         record("CWD", stamp, "cwd=\"/\"") +
         record("PATH", stamp, fmt::format("item=0 name=\"{}\" inode=1 nametype=NORMAL", actor.exe)) +
         record("PROCTITLE", stamp, "proctitle=\"x\"") + record("EOE", stamp, "");
}

std::string connect_event(const Actor& actor, const Stamp& stamp, std::uint16_t port) {
  return record("SYSCALL", stamp, syscall_body(actor, 42)) + record("SOCKADDR", stamp, saddr(port)) +
         record("EOE", stamp, "");
}

std::string saddr(std::uint16_t port, std::string_view address) {
  return fmt::format("saddr=0200{:04X}{}0000000000000000", port, address);
}

}  // namespace audisp_eql::test
