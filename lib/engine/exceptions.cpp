// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/exceptions.h"

#include <algorithm>
#include <utility>

namespace audisp_eql::engine {
namespace {

// As the alert would have it: of its last event.
EventTime time_of(const sequence::Match& match) {
  for (auto event = match.events.rbegin(); event != match.events.rend(); ++event) {
    if (*event) return (*event)->order.time;
  }
  return {};
}

}  // namespace

void ExceptionTable::set(std::vector<Exception> exceptions) {
  auto old = std::exchange(by_rule_, {});
  for (Exception& exception : exceptions) {
    std::uint64_t hits = 0;
    for (Active& known : old[exception.rule_id]) {
      if (known.exception.condition_text == exception.condition_text) hits += std::exchange(known.hits, 0);
    }
    std::vector<Active>& list = by_rule_[exception.rule_id];
    list.push_back({std::move(exception), hits});
  }
}

bool ExceptionTable::takes(std::string_view rule_id, const sequence::Match& match, eql::Evaluator& evaluator) {
  const auto it = by_rule_.find(rule_id);
  if (it == by_rule_.end()) return false;
  const EventTime time = time_of(match);
  for (Active& active : it->second) {
    if (active.exception.expires && time >= *active.exception.expires) continue;
    const eql::Program& condition = active.exception.condition.stages.front().predicate;
    const bool found = std::any_of(match.events.begin(), match.events.end(),
                                   [&](const auto& event) { return event && evaluator.matches(condition, *event); });
    if (!found) continue;
    ++active.hits;
    return true;
  }
  return false;
}

std::vector<ExceptionHits> ExceptionTable::hits() const {
  std::vector<ExceptionHits> out;
  for (const auto& [rule_id, list] : by_rule_) {
    for (const Active& active : list) {
      const Exception& e = active.exception;
      out.push_back({e.file, e.line, rule_id, e.reason, active.hits});
    }
  }
  std::sort(out.begin(), out.end(), [](const ExceptionHits& a, const ExceptionHits& b) { return a.line < b.line; });
  return out;
}

bool ExceptionTable::reads(event::FieldId field) const {
  return std::any_of(by_rule_.begin(), by_rule_.end(), [field](const auto& rule) {
    return std::any_of(rule.second.begin(), rule.second.end(), [field](const Active& active) {
      const auto& fields = active.exception.condition.fields;
      return std::binary_search(fields.begin(), fields.end(), field);
    });
  });
}

}  // namespace audisp_eql::engine
