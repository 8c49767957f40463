// SPDX-License-Identifier: Apache-2.0
// Running a program's tests on an event; private to eval.cpp and program.cpp.
// Evaluator (program.h) is the public door.
#pragma once

#include "lib/eql/program_code.h"
#include "lib/event/event.h"

namespace audisp_eql::eql {

// REQUIRES: not kTerm, which needs an Evaluator's memory.
[[nodiscard]] bool holds(const ProgramCode& code, const Test& test, const event::Event& event);

}  // namespace audisp_eql::eql
