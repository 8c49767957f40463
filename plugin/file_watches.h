// SPDX-License-Identifier: Apache-2.0
// The places that rules name, on this machine: wildcards become the homes of its users
// and the XDG autostart directories, and what is not there yet is watched for by its
// name. Users choose what their homes hold, so no watch leads out of a home.
#pragma once

#include <string>
#include <vector>

#include "lib/audit/feeding_rules.h"
#include "lib/engine/file_needs.h"

namespace audisp_eql::plugin {

// In an order of their own, so that the same machine gives the same text.
struct FileWatches {
  std::vector<audit::FileWatch> watches;
  std::vector<std::string> remarks;  // what cannot be watched, and why; printable
  std::vector<std::string> unfed;    // rules whose paths name no place; printable
};

// `root` holds the file system, /etc/passwd with it. Homes are those of uid 0 and of
// 1000 to 65533 that are directories.
//
// A directory is watched with all below it, and by its name, for when it goes and comes
// again. Where it is missing, the first of its parents that is missing is watched for.
// `*` and `?` stand for XDG autostart directories if the pattern matches any. Else they
// stand for a home, if they name more than `*` or a hidden name follows.
[[nodiscard]] FileWatches find_file_watches(const std::vector<engine::FileNeed>& needs, const std::string& root = "");

}  // namespace audisp_eql::plugin
