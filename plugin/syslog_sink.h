// SPDX-License-Identifier: Apache-2.0
// Alerts as syslog messages in the configured format.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "lib/alert/sink.h"
#include "plugin/syslog_channel.h"

namespace audisp_eql::plugin {

class SyslogSink : public alert::Sink {
 public:
  // Gets at most max_message_bytes - SyslogChannel::kHeaderBytes bytes.
  using Send = std::function<void(SyslogSeverity, std::string)>;

  SyslogSink(const SyslogConfig& config, Send send) : config_(config), send_(std::move(send)) {}
  void emit(const alert::Alert& alert) override;

 private:
  SyslogConfig config_;
  Send send_;
};

[[nodiscard]] SyslogSeverity syslog_severity(alert::RuleSeverity severity);

}  // namespace audisp_eql::plugin
