// SPDX-License-Identifier: Apache-2.0
#include "plugin/metrics.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "lib/base/escape.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::array<std::string_view, 10> kGauges = {
    "rules",    "queue_bytes",    "syslog_waiting",       "spool_waiting", "processes",
    "partials", "uptime_seconds", "kernel_lost_at_start", "storm_buckets", "privilege_problems"};

std::string label(std::string_view text) {
  std::string out;
  for (const char c : escape_printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string metrics_text(const NamedCounters& counters, const std::map<std::string, std::uint64_t>& alerts_by_rule,
                         const std::vector<engine::ExceptionHits>& exceptions) {
  std::string out;
  for (const auto& [name, value] : counters) {
    const bool is_gauge = std::find(kGauges.begin(), kGauges.end(), name) != kGauges.end();
    const std::string full = fmt::format("audisp_eql_{}{}", name, is_gauge ? "" : "_total");
    out += fmt::format("# TYPE {0} {1}\n{0} {2}\n", full, is_gauge ? "gauge" : "counter", value);
  }
  if (!alerts_by_rule.empty()) out += "# TYPE audisp_eql_rule_alerts_total counter\n";
  for (const auto& [rule, alerts] : alerts_by_rule) {
    out += fmt::format("audisp_eql_rule_alerts_total{{rule_id=\"{}\"}} {}\n", label(rule), alerts);
  }
  if (!exceptions.empty()) out += "# TYPE audisp_eql_exception_hits_total counter\n";
  for (const engine::ExceptionHits& e : exceptions) {
    out += fmt::format("audisp_eql_exception_hits_total{{rule_id=\"{}\",line=\"{}\",reason=\"{}\"}} {}\n",
                       label(e.rule_id), e.line, label(e.reason), e.hits);
  }
  return out;
}

}  // namespace audisp_eql::plugin
