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
  // The bag process.executable: as executed, then the resolved image, then
  // either without a " (deleted)" or package-upgrade suffix. Distinct.
  std::vector<std::string> executables;
  std::vector<std::string> names;  // base names of them, distinct
  std::string kernel_exe;          // exe= as the kernel wrote it

  [[nodiscard]] std::size_t bytes() const;
};
using ProgramPtr = boost::intrusive_ptr<const Program>;

// One Program for many images: there are few programs, and many processes. A cache
// of bounded size; what it forgets lives as long as its images.
class Programs {
 public:
  // `path` is PATH item 0 made absolute, or empty; `exe` as the kernel wrote it.
  [[nodiscard]] ProgramPtr find_or_make(std::string_view path, std::string_view exe);

 private:
  struct Entry {
    std::string path, exe;
    ProgramPtr program;
  };
  std::vector<Entry> entries_;  // by hash
};

// Text is valid UTF-8, as of Program.
struct Image : boost::intrusive_ref_counter<Image, boost::thread_unsafe_counter> {
  ProgramPtr program;     // never null
  Texts args;             // empty when unknown
  bool has_args = false;  // an empty args is known to be empty
  bool args_truncated = false;
  std::string working_directory;  // at the exec; empty when unknown
  std::string systemd_unit;       // the same; live only

  // Its own and its program's.
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
[[nodiscard]] boost::intrusive_ptr<Image> image_from_exec(const ExecImage& exec, Programs& programs);

// `image` with another path for the same image in its bag: a process that
// renamed or deleted its file is still what it was, and also what exe= now says.
// Null when nothing is to be added.
[[nodiscard]] boost::intrusive_ptr<Image> with_executable(const ImagePtr& image, std::string_view exe);

}  // namespace audisp_eql::entity
