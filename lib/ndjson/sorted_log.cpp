// SPDX-License-Identifier: Apache-2.0
#include "lib/ndjson/sorted_log.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::ndjson {

void SortedLog::add(std::string_view file, std::string text) {
  const std::size_t input = texts_.size();
  texts_.push_back(std::move(text));
  std::string_view all = texts_.back();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (all.starts_with(kByteOrderMark)) {
    texts_.back().erase(0, kByteOrderMark.size());
    all = texts_.back();
  }
  event::Event event;
  std::size_t number = 0;
  std::size_t reported = 0;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const std::string_view line = all.substr(at, end - at);
    ++number;
    const std::uint64_t bad_before = reader_.counters().bad_lines;
    if (reader_.read(line, entries_.size(), event)) {
      entries_.push_back({event.order, input, at, line.size()});
    } else if (reader_.counters().bad_lines > bad_before && reported++ < kReported) {
      bad_.push_back({std::string(file), number, std::string(reader_.error())});
    }
    at = end + 1;
  }
  counters_ = reader_.counters();
}

void SortedLog::replay(ReplayOrder order, const std::function<void(const event::Event&)>& visit) {
  std::sort(entries_.begin(), entries_.end(), [order](const Entry& a, const Entry& b) {
    return order == ReplayOrder::kEvent ? a.order < b.order : a.order.index < b.order.index;
  });
  event::Event event;
  for (const Entry& entry : entries_) {
    const std::string_view line = std::string_view(texts_[entry.input]).substr(entry.offset, entry.length);
    if (reader_.read(line, entry.order.index, event)) visit(event);
  }
}

}  // namespace audisp_eql::ndjson
