// Byte pairs: texts as tokens that were learned from texts.
//
// Tokens 0 … 255 are the bytes. Learning counts, within pieces (byte_pieces.h), how often each two
// tokens stand side by side; the most frequent pair becomes the next token, everywhere, and so on.
// Of pairs that are equally frequent the one with the smaller first, then second token comes first.
// A pair that stands side by side once is not worth a token. Encoding a piece joins, again and
// again, the pair that was learned first, its leftmost occurrence first.
//
//     learned from "low low lower":  l+o → 256,  256+w → 257,  space+257 → 258
//
// Every text is some tokens, and their bytes are the text. No token is "unknown".
//
//     R. Sennrich, B. Haddow, A. Birch, "Neural machine translation of rare words with subword
//     units", ACL 2016; on bytes: A. Radford et al., 2019.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace decant::text {

/// How often each piece stands in texts. Memory: of the different pieces.
class PieceCounts {
 public:
  void add(std::string_view text);
  const std::unordered_map<std::string, int64_t>& counts() const { return counts_; }

 private:
  std::unordered_map<std::string, int64_t> counts_;
};

/// Const members may be called from many threads at once.
class BytePairs {
 public:
  using Pair = std::pair<int32_t, int32_t>;
  static constexpr int32_t kBytes = 256;

  /// The i-th pair makes token 256 + i. REQUIRES: each of tokens before its own, and none twice.
  explicit BytePairs(std::vector<Pair> pairs);

  /// Tokens in all: 256 and a pair each.
  int32_t size() const { return kBytes + static_cast<int32_t>(pairs_.size()); }
  const std::vector<Pair>& pairs() const { return pairs_; }

  /// Appends the tokens of a text. Cost: n · log n of a piece of n bytes; about 3 million bytes of
  /// English per second.
  void append(std::string_view text, std::vector<int32_t>& ids) const;
  /// What a token stands for. REQUIRES: 0 ≤ token < size().
  std::string bytes_of(int32_t token) const;

 private:
  struct Hash {
    size_t operator()(const Pair& pair) const {
      return (static_cast<uint64_t>(static_cast<uint32_t>(pair.first)) << 32 | static_cast<uint32_t>(pair.second)) * 0x9e3779b97f4a7c15;
    }
  };
  void append_piece(std::string_view piece, std::vector<int32_t>& ids) const;
  /// The token that two make; −1 where they make none.
  int32_t made_of(int32_t left, int32_t right) const;

  std::vector<Pair> pairs_;
  std::unordered_map<Pair, int32_t, Hash> made_;
};

/// Learns until there are `size` tokens, or no pair is left that stands side by side twice. Cost:
/// the different pieces once, and for every new token those that hold it. The same counts give the
/// same tokens. REQUIRES: size ≥ 256.
BytePairs learn_byte_pairs(const PieceCounts& pieces, int32_t size);

}  // namespace decant::text
