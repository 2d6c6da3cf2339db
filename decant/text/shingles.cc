#include "decant/text/shingles.h"

#include <algorithm>
#include <span>

#include "decant/base/digest.h"
#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/text/words.h"

namespace decant::text {

Shingler::Shingler(int words) : words_(static_cast<size_t>(words)) {
  DECANT_CHECK(words, >=, 1);
}

void Shingler::read(const Record& record, std::vector<uint64_t>& shingles) {
  digests_.clear();
  shingles.clear();
  for (const Turn& turn : record.turns) {
    each_word(turn.text, word_, [&](std::string_view word) { digests_.push_back(hash64(word)); });
  }
  const size_t length = std::min(words_, digests_.size());
  for (size_t begin = 0; length > 0 && begin + length <= digests_.size(); ++begin)
    shingles.push_back(hash64(as_text(std::as_bytes(std::span(digests_).subspan(begin, length)))));
  std::ranges::sort(shingles);
  shingles.erase(std::ranges::unique(shingles).begin(), shingles.end());
}

}  // namespace decant::text
