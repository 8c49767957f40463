// SPDX-License-Identifier: Apache-2.0
#include "plugin/kafka_url.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "lib/audit/numbers.h"

namespace audisp_eql::plugin {
namespace {

constexpr std::string_view kScheme = "kafka://";
constexpr char kForm[] = "kafka://BROKER[:PORT][,BROKER...]/TOPIC?group=NAME";
constexpr std::size_t kMaxTopic = 249;  // Kafka's own
constexpr std::int64_t kMaxLookback = 7 * 86'400;

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTopic && std::all_of(text.begin(), text.end(), is_name_byte);
}

// Names, addresses in brackets too, with or without a port.
bool is_brokers(std::string_view text) {
  constexpr std::string_view kMore = ":[],";
  const auto is_good = [&](char c) { return is_name_byte(c) || kMore.find(c) != std::string_view::npos; };
  return !text.empty() && text.front() != ',' && text.back() != ',' && text.find(",,") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), is_good);
}

class Parser {
 public:
  explicit Parser(const std::string& text) : source_{"--input", text} {}

  Result<KafkaUrl> parse() {
    const std::string_view text = source_.text;
    const std::size_t slash = std::min(text.find('/', kScheme.size()), text.size());
    const std::size_t mark = std::min(text.find('?', slash), text.size());
    url_.brokers = text.substr(kScheme.size(), slash - kScheme.size());
    if (!is_brokers(url_.brokers)) complain({kScheme.size(), slash}, "no broker's name", kForm);
    url_.topic = text.substr(std::min(slash + 1, text.size()), mark - std::min(slash + 1, mark));
    if (!is_name(url_.topic)) {
      complain({std::min(slash + 1, text.size()), mark}, "no topic's name", "letters, digits, `.`, `_` and `-`");
    }
    for (std::size_t at = mark; at < text.size();) {
      const std::size_t end = std::min(text.find('&', at + 1), text.size());
      set({at + 1, end});
      at = end;
    }
    if (url_.group.empty() && errors_.empty()) complain({mark, text.size()}, "no group", kForm);
    if (!errors_.empty()) return Error(std::move(errors_));
    return std::move(url_);
  }

 private:
  void complain(Span span, std::string message, std::string hint) {
    errors_.push_back(diagnose(source_, span, std::move(message), std::move(hint)));
  }

  void set(Span span) {
    const std::string_view pair = std::string_view(source_.text).substr(span.begin, span.end - span.begin);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    const Span at_value{span.begin + std::min(equals + 1, pair.size()), span.end};
    if (name == "group") {
      url_.group = value;
      if (!is_name(value)) complain(at_value, "no group's name", "letters, digits, `.`, `_` and `-`");
    } else if (name == "until") {
      url_.until_end = value == "end";
      if (!url_.until_end)
        complain(at_value, "`until` can be `end` only", "without it the scan goes on until it is stopped");
    } else if (name == "lookback") {
      const auto number = audit::parse_number<std::int64_t>(value);
      if (number && *number >= 0 && *number <= kMaxLookback) {
        url_.lookback = seconds(*number);
      } else {
        complain(at_value, "no number of seconds up to 604800", {});
      }
    } else if (name == "config" && !value.empty()) {
      url_.config = value;
    } else {
      complain(span, "unknown setting",
               "group, until, lookback or config: librdkafka's own settings go into the file that config names");
    }
  }

  Source source_;
  KafkaUrl url_;
  std::vector<Diagnostic> errors_;
};

}  // namespace

bool is_kafka_url(std::string_view text) { return text.starts_with(kScheme); }

Result<KafkaUrl> parse_kafka_url(const std::string& text) { return Parser(text).parse(); }

}  // namespace audisp_eql::plugin
