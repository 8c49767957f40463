// SPDX-License-Identifier: Apache-2.0
// Which system call of which machine does what, from libaudit's tables. Built
// once; no number of a system call stands in our code.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace audisp_eql::audit {

enum class SyscallKind : std::uint8_t { kOther, kExec, kFork, kExit, kConnect, kSocketcall };

// The details that a kind leaves open.
enum class SyscallVariant : std::uint8_t { kPlain, kExecveat, kClone, kClone3 };

struct SyscallInfo {
  SyscallKind kind = SyscallKind::kOther;
  SyscallVariant variant = SyscallVariant::kPlain;
  std::string_view name;  // static storage; empty for kOther
};

class SyscallTable {
 public:
  SyscallTable();

  // `arch` and `number` as in the record (AUDIT_ARCH_*); x32's bit 30 is
  // masked. nullopt for an arch that libaudit has no table of.
  [[nodiscard]] std::optional<SyscallInfo> find(std::uint32_t arch, std::uint64_t number) const;

 private:
  struct Machine {
    std::uint32_t arch;
    std::vector<SyscallInfo> by_number;
  };
  std::vector<Machine> machines_;
};

[[nodiscard]] bool is_little_endian(std::uint32_t arch);

// Which argument holds clone(2)'s flags: a1 on s390, a0 elsewhere.
[[nodiscard]] bool clone_flags_in_a1(std::uint32_t arch);

// The number in a SOCKETCALL's or socketcall(2)'s first argument that means connect.
inline constexpr std::uint64_t kSocketcallConnect = 3;  // linux/net.h SYS_CONNECT

}  // namespace audisp_eql::audit
