// SPDX-License-Identifier: Apache-2.0
// Which records are worth parsing: derived from the compiled rules, asked once
// per line before libauparse sees anything. Cheap by construction: a bitmap by
// record type and a table by (machine, syscall).
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>

#include "lib/audit/syscalls.h"

namespace audisp_eql::audit {

// Kinds of kernel events that rules or entity upkeep can use.
struct SelectionRequest {
  bool exec = true;  // entity upkeep needs these three whatever the rules
  bool fork = true;
  bool exit = true;
  bool connect = true;   // rules on network events
  bool files = false;    // rules on file events
  bool sockets = false;  // with connect: rules that read network.transport
};

class Selection {
 public:
  explicit Selection(const SelectionRequest& request = {});

  // Record types that belong to a wanted event: SYSCALL, EXECVE, CWD, PATH,
  // SOCKADDR, SOCKETCALL, OPENAT2, and those that close or date events (EOE, PROCTITLE, SYSTEM_BOOT ...).
  [[nodiscard]] bool wants_type(int type) const {
    return type >= 0 && static_cast<std::size_t>(type) < types_.size() && types_[static_cast<std::size_t>(type)];
  }
  // `arch` and `number` as in the SYSCALL record (AUDIT_ARCH_*; x32's bit 30 is
  // masked). socketcall is wanted where connect is, whatever it calls.
  [[nodiscard]] bool wants_syscall(std::uint32_t arch, std::uint64_t number) const;
  [[nodiscard]] bool wants(SyscallKind kind) const;

  // What the call is, wanted or not; nullopt for an unknown arch.
  [[nodiscard]] std::optional<SyscallInfo> find(std::uint32_t arch, std::uint64_t number) const {
    return syscalls_.find(arch, number);
  }

 private:
  SelectionRequest request_;
  SyscallTable syscalls_;
  std::bitset<4096> types_;
};

}  // namespace audisp_eql::audit
