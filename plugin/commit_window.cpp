// SPDX-License-Identifier: Apache-2.0
#include "plugin/commit_window.h"

#include <algorithm>

namespace audisp_eql::plugin {

void CommitWindow::add(std::int64_t offset, std::string_view host, EventTime newest, EventTime came) {
  EventTime* const host_newest = newest_of(host);
  *host_newest = std::max(*host_newest, newest);
  last_came_ = std::max(last_came_, came);
  messages_.push_back({offset, host_newest, newest, came});
  while (!messages_.empty() && !is_needed(messages_.front())) messages_.pop_front();
  while (messages_.size() > limits_.max_messages) {
    messages_.pop_front();
    ++let_go_;
  }
}

EventTime* CommitWindow::newest_of(std::string_view host) {
  std::string name(host);
  const bool has_room = hosts_.size() < limits_.max_hosts || hosts_.contains(name);
  return &hosts_[has_room ? std::move(name) : std::string()];
}

bool CommitWindow::is_needed(const Message& message) const {
  return *message.host_newest - message.newest <= limits_.lookback && last_came_ - message.came <= limits_.lookback;
}

std::int64_t CommitWindow::begin(std::int64_t next) const {
  return messages_.empty() ? next : messages_.front().offset;
}

}  // namespace audisp_eql::plugin
