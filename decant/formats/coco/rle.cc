#include "decant/formats/coco/rle.h"

#include <algorithm>

#include "decant/base/errors.h"

namespace decant::coco {
namespace {

constexpr int64_t kLongestRun = int64_t{1} << 40;
constexpr int kFirst = 48;
constexpr int kMore = 32;
constexpr int kSign = 16;
constexpr int kMostGroups = 9;  // 45 bits

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

bool cover(std::span<const int64_t> runs, int64_t height, int64_t width) {
  constexpr int64_t kLargest = int64_t{1} << 31;
  if (height < 0 || width < 0 || height > kLargest || width > kLargest) return false;
  int64_t left = height * width;
  for (const int64_t run : runs) {
    if (run < 0 || run > left) return false;
    left -= run;
  }
  return left == 0;
}

int64_t area_of(std::span<const int64_t> runs) {
  int64_t area = 0;
  for (size_t i = 1; i < runs.size(); i += 2) area += runs[i];
  return area;
}

Box box_of(std::span<const int64_t> runs, int64_t height) {
  DECANT_CHECK(height, >=, 1);
  int64_t left = -1, right = 0, top = height, bottom = 0, at = 0;
  for (size_t i = 0; i < runs.size(); at += runs[i], ++i) {
    if (i % 2 == 0 || runs[i] == 0) continue;
    const int64_t last = at + runs[i] - 1;
    if (left < 0) left = at / height;
    right = last / height + 1;
    const bool one_column = at / height == last / height;  // else it reaches both edges
    top = std::min(top, one_column ? at % height : 0);
    bottom = std::max(bottom, one_column ? last % height + 1 : height);
  }
  if (left < 0) return {};
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right), static_cast<double>(bottom)};
}

}  // namespace decant::coco
