// SPDX-License-Identifier: Apache-2.0
// What a checked condition means, worked out the slow and obvious way: a walk
// over the typed tree, all choices of values tried, every rule of the language
// written again from its description. Shares no code with fold, compile or eval.
#pragma once

#include "lib/eql/typed.h"
#include "lib/event/event.h"

namespace audisp_eql::test {

[[nodiscard]] bool oracle_matches(const eql::typed::Filter& filter, const event::Event& event);

}  // namespace audisp_eql::test
