// SPDX-License-Identifier: Apache-2.0
#include "lib/report/card.h"

#include <algorithm>

#include <fmt/format.h>

#include "lib/alert/budget.h"
#include "lib/report/markup.h"
#include "lib/report/process_tree.h"

namespace audisp_eql::report {
namespace {

using alert::Alert;

constexpr std::size_t kShownNotes = 8;
constexpr std::size_t kShownThreats = 8;
constexpr std::size_t kShownTechniques = 8;

std::string fact(std::string_view name, std::string_view html) {
  return html.empty() ? std::string() : fmt::format("<dt>{}</dt><dd>{}</dd>", name, html);
}

std::string bdi(std::string_view bytes) {
  return bytes.empty() ? std::string() : fmt::format("<bdi>{}</bdi>", html_text(bytes));
}

// What stands in the one line: the file's or program's name, and where it called.
std::string short_subject(const Alert& a) {
  const std::string& executable = alert::shown_executable(a.process);
  const std::string& program = executable.empty() ? a.process.name : executable;
  std::string out = bdi(std::string_view(program).substr(program.rfind('/') + 1));
  if (a.destination) {
    out += fmt::format(" <span class=\"to\">to</span> {}", bdi(a.destination->ip));
    if (a.destination->port) out += fmt::format(" <span class=\"port\">port {}</span>", *a.destination->port);
  }
  if (a.file)
    out += fmt::format(" <span class=\"to\">file</span> {}",
                       bdi(a.file->now.name.empty() ? a.file->now.path : a.file->now.name));
  return out;
}

std::string user_text(const alert::UserInfo& user) {
  std::string out = user.name.empty() ? bdi(user.id) : fmt::format("{} ({})", bdi(user.name), bdi(user.id));
  if (!user.real_id.empty() && user.real_id != user.id) out += fmt::format(", real {}", bdi(user.real_id));
  if (!user.audit_id.empty() && user.audit_id != user.id) out += fmt::format(", logged in as {}", bdi(user.audit_id));
  return out;
}

std::string technique_text(const alert::Technique& technique) {
  return fmt::format("{} {}", html_text(technique.id), html_text(technique.name));
}

std::string threat_text(const alert::Threat& threat) {
  std::string out = fmt::format("{} {}", html_text(threat.tactic_id), html_text(threat.tactic_name));
  const auto line = [&](const alert::Technique& technique) { out += "<br>" + technique_text(technique); };
  for (std::size_t i = 0; i < std::min(threat.techniques.size(), kShownTechniques); ++i) {
    line(threat.techniques[i]);
    const auto& subs = threat.techniques[i].subtechniques;
    std::for_each_n(subs.begin(), std::min(subs.size(), kShownTechniques), line);
  }
  return out;
}

std::string suppressed_text(const alert::Suppressed& s) {
  return fmt::format("{}, {} to {}, of users {}", counted(s.count, "alert"), html_text(s.first_id),
                     html_text(s.last_id), html_text(alert::users_text(s)));
}

std::string facts(const Alert& a) {
  std::string out = fact("user", user_text(a.user)) + fact("host", bdi(a.host_id));
  out += fact("risk", std::to_string(a.rule.risk_score));
  if (a.file) {
    out += fact("file", bdi(alert::shown_path(a.file->now)));
    out += fact("was", bdi(alert::shown_path(a.file->original)));
    out += fact("link to", bdi(a.file->target));
  }
  for (std::size_t i = 0; i < std::min(a.rule.threats.size(), kShownThreats); ++i) {
    out += fact("threat", threat_text(a.rule.threats[i]));
  }
  if (a.suppressed) out += fact("held back", suppressed_text(*a.suppressed));
  for (std::size_t i = 0; i < std::min(a.notes.size(), kShownNotes); ++i) out += fact("note", bdi(a.notes[i]));
  if (a.notes.size() > kShownNotes) out += fact("note", counted(a.notes.size() - kShownNotes, "more note"));
  if (a.truncated) out += fact("note", "The records lack some bytes of the arguments.");
  if (a.evidence.size() < a.stages) {
    out += fact("note", fmt::format("{} of the rule asked for an event that did not come.",
                                    counted(a.stages - a.evidence.size(), "stage")));
  }
  return out + fact("rule", bdi(a.rule.id)) + fact("alert", bdi(a.id));
}

}  // namespace

std::string rule_title(const alert::RuleInfo& rule) { return (rule.bare_query ? "query " : "") + rule.name; }

std::string card(const Alert& a, const CardContext& context) {
  const std::string_view severity = alert::to_string(a.rule.severity);
  return fmt::format(
      "<details class=\"alert {0}\" id=\"{1}\" data-severity=\"{0}\" data-rule=\"{2}\" data-host=\"{3}\">\n"
      "<summary><span class=\"severity\">{0}</span>{4}<span class=\"title\">{5}</span>"
      "<span class=\"subject\">{6}</span><span class=\"where\">{7}{8}</span></summary>\n"
      "<div class=\"body\">{9}<dl>{10}</dl></div>\n</details>\n",
      severity, context.anchor, encode(context.rule_id), encode(context.host), html_time(a.time, context.offset),
      bdi(rule_title(a.rule)), short_subject(a), bdi(a.host_id),
      a.user.id.empty() ? "" : ", " + bdi(a.user.name.empty() ? a.user.id : a.user.name),
      process_tree(a, context.offset, context.ausearch_input), facts(a));
}

}  // namespace audisp_eql::report
