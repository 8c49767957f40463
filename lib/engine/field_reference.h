// SPDX-License-Identifier: Apache-2.0
// The reference of fields and events, made of the schema and of what the event
// builder sets: `audisp-eql fields`, and docs/fields.md.
#pragma once

#include <string>

namespace audisp_eql::engine {

// A page of tables, for people.
[[nodiscard]] std::string fields_as_markdown();

// {"fields":[{name, type, meaning, source, available}], "events":[{category, type,
// action: [...], meaning, source}]}; `available` is "records", "live" or "exported".
[[nodiscard]] std::string fields_as_json();

}  // namespace audisp_eql::engine
