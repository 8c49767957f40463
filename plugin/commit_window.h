// SPDX-License-Identifier: Apache-2.0
// From which message on a partition must be read again by whoever takes it over.
//
// What the engine holds of the messages so far (events whose records have not all
// come, sequences that may yet complete, who started whom) dies with its process.
// So the offset that is committed lies behind the one that was read: it is that of
// the oldest message of which something may still be waiting, which is one that is
// not older than `lookback`
// - by the time of its host's newest record, since sequences live in that time, and
//   hosts' clocks, and how late their records come, differ;
// - and by the time at which it came, else a host that fell silent would hold the
//   offset for ever.
// What a sequence needs is `maxspan` plus what records may come late by. Processes
// live longer than any bound: those whose exec is older than the lookback are
// unknown to a successor until they execute something again.
//
// Pure: no clock, no Kafka. A few dozen bytes for each message of the lookback.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/base/time.h"

namespace audisp_eql::plugin {

struct WindowLimits {
  EventTime lookback;
  std::size_t max_messages = 1u << 20;  // held; over it the oldest go, counted
  std::size_t max_hosts = 1024;         // told apart; further ones count as one
};

class CommitWindow {
 public:
  explicit CommitWindow(const WindowLimits& limits) : limits_(limits) {}

  // Messages in the order of their offsets. `newest`: of its records; `came`: the
  // message's own time, but not later than now: it is the producer's word, and by a
  // clock that is fast all other messages would be too old to be needed.
  void add(std::int64_t offset, std::string_view host, EventTime newest, EventTime came);

  // The first message that is still needed; `next` if none is.
  [[nodiscard]] std::int64_t begin(std::int64_t next) const;
  // Messages that max_messages let go before their time.
  [[nodiscard]] std::uint64_t let_go() const { return let_go_; }
  [[nodiscard]] std::size_t held() const { return messages_.size(); }

 private:
  struct Message {
    std::int64_t offset;
    EventTime* host_newest;  // owned by hosts_, whose values do not move
    EventTime newest, came;
  };

  [[nodiscard]] EventTime* newest_of(std::string_view host);
  [[nodiscard]] bool is_needed(const Message& message) const;

  WindowLimits limits_;
  std::unordered_map<std::string, EventTime> hosts_;
  std::deque<Message> messages_;
  EventTime last_came_;
  std::uint64_t let_go_ = 0;
};

}  // namespace audisp_eql::plugin
