// SPDX-License-Identifier: Apache-2.0
#include "plugin/syslog_channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "lib/alert/budget.h"

namespace audisp_eql::plugin {
namespace {

constexpr int kDaemon = 3;
constexpr int kAuthpriv = 10;

// Of alerts that no daemon will ever take: enough to see which they were.
constexpr std::size_t kMaxTooLong = 16;
constexpr std::size_t kTooLongBytes = 400;

// RFC 3164 in local time, as the daemon expects it of a local socket (no host
// name). Locale-free: strftime's %b would follow one.
std::string header(int facility, SyslogSeverity severity) {
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = ::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return fmt::format("<{}>{} {:2} {:02}:{:02}:{:02} audisp-eql[{}]: ", facility * 8 + static_cast<int>(severity),
                     kMonths[local.tm_mon], local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec, ::getpid());
}

}  // namespace

SyslogChannel::SyslogChannel(const SyslogConfig& config) : config_(config) {}

void SyslogChannel::configure(const SyslogConfig& config) {
  if (config.socket != config_.socket) socket_.reset();
  config_ = config;
}

bool SyslogChannel::enqueue(Queue& queue, SyslogSeverity severity, std::string text) {
  if (!config_.enabled) return true;
  if (queue.waiting.size() >= config_.queue_messages || queue.bytes + text.size() > config_.queue_bytes) return false;
  queue.bytes += text.size();
  queue.waiting.push_back({severity, std::move(text), 0, Kept::kHere});
  return true;
}

bool SyslogChannel::has_room(std::size_t text_bytes) const {
  return alerts_.waiting.size() < config_.queue_messages && alerts_.bytes + text_bytes <= config_.queue_bytes;
}

void SyslogChannel::queue_alert(NumberedAlert alert, Kept kept) {
  if (!config_.enabled) return;
  alerts_.bytes += alert.text.size();
  alerts_.waiting.push_back({alert.severity, std::move(alert.text), alert.number, kept});
}

std::vector<NumberedAlert> SyslogChannel::take_unspooled() {
  std::vector<NumberedAlert> out;
  // They are the last ones: all before the first of them were taken or refused earlier.
  auto first = alerts_.waiting.end();
  while (first != alerts_.waiting.begin() && std::prev(first)->kept == Kept::kHere) --first;
  for (; first != alerts_.waiting.end(); ++first) {
    first->kept = Kept::kSpooled;
    out.push_back({first->number, first->severity, first->text});
  }
  return out;
}

void SyslogChannel::mark(const std::vector<std::uint64_t>& numbers, Kept kept) {
  for (Message& message : alerts_.waiting) {
    if (std::binary_search(numbers.begin(), numbers.end(), message.number)) message.kept = kept;
  }
}

std::size_t SyslogChannel::unspooled_alerts() const {
  return static_cast<std::size_t>(std::count_if(alerts_.waiting.begin(), alerts_.waiting.end(),
                                                [](const Message& m) { return m.kept != Kept::kSpooled; }));
}

void SyslogChannel::send_alert(SyslogSeverity severity, std::string text) {
  if (!enqueue(alerts_, severity, std::move(text))) ++counters_.dropped_alerts;
}

void SyslogChannel::send_message(SyslogSeverity severity, std::string_view text) {
  const std::size_t room = config_.max_message_bytes - kHeaderBytes;
  if (!enqueue(messages_, severity, alert::cut_text(text, room))) ++counters_.dropped_messages;
}

std::optional<std::chrono::milliseconds> SyslogChannel::pump() {
  Outcome outcome = pump_queue(alerts_, kAuthpriv, counters_.sent_alerts, counters_.dropped_alerts);
  if (outcome == Outcome::kSent) {
    outcome = pump_queue(messages_, kDaemon, counters_.sent_messages, counters_.dropped_messages);
  }
  if (outcome == Outcome::kSent) return std::nullopt;
  return outcome == Outcome::kFull ? kRetryFull : kRetryAbsent;
}

// kSent when the queue is empty.
SyslogChannel::Outcome SyslogChannel::pump_queue(Queue& queue, int facility, std::uint64_t& sent,
                                                 std::uint64_t& dropped) {
  while (!queue.waiting.empty()) {
    const Message& message = queue.waiting.front();
    Outcome outcome = send(facility, message);
    // A restarted daemon: the old socket is dead, the new one perhaps there already.
    if (outcome == Outcome::kAbsent) outcome = send(facility, message);
    if (outcome == Outcome::kFull || outcome == Outcome::kAbsent) return outcome;
    ++(outcome == Outcome::kSent ? sent : dropped);
    if (outcome == Outcome::kTooLong && &queue == &alerts_ && too_long_.size() < kMaxTooLong) {
      too_long_.push_back(alert::cut_text(message.text, kTooLongBytes));
    }
    if (message.kept == Kept::kSpooled) last_spooled_sent_ = message.number;
    queue.bytes -= message.text.size();
    queue.waiting.pop_front();
  }
  return Outcome::kSent;
}

SyslogChannel::Outcome SyslogChannel::send(int facility, const Message& message) {
  if (!socket_ && !connect()) return Outcome::kAbsent;
  const std::string datagram = header(facility, message.severity) + message.text;
  for (;;) {
    if (::send(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
      return Outcome::kSent;
    switch (errno) {
      case EINTR: continue;
      case EAGAIN:
      case ENOBUFS:
      case ENOMEM: return Outcome::kFull;
      case EMSGSIZE: return Outcome::kTooLong;
      default: socket_.reset(); return Outcome::kAbsent;
    }
  }
}

bool SyslogChannel::connect() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (config_.socket.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, config_.socket.c_str(), config_.socket.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  ++counters_.connects;
  socket_ = std::move(fd);
  return true;
}

void SyslogChannel::drain(std::chrono::milliseconds at_most) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + at_most;
  while (pump() == kRetryFull) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return;
    pollfd fd = {socket_.get(), POLLOUT, 0};
    ::poll(&fd, 1, static_cast<int>(std::min(left, kRetryFull).count()));
  }
}

}  // namespace audisp_eql::plugin
