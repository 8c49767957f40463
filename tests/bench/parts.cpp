// SPDX-License-Identifier: Apache-2.0
// What each part of the way of the data takes, alone and in one thread, per log of
// one megabyte.
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "lib/engine/pipeline.h"
#include "tests/bench/log_generator.h"

namespace {

using namespace audisp_eql;

constexpr const char* kMixes[] = {"typical", "exec-heavy", "firehose"};

std::string log_of(const benchmark::State& state) {
  std::ostringstream out;
  if (!bench::write_log({.mix = kMixes[state.range(0)], .bytes = 1U << 20}, out)) std::abort();
  return out.str();
}

// Groups own their storage, and occurrences look into them.
std::vector<audit::RecordGroup> groups_of(const std::string& log) {
  engine::Intake intake;
  std::vector<audit::RecordGroup> groups;
  intake.feed(log);
  for (audit::RecordGroup group; intake.take(group); group = {}) groups.push_back(std::move(group));
  return groups;
}

void count(benchmark::State& state, const std::string& log) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(log.size()));
  state.SetLabel(kMixes[state.range(0)]);
}

void split_lines(benchmark::State& state) {
  const std::string log = log_of(state);
  for (auto _ : state) {
    audit::LineSplitter splitter;
    splitter.feed(log);
    while (const auto line = splitter.next()) benchmark::DoNotOptimize(line->data());
  }
  count(state, log);
}

void group_records(benchmark::State& state) {
  const std::string log = log_of(state);
  for (auto _ : state) {
    engine::Intake intake;
    intake.feed(log);
    while (const auto* group = intake.next()) benchmark::DoNotOptimize(group->text.data());
  }
  count(state, log);
}

void decode_groups(benchmark::State& state) {
  const std::string log = log_of(state);
  const std::vector<audit::RecordGroup> groups = groups_of(log);
  for (auto _ : state) {
    engine::Decoder decoder;
    for (const audit::RecordGroup& group : groups) benchmark::DoNotOptimize(decoder.decode(group));
  }
  count(state, log);
}

void follow_processes(benchmark::State& state) {
  const std::string log = log_of(state);
  const std::vector<audit::RecordGroup> groups = groups_of(log);
  engine::Decoder decoder;
  std::vector<engine::Occurrence> occurrences;
  for (const audit::RecordGroup& group : groups) {
    if (auto occurrence = decoder.decode(group)) occurrences.push_back(std::move(*occurrence));
  }
  std::vector<alert::Alert> alerts;
  for (auto _ : state) {
    engine::Engine engine({});
    for (const engine::Occurrence& occurrence : occurrences) engine::give(occurrence, engine, alerts);
  }
  count(state, log);
}

BENCHMARK(split_lines)->DenseRange(0, 2);
BENCHMARK(group_records)->DenseRange(0, 2);
BENCHMARK(decode_groups)->DenseRange(0, 2);
BENCHMARK(follow_processes)->DenseRange(0, 2);

}  // namespace
