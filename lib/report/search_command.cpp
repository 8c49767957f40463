// SPDX-License-Identifier: Apache-2.0
#include "lib/report/search_command.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "lib/alert/format.h"

namespace audisp_eql::report {
namespace {

constexpr std::int64_t k2069 = 3'124'224'000'000;  // strptime(3), %y: 69 to 99 are of the last century

bool is_plain_name(std::string_view text) {
  return !text.empty() && text.size() <= 255 && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
                  c == '_' || c == ':';
         });
}

}  // namespace

std::string search_command(const alert::Evidence& event, std::string_view node, std::string_view input) {
  if (!event.serial) return {};
  const bool has_date = event.time.ms >= 0 && event.time.ms < k2069;
  std::string out = fmt::format("{}ausearch -a {}", has_date ? "LC_ALL=C TZ=UTC " : "", *event.serial);
  if (has_date) {
    const std::string time = alert::format_time(event.time);  // 2026-11-24T08:40:25.106Z
    const std::string date =
        fmt::format("{}/{}/{} {}", time.substr(5, 2), time.substr(8, 2), time.substr(2, 2), time.substr(11, 8));
    out += fmt::format(" -ts {0} -te {0}", date);
  }
  if (is_plain_name(node)) out += fmt::format(" --node {}", node);
  if (!input.empty()) out += fmt::format(" {}", input);
  return out;
}

}  // namespace audisp_eql::report
