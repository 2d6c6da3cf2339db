// Byte pairs against the plain way: count everything again for each token, and scan for each join.
#include "decant/text/byte_pairs.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "decant/base/random.h"
#include "decant/text/byte_pieces.h"

namespace decant::text {
namespace {

using testing::ElementsAre;
using TokenIds = std::vector<int32_t>;

std::vector<std::string> pieces_of(std::string_view text) {
  std::vector<std::string> pieces;
  each_piece(text, [&](std::string_view piece) { pieces.emplace_back(piece); });
  return pieces;
}

TEST(BytePieces, AreThoseOfThePattern) {
  EXPECT_THAT(pieces_of("I've  said it's 42nd!!  \n\nOK"),
              ElementsAre("I", "'ve", " ", " said", " it", "'s", " 42", "nd", "!!", "  \n", "\n", "OK"));
  EXPECT_THAT(pieces_of("a \n"), ElementsAre("a", " \n"));
  EXPECT_THAT(pieces_of("a\tb"), ElementsAre("a", "\t", "b"));
  EXPECT_THAT(pieces_of(" "), ElementsAre(" "));
  EXPECT_THAT(pieces_of("x   "), ElementsAre("x", "   "));
  EXPECT_THAT(pieces_of("'tis don't 'd"), ElementsAre("'t", "is", " don", "'t", " '", "d"));
  EXPECT_THAT(pieces_of("Über straße №5 ½"), ElementsAre("Über", " straße", " №", "5", " ½"));
  EXPECT_THAT(pieces_of("日本 語\u00a0x"), ElementsAre("日本", " 語", "\u00a0", "x"));
  EXPECT_THAT(pieces_of("a\xff\xfe b"), ElementsAre("a", "\xff\xfe", " b"));
}

TokenIds joined(const TokenIds& tokens, BytePairs::Pair pair, int32_t made) {
  TokenIds out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const bool here = i + 1 < tokens.size() && tokens[i] == pair.first && tokens[i + 1] == pair.second;
    out.push_back(here ? made : tokens[i]);
    i += here ? 1 : 0;
  }
  return out;
}

TokenIds bytes_of(std::string_view piece) {
  TokenIds tokens;
  for (const char c : piece) tokens.push_back(static_cast<unsigned char>(c));
  return tokens;
}

std::vector<BytePairs::Pair> plainly_learned(std::string_view text, int32_t size) {
  std::vector<TokenIds> pieces;
  each_piece(text, [&](std::string_view piece) { pieces.push_back(bytes_of(piece)); });
  std::vector<BytePairs::Pair> pairs;
  for (int32_t next = 256; next < size; ++next) {
    std::map<BytePairs::Pair, int64_t> counts;
    for (const TokenIds& piece : pieces) {
      for (size_t i = 0; i + 1 < piece.size(); ++i) ++counts[{piece[i], piece[i + 1]}];
    }
    if (counts.empty()) break;
    const auto best = std::ranges::max_element(counts, [](const auto& a, const auto& b) { return a.second < b.second; });  // the first
    if (best->second < 2) break;
    pairs.push_back(best->first);
    for (TokenIds& piece : pieces) piece = joined(piece, best->first, next);
  }
  return pairs;
}

/// Joins the pair that was learned first, its leftmost occurrence, until none is left.
TokenIds plainly_encoded(std::string_view text, const std::vector<BytePairs::Pair>& pairs) {
  TokenIds all;
  each_piece(text, [&](std::string_view piece) {
    TokenIds tokens = bytes_of(piece);
    while (true) {
      size_t best = pairs.size();
      for (size_t i = 0; i + 1 < tokens.size(); ++i) {
        const auto found = std::ranges::find(pairs, BytePairs::Pair(tokens[i], tokens[i + 1]));
        best = std::min(best, static_cast<size_t>(found - pairs.begin()));
      }
      if (best == pairs.size()) break;
      for (size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (BytePairs::Pair(tokens[i], tokens[i + 1]) != pairs[best]) continue;
        tokens[i] = 256 + static_cast<int32_t>(best);
        tokens.erase(tokens.begin() + static_cast<ptrdiff_t>(i) + 1);
        break;
      }
    }
    all.insert(all.end(), tokens.begin(), tokens.end());
  });
  return all;
}

/// Words over few letters, so that pairs overlap ("aaa") and tie.
std::string drawn_text(uint64_t seed, int words) {
  Random random(seed, "byte pairs");
  const std::vector<std::string> letters = {"a", "a", "b", "aa", "é", "1", "!", "日", "\n", "'s", "\xfe"};
  std::string text;
  for (int word = 0; word < words; ++word) {
    const uint64_t length = 1 + random.below(7);
    for (uint64_t i = 0; i < length; ++i) text += letters[random.below(letters.size())];
    if (random.below(5) > 0) text += ' ';
  }
  return text;
}

TEST(BytePairs, LearnAndEncodeAsThePlainWayDoes) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const std::string text = drawn_text(seed, 60);
    PieceCounts pieces;
    pieces.add(text);
    const auto expected = plainly_learned(text, 256 + 60);
    const BytePairs pairs = learn_byte_pairs(pieces, 256 + 60);
    ASSERT_EQ(pairs.pairs(), expected) << seed;
    for (const std::string& other : {text, drawn_text(seed + 1000, 40), std::string()}) {
      TokenIds ids;
      pairs.append(other, ids);
      ASSERT_EQ(ids, plainly_encoded(other, expected)) << seed;
      std::string again;
      for (const int32_t id : ids) again += pairs.bytes_of(id);
      EXPECT_EQ(again, other);
    }
  }
}

TEST(BytePairs, OfTheHeadersExample) {
  PieceCounts pieces;
  pieces.add("low low lower");
  const BytePairs pairs = learn_byte_pairs(pieces, 10'000);
  EXPECT_THAT(pairs.pairs(), ElementsAre(BytePairs::Pair('l', 'o'), BytePairs::Pair(256, 'w'), BytePairs::Pair(' ', 257)));
  EXPECT_EQ(pairs.bytes_of(258), " low");
  EXPECT_EQ(pairs.size(), 259) << "what stands side by side once is no token";
}

TEST(BytePairs, TakeALongPieceInItsStride) {
  PieceCounts pieces;
  pieces.add("aaaaaaaaaaaaaaaa bbbb");
  const BytePairs pairs = learn_byte_pairs(pieces, 300);
  TokenIds ids;
  pairs.append(std::string(1 << 20, 'a'), ids);
  EXPECT_EQ(std::ranges::count(ids, ids.front()), std::ssize(ids)) << "a power of two, of the longest token";
}

}  // namespace
}  // namespace decant::text
