// What some records are about, in the words that stand in more of them than in others.
//
//     z = (p − q) / √(m(1 − m)(1/a + 1/b)),   m = (a·p + b·q)/(a + b)
//
// p, q: the shares of the a and b records that hold the word. The test of two proportions prefers
// words that are both frequent and unevenly spread, so no list of stop words is needed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "decant/data/texts.h"

namespace decant::report {

/// In how many of some records each word stands. Words of one ASCII character are not counted.
class WordShares {
 public:
  /// Passes over rows that cannot be read.
  WordShares(const Texts& texts, std::span<const int64_t> rows);

  int64_t records() const { return records_; }
  int64_t holding(const std::string& word) const;
  const std::map<std::string, int64_t>& words() const { return words_; }

 private:
  int64_t records_ = 0;
  std::map<std::string, int64_t> words_;
};

/// At most `most` words with z ≥ 4, the largest z first, equal ones by their bytes.
std::vector<std::string> telling_words(const WordShares& own, const WordShares& others, size_t most);

}  // namespace decant::report
