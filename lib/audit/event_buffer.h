// SPDX-License-Identifier: Apache-2.0
// The records of one event while they come in: refuses those already there and
// keeps the caps. Over a cap argument records go, the first and the last one
// staying. Of PATH records the first of each item is kept, up to a number, and of
// every other type the first record, whatever the caps: nothing reads more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/record.h"

namespace audisp_eql::audit {

// A rename has six at most (kernel/auditsc.c: names_list); each dangling link
// that an open follows adds two that have no name.
inline constexpr std::size_t kMaxPathRecords = 32;

struct BufferLimits {
  std::size_t max_records = 8192;
  std::size_t max_bytes = 16u << 20;
};

class EventBuffer {
 public:
  enum class Added {
    kKept,
    kDuplicate,
    kInPlaceOfLast,  // an argument record over a cap: it is the last one now
    kDropped,        // one of its type (PATH: its item) is there, and it is no argument record
  };

  // `line` without newline and enriched half.
  Added add(int type, std::string_view line, const BufferLimits& limits);
  // Bytes of argument records that kInPlaceOfLast threw out by now.
  [[nodiscard]] std::uint64_t dropped_argument_bytes() const { return dropped_argument_bytes_; }

  [[nodiscard]] std::size_t bytes() const { return group_.text.size() + last_arguments_.size(); }
  [[nodiscard]] std::size_t records() const { return group_.records.size() + (last_arguments_.empty() ? 0 : 1); }

  // The group in its final form. add() may go on after it.
  RecordGroup& seal();
  [[nodiscard]] RecordGroup& group() { return group_; }
  [[nodiscard]] const RecordGroup& group() const { return group_; }
  // For another event; storage is kept up to a bound.
  void clear();

 private:
  [[nodiscard]] bool has(int type) const;
  [[nodiscard]] bool has_room_for_path(std::string_view line) const;
  [[nodiscard]] bool is_duplicate(std::string_view line);
  void append(int type, std::string_view line);
  void index_records();
  void index_record(std::uint32_t record);

  RecordGroup group_;
  std::string last_arguments_;
  std::vector<std::uint32_t> by_hash_;  // record number + 1, open addressing; only for many records
  std::uint64_t dropped_argument_bytes_ = 0;
};

}  // namespace audisp_eql::audit
