// SPDX-License-Identifier: Apache-2.0
// Records as auditd writes them to a plugin, line by line, for tests that care
// what is in them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace audisp_eql::test {

// Of one event.
struct Stamp {
  std::int64_t ms = 1'795'506'100'000;
  unsigned serial = 100;
};

struct Actor {
  unsigned pid = 4000;
  unsigned uid = 1000;
  std::string exe = "/usr/bin/x";
};

// A whole line of this type.
[[nodiscard]] std::string record(std::string_view type, const Stamp& stamp, std::string_view body);
// What follows the stamp of a SYSCALL record.
[[nodiscard]] std::string syscall_body(const Actor& actor, unsigned number, std::string_view extra = {});
// EXECVE's body is `arguments`.
[[nodiscard]] std::string exec_event(const Actor& actor, const Stamp& stamp,
                                     std::string_view arguments = "argc=1 a0=\"x\"");
// To 127.0.0.1.
[[nodiscard]] std::string connect_event(const Actor& actor, const Stamp& stamp, std::uint16_t port);
// saddr= of that.
[[nodiscard]] std::string saddr(std::uint16_t port, std::string_view address = "7F000001");

}  // namespace audisp_eql::test
