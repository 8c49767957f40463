// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "lib/alert/budget.h"
#include "lib/alert/format.h"

namespace audisp_eql::alert {
namespace {

constexpr std::string_view kColumns[] = {"timestamp",
                                         "severity",
                                         "risk_score",
                                         "rule.name",
                                         "rule.id",
                                         "host.id",
                                         "user.id",
                                         "user.name",
                                         "user.audit.id",
                                         "process.pid",
                                         "process.executable",
                                         "process.command_line",
                                         "process.working_directory",
                                         "process.parent.pid",
                                         "process.parent.executable",
                                         "process.parent.command_line",
                                         "event.action",
                                         "destination.ip",
                                         "destination.port",
                                         "network.transport",
                                         "file.path",
                                         "threat.technique.id",
                                         "evidence.serial",
                                         "desktop_entry.path",
                                         "notes",
                                         "event.id"};

// Printable text has neither tab nor newline, which would begin a formula too.
bool begins_formula(std::string_view text) {
  constexpr std::string_view kFirst[] = {"=", "+", "-", "@", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::any_of(std::begin(kFirst), std::end(kFirst), [text](std::string_view f) { return text.starts_with(f); });
}

class Record {
 public:
  void text(std::string_view text) {
    const std::string safe = (begins_formula(text) ? "'" : "") + std::string(text);
    raw(safe.find_first_of("\",;'") == std::string::npos ? safe : quoted(safe));
  }
  void number(const std::optional<std::int64_t>& number) { raw(number ? std::to_string(*number) : ""); }
  [[nodiscard]] std::string take() { return std::move(out_) + "\r\n"; }

 private:
  void raw(std::string_view cell) {
    if (!is_first_) out_ += ',';
    is_first_ = false;
    out_ += cell;
  }

  static std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
      if (c == '"') out += c;
      out += c;
    }
    return out + '"';
  }

  std::string out_;
  bool is_first_ = true;
};

std::string notes(const Alert& a) {
  std::vector<std::string> list = a.notes;
  if (a.suppressed) list.push_back(fmt::format("{} alerts were held back", a.suppressed->count));
  if (a.truncated) list.emplace_back("some argument bytes are missing");
  return fmt::format("{}", fmt::join(list, "; "));
}

std::string render(const Alert& a) {
  Record r;
  r.text(format_time(a.time));
  r.text(to_string(a.rule.severity));
  r.number(a.rule.risk_score);
  r.text(a.rule.name);
  r.text(a.rule.id);
  r.text(a.host_id);
  for (const std::string* id : {&a.user.id, &a.user.name, &a.user.audit_id}) r.text(*id);
  r.number(a.process.pid);
  r.text(shown_executable(a.process));
  r.text(command_line(a.process.args));
  r.text(a.process.working_directory);
  r.number(a.parent.pid);
  r.text(shown_executable(a.parent));
  r.text(command_line(a.parent.args));
  r.text(a.action);
  r.text(a.destination ? a.destination->ip : "");
  r.number(a.destination ? a.destination->port : std::nullopt);
  r.text(a.network_transport);
  r.text(a.file ? shown_path(a.file->now) : "");
  r.text(joined_techniques(a.rule.threats, " "));
  r.text(joined_serials(a.evidence, " "));
  r.text(a.desktop_entry ? a.desktop_entry->path : "");
  r.text(notes(a));
  r.text(a.id);
  return r.take();
}

}  // namespace

std::string csv_header() { return fmt::format("{}\r\n", fmt::join(std::begin(kColumns), std::end(kColumns), ",")); }

std::string format_csv(const Alert& alert) { return fit(alert, kUnlimited, render); }

}  // namespace audisp_eql::alert
