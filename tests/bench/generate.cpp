// SPDX-License-Identifier: Apache-2.0
// Makes audit logs (log_generator.h) and rule sets for benchmarks.
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "tests/bench/log_generator.h"

namespace {

using audisp_eql::bench::LogShape;

// Rules of the shapes that published Linux rule sets have: lists of names,
// wildcards on paths and arguments, exclusions, two-stage sequences.
void write_rules(std::size_t count, const std::filesystem::path& dir) {
  std::filesystem::create_directories(dir);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string start = fmt::format(
        "process where host.os.type == \"linux\" and event.type == \"start\" and event.action in (\"exec\", "
        "\"executed\", \"start\") and "
        "process.name in (\"tool{0}\", \"helper{0}\", \"agent{0}\") and process.args : (\"--evil{0}*\", "
        "\"*payload{0}*\") and "
        "not process.parent.executable like (\"/opt/vendor{0}/*\", \"/usr/lib/vendor{0}/*\")",
        i);
    const std::string query =
        i % 4 == 0 ? fmt::format(
                         "sequence by host.id, process.entity_id with maxspan=3s\n  [{}]\n  [network where "
                         "event.action == \"connection_attempted\" and not "
                         "cidrMatch(destination.ip, \"10.0.0.0/8\", \"192.168.0.0/16\", \"127.0.0.0/8\")]",
                         start)
                   : start;
    std::ofstream out(dir / fmt::format("rule{:03}.toml", i));
    out << fmt::format(
        "[rule]\nname = \"Rule {0}\"\nrule_id = \"bench-{0}\"\nseverity = \"low\"\ntype = \"eql\"\nquery = "
        "'''\n{1}\n'''\n",
        i, query);
  }
}

// WORD=NUMBER
bool take_number(std::string_view word, std::string_view name, unsigned& into) {
  if (!word.starts_with(name)) return false;
  word.remove_prefix(name.size());
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), into);
  return error == std::errc{} && end == word.data() + word.size() && into > 0;
}

bool take_word(std::string_view word, LogShape& shape) {
  if (word == "raw") return shape.enriched = false, true;
  if (word == "eoe") return shape.eoe = true;
  if (word == "unterminated") return shape.terminated = false, true;
  return take_number(word, "hosts=", shape.hosts) || take_number(word, "per_second=", shape.per_second);
}

int usage() {
  std::cerr << "usage: bench_generate log typical|exec-heavy|firehose MEGABYTES SEED [raw] [eoe] [unterminated]\n"
               "                          [hosts=N] [per_second=N] > FILE\n"
               "       bench_generate rules COUNT DIR\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  if (args.size() == 3 && args[0] == "rules") {
    write_rules(std::strtoul(argv[2], nullptr, 10), argv[3]);
    return 0;
  }
  if (args.size() < 4 || args[0] != "log") return usage();
  LogShape shape;
  shape.mix = args[1];
  shape.bytes = std::strtoul(argv[3], nullptr, 10) << 20U;
  shape.seed = std::strtoull(argv[4], nullptr, 10);
  for (std::size_t i = 4; i < args.size(); ++i) {
    if (!take_word(args[i], shape)) return usage();
  }
  return audisp_eql::bench::write_log(shape, std::cout) ? 0 : usage();
}
