// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/directory_names.h"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace audisp_eql;
using namespace audisp_eql::entity;

namespace {

using audit::FileChange;
using audit::InodeId;
using Action = FileChange::Action;

constexpr EventTime kNow = seconds(1'000);
constexpr EntityId kMe = EntityId::from_hash(1), kOther = EntityId::from_hash(2), kThird = EntityId::from_hash(3);

InodeId id(std::uint64_t inode) { return {1, inode}; }

FileChange made_in(std::vector<InodeId> parents, std::string name = "x") {
  FileChange change;
  change.file.name = std::move(name);
  change.parents = std::move(parents);
  return change;
}

// The path of a file that `who` makes in that directory; - where it is not told.
std::string path_in(DirectoryNames& names, std::uint64_t inode, EntityId who = kMe, EventTime when = kNow) {
  FileChange change = made_in({id(inode)});
  names.complete(who, change, when);
  return change.file.path.empty() ? "-" : change.file.path;
}

FileChange of_directory(Action action, std::uint64_t inode, std::string path) {
  FileChange change;
  change.action = action;
  change.type = FileChange::Type::kDirectory;
  change.file = {std::move(path), "d"};
  change.directory = id(inode);
  return change;
}

}  // namespace

TEST_CASE("a file made through the descriptor of a directory has that directory's path") {
  DirectoryNames names;
  names.learn(kMe, {"/home/u/d", id(9), 3}, kNow);
  CHECK(path_in(names, 9) == "/home/u/d/x");
  CHECK(names.completed() == 1);
  CHECK(path_in(names, 8) == "-");
  FileChange elsewhere = made_in({{2, 9}});  // the same number on another file system
  names.complete(kMe, elsewhere, kNow);
  CHECK(elsewhere.file.path.empty());
  names.learn(kMe, {"/", id(2), 4}, kNow);
  CHECK(path_in(names, 2) == "/x");
}

TEST_CASE("a path that is known stays, and a file without a name gets none") {
  DirectoryNames names;
  names.learn(kMe, {"/d", id(9), 3}, kNow);
  FileChange known = made_in({id(9)});
  known.file.path = "/other/x";
  names.complete(kMe, known, kNow);
  CHECK(known.file.path == "/other/x");
  FileChange nameless = made_in({id(9)}, "");
  names.complete(kMe, nameless, kNow);
  CHECK(nameless.file.path.empty());
  FileChange of_nobody = made_in({});
  names.complete(kMe, of_nobody, kNow);
  CHECK(of_nobody.file.path.empty());
  CHECK(of_nobody.original.path.empty());
}

TEST_CASE("what another process calls a directory is not believed") {
  DirectoryNames names;
  names.learn(kOther, {"/tmp/innocent", id(9), 3}, kNow);
  CHECK(path_in(names, 9) == "-");
  names.learn(kMe, {"/d", id(9), 3}, kNow);
  CHECK(path_in(names, 9) == "/d/x");
  CHECK(path_in(names, 9, kOther) == "/tmp/innocent/x");
}

TEST_CASE("two names for one number are none: a link, or two subvolumes of btrfs") {
  DirectoryNames names;
  names.learn(kMe, {"/d", id(9), 3}, kNow);
  names.learn(kMe, {"/d", id(9), 4}, kNow);
  CHECK(path_in(names, 9) == "/d/x");
  CHECK(names.size() == 1);
  names.learn(kMe, {"/snapshot/d", id(9), 5}, kNow);
  CHECK(path_in(names, 9) == "-");
}

TEST_CASE("kTrusted: a name is believed for a while of log time, whichever way that ran") {
  for (const int ms : {-1, 0, 1}) {
    CAPTURE(ms);
    const std::string path = ms > 0 ? "-" : "/d/x";
    DirectoryNames names;
    names.learn(kMe, {"/d", id(9), 3}, kNow);
    CHECK(path_in(names, 9, kMe, kNow + DirectoryNames::kTrusted + milliseconds(ms)) == path);
    CHECK(path_in(names, 9, kMe, kNow - DirectoryNames::kTrusted - milliseconds(ms)) == path);
  }
  DirectoryNames names;
  names.learn(kMe, {"/old", id(9), 3}, kNow - DirectoryNames::kTrusted - seconds(1));
  names.learn(kMe, {"/new", id(9), 4}, kNow);
  CHECK(path_in(names, 9) == "-");  // the old one may be meant
}

TEST_CASE("kMaxNames: the oldest name goes") {
  for (const std::size_t n :
       {DirectoryNames::kMaxNames - 1, DirectoryNames::kMaxNames, DirectoryNames::kMaxNames + 1}) {
    CAPTURE(n);
    DirectoryNames names;
    for (std::size_t i = 0; i < n; ++i) names.learn(kMe, {"/d" + std::to_string(i), id(i), 3}, kNow);
    CHECK(names.size() == std::min(n, DirectoryNames::kMaxNames));
    CHECK(path_in(names, 0) == (n > DirectoryNames::kMaxNames ? "-" : "/d0/x"));
    CHECK(path_in(names, 1) == "/d1/x");
  }
}

TEST_CASE("of a rename's two directories the descriptor tells which is meant") {
  DirectoryNames names;
  names.learn(kMe, {"/from", id(8), 3}, kNow);
  names.learn(kMe, {"/into", id(9), 4}, kNow);
  const auto rename = [&](std::vector<InodeId> parents, std::optional<std::uint32_t> from,
                          std::optional<std::uint32_t> into) {
    FileChange change = made_in(std::move(parents));
    change.action = Action::kRename;
    change.file.descriptor = into;
    change.original.name = "y";
    change.original.descriptor = from;
    names.complete(kMe, change, kNow);
    return change.original.path + " " + change.file.path;
  };
  CHECK(rename({id(9), id(8)}, 3, 4) == "/from/y /into/x");
  CHECK(rename({id(8), id(9)}, 3, 4) == "/from/y /into/x");
  CHECK(rename({id(8), id(9)}, std::nullopt, 4) == " /into/x");
  CHECK(rename({id(8), id(9)}, std::nullopt, std::nullopt) == " ");
  CHECK(rename({id(9)}, std::nullopt, std::nullopt) == "/into/y /into/x");
  CHECK(rename({id(8), id(7)}, std::nullopt, 4) == " ");  // what was opened as 4 is neither
  CHECK(rename({id(8), id(9)}, std::nullopt, 5) == " ");
  names.learn(kMe, {"/third", id(7), 4}, kNow);
  CHECK(rename({id(8), id(9)}, 3, 4) == "/from/y ");  // 4 is another's now
  names.learn(kOther, {"/fourth", id(6), 3}, kNow);
  CHECK(rename({id(8), id(7)}, 3, 4) == "/from/y /third/x");
  CHECK(rename({id(8), id(7)}, 4, 4) == " ");
}

TEST_CASE("a descriptor that is another directory's by now does not make one path of two") {
  DirectoryNames names;
  names.learn(kMe, {"/here", id(8), 3}, kNow);  // closed since, and 3 opened unseen
  FileChange change = made_in({id(9), id(8)});
  change.action = Action::kRename;
  change.file.descriptor = 3;
  change.original = {"/here/x", "x"};
  names.complete(kMe, change, kNow);
  CHECK(change.file.path.empty());
  CHECK(change.original.path == "/here/x");
}

TEST_CASE("a directory that was made is known by its number, below another one too") {
  DirectoryNames names;
  FileChange top = of_directory(Action::kCreation, 5, "/d");
  names.complete(kMe, top, kNow);
  FileChange below = of_directory(Action::kCreation, 6, "");
  below.parents = {id(5)};
  names.complete(kMe, below, kNow);
  CHECK(below.file.path == "/d/d");
  CHECK(path_in(names, 6) == "/d/d/x");
}

TEST_CASE("a removed directory's number means nothing any more, nor what a new one had before") {
  DirectoryNames names;
  names.learn(kMe, {"/d", id(9), 3}, kNow);
  names.learn(kOther, {"/d", id(9), 3}, kNow);
  names.learn(kMe, {"/e", id(8), 4}, kNow);
  FileChange gone = of_directory(Action::kDeletion, 9, "/d");
  names.complete(kThird, gone, kNow);
  CHECK(path_in(names, 9) == "-");
  CHECK(path_in(names, 9, kOther) == "-");
  CHECK(path_in(names, 8) == "/e/x");
  FileChange unknown = of_directory(Action::kCreation, 8, "");
  names.complete(kThird, unknown, kNow);
  CHECK(path_in(names, 8) == "-");
  CHECK(names.size() == 0);
}

TEST_CASE("after the rename of a directory no name is sure, except for that rename") {
  DirectoryNames names;
  names.learn(kMe, {"/d", id(9), 3}, kNow);
  FileChange moved = made_in({id(9)}, "sub");
  moved.action = Action::kRename;
  moved.original.name = "old";
  moved.moves_directory = true;
  names.complete(kMe, moved, kNow);
  CHECK(moved.file.path == "/d/sub");
  CHECK(moved.original.path == "/d/old");
  CHECK(path_in(names, 9) == "-");
}
