// SPDX-License-Identifier: Apache-2.0
// Completions have what --help has; what documents point to is there.
#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <sstream>

#include "tests/manual/page.h"
#include "tests/support/files.h"

namespace audisp_eql::test {
namespace {

namespace fs = std::filesystem;

Names found(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  Names names;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) names.insert((*it)[1].str());
  return names;
}

TEST_CASE("each shell completes every option and command of --help, and no other") {
  const Help program = read_help();
  Names options = program.options;
  options.insert("--help");
  for (const std::string& command : program.commands) options.merge(read_help(command).options);

  const std::string bash = read_file(SOURCES "/conf/completions/audisp-eql.bash");
  const std::string zsh = read_file(SOURCES "/conf/completions/_audisp-eql");
  const std::string fish = read_file(SOURCES "/conf/completions/audisp-eql.fish");
  check_same(found(bash, R"((--[a-z][a-z-]+))"), options);
  check_same(found(zsh, R"((--[a-z][a-z-]+))"), options);
  Names fish_options;
  for (const std::string& name : found(fish, R"(complete -c audisp-eql[^\n]* -l ([a-z-]+))"))
    fish_options.insert("--" + name);
  check_same(fish_options, options);
  for (const std::string& command : program.commands) {
    CAPTURE(command);
    CHECK(found(bash, R"(compgen -W '([a-z -]+)')").begin()->find(command) != std::string::npos);
    CHECK(zsh.find("'" + command + ":") != std::string::npos);
    CHECK(fish.find(" -f -a " + command + " ") != std::string::npos);
  }
}

std::vector<fs::path> documents() {
  std::vector<fs::path> all = files_in(SOURCES, ".md");
  for (const char* folder : {"/docs", "/fixtures"}) {
    for (const fs::directory_entry& file : fs::recursive_directory_iterator(std::string(SOURCES) + folder)) {
      if (file.path().extension() == ".md") all.push_back(file.path());
    }
  }
  return all;
}

TEST_CASE("links of documents to files lead somewhere") {
  std::size_t links = 0;
  for (const fs::path& document : documents()) {
    CAPTURE(document);
    for (const std::string& target : found(read_file(document), R"(\]\(([^)\s]+)\))")) {
      if (target.find("://") != std::string::npos || target[0] == '#') continue;
      ++links;
      CHECK_MESSAGE(fs::exists(document.parent_path() / target.substr(0, target.find('#'))), target);
    }
  }
  CHECK(links > 10);
}

TEST_CASE("each promise names tests, and they are there") {
  std::istringstream in(read_file(SOURCES "/docs/promises.md"));
  std::size_t promises = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("| ", 0) != 0 || line.rfind("| promise", 0) == 0) continue;
    CAPTURE(line);
    ++promises;
    const std::string tests = line.substr(line.find(" | ") + 3);
    const Names paths = found(tests, "`([^`]+)`");
    CHECK_FALSE(paths.empty());
    for (const std::string& path : paths) CHECK_MESSAGE(fs::exists(fs::path(SOURCES "/tests") / path), path);
  }
  CHECK(promises > 15);
}

}  // namespace
}  // namespace audisp_eql::test
