// SPDX-License-Identifier: Apache-2.0
// Plays the desktop in the end-to-end test: a session manager that starts one
// program per case, and those programs. Knows nothing of the plugin; which
// cases must alert is in cases.txt.
//
//   driver session APP NAME:PORT...   starts APP once per case, waits for each
//   driver hold APP NAME:PORT...      the same after one line on standard input
//   driver run NAME PORT [TEXT...]    one program: does what the case is about
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/acts.h"
#include "tests/e2e/starts.h"

namespace {

using audisp_eql::e2e::Case;

constexpr int kUsage = 64;

// Splits NAME:PORT.
Case parse_case(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {std::string(text), 0};
  return {std::string(text.substr(0, colon)), std::atoi(std::string(text.substr(colon + 1)).c_str())};
}

// One child at a time, so that alerts come in the order of the cases.
int run_session(const std::string& app, std::span<char*> cases) {
  int failures = 0;
  for (const char* text : cases) {
    const Case one = parse_case(text);
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) _exit(audisp_eql::e2e::start(app, one));
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0) {
      std::fprintf(stderr, "case %s ended with status %d\n", text, status);
      ++failures;
    }
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::span<char*> words(argv, static_cast<std::size_t>(argc));
  if (words.size() < 4) return kUsage;
  const std::string_view role = words[1];
  if (role == "run") return audisp_eql::e2e::act({words[2], std::atoi(words[3])}) ? 0 : 1;
  if (role == "hold" && std::getchar() == EOF) return 1;
  if (role == "session" || role == "hold") return run_session(words[2], words.subspan(3));
  return kUsage;
}
