// SPDX-License-Identifier: Apache-2.0
// Site exceptions: alerts of a rule that a site knows and does not want, told by
// a condition on their evidence. What the conditions look at was shaped by the
// program that is excepted; they are no more than a site's word for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"
#include "lib/eql/query.h"
#include "lib/sequence/machine.h"

namespace audisp_eql::engine {

struct Exception {
  std::string file;
  std::size_t line = 0;  // of its [[exception]]
  std::string rule_id;
  std::string condition_text;  // as written
  std::string reason;
  std::string expires_text;          // as written; empty when it does not expire
  std::optional<EventTime> expires;  // alerts of this time and later are given again
  eql::Query condition;              // compile_condition()
};

// What became of one exception.
struct ExceptionHits {
  std::string file;
  std::size_t line = 0;
  std::string rule_id, reason;
  std::uint64_t hits = 0;  // alerts that it took
};

// The exceptions in force.
class ExceptionTable {
 public:
  // Hits of those whose rule and condition are unchanged are kept.
  void set(std::vector<Exception> exceptions);
  // Whether an exception takes this match of the rule: the first one in the file's
  // order that has not expired and whose condition is true of an event. Counted.
  [[nodiscard]] bool takes(std::string_view rule_id, const sequence::Match& match, eql::Evaluator& evaluator);

  [[nodiscard]] std::vector<ExceptionHits> hits() const;  // in the file's order
  [[nodiscard]] bool reads(event::FieldId field) const;

 private:
  struct Active {
    Exception exception;
    std::uint64_t hits = 0;
  };
  std::map<std::string, std::vector<Active>, std::less<>> by_rule_;
};

}  // namespace audisp_eql::engine
