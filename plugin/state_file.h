// SPDX-License-Identifier: Apache-2.0
// The file in which the state waits for the next start: one piece of bytes with
// its version, boot, age and checksum. Written whole or not at all, and read
// whole or refused. What the bytes mean is not known here.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/base/time.h"

namespace audisp_eql::plugin {

struct SavedState {
  std::string boot_id;
  EventTime saved_at;  // since that boot
  std::string bytes;
};

// Replaces what is there, if anything. Mode 0600. What went wrong, if something did.
[[nodiscard]] std::optional<Diagnostic> write_state(const std::string& path, const SavedState& state);

// What a state must be to be of use now.
struct StateTerms {
  std::string boot_id;
  EventTime now;  // since that boot
  EventTime max_age;
  std::size_t max_bytes = 0;  // of SavedState::bytes
};

// nullopt: there is no file. An error: it is there and refused; it stays.
[[nodiscard]] Result<std::optional<SavedState>> read_state(const std::string& path, const StateTerms& terms);

// The folder that the file is in.
[[nodiscard]] std::string folder_of(const std::string& path);

}  // namespace audisp_eql::plugin
