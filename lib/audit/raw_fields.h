// SPDX-License-Identifier: Apache-2.0
// A look at raw lines without libauparse: single fields for routing, and the
// records of system calls but for their arguments, which are most of what is kept.
// Safe because the kernel writes no space inside a value: untrusted strings with
// one are hex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/record.h"

namespace audisp_eql::audit {

// The line without the enriched half (0x1D and on), or else without a '\r' at its end.
[[nodiscard]] std::string_view raw_half(std::string_view line);

// Value of the field with this name, given as ` name=`; null data() when absent.
[[nodiscard]] std::string_view raw_field(std::string_view line, std::size_t body, std::string_view spaced_name);

// What is read of a PATH record: its name alone, or what tells the items of a
// call on files apart too.
enum class PathDetail : std::uint8_t { kName, kItem };

// The line without its enriched half and without what nothing reads: all but a few
// fields of PATH records, and what stands behind the last field read of CWD,
// OPENAT2 and SOCKADDR records. A view of `line` or of `scratch`.
[[nodiscard]] std::string_view needed_fields(int type, std::string_view line, std::size_t body, std::string& scratch,
                                             PathDetail detail = PathDetail::kName);

// Whether split_record() is for records of this type: of those that the kernel
// writes with a system call all but EXECVE.
[[nodiscard]] bool is_splittable(int type);

// Appends the fields of a record's raw half, but for some of SYSCALL records that
// nothing reads. libauparse would take a third of an event's time for the same.
// Views of `line`; names and values are never empty views without data.
// REQUIRES: is_splittable(type).
void split_record(int type, std::string_view line, std::vector<Field>& fields);

struct RawSyscall {
  std::uint32_t arch = 0;
  std::uint64_t number = 0;
};
// nullopt when there is no `arch=` or `syscall=` to be read.
[[nodiscard]] std::optional<RawSyscall> raw_syscall(std::string_view line, std::size_t body);

}  // namespace audisp_eql::audit
