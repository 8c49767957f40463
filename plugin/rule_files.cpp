// SPDX-License-Identifier: Apache-2.0
#include "plugin/rule_files.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace audisp_eql::plugin {
namespace {

namespace fs = std::filesystem;

class Collector {
 public:
  explicit Collector(Trust trust) : trust_(trust) {}

  void add(const std::string& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      add_directory(path);
    } else {
      add_file(path);
    }
  }

  RuleFiles take() { return std::move(found_); }

 private:
  void add_directory(const std::string& path) {
    const std::vector<Diagnostic> complaints = check_directory(path, trust_);
    complain(complaints);
    if (has_error(complaints)) return;
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      const fs::path& file = it->path();
      const bool hidden = file.filename().native().front() == '.';
      std::error_code dangling;  // is told when it is read
      if (file.extension() == ".toml" && !hidden && !it->is_directory(dangling)) files.push_back(file.string());
    }
    if (error) complain({cannot_read(path, error.value(), trust_)});
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) add_file(file);
  }

  void add_file(const std::string& path) {
    std::error_code error;
    if (!seen_.insert(fs::weakly_canonical(path, error).string()).second && !error) return;
    Result<ReadFile> file = read_file(path, trust_);
    if (!file) return complain(file.error().diagnostics);
    complain(file->warnings);
    found_.sources.push_back(std::move(file->source));
  }

  void complain(const std::vector<Diagnostic>& diagnostics) {
    found_.diagnostics.insert(found_.diagnostics.end(), diagnostics.begin(), diagnostics.end());
  }

  Trust trust_;
  std::set<std::string> seen_;
  RuleFiles found_;
};

}  // namespace

RuleFiles collect_rules(const std::vector<std::string>& paths, Trust trust) {
  Collector collector(trust);
  for (const std::string& path : paths) collector.add(path);
  return collector.take();
}

}  // namespace audisp_eql::plugin
