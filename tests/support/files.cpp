// SPDX-License-Identifier: Apache-2.0
#include "tests/support/files.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

namespace audisp_eql::test {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in, "cannot read ", path.string());
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  REQUIRE_MESSAGE(out, "cannot write ", path.string());
}

Source read_source(const std::filesystem::path& path) { return {path.string(), read_file(path), 1, 1}; }

std::vector<std::filesystem::path> files_in(const std::filesystem::path& dir, const std::string& extension) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    if (entry.path().extension() == extension) out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace audisp_eql::test
