// SPDX-License-Identifier: Apache-2.0
// Syntax tree to typed tree: names become FieldIds and function rows, each
// condition gets its position, comparisons their mode, patterns, CIDR blocks
// and sequence rules are checked. Does not change what is computed; fold does
// that.
#pragma once

#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/eql/ast.h"
#include "lib/eql/typed.h"
#include "lib/event/schema.h"

namespace audisp_eql::eql {

struct Checked {
  typed::Query query;
  std::vector<Diagnostic> warnings;
};

// At most so many errors and so many warnings are collected.
inline constexpr std::size_t kMaxCheckDiagnostics = 20;

// REQUIRES: `query` is parsed from `source`. New field names are added to
// `fields`, also when the check fails.
[[nodiscard]] Result<Checked> check(const Source& source, const ast::Query& query, event::FieldTable& fields,
                                    const CompileLimits& limits);

}  // namespace audisp_eql::eql
