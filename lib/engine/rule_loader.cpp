// SPDX-License-Identifier: Apache-2.0
// TOML text to rules.
#include "lib/engine/rule.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "lib/engine/toml_parse.h"
#include "lib/engine/toml_text.h"

namespace audisp_eql::engine {
namespace {

// Reads one rule file; collects what is wrong with it.
class Reader {
 public:
  Reader(const Source& file, event::FieldTable& fields) : file_(file), fields_(fields) {}

  Result<Rule> read(const toml::table& root);

 private:
  std::string text(const toml::table& table, std::string_view key);
  std::string required_text(const toml::table& table, std::string_view key, std::string_view hint);
  std::vector<std::string> texts(const toml::table& table, std::string_view key);
  void read_header(const toml::table& rule);
  void read_severity(const toml::table& rule);
  void read_version(const toml::table& rule);
  void read_threats(const toml::table& rule);
  alert::Threat read_threat(const toml::table& table);
  alert::Technique read_technique(const toml::table& table);
  void check_language(const toml::table& rule);
  void read_query(const toml::table& rule);

  void error(const toml::source_region& where, std::string message, std::string hint = {});
  Diagnostic at(const toml::source_region& where, std::string message, std::string hint) const;

  const Source& file_;
  event::FieldTable& fields_;
  Rule rule_;
  std::vector<Diagnostic> diagnostics_;
};

Diagnostic Reader::at(const toml::source_region& where, std::string message, std::string hint) const {
  const std::size_t begin = offset_at(file_.text, where.begin.line, where.begin.column);
  const std::size_t end = std::max(begin + 1, offset_at(file_.text, where.end.line, where.end.column));
  return diagnose(file_, {begin, end}, std::move(message), std::move(hint));
}

void Reader::error(const toml::source_region& where, std::string message, std::string hint) {
  diagnostics_.push_back(at(where, std::move(message), std::move(hint)));
}

std::string Reader::text(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  if (node == nullptr) return {};
  if (const auto value = node->value_exact<std::string>()) return *value;
  error(node->source(), fmt::format("`{}` must be a string", key));
  return {};
}

std::string Reader::required_text(const toml::table& table, std::string_view key, std::string_view hint) {
  if (!table.contains(key)) {
    error(table.source(), fmt::format("[rule] has no `{}`", key), std::string(hint));
    return {};
  }
  const std::size_t errors = diagnostics_.size();
  std::string value = text(table, key);
  if (value.empty() && diagnostics_.size() == errors)
    error(table.get(key)->source(), fmt::format("`{}` is empty", key), std::string(hint));
  return value;
}

std::vector<std::string> Reader::texts(const toml::table& table, std::string_view key) {
  std::vector<std::string> out;
  const toml::node* node = table.get(key);
  if (node == nullptr) return out;
  const toml::array* array = node->as_array();
  if (array == nullptr) {
    error(node->source(), fmt::format("`{}` must be a list of strings", key));
    return out;
  }
  for (const toml::node& element : *array) {
    if (const auto value = element.value_exact<std::string>()) out.push_back(*value);
  }
  return out;
}

void Reader::read_severity(const toml::table& rule) {
  constexpr std::string_view kHint = "one of low, medium, high, critical";
  const std::string word = required_text(rule, "severity", kHint);
  if (const auto severity = alert::parse_severity(word)) {
    rule_.info.severity = *severity;
  } else if (!word.empty()) {
    error(rule.get("severity")->source(), fmt::format("unknown severity \"{}\"", word), std::string(kHint));
  }
  rule_.info.risk_score = alert::to_number(rule_.info.severity);
  const toml::node* score = rule.get("risk_score");
  if (score == nullptr) return;
  const auto number = score->value_exact<std::int64_t>();
  if (number && *number >= 0 && *number <= 100) {
    rule_.info.risk_score = static_cast<int>(*number);
  } else {
    error(score->source(), "`risk_score` must be a whole number from 0 to 100");
  }
}

void Reader::read_version(const toml::table& rule) {
  const toml::node* node = rule.get("version");
  if (node == nullptr) return;
  if (const auto number = node->value_exact<std::int64_t>()) rule_.info.version = std::to_string(*number);
  if (const auto word = node->value_exact<std::string>()) rule_.info.version = *word;
}

void Reader::read_header(const toml::table& rule) {
  rule_.info.id = required_text(rule, "rule_id", "a UUID of its own, e.g. from uuidgen");
  rule_.info.name = required_text(rule, "name", "a short title for the alert");
  rule_.info.description = text(rule, "description");
  rule_.info.references = texts(rule, "references");
  read_severity(rule);
  read_version(rule);
}

alert::Technique Reader::read_technique(const toml::table& table) {
  alert::Technique out{text(table, "id"), text(table, "name"), text(table, "reference"), {}};
  if (const toml::array* subs = table["subtechnique"].as_array()) {
    for (const toml::node& node : *subs) {
      const toml::table* sub = node.as_table();
      if (sub != nullptr)
        out.subtechniques.push_back({text(*sub, "id"), text(*sub, "name"), text(*sub, "reference"), {}});
    }
  }
  return out;
}

alert::Threat Reader::read_threat(const toml::table& table) {
  alert::Threat threat;
  threat.framework = text(table, "framework");
  if (const toml::table* tactic = table["tactic"].as_table()) {
    threat.tactic_id = text(*tactic, "id");
    threat.tactic_name = text(*tactic, "name");
    threat.tactic_reference = text(*tactic, "reference");
  }
  if (const toml::array* techniques = table["technique"].as_array()) {
    for (const toml::node& node : *techniques) {
      if (const toml::table* technique = node.as_table()) threat.techniques.push_back(read_technique(*technique));
    }
  }
  return threat;
}

void Reader::read_threats(const toml::table& rule) {
  const toml::array* threats = rule["threat"].as_array();
  if (threats == nullptr) return;
  for (const toml::node& node : *threats) {
    if (const toml::table* threat = node.as_table()) rule_.info.threats.push_back(read_threat(*threat));
  }
}

void Reader::check_language(const toml::table& rule) {
  const std::string type = required_text(rule, "type", "this program runs rules of type \"eql\"");
  if (!type.empty() && type != "eql") {
    error(rule.get("type")->source(), fmt::format("rules of type \"{}\" cannot run here", type),
          "only \"eql\" rules can; leave the file out, or rewrite its query in EQL");
  }
  const std::string language = text(rule, "language");
  if (!language.empty() && language != "eql") {
    error(rule.get("language")->source(), fmt::format("query language \"{}\" cannot run here", language),
          "only \"eql\" can");
  }
}

void Reader::read_query(const toml::table& rule) {
  rule_.query_text = required_text(rule, "query", "an EQL query, e.g. '''process where event.action == \"exec\"'''");
  if (rule_.query_text.empty() || has_error(diagnostics_)) return;
  const toml::source_position begin = rule.get("query")->source().begin;
  auto query = eql::compile_query(string_content(file_, {begin.line, begin.column}, rule_.query_text), fields_);
  if (query) {
    rule_.query = std::make_unique<const eql::Query>(std::move(query.value()));
  } else {
    const auto& found = query.error().diagnostics;
    diagnostics_.insert(diagnostics_.end(), found.begin(), found.end());
  }
}

Result<Rule> Reader::read(const toml::table& root) {
  rule_.file = file_.file;
  const toml::table* rule = root["rule"].as_table();
  if (rule == nullptr) {
    Diagnostic d = diagnose(file_, {0, 1}, "no [rule] table",
                            "a rule file has [rule] with name, rule_id, severity, type and query");
    return Error(std::move(d));
  }
  check_language(*rule);
  read_header(*rule);
  read_threats(*rule);
  read_query(*rule);
  if (has_error(diagnostics_)) return Error(std::move(diagnostics_));
  return std::move(rule_);
}

bool is_called(const Rule& rule, std::string_view name) { return rule.info.id == name || rule.info.name == name; }

Diagnostic no_such_rule(const DisabledName& name, const RuleSet& set) {
  std::vector<std::string_view> known;
  for (const auto* rules : {&set.rules, &set.disabled}) {
    for (const Rule& rule : *rules) known.insert(known.end(), {rule.info.id, rule.info.name});
  }
  const std::string_view near = nearest(name.text, known);
  Diagnostic d = name.place;
  d.severity = Severity::kWarning;
  d.message = fmt::format("no rule has the rule_id or name \"{}\"", name.text);
  d.hint = near.empty() ? std::string("take it out of the list; `audisp-eql check` names the rules that there are")
                        : fmt::format("did you mean \"{}\"?", near);
  return d;
}

// An id that depends on nothing but the label, so that alert ids of a bare query are stable.
std::string id_of_label(std::string_view label) { return fmt::format("query:{}", label); }

void take(Result<Rule> rule, RuleSet& set) {
  if (!rule) ++set.refused;
  const auto& said = rule ? rule.value().query->warnings : rule.error().diagnostics;
  set.diagnostics.insert(set.diagnostics.end(), said.begin(), said.end());
  if (rule) set.rules.push_back(std::move(rule.value()));
}

}  // namespace

Result<Rule> parse_rule(const Source& file, event::FieldTable& fields) {
  const Result<toml::table> root = parse_toml(file);
  if (!root) return root.error();
  return Reader(file, fields).read(*root);
}

Result<Rule> rule_from_query(const Source& query, std::string_view label, event::FieldTable& fields) {
  auto compiled = eql::compile_query(query, fields);
  if (!compiled) return compiled.error();
  Rule rule;
  rule.info.id = id_of_label(label);
  rule.info.name = std::string(label);
  rule.info.bare_query = true;
  rule.file = query.file;
  rule.query_text = query.text;
  rule.query = std::make_unique<const eql::Query>(std::move(compiled.value()));
  return rule;
}

RuleSet load_rules(const std::vector<Source>& files, event::FieldTable fields) {
  RuleSet set;
  set.fields = std::move(fields);
  std::map<std::string, std::string> seen;  // rule id to file
  for (const Source& file : files) {
    auto rule = parse_rule(file, set.fields);
    if (rule) {
      const auto [it, added] = seen.emplace(rule.value().info.id, file.file);
      if (!added) {
        Diagnostic d;
        d.file = file.file;
        d.message = fmt::format("rule_id {} is already used by {}", rule.value().info.id, it->second);
        d.hint = "give one of the two another rule_id, or remove it; the first one runs";
        rule = Error(std::move(d));
      }
    }
    take(std::move(rule), set);
  }
  return set;
}

void disable_rules(const std::vector<DisabledName>& names, RuleSet& set) {
  if (set.rules.empty()) return;
  for (const DisabledName& name : names) {
    const auto is_named = [&](const Rule& rule) { return is_called(rule, name.text); };
    const auto first = std::stable_partition(set.rules.begin(), set.rules.end(), std::not_fn(is_named));
    const bool known = first != set.rules.end() || std::any_of(set.disabled.begin(), set.disabled.end(), is_named);
    std::move(first, set.rules.end(), std::back_inserter(set.disabled));
    set.rules.erase(first, set.rules.end());
    if (!known && name.place.line != 0) set.diagnostics.push_back(no_such_rule(name, set));
  }
}

void add_queries(const std::vector<Source>& queries, RuleSet& set) {
  for (std::size_t i = 0; i < queries.size(); ++i) {
    take(rule_from_query(queries[i], std::to_string(i + 1), set.fields), set);
  }
}

}  // namespace audisp_eql::engine
