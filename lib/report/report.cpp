// SPDX-License-Identifier: Apache-2.0
#include "lib/report/report.h"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "lib/report/card.h"
#include "lib/report/content_policy.h"
#include "lib/report/markup.h"
#include "lib/report/page_assets.h"

namespace audisp_eql::report {
namespace {

// Tells a page of ours from other files.
constexpr std::string_view kBeginning =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"generator\" content=\"audisp-eql\">\n";

constexpr std::size_t kKeyBytes = 256;  // of rule and host, where alerts are told apart
constexpr std::size_t kShownInputs = 20;
constexpr std::string_view kOther = "others";

// Letters, digits and '-': an id is hex, and whatever else it were is not taken over.
std::string anchor_of(const alert::Alert& alert, std::uint64_t number) {
  const bool is_hex = alert.id.size() == 32 && alert.id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_hex ? "a-" + alert.id : fmt::format("n-{}", number);
}

std::string option(std::string_view value, std::string_view text) {
  return fmt::format("<option value=\"{}\">{}</option>", encode(value), encode(text));
}

std::string summary_section(std::string_view summary) {
  if (summary.empty()) return {};
  return fmt::format("<section id=\"read\">\n<h2>What was read</h2>\n<pre>{}</pre>\n</section>\n", encode(summary));
}

}  // namespace

Report::Report(Settings settings) : settings_(std::move(settings)), timeline_(settings_.limits.hosts) {}

Report::Group& Report::group_of(const alert::Alert& alert) {
  const std::string rule_id = printable(alert.rule.id, kKeyBytes);
  const std::string host = printable(alert.host_id, kKeyBytes);
  const auto it = std::find_if(groups_.begin(), groups_.end(),
                               [&](const Group& g) { return g.rule_id == rule_id && g.host == host; });
  if (it != groups_.end()) return *it;
  Group group;
  group.severity = alert.rule.severity;
  group.first = group.last = alert.time;
  if (groups_.size() < settings_.limits.groups) {
    group.rule_id = rule_id;
    group.rule_name = printable(rule_title(alert.rule), kKeyBytes);
    group.host = host;
    return groups_.emplace_back(std::move(group));
  }
  if (groups_.size() == settings_.limits.groups) {  // the last one is of all the others
    group.rule_name = group.host = kOther;
    groups_.push_back(std::move(group));
  }
  return groups_.back();
}

// The two limits as one: many small alerts cost as much as a few large ones.
std::size_t Report::cost_of(const Card& card) const {
  return std::max(card.html.size(), settings_.limits.bytes / std::max<std::size_t>(settings_.limits.alerts, 1));
}

bool Report::has_room_for(const Group& group, std::size_t cost) const {
  if (cost_ + cost <= settings_.limits.bytes) return true;
  return std::any_of(groups_.begin(), groups_.end(), [&](const Group& g) { return g.cost > group.cost + cost; });
}

void Report::make_room() {
  while (cost_ > settings_.limits.bytes) {
    Group& largest = *std::max_element(groups_.begin(), groups_.end(),
                                       [](const Group& a, const Group& b) { return a.cost < b.cost; });
    const std::size_t cost = cost_of(largest.cards.back());
    largest.cards.pop_back();
    largest.cost -= cost;
    cost_ -= cost;
    --drawn_;
  }
}

void Report::add(const alert::Alert& alert) {
  Group& group = group_of(alert);
  const std::string host = printable(alert.host_id, kKeyBytes);
  timeline_.add(host, alert.time, alert.rule.severity);
  ++alerts_;
  ++group.alerts;
  ++by_severity_.at(static_cast<std::size_t>(alert.rule.severity));
  group.severity = std::max(group.severity, alert.rule.severity);
  group.first = std::min(group.first, alert.time);
  group.last = std::max(group.last, alert.time);
  if (!has_room_for(group, cost_of(Card{}))) return;  // not even a small one
  Card made{alert.time, alerts_, host, anchor_of(alert, alerts_), {}};
  made.html =
      card(alert, {settings_.offset, settings_.ausearch_input, made.anchor, printable(alert.rule.id, kKeyBytes), host});
  made.html.shrink_to_fit();
  const std::size_t cost = cost_of(made);
  if (!has_room_for(group, cost)) return;
  group.cards.push_back(std::move(made));
  group.cost += cost;
  cost_ += cost;
  ++drawn_;
  make_room();
}

std::vector<const Report::Card*> Report::cards_in_order() const {
  std::vector<const Card*> out;
  for (const Group& group : groups_) {
    for (const Card& card : group.cards) out.push_back(&card);
  }
  std::sort(out.begin(), out.end(),
            [](const Card* a, const Card* b) { return std::tie(a->time, a->number) < std::tie(b->time, b->number); });
  return out;
}

// The worst first, then the most frequent.
std::vector<const Report::Group*> Report::groups_in_order() const {
  std::vector<const Group*> out;
  for (const Group& group : groups_) out.push_back(&group);
  std::stable_sort(out.begin(), out.end(), [](const Group* a, const Group* b) {
    return std::tie(b->severity, b->alerts) < std::tie(a->severity, a->alerts);
  });
  return out;
}

std::string Report::title() const {
  if (alerts_ == 0) return "No alerts";
  return fmt::format("{} on {}{}", counted(alerts_, "alert"), timeline_.has_more_hosts() ? "more than " : "",
                     counted(timeline_.hosts(), "host"));
}

bool begins_as_report(std::string_view head) { return head.starts_with(kBeginning); }

std::string Report::head_of_page() const {
  return fmt::format(
      "{}"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>{} - audisp-eql</title>\n<style>{}</style>\n</head>\n",
      kBeginning, content_policy(page_style(), page_script()), title(), page_style());
}

std::string Report::header(const Frame& frame) const {
  std::string totals;
  for (std::size_t i = by_severity_.size(); i-- > 0;) {
    if (by_severity_[i] == 0) continue;
    const std::string_view word = alert::to_string(static_cast<alert::RuleSeverity>(i));
    totals += fmt::format("<span class=\"severity {0}\">{1} {0}</span>", word, grouped(by_severity_[i]));
  }
  std::string out = fmt::format("<header>\n<h1>{}</h1>\n<p class=\"totals\">{}</p>\n", title(), totals);
  if (timeline_.hosts() > 0) {
    out += fmt::format("<p>{} to {}</p>\n", html_time(timeline_.first(), settings_.offset),
                       html_time(timeline_.last(), settings_.offset));
  }
  std::string inputs;
  for (std::size_t i = 0; i < std::min(frame.inputs.size(), kShownInputs); ++i) {
    inputs += fmt::format("{}<bdi>{}</bdi>", i == 0 ? "" : ", ", html_text(frame.inputs[i]));
  }
  if (frame.inputs.size() > kShownInputs) {
    inputs += fmt::format(" and {}", counted(frame.inputs.size() - kShownInputs, "more file"));
  }
  out += fmt::format("<p class=\"from\">from {}", inputs.empty() ? "standard input" : inputs);
  out += fmt::format("<br>by {}", html_text(frame.made_by));
  if (frame.made) out += fmt::format(", {}", html_time(*frame.made, settings_.offset));
  if (alerts_ > 0 && settings_.ausearch_input.empty()) {
    out += "<br>The ausearch commands search the logs of the machine they run on; for others add -if FILE.";
  }
  return out + "</p>\n</header>\n";
}

std::string Report::overview() const {
  // Where all are drawn that is no news.
  const auto drawn_cell = [this](std::string_view element, std::string_view text) {
    return drawn_ == alerts_ ? "" : fmt::format("<{0} class=\"number\">{1}</{0}>", element, text);
  };
  std::string rows;
  for (const Group* group : groups_in_order()) {
    const std::string_view severity = alert::to_string(group->severity);
    const bool is_others = group->rule_id.empty() && group->host == kOther;
    const auto cell = [&](std::string_view key, std::string_view value, std::string_view text) {
      if (is_others) return fmt::format("<td>{}</td>", encode(text));
      return fmt::format("<td><a href=\"#{}={}\"><bdi>{}</bdi></a></td>", key, percent_encode(value), encode(text));
    };
    rows += fmt::format(
        "<tr><td><span class=\"severity {0}\">{0}</span></td>{1}{2}<td class=\"number\">{3}</td>"
        "{4}<td>{5}</td><td>{6}</td></tr>\n",
        severity, cell("rule", group->rule_id, group->rule_name), cell("host", group->host, group->host),
        grouped(group->alerts), drawn_cell("td", grouped(group->cards.size())),
        html_short_time(group->first, settings_.offset), html_short_time(group->last, settings_.offset));
  }
  return fmt::format(
      "<section id=\"overview\">\n<h2>Rules and hosts</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>Severity</th>"
      "<th>Rule</th><th>Host</th><th class=\"number\">Alerts</th>{}<th>First</th><th>Last</th></tr></thead>\n"
      "<tbody>\n{}</tbody>\n</table></div>\n</section>\n",
      drawn_cell("th", "Drawn"), rows);
}

std::string Report::filter_form() const {
  std::set<std::pair<std::string, std::string>> rules;
  std::set<std::string> hosts;
  for (const Group& group : groups_) {
    if (group.cards.empty() || group.rule_id.empty()) continue;
    rules.emplace(group.rule_name, group.rule_id);
    hosts.insert(group.host);
  }
  std::string rule_options, host_options, severity_options;
  for (const auto& [name, id] : rules) rule_options += option(id, name);
  for (const std::string& host : hosts) host_options += option(host, host);
  for (const std::string_view severity : {"critical", "high", "medium", "low"}) {
    severity_options += option(severity, severity);
  }
  return fmt::format(
      "<form id=\"filter\" role=\"search\" hidden>\n"
      "<input type=\"search\" name=\"q\" placeholder=\"Search: curl 10.0.0.1\" aria-label=\"Search\" "
      "autocomplete=\"off\" spellcheck=\"false\">\n"
      "<select name=\"severity\" aria-label=\"Severity\"><option value=\"\">any severity</option>{}</select>\n"
      "<select name=\"rule\" aria-label=\"Rule\"><option value=\"\">any rule</option>{}</select>\n"
      "<select name=\"host\" aria-label=\"Host\"><option value=\"\">any host</option>{}</select>\n"
      "<output id=\"shown\"></output>\n<button type=\"reset\">Clear</button>\n"
      "<button type=\"button\" id=\"fold\">Unfold all</button>\n</form>\n",
      severity_options, rule_options, host_options);
}

std::string Report::not_drawn() const {
  if (drawn_ == alerts_) return {};
  return fmt::format(
      "<p class=\"warning\">Of {} this page draws {}: of each rule on each host the first ones. The table counts all; "
      "<code>scan</code> prints all.</p>\n",
      counted(alerts_, "alert"), grouped(drawn_));
}

std::string Report::html(const Frame& frame) const {
  std::string out = head_of_page() + "<body>\n" + header(frame) + "<main>\n";
  if (alerts_ > 0) {
    const std::vector<const Card*> cards = cards_in_order();
    std::vector<Target> targets;
    targets.reserve(cards.size());
    for (const Card* card : cards) targets.push_back({card->host, card->time, card->anchor});
    out += "<section id=\"timeline\">\n<h2>Alerts by host and time</h2>\n" + timeline_.html(targets, settings_.offset) +
           "</section>\n" + overview();
    out += "<section id=\"alerts\">\n<h2>Alerts</h2>\n" + not_drawn() + filter_form();
    for (const Card* card : cards) out += card->html;
    out += "</section>\n";
  }
  out += summary_section(frame.summary);
  return out + fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", page_script());
}

}  // namespace audisp_eql::report
