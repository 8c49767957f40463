// SPDX-License-Identifier: Apache-2.0
// Alerts as syslog messages in the configured format.
#pragma once

#include "lib/alert/sink.h"
#include "plugin/syslog_channel.h"

namespace audisp_eql::plugin {

class SyslogSink : public alert::Sink {
 public:
  // REQUIRES: `channel` outlives the sink.
  SyslogSink(const SyslogConfig& config, SyslogChannel& channel) : config_(config), channel_(channel) {}
  void emit(const alert::Alert& alert) override;

 private:
  SyslogConfig config_;
  SyslogChannel& channel_;
};

[[nodiscard]] SyslogSeverity syslog_severity(alert::RuleSeverity severity);

}  // namespace audisp_eql::plugin
