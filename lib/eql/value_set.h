// SPDX-License-Identifier: Apache-2.0
// The constants of an `in` list, made ready for one comparison mode.
#pragma once

#include <vector>

#include "lib/base/glob.h"
#include "lib/eql/compare.h"
#include "lib/eql/text_set.h"
#include "lib/event/value.h"

namespace audisp_eql::eql {

class ValueSet {
 public:
  // Null values are left out: they equal nothing. Text of `values` must outlive
  // the set.
  ValueSet(const std::vector<event::Value>& values, CompareMode mode, CaseMode fold);

  // REQUIRES: not null.
  [[nodiscard]] bool contains(const event::Value& value) const;

 private:
  CompareMode mode_;
  CaseMode fold_;
  TextSet texts_;                // kByValue only: all that is text
  std::vector<Operand> others_;  // the rest
  std::vector<Operand> read_;    // kByValue: the texts that a number or boolean could equal
};

}  // namespace audisp_eql::eql
