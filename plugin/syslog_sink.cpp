// SPDX-License-Identifier: Apache-2.0
#include "plugin/syslog_sink.h"

#include <string>

#include "lib/alert/format.h"

namespace audisp_eql::plugin {

SyslogSeverity syslog_severity(alert::RuleSeverity severity) {
  switch (severity) {
    case alert::RuleSeverity::kLow: return SyslogSeverity::kNotice;
    case alert::RuleSeverity::kMedium: return SyslogSeverity::kWarning;
    case alert::RuleSeverity::kHigh: return SyslogSeverity::kError;
    case alert::RuleSeverity::kCritical: return SyslogSeverity::kCritical;
  }
  return SyslogSeverity::kWarning;
}

void SyslogSink::emit(const alert::Alert& alert) {
  const std::string cookie = config_.format == SyslogFormat::kJson && config_.cee_cookie ? "@cee: " : "";
  const std::size_t room = config_.max_message_bytes - SyslogChannel::kHeaderBytes - cookie.size();
  std::string text;
  switch (config_.format) {
    case SyslogFormat::kJson: text = cookie + alert::format_json(alert, room); break;
    case SyslogFormat::kText: text = alert::format_line(alert, room); break;
    case SyslogFormat::kCef: text = alert::format_cef(alert, AUDISP_EQL_VERSION, room); break;
  }
  send_(syslog_severity(alert.rule.severity), std::move(text));
}

}  // namespace audisp_eql::plugin
