// SPDX-License-Identifier: Apache-2.0
// What a process runs since its latest exec. Immutable and shared: children
// inherit it at fork, and events keep their parent's as it was.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include "lib/entity/texts.h"

namespace audisp_eql::entity {

// The file that runs. Text is valid UTF-8 (made so once, at the exec).
struct Program : boost::intrusive_ref_counter<Program, boost::thread_unsafe_counter> {
  bool has_exe = false;  // the kernel wrote exe=: it is one of `executables`
  // The bag process.executable: as executed, then the resolved image, then
  // either without a " (deleted)" or package-upgrade suffix. Distinct.
  Texts executables;
  Texts names;  // base names of them, distinct

  [[nodiscard]] std::size_t bytes() const;
};
using ProgramPtr = boost::intrusive_ptr<const Program>;

// Of these executables, valid UTF-8 and distinct.
[[nodiscard]] ProgramPtr make_program(std::span<const std::string> executables, bool has_exe);

// Where a program was started.
struct Place : boost::intrusive_ref_counter<Place, boost::thread_unsafe_counter> {
  std::string working_directory;  // empty when unknown
  std::string systemd_unit;       // the same; live only
};
using PlacePtr = boost::intrusive_ptr<const Place>;

[[nodiscard]] PlacePtr make_place(std::string_view working_directory, std::string_view systemd_unit);

// One Program and one Place for many images: there are few of them, and many
// processes. A cache of bounded size; what it forgets lives as long as its images.
class SharedParts {
 public:
  // `path` is PATH item 0 made absolute, or empty; `exe` as the kernel wrote it.
  [[nodiscard]] ProgramPtr program(std::string_view path, std::string_view exe);
  // `program`, or another of the same executables.
  [[nodiscard]] ProgramPtr shared(ProgramPtr program);
  // Null when both are empty.
  [[nodiscard]] PlacePtr place(std::string_view working_directory, std::string_view systemd_unit);

 private:
  struct Executed {
    std::string path, exe;
    ProgramPtr program;
  };
  // Each by hash.
  std::vector<Executed> executed_;
  std::vector<ProgramPtr> programs_;
  std::vector<PlacePtr> places_;
};

// Text is valid UTF-8, as of Program.
struct Image : boost::intrusive_ref_counter<Image, boost::thread_unsafe_counter> {
  bool has_args = false;  // an empty args is known to be empty
  bool args_truncated = false;
  ProgramPtr program;  // never null
  PlacePtr place;      // at the exec; null when unknown
  Texts args;          // empty when unknown

  [[nodiscard]] std::string_view working_directory() const {
    return place == nullptr ? std::string_view{} : place->working_directory;
  }
  [[nodiscard]] std::string_view systemd_unit() const {
    return place == nullptr ? std::string_view{} : place->systemd_unit;
  }
  // Its own, its program's and its place's.
  [[nodiscard]] std::size_t bytes() const;
};

// One thread, no atomics: lib/ is single-threaded.
using ImagePtr = boost::intrusive_ptr<const Image>;

// From an exec. Where only exe= (or /proc/PID/exe) is known, the rest is empty.
struct ExecImage {
  std::string_view path{};  // PATH item 0 made absolute
  std::string_view exe{};
  std::span<const std::string> args{};
  bool has_args = false;
  bool args_truncated = false;
  std::string_view cwd{};
  std::string_view systemd_unit{};
};
[[nodiscard]] boost::intrusive_ptr<Image> image_from_exec(const ExecImage& exec, SharedParts& parts);

// `image` with another path for the same image in its bag: a process that
// renamed or deleted its file is still what it was, and also what exe= now says.
// Null when nothing is to be added.
[[nodiscard]] boost::intrusive_ptr<Image> with_executable(const ImagePtr& image, std::string_view exe,
                                                          SharedParts& parts);

}  // namespace audisp_eql::entity
