// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "lib/alert/format.h"
#include "lib/base/escape.h"
#include "tests/support/sample_alert.h"

namespace audisp_eql::alert {
namespace {

namespace json = boost::json;

json::object parsed(const std::string& text) { return json::parse(text).as_object(); }

TEST_CASE("JSON equals the golden samples") {
  const struct {
    std::string path;
    Alert alert;
  } rows[] = {
      {FIXTURES "/golden/alert.json", test::sample_alert()},
      {FIXTURES "/golden/suppressed.json", test::sample_summary()},
      {FIXTURES "/golden/file_alert.json", test::sample_file_alert()},
      {FIXTURES "/golden/entry_alert.json", test::sample_entry_alert()},
  };
  for (const auto& row : rows) {
    const std::string& path = row.path;
    CAPTURE(path);
    const std::string now = format_json(row.alert) + "\n";
    if (std::getenv("AUDISP_EQL_WRITE_GOLDEN") != nullptr) std::ofstream(path) << now;
    std::ifstream file(path);
    const std::string want((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    CHECK(now == want);
  }
}

TEST_CASE("JSON leaves absent fields out") {
  Alert a;
  a.id = "00";
  a.time = milliseconds(0);
  a.rule.id = "r";
  a.rule.name = "n";
  a.host_id = "h";
  CHECK(format_json(a) == R"({"@timestamp":"1970-01-01T00:00:00.000Z",)"
                          R"("event":{"id":"00","kind":"alert","severity":21,"risk_score":0},)"
                          R"("rule":{"id":"r","name":"n"},"host":{"id":"h"},"related":{"hosts":["h"]},)"
                          R"("audisp_eql":{"severity":"low","truncated":false}})");
}

TEST_CASE("the image as executed is shown, the kernel's where only that is known") {
  Alert a = test::sample_alert();
  a.parent.executable.clear();
  const json::object out = parsed(format_json(a));
  CHECK(out.at("process").at("executable") == "/bin/sh");
  CHECK(out.at("auditd").at("data").at("exe") == "/usr/bin/dash");
  CHECK(out.at("process").at("parent").at("executable") == "/usr/bin/xfce4-session");
}

TEST_CASE("evidence whose path is not known has the file's name") {
  Alert a = test::sample_file_alert();
  a.evidence[0].file = "b.desktop";
  a.file->now.path.clear();
  const json::object out = parsed(format_json(a));
  CHECK(out.at("evidence").at(0).at("file") == json::value{{"name", "b.desktop"}});
  CHECK_FALSE(out.at("file").as_object().contains("path"));
  CHECK(out.at("file").at("name") == "a b.desktop");
}

TEST_CASE("a symbolic link that was made says where it leads") {
  Alert a = test::sample_file_alert();
  a.file->original = {};
  a.file->target = "/opt/x";
  const json::object out = parsed(format_json(a));
  CHECK(out.at("file").at("target_path") == "/opt/x");
  CHECK_FALSE(out.at("file").as_object().contains("Ext"));
}

TEST_CASE("bytes from the kernel come out printable and can be told apart") {
  Alert a = test::sample_alert();
  const struct {
    std::string raw;
    std::string shown;
  } rows[] = {
      {std::string("a\0b", 3), "a\\x00b"},
      {"\xFF", "\\xFF"},
      {"\\xFF", "\\\\xFF"},
      {"\x1b[2J", "\\x1B[2J"},
      {"\xE2\x80\xAE", "\\xE2\\x80\\xAE"},
      {"\xC3\xA9", "\xC3\xA9"},
      {"\xC3", "\\xC3"},
      {"say \"hi\"", "say \"hi\""},
      {"a\nb\tc", "a\\x0Ab\\x09c"},
      {"", ""},
  };
  a.process.args.clear();
  for (const auto& row : rows) a.process.args.push_back(row.raw);
  const json::object out = parsed(format_json(a));
  const json::array& args = out.at("process").at("args").as_array();
  REQUIRE(args.size() == std::size(rows));
  for (std::size_t i = 0; i < args.size(); ++i) CHECK(args[i].as_string() == std::string_view(rows[i].shown));
}

TEST_CASE("JSON stays valid for hostile bytes at every budget") {
  const Alert a = test::hostile_alert(500);
  for (std::size_t budget = 512; budget < 9000; budget += 61) {
    CAPTURE(budget);
    const std::string text = format_json(a, budget);
    CHECK(text.size() <= budget);
    json::error_code error;
    const json::value value = json::parse(text, error);
    REQUIRE_FALSE(error);
    CHECK(value.at("audisp_eql").at("truncated") == true);
    CHECK(value.at("event").at("id").as_string() == a.id);
  }
}

TEST_CASE("whole arguments are written when there is no budget") {
  Alert a = test::sample_alert();
  a.process.args.assign(1000, std::string(100, 'x'));
  const json::object out = parsed(format_json(a));
  CHECK(out.at("process").at("args").as_array().size() == 1000);
  CHECK(out.at("process").at("command_line").as_string().size() == 101 * 1000 - 1);
  CHECK(out.at("audisp_eql").at("truncated") == false);
}

TEST_CASE("cut arguments keep the first and the last") {
  Alert a = test::sample_alert();
  a.process.args.assign(5000, "middle");
  a.process.args.front() = "first";
  a.process.args.back() = "last";
  a.process.args_count = 5000;
  const json::object out = parsed(format_json(a, 4096));
  const json::array& args = out.at("process").at("args").as_array();
  CHECK(args.front() == "first");
  CHECK(args.back() == "last");
  CHECK(out.at("process").at("args_count") == 5000);
  CHECK(out.at("process").at("command_line").as_string().find("middle ... middle") != json::string::npos);
  CHECK(out.at("destination").at("port") == 8123);
  CHECK(out.at("evidence").as_array().size() == 2);
}

TEST_CASE("times are RFC 3339 with milliseconds") {
  CHECK(format_time(milliseconds(1'795'506'063'007)) == "2026-11-24T07:41:03.007Z");
  CHECK(format_time(milliseconds(1'795'506'063'007), 3600) == "2026-11-24T08:41:03.007+01:00");
  CHECK(format_time(milliseconds(1'795'506'063'007), -12'600) == "2026-11-24T04:11:03.007-03:30");
  CHECK(format_time(milliseconds(-1)) == "1969-12-31T23:59:59.999Z");
  CHECK(format_time(milliseconds(951'782'400'000)) == "2000-02-29T00:00:00.000Z");
  CHECK(format_time(milliseconds(INT64_MAX)) == "9999-12-31T23:59:59.999Z");
  CHECK(format_time(milliseconds(INT64_MAX), 3600) == "9999-12-31T23:59:59.999+01:00");
  CHECK(format_time(milliseconds(INT64_MIN)) == "0000-01-01T00:00:00.000Z");
}

}  // namespace
}  // namespace audisp_eql::alert
