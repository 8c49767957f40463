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
  kRoot,      // owner root alone, no group or world write: config and rules of a plugin that began as root. It
              // is another user by now, and what can take that user over must not write its rules
  kRequired,  // the same without root's rights from the beginning, and the default places: root or ourselves
  kState,     // what we wrote ourselves, as the user that we are now: ourselves or root, no group or world write
  kUser,      // a user's own files given to scan or check: a warning for world write
};

// kRoot for root, else kRequired. Ask before the user changes.
[[nodiscard]] Trust required_trust();

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
// The same of a file or directory, with what to do when it is the rights of the
// plugin's user that are missing.
[[nodiscard]] Diagnostic cannot_read(const std::string& path, int error, Trust trust);
[[nodiscard]] Diagnostic cannot_write(const std::string& path, int error);

}  // namespace audisp_eql::plugin
