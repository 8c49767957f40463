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
#include "lib/engine/rule.h"
#include "tests/fuzz/small_limits.h"

using namespace audisp_eql;

namespace {

constexpr const char* kQueries[] = {
    "sequence by host.id, process.entity_id with maxspan=1s [process where event.action == \\\"exec\\\"] "
    "[network where event.action == \\\"connection_attempted\\\"]",
    "sequence by process.entity_id with maxspan=5s [process where event.type == \\\"start\\\"] "
    "![network where destination.port == 53] [network where true] until [process where event.type == \\\"end\\\"]",
    "process where process.args : (\\\"*-c*\\\", \\\"export*\\\") or process.parent.executable == null | head 9",
};

constexpr std::size_t kBudget = 700;

using fuzz::check;

engine::RuleSet rules() {
  std::vector<Source> sources;
  for (const char* query : kQueries) {
    const std::string id = std::to_string(sources.size());
    sources.push_back({id,
                       "[rule]\nname = \"n\"\nrule_id = \"" + id +
                           "\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\nquery = \"" + query + "\"\n",
                       1, 1});
  }
  engine::RuleSet set = engine::load_rules(sources);
  check(set.refused == 0);
  return set;
}

engine::PipelineOptions options() {
  engine::PipelineOptions out;
  out.max_line = 9000;
  out.grouper = fuzz::kSmallLimits;
  out.engine.max_hosts = 3;
  out.engine.table = {.max_processes = 8, .max_image_bytes = 4096, .ended_kept = seconds(1)};
  out.engine.sequence.max_partials = 8;
  out.engine.sequence.max_bytes = 16'384;
  return out;
}

std::vector<alert::Alert> run(std::string_view text, audit::LineFormat format, std::size_t chunk) {
  engine::Pipeline pipeline(options());
  pipeline.set_rules(rules());
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
