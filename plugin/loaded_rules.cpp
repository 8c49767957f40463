// SPDX-License-Identifier: Apache-2.0
#include "plugin/loaded_rules.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lib/audit/feeding_rules.h"
#include "lib/audit/rule_gaps.h"
#include "lib/base/escape.h"
#include "lib/engine/file_needs.h"
#include "lib/engine/record_needs.h"
#include "plugin/audit_rules.h"
#include "plugin/file_watches.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

constexpr char kAuditctl[] = "/usr/sbin/auditctl";

struct Output {
  std::string text;  // standard output and error
  int status = 0;
};

std::string read_all(const UniqueFd& fd) {
  std::string text;
  std::array<char, 16'384> buffer;
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
}

std::optional<Output> run_auditctl() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  std::string program = kAuditctl;
  std::string list = "-l";
  const std::array<char*, 3> args = {program.data(), list.data(), nullptr};
  const std::array<char*, 1> environment = {nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDERR_FILENO);
  pid_t pid = 0;
  const int error = ::posix_spawn(&pid, kAuditctl, &actions, nullptr, args.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return std::nullopt;
  theirs = UniqueFd();
  Output out{read_all(ours), 0};
  while (::waitpid(pid, &out.status, 0) < 0 && errno == EINTR) {
  }
  return out;
}

std::vector<audit::AuditRule> parse_rules(std::string_view text) {
  std::vector<audit::AuditRule> rules;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (auto rule = audit::parse_audit_rule(text.substr(0, end))) rules.push_back(std::move(*rule));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rules;
}

// What is not recorded, each with the ABIs of which that is so.
class Report {
 public:
  void add(const std::vector<audit::AuditRule>& needed, const std::vector<audit::AuditRule>& loaded,
           const std::string& what) {
    for (const audit::RuleGap& gap : audit::find_gaps(needed, loaded)) {
      const std::string calls =
          fmt::format("{}{}{}", fmt::join(gap.syscalls, ","), gap.fields.empty() ? "" : " ", gap.fields);
      const std::string& subject = what.empty() ? calls : what;
      std::vector<std::string>& abis = abis_of(warning(gap, subject));
      if (std::find(abis.begin(), abis.end(), gap.arch) == abis.end()) abis.push_back(gap.arch);
    }
  }

  void say(const std::string& warning) { abis_of(warning); }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& [warning, abis] : warnings_) {
      out += "warning: " + warning;
      out += abis.empty() ? "\n" : fmt::format(" ({})\n", fmt::join(abis, ", "));
    }
    return out;
  }

 private:
  static std::string warning(const audit::RuleGap& gap, const std::string& subject) {
    std::string out = gap.only_for.empty()
                          ? fmt::format("not recorded: {}", subject)
                          : fmt::format("recorded only for {}: {}", escape_printable(gap.only_for), subject);
    if (!gap.hidden_by.empty()) {
      out = fmt::format("recorded only as far as `{}`, which comes first, leaves it: {}",
                        escape_printable(gap.hidden_by), subject);
    }
    return out;
  }

  std::vector<std::string>& abis_of(const std::string& warning) {
    const auto it = std::find_if(warnings_.begin(), warnings_.end(), [&](const auto& w) { return w.first == warning; });
    if (it != warnings_.end()) return it->second;
    return warnings_.emplace_back(warning, std::vector<std::string>()).second;
  }

  std::vector<std::pair<std::string, std::vector<std::string>>> warnings_;  // in their order
};

std::string subject_of(const audit::FileWatch& watch) {
  const std::string path = escape_printable(watch.path);
  switch (watch.kind) {
    case audit::FileWatch::Kind::kBelow: return "changes of files below " + path;
    case audit::FileWatch::Kind::kEntries: return "new names in " + path;
    case audit::FileWatch::Kind::kName: return "changes of " + path;
    case audit::FileWatch::Kind::kMade: return "that " + path + " is made";
  }
  return path;
}

void add_watches(const engine::RuleSet& rules, const LoadedRules& loaded, const std::string& root, Report& report) {
  const FileWatches found = find_file_watches(engine::file_needs(rules), root);
  for (const std::string& remark : found.remarks) report.say(remark);
  for (const std::string& unfed : found.unfed) {
    report.say("no directory feeds this, see `audisp-eql audit-rules`: " + unfed);
  }
  for (const audit::FileWatch& watch : found.watches) {
    for (const audit::Abi& abi : abis_of_this_machine()) {
      report.add(audit::watching_rules(watch, abi, engine::kAuditKey), loaded.rules, subject_of(watch));
    }
  }
}

}  // namespace

LoadedRules read_loaded_rules() {
  if (::geteuid() != 0) return {{}, "not root"};
  const auto output = run_auditctl();
  if (!output) return {{}, fmt::format("{} cannot be run", kAuditctl)};
  if (!WIFEXITED(output->status) || WEXITSTATUS(output->status) != 0) {
    return {{},
            fmt::format("`auditctl -l` failed: {}", escape_printable(output->text.substr(0, output->text.find('\n'))))};
  }
  return {parse_rules(output->text), {}};
}

std::string kernel_report(const engine::RuleSet& rules, const LoadedRules& loaded,
                          const std::optional<KernelAudit>& status, const std::string& root) {
  if (!loaded.problem.empty()) return fmt::format("kernel: what it records was not looked at: {}\n", loaded.problem);
  Report report;
  if (status) {
    for (const std::string& warning : kernel_warnings(*status)) report.say(warning);
  }
  const audit::SelectionRequest needs = engine::record_needs(rules);
  for (const std::string& rule : audit::find_droppers(needs, loaded.rules)) {
    report.say(fmt::format("`{}` drops what the rules need", escape_printable(rule)));
  }
  for (const engine::FeedingGroup& group : engine::feeding_groups(needs, abis_of_this_machine())) {
    report.add(group.rules, loaded.rules, {});
  }
  if (needs.files) add_watches(rules, loaded, root, report);
  const std::string text = report.text();
  if (text.empty()) return "kernel: all that the rules need is recorded\n";
  return text + "kernel: load what `audisp-eql audit-rules` prints\n";
}

}  // namespace audisp_eql::plugin
