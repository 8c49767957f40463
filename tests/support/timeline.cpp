// SPDX-License-Identifier: Apache-2.0
// Events from literals, and a machine around them.
#include "tests/support/timeline.h"

#include <stdexcept>

#include "lib/base/diagnostic.h"

namespace audisp_eql::test {
namespace {

event::Value to_value(const Scalar& scalar, event::Event& event) {
  struct Visitor {
    event::Event& event;
    event::Value operator()(bool b) const { return event::Value::boolean(b); }
    event::Value operator()(std::int64_t i) const { return event::Value::integer(i); }
    event::Value operator()(double d) const { return event::Value::real(d); }
    event::Value operator()(const std::string& s) const { return event::Value::string(event.intern(s)); }
  };
  return std::visit(Visitor{event}, scalar);
}

}  // namespace

event::Event make_event(std::int64_t ms, std::uint64_t index, const Fields& fields, event::FieldTable& table) {
  event::Event event;
  event.order.time = milliseconds(ms);
  event.order.index = index;
  for (const auto& [name, bag] : fields) {
    std::vector<event::Value> values;
    for (const Scalar& scalar : bag) values.push_back(to_value(scalar, event));
    event.set(table.intern(name), values);
  }
  return event;
}

eql::Query compile_or_throw(std::string_view text, event::FieldTable& table) {
  Source source;
  source.file = "test";
  source.text = text;
  auto query = eql::compile_query(source, table);
  if (!query) throw std::runtime_error(render(query.error().diagnostics));
  return std::move(*query);
}

Timeline::Timeline(std::string_view query, const sequence::Limits& limits)
    : query_(std::make_unique<eql::Query>(compile_or_throw(query, table_))), machine_(*query_, limits) {}

std::size_t Timeline::at(std::int64_t ms, const Fields& fields) {
  const std::size_t before = out_.size();
  machine_.handle(make_event(ms, fed_++, fields, table_), UINT64_MAX, evaluator_, out_);
  return out_.size() - before;
}

std::size_t Timeline::advance(std::int64_t ms) {
  const std::size_t before = out_.size();
  machine_.advance(milliseconds(ms), out_);
  return out_.size() - before;
}

std::size_t Timeline::finish() {
  const std::size_t before = out_.size();
  machine_.finish(out_);
  return out_.size() - before;
}

std::vector<int> indexes_of(const sequence::Match& match) {
  std::vector<int> indexes;
  for (const auto& event : match.events) indexes.push_back(event ? static_cast<int>(event->order.index) : -1);
  return indexes;
}

Indexes Timeline::matches() const {
  Indexes all;
  for (const auto& match : out_) all.push_back(indexes_of(match));
  return all;
}

}  // namespace audisp_eql::test
