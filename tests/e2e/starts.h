// SPDX-License-Identifier: Apache-2.0
// How the played session manager turns its forked child into the program of a
// case: by a plain exec, or one of the ways that are meant to confuse.
#pragma once

#include <string>

#include "tests/e2e/acts.h"

namespace audisp_eql::e2e {

// In the child. Returns only when there is no exec in the case or it failed;
// the value is the exit status.
[[nodiscard]] int start(const std::string& app, const Case& what);

}  // namespace audisp_eql::e2e
