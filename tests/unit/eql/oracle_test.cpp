// SPDX-License-Identifier: Apache-2.0
// Random queries on random events: compiled against the oracle, folded against
// unfolded. AUDISP_EQL_ORACLE_PAIRS sets how many, AUDISP_EQL_ORACLE_SEED which.
#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "lib/eql/check.h"
#include "lib/eql/compile.h"
#include "lib/eql/fold.h"
#include "lib/eql/lexer.h"
#include "lib/eql/parser.h"
#include "tests/support/eql_event.h"
#include "tests/support/eql_oracle.h"
#include "tests/support/eql_random.h"

namespace audisp_eql::eql {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

constexpr std::size_t kEventsPerQuery = 10;

// Nullopt where the check finds a type error: that is the generator's loss.
std::optional<typed::Filter> checked_filter(const std::string& text, event::FieldTable& fields) {
  const Source source = test::source_of(text);
  const CompileLimits limits;
  const auto parsed = parse(source, lex(source).value(), limits);
  REQUIRE_MESSAGE(parsed.has_value(), text);
  auto checked = check(source, parsed.value(), fields, limits);
  if (!checked) return std::nullopt;
  return std::move(checked.value().query.stages.front().filter);
}

TEST_CASE("random queries give what the oracle gives, folded or not") {
  const std::uint64_t seed = from_environment("AUDISP_EQL_ORACLE_SEED", 20240611);
  const std::uint64_t pairs = from_environment("AUDISP_EQL_ORACLE_PAIRS", 20'000);
  MESSAGE("seed " << seed << ", " << pairs << " pairs");
  test::RandomEql random(seed);
  Evaluator evaluator;
  std::size_t matched = 0;
  std::size_t compared = 0;
  while (compared < pairs) {
    event::FieldTable fields;
    test::RandomEql::declare(fields);
    const std::string text = random.query();
    const auto filter = checked_filter(text, fields);
    if (!filter) continue;
    CompileBudget budget{1 << 16, 1 << 20};
    const typed::Filter folded = fold(*filter);
    const auto plain = compile(*filter, fields, budget);
    const auto quick = compile(folded, fields, budget);
    REQUIRE(plain);
    REQUIRE(quick);
    for (std::size_t i = 0; i < kEventsPerQuery; ++i, ++compared) {
      test::EventBuilder builder(fields);
      std::string shown;
      for (const auto& [name, values] : random.event()) {
        builder.with(name, values);
        shown += name + " [";
        for (const Constant& value : values) shown += dump_constant(value) + " ";
        shown += "] ";
      }
      const bool wanted = test::oracle_matches(*filter, builder.event());
      matched += wanted ? 1 : 0;
      const bool got = evaluator.matches(*plain, builder.event());
      const bool got_folded = evaluator.matches(*quick, builder.event());
      INFO(text << "\n" << shown << "\n" << quick->dump());
      REQUIRE(got == wanted);
      REQUIRE(got_folded == wanted);
    }
  }
  CHECK(matched > compared / 10);
  CHECK(matched < compared * 9 / 10);
}

}  // namespace
}  // namespace audisp_eql::eql
