// SPDX-License-Identifier: Apache-2.0
// A look at raw lines without libauparse: single fields for routing, and SYSCALL
// records, which are most of what is kept. Safe because the kernel writes no
// space inside a value: untrusted strings with one are hex.
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

// The line without its enriched half and without fields that nothing reads: all
// but a few of PATH records, and what stands behind the one field read of CWD and
// SOCKADDR records; they would cost in libauparse. Of what goes there only CWD
// records have a `cwd=`. A view of `line` or of `scratch`.
[[nodiscard]] std::string_view needed_fields(int type, std::string_view line, std::size_t body, std::string& scratch,
                                             PathDetail detail = PathDetail::kName);

// Appends the fields of a SYSCALL record's raw half, but for some that nothing
// reads. libauparse would take a third of an event's time for the same. Views of
// `line`; names and values are never empty views without data.
void split_syscall(std::string_view line, std::vector<Field>& fields);

struct RawSyscall {
  std::uint32_t arch = 0;
  std::uint64_t number = 0;
};
// nullopt when there is no `arch=` or `syscall=` to be read.
[[nodiscard]] std::optional<RawSyscall> raw_syscall(std::string_view line, std::size_t body);

}  // namespace audisp_eql::audit
