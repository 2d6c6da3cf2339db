#include "decant/report/facts/telling_words.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "decant/base/errors.h"
#include "decant/text/words.h"

namespace decant::report {

namespace {

bool readable(const Texts& texts, int64_t row, Record& record) {
  try {
    texts.read(row, record);
  } catch (const InputError&) {
    return false;
  }
  return true;
}

}  // namespace

WordShares::WordShares(const Texts& texts, std::span<const int64_t> rows) {
  Record record;
  std::string scratch;
  for (const int64_t row : rows) {
    if (!readable(texts, row, record)) continue;
    ++records_;
    std::set<std::string, std::less<>> own;
    for (const Turn& turn : record.turns) {
      text::each_word(turn.text, scratch, [&](std::string_view word) {
        if (word.size() > 1 && !own.contains(word)) own.emplace(word);
      });
    }
    for (const std::string& word : own) ++words_[word];
  }
}

int64_t WordShares::holding(const std::string& word) const {
  const auto found = words_.find(word);
  return found == words_.end() ? 0 : found->second;
}

std::vector<std::string> telling_words(const WordShares& own, const WordShares& others, size_t most) {
  constexpr double kSure = 4;
  const auto a = static_cast<double>(own.records());
  const auto b = static_cast<double>(others.records());
  if (a == 0 || b == 0) return {};
  std::vector<std::pair<double, std::string>> found;
  for (const auto& [word, count] : own.words()) {
    const auto in_own = static_cast<double>(count);
    const auto in_others = static_cast<double>(others.holding(word));
    const double m = (in_own + in_others) / (a + b);
    const double deviation = std::sqrt(m * (1 - m) * (1 / a + 1 / b));
    const double z = deviation > 0 ? (in_own / a - in_others / b) / deviation : 0;
    if (z >= kSure) found.emplace_back(-z, word);
  }
  std::ranges::sort(found);
  std::vector<std::string> words;
  for (size_t i = 0; i < std::min(most, found.size()); ++i) words.push_back(found[i].second);
  return words;
}

}  // namespace decant::report
