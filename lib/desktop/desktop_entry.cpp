// SPDX-License-Identifier: Apache-2.0
#include "lib/desktop/desktop_entry.h"

#include <algorithm>
#include <vector>

#include "lib/desktop/shell_words.h"

namespace audisp_eql::desktop {
namespace {

constexpr std::string_view kGroup = "[Desktop Entry]";
constexpr std::string_view kGlibShell = "export GIO_LAUNCHED_DESKTOP_FILE_PID=$$;";
// What the kernel puts before a script: `interpreter script`, or `interpreter
// option script`. Versions follow (python3.11).
constexpr std::size_t kMostInterpreterWords = 2;
constexpr std::string_view kInterpreters[] = {"sh",   "bash", "dash", "zsh", "ksh", "fish", "python",
                                              "perl", "ruby", "node", "php", "lua", "tclsh"};

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// \s \n \t \r \\ of the specification's strings; others stay as they are.
std::string unescape(std::string_view value) {
  constexpr std::string_view kNames = "sntr\\";
  constexpr std::string_view kMeant = " \n\t\r\\";
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::size_t which =
        value[i] == '\\' && i + 1 < value.size() ? kNames.find(value[i + 1]) : std::string_view::npos;
    if (which == std::string_view::npos) {
      out += value[i];
    } else {
      out += kMeant[which];
      ++i;
    }
  }
  return out;
}

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// A command line as it grows, as long as it may become one that was executed:
// a few bytes of field codes can stand for any number of them.
class Expanded {
 public:
  Expanded(const DesktopEntry& entry, std::string_view path, std::span<const std::string> args)
      : entry_(entry), path_(path), most_words_(args.size()) {
    for (const std::string& arg : args) most_bytes_ += arg.size();
  }

  // False: it is longer than the arguments by now.
  [[nodiscard]] bool add(const std::string& word) {
    if (word == "%i") return entry_.icon.empty() || (take("--icon") && take(entry_.icon));
    return expand(word);
  }
  [[nodiscard]] std::span<const std::string> words() const { return words_; }

 private:
  [[nodiscard]] bool take(std::string word) {
    bytes_ += word.size();
    words_.push_back(std::move(word));
    return words_.size() <= most_words_ && bytes_ <= most_bytes_;
  }

  // Nothing is opened at a login, so codes for files and URLs vanish, and words
  // that were nothing else with them.
  [[nodiscard]] bool expand(const std::string& word) {
    std::string text;
    bool had_code = false;
    for (std::size_t i = 0; i < word.size() && text.size() <= most_bytes_; ++i) {
      if (word[i] != '%' || i + 1 == word.size()) {
        text += word[i];
        continue;
      }
      switch (word[++i]) {
        case '%': text += '%'; break;
        case 'c': text += entry_.name; break;
        case 'k': text += path_; break;
        default: had_code = true;
      }
    }
    return (text.empty() && had_code) || take(std::move(text));
  }

  const DesktopEntry& entry_;
  std::string_view path_;
  std::size_t most_words_, most_bytes_ = 0, bytes_ = 0;
  std::vector<std::string> words_;
};

std::span<const std::string> without_launcher(std::span<const std::string> args) {
  if (!args.empty() && base_name(args[0]) == "gio-launch-desktop") return args.subspan(1);
  constexpr std::size_t kShellWords = 6;  // sh -e -u -c SCRIPT sh
  const bool is_shell = args.size() > kShellWords && args[1] == "-e" && args[2] == "-u" && args[3] == "-c" &&
                        args[4].starts_with(kGlibShell);
  return is_shell ? args.subspan(kShellWords) : args;
}

bool is_interpreter(std::string_view path) {
  const std::string_view name = base_name(path);
  return std::any_of(std::begin(kInterpreters), std::end(kInterpreters), [name](std::string_view known) {
    return name.starts_with(known) && name.find_first_not_of("0123456789.", known.size()) == std::string_view::npos;
  });
}

// The first word is a program: of one that was looked up, the path may be there.
bool equal(std::span<const std::string> args, std::span<const std::string> words) {
  if (args.size() != words.size() || words.empty()) return false;
  const bool looked_up = words[0].find('/') == std::string::npos && args[0].starts_with('/');
  if (args[0] != words[0] && !(looked_up && base_name(args[0]) == words[0])) return false;
  return std::equal(args.begin() + 1, args.end(), words.begin() + 1);
}

}  // namespace

std::optional<DesktopEntry> parse_desktop_entry(std::string_view text) {
  std::optional<DesktopEntry> entry;
  bool has_name = false, has_exec = false, has_icon = false;
  const auto take = [](bool& has, std::string& out, std::string_view value) {
    if (!has) out = unescape(value);
    has = true;
  };
  for (bool inside = false; !text.empty();) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('[')) {
      inside = line == kGroup;
      if (inside && !entry) entry.emplace();
      continue;
    }
    const std::size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    const std::string_view key = trim(line.substr(0, equals));
    const std::string_view value = trim(line.substr(equals + 1));
    if (key == "Name") take(has_name, entry->name, value);
    if (key == "Exec") take(has_exec, entry->exec, value);
    if (key == "Icon") take(has_icon, entry->icon, value);
    if (key == "Hidden") entry->hidden = value == "true";
  }
  return entry;
}

bool starts(const DesktopEntry& entry, std::string_view path, std::span<const std::string> args) {
  const auto words = shell_words(entry.exec);
  if (!words || entry.hidden) return false;
  Expanded expanded(entry, path, args);
  for (const std::string& word : *words) {
    if (!expanded.add(word)) return false;
  }
  args = without_launcher(args);
  const std::size_t most = !args.empty() && is_interpreter(args[0]) ? kMostInterpreterWords : 0;
  for (std::size_t skip = 0; skip <= most && skip < args.size(); ++skip) {
    if (equal(args.subspan(skip), expanded.words())) return true;
  }
  return false;
}

}  // namespace audisp_eql::desktop
