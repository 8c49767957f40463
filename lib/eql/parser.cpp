// SPDX-License-Identifier: Apache-2.0
#include "lib/eql/parser.h"

#include <fmt/format.h>

#include <utility>

#include "lib/base/escape.h"
#include "lib/eql/expr_parser.h"

namespace audisp_eql::eql {

namespace {

constexpr std::string_view kUnits = "the units are ms, s, m, h, d";

// Milliseconds; 0 for an unknown unit.
std::int64_t unit_length(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1'000;
  if (unit == "m") return 60'000;
  if (unit == "h") return 3'600'000;
  return unit == "d" ? 86'400'000 : 0;
}

class Parser {
 public:
  Parser(const Source& source, const TokenList& tokens, const CompileLimits& limits)
      : cursor_(source, tokens), exprs_(cursor_, limits.max_depth) {}

  Result<ast::Query> run() { return result(parse_query()); }
  Result<ast::Query> run_condition() { return result(condition()); }

 private:
  Result<ast::Query> result(std::optional<ast::Query> query) {
    if (!query) return Error(*cursor_.error());
    return std::move(*query);
  }
  std::optional<ast::Query> parse_query();
  std::optional<ast::Query> condition();
  std::optional<ast::Query> event_query();
  std::optional<ast::Query> sequence();
  std::optional<ast::Query> sample();
  std::optional<ast::EventFilter> event();
  std::optional<std::vector<ast::Key>> keys();
  std::optional<EventTime> maxspan();
  std::optional<ast::Stage> stage(QueryKind kind);
  bool stage_suffix(ast::Stage& stage, QueryKind kind);
  bool runs(ast::Stage& stage);
  bool until(ast::Query& query);
  bool stages(ast::Query& query);
  bool pipes(ast::Query& query);
  std::optional<std::int64_t> integer(std::string_view wanted);

