// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lib/eql/condition_checker.h"

namespace audisp_eql::eql {

namespace {

class QueryChecker {
 public:
  QueryChecker(const Source& source, event::FieldTable& fields, const CompileLimits& limits)
      : conditions_(source, fields, limits.regex_memory_bytes), limits_(limits) {}

  Result<Checked> run(const ast::Query& query) {
    Checked out;
    out.query.kind = query.kind;
    out.query.maxspan = query.maxspan;
    out.query.pipes = query.pipes;
    for (const ast::Stage& stage : query.stages) out.query.stages.push_back(check_stage(query, stage));
    if (query.until) out.query.until = check_stage(query, *query.until);
    if (query.kind != QueryKind::kEvent) {
      check_stage_count(query);
      check_keys(query);
    }
    if (!conditions_.errors().empty()) return failure();
    out.warnings = std::move(conditions_.warnings());
    return out;
  }

 private:
  Error failure() {
    std::vector<Diagnostic> all = std::move(conditions_.errors());
    for (Diagnostic& warning : conditions_.warnings()) all.push_back(std::move(warning));
    return Error(std::move(all));
  }

  typed::Stage check_stage(const ast::Query& query, const ast::Stage& stage);
  typed::Filter category_filter(const std::string& category);
  void check_stage_count(const ast::Query& query);
  void check_keys(const ast::Query& query);

  ConditionChecker conditions_;
  const CompileLimits& limits_;
};

// Q1: some value of event.category equals it exactly.
typed::Filter QueryChecker::category_filter(const std::string& category) {
  typed::Compare node;
  node.sides.push_back({Type::kText, typed::Field{event::FieldId::kEventCategory, Type::kText}});
  node.sides.push_back({Type::kText, Constant(category)});
  return {typed::Leaf{{Type::kBool, std::move(node)}}};
}

typed::Stage QueryChecker::check_stage(const ast::Query& query, const ast::Stage& stage) {
  typed::Stage out;
  out.missing = stage.missing;
  out.runs = stage.runs;
  out.category = stage.filter.category.value_or("");
  out.filter = conditions_.filter(stage.filter.condition);
  if (stage.filter.category) {
    typed::FilterLogic both;
    both.operands.push_back(category_filter(*stage.filter.category));
    both.operands.push_back(std::move(out.filter));
    out.filter = {std::move(both)};
  }
  for (const std::vector<ast::Key>* keys : {&query.keys, &stage.keys}) {
    for (const ast::Key& key : *keys) {
      out.keys.push_back({conditions_.resolve(key.name, key.span, key.optional), key.optional});
    }
  }
  return out;
}

// G5, and A1 for samples.
void QueryChecker::check_stage_count(const ast::Query& query) {
  std::size_t count = 0;
  const ast::Stage* missing = nullptr;
  bool positive = false;
  for (const ast::Stage& stage : query.stages) {
    count += stage.runs;
    positive = positive || !stage.missing;
    if (stage.missing && missing == nullptr) missing = &stage;
  }
  const bool sample = query.kind == QueryKind::kSample;
  if (count < 2) {
    conditions_.error(query.span, fmt::format("a {} needs at least two stages", sample ? "sample" : "sequence"),
                      "for one kind of event write `category where ...`, or `with runs=N` behind the stage");
  }
  if (count > limits_.max_stages) {
    conditions_.error(query.span, fmt::format("more than {} stages, runs counted", limits_.max_stages));
  }
  if (!positive) conditions_.error(query.span, "a sequence needs a stage that is not missing (`![`)");
  if (missing != nullptr && !query.maxspan) {
    conditions_.error(missing->span, "a missing event needs `with maxspan`",
                      "write `sequence by ... with maxspan=...`: without it absence is never certain");
  }
}

// G6.
void QueryChecker::check_keys(const ast::Query& query) {
  const std::size_t wanted = query.stages.front().keys.size();
  const auto check = [&](const ast::Stage& stage, std::string_view what) {
    if (stage.keys.size() == wanted) return;
    conditions_.error(stage.keys.empty() ? stage.span : stage.keys_span,
                      fmt::format("{} has {} join key{}, the first stage {}", what, stage.keys.size(),
                                  stage.keys.size() == 1 ? "" : "s", wanted),
                      "every stage, missing ones and `until` included, needs the same number after its `by`");
  };
  for (const ast::Stage& stage : query.stages) check(stage, "this stage");
  if (query.until) check(*query.until, "`until`");
  if (query.kind == QueryKind::kSample && wanted + query.keys.size() == 0) {
    conditions_.error(query.span, "a sample needs a join key", "write `sample by field [...] [...]`");
  }
}

}  // namespace

Result<Checked> check(const Source& source, const ast::Query& query, event::FieldTable& fields,
                      const CompileLimits& limits) {
  return QueryChecker(source, fields, limits).run(query);
}

}  // namespace audisp_eql::eql
