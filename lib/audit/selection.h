// SPDX-License-Identifier: Apache-2.0
// Which records are worth parsing: derived from the compiled rules, asked once
// per line before libauparse sees anything. Cheap by construction: a bitmap by
// record type and one by (machine, syscall).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace audisp_eql::audit {

// Kinds of kernel events that rules or entity upkeep can use.
struct SelectionRequest {
  bool exec = true;     // entity upkeep needs these three whatever the rules
  bool fork = true;
  bool exit = true;
  bool connect = true;  // rules on network events
};

class Selection {
 public:
  explicit Selection(const SelectionRequest& request = {});

  // Record types that belong to a wanted event: SYSCALL, EXECVE, CWD, PATH,
  // SOCKADDR, and those that close or date events (EOE, PROCTITLE, SYSTEM_BOOT ...).
  [[nodiscard]] bool wants_type(int type) const;
  // `arch` and `number` as in the SYSCALL record (AUDIT_ARCH_*; x32's bit 30 is
  // masked). socketcall is wanted where connect is.
  [[nodiscard]] bool wants_syscall(std::uint32_t arch, std::uint64_t number) const;

 private:
  struct Wanted {
    std::uint32_t arch;
    std::vector<bool> numbers;
  };
  std::vector<Wanted> wanted_;  // one per arch met in libaudit's tables
};

}  // namespace audisp_eql::audit
