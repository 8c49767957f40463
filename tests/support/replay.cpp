// SPDX-License-Identifier: Apache-2.0
#include "tests/support/replay.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/files.h"

namespace audisp_eql::test {

Replay::Replay(const std::string& rule_file) : pipeline_({}) {
  engine::RuleSet rules = engine::load_rules({read_source(rule_file)});
  REQUIRE_MESSAGE(rules.refused == 0, render(rules.diagnostics));
  pipeline_.set_rules(std::move(rules));
}

const std::vector<alert::Alert>& Replay::finish() {
  pipeline_.finish(alerts_);
  return alerts_;
}

std::string Replay::stop() {
  pipeline_.end_of_input(alerts_);
  return pipeline_.save();
}

std::vector<std::string> ids(const std::vector<alert::Alert>& alerts) {
  std::vector<std::string> out;
  for (const alert::Alert& alert : alerts) out.push_back(alert.id);
  return out;
}

std::vector<std::string> sorted_ids(const std::vector<alert::Alert>& alerts) {
  auto out = ids(alerts);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace audisp_eql::test
