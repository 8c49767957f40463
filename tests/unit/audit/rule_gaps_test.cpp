// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/rule_gaps.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace audisp_eql::audit {
namespace {

using Lines = std::vector<std::string>;

std::vector<AuditRule> rules_of(const Lines& lines) {
  std::vector<AuditRule> out;
  for (const std::string& line : lines) {
    auto rule = parse_audit_rule(line);
    REQUIRE(rule);
    out.push_back(*rule);
  }
  return out;
}

// "ARCH CALLS|only for|hidden by" for each.
Lines gaps_of(const Lines& needed, const Lines& loaded) {
  Lines out;
  for (const RuleGap& gap : find_gaps(rules_of(needed), rules_of(loaded))) {
    std::string line = gap.arch;
    for (const std::string& call : gap.syscalls) line += " " + call;
    out.push_back(line + "|" + gap.only_for + "|" + gap.hidden_by);
  }
  return out;
}

const std::string kExec = "-a always,exit -F arch=b64 -S execve,execveat -F key=k";
const std::string kConnect = "-a always,exit -F arch=b64 -S connect -F saddr_fam=2 -F key=k";
const std::string kSocketcall = "-a always,exit -F arch=b32 -S socketcall -F a0=3 -F saddr_fam=2";

TEST_CASE("what is loaded, what is not, and for whom alone") {
  const struct {
    std::string needed;
    Lines loaded, gaps;
  } rows[] = {
      {kExec, {kExec}, {}},
      {kExec, {}, {"b64 execve execveat||"}},
      {kExec, {"-a always,exit -F arch=b64 -S execve -F key=other"}, {"b64 execveat||"}},
      {kExec, {"-a always,exit -F arch=b64 -S execveat", "-a always,exit -F arch=b64 -S execve"}, {}},
      {kExec, {"-a always,exit -F arch=b32 -S execve,execveat"}, {"b64 execve execveat||"}},
      {kExec, {"-a always,exit -F arch=b64 -S all"}, {}},
      {kExec, {"-a always,exit -S execve,execveat"}, {}},
      {kExec, {"-a always,exit -F arch=b64 -S all -F uid=5"}, {"b64 execve execveat|uid=5|"}},
      {kExec,
       {"-a always,exit -F arch=b64 -S execve -F auid>=1000 -F auid!=-1",
        "-a always,exit -F arch=b64 -S execve -F uid=0", "-a always,exit -F arch=b64 -S execveat -F uid=0"},
       {"b64 execve|auid>=1000 auid!=-1, or uid=0|", "b64 execveat|uid=0|"}},
      {kExec, {"-a always,exit -F arch=b64 -S execve,execveat -F uid=0", kExec}, {}},
      {kExec, {"-w /etc/passwd -p wa", "-a always,task", "-a always,user"}, {"b64 execve execveat||"}},
      {kConnect, {"-a always,exit -F arch=b64 -S connect"}, {}},
      {kConnect, {"-a always,exit -F arch=b64 -S connect -F saddr_fam=10"}, {"b64 connect||"}},
      {kConnect, {"-a always,exit -F arch=b64 -S connect -F saddr_fam=2 -F success=1"}, {"b64 connect|success=1|"}},
      {kSocketcall, {"-a always,exit -F arch=b32 -S socketcall -F a0=0x3 -F saddr_fam=2"}, {}},
      {kSocketcall, {"-a always,exit -F arch=b32 -S socketcall -F a0=0x4 -F saddr_fam=2"}, {"b32 socketcall||"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.needed);
    CAPTURE(row.loaded);
    CHECK(gaps_of({row.needed}, row.loaded) == row.gaps);
  }
}

TEST_CASE("the first rule that matches decides") {
  const std::string all = "-a never,exit -F arch=b64 -S all";
  const std::string some = "-a never,exit -F arch=b64 -S execve -F exe=/usr/bin/x";
  CHECK(gaps_of({kExec}, {all, kExec}) == Lines{"b64 execve execveat||" + text(rules_of({all})[0])});
  CHECK(gaps_of({kExec}, {kExec, all}).empty());
  CHECK(gaps_of({kExec}, {some, kExec}) == Lines{"b64 execve||" + some});
  CHECK(gaps_of({kExec}, {some, "-a always,exit -F arch=b64 -S execve,execveat -F uid=0"}) ==
        Lines{"b64 execve|uid=0|" + some, "b64 execveat|uid=0|"});
  CHECK(gaps_of({kExec}, {some}) == Lines{"b64 execve execveat||"});
  CHECK(gaps_of({kConnect}, {"-a never,exit -F arch=b64 -S connect -F saddr_fam=10", kConnect}).empty());
}

TEST_CASE("a needed rule that leaves threads out hides nothing, and one that leaves out more does") {
  const std::string threads = "-a never,exit -F arch=b64 -S clone -F a0&0x10000";
  const std::string clone = "-a always,exit -F arch=b64 -S clone,fork -F key=k";
  CHECK(gaps_of({threads, clone}, {threads, clone}).empty());
  CHECK(gaps_of({clone}, {threads, clone}) == Lines{"b64 clone||" + threads});
  const std::string more = "-a never,exit -F arch=b64 -S clone -F a0&0x100";
  CHECK(gaps_of({threads, clone}, {more, clone}) == Lines{"b64 clone||" + more});
}

TEST_CASE("a directory that is watched covers what is below it, a path itself alone") {
  const std::string dir = "-a always,exit -F arch=b64 -S rename -F dir=/h/u/a";
  const std::string path = "-a always,exit -F arch=b64 -S rename -F path=/h/u/a";
  const Lines none = {"b64 rename||"};
  CHECK(gaps_of({dir}, {dir}).empty());
  CHECK(gaps_of({path}, {dir}).empty());
  CHECK(gaps_of({path}, {path}).empty());
  CHECK(gaps_of({dir}, {path}) == none);
  CHECK(gaps_of({dir}, {"-a always,exit -F arch=b64 -S rename -F dir=/h/u"}).empty());
  CHECK(gaps_of({dir}, {"-a always,exit -F arch=b64 -S rename -F dir=/h/u/ab"}) == none);
  CHECK(gaps_of({dir}, {"-a always,exit -F arch=b64 -S rename -F dir=/h/u/"}).empty());
  CHECK(gaps_of({dir}, {"-a always,exit -F arch=b64 -S rename -F dir=/"}).empty());
  CHECK(gaps_of({dir}, {"-a always,exit -F arch=b64 -S rename"}).empty());
  CHECK(gaps_of({dir}, {"-w /h/u/a -p wa"}) == Lines{"b64 rename|perm=wa|"});
  CHECK(gaps_of({dir}, {"-w /h/u -p rwxa"}).empty());
  CHECK(gaps_of({dir}, {"-a always,exit -F arch=b64 -S rename -F dir=/h/u/a -F uid=1"}) == Lines{"b64 rename|uid=1|"});
}

TEST_CASE("rules that take records or processes away") {
  const auto droppers = [](const SelectionRequest& needs, const Lines& loaded) {
    return find_droppers(needs, rules_of(loaded));
  };
  const SelectionRequest exec{.exec = true, .fork = true, .exit = true, .connect = false, .files = false};
  const SelectionRequest files{.exec = false, .fork = false, .exit = false, .connect = false, .files = true};
  for (const char* each : {"-a never,task", "-a always,exclude -F msgtype=EXECVE",
                           "-a never,exclude -F msgtype=SYSCALL", "-a always,exclude -F msgtype=1309",
                           "-a always,exclude -F uid=5", "-a always,exclude -F msgtype>=1300 -F msgtype<=1320",
                           "-a always,exclude -F msgtype!=AVC", "-a always,exclude -F msgtype=PATH -F uid=5"}) {
    CAPTURE(each);
    CHECK(droppers(exec, {each}) == Lines{each});
  }
  for (const char* each :
       {"-a always,task", "-a always,exclude -F msgtype=SOCKADDR", "-a always,exclude -F msgtype=AVC",
        "-a never,exit -F arch=b64 -S execve", "-a always,exclude -F msgtype>1320"}) {
    CAPTURE(each);
    CHECK(droppers(exec, {each}).empty());
  }
  CHECK(droppers({}, {"-a always,exclude -F msgtype=SOCKADDR"}).size() == 1);
  CHECK(droppers(files, {"-a always,exclude -F msgtype=CWD"}).size() == 1);
  CHECK(droppers(files, {"-a always,exclude -F msgtype=EXECVE"}).empty());
}

}  // namespace
}  // namespace audisp_eql::audit
