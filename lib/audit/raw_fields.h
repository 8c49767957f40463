// SPDX-License-Identifier: Apache-2.0
// A look at single fields of a raw line, for routing only; libauparse splits
// the records that are kept. Safe because the kernel writes no space inside a
// value: untrusted strings with one are hex.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace audisp_eql::audit {

// The line without the enriched half (0x1D and on), or else without a '\r' at its end.
[[nodiscard]] std::string_view raw_half(std::string_view line);

// Value of the field with this name, given as ` name=`; null data() when absent.
[[nodiscard]] std::string_view raw_field(std::string_view line, std::size_t body, std::string_view spaced_name);

// What is read of a PATH record: its name alone, or what tells the items of a
// call on files apart too.
enum class PathDetail : std::uint8_t { kName, kItem };

// The line without the fields that nothing reads: those of SYSCALL records that
// are on a list, all but a few of PATH records, and what stands behind the one
// field read of CWD and SOCKADDR records. Half the cost of an event in
// libauparse was theirs. Of all records kept only CWD has a `cwd=`. A view of
// `line` or of `scratch`.
[[nodiscard]] std::string_view needed_fields(int type, std::string_view line, std::size_t body, std::string& scratch,
                                             PathDetail detail = PathDetail::kName);

struct RawSyscall {
  std::uint32_t arch = 0;
  std::uint64_t number = 0;
};
// nullopt when there is no `arch=` or `syscall=` to be read.
[[nodiscard]] std::optional<RawSyscall> raw_syscall(std::string_view line, std::size_t body);

}  // namespace audisp_eql::audit
