// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/audit_rule.h"

#include <algorithm>
#include <array>
#include <utility>

namespace audisp_eql::audit {
namespace {

// Longest first, so that `&=` is not read as `&`.
constexpr std::array<std::string_view, 8> kOperators = {"!=", "<=", ">=", "&=", "=", "<", ">", "&"};

// One word after another.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  // Empty at the end.
  std::string_view next() {
    const std::size_t begin = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
    const std::size_t end = std::min(rest_.find_first_of(" \t\r\n", begin), rest_.size());
    const std::string_view word = rest_.substr(begin, end - begin);
    rest_.remove_prefix(end);
    return word;
  }

 private:
  std::string_view rest_;
};

RuleField parse_field(std::string_view word) {
  for (std::size_t at = 0; at < word.size(); ++at) {
    for (const std::string_view op : kOperators) {
      if (!word.substr(at).starts_with(op)) continue;
      return {std::string(word.substr(0, at)), std::string(op), std::string(word.substr(at + op.size()))};
    }
  }
  return {std::string(word), {}, {}};
}

void add_syscalls(std::string_view list, AuditRule& rule) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view name = list.substr(0, end);
    if (!name.empty() && name != "all") rule.syscalls.emplace_back(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

void add_field(std::string_view word, AuditRule& rule) {
  RuleField field = parse_field(word);
  if (field.name == "arch" && field.op == "=") {
    rule.arch = std::move(field.value);
  } else if (field.name == "key") {
    rule.key = std::move(field.value);
  } else {
    rule.fields.push_back(std::move(field));
  }
}

// `always,exit` or `exit,always`.
void set_list(std::string_view word, AuditRule& rule) {
  const std::size_t comma = std::min(word.find(','), word.size());
  for (const std::string_view part : {word.substr(0, comma), word.substr(std::min(comma + 1, word.size()))}) {
    if (part == "never") {
      rule.action = AuditRule::Action::kNever;
    } else if (part != "always" && !part.empty()) {
      rule.list = part;
    }
  }
}

}  // namespace

std::string text(const RuleField& field) { return field.name + field.op + field.value; }

const RuleField* AuditRule::find(std::string_view field) const {
  const auto it = std::find_if(fields.begin(), fields.end(), [field](const RuleField& f) { return f.name == field; });
  return it == fields.end() ? nullptr : &*it;
}

std::string text(const AuditRule& rule) {
  std::string out = rule.action == AuditRule::Action::kNever ? "-a never," : "-a always,";
  out += rule.list;
  if (!rule.arch.empty()) out += " -F arch=" + rule.arch;
  for (std::size_t i = 0; i < rule.syscalls.size(); ++i) out += (i == 0 ? " -S " : ",") + rule.syscalls[i];
  for (const RuleField& field : rule.fields) out += " -F " + text(field);
  if (!rule.key.empty()) out += " -F key=" + rule.key;
  return out;
}

std::optional<AuditRule> parse_audit_rule(std::string_view line) {
  AuditRule rule;
  bool is_rule = false;
  Words words(line);
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    if (word.front() == '#') break;
    if (word == "-a" || word == "-A") {
      set_list(words.next(), rule);
      is_rule = true;
    } else if (word == "-w") {
      rule.fields.push_back({"path", "=", std::string(words.next())});
      is_rule = true;
    } else if (word == "-p") {
      rule.fields.push_back({"perm", "=", std::string(words.next())});
    } else if (word == "-S") {
      add_syscalls(words.next(), rule);
    } else if (word == "-F" || word == "-C") {
      add_field(words.next(), rule);
    } else if (word == "-k") {
      rule.key = words.next();
    } else {
      rule.fields.push_back({std::string(word), {}, {}});
    }
  }
  if (!is_rule) return std::nullopt;
  return rule;
}

}  // namespace audisp_eql::audit
