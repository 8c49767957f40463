// SPDX-License-Identifier: Apache-2.0
// Small words for tests of the query language: texts to queries, names and values
// to events.
#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/eql/constant.h"
#include "lib/eql/query.h"
#include "lib/event/event.h"
#include "lib/event/schema.h"

namespace audisp_eql::test {

inline Source source_of(std::string text) {
  Source source;
  source.file = "rule";
  source.text = std::move(text);
  return source;
}

using FieldBag = std::pair<std::string, std::vector<eql::Constant>>;

// Owns the text of its values; names are interned in `fields`.
class EventBuilder {
 public:
  explicit EventBuilder(event::FieldTable& fields) : fields_(fields) {}

  EventBuilder& with(std::string_view name, const std::vector<eql::Constant>& values) {
    std::vector<event::Value> bag;
    for (const eql::Constant& value : values) {
      texts_.push_back(value);
      bag.push_back(eql::as_value(texts_.back()));
    }
    event_.set(fields_.intern(name), bag);
    return *this;
  }
  [[nodiscard]] const event::Event& event() const { return event_; }

 private:
  event::FieldTable& fields_;
  std::deque<eql::Constant> texts_;
  event::Event event_;
};

// Whether the event matches the one stage of `query`; throws when the query does
// not compile.
inline bool matches(const std::string& query, const std::vector<FieldBag>& bags) {
  event::FieldTable fields;
  const auto compiled = eql::compile_query(source_of(query), fields);
  EventBuilder builder(fields);
  for (const FieldBag& bag : bags) builder.with(bag.first, bag.second);
  eql::Evaluator evaluator;
  return evaluator.matches(compiled.value().stages.front().predicate, builder.event());
}

// What render() gives for the errors, or "" when the query compiles.
inline std::string errors_of(const std::string& query, const eql::CompileLimits& limits = {}) {
  event::FieldTable fields;
  const auto compiled = eql::compile_query(source_of(query), fields, limits);
  if (compiled) return {};
  std::vector<Diagnostic> errors;
  for (const Diagnostic& each : compiled.error().diagnostics) {
    if (each.severity == Severity::kError) errors.push_back(each);
  }
  return render(errors);
}

inline std::string warnings_of(const std::string& query) {
  event::FieldTable fields;
  return render(eql::compile_query(source_of(query), fields).value().warnings);
}

}  // namespace audisp_eql::test
