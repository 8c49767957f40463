// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/eql/check.h"
#include "lib/eql/compile.h"
#include "lib/eql/fold.h"
#include "lib/eql/lexer.h"
#include "lib/eql/parser.h"

namespace audisp_eql::eql {

namespace {

class QueryCompiler {
 public:
  QueryCompiler(const event::FieldTable& fields, const CompileLimits& limits)
      : fields_(fields), budget_{limits.max_instructions, limits.regex_memory_bytes} {}

  // False when the instructions ran out.
  bool run(const typed::Query& query, Query& out) {
    out.kind = query.kind;
    out.maxspan = query.maxspan;
    out.pipes = query.pipes;
    for (const typed::Stage& stage : query.stages) {
      const std::size_t first = out.stages.size();
      for (std::size_t run = 0; run < stage.runs; ++run) {
        auto compiled = compile_stage(stage);
        if (!compiled) return false;
        compiled->written_as = first;
        out.stages.push_back(std::move(*compiled));
      }
    }
    if (query.until) {
      out.until = compile_stage(*query.until);
      if (!out.until) return false;
      out.until->written_as = out.stages.size();
    }
    std::sort(read_.begin(), read_.end());
    read_.erase(std::unique(read_.begin(), read_.end()), read_.end());
    out.fields = std::move(read_);
    return true;
  }

 private:
  std::optional<Stage> compile_stage(const typed::Stage& stage) {
    auto program = compile(stage.filter, fields_, budget_);
    if (!program) return std::nullopt;
    read_.insert(read_.end(), program->fields().begin(), program->fields().end());
    for (const JoinKey& key : stage.keys) read_.push_back(key.field);
    return Stage{stage.category, std::move(*program), stage.keys, stage.missing};
  }

  const event::FieldTable& fields_;
  CompileBudget budget_;
  std::vector<event::FieldId> read_;
};

Error too_large(const Source& source, const CompileLimits& limits) {
  return Error(diagnose(source, {0, 1}, "this query is too large",
                        fmt::format("at most {} instructions for all stages, runs counted", limits.max_instructions)));
}

std::string dump_programs(const Query& query) {
  std::string out;
  for (std::size_t i = 0; i < query.stages.size(); ++i) {
    if (query.stages[i].written_as != i) continue;
    out += fmt::format("{}[{}]", out.empty() ? "" : " ", query.stages[i].predicate.dump());
  }
  if (query.until) out += fmt::format(" until [{}]", query.until->predicate.dump());
  return out;
}

using ParseFunction = Result<ast::Query> (&)(const Source&, const TokenList&, const CompileLimits&);

// The front stages, shared by compile and explain.
Result<ast::Query> parse_text(const Source& source, const CompileLimits& limits, ParseFunction parse_tokens,
                              std::string* tokens = nullptr) {
  if (source.text.size() > limits.max_text_bytes) {
    return Error(
        diagnose(source, {0, 1}, "this query is too long", fmt::format("at most {} bytes", limits.max_text_bytes)));
  }
  auto list = lex(source);
  if (!list) return list.error();
  if (tokens != nullptr) *tokens = dump(*list);
  return parse_tokens(source, *list, limits);
}

Result<Query> compile_parsed(const Source& source, const Result<ast::Query>& parsed, event::FieldTable& fields,
                             const CompileLimits& limits) {
  if (!parsed) return parsed.error();
  auto checked = check(source, *parsed, fields, limits);
  if (!checked) return checked.error();
  const typed::Query folded = fold(std::move(checked->query));
  Query out;
  if (!QueryCompiler(fields, limits).run(folded, out)) return too_large(source, limits);
  out.warnings = std::move(checked->warnings);
  return out;
}

}  // namespace

bool Query::needs_clock() const { return !stages.empty() && stages.back().missing; }

Result<Query> compile_query(const Source& source, event::FieldTable& fields, const CompileLimits& limits) {
  return compile_parsed(source, parse_text(source, limits, parse), fields, limits);
}

Result<Query> compile_condition(const Source& source, event::FieldTable& fields, const CompileLimits& limits) {
  return compile_parsed(source, parse_text(source, limits, parse_condition), fields, limits);
}

Result<Explanation> explain_query(const Source& source, event::FieldTable& fields, const CompileLimits& limits) {
  Explanation out;
  const auto parsed = parse_text(source, limits, parse, &out.tokens);
  if (!parsed) return parsed.error();
  out.ast = ast::dump(*parsed);
  auto checked = check(source, *parsed, fields, limits);
  if (!checked) return checked.error();
  out.typed = typed::dump(checked->query, fields);
  const typed::Query folded = fold(std::move(checked->query));
  out.folded = typed::dump(folded, fields);
  Query query;
  if (!QueryCompiler(fields, limits).run(folded, query)) return too_large(source, limits);
  out.program = dump_programs(query);
  return out;
}

}  // namespace audisp_eql::eql
