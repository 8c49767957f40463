// SPDX-License-Identifier: Apache-2.0
#include "lib/report/markup.h"

#include <string>

#include <doctest/doctest.h>

using namespace audisp_eql;
using namespace audisp_eql::report;

TEST_CASE("no text of a log is markup, in an element or in an attribute") {
  CHECK(html_text("<script>x</script>") == "&lt;script&gt;x&lt;/script&gt;");
  CHECK(html_text("\" onclick='x' &amp;") == "&quot; onclick=&#39;x&#39; &amp;amp;");
  CHECK(html_text("</style><!--") == "&lt;/style&gt;&lt;!--");
  CHECK(html_text("a\nb\x1b[31m\xFF") == "a\\x0Ab\\x1B[31m\\xFF");
  CHECK(html_text("a\xE2\x80\xAEgpj.exe") == "a\\xE2\\x80\\xAEgpj.exe");
  CHECK(html_text(std::string_view("\0<", 2)) == "\\x00&lt;");
}

TEST_CASE("long text is cut at the limit, and its length is told") {
  CHECK(html_text(std::string(10, 'x'), 10) == std::string(10, 'x'));
  CHECK(html_text(std::string(11, 'x'), 10) == "xxxxxxx...<span class=\"cut\">cut: 11 bytes in all</span>");
  // What it takes on the page counts: 3 bytes are 12 there.
  CHECK(html_text("\x01\x02\x03", 12) == "\\x01\\x02\\x03");
  CHECK(html_text("\x01\x02\x03", 11) == "\\x01\\x02...<span class=\"cut\">cut: 3 bytes in all</span>");
  // Not inside a character, though the limit is.
  CHECK(printable("xxxx\xE2\x82\xACyyyyy", 9) == "xxxx...");
}

TEST_CASE("arguments are quoted and apart") {
  CHECK(html_command({"sh", "-c", "a <b", ""}) ==
        "<bdi>sh</bdi> <bdi>-c</bdi> <bdi>&#39;a &lt;b&#39;</bdi> <bdi>&#39;&#39;</bdi>");
  CHECK(html_command({}).empty());
}

TEST_CASE("a megabyte of arguments makes a short text that says so") {
  const std::string one = html_command({"x", std::string(1'048'576, 'A')});
  CHECK(one.size() < 2'200);
  CHECK(one.find("cut: 1,048,576 bytes in all") != std::string::npos);

  const std::string many = html_command(std::vector<std::string>(101, "x"));
  CHECK(many.find("cut: 1 more argument, 1 byte") != std::string::npos);
  CHECK(html_command(std::vector<std::string>(100, "x")).find("cut") == std::string::npos);

  const std::string large = html_command(std::vector<std::string>(10, std::string(1'500, 'x')));
  CHECK(large.size() < 6'400);
  CHECK(large.find("cut: 6 more arguments, 9,000 bytes") != std::string::npos);
}

TEST_CASE("a fragment has letters, digits and percents") {
  CHECK(percent_encode("a b&=#\xC3\xA9\"") == "a%20b%26%3D%23%C3%A9%22");
}

TEST_CASE("numbers and times are as people read them") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1'000) == "1,000");
  CHECK(grouped(1'048'576) == "1,048,576");
  CHECK(counted(1, "alert") == "1 alert");
  CHECK(counted(2'000, "alert") == "2,000 alerts");
  const auto summer = [](EventTime) { return 7'200; };
  CHECK(shown_time(milliseconds(1'795'506'063'100), summer) == "2026-11-24 09:41:03.100 +02:00");
  CHECK(html_time(milliseconds(1'795'506'063'100), {}) == "<time>2026-11-24 07:41:03.100 <small>Z</small></time>");
  CHECK(html_short_time(milliseconds(1'795'506'063'100), {}) == "<time>2026-11-24 07:41:03</time>");
}
