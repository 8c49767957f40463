// SPDX-License-Identifier: Apache-2.0
// The raw values of a SYSCALL record that we read, found by name in one pass.
// By name only: `per=` and fields of newer kernels shift nothing.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "lib/audit/record.h"

namespace audisp_eql::audit {

class SyscallFields {
 public:
  // In the kernel's order, which makes the pass linear.
  enum Name : std::size_t {
    kArch,
    kSyscall,
    kSuccess,
    kExit,
    kA0,
    kA1,
    kA2,
    kPpid,
    kPid,
    kAuid,
    kUid,
    kGid,
    kEuid,
    kEgid,
    kTty,
    kComm,
    kExe,
    kCount
  };

  explicit SyscallFields(const ParsedRecord& record);

  // Null data() when absent; of a field met twice the first.
  [[nodiscard]] std::string_view operator[](Name name) const { return values_[name]; }
  [[nodiscard]] bool has(Name name) const { return values_[name].data() != nullptr; }

 private:
  std::array<std::string_view, kCount> values_{};
};

}  // namespace audisp_eql::audit
