// SPDX-License-Identifier: Apache-2.0
#include "tests/support/eql_oracle_functions.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace audisp_eql::test::oracle {
namespace {

using Text = std::u32string;

Text decode(const std::string& text) {
  Text out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) c = c << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3fu);
    out += c;
    i += length;
  }
  return out;
}

// Bytes are cut only between code points, so this is all that is needed back.
std::string encode(const std::string& original, std::size_t from, std::size_t count) {
  std::string out;
  std::size_t index = 0;
  for (std::size_t i = 0; i < original.size(); ++i) {
    const bool first = (static_cast<unsigned char>(original[i]) & 0xc0u) != 0x80u;
    if (first && i > 0) ++index;
    if (index >= from && index < from + count) out += original[i];
  }
  return out;
}

bool glob(const Text& pattern, std::size_t p, const Text& text, std::size_t t) {
  if (p == pattern.size()) return t == text.size();
  if (pattern[p] == '*') return glob(pattern, p + 1, text, t) || (t < text.size() && glob(pattern, p, text, t + 1));
  return t < text.size() && (pattern[p] == '?' || pattern[p] == text[t]) && glob(pattern, p + 1, text, t + 1);
}

std::optional<std::int64_t> integer(const Constant& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* number = std::get_if<double>(&value)) return static_cast<std::int64_t>(*number);
  return std::nullopt;
}

// Not a number where the divisor is zero.
template <typename Real>
Real apply(char op, Real x, Real y) {
  if ((op == '/' || op == '%') && y == 0) return std::numeric_limits<Real>::quiet_NaN();
  if (op == '+') return x + y;
  if (op == '-') return x - y;
  if (op == '*') return x * y;
  return op == '/' ? x / y : std::fmod(x, y);
}

const std::string* text(const Constant& value) { return std::get_if<std::string>(&value); }

Constant between(const std::vector<Constant>& a, bool fold) {
  if (!text(a[0]) || !text(a[1]) || !text(a[2])) return {};
  if (a.size() > 3 && !std::holds_alternative<bool>(a[3])) return {};
  const std::string whole = *text(a[0]);
  if (whole.empty() || text(a[1])->empty() || text(a[2])->empty()) return whole;
  const std::string in = fold ? lower(whole) : whole;
  const std::string left = fold ? lower(*text(a[1])) : *text(a[1]);
  const std::string right = fold ? lower(*text(a[2])) : *text(a[2]);
  const auto start = in.find(left);
  if (start == std::string::npos) return std::string();
  const std::string rest = in.substr(start + left.size());
  const bool greedy = a.size() > 3 && std::get<bool>(a[3]);
  const auto end = greedy ? rest.rfind(right) : rest.find(right);
  return end == std::string::npos ? std::string() : whole.substr(start + left.size(), end);
}

bool in_block(const std::string& address, const std::string& block) {
  const auto slash = block.find('/');
  const std::string base = block.substr(0, slash);
  const int family = base.find(':') == std::string::npos ? AF_INET : AF_INET6;
  std::array<unsigned char, 16> a{};
  std::array<unsigned char, 16> b{};
  const std::string plain = address.rfind("::ffff:", 0) == 0 ? address.substr(7) : address;
  if (inet_pton(family, plain.c_str(), a.data()) != 1 || inet_pton(family, base.c_str(), b.data()) != 1) return false;
  const int bits = slash == std::string::npos ? (family == AF_INET ? 32 : 128) : std::stoi(block.substr(slash + 1));
  for (int i = 0; i < bits; ++i) {
    const auto mask = static_cast<unsigned char>(0x80 >> (i % 8));
    if ((a[i / 8] & mask) != (b[i / 8] & mask)) return false;
  }
  return true;
}

Constant index_of(const std::vector<Constant>& a, bool fold) {
  if (!text(a[0]) || !text(a[1])) return {};
  std::int64_t start = 0;
  if (a.size() > 2 && a[2] != Constant()) {
    if (!integer(a[2])) return {};
    start = std::max<std::int64_t>(0, *integer(a[2]));
  }
  if (text(a[1])->empty()) return start;
  const Text whole = decode(fold ? lower(*text(a[0])) : *text(a[0]));
  const auto at = whole.find(decode(fold ? lower(*text(a[1])) : *text(a[1])), static_cast<std::size_t>(start));
  return at == Text::npos ? Constant() : Constant(static_cast<std::int64_t>(at));
}

// As a slice in Python.
Constant substring(const std::vector<Constant>& a) {
  if (!text(a[0])) return {};
  const auto size = static_cast<std::int64_t>(decode(*text(a[0])).size());
  std::array<std::int64_t, 2> bound = {0, size};
  for (std::size_t i = 0; i < 2; ++i) {
    if (a.size() <= i + 1 || a[i + 1] == Constant()) continue;
    const auto given = integer(a[i + 1]);
    if (!given) return {};
    bound[i] = std::min(size, std::max<std::int64_t>(0, *given < 0 ? *given + size : *given));
  }
  if (bound[0] >= bound[1]) return std::string();
  return encode(*text(a[0]), static_cast<std::size_t>(bound[0]), static_cast<std::size_t>(bound[1] - bound[0]));
}

