#include "decant/base/name_pattern.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <glob.h>
#include <optional>
#include <string_view>
#include <utility>

#include "decant/base/errors.h"

namespace decant {
namespace {

constexpr size_t kMostNames = 60'000;  // each is one memory map; Linux allows a process 65,530

[[noreturn]] void fail_pattern(const std::string& pattern, std::string what, std::string remedy = "") {
  throw InputError({pattern, "", std::move(what), std::move(remedy)});
}

size_t matching_brace(const std::string& pattern, size_t open) {
  int depth = 0;
  for (size_t i = open; i < pattern.size(); ++i) {
    depth += pattern[i] == '{' ? 1 : pattern[i] == '}' ? -1 : 0;
    if (depth == 0) return i;
  }
  fail_pattern(pattern, "has a { without a matching }");
}

std::vector<std::string> split_at_commas(const std::string& inside) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : inside) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == ',' && depth == 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::optional<int64_t> whole_number(std::string_view text) {
  int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool has_leading_zero(const std::string& number) {
  return number.size() > 1 && number.front() == '0';
}

/// "000..127", or nothing when it is no range.
std::optional<std::vector<std::string>> range_of(const std::string& pattern, const std::string& inside) {
  const size_t dots = inside.find("..");
  if (dots == std::string::npos) return std::nullopt;
  const auto first = whole_number(std::string_view(inside).substr(0, dots));
  const auto last = whole_number(std::string_view(inside).substr(dots + 2));
  if (!first || !last) return std::nullopt;
  if (*last < *first || *last - *first >= static_cast<int64_t>(kMostNames))
    fail_pattern(pattern, "the range {" + inside + "} is empty or too long");
  const bool padded = has_leading_zero(inside.substr(0, dots)) || has_leading_zero(inside.substr(dots + 2));
  const size_t width = padded ? std::max(dots, inside.size() - dots - 2) : 0;
  std::vector<std::string> numbers;
  for (int64_t i = *first; i <= *last; ++i) numbers.push_back(fmt::format("{:0{}}", i, width));
  return numbers;
}

void expand_into(const std::string& whole, const std::string& pattern, std::vector<std::string>& out) {
  const size_t open = pattern.find('{');
  if (open == std::string::npos) {
    if (out.size() == kMostNames) fail_pattern(whole, fmt::format("names more than {} files", kMostNames));
    out.push_back(pattern);
    return;
  }
  const size_t close = matching_brace(pattern, open);
  const std::string inside = pattern.substr(open + 1, close - open - 1);
  const auto parts = range_of(whole, inside).value_or(split_at_commas(inside));
  for (const std::string& part : parts) expand_into(whole, pattern.substr(0, open) + part + pattern.substr(close + 1), out);
}

}  // namespace

std::vector<std::string> expand_braces(const std::string& pattern) {
  std::vector<std::string> names;
  expand_into(pattern, pattern, names);
  return names;
}

bool has_wildcard(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

bool is_pattern(const std::string& text) {
  return has_wildcard(text) || text.find('{') != std::string::npos;
}

std::vector<std::string> files_like(const std::string& pattern) {
  glob_t found{};
  const int code = ::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found);
  std::vector<std::string> paths;
  for (size_t i = 0; code == 0 && i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  std::sort(paths.begin(), paths.end());
  if (paths.empty()) fail_pattern(pattern, "no file matches", "Check the path");
  return paths;
}

}  // namespace decant
