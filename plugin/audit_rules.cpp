// SPDX-License-Identifier: Apache-2.0
#include "plugin/audit_rules.h"

#include <libaudit.h>

#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "lib/engine/record_needs.h"
#include "plugin/plural.h"
#include "plugin/settings.h"

namespace audisp_eql::plugin {
namespace {

constexpr char kHead[] =
    "# What audisp-eql needs to see for {}: `audisp-eql audit-rules`. Load it with `auditctl -R FILE`, or as\n"
    "# /etc/audit/rules.d/60-audisp-eql.rules with `augenrules --load`. The first rule that matches decides, so keep\n"
    "# broad \"never\" rules of yours behind these, or narrow.\n";

std::string audit_rules_text(const engine::RuleSet& rules) {
  std::string out = fmt::format(kHead, plural(rules.rules.size(), "rule"));
  const auto groups = engine::feeding_groups(engine::record_needs(rules), abis_of_this_machine());
  for (const engine::FeedingGroup& group : groups) {
    out += fmt::format("\n# {}\n", group.comment);
    for (const audit::AuditRule& rule : group.rules) out += audit::text(rule) + '\n';
  }
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
