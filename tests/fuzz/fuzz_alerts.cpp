// SPDX-License-Identifier: Apache-2.0
// Bytes to alerts, with small caps, so that they are met. The first byte chooses
// the line format and the size of the chunks; a cut changes no alert, and every
// alert is valid and within its size in every format.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "lib/alert/format.h"
#include "lib/base/escape.h"
#include "lib/engine/pipeline.h"
#include "tests/fuzz/small_limits.h"
#include "tests/fuzz/small_pipeline.h"

using namespace audisp_eql;

namespace {

constexpr std::size_t kBudget = 700;

using fuzz::check;

std::vector<alert::Alert> run(std::string_view text, audit::LineFormat format, std::size_t chunk) {
  engine::Pipeline pipeline(fuzz::small_pipeline());
  pipeline.set_rules(fuzz::some_rules());
  pipeline.set_format(format);
  std::vector<alert::Alert> alerts;
  while (!text.empty()) {
    pipeline.feed(text.substr(0, chunk), alerts);
    text.remove_prefix(std::min(chunk, text.size()));
  }
  pipeline.finish(alerts);
  return alerts;
}

void check_formats(const alert::Alert& alert) {
  for (const std::size_t budget : {alert::kUnlimited, kBudget}) {
    const std::string json = alert::format_json(alert, budget);
    check(boost::json::parse(json).at("event").at("id").as_string() == alert.id);
    for (const std::string& line : {json, alert::format_line(alert, budget), alert::format_cef(alert, "1", budget)}) {
      check(is_valid_utf8(line) && line.find('\n') == std::string::npos);
      check(budget == alert::kUnlimited || line.size() <= budget);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::uint8_t choice = data[0];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto format = static_cast<audit::LineFormat>(choice % 3);
  const std::vector<alert::Alert> whole = run(text, format, std::max<std::size_t>(text.size(), 1));
  for (const alert::Alert& alert : whole) check_formats(alert);
  if ((choice & 0x80) == 0) return 0;
  const std::vector<alert::Alert> cut = run(text, format, 1 + (choice >> 2 & 0x1F));
  check(std::equal(whole.begin(), whole.end(), cut.begin(), cut.end(),
                   [](const alert::Alert& a, const alert::Alert& b) { return a.id == b.id; }));
  return 0;
}
