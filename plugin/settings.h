// SPDX-License-Identifier: Apache-2.0
// Options and config together: what a command works with. Reads the config
// file; rules are read apart, as live does so again on reload.
#pragma once

#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/engine/pipeline.h"
#include "plugin/config.h"
#include "plugin/options.h"
#include "plugin/privileges.h"
#include "plugin/rule_files.h"

namespace audisp_eql::plugin {

struct Settings {
  Config config;                                     // the defaults where the file is bad; its host is --host's
  std::vector<Diagnostic> diagnostics;               // of the config file
  std::vector<std::string> rule_paths;               // --rules, else the config's unless queries stand for them
  std::vector<engine::DisabledName> disabled_rules;  // of the config's; --rules names what runs
  Trust rule_trust = Trust::kRoot;
  std::string exception_path;  // --exceptions; else the config's, if the rules are, but for test; empty: none
  Trust exception_trust = Trust::kRoot;
  bool exceptions_named = false;  // by --exceptions: they must be there

  [[nodiscard]] bool is_bad() const { return has_error(diagnostics); }
};

// A config that is not there is an error only when --config names it. `required`
// is required_trust() as it was at the start of the program.
[[nodiscard]] Settings load_settings(const Options& options, Trust required);

// Rules and exceptions.
[[nodiscard]] RuleFiles collect_rules(const Settings& settings);
// Compiles the exceptions, if there are any, for rules that are already compiled.
void add_exceptions(const RuleFiles& files, engine::RuleSet& rules);

// The rules of these files, without those that the config disables.
[[nodiscard]] engine::RuleSet load_rules(const Settings& settings, const RuleFiles& files,
                                         event::FieldTable fields = {});

[[nodiscard]] PrivilegeOptions privilege_options(const Config& config);

// Everything of an engine that config says; no host, no /proc, no user names.
[[nodiscard]] engine::PipelineOptions pipeline_options(const Config& config);

}  // namespace audisp_eql::plugin
