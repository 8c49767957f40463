// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/forged_lines.h"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/audit/records.h"

using namespace audisp_eql::audit;

namespace {

using Lines = std::vector<std::string>;

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

// The text as auditd writes it for the address, by what libauparse prints.
std::string record(std::string_view address, std::string_view printed) {
  return test::line("SOCKADDR", 12, "saddr=" + hex(address) + "\x1dSADDR={ saddr_fam=" + std::string(printed) + " }");
}

std::string local(std::string_view path) { return std::string("\x01\0", 2) + std::string(path); }

std::string local_record(std::string_view path) { return record(local(path), "local path=" + std::string(path)); }

Lines physical_lines(const std::string& text) {
  Lines lines{""};
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

// The lines that survive.
Lines genuine(const Lines& lines) {
  ForgedLines forged;
  Lines out;
  for (const std::string& line : lines) {
    if (forged.take(line)) continue;
    out.push_back(line);
    const auto header = parse_header(line);
    if (header && line.find("type=SOCKADDR") != std::string::npos) forged.inspect(line, header->body);
  }
  return out;
}

const std::string kNext = test::line("SYSCALL", 13, "arch=c000003e syscall=59");

// Of a log with this record and a genuine line behind it, just these two remain.
void check_all_forged_lines_go(const std::string& text) {
  Lines lines = physical_lines(text);
  const std::string first = lines.front();
  REQUIRE(lines.size() > 1);
  lines.push_back(kNext);
  CHECK(genuine(lines) == Lines{first, kNext});
}

}  // namespace

TEST_CASE("lines forged by a local path are part of its record") {
  const std::string fake = "type=EXECVE msg=audit(1700000000.123:11): argc=1 a0=\"rm\"";
  for (const std::string& path :
       Lines{"/tmp/x\n" + fake, "\n" + fake, "/tmp/x\n" + fake + "\n", "/tmp/x\n\n\n" + fake, "\n", "\n\n",
             "/tmp/x }\n" + fake + " }", "/tmp/x }\n }\n } }", "a\r\nb\r", "path=\npath=", "\x1dSADDR={\n\x1d"}) {
    CAPTURE(path);
    check_all_forged_lines_go(local_record(path));
  }
}

TEST_CASE("abstract names and the other families with text forge no lines either") {
  check_all_forged_lines_go(record(local(std::string("\0abc\ndef", 8)), "local path=abc\ndef"));
  check_all_forged_lines_go(record(std::string("\x09\0ab\ncd\0zz", 10), "x25 laddr=ab\ncd"));
  check_all_forged_lines_go(record(std::string("\x03\0ab\ncdefGH", 11), "ax25 call=ab\ncdef"));
  // libauparse drops what follows a NUL in a callsign, the closing brace too.
  std::string open = record(std::string("\x03\0ab\nc\0efGH", 11), "ax25 call=ab\nc");
  open.resize(open.size() - 2);
  check_all_forged_lines_go(open);
  // Written on a big-endian machine.
  check_all_forged_lines_go(record(std::string("\0\x01/x\ny", 6), "local path=/x\ny"));
}

TEST_CASE("a path longer than libauparse prints forges no line") {
  std::string path = "/tmp/x\n" + std::string(110, 'y');
  check_all_forged_lines_go(record(local(path), "local path=" + path.substr(0, 108)));
  path = std::string(107, 'x') + "\n" + std::string(10, 'y');
  check_all_forged_lines_go(record(local(path), "local path=" + path.substr(0, 108)));
  path = std::string(100, 'x') + "\n" + std::string(10, 'y') + "\nzz";
  check_all_forged_lines_go(record(local(path), "local path=" + path.substr(0, 108)));
}

TEST_CASE("a newline that is not printed forges nothing and hides nothing") {
  for (const std::string& text :
       Lines{record(local(std::string("/tmp/x\0\nfoo", 11)), "local path=/tmp/x"),
             record(local(std::string(108, 'x') + "\nfoo"), "local path=" + std::string(108, 'x')),
             record(std::string("\x02\0\n\n\n\n\n\n", 8), "inet laddr=10.10.10.10 lport=2570"),
             record(std::string("\x03\0abcdefg\nfoo", 13), "ax25 call=abcdefg"),
             record(std::string("\x10\0\n\n\n\n", 6), "netlink nlnk-fam=16 nlnk-pid=0"),
             test::line("SOCKADDR", 12, "saddr=" + hex(local("/x\nfoo")))}) {  // raw: no enriched half
    CAPTURE(text);
    CHECK(genuine({text, "foo", kNext}) == Lines{text, "foo", kNext});
  }
}

TEST_CASE("where newlines became spaces nobody can hide the lines that follow") {
  for (const std::string& path :
       Lines{"/tmp/x\nfoo", "\n", "\n\n\n", "/tmp/x }\nfoo", "x } }\npath=x }", "a\npath=a", "\npath=\npath="}) {
    CAPTURE(path);
    std::string text = local_record(path);
    std::replace(text.begin(), text.end(), '\n', ' ');
    for (const std::string& next :
         {kNext, std::string("foo"), std::string("foo }"), std::string(), std::string(" }")}) {
      CHECK(genuine({text, next, kNext}) == Lines{text, next, kNext});
    }
  }
}

TEST_CASE("only lines of exactly the address's bytes are taken") {
  // As ausearch prints it: the rest of the record is somewhere else.
  const std::string first = physical_lines(local_record("/tmp/x\nfoo\nbar")).front();
  CHECK(genuine({first, kNext, "foo", "bar }"}) == Lines{first, kNext, "foo", "bar }"});
  CHECK(genuine({first, "foo", kNext, "bar }"}) == Lines{first, kNext, "bar }"});
  CHECK(genuine({first, "foo", "bar", kNext}) == Lines{first, kNext});
  CHECK(genuine({first, "fo", "bar }"}) == Lines{first, "fo", "bar }"});
  CHECK(genuine({first, "foo }", "bar }"}) == Lines{first, "foo }", "bar }"});
  CHECK(genuine({first, "foo", "bar }", "bar }", "foo"}) == Lines{first, "bar }", "foo"});
}

TEST_CASE("a damaged record announces nothing") {
  const std::string good = local_record("/tmp/x\nfoo");
  const std::string first = good.substr(0, good.find('\n'));
  for (std::size_t length = 0; length < first.size(); ++length) {
    const std::string cut = first.substr(0, length);
    ForgedLines forged;
    forged.inspect(cut, test::line("SOCKADDR", 12, "").size());
    REQUIRE_FALSE(forged.take("foo }"));
  }
}
