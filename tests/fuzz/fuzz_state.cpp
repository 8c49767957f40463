// SPDX-License-Identifier: Apache-2.0
// Saved state, damaged: refused with nothing taken, or taken as a state that works
// on and can be saved again. The first byte chooses: patches (offset of two bytes,
// value) of a state that is right, or the rest is the state.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/small_pipeline.h"
#include "tests/support/records.h"

using namespace audisp_eql;

namespace {

using fuzz::check;

constexpr std::int64_t kBegin = 1'795'506'100'000;

std::string on(const std::string& node, const std::string& lines) {
  std::string out;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at) + 1;
    out += "node=" + node + " " + lines.substr(at, end - at);
    at = end;
  }
  return out;
}

// Processes of three hosts, with sequences begun.
std::string first_half() {
  std::string out;
  unsigned serial = 100;
  for (unsigned i = 0; i < 5; ++i) {
    const test::Actor actor{.pid = 4000 + i, .uid = 1000 + i % 2, .exe = "/usr/bin/x" + std::to_string(i)};
    const test::Stamp stamp{kBegin + i, ++serial};
    out += test::exec_event(actor, stamp, "argc=2 a0=\"x\" a1=\"-c\"");
    out += on("b", test::exec_event(actor, stamp)) + on("c", test::connect_event(actor, stamp, 80));
  }
  return out;
}

std::string second_half() {
  std::string out;
  for (unsigned i = 0; i < 5; ++i) {
    const test::Actor actor{.pid = 4000 + i, .uid = 1000, .exe = "/usr/bin/x" + std::to_string(i)};
    const test::Stamp stamp{kBegin + 100 + i, 200 + i};
    out += test::connect_event(actor, stamp, 80) + on("b", test::connect_event(actor, stamp, 53));
  }
  return out;
}

class Run {
 public:
  Run() : pipeline_(fuzz::small_pipeline()) { pipeline_.set_rules(fuzz::some_rules()); }

  // The ids of what comes of it.
  std::vector<std::string> feed(const std::string& text) {
    std::vector<alert::Alert> alerts;
    pipeline_.feed(text, alerts);
    pipeline_.end_of_input(alerts);
    std::vector<std::string> ids;
    for (const alert::Alert& alert : alerts) ids.push_back(alert.id);
    return ids;
  }
  engine::Pipeline& pipeline() { return pipeline_; }

 private:
  engine::Pipeline pipeline_;
};

std::string right_state() {
  Run run;
  run.feed(first_half());
  return run.pipeline().save();
}

std::string state_of(const std::uint8_t* data, std::size_t size) {
  if (data[0] % 2 == 1) return {reinterpret_cast<const char*>(data) + 1, size - 1};
  static const std::string right = right_state();
  std::string state = right;
  for (std::size_t i = 1; i + 2 < size; i += 3) {
    state[(data[i] * 256u + data[i + 1]) % state.size()] = static_cast<char>(data[i + 2]);
  }
  return state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::vector<std::string> fresh = Run().feed(second_half());
  Run run;
  const bool taken = run.pipeline().restore(state_of(data, size));
  const std::vector<std::string> ids = run.feed(second_half());
  if (!taken) check(ids == fresh);
  Run again;
  check(again.pipeline().restore(run.pipeline().save()));
  return 0;
}
