// SPDX-License-Identifier: Apache-2.0
#include <cctype>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/alert/budget.h"
#include "lib/alert/format.h"
#include "lib/base/escape.h"

namespace audisp_eql::alert {
namespace {

std::string quoted_args(const std::vector<std::string>& args) {
  std::string out;
  for (const std::string& arg : args) {
    if (!out.empty()) out += ' ';
    out += shell_quoted(arg);
  }
  return out;
}

std::string endpoint(const Destination& destination) {
  const bool v6 = destination.ip.find(':') != std::string::npos;
  const std::string address = v6 ? fmt::format("[{}]", destination.ip) : destination.ip;
  return destination.port ? fmt::format("{}:{}", address, *destination.port) : address;
}

// REQUIRES: the alert has a destination.
std::string target(const Alert& a) {
  return endpoint(*a.destination) + (a.network_transport.empty() ? "" : "/" + a.network_transport);
}

std::string user_text(const UserInfo& user) {
  std::string out = user.name.empty() ? user.id : fmt::format("{} ({})", user.name, user.id);
  if (!user.real_id.empty() && user.real_id != user.id) out += fmt::format(", real {}", user.real_id);
  if (!user.audit_id.empty() && user.audit_id != user.id) out += fmt::format(", logged in as {}", user.audit_id);
  return out;
}

std::string process_text(const ProcessInfo& process) {
  std::string out = shown_executable(process);
  const bool other_image = !process.kernel_executable.empty() && process.kernel_executable != out;
  if (other_image) out += fmt::format(" ({})", process.kernel_executable);
  if (process.pid) out += fmt::format("{}pid {}", out.empty() ? "" : ", ", *process.pid);
  return out;
}

std::string technique_text(const Technique& technique) { return fmt::format("{} {}", technique.id, technique.name); }

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string_view colour_of(RuleSeverity severity) {
  switch (severity) {
    case RuleSeverity::kLow: return "\x1b[36m";
    case RuleSeverity::kMedium: return "\x1b[33m";
    case RuleSeverity::kHigh: return "\x1b[31m";
    case RuleSeverity::kCritical: return "\x1b[1;31m";
  }
  return "";
}

class Report {
 public:
  Report(const Alert& alert, const UtcOffset& offset, Colour colour) : a_(alert), offset_(offset), colour_(colour) {}

  std::string write() {
    head();
    row("rule", fmt::format("{} (risk {})", a_.rule.id, a_.rule.risk_score));
    row("host", a_.host_id);
    row("user", user_text(a_.user));
    process("process", a_.process);
    process("parent", a_.parent);
    if (a_.destination) row("to", target(a_));
    if (a_.file) file(*a_.file);
    if (a_.desktop_entry) desktop_entry(*a_.desktop_entry);
    threats();
    if (a_.suppressed) suppressed(*a_.suppressed);
    for (const Evidence& event : a_.evidence) evidence(event);
    for (const std::string& note : a_.notes) row("note", note);
    if (a_.truncated) row("note", "some argument bytes are missing");
    row("id", a_.id);
    return std::move(out_);
  }

 private:
  std::string when(EventTime time) const { return format_time(time, offset_ ? offset_(time) : 0); }

  void head() {
    const std::string severity = upper(to_string(a_.rule.severity));
    const bool on = colour_ == Colour::kOn;
    out_ += fmt::format("{}  {}{}{}  {}\n", when(a_.time), on ? colour_of(a_.rule.severity) : "", severity,
                        on ? "\x1b[0m" : "", a_.rule.name);
  }

  void row(std::string_view name, std::string_view text) {
    if (!text.empty()) out_ += fmt::format("  {:<10}{}\n", name, text);
  }

  void process(std::string_view name, const ProcessInfo& process) {
    row(name, process_text(process));
    row("  args", quoted_args(process.args));
    row("  in", process.working_directory);
    row("  unit", process.systemd_unit);
  }

  void file(const FileInfo& file) {
    row("file", shown_path(file.now));
    row("  was", shown_path(file.original));
    row("  to", file.target);
  }

