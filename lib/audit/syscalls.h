// SPDX-License-Identifier: Apache-2.0
// Which system call of which machine does what, from libaudit's tables. Built
// once; no number of a system call stands in our code.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace audisp_eql::audit {

enum class SyscallKind : std::uint8_t { kOther, kExec, kFork, kExit, kConnect, kSocketcall, kSocket, kFile };

// The details that a kind leaves open. The last rows are calls on files by what
// they do; how each has its arguments is file_change.cpp's business.
enum class SyscallVariant : std::uint8_t {
  kPlain,
  kExecveat,
  kClone,
  kClone3,
  kOpen,
  kOpenat,
  kOpenat2,
  kWrite,  // creat, truncate
  kRename,
  kRenameat,
  kLinkat,
  kSymlink,
  kSymlinkat,
  kMake,  // link, mkdir, mknod
  kMakeat,
  kRemove,
  kRemoveat,
};

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

// The names of a kind's calls, on whatever machine they are.
[[nodiscard]] std::vector<std::string_view> names_of(SyscallKind kind);

[[nodiscard]] bool is_little_endian(std::uint32_t arch);

// Whether a directory argument is AT_FDCWD. The kernel prints the register; the
// descriptor is its low 32 bits.
[[nodiscard]] bool is_current_directory(std::uint64_t dirfd);

// Which argument holds clone(2)'s flags: a1 on s390, a0 elsewhere.
[[nodiscard]] bool clone_flags_in_a1(std::uint32_t arch);

// Numbers in socketcall(2)'s first argument: linux/net.h SYS_SOCKET, SYS_CONNECT.
inline constexpr std::uint64_t kSocketcallSocket = 1;
inline constexpr std::uint64_t kSocketcallConnect = 3;

}  // namespace audisp_eql::audit
