// SPDX-License-Identifier: Apache-2.0
#include "lib/cases/case_run.h"

#include <algorithm>
#include <cstdint>
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

// As JSON output has them.
std::vector<Event> shown(const std::vector<alert::Alert>& alerts, const event::FieldTable& fields) {
  ndjson::Reader reader(fields, {});
  std::vector<Event> out;
  Event event;
  for (const alert::Alert& alert : alerts) {
    if (reader.read(alert::format_json(alert), 0, event)) out.push_back(event.own());
  }
  return out;
}

// Gives each of `wanted` an alert of its own. One that several could have goes to where it lets all others have theirs
// too: matching in a bipartite graph, by augmenting paths.
class Pairs {
 public:
  Pairs(const std::vector<Event>& wanted, const std::vector<Event>& alerts, const event::FieldTable& fields)
      : wanted_(wanted), alerts_(alerts), fields_(fields), owner_(alerts.size(), kNone) {}

  // False: there is none for this one, even if those before it change theirs.
  bool give(std::size_t wanted) {
    std::vector<std::size_t> asked(alerts_.size(), kNone);  // by whom
    std::vector<std::size_t> asking = {wanted};
    for (std::size_t i = 0; i < asking.size(); ++i) {
      for (std::size_t alert = 0; alert < alerts_.size(); ++alert) {
        if (asked[alert] != kNone || !lacks(alerts_[alert], wanted_[asking[i]], fields_).empty()) continue;
        asked[alert] = asking[i];
        if (owner_[alert] == kNone) return hand_over(alert, asked, wanted);
        asking.push_back(owner_[alert]);
      }
    }
    return false;
  }

  // Of the alert that comes nearest, of those that nobody has.
  [[nodiscard]] std::vector<std::string> nearest_lacks(const Event& wanted) const {
    std::optional<std::vector<std::string>> least;
    for (std::size_t alert = 0; alert < alerts_.size(); ++alert) {
      if (owner_[alert] != kNone) continue;
      std::vector<std::string> found = lacks(alerts_[alert], wanted, fields_);
      if (!least || found.size() < least->size()) least = std::move(found);
    }
    return std::move(least).value_or(std::vector<std::string>{"no alert came"});
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;

  // Everybody on the way takes the alert that was asked for, and leaves the one before.
  bool hand_over(std::size_t alert, const std::vector<std::size_t>& asked, std::size_t wanted) {
    while (true) {
      const std::size_t taker = asked[alert];
      const auto before = std::find(owner_.begin(), owner_.end(), taker);
      owner_[alert] = taker;
      if (taker == wanted) return true;
      alert = static_cast<std::size_t>(before - owner_.begin());
    }
  }

  const std::vector<Event>& wanted_;
  const std::vector<Event>& alerts_;
  const event::FieldTable& fields_;
  std::vector<std::size_t> owner_;  // of each alert, by place in wanted_
};

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
  if (one.alerts.empty()) return out;
  const std::vector<Event> came = shown(alerts, one.alert_fields);
  Pairs pairs(one.alerts, came, one.alert_fields);
  std::vector<std::size_t> unmet;
  for (std::size_t i = 0; i < one.alerts.size(); ++i) {
    if (!pairs.give(i)) unmet.push_back(i);
  }
  out.passed = unmet.empty();
  for (const std::size_t i : unmet) {
    const std::vector<std::string> lines = pairs.nearest_lacks(one.alerts[i]);
    out.details.insert(out.details.end(), lines.begin(), lines.end());
  }
  return out;
}

}  // namespace audisp_eql::cases
