// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/syscall_fields.h"

namespace audisp_eql::audit {
namespace {

constexpr std::array<std::string_view, SyscallFields::kCount> kNames{"arch", "syscall", "success", "exit", "a0",  "a1",
                                                                     "a2",   "ppid",    "pid",     "auid", "uid", "gid",
                                                                     "euid", "egid",    "tty",     "comm", "exe"};

}  // namespace

SyscallFields::SyscallFields(const ParsedRecord& record) {
  std::size_t next = 0;  // the name expected next
  for (const Field& field : record.fields) {
    for (std::size_t step = 0; step < kNames.size(); ++step) {
      const std::size_t at = next + step < kNames.size() ? next + step : next + step - kNames.size();
      if (kNames[at] != field.name) continue;
      if (values_[at].data() == nullptr) values_[at] = field.value;
      next = at + 1 == kNames.size() ? 0 : at + 1;
      break;
    }
  }
}

}  // namespace audisp_eql::audit
