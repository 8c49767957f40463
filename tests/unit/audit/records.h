// SPDX-License-Identifier: Apache-2.0
// Record lines and parsed groups for tests of this layer, without libauparse:
// fields are split at spaces, which is what the kernel's grammar allows.
#pragma once

#include <deque>
#include <initializer_list>
#include <string>
#include <string_view>

#include "lib/audit/lines.h"
#include "lib/audit/record.h"

namespace audisp_eql::audit::test {

// `type=T msg=audit(S.MS:SERIAL): BODY`, at second 1700000000.
inline std::string line(std::string_view type, unsigned serial, std::string_view body, std::string_view node = {}) {
  std::string out = node.empty() ? std::string() : "node=" + std::string(node) + " ";
  return out + "type=" + std::string(type) + " msg=audit(1700000000.123:" + std::to_string(serial) +
         "): " + std::string(body);
}

// SYSCALL records of x86-64.
inline std::string syscall(unsigned serial, unsigned number, std::string_view more = "success=yes exit=0") {
  return line("SYSCALL", serial,
              "arch=c000003e syscall=" + std::to_string(number) + " " + std::string(more) +
                  " a0=1 a1=2 a2=3 a3=4 items=2 ppid=10 pid=11 auid=1000 uid=1001 gid=1002 euid=1003 suid=1 fsuid=2 "
                  "egid=1004 sgid=3 fsgid=4 tty=pts0 ses=3 comm=\"cat\" exe=\"/usr/bin/cat\" key=\"k\"");
}

inline constexpr unsigned kExecve = 59, kExecveat = 322, kConnect = 42, kOpenat = 257, kClone = 56, kFork = 57,
                          kVfork = 58, kClone3 = 435, kExitGroup = 231, kExit = 60, kRead = 0;  // x86-64

// Owns the text that its group's views point into.
class Parsed {
 public:
  explicit Parsed(std::initializer_list<std::string> lines) {
    for (const std::string& text : lines) add(text);
  }

  void add(const std::string& text) {
    const std::string& kept = text_.emplace_back(text);
    const auto header = parse_header(kept);
    if (!header) return;
    group.time = header->time;
    group.serial = header->serial;
    group.node = header->node;
    ParsedRecord& record = group.records.emplace_back();
    record.type = header->type;
    std::string_view rest = std::string_view(kept).substr(header->body);
    while (!rest.empty()) {
      const std::string_view field = rest.substr(0, rest.find(' '));
      rest.remove_prefix(std::min(field.size() + 1, rest.size()));
      const std::size_t equals = field.find('=');
      if (equals != std::string_view::npos) {
        record.fields.push_back({field.substr(0, equals), field.substr(equals + 1)});
      }
    }
  }

  ParsedGroup group;

 private:
  std::deque<std::string> text_;
};

}  // namespace audisp_eql::audit::test
