// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/rule_gaps.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <libaudit.h>

#include "lib/audit/numbers.h"

namespace audisp_eql::audit {
namespace {

std::optional<std::uint64_t> number_of(std::string_view text) {
  if (!text.starts_with("0x")) return parse_number<std::uint64_t>(text);
  return parse_number<std::uint64_t>(text.substr(2), 16);
}

// auditctl lists some numbers in hex.
bool is_same_value(std::string_view a, std::string_view b) {
  const auto x = number_of(a);
  return a == b || (x && x == number_of(b));
}

bool is_place(const RuleField& field) { return field.name == "dir" || field.name == "path"; }

const RuleField* place_of(const AuditRule& rule) {
  const auto it = std::find_if(rule.fields.begin(), rule.fields.end(), is_place);
  return it == rule.fields.end() ? nullptr : &*it;
}

bool is_at_or_below(std::string_view path, std::string_view directory) {
  while (directory.ends_with('/')) directory.remove_suffix(1);
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

// `auditctl -l` writes -w for directories as for files.
bool is_watch(const AuditRule& rule) {
  return rule.arch.empty() && rule.syscalls.empty() && rule.find("perm") != nullptr;
}

bool covers_place(const AuditRule& loaded, const RuleField& there, const RuleField& needed) {
  if (there.name == "dir" || is_watch(loaded)) return is_at_or_below(needed.value, there.value);
  return needed.name == "path" && needed.value == there.value;
}

// All ways to open and to change a file.
bool is_every_permission(const RuleField& field) {
  constexpr std::string_view kLetters = "rwa";
  return field.name == "perm" && std::all_of(kLetters.begin(), kLetters.end(),
                                             [&](char c) { return field.value.find(c) != std::string::npos; });
}

enum class Overlap : std::uint8_t { kNone, kPart, kAll };

// How much of what `needed` asks for is matched by `loaded`, system calls aside.
// `extra`: what narrows it.
Overlap overlap_of(const AuditRule& loaded, const AuditRule& needed, std::string& extra) {
  const RuleField* const there = place_of(loaded);
  const RuleField* const here = place_of(needed);
  if (there != nullptr && (here == nullptr || !covers_place(loaded, *there, *here))) return Overlap::kNone;
  for (const RuleField& field : loaded.fields) {
    if (is_place(field) || is_every_permission(field)) continue;
    const RuleField* const same = needed.find(field.name);
    const bool is_known = same != nullptr && same->op == field.op;
    if (is_known && is_same_value(same->value, field.value)) continue;
    if (is_known && field.op == "=") return Overlap::kNone;
    extra += (extra.empty() ? "" : " ") + text(field);
  }
  return extra.empty() ? Overlap::kAll : Overlap::kPart;
}

std::string fields_of(const AuditRule& rule) {
  std::string out;
  for (const RuleField& field : rule.fields) out += (out.empty() ? "" : " ") + text(field);
  return out;
}

bool asks_for(const AuditRule& loaded, const AuditRule& needed, const std::string& syscall) {
  if (loaded.list != "exit" || (!loaded.arch.empty() && loaded.arch != needed.arch)) return false;
  return loaded.syscalls.empty() ||
         std::find(loaded.syscalls.begin(), loaded.syscalls.end(), syscall) != loaded.syscalls.end();
}

class Gaps {
 public:
  Gaps(const std::vector<AuditRule>& needed, const std::vector<AuditRule>& loaded) : needed_(needed), loaded_(loaded) {}

  // nullopt: all of it is recorded.
  [[nodiscard]] std::optional<RuleGap> gap_of(const AuditRule& needed, const std::string& syscall) const {
    RuleGap gap{needed.arch, {syscall}, fields_of(needed), {}, {}};
    for (const AuditRule& loaded : loaded_) {
      if (!asks_for(loaded, needed, syscall)) continue;
      std::string extra;
      const Overlap overlap = overlap_of(loaded, needed, extra);
      if (overlap == Overlap::kNone) continue;
      if (loaded.action == AuditRule::Action::kNever) {
        if (is_needed(loaded, syscall)) continue;
        if (gap.hidden_by.empty()) gap.hidden_by = text(loaded);
        if (overlap == Overlap::kAll) return gap;
      } else if (overlap == Overlap::kAll) {
        gap.only_for.clear();
        return gap.hidden_by.empty() ? std::nullopt : std::optional(gap);
      } else if (gap.only_for.find(extra) == std::string::npos) {
        gap.only_for += (gap.only_for.empty() ? "" : ", or ") + extra;
      }
    }
    if (gap.only_for.empty()) gap.hidden_by.clear();
    return gap;
  }

 private:
  [[nodiscard]] bool is_needed(const AuditRule& never, const std::string& syscall) const {
    return std::any_of(needed_.begin(), needed_.end(), [&](const AuditRule& needed) {
      std::string extra;
      return needed.action == AuditRule::Action::kNever && never.syscalls == std::vector{syscall} &&
             asks_for(needed, never, syscall) && overlap_of(needed, never, extra) == Overlap::kAll;
    });
  }

  const std::vector<AuditRule>& needed_;
  const std::vector<AuditRule>& loaded_;
};

bool holds(const RuleField& msgtype, int type) {
  const auto number = number_of(msgtype.value);
  const int other = number ? static_cast<int>(*number) : audit_name_to_msg_type(msgtype.value.c_str());
  if (msgtype.op == "=") return type == other;
  if (msgtype.op == "!=") return type != other;
  if (msgtype.op == "<") return type < other;
  if (msgtype.op == "<=") return type <= other;
  if (msgtype.op == ">") return type > other;
  return msgtype.op == ">=" && type >= other;
}

// Either action drops: audit_filter in kernel/audit.c.
bool drops(const AuditRule& rule, int type) {
  return std::all_of(rule.fields.begin(), rule.fields.end(),
                     [type](const RuleField& f) { return f.name != "msgtype" || holds(f, type); });
}

}  // namespace

std::vector<RuleGap> find_gaps(const std::vector<AuditRule>& needed, const std::vector<AuditRule>& loaded) {
  const Gaps gaps(needed, loaded);
  std::vector<RuleGap> out;
  for (const AuditRule& rule : needed) {
    if (rule.action != AuditRule::Action::kAlways) continue;
    const std::size_t first = out.size();
    for (const std::string& syscall : rule.syscalls) {
      std::optional<RuleGap> gap = gaps.gap_of(rule, syscall);
      if (!gap) continue;
      const auto alike =
          std::find_if(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                       [&](const RuleGap& g) { return g.only_for == gap->only_for && g.hidden_by == gap->hidden_by; });
      if (alike == out.end()) {
        out.push_back(std::move(*gap));
      } else {
        alike->syscalls.push_back(syscall);
      }
    }
  }
  return out;
}

std::vector<std::string> find_droppers(const SelectionRequest& needs, const std::vector<AuditRule>& loaded) {
  std::vector<int> types = {AUDIT_SYSCALL};
  if (needs.exec) types.push_back(AUDIT_EXECVE);
  if (needs.exec || needs.files) types.insert(types.end(), {AUDIT_CWD, AUDIT_PATH});
  if (needs.connect) types.push_back(AUDIT_SOCKADDR);
  std::vector<std::string> out;
  for (const AuditRule& rule : loaded) {
    const bool no_task = rule.list == "task" && rule.action == AuditRule::Action::kNever;
    const bool excludes = rule.list == "exclude" &&
                          std::any_of(types.begin(), types.end(), [&rule](int type) { return drops(rule, type); });
    if (no_task || excludes) out.push_back(text(rule));
  }
  return out;
}

}  // namespace audisp_eql::audit
