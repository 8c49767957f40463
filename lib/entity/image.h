// SPDX-License-Identifier: Apache-2.0
// What a process runs since its latest exec. Immutable and shared: children
// inherit it at fork, and events keep their parent's as it was.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace audisp_eql::entity {

// Text is valid UTF-8 (made so once, at the exec).
struct Image : boost::intrusive_ref_counter<Image, boost::thread_unsafe_counter> {
  // The bag process.executable: as executed, then the resolved image, then
  // either without a " (deleted)" or package-upgrade suffix. Distinct.
  std::vector<std::string> executables;
  std::vector<std::string> names;  // base names of them, distinct
  std::string kernel_exe;          // exe= as the kernel wrote it
  std::vector<std::string> args;   // empty when unknown
  bool has_args = false;           // an empty args is known to be empty
  bool args_truncated = false;
  std::string working_directory;  // at the exec; empty when unknown
  std::string systemd_unit;       // the same; live only

  [[nodiscard]] std::size_t bytes() const;
};

// One thread, no atomics: lib/ is single-threaded.
using ImagePtr = boost::intrusive_ptr<const Image>;

// An image of which only exe= (or /proc/PID/exe) is known.
[[nodiscard]] boost::intrusive_ptr<Image> image_from_exe(std::string exe);

// From an exec. `path` is PATH item 0 made absolute, or empty.
struct ExecImage {
  std::string path;
  std::string exe;
  std::vector<std::string> args;
  bool has_args = false;
  bool args_truncated = false;
  std::string cwd;
  std::string systemd_unit;
};
[[nodiscard]] boost::intrusive_ptr<Image> image_from_exec(ExecImage exec);

// `image` with another path for the same image in its bag: a process that
// renamed or deleted its file is still what it was, and also what exe= now says.
// Null when nothing is to be added.
[[nodiscard]] boost::intrusive_ptr<Image> with_executable(const ImagePtr& image, std::string exe);

}  // namespace audisp_eql::entity
