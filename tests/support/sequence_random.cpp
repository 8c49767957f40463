// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sequence_random.h"

#include <algorithm>
#include <cstdlib>

namespace audisp_eql::test {
namespace {

std::string random_condition(Dice& dice) {
  static const std::vector<std::string> kConditions{"kind == \"a\"", "kind == \"a\"", "kind == \"b\"",
                                                    "kind == \"b\"", "kind == \"c\"", "kind in (\"a\", \"c\")",
                                                    "true"};
  return "any where " + dice.pick(kConditions);
}

std::string random_keys(Dice& dice, int count) {
  std::string keys;
  for (int i = 0; i < count; ++i) {
    keys += (i == 0 ? " by " : ", ") + std::string(dice.one_in(3) ? "?" : "") +
            dice.pick(std::vector<std::string>{"k", "k", "l", "l", "process.entity_id"});
  }
  return keys;
}

Bag random_key(Dice& dice) {
  switch (dice.roll(7)) {
    case 0: return Bag(std::vector<Scalar>{});
    case 1: return 1;
    case 2: return 1.0;
    case 3: return "1";
    case 4: return {Scalar(std::string("x")), Scalar(std::int64_t{1}), Scalar(std::string("x"))};
    case 5: return true;
    default: return "x";
  }
}

}  // namespace

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

RandomQuery random_sequence(Dice& dice) {
  RandomQuery query;
  const int own_keys = dice.one_in(3) ? 1 : 0;
  query.text = "sequence" + random_keys(dice, dice.roll(3));
  const int stages = 2 + dice.roll(3);
  std::vector<bool> missing(static_cast<std::size_t>(stages), false);
  if (dice.one_in(2)) {
    for (std::size_t i = 0; i < missing.size(); ++i) missing[i] = dice.one_in(3);
  }
  const bool any = std::find(missing.begin(), missing.end(), true) != missing.end();
  if (std::find(missing.begin(), missing.end(), false) == missing.end()) missing.front() = false;
  if (any || dice.one_in(2)) query.text += " with maxspan=" + std::to_string(1 + dice.roll(12)) + "ms";
  for (const bool is_missing : missing) {
    query.text += std::string(is_missing ? " ![" : " [") + random_condition(dice) + "]" + random_keys(dice, own_keys);
    if (dice.one_in(6)) query.text += " with runs=2";
  }
  query.trailing = missing.back();
  if (dice.one_in(4)) query.text += " until [" + random_condition(dice) + "]" + random_keys(dice, own_keys);
  // Results that wait come out when due, not in the order that pipes see in the oracle.
  if (!query.trailing && dice.one_in(8))
    query.text += (dice.one_in(2) ? " | head " : " | tail ") + std::to_string(1 + dice.roll(3));
  return query;
}

RandomQuery random_sample(Dice& dice) {
  RandomQuery query;
  query.text = "sample" + random_keys(dice, 1 + dice.roll(2));
  for (int i = 2 + dice.roll(2); i > 0; --i) query.text += " [" + random_condition(dice) + "]";
  return query;
}

std::vector<LogLine> random_log(Dice& dice) {
  std::vector<LogLine> log;
  std::int64_t ms = 1000;
  const bool simple = dice.one_in(2);
  for (int i = 3 + dice.roll(30); i > 0; --i) {
    ms += dice.roll(4);
    LogLine line{ms, {{"kind", dice.pick(std::vector<std::string>{"a", "b", "c", "d"})}}};
    line.fields.emplace_back("k", simple ? Bag("x") : random_key(dice));
    line.fields.emplace_back("l", simple ? Bag(dice.roll(2)) : random_key(dice));
    line.fields.emplace_back("process.entity_id", dice.pick(std::vector<std::string>{"p", "q"}));
    log.push_back(std::move(line));
  }
  return log;
}

std::vector<event::Event> to_events(const std::vector<LogLine>& log, event::FieldTable& table) {
  std::vector<event::Event> events;
  for (std::size_t i = 0; i < log.size(); ++i) events.push_back(make_event(log[i].ms, i, log[i].fields, table));
  return events;
}

}  // namespace audisp_eql::test
