// SPDX-License-Identifier: Apache-2.0
// Random conditions and events over a few fields of every type, made so that
// they meet: few values, with the awkward ones among them.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "lib/event/schema.h"
#include "tests/support/eql_event.h"

namespace audisp_eql::test {

class RandomEql {
 public:
  explicit RandomEql(std::uint64_t seed) : dice_(seed) {}

  // Gives the fields that the schema does not know their types.
  static void declare(event::FieldTable& fields);

  // `any where ...`
  [[nodiscard]] std::string query();
  [[nodiscard]] std::vector<FieldBag> event();

 private:
  std::size_t roll(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(dice_); }
  template <typename List>
  std::string pick(const List& list) {
    return std::string(list[roll(std::size(list))]);
  }

  std::string filter(int depth);
  std::string leaf(int depth);
  std::string term(int depth);
  std::string field();
  std::string constant();
  std::string text();
  std::string number();
  std::string call(int depth);
  std::string list(std::string (RandomEql::*item)());
  std::string pattern() { return '"' + pick(kPatterns) + '"'; }
  std::string regex() { return '"' + pick(kRegexes) + '"'; }

  static constexpr std::string_view kPatterns[] = {"a", "A*", "*b", "*", "a?", "?", "*B*", "a*b", "", "5*", "\\u{e9}*"};
  static constexpr std::string_view kRegexes[] = {"a", "a.*", ".*b", "[a-c]+", "a|b", "(ab)*", "a?b?", "5.*", ""};

  std::mt19937_64 dice_;
};

}  // namespace audisp_eql::test
