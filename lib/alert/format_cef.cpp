// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "lib/alert/budget.h"
#include "lib/alert/format.h"

namespace audisp_eql::alert {
namespace {

// Printable text has no newline, so only the separators are left to escape.
std::string escape(std::string_view text, char separator) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '\\' || c == separator) out += '\\';
    out += c;
  }
  return out;
}

int cef_severity(RuleSeverity severity) {
  switch (severity) {
    case RuleSeverity::kLow: return 3;
    case RuleSeverity::kMedium: return 5;
    case RuleSeverity::kHigh: return 8;
    case RuleSeverity::kCritical: return 10;
  }
  return 5;
}

class Extension {
 public:
  void add(std::string_view key, std::string_view text) {
    if (text.empty()) return;
    if (!out_.empty()) out_ += ' ';
    out_ += fmt::format("{}={}", key, escape(text, '='));
  }
  void add(std::string_view key, const std::optional<std::int64_t>& number) {
    if (number) add(key, std::to_string(*number));
  }
  // CEF's custom fields come as a value and its label.
  void add_custom(std::string_view key, std::string_view label, std::string_view text) {
    if (text.empty()) return;
    add(key, text);
    add(fmt::format("{}Label", key), label);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string message_of(const Alert& a) {
  std::string out;
  if (a.suppressed) {
    out = fmt::format("alerts {} to {} were held back, of users {}", a.suppressed->first_id, a.suppressed->last_id,
                      users_text(*a.suppressed));
  }
  if (a.truncated) out += out.empty() ? "truncated" : "; truncated";
  return out;
}

std::string extension_of(const Alert& a) {
  Extension e;
  e.add("rt", std::to_string(a.time.ms));
  e.add("externalId", a.id);
  e.add("dvchost", a.host_id);
  e.add("act", a.action);
  e.add("suser", a.user.name);
  e.add("suid", a.user.id);
  e.add("spid", a.process.pid);
  e.add("sproc", shown_executable(a.process));
  if (a.destination) {
    const bool v6 = a.destination->ip.find(':') != std::string::npos;
    if (v6) {
      e.add_custom("c6a3", "destination address", a.destination->ip);
    } else {
      e.add("dst", a.destination->ip);
    }
    e.add("dpt", a.destination->port);
    e.add("proto", a.network_transport);
  }
  if (a.file) {
    e.add("filePath", shown_path(a.file->now));
    e.add("fname", a.file->now.name);
    e.add("oldFilePath", a.file->original.path);
    e.add("oldFileName", a.file->original.name);
  }
  e.add_custom("cn1", "risk score", std::to_string(a.rule.risk_score));
  e.add_custom("cs1", "command line", command_line(a.process.args));
  e.add_custom("cs2", "parent", shown_executable(a.parent));
  e.add_custom("cs3", "parent command line", command_line(a.parent.args));
  e.add_custom("cs4", "audit serials", joined_serials(a.evidence, ","));
  e.add_custom("cs5", "ATT&CK techniques", joined_techniques(a.rule.threats, ","));
  e.add_custom("cs6", "audit user", a.user.audit_id);
  if (a.desktop_entry) e.add_custom("flexString1", "autostart entry", a.desktop_entry->path);
  if (a.suppressed) e.add("cnt", std::to_string(a.suppressed->count));
  e.add("msg", message_of(a));
  return e.take();
}

}  // namespace

std::string format_cef(const Alert& alert, std::string_view product_version, std::size_t max_bytes) {
  return fit(alert, max_bytes, [product_version](const Alert& a) {
    return fmt::format("CEF:0|audisp-eql|audisp-eql|{}|{}|{}|{}|{}", escape(product_version, '|'),
                       escape(a.rule.id, '|'), escape(a.rule.name, '|'), cef_severity(a.rule.severity),
                       extension_of(a));
  });
}

}  // namespace audisp_eql::alert
