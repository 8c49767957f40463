// SPDX-License-Identifier: Apache-2.0
#include "lib/report/report.h"

#include <algorithm>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "lib/report/content_policy.h"
#include "lib/report/page_assets.h"
#include "tests/support/sample_alert.h"
#include "tests/support/text_count.h"

using namespace audisp_eql;
using report::Report;
using test::count_of;
using test::sample_alert;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string page_of(const alert::Alert& alert) {
  Report report({{}, "-if audit.log", {}});
  report.add(alert);
  return report.html({});
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from) + from.size();
  return text.substr(at, text.find(to, at) - at);
}

// Of a rule on a host, the n-th.
alert::Alert numbered(const std::string& rule, const std::string& host, int n) {
  alert::Alert a = sample_alert();
  a.rule.id = a.rule.name = rule;
  a.host_id = host;
  a.time = milliseconds(1'795'506'000'000 + n);
  a.id.clear();  // the element is called by its number then
  return a;
}

}  // namespace

TEST_CASE("the policy has the hashes of the style and script that are in the page") {
  const std::string page = page_of(sample_alert());
  const std::string style = between(page, "<style>", "</style>");
  const std::string script = between(page, "<script>", "</script>");
  CHECK(style == report::page_style());
  CHECK(script == report::page_script());
  CHECK(between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"") ==
        report::content_policy(style, script));
  CHECK(count_of(page, "<script") == 1);
  CHECK(count_of(page, "<style") == 1);
}

TEST_CASE("the page asks nothing of a network and has no style or handler in an element") {
  const std::string page = page_of(test::hostile_alert(300));
  const std::string own = page_of(sample_alert());
  for (const char* part : {" src=", "url(", "@import", "<link", "<img", "<iframe", "<base",
                           " style=", " onclick=", "href=\"http", "//# source"}) {
    CAPTURE(part);
    CHECK_FALSE(has(page, part));
    CHECK_FALSE(has(own, part));
  }
  CHECK(count_of(own, "href=\"") == count_of(own, "href=\"#"));
}

TEST_CASE("an alert is drawn with its parent, process, events and how to find them") {
  const std::string page = page_of(sample_alert());
  const std::size_t parent = page.find("<li class=\"parent\">");
  const std::size_t process = page.find("<li class=\"process\">");
  const std::size_t exec = page.find("<li class=\"event\">");
  const std::size_t connect = page.find("<li class=\"event connect\">");
  REQUIRE(connect != std::string::npos);
  CHECK(parent < process);
  CHECK(process < exec);
  CHECK(exec < connect);
  CHECK(has(page, "<bdi class=\"name\">/usr/bin/xfce4-session</bdi> <span class=\"pid\">pid 24100</span>"));
  CHECK(has(page, "<bdi>&#39;curl http://203.0.113.9:8123/x&#39;</bdi>"));
  CHECK(has(page, "<bdi class=\"name\">203.0.113.9:8123"));
  CHECK(has(page, "+312 ms"));
  CHECK(has(page, "ausearch</span> <span>-a 5709</span> <span>-ts 11/24/26 07:41:03</span>"));
  CHECK(has(page, "<span>--node desk7</span> <span>-if audit.log</span>"));
  CHECK(has(page, "<title>1 alert on 1 host - audisp-eql</title>"));
}

TEST_CASE("where the commands do not name the logs, the page says so") {
  CHECK_FALSE(has(page_of(sample_alert()), "add -if FILE"));
  Report report({{}, {}, {}});
  CHECK_FALSE(has(report.html({}), "add -if FILE"));
  report.add(sample_alert());
  CHECK(has(report.html({}), "add -if FILE"));
}

TEST_CASE("the autostart entry stands above what it starts") {
  alert::Alert a = sample_alert();
  a.desktop_entry = alert::DesktopEntryInfo{};
  a.desktop_entry->path = "/home/alice/.config/autostart/x.desktop";
  a.desktop_entry->exec = "/bin/sh -c \"curl http://203.0.113.9:8123/x\"";
  std::string page = page_of(a);
  const std::string entry = "<li class=\"entry\">";
  CHECK(page.find("<li class=\"parent\">") < page.find(entry));
  CHECK(page.find(entry) < page.find("<li class=\"process\">"));

  a.parent.args = std::exchange(a.process.args, {"curl", "http://203.0.113.9:8123/x"});
  page = page_of(a);
  CHECK(page.find(entry) < page.find("<li class=\"parent\">"));
}

TEST_CASE("events of another process or host have a place of their own") {
  alert::Alert a = sample_alert();
  a.evidence[0].pid = 4711;
  CHECK(has(page_of(a),
            "<ul class=\"tree\"><li class=\"process\"><div class=\"node\"><p class=\"head\"><span class=\"kind\">"
            "process</span> <bdi class=\"name\">unknown program</bdi> <span class=\"pid\">pid 4711</span>"));
  a = sample_alert();
  a.evidence[0].host = "desk8";
  CHECK(has(page_of(a), " on <bdi>desk8</bdi>"));
}

