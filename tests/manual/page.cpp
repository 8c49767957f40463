// SPDX-License-Identifier: Apache-2.0
#include "tests/manual/page.h"

#include <regex>
#include <sstream>

#include <doctest/doctest.h>

#include "tests/support/command.h"
#include "tests/support/files.h"

namespace audisp_eql::test {
namespace {

void add_words(const std::string& line, const std::regex& pattern, Names& names) {
  for (std::sregex_iterator it(line.begin(), line.end(), pattern), end; it != end; ++it) names.insert((*it)[1].str());
}

}  // namespace

Page::Page(const std::string& file) {
  std::istringstream in(read_file(std::string(MANUAL) + "/" + file));
  std::string section;
  std::string path;
  std::string before;
  bool literal = false;
  for (std::string line; std::getline(in, line); before = line) {
    if (line == "```") {
      literal = !literal;
      if (literal) examples_.emplace_back();
    } else if (literal) {
      examples_.back() += line + "\n";
    } else if (line.rfind("# ", 0) == 0) {
      path = section = line.substr(2);
      sections_[path];
    } else if (line.rfind("## ", 0) == 0) {
      path = section + "/" + line.substr(3);
      sections_[path];
    } else if (line.rfind('\t', 0) == 0) {
      if (before.rfind('*', 0) == 0) sections_[path].push_back({before, {}});
      if (sections_[path].empty()) continue;
      std::string& text = sections_[path].back().text;
      text += (text.empty() ? "" : " ") + line.substr(1);
    }
  }
}

const std::vector<Entry>& Page::entries(const std::string& section) const {
  const auto it = sections_.find(section);
  REQUIRE_MESSAGE(it != sections_.end(), section);
  return it->second;
}

std::vector<Entry> Page::all_entries(const std::string& section) const {
  std::vector<Entry> all = entries(section);
  for (const std::string& name : subsections(section)) {
    const std::vector<Entry>& more = entries(section + "/" + name);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

Names Page::subsections(const std::string& section) const {
  Names names;
  for (const auto& [path, entries] : sections_) {
    if (path.rfind(section + "/", 0) == 0) names.insert(path.substr(section.size() + 1));
  }
  return names;
}

void check_same(const Names& described, const Names& there) {
  for (const std::string& name : there) {
    if (described.count(name) == 0) FAIL_CHECK("not described: " << name);
  }
  for (const std::string& name : described) {
    if (there.count(name) == 0) FAIL_CHECK("described, but not there: " << name);
  }
  CHECK_FALSE(there.empty());
}

Names bold_words(const std::string& line) {
  Names names;
  add_words(line, std::regex(R"(\*([^*]+)\*)"), names);
  return names;
}

Names names_in(const std::vector<Entry>& entries) {
  Names names;
  for (const Entry& entry : entries) names.merge(bold_words(entry.head));
  return names;
}

Help read_help(const std::string& command) {
  std::vector<std::string> argv = {AUDISP_EQL, "--help"};
  if (!command.empty()) argv.insert(argv.begin() + 1, command);
  const Ran ran = run(argv);
  REQUIRE(ran.status == 0);
  Help help;
  std::istringstream in(ran.out);
  std::string part;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != ' ') part = line;
    if (part == "Options:" && line.rfind("  -", 0) == 0) {
      add_words(line, std::regex(R"(^ +(?:-\w,)?(--[a-z][a-z-]*))"), help.options);
    }
    if (part == "Subcommands:") add_words(line, std::regex(R"(^  ([a-z][a-z-]*))"), help.commands);
  }
  CHECK(help.options.erase("--help") == 1);
  return help;
}

}  // namespace audisp_eql::test
