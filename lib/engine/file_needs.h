// SPDX-License-Identifier: Apache-2.0
// Where files must be watched for rules to see what they are about: derived from
// what their conditions say of file.path and file.Ext.original.path. Which of
// these places a machine has is not known here.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/engine/rule.h"

namespace audisp_eql::engine {

struct FilePlace {
  enum class Kind : std::uint8_t {
    kBelow,  // everything below the directory `path`
    kNamed,  // the file, or the directory itself, of this path
  };
  Kind kind = Kind::kBelow;
  std::string path;  // `*` and `?` are wildcards, as in EQL; may begin with one

  auto operator<=>(const FilePlace&) const = default;
};

// nullopt: the pattern, of whole paths, names no directory (`*.desktop`, `/*`).
[[nodiscard]] std::optional<FilePlace> place_of(std::string_view pattern);

// What one rule needs; it may need several.
struct FileNeed {
  std::string rule;     // its name
  std::string pattern;  // as in the rule; empty: it may match any path
  std::optional<FilePlace> place;
};

// Of all rules that can match events of files, in their order.
[[nodiscard]] std::vector<FileNeed> file_needs(const RuleSet& set);

}  // namespace audisp_eql::engine
