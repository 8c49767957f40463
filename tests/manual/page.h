// SPDX-License-Identifier: Apache-2.0
// A manual page as written (scdoc), taken apart as far as the tests compare it
// with the program.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace audisp_eql::test {

using Names = std::set<std::string>;

// Fails the running test for each name that one of the two lacks, and if nothing is there.
void check_same(const Names& described, const Names& there);

struct Entry {
  std::string head;  // a line that begins with `*` and has indented ones below it
  std::string text;  // what is indented below it, in one line
};

class Page {
 public:
  explicit Page(const std::string& file);  // below docs/man

  // "OPTIONS", or "COMMANDS/scan" for what stands below `## scan` in it. Fails the
  // running test when it is not there.
  [[nodiscard]] const std::vector<Entry>& entries(const std::string& section) const;
  // Those below a section's own heading and below all of its sub-headings.
  [[nodiscard]] std::vector<Entry> all_entries(const std::string& section) const;
  [[nodiscard]] Names subsections(const std::string& section) const;
  [[nodiscard]] const std::vector<std::string>& examples() const { return examples_; }  // literal blocks, all of them

 private:
  std::map<std::string, std::vector<Entry>> sections_;
  std::vector<std::string> examples_;
};

// The words between asterisks in the heads.
[[nodiscard]] Names names_in(const std::vector<Entry>& entries);
[[nodiscard]] Names bold_words(const std::string& line);

// What `audisp-eql [COMMAND] --help` lists.
struct Help {
  Names options;   // with --, without --help
  Names commands;  // of the program itself
};
[[nodiscard]] Help read_help(const std::string& command = {});

}  // namespace audisp_eql::test
