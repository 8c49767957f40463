// SPDX-License-Identifier: Apache-2.0
// The compiled form of an EQL query: what the sequence machine and the engine
// work with. Made by compile_query(); nothing here knows source text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/base/time.h"
#include "lib/eql/program.h"
#include "lib/event/schema.h"

namespace audisp_eql::eql {

enum class QueryKind { kEvent, kSequence, kSample };

struct JoinKey {
  event::FieldId field;
  bool optional = false;  // written `?field`: absent is a key value
};

// One `[category where condition]`, after `with runs` is expanded.
struct Stage {
  std::string category;       // empty for `any`
  Program predicate;          // category test included
  std::vector<JoinKey> keys;  // global keys first, then the stage's own
  bool missing = false;       // `![...]`
  // The index of the first of the stages that `with runs` made of one, its own
  // otherwise: stages with the same one match the same events.
  std::size_t written_as = 0;
};

struct Pipe {
  enum class Kind { kHead, kTail } kind = Kind::kHead;
  std::size_t count = 0;
};

struct Query {
  QueryKind kind = QueryKind::kEvent;
  std::vector<Stage> stages;  // exactly one for kEvent
  std::optional<Stage> until;
  std::optional<EventTime> maxspan;
  std::vector<Pipe> pipes;
  std::vector<event::FieldId> fields;  // every field read: predicates and keys, ascending
  std::vector<Diagnostic> warnings;    // e.g. `*` inside `==`, a field that no audit event has

  // True when the last stage (or only the first and last) is missing, so that a
  // result may be due without a further event: the owner must call advance().
  [[nodiscard]] bool needs_clock() const;
};

// Limits of one query; over them is a diagnostic, never a crash.
struct CompileLimits {
  std::size_t max_depth = 250;                // nesting of (), not, functions, unary
  std::size_t max_text_bytes = 1 << 20;       // query text
  std::size_t max_instructions = 1 << 16;     // of all stages together
  std::size_t max_stages = 1000;              // `with runs` expanded
  std::int64_t regex_memory_bytes = 8 << 20;  // RE2 budget per pattern
};

// Text to compiled query: parse, check, fold, compile, stopping at the first
// stage with an error, with all errors of that stage. Fields are resolved
// against `fields`; unknown names are interned (they are absent in audit
// events; a warning names the nearest known one).
[[nodiscard]] Result<Query> compile_query(const Source& source, event::FieldTable& fields,
                                          const CompileLimits& limits = {});

// A condition alone, as `any where CONDITION`: one stage, whose predicate is the condition.
[[nodiscard]] Result<Query> compile_condition(const Source& source, event::FieldTable& fields,
                                              const CompileLimits& limits = {});

// Each stage's one-line dump, for `check --explain` and tests.
struct Explanation {
  std::string tokens, ast, typed, folded, program;
};
[[nodiscard]] Result<Explanation> explain_query(const Source& source, event::FieldTable& fields,
                                                const CompileLimits& limits = {});

}  // namespace audisp_eql::eql