  void desktop_entry(const DesktopEntryInfo& entry) {
    row("entry", fmt::format("{} (by {})", shell_quoted(entry.path), entry.found_by));
    row("  exec", entry.exec);
    std::string text = fmt::format("owner {}", entry.owner);
    if (entry.mtime) text += fmt::format(", changed {}", when(*entry.mtime));
    row("  file", fmt::format("{}, sha256 {}", text, entry.sha256));
  }

  void threats() {
    for (const Threat& threat : a_.rule.threats) {
      std::string text = fmt::format("{} {}", threat.tactic_id, threat.tactic_name);
      for (const Technique& technique : threat.techniques) {
        text += fmt::format(": {}", technique_text(technique));
        for (const Technique& sub : technique.subtechniques) text += fmt::format(", {}", technique_text(sub));
      }
      row("threat", text);
    }
  }

  void suppressed(const Suppressed& s) {
    row("held back", fmt::format("{} alerts, {} to {}", s.count, s.first_id, s.last_id));
    row("of users", users_text(s));
  }

  void evidence(const Evidence& event) {
    std::string text = fmt::format("{}. {}  {}", event.stage, when(event.time), event.action);
    if (event.pid) text += fmt::format(" pid {}", *event.pid);
    if (event.destination) text += fmt::format(" to {}", endpoint(*event.destination));
    if (!event.file.empty()) text += fmt::format(" {}", shell_quoted(event.file));
    if (!event.outcome.empty()) text += fmt::format(" ({})", event.outcome);
    if (event.serial) text += fmt::format("   ausearch -a {}", *event.serial);
    row("evidence", text);
  }

  const Alert& a_;
  const UtcOffset& offset_;
  Colour colour_;
  std::string out_;
};

void add_pair(std::string& out, std::string_view key, std::string_view value) {
  if (!value.empty()) out += fmt::format(" {}={}", key, value);
}

std::string one_line(const Alert& a) {
  std::string out = fmt::format("{} alert: {}", to_string(a.rule.severity), a.rule.name);
  add_pair(out, "host", a.host_id);
  add_pair(out, "user", a.user.name.empty() ? a.user.id : a.user.name);
  if (a.process.pid) add_pair(out, "pid", std::to_string(*a.process.pid));
  const std::string& exe = shown_executable(a.process);
  if (!exe.empty()) add_pair(out, "exe", shell_quoted(exe));
  if (!a.process.args.empty()) add_pair(out, "args", fmt::format("[{}]", quoted_args(a.process.args)));
  if (!a.parent.executable.empty()) add_pair(out, "parent", shell_quoted(a.parent.executable));
  if (a.destination) add_pair(out, "to", target(a));
  if (a.file && !shown_path(a.file->now).empty()) add_pair(out, "file", shell_quoted(shown_path(a.file->now)));
  if (a.file && !shown_path(a.file->original).empty()) add_pair(out, "was", shell_quoted(shown_path(a.file->original)));
  if (a.desktop_entry) add_pair(out, "entry", shell_quoted(a.desktop_entry->path));
  if (a.suppressed) {
    add_pair(out, "suppressed", std::to_string(a.suppressed->count));
    add_pair(out, "first", a.suppressed->first_id);
    add_pair(out, "last", a.suppressed->last_id);
    add_pair(out, "users", fmt::format("[{}]", users_text(*a.suppressed)));
  }
  std::vector<std::uint64_t> serials;
  for (const Evidence& event : a.evidence) {
    if (event.serial) serials.push_back(*event.serial);
  }
  add_pair(out, "serials", fmt::format("{}", fmt::join(serials, ",")));
  add_pair(out, "rule", a.rule.id);
  add_pair(out, "id", a.id);
  if (a.truncated) add_pair(out, "truncated", "yes");
  return out;
}

}  // namespace

std::string format_text(const Alert& alert, const UtcOffset& offset, Colour colour) {
  return fit(alert, kUnlimited, [&](const Alert& a) { return Report(a, offset, colour).write(); });
}

std::string format_line(const Alert& alert, std::size_t max_bytes) { return fit(alert, max_bytes, one_line); }

}  // namespace audisp_eql::alert
