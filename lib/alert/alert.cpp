// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/alert.h"

#include <algorithm>

#include <array>

#include <fmt/format.h>

#include "lib/alert/digest.h"

namespace audisp_eql::alert {
namespace {

struct SeverityRow {
  RuleSeverity severity;
  std::string_view word;
  int number;
};
constexpr std::array<SeverityRow, 4> kSeverities = {{
    {RuleSeverity::kLow, "low", 21},
    {RuleSeverity::kMedium, "medium", 47},
    {RuleSeverity::kHigh, "high", 73},
    {RuleSeverity::kCritical, "critical", 99},
}};

const SeverityRow& row_of(RuleSeverity severity) { return kSeverities.at(static_cast<std::size_t>(severity)); }

}  // namespace

std::string_view to_string(RuleSeverity severity) { return row_of(severity).word; }

int to_number(RuleSeverity severity) { return row_of(severity).number; }

std::optional<RuleSeverity> parse_severity(std::string_view word) {
  for (const SeverityRow& row : kSeverities) {
    if (row.word == word) return row.severity;
  }
  return std::nullopt;
}

bool names_technique(const RuleInfo& rule, std::string_view id) {
  const auto is_it = [id](const Technique& technique) { return technique.id == id; };
  return std::any_of(rule.threats.begin(), rule.threats.end(), [&](const Threat& threat) {
    return std::any_of(threat.techniques.begin(), threat.techniques.end(), [&](const Technique& technique) {
      return is_it(technique) || std::any_of(technique.subtechniques.begin(), technique.subtechniques.end(), is_it);
    });
  });
}

std::string alert_id(std::string_view rule_id, std::string_view node, const std::vector<Evidence>& evidence) {
  std::vector<std::string_view> parts = {rule_id, node};
  for (const Evidence& event : evidence) parts.emplace_back(event.event_id);
  return to_hex(digest_of(parts));
}

std::string joined_techniques(const std::vector<Threat>& threats, std::string_view separator) {
  std::vector<std::string_view> ids;
  for (const Threat& threat : threats) {
    for (const Technique& technique : threat.techniques) {
      ids.push_back(technique.id);
      for (const Technique& sub : technique.subtechniques) ids.push_back(sub.id);
    }
  }
  return fmt::format("{}", fmt::join(ids, separator));
}

std::string joined_serials(const std::vector<Evidence>& evidence, std::string_view separator) {
  std::vector<std::uint64_t> serials;
  for (const Evidence& event : evidence) {
    if (event.serial) serials.push_back(*event.serial);
  }
  return fmt::format("{}", fmt::join(serials, separator));
}

}  // namespace audisp_eql::alert
