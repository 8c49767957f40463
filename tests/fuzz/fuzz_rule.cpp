// SPDX-License-Identifier: Apache-2.0
// Any bytes as a query, and as a rule file: refused or compiled, then run on an
// event, every stage dumped. Never a crash.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/engine/rule.h"
#include "lib/eql/query.h"

using namespace audisp_eql;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Source source{"fuzz", text, 1, 1};
  event::FieldTable fields;
  if (const auto rule = engine::parse_rule(source, fields); !rule) (void)render(rule.error().diagnostics);

  event::Event event;
  const event::Value args[] = {event::Value::string("-e"), event::Value::string("\xEF\xBF\xBD"),
                               event::Value::integer(7)};
  event.set(event::FieldId::kProcessArgs, args);
  event.set_text(event::FieldId::kEventCategory, "process");
  event.set_text(event::FieldId::kProcessName, "sh");
  event.set(event::FieldId::kProcessPid, event::Value::integer(4));

  const auto query = eql::compile_query(source, fields);
  if (!query) {
    (void)render(query.error().diagnostics);
    return 0;
  }
  eql::Evaluator evaluator;
  for (const eql::Stage& stage : query.value().stages) {
    (void)evaluator.matches(stage.predicate, event);
    (void)stage.predicate.could_match(event);
  }
  (void)eql::explain_query(source, fields);
  return 0;
}
