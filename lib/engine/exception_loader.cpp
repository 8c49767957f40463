// SPDX-License-Identifier: Apache-2.0
// TOML text to exceptions.
#include "lib/engine/rule.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "lib/base/escape.h"
#include "lib/engine/exceptions.h"
#include "lib/engine/toml_parse.h"
#include "lib/engine/toml_text.h"

namespace audisp_eql::engine {
namespace {

constexpr std::string_view kTable = "exception";
constexpr std::array<std::string_view, 4> kKeys = {"rule_id", "condition", "reason", "expires"};
constexpr std::string_view kEntryHint =
    "an entry is [[exception]] with rule_id, condition, reason and, if wanted, expires";

// Midnight UTC after the date.
EventTime end_of(const toml::date& date) {
  const std::chrono::year_month_day day(std::chrono::year(date.year), std::chrono::month(date.month),
                                        std::chrono::day(date.day));
  const auto next = std::chrono::sys_days(day) + std::chrono::days(1);
  return seconds(std::chrono::seconds(next.time_since_epoch()).count());
}

// REQUIRES: it has an offset.
EventTime moment_of(const toml::date_time& when) {
  const EventTime midnight = end_of(when.date) - seconds(86'400);
  const std::int64_t minutes = when.time.hour * 60 + when.time.minute - when.offset->minutes;
  return midnight + seconds(minutes * 60 + when.time.second);
}

// Reads one file; what is wrong goes to the rule set's diagnostics.
class Reader {
 public:
  Reader(const Source& file, EventTime now, RuleSet& rules) : file_(file), now_(now), rules_(rules) {}

  void read(const toml::table& root);

 private:
  void read_entries(const toml::node& node);
  void read_entry(const toml::table& table);
  void check_keys(const toml::table& table);
  std::string text(const toml::table& table, std::string_view key, std::string_view hint);
  void read_condition(const toml::table& table);
  void read_expiry(const toml::table& table);
  void warn(const toml::table& table);
  void check_rule_id(const toml::table& table);

  void say(const toml::source_region& where, Severity severity, std::string message, std::string hint);
  void error(const toml::source_region& where, std::string message, std::string hint) {
    bad_ = true;
    say(where, Severity::kError, std::move(message), std::move(hint));
  }
  void unknown(const toml::key& key, const std::vector<std::string_view>& known, std::string_view hint);
  [[nodiscard]] Span span(const toml::source_region& where) const;

  const Source& file_;
  const EventTime now_;
  RuleSet& rules_;
  Exception exception_;  // being read
  bool bad_ = false;     // it is
};

Span Reader::span(const toml::source_region& where) const {
  const std::size_t begin = offset_at(file_.text, where.begin.line, where.begin.column);
  return {begin, std::max(begin + 1, offset_at(file_.text, where.end.line, where.end.column))};
}

void Reader::say(const toml::source_region& where, Severity severity, std::string message, std::string hint) {
  rules_.diagnostics.push_back(diagnose(file_, span(where), std::move(message), std::move(hint), severity));
}

// A misspelt `expires` would be an exception for ever.
void Reader::unknown(const toml::key& key, const std::vector<std::string_view>& known, std::string_view hint) {
  const std::string_view near = nearest(key.str(), known);
  error(key.source(), fmt::format("unknown key `{}`", escape_printable(key.str())),
        near.empty() ? std::string(hint) : fmt::format("did you mean `{}`?", near));
}

void Reader::check_keys(const toml::table& table) {
  for (const auto& [key, node] : table) {
    if (std::find(kKeys.begin(), kKeys.end(), key.str()) == kKeys.end()) {
      unknown(key, {kKeys.begin(), kKeys.end()}, kEntryHint);
    }
  }
}

std::string Reader::text(const toml::table& table, std::string_view key, std::string_view hint) {
  const toml::node* node = table.get(key);
  if (node == nullptr) {
    error(table.source(), fmt::format("this exception has no `{}`", key), std::string(hint));
    return {};
  }
  const auto value = node->value_exact<std::string>();
  if (!value) error(node->source(), fmt::format("`{}` must be a string", key), std::string(hint));
  if (value && value->empty()) error(node->source(), fmt::format("`{}` is empty", key), std::string(hint));
  return value.value_or("");
}

void Reader::read_condition(const toml::table& table) {
  exception_.condition_text = text(
      table, "condition", "an EQL condition, e.g. 'process.executable == \"/usr/bin/foo\" and user.id == \"1000\"'");
  if (exception_.condition_text.empty()) return;
  const toml::source_position begin = table.get("condition")->source().begin;
  const Source source = string_content(file_, {begin.line, begin.column}, exception_.condition_text);
  auto condition = eql::compile_condition(source, rules_.fields);
  const auto& said = condition ? condition->warnings : condition.error().diagnostics;
  rules_.diagnostics.insert(rules_.diagnostics.end(), said.begin(), said.end());
  if (!condition) {
    bad_ = true;
    return;
  }
  exception_.condition = std::move(*condition);
}

void Reader::read_expiry(const toml::table& table) {
  const toml::node* node = table.get("expires");
  if (node == nullptr) return;
  constexpr std::string_view kHint =
      "a date or a time with its offset, without quotes: 2027-01-31, 2027-01-31T12:00:00Z";
  if (const auto date = node->value_exact<toml::date>()) {
    exception_.expires = end_of(*date);
  } else if (const auto when = node->value_exact<toml::date_time>(); when && when->offset) {
    exception_.expires = moment_of(*when);
  } else {
    return error(node->source(), "`expires` is neither a date nor a time with its offset", std::string(kHint));
  }
  const Span written = span(node->source());
  exception_.expires_text = file_.text.substr(written.begin, written.end - written.begin);
}

void Reader::warn(const toml::table& table) {
  check_rule_id(table);
  if (exception_.condition.fields.empty()) {
    say(table.get("condition")->source(), Severity::kWarning, "this condition looks at no field of an event",
        "every alert of the rule is taken, or none; a rule that nobody wants is better removed");
  }
  if (exception_.expires && *exception_.expires <= now_) {
    say(table.get("expires")->source(), Severity::kWarning,
        fmt::format("this exception expired with {}: alerts since then are given", exception_.expires_text),
        "remove it, or give it a new date if it is still right");
  }
}

void Reader::check_rule_id(const toml::table& table) {
  std::vector<std::string_view> ids;
  for (const auto* rules : {&rules_.rules, &rules_.disabled}) {
    for (const Rule& rule : *rules) ids.emplace_back(rule.info.id);
  }
  if (std::find(ids.begin(), ids.end(), exception_.rule_id) != ids.end()) return;
  const std::string_view near = nearest(exception_.rule_id, ids);
  say(table.get("rule_id")->source(), Severity::kWarning,
      fmt::format("no rule with the id {} is loaded", escape_printable(exception_.rule_id)),
      near.empty() ? "`audisp-eql check` shows the ids of all rules" : fmt::format("did you mean {}?", near));
}

void Reader::read_entry(const toml::table& table) {
  exception_ = {};
  bad_ = false;
  exception_.file = file_.file;
  exception_.line = table.source().begin.line;
  check_keys(table);
  exception_.rule_id = text(table, "rule_id", "the id of the rule whose alerts it takes");
  exception_.reason = text(table, "reason", "why this is known to be harmless, and who says so");
  read_condition(table);
  read_expiry(table);
  if (bad_) {
    ++rules_.exceptions_refused;
    return;
  }
  warn(table);
  rules_.exceptions.push_back(std::move(exception_));
}

void Reader::read_entries(const toml::node& node) {
  const toml::array* entries = node.as_array();
  if (entries == nullptr || !entries->is_array_of_tables()) {
    error(node.source(), "`exception` must be a list of tables", std::string(kEntryHint));
    ++rules_.exceptions_refused;
    return;
  }
  for (const toml::node& entry : *entries) read_entry(*entry.as_table());
}

void Reader::read(const toml::table& root) {
  for (const auto& [key, node] : root) {
    if (key.str() == kTable) {
      read_entries(node);
    } else {
      unknown(key, {kTable}, kEntryHint);
      ++rules_.exceptions_refused;
    }
  }
}

}  // namespace

void load_exceptions(const Source& file, EventTime now, RuleSet& rules) {
  const Result<toml::table> root = parse_toml(file);
  if (root) return Reader(file, now, rules).read(*root);
  const auto& said = root.error().diagnostics;
  rules.diagnostics.insert(rules.diagnostics.end(), said.begin(), said.end());
  rules.exceptions_unusable = true;
}

}  // namespace audisp_eql::engine
