// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "lib/alert/format.h"
#include "tests/support/sample_alert.h"

namespace audisp_eql::alert {
namespace {

using Cells = std::vector<std::string>;

// One record as RFC 4180 has it; fails the test where it is none.
Cells cells_of(const std::string& record) {
  REQUIRE(record.ends_with("\r\n"));
  const std::string text = record.substr(0, record.size() - 2);
  Cells cells(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && cells.back().empty()) {
      for (++i;; ++i) {
        REQUIRE(i < text.size());
        if (text[i] == '"' && text.substr(i, 2) != "\"\"") break;
        if (text[i] == '"') ++i;
        cells.back() += text[i];
      }
      REQUIRE((i + 1 == text.size() || text[i + 1] == ','));
    } else if (text[i] == ',') {
      cells.emplace_back();
    } else {
      REQUIRE(text[i] != '"');
      cells.back() += text[i];
    }
  }
  return cells;
}

std::string cell(const Alert& alert, const std::string& column) {
  const Cells header = cells_of(csv_header());
  const Cells record = cells_of(format_csv(alert));
  REQUIRE(record.size() == header.size());
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == column) return record[i];
  }
  FAIL("no such column");
  return {};
}

TEST_CASE("a record has what the header names") {
  const Alert a = test::sample_alert();
  CHECK(format_csv(a) ==
        "2026-11-24T07:41:03.412Z,medium,47,Network Connections Initiated Through XDG Autostart Entry,"
        "dd52d45a-4602-4195-9018-ebe0f219c273,desk7,1000,alice,1001,24200,/bin/sh,"
        "/bin/sh -c curl http://203.0.113.9:8123/x,/home/alice,24100,/usr/bin/xfce4-session,xfce4-session,sequence,"
        "203.0.113.9,8123,,,T1547 T1547.013,5701 5709,,the parent ran before auditing began," +
            a.id + "\r\n");
  CHECK(cell(test::sample_file_alert(), "file.path") == "/home/alice/.config/autostart/a b.desktop");
  CHECK(cell(test::sample_entry_alert(), "desktop_entry.path") == "/home/alice/.config/autostart/evil.desktop");
  CHECK(cell(test::sample_summary(), "notes") == "995 alerts were held back");
}

TEST_CASE("separators, quotes and lines of a process stay in their cell") {
  Alert a = test::sample_alert();
  a.process.args = {"a,b", "\"q\"", "new\nline\r\n2", std::string("nul\0x", 5), "\xFF\xC3\xA9"};
  CHECK(cell(a, "process.command_line") == "a,b \"q\" new\\x0Aline\\x0D\\x0A2 nul\\x00x \\xFF\xC3\xA9");
  CHECK(cell(a, "process.parent.command_line") == "xfce4-session");
  const std::string record = format_csv(a);
  CHECK(record.find('\n') == record.size() - 1);
  CHECK(record.find('\0') == std::string::npos);
}

TEST_CASE("no cell of text is a formula to a spreadsheet") {
  const struct {
    std::string text, want;
  } rows[] = {
      {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
      {"+1", "'+1"},
      {"-2+3", "'-2+3"},
      {"@SUM(1)", "'@SUM(1)"},
      {"\t=1", "\\x09=1"},
      {"\r=1", "\\x0D=1"},
      {"\uFF1D1", "'\uFF1D1"},
      {"\uFF0B1", "'\uFF0B1"},
      {"\uFF0D1", "'\uFF0D1"},
      {"\uFF201", "'\uFF201"},
      {"a=b", "a=b"},
      {"", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    Alert a = test::sample_alert();
    a.process.args = {row.text};
    a.process.executable = a.process.working_directory = a.host_id = a.user.name = row.text;
    CHECK(cell(a, "process.command_line") == row.want);
    CHECK(cell(a, "process.working_directory") == row.want);
    CHECK(cell(a, "host.id") == row.want);
    CHECK(cell(a, "user.name") == row.want);
  }
}

TEST_CASE("whatever an alert holds, the record has its cells, and absent ones are empty") {
  const std::size_t columns = cells_of(csv_header()).size();
  for (const Alert& a : {test::hostile_alert(3000), test::hostile_summary(3000), Alert()}) {
    CHECK(cells_of(format_csv(a)).size() == columns);
  }
  CHECK(cell(Alert(), "process.pid").empty());
}

}  // namespace
}  // namespace audisp_eql::alert
