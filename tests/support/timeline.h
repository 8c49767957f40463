// SPDX-License-Identifier: Apache-2.0
// A scripted timeline for one EQL query: events go in at a time, matches come
// out as the indexes of their events. An event's index is its arrival, from 0;
// it also breaks ties of time. -1 stands for a missing stage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lib/eql/program.h"
#include "lib/eql/query.h"
#include "lib/event/event.h"
#include "lib/event/schema.h"
#include "lib/sequence/machine.h"

namespace audisp_eql::test {

using Scalar = std::variant<bool, std::int64_t, double, std::string>;
// The values of one field; a literal is a bag of one.
struct Bag : std::vector<Scalar> {
  // NOLINTBEGIN(google-explicit-constructor)
  Bag(const char* text) { emplace_back(std::string(text)); }
  Bag(std::string text) { emplace_back(std::move(text)); }
  Bag(int number) { emplace_back(std::int64_t{number}); }
  Bag(std::int64_t number) { emplace_back(number); }
  Bag(double number) { emplace_back(number); }
  Bag(bool flag) { emplace_back(flag); }
  // NOLINTEND(google-explicit-constructor)
  Bag(std::initializer_list<Scalar> values) : std::vector<Scalar>(values) {}
  explicit Bag(std::vector<Scalar> values) : std::vector<Scalar>(std::move(values)) {}
};
using Fields = std::vector<std::pair<std::string, Bag>>;
using Indexes = std::vector<std::vector<int>>;

// An event at `ms` with these fields; names are interned in `table`.
[[nodiscard]] event::Event make_event(std::int64_t ms, std::uint64_t index, const Fields& fields,
                                      event::FieldTable& table);

// REQUIRES: the query compiles; throws std::runtime_error with the messages.
[[nodiscard]] eql::Query compile_or_throw(std::string_view text, event::FieldTable& table);

class Timeline {
 public:
  explicit Timeline(std::string_view query, const sequence::Limits& limits = {});

  // Feeds an event; returns how many matches it completed or made due.
  std::size_t at(std::int64_t ms, const Fields& fields);
  std::size_t advance(std::int64_t ms);
  std::size_t finish();
  void end(std::string_view entity_id, std::int64_t ms) { machine_.entity_ended(entity_id, milliseconds(ms)); }

  // All matches so far.
  [[nodiscard]] Indexes matches() const;
  [[nodiscard]] const std::vector<sequence::Match>& raw() const { return out_; }
  [[nodiscard]] const sequence::Machine& machine() const { return machine_; }
  [[nodiscard]] const sequence::Counters& counters() const { return machine_.counters(); }

 private:
  event::FieldTable table_;
  std::unique_ptr<eql::Query> query_;  // the machine views it
  eql::Evaluator evaluator_;
  sequence::Machine machine_;
  std::vector<sequence::Match> out_;
  std::uint64_t fed_ = 0;
};

[[nodiscard]] std::vector<int> indexes_of(const sequence::Match& match);

}  // namespace audisp_eql::test
