// SPDX-License-Identifier: Apache-2.0
#include "plugin/audit_rules.h"

#include <libaudit.h>

#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "lib/engine/file_needs.h"
#include "lib/engine/record_needs.h"
#include "plugin/file_watches.h"
#include "plugin/plural.h"
#include "plugin/settings.h"

namespace audisp_eql::plugin {
namespace {

constexpr char kHead[] =
    "# What audisp-eql needs to see for {}: `audisp-eql audit-rules`. Load it with `auditctl -R FILE`, or as\n"
    "# /etc/audit/rules.d/60-audisp-eql.rules with `augenrules --load`. The first rule that matches decides, so keep\n"
    "# broad \"never\" rules of yours behind these, or narrow.\n";

constexpr char kWatchHead[] =
    "\n# Files: the directories that the rules name, in the homes that there are. Print this again when users or "
    "homes\n"
    "# come or go. -c: when one is gone the rest is loaded all the same, and the exit status tells.\n-c\n";

constexpr char kUnfedHead[] =
    "\n# These name no directory, or one that this machine does not know, so narrowly they cannot be fed:\n";
constexpr char kBroadHead[] = "# This feeds them, with a record of every file that any program opens:\n";

void print_rules(const std::vector<audit::AuditRule>& rules, const char* before, std::string& out) {
  for (const audit::AuditRule& rule : rules) out += before + audit::text(rule) + '\n';
}

std::string watches_text(const engine::RuleSet& rules) {
  const std::vector<audit::Abi> abis = abis_of_this_machine();
  const FileWatches found = find_file_watches(engine::file_needs(rules));
  std::string out = kWatchHead;
  for (const std::string& remark : found.remarks) out += fmt::format("# Note: {}\n", remark);
  for (const audit::FileWatch& watch : found.watches) {
    for (const audit::Abi& abi : abis) print_rules(audit::watching_rules(watch, abi, engine::kAuditKey), "", out);
  }
  if (found.unfed.empty()) return out;
  out += kUnfedHead;
  for (const std::string& unfed : found.unfed) out += fmt::format("#   {}\n", unfed);
  out += kBroadHead;
  for (const audit::Abi& abi : abis) {
    std::vector<audit::AuditRule> broad = audit::watching_rules({}, abi, engine::kAuditKey);
    for (audit::AuditRule& rule : broad) rule.fields.clear();
    print_rules(broad, "#", out);
  }
  return out;
}

std::string audit_rules_text(const engine::RuleSet& rules) {
  std::string out = fmt::format(kHead, plural(rules.rules.size(), "rule"));
  const audit::SelectionRequest needs = engine::record_needs(rules);
  const auto groups = engine::feeding_groups(needs, abis_of_this_machine());
  for (const engine::FeedingGroup& group : groups) {
    out += fmt::format("\n# {}\n", group.comment);
    print_rules(group.rules, "", out);
  }
  if (needs.files) out += watches_text(rules);
  if (groups.empty()) out += "\n# Nothing: no audit event can match these rules.\n";
  return out;
}

void say(const std::vector<Diagnostic>& diagnostics) {
  const std::string text = render(diagnostics);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace

std::vector<audit::Abi> abis_of_this_machine() {
  std::vector<audit::Abi> abis;
  for (const char* word : {"b64", "b32"}) {
    const int machine = audit_determine_machine(word);
    if (machine >= 0) abis.push_back({word, machine});
  }
  return abis;
}

ExitCode run_audit_rules(const Options& options) {
  const Settings settings = load_settings(options, required_trust());
  say(settings.diagnostics);
  const RuleFiles files = collect_rules(settings);
  say(files.diagnostics);
  engine::RuleSet rules = engine::load_rules(files.sources);
  add_exceptions(files, rules);
  say(rules.diagnostics);
  const bool bad = settings.is_bad() || has_error(files.diagnostics) || has_error(rules.diagnostics);
  if (rules.rules.empty()) {
    std::fputs("audisp-eql: no usable rule; give some as arguments\n", stderr);
    return ExitCode::kUsage;
  }
  const std::string text = audit_rules_text(rules);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return bad ? ExitCode::kUsage : ExitCode::kDone;
}

}  // namespace audisp_eql::plugin
