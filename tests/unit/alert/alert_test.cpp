// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/alert.h"

#include <doctest/doctest.h>

#include "tests/support/sample_alert.h"

namespace audisp_eql::alert {
namespace {

std::vector<Evidence> with_ids(const std::vector<std::string>& ids) {
  std::vector<Evidence> out;
  for (const std::string& id : ids) out.emplace_back().event_id = id;
  return out;
}

TEST_CASE("severities have Elastic's words and numbers") {
  const struct {
    RuleSeverity severity;
    std::string_view word;
    int number;
  } rows[] = {{RuleSeverity::kLow, "low", 21},
              {RuleSeverity::kMedium, "medium", 47},
              {RuleSeverity::kHigh, "high", 73},
              {RuleSeverity::kCritical, "critical", 99}};
  for (const auto& row : rows) {
    CHECK(to_string(row.severity) == row.word);
    CHECK(to_number(row.severity) == row.number);
    CHECK(parse_severity(row.word) == row.severity);
  }
  CHECK(parse_severity("Medium") == std::nullopt);
  CHECK(parse_severity("") == std::nullopt);
}

// printf 'r\0n\0001.000:1\0002.000:2' | sha256sum, first 32 digits.
TEST_CASE("the id is SHA-256 over rule, node and event ids") {
  CHECK(alert_id("r", "n", with_ids({"1.000:1", "2.000:2"})) == "47be41bf92ef5e8473e7edf66a6888f9");
  CHECK(alert_id("r", "", with_ids({"1.000:1"})) == "654f75dea5bd57decab4ae651d4ab770");
}

TEST_CASE("the id changes with each part, and parts do not run into each other") {
  const std::string id = alert_id("rule", "node", with_ids({"1.000:1", "1.000:2"}));
  CHECK(id.size() == 32);
  CHECK(id != alert_id("rul", "enode", with_ids({"1.000:1", "1.000:2"})));
  CHECK(id != alert_id("rule", "", with_ids({"1.000:1", "1.000:2"})));
  CHECK(id != alert_id("rule", "node", with_ids({"1.000:1"})));
  CHECK(id != alert_id("rule", "node", with_ids({"1.000:2", "1.000:1"})));
  CHECK(id == alert_id("rule", "node", with_ids({"1.000:1", "1.000:2"})));
}

TEST_CASE("the id does not depend on what else the alert says") {
  Alert a = test::sample_alert();
  a.evidence.front().host = "other";
  a.evidence.front().serial = 1;
  CHECK(alert_id(a.rule.id, a.node, a.evidence) == a.id);
}

}  // namespace
}  // namespace audisp_eql::alert
