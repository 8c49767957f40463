// SPDX-License-Identifier: Apache-2.0
// Bytes to audit events. The first byte chooses the line format and the size of
// the chunks; caps are small, so that they are met.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <string_view>

#include "lib/audit/grouper.h"
#include "lib/audit/lines.h"
#include "lib/audit/normalize.h"
#include "lib/auparse/parser.h"
#include "tests/fuzz/small_limits.h"

using namespace audisp_eql;

namespace {

using fuzz::check;

void drain(audit::Grouper& grouper, auparse::Parser& parser, audit::Normalizer& normalizer) {
  while (const audit::RecordGroup* group = grouper.next()) {
    check(!group->records.empty());
    for (const audit::RawRecord& record : group->records) {
      const std::string_view line = group->line(record);
      check(line.find('\n') == std::string_view::npos && line.find('\x1d') == std::string_view::npos);
      const auto header = audit::parse_header(line);
      check(header && header->type == record.type && header->node == group->node && header->time == group->time &&
            header->serial == group->serial);
    }
    const audit::ParsedGroup* parsed = parser.parse(*group);
    if (parsed == nullptr) continue;
    check(parsed->records.size() <= group->records.size());
    const auto event = normalizer.normalize(*parsed);
    if (event) check(event->syscall.pid != 0 && event->serial == group->serial);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Costs more than a whole input.
  static const audit::Selection selection({.exec = true, .fork = true, .exit = true, .connect = true, .files = true});
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t chunk = (choice & 0x80) != 0 ? 1 + (choice >> 2 & 0x1F) : 4096;

  audit::Grouper grouper(selection, fuzz::kSmallLimits);
  grouper.set_format(static_cast<audit::LineFormat>(choice % 3));
  static auparse::Parser parser;  // one per process
  audit::Normalizer normalizer({.max_args = 64, .max_arg_bytes = 2048});
  audit::LineSplitter splitter(9000);
  while (!text.empty()) {
    splitter.feed(text.substr(0, chunk));
    text.remove_prefix(std::min(chunk, text.size()));
    while (const auto line = splitter.next()) {
      (void)audit::classify_line(*line);
      grouper.add(*line);
      if ((choice & 0x40) == 0) drain(grouper, parser, normalizer);
    }
  }
  if (const auto rest = splitter.rest()) grouper.add(*rest);
  grouper.flush();
  drain(grouper, parser, normalizer);
  check(grouper.open_events() == 0 && grouper.next() == nullptr);
  return 0;
}
