// SPDX-License-Identifier: Apache-2.0
#include "plugin/settings.h"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "plugin/clocks.h"

namespace audisp_eql::plugin {
namespace {

void append(std::vector<Diagnostic>& to, const std::vector<Diagnostic>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void load_config(const std::string& path, Trust trust, Settings& settings) {
  const Result<ReadFile> file = read_file(path, trust);
  if (!file) return append(settings.diagnostics, file.error().diagnostics);
  append(settings.diagnostics, file->warnings);
  const Result<Config> config = parse_config(file->source);
  if (!config) return append(settings.diagnostics, config.error().diagnostics);
  settings.config = *config;
}

// Join keys are what attackers write: with a seed nobody knows, they cannot be
// chosen to collide. No randomness this early in a boot is no reason to wait.
std::array<std::uint64_t, 2> random_seed() {
  std::array<std::uint64_t, 2> seed{};
  if (::getrandom(seed.data(), sizeof seed, GRND_NONBLOCK) != sizeof seed) {
    const auto now = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    seed = {now, static_cast<std::uint64_t>(::getpid())};
  }
  return seed;
}

}  // namespace

Settings load_settings(const Options& options, Trust required) {
  Settings settings;
  const bool live = options.command == Command::kLive;
  const std::string path = options.config.value_or(std::string(kDefaultConfigFile));
  std::error_code error;
  // A folder that we may not look into is no missing file: that would be the defaults without a word.
  if (options.config || std::filesystem::exists(path, error) || error) {
    load_config(path, live || !options.config ? required : Trust::kUser, settings);
  }
  if (!options.host.empty()) settings.config.host = options.host;
  // Who names rules or queries means these alone.
  const bool installed = options.rules.empty() && options.queries.empty() && options.query_files.empty();
  settings.rule_paths = installed ? settings.config.rules : options.rules;
  if (installed) settings.disabled_rules = settings.config.disabled_rules;
  settings.rule_trust = live || (options.rules.empty() && !options.config) ? required : Trust::kUser;
  settings.exceptions_named = options.exceptions.has_value();
  // A case is about its rule, not about what this site excepts.
  if (installed && options.command != Command::kTest) settings.exception_path = settings.config.exceptions;
  if (options.exceptions) settings.exception_path = *options.exceptions;
  settings.exception_trust = live || !(options.exceptions || options.config) ? required : Trust::kUser;
  return settings;
}

RuleFiles collect_rules(const Settings& settings) {
  RuleFiles files = collect_rules(settings.rule_paths, settings.rule_trust);
  const std::string& path = settings.exception_path;
  std::error_code error;
  const bool none = path.empty() || !(std::filesystem::exists(path, error) || error);
  if (none && !settings.exceptions_named) return files;
  Result<ReadFile> file = read_file(path, settings.exception_trust);
  append(files.diagnostics, file ? file->warnings : file.error().diagnostics);
  if (file) files.exceptions = std::move(file->source);
  return files;
}

void add_exceptions(const RuleFiles& files, engine::RuleSet& rules) {
  if (files.exceptions) engine::load_exceptions(*files.exceptions, read_clock(CLOCK_REALTIME), rules);
}

engine::RuleSet load_rules(const Settings& settings, const RuleFiles& files, event::FieldTable fields) {
  engine::RuleSet set = engine::load_rules(files.sources, std::move(fields));
  engine::disable_rules(settings.disabled_rules, set);
  return set;
}

PrivilegeOptions privilege_options(const Config& config) {
  PrivilegeOptions options;
  options.user = config.user;
  options.proc = config.proc_enrichment ? ProcAccess::kAllLinks : ProcAccess::kWorldReadable;
  options.files = config.desktop_entries ? FileAccess::kAll : FileAccess::kOwn;
  return options;
}

engine::PipelineOptions pipeline_options(const Config& config) {
  engine::PipelineOptions options;
  options.engine.max_hosts = config.max_hosts;
  options.engine.table = config.processes;
  options.engine.sequence = config.sequences;
  options.engine.sequence.hash_seed = random_seed();
  options.grouper = config.events;
  options.max_line = config.input.max_line_bytes;
  return options;
}

}  // namespace audisp_eql::plugin
