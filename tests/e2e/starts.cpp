// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/starts.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace audisp_eql::e2e {
namespace {

constexpr int kExecFailed = 127;

std::vector<std::string> arguments_of(const std::string& app, const Case& what) {
  return {app, "run", what.name, std::to_string(what.port)};
}

// argv for exec; points into `words`.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

int run(const std::string& path, std::vector<std::string> words) {
  execv(path.c_str(), pointers(words).data());
  std::perror(path.c_str());
  return kExecFailed;
}

int start_plain(const std::string& app, const Case& what) { return run(app, arguments_of(app, what)); }

int start_without_exec(const std::string&, const Case& what) { return act(what) ? 0 : 1; }

int start_with_odd_bytes(const std::string& app, const Case& what) {
  std::vector<std::string> words = arguments_of(app, what);
  for (const char* odd : {"\xff",
                          "\xff"
                          "a",
                          "a\xff",
                          "a\xff"
                          "b",
                          "", "line\nnode=x type=EOE msg=audit(1.1:1): ", "\x1d\"'"}) {
    words.emplace_back(odd);
  }
  return run(app, std::move(words));
}

// As much as the kernel takes: it allows a quarter of the stack limit, 6 MiB at
// most, and counts eight bytes for each pointer.
int start_with_huge_arguments(const std::string& app, const Case& what) {
  constexpr std::size_t kSize = 100'000;  // of one; the kernel's own limit is 128 KiB
  const rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
  if (setrlimit(RLIMIT_STACK, &unlimited) != 0) return kExecFailed;
  std::vector<std::string> words = arguments_of(app, what);
  for (int i = 0; i < 50; ++i) words.emplace_back(kSize, static_cast<char>('A' + i % 26));
  for (int i = 0; i < 80'000; ++i) words.emplace_back("x");
  return run(app, std::move(words));
}

int start_from_directory(const std::string& app, const Case& what) {
  const std::filesystem::path path(app);
  const int folder = open(path.parent_path().c_str(), O_PATH | O_DIRECTORY);
  std::vector<std::string> words = arguments_of(app, what);
  syscall(SYS_execveat, folder, path.filename().c_str(), pointers(words).data(), environ, 0);
  std::perror("execveat");
  return kExecFailed;
}

int start_relative(const std::string& app, const Case& what) {
  const std::filesystem::path path(app);
  if (chdir(path.parent_path().c_str()) != 0) return kExecFailed;
  return run("./../" + path.parent_path().filename().string() + "/" + path.filename().string(),
             arguments_of(app, what));
}

int start_from_memory(const std::string& app, const Case& what) {
  const int source = open(app.c_str(), O_RDONLY | O_CLOEXEC);
  const int memory = memfd_create("payload", MFD_CLOEXEC);
  struct stat status {};
  fstat(source, &status);
  while (status.st_size > 0) {
    const ssize_t moved = sendfile(memory, source, nullptr, static_cast<std::size_t>(status.st_size));
    if (moved <= 0) return kExecFailed;
    status.st_size -= moved;
  }
  std::vector<std::string> words = arguments_of(app, what);
  fexecve(memory, pointers(words).data(), environ);
  std::perror("fexecve");
  return kExecFailed;
}

// A program of its own that it may rename or delete.
int start_copy(const std::string& app, const Case& what) {
  const std::string copy = "/tmp/audisp-eql-e2e-" + std::to_string(getpid());
  std::filesystem::copy_file(app, copy);
  return run(copy, arguments_of(copy, what));
}

// Somebody else's program, which a library of ours makes connect.
int start_preloaded(const std::string&, const Case& what) {
  const char* plugin = std::getenv("E2E_PLUGIN");
  const char* library = std::getenv("E2E_PRELOAD");
  if (plugin == nullptr || library == nullptr) return kExecFailed;
  setenv("LD_PRELOAD", library, 1);
  setenv("E2E_PORT", std::to_string(what.port).c_str(), 1);
  return run(plugin, {plugin, "--version"});
}

// What GLib 2.64 to 2.72 runs for a desktop file.
constexpr const char* kGioScript = "export GIO_LAUNCHED_DESKTOP_FILE_PID=$$; exec \"$@\"";

// The same for a program that is no child of the session manager: the driver
// forks once more, and the parent of the shell is a plain fork of it.
int start_by_shell(const std::string& app, const Case& what) {
  std::vector<std::string> words = {"/bin/sh", "-e", "-u", "-c", std::string(kGioScript) + " # \xff", "sh"};
  for (std::string& word : arguments_of(app, what)) words.push_back(std::move(word));
  return run("/bin/sh", std::move(words));
}

struct Start {
  std::string_view name;
  int (*run)(const std::string& app, const Case& what);
};

constexpr std::array kStarts = {
    Start{"fork_only", start_without_exec},
    Start{"odd_bytes", start_with_odd_bytes},
    Start{"huge_args", start_with_huge_arguments},
    Start{"directory_fd", start_from_directory},
    Start{"relative", start_relative},
    Start{"memory_fd", start_from_memory},
    Start{"renames_itself", start_copy},
    Start{"deletes_itself", start_copy},
    Start{"preloaded", start_preloaded},
    Start{"shell", start_by_shell},
};

}  // namespace

int start(const std::string& app, const Case& what) {
  for (const Start& known : kStarts) {
    if (known.name == what.name) return known.run(app, what);
  }
  return start_plain(app, what);
}

}  // namespace audisp_eql::e2e
