// SPDX-License-Identifier: Apache-2.0
// Which paths a query can be about, before any event comes: for asking the
// kernel to watch these places and no others.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/eql/query.h"
#include "lib/event/schema.h"

namespace audisp_eql::eql {

// Every event for which the condition is true has, in one of the fields, a value that
// one of these wildcard patterns matches, case aside. None at all: it is true for no
// event. nullopt: it may be true whatever the fields hold.
using PathBound = std::optional<std::vector<std::string>>;

// One for each stage as written (`with runs` is one stage), then one for `until`. Where
// several tests must be true, the one that says most of a directory counts. Regular
// expressions and tests that are negated say nothing. REQUIRES: the query compiles.
[[nodiscard]] std::vector<PathBound> path_bounds(const Source& query, std::span<const event::FieldId> fields,
                                                 const CompileLimits& limits = {});

}  // namespace audisp_eql::eql
