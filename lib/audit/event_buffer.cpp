// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/event_buffer.h"

#include <algorithm>
#include <functional>

#include <libaudit.h>

#include "lib/audit/raw_fields.h"

namespace audisp_eql::audit {
namespace {

constexpr std::size_t kFewRecords = 16;         // searched one by one
constexpr std::size_t kMaxIdleCapacity = 4096;  // what an unused buffer may hold on to

std::size_t hash_of(std::string_view line) { return std::hash<std::string_view>{}(line); }

}  // namespace

EventBuffer::Added EventBuffer::add(int type, std::string_view line, const BufferLimits& limits) {
  if (is_duplicate(line)) return Added::kDuplicate;
  if (type != AUDIT_EXECVE) {
    if (type == AUDIT_PATH ? !has_room_for_path(line) : has(type)) return Added::kDropped;
    append(type, line);
    return Added::kKept;
  }
  if (records() < limits.max_records && bytes() + line.size() + 1 <= limits.max_bytes) {
    append(type, line);
    return Added::kKept;
  }
  dropped_argument_bytes_ += last_arguments_.size();
  last_arguments_ = line;
  group_.truncated = true;
  return Added::kInPlaceOfLast;
}

bool EventBuffer::has(int type) const {
  return std::any_of(group_.records.begin(), group_.records.end(),
                     [type](const RawRecord& record) { return record.type == type; });
}

bool EventBuffer::has_room_for_path(std::string_view line) const {
  const auto item_of = [](std::string_view record) { return raw_field(record, 0, " item="); };
  const std::string_view item = item_of(line);
  std::size_t paths = 0;
  for (const RawRecord& record : group_.records) {
    if (record.type != AUDIT_PATH) continue;
    if (item_of(group_.line(record)) == item) return false;
    ++paths;
  }
  return paths < kMaxPathRecords;
}

RecordGroup& EventBuffer::seal() {
  if (!last_arguments_.empty()) {
    append(AUDIT_EXECVE, last_arguments_);
    last_arguments_.clear();
  }
  return group_;
}

void EventBuffer::clear() {
  group_.clear();
  last_arguments_.clear();
  by_hash_.clear();
  dropped_argument_bytes_ = 0;
  if (group_.text.capacity() > kMaxIdleCapacity) {
    group_.text = {};
    group_.records = {};
    last_arguments_ = {};
    by_hash_ = {};
  }
}

void EventBuffer::append(int type, std::string_view line) {
  group_.records.push_back(
      {type, static_cast<std::uint32_t>(group_.text.size()), static_cast<std::uint32_t>(line.size())});
  group_.text.append(line);
  group_.text += '\n';
  if (group_.records.size() > kFewRecords) index_records();
}

bool EventBuffer::is_duplicate(std::string_view line) {
  if (line == last_arguments_) return true;
  if (by_hash_.empty()) {
    return std::any_of(group_.records.begin(), group_.records.end(),
                       [&](const RawRecord& record) { return group_.line(record) == line; });
  }
  const std::size_t mask = by_hash_.size() - 1;
  for (std::size_t at = hash_of(line) & mask; by_hash_[at] != 0; at = (at + 1) & mask) {
    if (group_.line(group_.records[by_hash_[at] - 1]) == line) return true;
  }
  return false;
}

// Enters the newest record, or all of them into a table of twice the size.
void EventBuffer::index_records() {
  const std::size_t count = group_.records.size();
  if (count * 2 <= by_hash_.size()) {
    index_record(static_cast<std::uint32_t>(count - 1));
    return;
  }
  by_hash_.assign(std::max<std::size_t>(by_hash_.size() * 2, kFewRecords * 8), 0);
  for (std::uint32_t i = 0; i < count; ++i) index_record(i);
}

void EventBuffer::index_record(std::uint32_t record) {
  const std::size_t mask = by_hash_.size() - 1;
  std::size_t at = hash_of(group_.line(group_.records[record])) & mask;
  while (by_hash_[at] != 0) at = (at + 1) & mask;
  by_hash_[at] = record + 1;
}

}  // namespace audisp_eql::audit
