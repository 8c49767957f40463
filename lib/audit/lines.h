// SPDX-License-Identifier: Apache-2.0
// Bytes to lines. A line longer than the cap is dropped whole and counted, and
// reading goes on at the next newline. Also: what kind of text this is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/audit/grouper.h"
#include "lib/audit/record.h"

namespace audisp_eql::audit {

inline constexpr std::size_t kDefaultMaxLine = 64 * 1024;  // the kernel's limit is 8970 plus the header

class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line = kDefaultMaxLine) : max_line_(max_line) {}

  // Gives the next chunk of input. REQUIRES: next() has returned nullopt since the last feed.
  void feed(std::string_view chunk) { chunk_ = chunk; }
  // The next whole line, without '\n'; a view into the chunk or own storage,
  // valid until the next call. nullopt: feed more.
  [[nodiscard]] std::optional<std::string_view> next();
  // The unterminated rest at end of input, if any.
  [[nodiscard]] std::optional<std::string_view> rest();

  [[nodiscard]] std::uint64_t overlong_lines() const { return overlong_; }

 private:
  std::size_t max_line_;
  std::string_view chunk_;
  std::string partial_;
  std::string joined_;
  bool skipping_ = false;
  std::uint64_t overlong_ = 0;
};

// nullopt for a line that is no audit record. Numbers that overflow are refused.
[[nodiscard]] std::optional<LineHeader> parse_header(std::string_view line);

// The same for line after line: most come in the same millisecond as the one before,
// whose time need not be read again.
class HeaderParser {
 public:
  [[nodiscard]] std::optional<LineHeader> parse(std::string_view line);

 private:
  [[nodiscard]] bool take_stamp(std::string_view line, std::size_t& pos, LineHeader& header);

  // The latest `S.MS:`, if it had the usual length.
  std::array<char, 15> instant_{};
  bool has_instant_ = false;
  EventTime time_;
};

// What a log's first lines say it is. kInterpreted (ausearch -i, --format) and
// kForeign (journald, kern.log, anything else) cannot be read; the caller says why.
enum class TextKind { kRecords, kAusearch, kInterpreted, kForeign, kUndecided };
[[nodiscard]] TextKind classify_line(std::string_view line);

}  // namespace audisp_eql::audit
