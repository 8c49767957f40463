// SPDX-License-Identifier: Apache-2.0
// Reads rules and config, and refuses those that others than their owner could
// have written: what they say runs with the rights of auditd.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/diagnostic.h"
#include "lib/base/result.h"

namespace audisp_eql::plugin {

enum class Trust : std::uint8_t {
  kRequired,  // live, and the default places: owner root (or ourselves), no group or world write
  kUser,      // a user's own files given to scan or check: a warning for world write
};

struct ReadFile {
  Source source;
  std::vector<Diagnostic> warnings;
};

// A regular file of at most 16 MiB.
[[nodiscard]] Result<ReadFile> read_file(const std::string& path, Trust trust);

// The same check for a directory, whose owner chooses what is in it: an error,
// a warning, or nothing.
[[nodiscard]] std::vector<Diagnostic> check_directory(const std::string& path, Trust trust);

// `message` about an object of the operating system, with errno's text.
[[nodiscard]] Diagnostic os_error(const std::string& message, int error);

}  // namespace audisp_eql::plugin
