// SPDX-License-Identifier: Apache-2.0
// A detection rule: Elastic's TOML layout, its EQL compiled.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/engine/exceptions.h"
#include "lib/eql/query.h"
#include "lib/event/schema.h"

namespace audisp_eql::engine {

struct Rule {
  alert::RuleInfo info;
  std::string file;                         // where it came from, for messages
  std::string query_text;                   // as written; equal text keeps pending state over a reload
  std::unique_ptr<const eql::Query> query;  // never null; its address is stable
};

// Text of a rule file to a Rule. REQUIRES nothing of the text: anything that
// is no rule becomes diagnostics with file:line:col. Unknown keys are ignored
// under [rule] and [metadata]: Elastic's own files load unmodified. Rules of a
// type other than "eql" are an error that says so.
[[nodiscard]] Result<Rule> parse_rule(const Source& file, event::FieldTable& fields);

// A bare query as a rule (`--query`): name and id derived from `label`.
[[nodiscard]] Result<Rule> rule_from_query(const Source& query, std::string_view label, event::FieldTable& fields);

// A rule that somebody wants not to run, by its rule_id or its name.
struct DisabledName {
  std::string text;
  Diagnostic place;  // where it was written, its message empty; line 0: a default, which nobody wrote
};

// Rules that were accepted, and what was said of those that were not. The
// field table they were resolved against travels with them.
struct RuleSet {
  event::FieldTable fields;
  std::vector<Rule> rules;
  std::vector<Rule> disabled;           // good, but not to run
  std::vector<Diagnostic> diagnostics;  // errors and warnings, in the order of the sources
  std::size_t refused = 0;              // rule files and queries with an error
  std::vector<Exception> exceptions;    // load_exceptions()
  std::size_t exceptions_refused = 0;   // entries with an error
  bool exceptions_unusable = false;     // there is a file of them that is no TOML
};

// One bad rule never takes the others down. A rule_id met twice: the later
// file is refused. `fields` may hold what exported events call their own.
[[nodiscard]] RuleSet load_rules(const std::vector<Source>& files, event::FieldTable fields = {});

// Moves the rules that `names` names to `disabled`. A name that was written and
// is no rule's is a warning at its place; where there are no rules at all,
// nothing is said.
void disable_rules(const std::vector<DisabledName>& names, RuleSet& set);

// TOML text to exceptions of rules that are loaded, resolved against their fields:
//
//   [[exception]]
//   rule_id = "..."                the rule whose alerts it takes
//   condition = '''...'''          EQL; one event of the evidence must match it
//   reason = "..."                 for people; not empty
//   expires = 2027-01-31           optional: a date, its last day in UTC; or a time with an offset
//
// A bad entry is a diagnostic with its place and is left out; the others count. Of a
// text that is no TOML none does. Warnings: an id that no rule has, and an entry that
// has expired at `now` (it takes older alerts all the same).
void load_exceptions(const Source& file, EventTime now, RuleSet& rules);

// Adds bare queries as rules "query:1", "query:2" ...
void add_queries(const std::vector<Source>& queries, RuleSet& set);

}  // namespace audisp_eql::engine
