// SPDX-License-Identifier: Apache-2.0
#include "tests/process/plugin_run.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include <doctest/doctest.h>
#include <boost/json.hpp>

namespace audisp_eql::test {

Place::Place(const std::string& more_config, std::string user) : user_(std::move(user)), syslog_(dir_ / "log") {
  ::umask(022);
  std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));
  std::filesystem::create_directory(rules());
  std::filesystem::create_directory(dir_ / "out");
  if (const passwd* account = ::getpwnam(user_.c_str()); account != nullptr && ::geteuid() == 0) {
    REQUIRE(::chown((dir_ / "out").c_str(), account->pw_uid, account->pw_gid) == 0);
  }
  write_config(more_config);
}

void Place::write_config(const std::string& more) {
  write_file(config(), "user = \"" + user_ + "\"\nrules = [\"" + rules() + "\"]\n" + more + "\n[syslog]\nsocket = \"" +
                           syslog_.path() + "\"\n[file]\npath = \"" + alerts() + "\"\n[spool]\npath = \"" + spool() +
                           "\"\n[state]\npath = \"" + state() + "\"\n");
}

void Place::use_state(const std::string& path) {
  std::string text = read_file(config());
  const std::string before = "\"" + state() + "\"";
  text.replace(text.find(before), before.size(), "\"" + path + "\"");
  write_file(config(), text);
}

Ran audisp_eql_run(std::vector<std::string> args, const std::string& input) {
  args.insert(args.begin(), AUDISP_EQL);
  return run(args, input);
}

std::vector<std::string> alert_ids(const std::string& lines) {
  std::vector<std::string> ids;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    ids.emplace_back(boost::json::parse(line).at("event").at("id").as_string());
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<std::string> scan_ids(const std::string& log) {
  const Ran ran = audisp_eql_run({"scan", "--rules", kRuleFile, "-"}, log);
  REQUIRE(ran.status == 0);
  return alert_ids(ran.out);
}

std::string recording(const std::string& name) { return read_file(FIXTURES "/audit/" + name + ".log"); }

}  // namespace audisp_eql::test