TEST_CASE("hostile text is text, everywhere") {
  const std::string bad =
      "<script>document.title='x'</script></style>\"'><img src=x onerror=y>\xE2\x80\xAE\xFF\x1b\n]]>--!>";
  alert::Alert a = test::hostile_alert(0);
  const auto set = [&](auto&... texts) { ((texts = bad), ...); };
  a.desktop_entry = alert::DesktopEntryInfo{};
  a.file = alert::FileInfo{};
  a.suppressed = alert::Suppressed{1, {}, {}, {bad}, 0};
  set(a.id, a.rule.id, a.rule.name, a.host_id, a.node, a.action, a.user.id, a.user.name, a.user.real_id,
      a.user.audit_id, a.network_transport, a.process.executable, a.process.kernel_executable,
      a.process.working_directory, a.process.systemd_unit, a.parent.executable, a.parent.kernel_executable,
      a.desktop_entry->path, a.desktop_entry->name, a.desktop_entry->exec, a.desktop_entry->owner,
      a.desktop_entry->sha256, a.desktop_entry->found_by, a.file->now.path, a.file->original.path, a.file->target,
      a.suppressed->first_id, a.suppressed->last_id, a.destination->ip);
  a.process.args = a.parent.args = a.notes = {bad, bad};
  a.rule.threats = {{bad, bad, bad, bad, {{bad, bad, bad, {{bad, bad, bad, {}}}}}}};
  for (alert::Evidence& event : a.evidence) {
    set(event.host, event.action, event.outcome, event.file, event.event_id);
    event.destination = alert::Destination{bad, 1};
  }
  Report report({{}, {}, {}});
  report.add(a);
  const std::string page = report.html({bad, {}, {bad}, bad});
  CHECK(count_of(page, "<script") == 1);
  CHECK(count_of(page, "</style") == 1);
  CHECK(count_of(page, "<img") == 0);
  CHECK(count_of(page, "document.title") > 40);
  CHECK(count_of(page, "&lt;script&gt;document.title=") == count_of(page, "document.title"));
}

TEST_CASE("a page is small whatever its alerts are") {
  report::Settings settings;
  settings.limits.bytes = 1'000'000;
  Report report(settings);
  for (int i = 0; i < 40; ++i) {
    alert::Alert a = test::hostile_alert(60'000);
    a.host_id = "host" + std::to_string(i % 4);
    report.add(a);
  }
  CHECK(report.drawn() < 40);
  CHECK(report.drawn() >= 4);
  CHECK(report.html({}).size() < 1'200'000);
}

TEST_CASE("of too many alerts the first of each rule and host are drawn, and the others counted") {
  for (const int alerts : {9, 10, 11}) {
    CAPTURE(alerts);
    report::Settings settings;
    settings.limits.alerts = 10;
    settings.limits.bytes = 10 * 65'536;
    Report report(settings);
    for (int i = 0; i < alerts; ++i) report.add(numbered("rule", "desk7", i));
    CHECK(report.drawn() == std::min(alerts, 10));
    const std::string page = report.html({});
    CHECK(count_of(page, "<details class=\"alert") == report.drawn());
    CHECK(has(page, "Of 11 alerts this page draws 10:") == (alerts > 10));
    CHECK(has(page, "id=\"n-1\"") == true);
    CHECK(has(page, "id=\"n-11\"") == false);
  }
}

TEST_CASE("a flood of one rule on one host leaves room for the others, in either order") {
  for (const bool flood_first : {true, false}) {
    CAPTURE(flood_first);
    report::Settings settings;
    settings.limits.alerts = 10;
    settings.limits.bytes = 10 * 65'536;
    Report report(settings);
    const auto flood = [&] {
      for (int i = 0; i < 1'000; ++i) report.add(numbered("noisy", "desk7", i));
    };
    const auto others = [&] {
      for (int i = 0; i < 3; ++i) report.add(numbered("rare", "desk" + std::to_string(i), 2'000 + i));
    };
    if (flood_first) flood();
    others();
    if (!flood_first) flood();
    const std::string page = report.html({});
    CHECK(count_of(page, "<details class=\"alert") == 10);
    CHECK(count_of(page, "data-rule=\"rare\"") == 3);
    CHECK(has(page, "<td class=\"number\">1,000</td><td class=\"number\">7</td>"));
  }
}

TEST_CASE("rules and hosts over the limit are counted together") {
  for (const std::size_t groups : {1, 2, 3, 5}) {
    CAPTURE(groups);
    report::Settings settings;
    settings.limits.groups = 2;
    Report report(settings);
    for (std::size_t i = 0; i < groups; ++i)
      report.add(numbered("rule" + std::to_string(i), "desk7", static_cast<int>(i)));
    const std::string page = report.html({});
    CHECK(count_of(page, "<tr><td>") == std::min<std::size_t>(groups, 3));
    CHECK(has(page, "<td>others</td><td>others</td><td class=\"number\">3</td>") == (groups == 5));
    CHECK(count_of(page, "<details class=\"alert") == groups);
  }
}

TEST_CASE("alerts are in the order of time, whatever order they came in") {
  Report report({{}, {}, {}});
  for (const int n : {3, 1, 2}) report.add(numbered("rule", "desk7", n));
  const std::string page = report.html({});
  CHECK(page.find("id=\"n-2\"") < page.find("id=\"n-3\""));  // numbered as they came
  CHECK(page.find("id=\"n-3\"") < page.find("id=\"n-1\""));
}

TEST_CASE("a page without alerts says so, and what was read") {
  const std::string page = Report({{}, {}, {}}).html({"audisp-eql 1", {}, {}, "not there: no <exec> records\n"});
  CHECK(has(page, "<h1>No alerts</h1>"));
  CHECK(has(page, "from standard input"));
  CHECK(has(page, "not there: no &lt;exec&gt; records"));
  CHECK_FALSE(has(page, "<form"));
}
