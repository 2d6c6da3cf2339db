#include "decant/formats/coco/json_values.h"

#include <cstring>
#include <fmt/core.h>
#include <vector>

namespace decant::coco {
namespace {

constexpr size_t kLongestElement = size_t{4'000'000'000};  // simdjson's limit, nearly
constexpr double kExact = 9007199254740992.0;              // 2^53

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

size_t past_digits(std::string_view token, size_t at) {
  while (at < token.size() && is_digit(token[at])) ++at;
  return at;
}

/// Whether it is a number of few digits without an exponent, as nearly all are: finite, whatever
/// its digits say.
bool is_plain_number(std::string_view token) {
  constexpr size_t kFew = 64;
  if (token.empty() || token.size() > kFew) return false;
  const size_t whole = token.front() == '-' ? 1 : 0;
  size_t at = past_digits(token, whole);
  if (at == whole || (at > whole + 1 && token[whole] == '0')) return false;
  if (at < token.size() && token[at] == '.') {
    const size_t part = at + 1;
    at = past_digits(token, part);
    if (at == part) return false;
  }
  while (at < token.size() && (token[at] == ' ' || token[at] == '\n' || token[at] == '\r' || token[at] == '\t')) ++at;
  return at == token.size();
}

}  // namespace

void require_json(simdjson::error_code code) {
  if (code != simdjson::SUCCESS) throw BadElement{fmt::format("is not JSON ({})", simdjson::error_message(code))};
}

od::object object_of(std::string_view element) {
  if (element.size() > kLongestElement) throw BadElement{"is longer than 4 GB"};
  if (element.empty() || element.front() != '{') throw BadElement{"is not an object"};
  thread_local std::vector<char> padded;
  if (padded.size() < element.size() + simdjson::SIMDJSON_PADDING) padded.resize(element.size() + simdjson::SIMDJSON_PADDING);
  std::memcpy(padded.data(), element.data(), element.size());
  std::memset(padded.data() + element.size(), ' ', simdjson::SIMDJSON_PADDING);
  thread_local od::parser parser;
  thread_local od::document document;
  require_json(parser.iterate(padded.data(), element.size(), padded.size()).get(document));
  od::object object;
  require_json(document.get_object().get(object));
  return object;
}

std::string_view trimmed_token(od::value& value) {
  const std::string_view token = value.raw_json_token();
  const size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::optional<double> finite_in(od::value& value) {
  double number = 0;
  if (value.get_double().get(number) != simdjson::SUCCESS || !std::isfinite(number)) return std::nullopt;
  return number;
}

bool is_finite(od::value& value) {
  return is_plain_number(value.raw_json_token()) || finite_in(value).has_value();
}

int64_t side_in(od::value& value) {
  const std::optional<double> number = finite_in(value);
  return number && *number >= 1 && *number < 2147483648.0 && *number == std::floor(*number) ? static_cast<int64_t>(*number) : 0;
}

std::optional<std::string> text_in(od::value& value) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return std::string(text);
}

Id id_in(od::value& value) {
  const std::string_view token = trimmed_token(value);
  if (token.empty()) return {};
  if (token.front() == '"') return token.size() < 2 ? Id() : Id(token);  // its quotes tell it from a number
  const std::string_view digits = token.substr(token.front() == '-' ? 1 : 0);
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return {};
  if (digits.find_first_not_of("0123456789") == std::string_view::npos) {
    if (digits.size() > 1 && digits.front() == '0') return {};
    return digits == "0" ? Id("0") : Id(token);
  }
  const std::optional<double> number = finite_in(value);
  if (!number || *number != std::floor(*number) || std::abs(*number) > kExact) return {};
  return fmt::format("{}", static_cast<int64_t>(*number));
}

bool yes_in(od::value& value) {
  const std::string_view token = trimmed_token(value);
  return token == "1" || token == "true" || token == "1.0";
}

bool take_numbers(od::value& value, double* out, size_t count) {
  size_t found = 0;
  const bool walked = each_element(value, [&](od::value& inner) {
    const std::optional<double> number = finite_in(inner);
    if (!number || found == count) return false;
    out[found++] = *number;
    return true;
  });
  return walked && found == count;
}

std::optional<Runs> runs_in(od::value& value) {
  if (const std::string_view token = trimmed_token(value); !token.empty() && token.front() == '"') {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
    return runs_from(text);
  }
  Runs runs;
  const bool walked = each_element(value, [&](od::value& inner) {
    int64_t run = 0;
    if (inner.get_int64().get(run) != simdjson::SUCCESS || run < 0) return false;
    runs.push_back(run);
    return true;
  });
  return walked ? std::optional(std::move(runs)) : std::nullopt;
}

bool is_number(const Id& id) {
  return !id.empty() && id.front() != '"';
}

bool id_less(const Id& a, const Id& b) {
  if (is_number(a) != is_number(b)) return is_number(a);
  if (!is_number(a)) return a < b;
  const bool minus = a.front() == '-';
  if (minus != (b.front() == '-')) return minus;
  const auto smaller = [](const Id& x, const Id& y) { return x.size() != y.size() ? x.size() < y.size() : x < y; };
  return minus ? smaller(b, a) : smaller(a, b);
}

}  // namespace decant::coco
