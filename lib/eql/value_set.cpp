// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/value_set.h"

#include <algorithm>
#include <utility>

#include "lib/eql/number.h"

namespace audisp_eql::eql {

using event::Value;

ValueSet::ValueSet(const std::vector<Value>& values, CompareMode mode, CaseMode fold) : mode_(mode), fold_(fold) {
  std::vector<std::string> texts;
  for (const Value& value : values) {
    if (value.is_null()) continue;
    if (mode != CompareMode::kByValue || !value.is_string()) {
      others_.push_back(make_operand(value, mode));
      continue;
    }
    const std::string_view text = value.as_string();
    texts.emplace_back(text);
    const bool readable = text == "true" || text == "false" || parse_decimal(text).is_number();
    if (readable) read_.push_back(make_operand(value, mode));
  }
  texts_ = TextSet(std::move(texts), fold);
}

bool ValueSet::contains(const Value& value) const {
  if (mode_ == CompareMode::kByValue && value.is_string() && texts_.contains(value.as_string())) return true;
  if (others_.empty() && (value.is_string() || read_.empty())) return false;
  const Operand operand = make_operand(value, mode_);
  const auto equals = [&](const Operand& each) { return compare(operand, each, mode_, fold_) == Ordering::kEqual; };
  if (std::any_of(others_.begin(), others_.end(), equals)) return true;
  return !value.is_string() && std::any_of(read_.begin(), read_.end(), equals);
}

}  // namespace audisp_eql::eql
