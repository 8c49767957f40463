// SPDX-License-Identifier: Apache-2.0
#include "lib/base/time.h"

#include <doctest/doctest.h>

using namespace audisp_eql;

TEST_CASE("times add and subtract with their nanoseconds") {
  CHECK(EventTime{1, 999'999} + EventTime{0, 1} == EventTime{2, 0});
  CHECK(EventTime{2, 0} - EventTime{0, 1} == EventTime{1, 999'999});
  CHECK(EventTime{5, 3} - EventTime{2, 1} == EventTime{3, 2});
  CHECK(seconds(1) == milliseconds(1000));
  CHECK(EventTime{1, 5} < EventTime{2, 0});
}

TEST_CASE("times saturate instead of wrapping") {
  CHECK((EventTime{INT64_MAX, 0} + EventTime{1, 0}).ms == INT64_MAX);
  CHECK((EventTime{INT64_MIN, 0} - EventTime{1, 0}).ms == INT64_MIN);
  CHECK((EventTime{INT64_MAX, 0} - EventTime{-1, 0}).ms == INT64_MAX);
}
