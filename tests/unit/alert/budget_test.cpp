// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/budget.h"

#include <doctest/doctest.h>

#include "lib/alert/format.h"
#include "lib/base/escape.h"
#include "tests/support/sample_alert.h"

namespace audisp_eql::alert {
namespace {

TEST_CASE("text is cut at characters and escapes, never inside") {
  const struct {
    std::string_view text;
    std::size_t bytes;
    std::string_view want;
  } rows[] = {
      {"abcdef", 6, "abcdef"},
      {"abcdefg", 6, "abc..."},
      {"ab\xC3\xA9"
       "efg",
       6, "ab..."},  // two bytes would end after the lead
      {"ab\xC3\xA9"
       "efgh",
       7, "ab\xC3\xA9..."},
      {"a\xF0\x9F\x98\x80"
       "bcdef",
       7, "a..."},
      {"a\xF0\x9F\x98\x80"
       "bcdef",
       8, "a\xF0\x9F\x98\x80..."},
      {"a\\xFFbcdef", 7, "a..."},
      {"a\\xFFbcdef", 8, "a\\xFF..."},
      {"abc\\\\defg", 7, "abc..."},
      {"abc\\\\defg", 8, "abc\\\\..."},
      {"abcdef", 3, "..."},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    CAPTURE(row.bytes);
    CHECK(cut_text(row.text, row.bytes) == row.want);
  }
}

TEST_CASE("a budget cuts the longest argument first, and says so") {
  Alert a = test::sample_alert();
  a.process.args = {"short", std::string(2000, 'x'), "also short"};
  Alert seen;
  const std::string out = fit(a, 1000, [&](const Alert& shown) {
    seen = shown;
    return command_line(shown.process.args) + command_line(shown.parent.args);
  });
  CHECK(out.size() == 1000);
  CHECK(out.substr(0, 7) == "short x");
  CHECK(out.find("... also short") != std::string::npos);
  CHECK(seen.truncated);
}

TEST_CASE("a path of 4 kB of control characters fits, cut and marked, in each format") {
  Alert a = test::sample_file_alert();
  a.file->now = {"/" + std::string(4000, '\x01'), std::string(255, '\x01'), {}};
  a.file->original = a.file->now;
  a.evidence[0].file = a.file->now.path;
  for (const std::string& out : {format_json(a, 2048), format_cef(a, "1", 2048), format_line(a, 2048)}) {
    CAPTURE(out);
    CHECK(out.size() <= 2048);
    CHECK(out.find("x01") != std::string::npos);
    CHECK(out.find("...") != std::string::npos);
  }
}

TEST_CASE("an alert that fits is not touched") {
  const Alert a = test::sample_alert();
  const std::size_t size = format_json(a).size();
  CHECK(format_json(a, size) == format_json(a));
  CHECK(format_json(a, size + 1) == format_json(a));
  CHECK(format_json(a, size - 1) != format_json(a));
  CHECK(format_json(a, size - 1).size() <= size - 1);
}

TEST_CASE("every format keeps every budget, whatever the alert holds") {
  const Alert alerts[] = {test::sample_alert(),       test::sample_summary(),  test::sample_file_alert(),
                          test::sample_entry_alert(), test::hostile_alert(10), test::hostile_alert(1000)};
  for (const Alert& a : alerts) {
    for (std::size_t budget = kLeastBudget; budget < 6000; budget += budget < 530 ? 1 : 197) {
      CAPTURE(budget);
      const std::string outs[] = {format_json(a, budget), format_cef(a, "1.0", budget), format_line(a, budget)};
      for (const std::string& out : outs) {
        REQUIRE(out.size() <= budget);
        REQUIRE(is_valid_utf8(out));
        REQUIRE(out.find(a.id) != std::string::npos);
        REQUIRE(out.find('\n') == std::string::npos);
      }
    }
  }
}

TEST_CASE("a summary that must be cut keeps the count and both ids, and says how many users it left out") {
  Alert a = test::hostile_summary(3000);
  a.suppressed->count = 995;
  a.suppressed->more_users = 3;
  for (const std::string& out :
       {format_json(a, kLeastBudget), format_cef(a, "1", kLeastBudget), format_line(a, kLeastBudget)}) {
    CAPTURE(out);
    CHECK(out.find("995") != std::string::npos);
    CHECK(out.find(a.suppressed->first_id) != std::string::npos);
    CHECK(out.find(a.suppressed->last_id) != std::string::npos);
    CHECK(out.find("19", out.find(a.suppressed->last_id)) != std::string::npos);
  }
}

TEST_CASE("a budget below the least is raised to it") {
  const Alert a = test::hostile_alert(3000);
  CHECK(format_json(a, 1) == format_json(a, kLeastBudget));
  CHECK(format_json(a, kLeastBudget - 1) == format_json(a, kLeastBudget));
  CHECK(format_json(a, 2 * kLeastBudget) != format_json(a, kLeastBudget));
}

TEST_CASE("a uuid as rule id survives the smallest budget") {
  Alert a = test::hostile_alert(3000);
  a.rule.id = test::sample_rule().id;
  CHECK(format_json(a, kLeastBudget).find(a.rule.id) != std::string::npos);
}

// Counts what the formatter is asked to write: the work must not grow with
// budget times size, nor with the number of searches times the size.
TEST_CASE("6 MB of arguments are cut in linear work") {
  Alert a = test::sample_alert();
  const std::vector<std::vector<std::string>> shapes = {
      std::vector<std::string>(1, std::string(6'000'000, '\xFF')),
      std::vector<std::string>(600, std::string(10'000, '"')),
      std::vector<std::string>(1'000'000, "123456"),
      std::vector<std::string>(1'000'000, ""),
  };
  for (const std::vector<std::string>& args : shapes) {
    a.process.args = args;
    std::size_t rendered = 0;
    const std::string out = fit(a, 8096, [&](const Alert& shown) {
      std::string text = command_line(shown.process.args);
      rendered += text.size();
      return text;
    });
    CHECK(out.size() <= 8096);
    CHECK(out.size() > 8000);
    CHECK(rendered < 32'000'000);
  }
}

}  // namespace
}  // namespace audisp_eql::alert
