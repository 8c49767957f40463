// SPDX-License-Identifier: Apache-2.0
#include "lib/cases/case_run.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "lib/alert/format.h"
#include "lib/base/escape.h"
#include "lib/ndjson/reader.h"

namespace audisp_eql::cases {
namespace {

using event::Event;
using event::FieldId;
using event::Value;

constexpr std::size_t kAlertsShown = 3;

bool is_same(const Value& a, const Value& b) {
  return a.is_number() && b.is_number() ? a.number() == b.number() : a == b;
}

bool has_all(std::span<const Value> bag, std::span<const Value> wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const Value& value) {
    return std::any_of(bag.begin(), bag.end(), [&](const Value& there) { return is_same(there, value); });
  });
}

std::string text_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kNull: return "null";
    case Value::Kind::kBool: return value.as_bool() ? "true" : "false";
    case Value::Kind::kInt: return std::to_string(value.as_int());
    case Value::Kind::kDouble: return fmt::format("{}", value.as_double());
    case Value::Kind::kString: return fmt::format("\"{}\"", escape_printable(value.as_string()));
  }
  return {};
}

std::string text_of(std::span<const Value> bag) {
  if (bag.empty()) return "nothing";
  std::string out;
  for (const Value& value : bag) out += (out.empty() ? "" : ", ") + text_of(value);
  return out;
}

// What `alert` lacks of `wanted`, a line each.
std::vector<std::string> lacks(const Event& alert, const Event& wanted, const event::FieldTable& fields) {
  std::vector<std::string> out;
  for (const FieldId field : wanted.fields()) {
    if (has_all(alert.get(field), wanted.get(field))) continue;
    out.push_back(fmt::format("{}: expected {}, came {}", escape_printable(fields.name(field)),
                              text_of(wanted.get(field)), text_of(alert.get(field))));
  }
  return out;
}

// Of the alert that comes nearest.
std::vector<std::string> nearest_lacks(const std::vector<alert::Alert>& alerts, const Event& wanted,
                                       const event::FieldTable& fields) {
  ndjson::Reader reader(fields, {});
  std::optional<std::vector<std::string>> least;
  Event shown;
  for (const alert::Alert& alert : alerts) {
    if (!reader.read(alert::format_json(alert), 0, shown)) continue;
    std::vector<std::string> found = lacks(shown, wanted, fields);
    if (!least || found.size() < least->size()) least = std::move(found);
  }
  return std::move(least).value_or(std::vector<std::string>{"no alert came"});
}

std::string evidence_of(const alert::Alert& alert) {
  std::vector<std::string> ids;
  for (const alert::Evidence& evidence : alert.evidence) ids.push_back(escape_printable(evidence.event_id));
  return fmt::format("an alert of event {}", fmt::join(ids, ", "));
}

std::vector<alert::Alert> judge_events(const Case& one, engine::RuleSet rules, engine::EngineOptions options) {
  options.sequence.sample_mode = sequence::SampleMode::kAtFinish;
  engine::Engine engine(std::move(options));
  engine.set_rules(std::move(rules));
  std::vector<alert::Alert> alerts;
  for (const Event& event : one.events) engine.handle(event, alerts);
  engine.finish(alerts);
  return alerts;
}

std::vector<alert::Alert> judge_records(const Case& one, engine::RuleSet rules, engine::PipelineOptions options,
                                        std::string& problem) {
  engine::Pipeline pipeline(std::move(options));
  pipeline.set_rules(std::move(rules));
  pipeline.set_format(one.format);
  std::vector<alert::Alert> alerts;
  pipeline.feed(one.records, alerts);
  pipeline.finish(alerts);
  const audit::GrouperCounters counters = pipeline.stats().grouper;
  if (counters.malformed_lines > 0) {
    problem = fmt::format("{} of the lines {} no audit record{}", counters.malformed_lines,
                          counters.malformed_lines == 1 ? "is" : "are", counters.malformed_lines == 1 ? "" : "s");
  } else if (counters.groups == 0) {
    problem = "the rule looks at no event of these records";
  } else if (counters.incomplete_events > 0) {
    // Their order would be another than in a log.
    problem = fmt::format("{} of the events {} no last record, PROCTITLE or EOE", counters.incomplete_events,
                          counters.incomplete_events == 1 ? "has" : "have");
  }
  return alerts;
}

}  // namespace

Outcome run_case(const Case& one, engine::RuleSet rules, engine::PipelineOptions options) {
  Outcome out;
  const std::vector<alert::Alert> alerts = one.events.empty()
                                               ? judge_records(one, std::move(rules), std::move(options), out.problem)
                                               : judge_events(one, std::move(rules), std::move(options.engine));
  out.alerts = alerts.size();
  out.passed = out.problem.empty() && alerts.size() == one.expect;
  if (!out.passed) {
    for (std::size_t i = 0; i < std::min(alerts.size(), kAlertsShown); ++i) {
      out.details.push_back(evidence_of(alerts[i]));
    }
    return out;
  }
  for (const Event& wanted : one.alerts) {
    for (std::string& line : nearest_lacks(alerts, wanted, one.alert_fields)) {
      out.passed = false;
      out.details.push_back(std::move(line));
    }
  }
  return out;
}

}  // namespace audisp_eql::cases
