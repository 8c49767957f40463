// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/image.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/entity/image_ledger.h"

using namespace audisp_eql::entity;
using Strings = std::vector<std::string>;

namespace {

boost::intrusive_ptr<Image> image_with(std::string_view path, std::string_view exe, const Strings& args = {}) {
  SharedParts parts;
  return image_from_exec({.path = path, .exe = exe, .args = args, .has_args = !args.empty()}, parts);
}

}  // namespace

TEST_CASE("an image is known as executed and as resolved, once each") {
  CHECK(image_with("/bin/sh", "/usr/bin/dash")->program->executables == Strings{"/bin/sh", "/usr/bin/dash"});
  CHECK(image_with("/bin/sh", "/usr/bin/dash")->program->names == Strings{"sh", "dash"});
  CHECK(image_with("/usr/bin/dash", "/usr/bin/dash")->program->executables == Strings{"/usr/bin/dash"});
  CHECK(image_with("", "/usr/bin/dash")->program->executables == Strings{"/usr/bin/dash"});
  CHECK(image_with("", "")->program->executables.empty());
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
  for (const Row& row : rows) CHECK(image_with("", row.exe)->program->executables == row.bag);
}

TEST_CASE("images of one file share their program") {
  SharedParts parts;
  const ProgramPtr sh = parts.program("/bin/sh", "/usr/bin/dash");
  CHECK(parts.program("/bin/sh", "/usr/bin/dash").get() == sh.get());
  CHECK(parts.program("", "/usr/bin/dash").get() != sh.get());
  CHECK(parts.program("/bin/sh/usr", "/bin/dash")->executables == Strings{"/bin/sh/usr", "/bin/dash"});
  const std::string long_path = "/" + std::string(1000, 'x');
  CHECK(parts.program(long_path, "/a")->executables == Strings{long_path, "/a"});
  for (int i = 0; i < 5000; ++i) {
    const std::string path = "/p" + std::to_string(i);
    REQUIRE(parts.program(path, path)->executables == Strings{path});
  }
  CHECK(sh->executables == Strings{"/bin/sh", "/usr/bin/dash"});
}

TEST_CASE("images share where they were started; what is unknown is nothing") {
  SharedParts parts;
  const PlacePtr home = parts.place("/home/u", "app.service");
  CHECK(home->working_directory == "/home/u");
  CHECK(home->systemd_unit == "app.service");
  CHECK(parts.place("/home/u", "app.service").get() == home.get());
  CHECK(parts.place("/home/u", "").get() != home.get());
  CHECK(parts.place("", "") == nullptr);
  CHECK(parts.place("/\xff", "")->working_directory == "/\xEF\xBF\xBD");
  const std::string long_path = "/" + std::string(1000, 'x');
  CHECK(parts.place(long_path, "")->working_directory == long_path);
  for (int i = 0; i < 5000; ++i) {
    const std::string path = "/" + std::to_string(i);
    REQUIRE(parts.place(path, "")->working_directory == path);
  }
}

TEST_CASE("texts are what was put in, empty ones and all") {
  const Strings given = {"", "a", "", "two words", ""};
  const Texts texts(given);
  CHECK(texts.size() == 5);
  CHECK(texts == given);
  CHECK_FALSE(texts == Strings{"", "a", "", "two words"});
  CHECK(texts[3] == "two words");
  CHECK(Texts(Strings{""}).size() == 1);
  CHECK(Texts(Strings{""}) == Strings{""});
}

TEST_CASE("no texts have no memory") {
  const Texts none{Strings{}};
  CHECK(none.empty());
  CHECK(none == Strings{});
  CHECK(none.bytes() == 0);
  CHECK(Texts(none).empty());
  CHECK(none == Texts());
}

TEST_CASE("a copy of texts outlives them, and is as large") {
  Texts copy;
  {
    const Texts texts(Strings{"a", std::string(1000, 'x')});
    copy = texts;
    CHECK(copy == texts);
    CHECK(copy.bytes() == texts.bytes());
    CHECK(copy.bytes() < 1020);
  }
  CHECK(copy == Strings{"a", std::string(1000, 'x')});
  copy = {};
  CHECK(copy.empty());
}

TEST_CASE("text of an image is valid UTF-8") {
  const auto image = image_with("/tmp/\xff", "/tmp/\xff", {"\xfe", "ok"});
  CHECK(image->program->executables == Strings{"/tmp/\xEF\xBF\xBD"});
  CHECK(image->args == Strings{"\xEF\xBF\xBD", "ok"});
}

TEST_CASE("images that came to the same paths share their program") {
  SharedParts parts;
  const ExecImage exec{.path = "/tmp/a", .exe = "/tmp/a", .args = {}, .cwd = {}, .systemd_unit = {}};
  const ImagePtr one = with_executable(image_from_exec(exec, parts), "/tmp/b", parts);
  const ImagePtr two = with_executable(image_from_exec(exec, parts), "/tmp/b", parts);
  CHECK(one.get() != two.get());
  CHECK(one->program.get() == two->program.get());
  CHECK(with_executable(one, "/tmp/c", parts)->program->executables == Strings{"/tmp/a", "/tmp/b", "/tmp/c"});
  CHECK(one->program->executables == Strings{"/tmp/a", "/tmp/b"});
  const ExecImage unsure{.path = "/tmp/a", .exe = {}, .args = {}, .cwd = {}, .systemd_unit = {}};
  const ImagePtr other = with_executable(image_from_exec(unsure, parts), "/tmp/b", parts);
  CHECK(one->program->has_exe);
  CHECK_FALSE(other->program->has_exe);
}

TEST_CASE("another path joins the bag, never replaces, and only so often") {
  SharedParts parts;
  ImagePtr image = image_with("/tmp/a", "/tmp/a", {"a"});
  CHECK(with_executable(image, "/tmp/a", parts).get() == nullptr);
  CHECK(with_executable(image, "", parts).get() == nullptr);
  image = with_executable(image, "/tmp/b (deleted)", parts);
  CHECK(image->program->executables == Strings{"/tmp/a", "/tmp/b (deleted)", "/tmp/b"});
  CHECK(image->program->names == Strings{"a", "b (deleted)", "b"});
  CHECK(image->program->has_exe);
  CHECK(image->args == Strings{"a"});
  for (int i = 0; i < 100; ++i) {
    if (const auto more = with_executable(image, "/tmp/c" + std::to_string(i), parts)) image = more;
  }
  CHECK(image->program->executables.size() == 8);
  CHECK(image->program->executables[0] == "/tmp/a");
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
  CHECK(held.front()->program->executables == Strings{"/a"});
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
