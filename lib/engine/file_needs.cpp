// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/file_needs.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lib/base/glob.h"
#include "lib/engine/event_builder.h"
#include "lib/eql/path_bounds.h"

namespace audisp_eql::engine {
namespace {

using event::FieldId;

bool can_match_files(const eql::Stage& stage) {
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (!is_file(static_cast<EventKind>(k))) continue;
    event::Event kind;
    set_kind(static_cast<EventKind>(k), kind);
    if (stage.predicate.could_match(kind)) return true;
  }
  return false;
}

// Stages as written, then `until`: as path_bounds counts them.
std::vector<const eql::Stage*> written_stages(const eql::Query& query) {
  std::vector<const eql::Stage*> out;
  for (std::size_t i = 0; i < query.stages.size(); ++i) {
    if (query.stages[i].written_as == i) out.push_back(&query.stages[i]);
  }
  if (query.until) out.push_back(&*query.until);
  return out;
}

void add(FileNeed need, std::vector<FileNeed>& out) {
  const auto is_same = [&need](const FileNeed& n) { return n.rule == need.rule && n.pattern == need.pattern; };
  if (std::none_of(out.begin(), out.end(), is_same)) out.push_back(std::move(need));
}

void add_needs_of(const Rule& rule, std::vector<FileNeed>& out) {
  const std::vector<const eql::Stage*> stages = written_stages(*rule.query);
  if (std::none_of(stages.begin(), stages.end(), [](const eql::Stage* s) { return can_match_files(*s); })) return;
  constexpr std::array kPaths = {FieldId::kFilePath, FieldId::kFileOriginalPath};
  const auto bounds = eql::path_bounds({rule.file, rule.query_text}, kPaths);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (!can_match_files(*stages[i])) continue;
    const eql::PathBound bound = i < bounds.size() ? bounds[i] : eql::PathBound();
    if (!bound) add({rule.info.name, {}, {}}, out);
    for (const std::string& pattern : bound.value_or(std::vector<std::string>())) {
      add({rule.info.name, pattern, place_of(pattern)}, out);
    }
  }
}

}  // namespace

std::optional<FilePlace> place_of(std::string_view pattern) {
  const std::size_t slash = pattern.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view name = pattern.substr(slash + 1);
  if (!name.empty() && !has_wildcard(name)) return FilePlace{FilePlace::Kind::kNamed, std::string(pattern)};
  std::string_view directory = pattern.substr(0, slash);
  while (directory.ends_with('/')) directory.remove_suffix(1);
  if (directory.find_first_not_of("*?/") == std::string_view::npos) return std::nullopt;
  return FilePlace{FilePlace::Kind::kBelow, std::string(directory)};
}

std::vector<FileNeed> file_needs(const RuleSet& set) {
  std::vector<FileNeed> out;
  for (const Rule& rule : set.rules) add_needs_of(rule, out);
  return out;
}

}  // namespace audisp_eql::engine
