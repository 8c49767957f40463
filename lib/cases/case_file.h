// SPDX-License-Identifier: Apache-2.0
// Cases of a rule: events that it must find, and such as it must not. TOML text
// to values; nothing is run here, and no file is opened.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/grouper.h"
#include "lib/base/diagnostic.h"
#include "lib/event/event.h"
#include "lib/event/schema.h"

namespace audisp_eql::cases {

struct Case {
  std::string name;
  Diagnostic place;        // of its [[case]], message empty
  std::size_t expect = 0;  // alerts
  // One of the three is there.
  std::vector<event::Event> events;  // in their order; they own their text
  std::string records;               // audit records
  std::string records_file;          // as written: where they are to be read
  Diagnostic records_place;          // of that key, message empty
  audit::LineFormat format = audit::LineFormat::kLog;
  // Each of these is met by an alert of its own that has all its values, named as in JSON
  // output. Their ids are those of `alert_fields`.
  std::vector<event::Event> alerts;
  event::FieldTable alert_fields;
};

struct CaseFile {
  std::vector<Case> cases;
  std::size_t refused = 0;  // cases with an error
  std::vector<Diagnostic> diagnostics;
};

// The layout is docs/rules.md's. `fields` are those of the rule: an event may have the
// built-in ones and what else the rule reads; any other name is an error, as a
// misspelt one would make a case pass that says nothing. `host` is the host.id of
// events that do not say. A bad case is a diagnostic with its place and is left out;
// the others count.
[[nodiscard]] CaseFile parse_cases(const Source& file, const event::FieldTable& fields, std::string_view host);

}  // namespace audisp_eql::cases
