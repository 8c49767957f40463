// SPDX-License-Identifier: Apache-2.0
// Evaluation allocates nothing once it has run: counted by replacing the global
// operator new of this test program.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "tests/support/eql_event.h"

namespace {

std::size_t& allocations() {
  static std::size_t count = 0;
  return count;
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
void* operator new(std::size_t size) {
  ++allocations();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations();
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)

namespace audisp_eql::eql {
namespace {

TEST_CASE("evaluation in its steady state allocates nothing") {
  event::FieldTable fields;
  std::vector<Query> queries;
  for (const std::string condition :
       {"x == \"a\"", "x : (\"*b*\", \"c?d*\")", "x regex~ \"a.*\"", "x in~ (\"k\", \"l\", \"m\", \"n\", \"o\", \"p\")",
        "x == 5", "cidrMatch(x, \"10.0.0.0/8\")", "concat(x, \"-\", y) == \"k-l\"", "stringContains~(x, y)",
        "between~(x, \"A\", \"C\") == substring(y, 1)", "length(x) + 1 > number(y)", "x in (y, \"b\")",
        "null == (x > 1 or y < 2)", "not (x == \"q\" and y != null)", "string(length(x)) : \"1*\""}) {
    queries.push_back(compile_query(test::source_of("any where " + condition), fields).value());
  }
  test::EventBuilder builder(fields);
  builder.with("x", {Constant("abc"), Constant("10.1.2.3"), Constant(std::int64_t{5}), Constant(2.5)});
  builder.with("y", {Constant("b"), Constant(std::string(10'000, 'z'))});
  Evaluator evaluator;
  std::size_t matched = 0;
  const auto run = [&] {
    for (const Query& query : queries) {
      matched += evaluator.matches(query.stages.front().predicate, builder.event()) ? 1 : 0;
    }
  };
  for (int round = 0; round < 3; ++round) run();
  const std::size_t before = allocations();
  for (int round = 0; round < 10; ++round) run();
  CHECK(allocations() == before);
  CHECK(matched > 0);
}

}  // namespace
}  // namespace audisp_eql::eql
