// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/syscalls.h"

#include <array>

#include <fcntl.h>
#include <libaudit.h>
#include <linux/net.h>

namespace audisp_eql::audit {
namespace {

static_assert(kSocketcallSocket == SYS_SOCKET && kSocketcallConnect == SYS_CONNECT);

constexpr int kMaxMachine = 64;                 // libaudit's machine enumeration is far shorter
constexpr std::uint64_t kMaxNumber = 4096;      // table size is bounded whatever libaudit says
constexpr std::uint64_t kX32Bit = 0x40000000U;  // asm/unistd.h __X32_SYSCALL_BIT

constexpr std::array kKnown = std::to_array<SyscallInfo>({
    {SyscallKind::kExec, SyscallVariant::kPlain, "execve"},
    {SyscallKind::kExec, SyscallVariant::kExecveat, "execveat"},
    {SyscallKind::kConnect, SyscallVariant::kPlain, "connect"},
    {SyscallKind::kSocketcall, SyscallVariant::kPlain, "socketcall"},
    {SyscallKind::kSocket, SyscallVariant::kPlain, "socket"},
    {SyscallKind::kFork, SyscallVariant::kClone, "clone"},
    {SyscallKind::kFork, SyscallVariant::kClone3, "clone3"},
    {SyscallKind::kFork, SyscallVariant::kPlain, "fork"},
    {SyscallKind::kFork, SyscallVariant::kPlain, "vfork"},
    {SyscallKind::kExit, SyscallVariant::kPlain, "exit_group"},
    {SyscallKind::kFile, SyscallVariant::kOpen, "open"},
    {SyscallKind::kFile, SyscallVariant::kOpenat, "openat"},
    {SyscallKind::kFile, SyscallVariant::kOpenat2, "openat2"},
    {SyscallKind::kFile, SyscallVariant::kWrite, "creat"},
    {SyscallKind::kFile, SyscallVariant::kWrite, "truncate"},
    {SyscallKind::kFile, SyscallVariant::kWrite, "truncate64"},
    {SyscallKind::kFile, SyscallVariant::kRename, "rename"},
    {SyscallKind::kFile, SyscallVariant::kRenameat, "renameat"},
    {SyscallKind::kFile, SyscallVariant::kRenameat, "renameat2"},
    {SyscallKind::kFile, SyscallVariant::kMake, "link"},
    {SyscallKind::kFile, SyscallVariant::kLinkat, "linkat"},
    {SyscallKind::kFile, SyscallVariant::kSymlink, "symlink"},
    {SyscallKind::kFile, SyscallVariant::kSymlinkat, "symlinkat"},
    {SyscallKind::kFile, SyscallVariant::kMake, "mkdir"},
    {SyscallKind::kFile, SyscallVariant::kMakeat, "mkdirat"},
    {SyscallKind::kFile, SyscallVariant::kMake, "mknod"},
    {SyscallKind::kFile, SyscallVariant::kMakeat, "mknodat"},
    {SyscallKind::kFile, SyscallVariant::kRemove, "unlink"},
    {SyscallKind::kFile, SyscallVariant::kRemove, "rmdir"},
    {SyscallKind::kFile, SyscallVariant::kRemoveat, "unlinkat"},
});

}  // namespace

SyscallTable::SyscallTable() {
  for (int machine = 0; machine < kMaxMachine; ++machine) {
    const unsigned arch = audit_machine_to_elf(machine);
    if (arch == 0) continue;
    std::vector<SyscallInfo> by_number;
    for (const SyscallInfo& info : kKnown) {
      const int number = audit_name_to_syscall(info.name.data(), machine);
      if (number < 0 || static_cast<std::uint64_t>(number) > kMaxNumber) continue;
      if (by_number.size() <= static_cast<std::size_t>(number)) by_number.resize(static_cast<std::size_t>(number) + 1);
      by_number[static_cast<std::size_t>(number)] = info;
    }
    if (!by_number.empty()) machines_.push_back({arch, std::move(by_number)});
  }
}

std::optional<SyscallInfo> SyscallTable::find(std::uint32_t arch, std::uint64_t number) const {
  for (const Machine& machine : machines_) {
    if (machine.arch != arch) continue;
    if (arch == AUDIT_ARCH_X86_64) number &= ~kX32Bit;
    return number < machine.by_number.size() ? machine.by_number[number] : SyscallInfo{};
  }
  return std::nullopt;
}

std::vector<std::string_view> names_of(SyscallKind kind) {
  std::vector<std::string_view> names;
  for (const SyscallInfo& info : kKnown) {
    if (info.kind == kind) names.push_back(info.name);
  }
  return names;
}

bool is_little_endian(std::uint32_t arch) { return (arch & __AUDIT_ARCH_LE) != 0; }

bool is_current_directory(std::uint64_t dirfd) {
  return static_cast<std::uint32_t>(dirfd) == static_cast<std::uint32_t>(AT_FDCWD);
}

bool clone_flags_in_a1(std::uint32_t arch) { return arch == AUDIT_ARCH_S390 || arch == AUDIT_ARCH_S390X; }

}  // namespace audisp_eql::audit
