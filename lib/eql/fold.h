// SPDX-License-Identifier: Apache-2.0
// Typed tree to a simpler typed tree that gives the same result for every event:
// constants computed, `like` without wildcard made an equality of text, a list of
// one made a comparison, constants moved to the right, nested chains made flat,
// cheap tests put first. Never merges two leaves and never turns a negated leaf
// into another leaf.
#pragma once

#include "lib/eql/typed.h"

namespace audisp_eql::eql {

[[nodiscard]] typed::Filter fold(typed::Filter filter);
[[nodiscard]] typed::Query fold(typed::Query query);

}  // namespace audisp_eql::eql
