#include "decant/formats/coco/rle.h"

#include <algorithm>

namespace decant::coco {
namespace {

constexpr int64_t kLongestRun = int64_t{1} << 40;
constexpr int kFirst = 48;
constexpr int kMore = 32;
constexpr int kSign = 16;
constexpr int kMostGroups = 9;  // 45 bits

/// How many numbers a text has, if it is sound: the characters after which none follows.
size_t count_numbers_in(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) { return ((c - kFirst) & kMore) == 0; }));
}

/// The number that begins at `at`, which moves past it.
std::optional<int64_t> number_from(std::string_view text, size_t& at) {
  int64_t value = 0;
  for (int group = 0; group < kMostGroups; ++group, ++at) {
    if (at == text.size()) return std::nullopt;
    const int c = static_cast<unsigned char>(text[at]) - kFirst;
    if (c < 0 || c >= 2 * kMore) return std::nullopt;
    value += static_cast<int64_t>(c & (kMore - 1)) << (5 * group);
    if ((c & kMore) != 0) continue;
    ++at;
    if ((c & kSign) != 0) value -= int64_t{1} << (5 * (group + 1));
    return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Runs> runs_from(std::string_view text) {
  Runs runs;
  runs.reserve(count_numbers_in(text));
  for (size_t at = 0; at < text.size();) {
    std::optional<int64_t> run = number_from(text, at);
    if (!run) return std::nullopt;
    if (runs.size() > 2) *run += runs[runs.size() - 2];
    if (*run < 0 || *run > kLongestRun) return std::nullopt;
    runs.push_back(*run);
  }
  return runs;
}

std::string text_of(std::span<const int64_t> runs) {
  std::string text;
  for (size_t i = 0; i < runs.size(); ++i) {
    int64_t rest = i > 2 ? runs[i] - runs[i - 2] : runs[i];
    for (bool more = true; more;) {
      const auto bits = static_cast<int>(rest & (kMore - 1));
      rest >>= 5;
      more = (bits & kSign) != 0 ? rest != -1 : rest != 0;
      text += static_cast<char>(kFirst + bits + (more ? kMore : 0));
    }
  }
  return text;
}

}  // namespace decant::coco
