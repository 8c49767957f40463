// SPDX-License-Identifier: Apache-2.0
#include "plugin/config.h"

#include <sys/un.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "lib/engine/toml_parse.h"

namespace audisp_eql::plugin {
namespace {

struct Seconds {
  EventTime* time;
};
struct Milliseconds {
  EventTime* time;
};

// Where a key's value lives; its type is the key's type.
using Slot = std::variant<bool*, std::size_t*, Seconds, Milliseconds, std::string*, std::vector<std::string>*,
                          std::vector<engine::DisabledName>*, SyslogFormat*, LogLevel*>;

struct Key {
  std::string_view name;
  std::int64_t low, high;  // of numbers; of a text the bytes it may have, where high is not 0
  Slot (*slot)(Config&);
  std::string_view help;
};

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kTokens = 1'000'000;
constexpr std::int64_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;
constexpr std::int64_t kMaxUserName = 255;

constexpr Key kKeys[] = {
    {"host", 0, 0, [](Config& c) -> Slot { return &c.host; },
     "host.id of records without node=; empty: this machine's id"},
    {"rules", 0, 0, [](Config& c) -> Slot { return &c.rules; }, "rule files, or directories of *.toml"},
    {"disabled_rules", 0, 0, [](Config& c) -> Slot { return &c.disabled_rules; },
     "rule_id or name of rules in these that do not run"},
    {"exceptions", 0, 0, [](Config& c) -> Slot { return &c.exceptions; },
     "alerts that this site does not want; a file that is not there, or empty: none"},
    {"heartbeat_seconds", 0, kDay, [](Config& c) -> Slot { return Seconds{&c.heartbeat}; },
     "between two lines that say the plugin lives; 0: none"},
    {"missing_after_minutes", 0, 100'000, [](Config& c) -> Slot { return &c.missing_after_minutes; },
     "without an execve or a connect record, while others come, before it is said; 0: never"},
    {"log_level", 0, 0, [](Config& c) -> Slot { return &c.log_level; }, "least level of operator messages"},
    {"user", 1, kMaxUserName, [](Config& c) -> Slot { return &c.user; }, "live, started as root: becomes this user"},
    {"proc_enrichment", 0, 0, [](Config& c) -> Slot { return &c.proc_enrichment; },
     "keep CAP_SYS_PTRACE: executables and folders of all users' processes in /proc"},
    {"desktop_entries", 0, 0, [](Config& c) -> Slot { return &c.desktop_entries; },
     "say which autostart entry an alert came from; keep CAP_DAC_READ_SEARCH to read it"},
    {"input.queue_bytes", kMiB / 16, 4096 * kMiB, [](Config& c) -> Slot { return &c.input.queue_bytes; },
     "records read and not yet processed; over it whole lines are dropped and counted"},
    {"input.max_line_bytes", 1024, 16 * kMiB, [](Config& c) -> Slot { return &c.input.max_line_bytes; },
     "a longer line is dropped and counted"},
    {"input.idle_milliseconds", 100, 600'000, [](Config& c) -> Slot { return Milliseconds{&c.input.idle}; },
     "silence after which half-arrived events are taken as they are"},
    {"events.max_open", 16, 1'000'000, [](Config& c) -> Slot { return &c.events.max_open_events; },
     "events whose records have not all come"},
    {"events.max_records", 16, 1'000'000, [](Config& c) -> Slot { return &c.events.max_records_per_event; },
     "records of one event"},
    {"events.max_bytes", kMiB / 16, 1024 * kMiB, [](Config& c) -> Slot { return &c.events.max_bytes_per_event; },
     "of one event; over it only arguments are dropped"},
    {"events.max_open_bytes", kMiB, 4096 * kMiB, [](Config& c) -> Slot { return &c.events.max_open_bytes; },
     "of all open events"},
    {"events.max_later", 16, 1'000'000, [](Config& c) -> Slot { return &c.events.max_later_events; },
     "newer events after which one without an end is taken as it is"},
    {"events.max_age_seconds", 1, kDay, [](Config& c) -> Slot { return Seconds{&c.events.max_age}; },
     "log time after which one without an end is taken as it is"},
    {"processes.max_hosts", 1, 100'000, [](Config& c) -> Slot { return &c.max_hosts; }, "node= names kept apart"},
    {"processes.max", 256, 16'000'000, [](Config& c) -> Slot { return &c.processes.max_processes; },
     "processes known per host; ended ones go first"},
    {"processes.max_image_bytes", kMiB, 4096 * kMiB, [](Config& c) -> Slot { return &c.processes.max_image_bytes; },
     "of arguments and paths per host; over it the oldest arguments are forgotten"},
    {"processes.ended_kept_seconds", 1, kDay, [](Config& c) -> Slot { return Seconds{&c.processes.ended_kept}; },
     "log time an ended process can still be given records"},
    {"sequences.max_partials", 16, 16'000'000, [](Config& c) -> Slot { return &c.sequences.max_partials; },
     "half-complete matches per rule"},
    {"sequences.max_bytes", kMiB / 16, 4096 * kMiB, [](Config& c) -> Slot { return &c.sequences.max_bytes; },
     "of events held by half-complete matches, per rule"},
    {"sequences.max_superseded", 0, 1024, [](Config& c) -> Slot { return &c.sequences.max_superseded; },
     "older half-complete matches kept per key, for late events"},
    {"sequences.max_key_bytes", 64, kMiB, [](Config& c) -> Slot { return &c.sequences.max_key_bytes; },
     "of a join key"},
    {"sequences.max_key_tuples", 1, 65'536, [](Config& c) -> Slot { return &c.sequences.max_key_tuples; },
     "join keys of one event with multi-valued fields"},
    {"sequences.lateness_seconds", 0, kDay, [](Config& c) -> Slot { return Seconds{&c.sequences.lateness}; },
     "log time an event may arrive after its own time (a connect is logged when it returns)"},
    {"syslog.enabled", 0, 0, [](Config& c) -> Slot { return &c.syslog.enabled; },
     "alerts and operator messages go to syslog"},
    {"syslog.socket", 1, kMaxSocketPath, [](Config& c) -> Slot { return &c.syslog.socket; },
     "datagram socket of the syslog daemon"},
    {"syslog.format", 0, 0, [](Config& c) -> Slot { return &c.syslog.format; }, "of alerts"},
    {"syslog.cee_cookie", 0, 0, [](Config& c) -> Slot { return &c.syslog.cee_cookie; }, "write @cee: before JSON"},
    {"syslog.max_message_bytes", 1024, kMiB / 8, [](Config& c) -> Slot { return &c.syslog.max_message_bytes; },
     "of a datagram; longer alerts lose argument bytes first"},
    {"syslog.queue_messages", 16, 1'000'000, [](Config& c) -> Slot { return &c.syslog.queue_messages; },
     "waiting for the syslog daemon; further ones are dropped and counted"},
    {"syslog.queue_bytes", kMiB / 16, 1024 * kMiB, [](Config& c) -> Slot { return &c.syslog.queue_bytes; }, "of these"},
    {"file.path", 0, 0, [](Config& c) -> Slot { return &c.file.path; }, "JSON lines are appended here; empty: no file"},
    {"file.max_line_bytes", 0, 1024 * kMiB, [](Config& c) -> Slot { return &c.file.max_line_bytes; },
     "of such a line; longer alerts lose argument bytes first; 0: all are whole"},
    {"spool.path", 0, 0, [](Config& c) -> Slot { return &c.spool.path; },
     "alerts that syslog does not take wait here; empty: in memory only"},
    {"spool.max_bytes", kMiB / 16, 4096 * kMiB, [](Config& c) -> Slot { return &c.spool.max_bytes; },
     "of this file; when it is full the oldest stay and new ones are lost, counted"},
    {"disk.queue_bytes", kMiB, 1024 * kMiB, [](Config& c) -> Slot { return &c.disk.queue_bytes; },
     "waiting to be written; over it what is new is dropped and counted"},
    {"metrics.path", 0, 0, [](Config& c) -> Slot { return &c.metrics.path; },
     "counters for Prometheus (node_exporter's textfile collector); empty: none"},
    {"metrics.interval_seconds", 1, kDay, [](Config& c) -> Slot { return Seconds{&c.metrics.interval}; },
     "between two writes of these"},
    {"storm.enabled", 0, 0, [](Config& c) -> Slot { return &c.storm.enabled; },
     "alerts over these limits go to the file alone, and are summed up for syslog"},
    {"storm.key_burst", 1, kTokens, [](Config& c) -> Slot { return &c.storm.key.burst; },
     "alerts at once with the same rule, user, executable and destination address"},
    {"storm.key_per_minute", 1, kTokens, [](Config& c) -> Slot { return &c.storm.key.per_minute; }, "and after these"},
    {"storm.rule_burst", 1, kTokens, [](Config& c) -> Slot { return &c.storm.rule.burst; },
     "repeated alerts of one rule at once"},
    {"storm.rule_per_minute", 1, kTokens, [](Config& c) -> Slot { return &c.storm.rule.per_minute; },
     "and after these"},
    {"storm.all_burst", 1, kTokens, [](Config& c) -> Slot { return &c.storm.all.burst; },
     "repeated alerts of all rules at once"},
    {"storm.all_per_minute", 1, kTokens, [](Config& c) -> Slot { return &c.storm.all.per_minute; }, "and after these"},
    {"storm.user_percent", 1, 100, [](Config& c) -> Slot { return &c.storm.user_percent; },
     "of a rule's repeated alerts, and of all, that one user can have"},
    {"storm.new_keys_per_minute", 1, kTokens / 10, [](Config& c) -> Slot { return &c.storm.new_keys_per_minute; },
     "alerts of one user that are told although the limits above are reached, because they are new"},
    {"storm.max_buckets", 256, 16'000'000, [](Config& c) -> Slot { return &c.storm.max_buckets; },
     "remembered; over it those unused longest are forgotten"},
    {"storm.summary_seconds", 1, kDay, [](Config& c) -> Slot { return Seconds{&c.storm.summary}; },
     "between two summaries of a rule's suppressed alerts"},
    {"state.path", 0, 0, [](Config& c) -> Slot { return &c.state.path; },
     "pending sequences and processes are kept here over a restart; empty: nowhere"},
    {"state.max_age_seconds", 1, kDay, [](Config& c) -> Slot { return Seconds{&c.state.max_age}; },
     "an older state is refused: too much may have happened meanwhile"},
    {"state.max_bytes", kMiB / 16, 4096 * kMiB, [](Config& c) -> Slot { return &c.state.max_bytes; },
     "a larger state is neither written nor read"},
};

template <typename Enum>
struct Word {
  std::string_view word;
  Enum value;
};
constexpr Word<SyslogFormat> kFormats[] = {
    {"json", SyslogFormat::kJson}, {"text", SyslogFormat::kText}, {"cef", SyslogFormat::kCef}};
constexpr Word<LogLevel> kLevels[] = {{"debug", LogLevel::kDebug},
                                      {"info", LogLevel::kInfo},
                                      {"warning", LogLevel::kWarning},
                                      {"error", LogLevel::kError},
                                      {"critical", LogLevel::kCritical}};

const auto& words_of(const SyslogFormat*) { return kFormats; }
const auto& words_of(const LogLevel*) { return kLevels; }

const Key* find_key(std::string_view name) {
  const auto* const it = std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& k) { return k.name == name; });
  return it == std::end(kKeys) ? nullptr : it;
}

std::string hint_for(std::string_view name, const std::vector<std::string_view>& candidates) {
  const std::string_view near = nearest(name, candidates);
  return near.empty() ? std::string("see the comments in the shipped config.toml for all keys")
                      : fmt::format("did you mean `{}`?", near);
}

// Turns one TOML document into a Config, collecting what is wrong.
class Reader {
 public:
  explicit Reader(const Source& source) : source_(source) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      if (const toml::table* section = node.as_table()) {
        read_section(key, *section);
      } else {
        read_key(std::string(key.str()), key, node);
      }
    }
    compare(root);
  }

  Result<Config> take() {
    if (diagnostics_.empty()) return config_;
    return Error(std::move(diagnostics_));
  }

 private:
  // What is right alone and wrong together; told at the key that is written.
  void compare(const toml::table& root) {
    if (config_.input.queue_bytes >= config_.input.max_line_bytes) return;
    const toml::node* line = root["input"]["max_line_bytes"].node();
    const toml::node* node = line != nullptr ? line : root["input"]["queue_bytes"].node();
    complain(
        node->source(), 1,
        fmt::format("`input.max_line_bytes` is {}, more than `input.queue_bytes`, {}: such a line could never be taken",
                    config_.input.max_line_bytes, config_.input.queue_bytes),
        "give a larger queue or shorter lines");
  }

  void read_section(const toml::key& name, const toml::table& section) {
    const std::string prefix = std::string(name.str()) + ".";
    const auto known = std::any_of(std::begin(kKeys), std::end(kKeys),
                                   [&](const Key& k) { return k.name.substr(0, prefix.size()) == prefix; });
    if (!known) {
      std::vector<std::string_view> sections;
      for (const Key& k : kKeys) {
        if (const auto dot = k.name.find('.'); dot != std::string_view::npos) sections.push_back(k.name.substr(0, dot));
      }
      return complain(name.source(), name.str().size(), fmt::format("unknown section `{}`", name.str()),
                      hint_for(name.str(), sections));
    }
    for (const auto& [key, node] : section) read_key(prefix + std::string(key.str()), key, node);
  }

  void read_key(const std::string& name, const toml::key& written, const toml::node& node) {
    const Key* key = find_key(name);
    if (key == nullptr) {
      std::vector<std::string_view> names;
      for (const Key& k : kKeys) names.push_back(k.name);
      return complain(written.source(), written.str().size(), fmt::format("unknown key `{}`", name),
                      hint_for(name, names));
    }
    std::visit([&](auto slot) { set(*key, node, slot); }, key->slot(config_));
  }

  void set(const Key& key, const toml::node& node, bool* slot) {
    const auto value = node.value_exact<bool>();
    if (!value) return wrong_type(key, node, "true or false");
    *slot = *value;
  }

  std::optional<std::int64_t> number(const Key& key, const toml::node& node) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value) {
      wrong_type(key, node, "a whole number");
      return std::nullopt;
    }
    if (*value < key.low || *value > key.high) {
      complain(node.source(), 1, fmt::format("`{}` is {}, out of range", key.name, *value),
               fmt::format("give a number from {} to {}", key.low, key.high));
      return std::nullopt;
    }
    return value;
  }

  void set(const Key& key, const toml::node& node, std::size_t* slot) {
    if (const auto n = number(key, node)) *slot = static_cast<std::size_t>(*n);
  }
  void set(const Key& key, const toml::node& node, Seconds slot) {
    if (const auto n = number(key, node)) *slot.time = seconds(*n);
  }
  void set(const Key& key, const toml::node& node, Milliseconds slot) {
    if (const auto n = number(key, node)) *slot.time = milliseconds(*n);
  }

  void set(const Key& key, const toml::node& node, std::string* slot) {
    const auto value = node.value_exact<std::string>();
    if (!value) return wrong_type(key, node, "text in quotes");
    const auto size = static_cast<std::int64_t>(value->size());
    if (key.high != 0 && (size < key.low || size > key.high)) {
      return complain(node.source(), value->size() + 2, fmt::format("`{}` has {} bytes", key.name, size),
                      fmt::format("give a text of {} to {} bytes", key.low, key.high));
    }
    *slot = *value;
  }

  void set(const Key& key, const toml::node& node, std::vector<std::string>* slot) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return wrong_type(key, node, "a list of texts, like [\"a\", \"b\"]");
    std::vector<std::string> values;
    for (const toml::node& element : *array) {
      const auto value = element.value_exact<std::string>();
      if (!value) return wrong_type(key, element, "a list of texts, like [\"a\", \"b\"]");
      values.push_back(*value);
    }
    *slot = std::move(values);
  }

  void set(const Key& key, const toml::node& node, std::vector<engine::DisabledName>* slot) {
    std::vector<std::string> texts;
    const std::size_t errors = diagnostics_.size();
    set(key, node, &texts);
    if (diagnostics_.size() != errors) return;
    slot->clear();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const toml::source_position begin = node.as_array()->get(i)->source().begin;
      slot->push_back({texts[i], at(source_, begin, texts[i].size() + 2, {}, {})});
    }
  }

  template <typename Enum>
  void set(const Key& key, const toml::node& node, Enum* slot) {
    const auto value = node.value_exact<std::string>();
    std::vector<std::string_view> candidates;
    for (const auto& [word, meaning] : words_of(slot)) {
      if (value && *value == word) {
        *slot = meaning;
        return;
      }
      candidates.push_back(word);
    }
    const std::string choices = fmt::format("one of {}", fmt::join(candidates, ", "));
    if (!value) return wrong_type(key, node, choices);
    complain(node.source(), value->size() + 2, fmt::format("`{}` cannot be \"{}\"", key.name, *value),
             "give " + choices);
  }

  void wrong_type(const Key& key, const toml::node& node, std::string_view wanted) {
    complain(node.source(), 1, fmt::format("`{}` has a value of the wrong type", key.name),
             fmt::format("give {}", wanted));
  }

  void complain(const toml::source_region& where, std::size_t width, std::string message, std::string hint) {
    diagnostics_.push_back(at(source_, where.begin, width, std::move(message), std::move(hint)));
  }

  static Diagnostic at(const Source& source, toml::source_position where, std::size_t width, std::string message,
                       std::string hint) {
    const std::size_t begin = offset_at(source.text, where.line, where.column);
    return diagnose(source, {begin, begin + width}, std::move(message), std::move(hint));
  }

  const Source& source_;
  Config config_;
  std::vector<Diagnostic> diagnostics_;
};

