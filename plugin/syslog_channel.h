// SPDX-License-Identifier: Apache-2.0
// Messages to the syslog daemon: RFC 3164 datagrams that never block. What the
// daemon does not take waits in two bounded queues, alerts before operator
// messages, over an absent, slow or restarted daemon. Knows no event loop: the
// owner calls pump() when it says so.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugin/config.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

// syslog.h's numbers.
enum class SyslogSeverity : std::uint8_t {
  kCritical = 2,
  kError = 3,
  kWarning = 4,
  kNotice = 5,
  kInfo = 6,
  kDebug = 7
};

// An alert as it goes to syslog. Numbers ascend from 1; see Outbox.
struct NumberedAlert {
  std::uint64_t number = 0;
  SyslogSeverity severity{};
  std::string text;
};

struct ChannelCounters {
  std::uint64_t sent_alerts = 0, sent_messages = 0;
  std::uint64_t dropped_alerts = 0, dropped_messages = 0;  // a queue was full, or the daemon refuses the size
  std::uint64_t connects = 0;
};

class SyslogChannel {
 public:
  // What the header takes of max_message_bytes at most.
  static constexpr std::size_t kHeaderBytes = 64;
  static constexpr std::chrono::milliseconds kRetryFull{20};
  static constexpr std::chrono::milliseconds kRetryAbsent{500};

  explicit SyslogChannel(const SyslogConfig& config);

  // Changes socket and limits; what waits is kept.
  void configure(const SyslogConfig& config);

  // Facility authpriv. `text` has at most max_message_bytes - kHeaderBytes bytes.
  void send_alert(SyslogSeverity severity, std::string text);
  // For alerts whose owner keeps them elsewhere too (Outbox). Room for one more:
  [[nodiscard]] bool has_room(std::size_t text_bytes) const;
  // Where the alert is beside this memory: nowhere yet, in the spool (or on its way
  // there), or nowhere for good, for the spool refused it.
  enum class Kept : std::uint8_t { kHere, kSpooled, kRefused };
  // Queued even without room.
  void queue_alert(NumberedAlert alert, Kept kept);
  // Copies of those that wait and are kHere; they are kSpooled from now on.
  [[nodiscard]] std::vector<NumberedAlert> take_unspooled();
  // Those of `numbers` that still wait are this from now on. REQUIRES: ascending.
  void mark(const std::vector<std::uint64_t>& numbers, Kept kept);
  // Those that wait and would be gone with the program.
  [[nodiscard]] std::size_t unspooled_alerts() const;
  // The last kSpooled one that was sent; 0: none yet.
  [[nodiscard]] std::uint64_t last_spooled_sent() const { return last_spooled_sent_; }
  [[nodiscard]] bool is_enabled() const { return config_.enabled; }
  [[nodiscard]] std::size_t waiting_alerts() const { return alerts_.waiting.size(); }
  // The beginnings of alerts that the daemon refused for their size, since asked last.
  [[nodiscard]] std::vector<std::string> take_too_long() { return std::exchange(too_long_, {}); }

  // Facility daemon; cut to the same size. Sent after alerts.
  void send_message(SyslogSeverity severity, std::string_view text);

  // Sends what the daemon takes now. When to call again; nullopt: nothing waits.
  std::optional<std::chrono::milliseconds> pump();
  // At the end of the program: waits for a slow daemon, not for an absent one.
  void drain(std::chrono::milliseconds at_most);

  [[nodiscard]] std::size_t waiting() const { return alerts_.waiting.size() + messages_.waiting.size(); }
  [[nodiscard]] const ChannelCounters& counters() const { return counters_; }

 private:
  struct Message {
    SyslogSeverity severity{};
    std::string text;
    std::uint64_t number = 0;
    Kept kept = Kept::kHere;
  };
  struct Queue {
    std::deque<Message> waiting;
    std::size_t bytes = 0;
  };
  enum class Outcome : std::uint8_t { kSent, kFull, kAbsent, kTooLong };

  [[nodiscard]] bool enqueue(Queue& queue, SyslogSeverity severity, std::string text);
  Outcome pump_queue(Queue& queue, int facility, std::uint64_t& sent, std::uint64_t& dropped);
  Outcome send(int facility, const Message& message);
  bool connect();

  SyslogConfig config_;
  UniqueFd socket_;
  Queue alerts_;
  Queue messages_;
  std::uint64_t last_spooled_sent_ = 0;
  std::vector<std::string> too_long_;
  ChannelCounters counters_;
};

}  // namespace audisp_eql::plugin