  Cursor cursor_;
  ExprParser exprs_;
};

std::optional<ast::Query> Parser::parse_query() {
  std::optional<ast::Query> query;
  switch (cursor_.peek().kind) {
    case TokenKind::kSequence: query = sequence(); break;
    case TokenKind::kSample: query = sample(); break;
    case TokenKind::kJoin:
      return cursor_.fail(cursor_.peek().span, "`join` is not supported", "use `sequence` or `sample`");
    default: query = event_query();
  }
  if (!query || !pipes(*query)) return std::nullopt;
  if (!cursor_.at(TokenKind::kEnd)) {
    const bool condition = cursor_.at(TokenKind::kName) || cursor_.at(TokenKind::kNot);
    return cursor_.fail_expected("the end of the query", condition ? "`and` and `or` join conditions" : "");
  }
  return query;
}

std::optional<ast::Query> Parser::event_query() {
  ast::Query query;
  query.span = cursor_.peek().span;
  auto filter = event();
  if (!filter) return std::nullopt;
  ast::Stage stage;
  stage.filter = std::move(*filter);
  query.stages.push_back(std::move(stage));
  return query;
}

std::optional<ast::Query> Parser::condition() {
  if (cursor_.peek(1).kind == TokenKind::kWhere) {
    return cursor_.fail(cursor_.peek().span, "a condition stands alone, without a category",
                        "write only what comes after `where`");
  }
  ast::Query query;
  query.span = cursor_.peek().span;
  auto expr = exprs_.parse();
  if (!expr) return std::nullopt;
  if (!cursor_.at(TokenKind::kEnd)) {
    return cursor_.fail_expected("the end of the condition", "`and` and `or` join conditions");
  }
  ast::Stage stage;
  stage.filter.condition = std::move(*expr);
  query.stages.push_back(std::move(stage));
  return query;
}

std::optional<ast::EventFilter> Parser::event() {
  ast::EventFilter filter;
  const Token& category = cursor_.peek();
  if (category.kind == TokenKind::kWhere) {
    return cursor_.fail(category.span, "an event category is missing before `where`",
                        "write `process where ...`, or `any where ...`");
  }
  const bool named = category.kind == TokenKind::kName || category.kind == TokenKind::kString;
  if (!named && category.kind != TokenKind::kAny) return cursor_.fail_expected("an event category");
  if (named) filter.category = cursor_.text(category);
  cursor_.take();
  if (!cursor_.at(TokenKind::kWhere)) return cursor_.fail_expected("`where`", "a query is `category where condition`");
  cursor_.take();
  auto condition = exprs_.parse();
  if (!condition) return std::nullopt;
  filter.condition = std::move(*condition);
  return filter;
}

std::optional<std::vector<ast::Key>> Parser::keys() {
  std::vector<ast::Key> out;
  do {
    auto key = exprs_.field();
    if (!key) return std::nullopt;
    out.push_back(std::move(*key));
    switch (cursor_.peek().kind) {
      case TokenKind::kPlus:
      case TokenKind::kMinus:
      case TokenKind::kStar:
      case TokenKind::kSlash:
      case TokenKind::kPercent:
      case TokenKind::kOpenParen:
        return cursor_.fail(cursor_.peek().span, "a join key is a plain field", "write `by field, field`");
      default: break;
    }
  } while (cursor_.accept(TokenKind::kComma));
  return out;
}

// A number token without fraction or exponent.
std::optional<std::int64_t> Parser::integer(std::string_view wanted) {
  const Token& token = cursor_.peek();
  if (token.kind != TokenKind::kNumber) return cursor_.fail_expected(wanted);
  const auto* value = std::get_if<std::int64_t>(&cursor_.payload(token));
  if (value == nullptr) return cursor_.fail(token.span, fmt::format("expected {}, without a fraction", wanted));
  cursor_.take();
  return *value;
}

// After `with`.
std::optional<EventTime> Parser::maxspan() {
  if (cursor_.at_name("runs")) {
    return cursor_.fail(cursor_.peek().span, "`with runs` belongs to a stage", "write it after the stage's `]`");
  }
  if (!cursor_.expect(TokenKind::kMaxspan) || !cursor_.expect(TokenKind::kAssign)) return std::nullopt;
  const Span span = cursor_.peek().span;
  const auto count = integer("a whole number and a unit");
  if (!count) return std::nullopt;
  if (!cursor_.at(TokenKind::kName)) return cursor_.fail(span, "maxspan has no unit", std::string(kUnits));
  const std::int64_t unit = unit_length(cursor_.text(cursor_.peek()));
  if (unit == 0) return cursor_.fail(cursor_.peek().span, "maxspan has an unknown unit", std::string(kUnits));
  const Span all{span.begin, cursor_.take().span.end};
  if (*count == 0) return cursor_.fail(all, "maxspan is zero", "a sequence needs some time");
  std::int64_t length = 0;
  if (__builtin_mul_overflow(*count, unit, &length)) return cursor_.fail(all, "maxspan is too long");
  if (cursor_.at(TokenKind::kBy)) {
    return cursor_.fail(cursor_.peek().span, "`by` comes before `with maxspan`",
                        "write `sequence by ... with maxspan=...`");
  }
  return milliseconds(length);
}

std::optional<ast::Query> Parser::sequence() {
  ast::Query query;
  query.kind = QueryKind::kSequence;
  query.span = cursor_.take().span;
  if (cursor_.accept(TokenKind::kBy)) {
    auto list = keys();
    if (!list) return std::nullopt;
    query.keys = std::move(*list);
  }
  if (cursor_.accept(TokenKind::kWith)) {
    query.maxspan = maxspan();
    if (!query.maxspan) return std::nullopt;
  }
  if (!stages(query) || !until(query)) return std::nullopt;
  return query;
}

std::optional<ast::Query> Parser::sample() {
  ast::Query query;
  query.kind = QueryKind::kSample;
  query.span = cursor_.take().span;
  if (cursor_.accept(TokenKind::kBy)) {
    auto list = keys();
    if (!list) return std::nullopt;
    query.keys = std::move(*list);
  }
  if (cursor_.at(TokenKind::kWith)) {
    return cursor_.fail(cursor_.peek().span, "a sample has no maxspan", "its events may come in any order and time");
  }
  if (!stages(query)) return std::nullopt;
  if (cursor_.at(TokenKind::kUntil)) return cursor_.fail(cursor_.peek().span, "a sample has no `until`");
  return query;
}

bool Parser::stages(ast::Query& query) {
  if (!cursor_.at(TokenKind::kOpenBracket) && !cursor_.at(TokenKind::kOpenMissing)) {
    cursor_.fail_expected("`[`");
    return false;
  }
  while (cursor_.at(TokenKind::kOpenBracket) || cursor_.at(TokenKind::kOpenMissing)) {
    auto next = stage(query.kind);
    if (!next) return false;
    query.stages.push_back(std::move(*next));
  }
  return true;
}

std::optional<ast::Stage> Parser::stage(QueryKind kind) {
  ast::Stage out;
  const Token& open = cursor_.take();
  out.missing = open.kind == TokenKind::kOpenMissing;
  if (out.missing && kind == QueryKind::kSample) {
    return cursor_.fail(open.span, "a sample has no missing events", "`![` is for sequences");
  }
  auto filter = event();
  if (!filter || !cursor_.expect(TokenKind::kCloseBracket)) return std::nullopt;
  out.filter = std::move(*filter);
  out.span = {open.span.begin, cursor_.last_end()};
  if (!stage_suffix(out, kind)) return std::nullopt;
  return out;
}

bool Parser::stage_suffix(ast::Stage& stage, QueryKind kind) {
  bool has_runs = false;
  while (true) {
    const Token& word = cursor_.peek();
    if (word.kind == TokenKind::kBy && stage.keys.empty()) {
      cursor_.take();
      auto list = keys();
      if (!list) return false;
      stage.keys = std::move(*list);
      stage.keys_span = {word.span.begin, cursor_.last_end()};
    } else if (word.kind == TokenKind::kWith && !has_runs) {
      if (kind == QueryKind::kSample) {
        cursor_.fail(word.span, "a sample's stages take no `with`");
        return false;
      }
      has_runs = true;
      if (!runs(stage)) return false;
    } else {
      return true;
    }
  }
}

bool Parser::runs(ast::Stage& stage) {
  cursor_.take();
  if (cursor_.at(TokenKind::kMaxspan)) {
    cursor_.fail(cursor_.peek().span, "maxspan belongs to the whole sequence",
                 "write `sequence by ... with maxspan=...` before the stages");
    return false;
  }
  if (!cursor_.at_name("runs")) {
    cursor_.fail_expected("`runs`");
    return false;
  }
  cursor_.take();
  if (!cursor_.expect(TokenKind::kAssign)) return false;
  const Span span = cursor_.peek().span;
  const auto count = integer("a whole number from 1 to 100");
  if (!count) return false;
  if (*count < 1 || *count > 100) {
    cursor_.fail(span, "runs is a whole number from 1 to 100");
    return false;
  }
  stage.runs = static_cast<std::size_t>(*count);
  return true;
}

bool Parser::until(ast::Query& query) {
  if (!cursor_.accept(TokenKind::kUntil)) return true;
  if (!cursor_.at(TokenKind::kOpenBracket)) {
    cursor_.fail_expected("`[`");
    return false;
  }
  query.until = stage(query.kind);
  if (!query.until) return false;
  if (query.until->runs != 1) {
    cursor_.fail(query.until->span, "`until` takes no `with runs`");
    return false;
  }
  return true;
}

bool Parser::pipes(ast::Query& query) {
  while (cursor_.accept(TokenKind::kPipe)) {
    const bool head = cursor_.at_name("head");
    if (!head && !cursor_.at_name("tail")) {
      const Token& found = cursor_.peek();
      if (found.kind != TokenKind::kName) {
        cursor_.fail_expected("`head` or `tail`");
      } else {
        cursor_.fail(found.span, fmt::format("there is no pipe `{}`", escape_printable(cursor_.text(found))),
                     "the pipes are `head N` and `tail N`");
      }
      return false;
    }
    cursor_.take();
    const auto count = integer("a number of results");
    if (!count) return false;
    query.pipes.push_back({head ? Pipe::Kind::kHead : Pipe::Kind::kTail, static_cast<std::size_t>(*count)});
  }
  return true;
}

}  // namespace

Result<ast::Query> parse(const Source& source, const TokenList& tokens, const CompileLimits& limits) {
  return Parser(source, tokens, limits).run();
}

Result<ast::Query> parse_condition(const Source& source, const TokenList& tokens, const CompileLimits& limits) {
  return Parser(source, tokens, limits).run_condition();
}

}  // namespace audisp_eql::eql