struct Printer {
  std::string operator()(const bool* v) const { return *v ? "true" : "false"; }
  std::string operator()(const std::size_t* v) const { return std::to_string(*v); }
  std::string operator()(Seconds v) const { return std::to_string(v.time->ms / 1000); }
  std::string operator()(Milliseconds v) const { return std::to_string(v.time->ms); }
  std::string operator()(const std::string* v) const { return fmt::format("\"{}\"", *v); }
  std::string operator()(const std::vector<std::string>* v) const {
    std::string out;
    for (const std::string& text : *v) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", text);
    return "[" + out + "]";
  }
  std::string operator()(const std::vector<engine::DisabledName>* v) const {
    std::vector<std::string> texts;
    for (const engine::DisabledName& name : *v) texts.push_back(name.text);
    return (*this)(&texts);
  }
  template <typename Enum>
  std::string operator()(const Enum* v) const {
    for (const auto& [word, meaning] : words_of(v)) {
      if (meaning == *v) return fmt::format("\"{}\"", word);
    }
    return "\"\"";
  }
};

}  // namespace

std::vector<engine::DisabledName> rules_disabled_by_default() {
  return {{"2896feea-d4dd-4225-ae22-6870274009ff", {}},   // xdg_autostart_child_network_any.toml
          {"c226aa9b-3850-44ba-a38f-0d42ace64dd1", {}},   // xdg_autostart_session_network_any.toml
          {"9f28751f-1fc3-48ec-9305-cf388824e87c", {}}};  // xdg_autostart_unit_network_any.toml
}

Result<Config> parse_config(const Source& file) {
  const Result<toml::table> root = engine::parse_toml(file);
  if (!root) return root.error();
  Reader reader(file);
  reader.read(*root);
  return reader.take();
}

std::string dump_config(const Config& config) {
  Config copy = config;  // slots are mutable pointers
  std::string out;
  for (const Key& key : kKeys) out += fmt::format("{} = {}\n", key.name, std::visit(Printer{}, key.slot(copy)));
  return out;
}

std::vector<KeyInfo> config_keys() {
  std::vector<KeyInfo> keys;
  for (const Key& key : kKeys) keys.push_back({key.name, key.help});
  return keys;
}

}  // namespace audisp_eql::plugin
