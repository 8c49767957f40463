// SPDX-License-Identifier: Apache-2.0
// Records that are split without libauparse are split as it would: every such
// record of every recording, and what the kernel can write into one.
#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <auparse.h>
#include <doctest/doctest.h>
#include <libaudit.h>

#include "lib/audit/lines.h"
#include "lib/audit/raw_fields.h"
#include "tests/support/files.h"

using namespace audisp_eql;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs by_libauparse(const std::string& line) {
  const std::unique_ptr<auparse_state_t, void (*)(auparse_state_t*)> au(
      auparse_init(AUSOURCE_BUFFER, (line + "\n").c_str()), [](auparse_state_t* state) { auparse_destroy(state); });
  Pairs pairs;
  if (auparse_next_event(au.get()) <= 0 || auparse_first_field(au.get()) <= 0) return pairs;
  do {
    const char* const value = auparse_get_field_str(au.get());
    pairs.emplace_back(auparse_get_field_name(au.get()), value == nullptr ? "" : value);
  } while (auparse_next_field(au.get()) > 0);
  return pairs;
}

Pairs by_us(int type, const std::string& line) {
  std::vector<audit::Field> fields;
  audit::split_record(type, line, fields);
  Pairs pairs;
  for (const audit::Field& field : fields) pairs.emplace_back(field.name, field.value);
  return pairs;
}

// Of a SYSCALL record we leave some fields out, and libauparse has the type in front.
bool are_among(const Pairs& ours, const Pairs& theirs) {
  auto next = theirs.begin();
  return std::all_of(ours.begin(), ours.end(), [&](const auto& pair) {
    next = std::find(next, theirs.end(), pair);
    return next != theirs.end();
  });
}

void check_alike(const std::string& line, int type) {
  CAPTURE(line);
  const Pairs ours = by_us(type, line);
  const Pairs theirs = by_libauparse(line);
  CHECK_FALSE(ours.empty());
  CHECK(are_among(ours, theirs));
  if (type != AUDIT_SYSCALL) CHECK(ours.size() + 1 == theirs.size());
}

}  // namespace

TEST_CASE("records of every recording are split as libauparse splits them") {
  std::size_t records = 0;
  for (const auto& path : test::files_in(AUDISP_EQL_FIXTURES "/audit", ".log")) {
    audit::LineSplitter splitter;
    const std::string text = test::read_file(path);
    splitter.feed(text);
    while (const auto line = splitter.next()) {
      const auto header = audit::parse_header(*line);
      if (!header || !audit::is_splittable(header->type)) continue;
      check_alike(std::string(audit::raw_half(line->substr(line->find("type=")))), header->type);
      ++records;
    }
  }
  CHECK(records > 1000);
}

TEST_CASE("values of every shape that the kernel writes are split as libauparse splits them") {
  const std::string stamp = " msg=audit(1700000000.123:7): ";
  check_alike("type=CWD" + stamp + "cwd=2F612062", AUDIT_CWD);
  check_alike("type=CWD" + stamp + "cwd=\"/a=b,c'd(e)\"", AUDIT_CWD);
  check_alike("type=PATH" + stamp + "item=0 name=(null) inode=1 dev=00:08 mode=0100644 nametype=UNKNOWN", AUDIT_PATH);
  check_alike("type=PATH" + stamp + "item=1 name=\"\" nametype=PARENT", AUDIT_PATH);
  check_alike("type=SOCKADDR" + stamp + "saddr=020000357F0000010000000000000000", AUDIT_SOCKADDR);
  check_alike("type=SOCKETCALL" + stamp + "nargs=3 a0=3 a1=ffd0 a2=10", AUDIT_SOCKETCALL);
  check_alike("type=OPENAT2" + stamp + "oflag=0101 mode=0600 resolve=0x0", AUDIT_OPENAT2);
}
