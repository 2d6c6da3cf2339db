// Which runs of words a record holds, as a set of numbers: what near-duplicates of texts share.
//
// Words are those of words.h: lower case, everything but letters, digits and marks separates, so
// two records that differ in case, spaces and punctuation alone have the same set. The words of all
// turns stand one after the other. A shingle is `words` of them in a row, and is known by 64 bits
// of XXH3 of its words' own digests; a record of fewer words is one shingle of all of them, and one
// without any has the empty set. How often a shingle occurs does not count.
//
//     A. Broder, S. Glassman, M. Manasse, G. Zweig, "Syntactic clustering of the Web", WWW 1997.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decant/data/texts.h"

namespace decant::text {

/// Scratch is kept between calls; one per thread.
class Shingler {
 public:
  explicit Shingler(int words);  ///< 1…

  /// Ascending and distinct. Cost: linear in the text, and sorting.
  void read(const Record& record, std::vector<uint64_t>& shingles);

 private:
  size_t words_;
  std::string word_;
  std::vector<uint64_t> digests_;
};

}  // namespace decant::text
