// SPDX-License-Identifier: Apache-2.0
#include "plugin/outbox.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace audisp_eql::plugin {
namespace {

// Alerts asked back from the spool at once.
constexpr std::size_t kBatchBytes = 256u << 10;

}  // namespace

Outbox::Outbox(SyslogChannel& channel, Disk& disk, std::size_t unsent, std::uint64_t last_number)
    : channel_(channel), disk_(disk), last_number_(last_number), spool_only_(unsent) {}

void Outbox::send(SyslogSeverity severity, std::string text) {
  NumberedAlert alert{++last_number_, severity, std::move(text)};
  if (spool_only_ == 0 && channel_.has_room(alert.text.size())) {
    last_in_memory_ = alert.number;
    channel_.queue_alert(std::move(alert), SyslogChannel::Kept::kHere);
    return;
  }
  spill();  // the older ones first
  SpoolAppend request;
  request.alerts.push_back(std::move(alert));
  if (disk_.has_spool() && disk_.post(std::move(request))) {
    ++spool_only_;
  } else {
    ++lost_;
  }
}

void Outbox::spill() {
  if (!disk_.has_spool()) return;
  SpoolAppend request{channel_.take_unspooled()};
  if (request.alerts.empty()) return;
  std::vector<std::uint64_t> numbers;
  for (const NumberedAlert& alert : request.alerts) numbers.push_back(alert.number);
  // Without room there now, they are asked for again.
  if (!disk_.post(std::move(request))) channel_.mark(numbers, SyslogChannel::Kept::kHere);
}

void Outbox::settle() {
  if (const std::uint64_t sent = channel_.last_spooled_sent(); sent > noted_) {
    disk_.post(SpoolSent{sent});
    noted_ = sent;
  }
  if (channel_.waiting_alerts() > 0) return spill();
  if (spool_only_ > 0 && !reading_ && channel_.is_enabled()) reading_ = disk_.post(SpoolRead{kBatchBytes});
}

void Outbox::handle(const SpoolRefused& refused) {
  channel_.mark(refused.numbers, SyslogChannel::Kept::kRefused);
  for (const std::uint64_t number : refused.numbers) {
    if (number <= last_in_memory_ || spool_only_ == 0) continue;
    --spool_only_;
    ++lost_;
  }
}

std::size_t Outbox::give_up() {
  const std::size_t gone = channel_.unspooled_alerts();
  lost_ += gone;
  return gone;
}

void Outbox::handle(SpoolBatch batch) {
  reading_ = false;
  if (batch.alerts.empty()) {
    lost_ += std::exchange(spool_only_, 0);  // the disk does not have them any more
    return;
  }
  spool_only_ -= std::min(spool_only_, batch.alerts.size());
  for (NumberedAlert& alert : batch.alerts) {
    last_in_memory_ = alert.number;
    channel_.queue_alert(std::move(alert), SyslogChannel::Kept::kSpooled);
  }
}

}  // namespace audisp_eql::plugin
