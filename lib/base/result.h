// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value, or the diagnostics that say why there is none.
// For bad input from people (rules, config, flags) and for failures of the
// operating system. Never for what comes from the kernel or an attacker: that
// is counted and skipped (style: ERRORS).
#pragma once

#include <boost/system/result.hpp>
#include <utility>
#include <vector>

#include "lib/base/diagnostic.h"

namespace audisp_eql {

// At least one Diagnostic of severity kError; warnings and notes may accompany.
struct Error {
  std::vector<Diagnostic> diagnostics;

  Error() = default;
  explicit Error(Diagnostic one) { diagnostics.push_back(std::move(one)); }
  explicit Error(std::vector<Diagnostic> many) : diagnostics(std::move(many)) {}
};

// boost::system::result asks for this; it throws std::runtime_error with the
// first message. Only a bug (value() on a failed Result) gets here.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <typename T>
using Result = boost::system::result<T, Error>;

}  // namespace audisp_eql
