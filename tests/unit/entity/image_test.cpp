// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/image.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/entity/image_ledger.h"

using namespace audisp_eql::entity;
using Strings = std::vector<std::string>;

namespace {

boost::intrusive_ptr<Image> image_with(std::string path, std::string exe, Strings args = {}) {
  ExecImage exec;
  exec.path = std::move(path);
  exec.exe = std::move(exe);
  exec.has_args = !args.empty();
  exec.args = std::move(args);
  return image_from_exec(std::move(exec));
}

}  // namespace

TEST_CASE("an image is known as executed and as resolved, once each") {
  CHECK(image_with("/bin/sh", "/usr/bin/dash")->executables == Strings{"/bin/sh", "/usr/bin/dash"});
  CHECK(image_with("/bin/sh", "/usr/bin/dash")->names == Strings{"sh", "dash"});
  CHECK(image_with("/usr/bin/dash", "/usr/bin/dash")->executables == Strings{"/usr/bin/dash"});
  CHECK(image_with("", "/usr/bin/dash")->executables == Strings{"/usr/bin/dash"});
  CHECK(image_with("", "")->executables.empty());
}

TEST_CASE("a replaced or deleted file is still the program it was") {
  struct Row {
    std::string exe;
    Strings bag;
  };
  const Row rows[] = {
      {"/usr/bin/xfce4-session (deleted)", {"/usr/bin/xfce4-session (deleted)", "/usr/bin/xfce4-session"}},
      {"/usr/bin/python2.7;58d1ccaf (deleted)", {"/usr/bin/python2.7;58d1ccaf (deleted)", "/usr/bin/python2.7"}},
      {"/usr/bin/a.dpkg-tmp (deleted)", {"/usr/bin/a.dpkg-tmp (deleted)", "/usr/bin/a"}},
      {"/usr/bin/a;58d1ccaz", {"/usr/bin/a;58d1ccaz"}},
      {"/memfd:payload (deleted)", {"/memfd:payload (deleted)", "/memfd:payload"}},
  };
  for (const Row& row : rows) CHECK(image_from_exe(row.exe)->executables == row.bag);
}

TEST_CASE("text of an image is valid UTF-8") {
  const auto image = image_with("/tmp/\xff", "/tmp/\xff", {"\xfe", "ok"});
  CHECK(image->executables == Strings{"/tmp/\xEF\xBF\xBD"});
  CHECK(image->args == Strings{"\xEF\xBF\xBD", "ok"});
}

TEST_CASE("another path joins the bag, never replaces, and only so often") {
  ImagePtr image = image_with("/tmp/a", "/tmp/a", {"a"});
  CHECK(with_executable(image, "/tmp/a").get() == nullptr);
  CHECK(with_executable(image, "").get() == nullptr);
  image = with_executable(image, "/tmp/b (deleted)");
  CHECK(image->executables == Strings{"/tmp/a", "/tmp/b (deleted)", "/tmp/b"});
  CHECK(image->names == Strings{"a", "b (deleted)", "b"});
  CHECK(image->kernel_exe == "/tmp/a");
  CHECK(image->args == Strings{"a"});
  for (int i = 0; i < 100; ++i) {
    if (const auto more = with_executable(image, "/tmp/c" + std::to_string(i))) image = more;
  }
  CHECK(image->executables.size() == 8);
  CHECK(image->executables.front() == "/tmp/a");
}

TEST_CASE("the ledger keeps large images below its cap; the newest stays whole") {
  ImageLedger ledger(100'000);
  std::vector<ImagePtr> held;
  for (int i = 0; i < 20; ++i) {
    auto image = image_with("/a", "/a", {std::string(20'000, 'x')});
    held.push_back(image);
    ledger.add(image);
    CHECK(ledger.bytes() <= 100'000);
    CHECK(held.back()->has_args);
  }
  CHECK(ledger.forgotten() == 16);
  CHECK(held.front()->args.empty());
  CHECK(held.front()->args_truncated);
  CHECK(held.front()->executables == Strings{"/a"});
}

TEST_CASE("images that nobody holds cost the ledger nothing for long") {
  ImageLedger ledger(1'000'000);
  for (int i = 0; i < 1000; ++i) ledger.add(image_with("/a", "/a", {std::string(20'000, 'x')}));
  CHECK(ledger.bytes() <= 1'000'000);
  CHECK(ledger.forgotten() == 0);
}

TEST_CASE("one image larger than the cap is kept until the next") {
  ImageLedger ledger(10'000);
  const auto big = image_with("/a", "/a", {std::string(50'000, 'x')});
  ledger.add(big);
  CHECK(big->has_args);
  ledger.add(image_with("/b", "/b", {std::string(9'000, 'x')}));
  CHECK_FALSE(big->has_args);
}
