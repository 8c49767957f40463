// SPDX-License-Identifier: Apache-2.0
#include "lib/desktop/shell_words.h"

#include <utility>

namespace audisp_eql::desktop {
namespace {

class Splitter {
 public:
  explicit Splitter(std::string_view line) : rest_(line) {}

  std::optional<std::vector<std::string>> run() {
    while (!rest_.empty()) {
      const char c = take();
      if (c == ' ' || c == '\t' || c == '\n') {
        end_word();
      } else if (!take_part(c)) {
        return std::nullopt;
      }
    }
    end_word();
    return std::move(words_);
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void add(char c) {
    word_ += c;
    in_word_ = true;
  }
  void end_word() {
    if (in_word_) words_.push_back(std::exchange(word_, {}));
    in_word_ = false;
  }

  bool take_part(char c) {
    in_word_ = true;  // '' is a word
    if (c == '\'') return take_single();
    if (c == '"') return take_double();
    if (c != '\\') {
      add(c);
      return true;
    }
    if (rest_.empty()) return false;
    if (const char next = take(); next != '\n') add(next);
    return true;
  }

  bool take_single() {
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) return false;
    word_.append(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool take_double() {
    while (!rest_.empty()) {
      const char c = take();
      if (c == '"') return true;
      constexpr std::string_view kEscaped = "$`\"\\\n";
      if (c == '\\' && !rest_.empty() && kEscaped.find(rest_.front()) != std::string_view::npos) {
        if (const char next = take(); next != '\n') add(next);
      } else {
        add(c);
      }
    }
    return false;
  }

  std::string_view rest_;
  std::string word_;
  bool in_word_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::optional<std::vector<std::string>> shell_words(std::string_view line) { return Splitter(line).run(); }

}  // namespace audisp_eql::desktop
