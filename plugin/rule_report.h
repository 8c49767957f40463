// SPDX-License-Identifier: Apache-2.0
// What `check` says of a rule, or an exception, that compiled.
#pragma once

#include <string>

#include "lib/base/diagnostic.h"
#include "lib/engine/rule.h"
#include "lib/event/schema.h"

namespace audisp_eql::plugin {

// Several lines: name, shape, fields, fields that no audit event has, and the
// audit rules that must be loaded for it to see anything.
[[nodiscard]] std::string describe_rule(const engine::Rule& rule, const event::FieldTable& fields);

// One line: which rule's alerts it takes, until when, and why.
[[nodiscard]] std::string describe_exception(const engine::Exception& exception);
// Two lines: name and id of a rule that the config disables.
[[nodiscard]] std::string describe_disabled(const engine::Rule& rule);

// The stages of its query, from tokens to program.
[[nodiscard]] std::string explain_rule(const engine::Rule& rule);

}  // namespace audisp_eql::plugin