// The random texts hold no more than small decimals.
Constant number(const std::vector<Constant>& a) {
  if (std::holds_alternative<std::int64_t>(a[0]) || std::holds_alternative<double>(a[0])) return a[0];
  if (!text(a[0]) || !number_of(a[0])) return {};
  if (text(a[0])->find('.') == std::string::npos) return static_cast<std::int64_t>(std::stoll(*text(a[0])));
  return std::stod(*text(a[0]));
}

Constant test_affix(const std::vector<Constant>& a, bool fold, bool at_end) {
  if (!text(a[0]) || !text(a[1])) return {};
  const std::string whole = fold ? lower(*text(a[0])) : *text(a[0]);
  const std::string part = fold ? lower(*text(a[1])) : *text(a[1]);
  if (part.size() > whole.size()) return false;
  return (at_end ? whole.substr(whole.size() - part.size()) : whole.substr(0, part.size())) == part;
}

Constant contains(const std::vector<Constant>& a, bool fold) {
  if (!text(a[0]) || !text(a[1])) return {};
  if (text(a[0])->empty() || text(a[1])->empty()) return false;
  const std::string whole = fold ? lower(*text(a[0])) : *text(a[0]);
  return whole.find(fold ? lower(*text(a[1])) : *text(a[1])) != std::string::npos;
}

}  // namespace

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return text;
}

std::string text_of(const Constant& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) {
    for (int digits = 1; digits < 18; ++digits) {
      std::array<char, 40> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "%.*g", digits, *real);
      if (std::stod(buffer.data()) != *real) continue;
      const std::string out = buffer.data();
      return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
    }
  }
  return text(value) ? *text(value) : "";
}

std::optional<long double> number_of(const Constant& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (text(value) == nullptr) return std::nullopt;
  if (text(value)->empty() || text(value)->find_first_not_of("0123456789+-.eE") != std::string::npos)
    return std::nullopt;
  char* end = nullptr;
  const bool whole = text(value)->find_first_of(".eE") == std::string::npos;
  const long double out = whole ? std::strtold(text(value)->c_str(), &end) : std::strtod(text(value)->c_str(), &end);
  return *end == '\0' ? std::optional(out) : std::nullopt;
}

Constant arithmetic(char op, const Constant& a, const Constant& b) {
  const bool numbers = !text(a) && !text(b) && number_of(a) && number_of(b);
  if (!numbers) return {};
  if (std::holds_alternative<double>(a) || std::holds_alternative<double>(b)) {
    const double out = apply(op, static_cast<double>(*number_of(a)), static_cast<double>(*number_of(b)));
    return std::isfinite(out) ? Constant(out) : Constant();
  }
  const long double out = std::trunc(apply(op, *number_of(a), *number_of(b)));
  if (!std::isfinite(out)) return {};
  if (std::abs(out) > 9e18L) return {};  // the random numbers are small: no edge to get right
  return static_cast<std::int64_t>(out);
}

bool matches(int kind, const std::string& pattern, const std::string& text, bool fold) {
  const std::string p = fold ? lower(pattern) : pattern;
  const std::string t = fold ? lower(text) : text;
  if (kind == 0) return p == t;
  if (kind == 1) return glob(decode(p), 0, decode(t), 0);
  return regex_matches(decode(p), decode(t));
}

Constant call(const std::string& name, const std::vector<Constant>& a, bool fold) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool bound = (name == "substring" || name == "number") && i > 0;
    const bool start = name == "indexOf" && i == 2;
    if (a[i] == Constant() && !bound && !start) return {};
  }
  if (name == "add") return arithmetic('+', a[0], a[1]);
  if (name == "subtract") return arithmetic('-', a[0], a[1]);
  if (name == "multiply") return arithmetic('*', a[0], a[1]);
  if (name == "divide") return arithmetic('/', a[0], a[1]);
  if (name == "modulo") return arithmetic('%', a[0], a[1]);
  if (name == "between") return between(a, fold);
  if (name == "startsWith") return test_affix(a, fold, false);
  if (name == "endsWith") return test_affix(a, fold, true);
  if (name == "stringContains") return contains(a, fold);
  if (name == "indexOf") return index_of(a, fold);
  if (name == "substring") return substring(a);
  if (name == "number") return number(a);
  if (name == "string") return text_of(a[0]);
  if (name == "length")
    return text(a[0]) ? Constant(static_cast<std::int64_t>(decode(*text(a[0])).size())) : Constant();
  if (name == "concat") {
    std::string out;
    for (const Constant& each : a) out += text_of(each);
    return out;
  }
  if (!text(a[0])) return {};  // cidrMatch
  bool found = false;
  for (std::size_t i = 1; i < a.size(); ++i) found = found || (text(a[i]) && in_block(*text(a[0]), *text(a[i])));
  return found;
}

}  // namespace audisp_eql::test::oracle
