// How probable the next token is after those before it: an n-gram model with interpolated modified
// Kneser-Ney smoothing.
//
//     P_k(w | h) = (max(a(hw) − D_k(a(hw)), 0) + γ(h) · P_{k−1}(w | h′)) / Σ_v a(hv)
//     γ(h) = D_k(1) · N_1(h•) + D_k(2) · N_2(h•) + D_k(3) · N_{3+}(h•),      P_0(w) = 1 / V
//
// h: the k − 1 tokens before w; h′: the same without the first. N_i(h•): how many tokens follow h
// with a = i. A history that was never seen leaves P_k = P_{k−1}.
//
// a(g) is the count of g for k = n, and for a g that begins with the start mark, before which
// nothing can stand; for any other g the number of different tokens seen before it. That is the
// point of Kneser and Ney: "Francisco" is frequent but follows one word only, so it is improbable
// after others.
//
// Discounts follow from n_i, how many g of length k have a = i:
//
//     Y = n_1 / (n_1 + 2 n_2),   D(i) = i − (i + 1) · Y · n_{i+1} / n_i,   i = 1, 2, 3;   D(0) = 0, D(a > 3) = D(3)
//
// Where some n_i is 0, as with little text, or a D(i) is not within [0, i], they are 0.5, 1 and
// 1.5, KenLM's fallback.
//
//     S. F. Chen, J. Goodman, "An empirical study of smoothing techniques for language modeling",
//     Harvard TR-10-98 (1998), eq. 26 and section 4.1.6. K. Heafield et al., "Scalable modified
//     Kneser-Ney language model estimation", ACL 2013.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace decant::text {

/// Token 0 ends a text. After it the next text begins, of which nothing before is history.
inline constexpr uint32_t kEndOfText = 0;

/// Finds the number of a 64-bit key, in order of first appearance. Open addressing.
class KeyTable {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};

  uint32_t find(uint64_t key) const;  ///< kNone where there is none
  uint32_t find_or_add(uint64_t key);
  uint32_t size() const { return size_; }

 private:
  struct Slot {
    uint64_t key = 0;
    uint32_t number = kNone;
  };
  size_t slot_of(uint64_t key) const;
  void grow();

  std::vector<Slot> slots_;
  uint32_t size_ = 0;
};

/// learn() as often as there are texts, then settle(), and then ask. Const functions may be called
/// from many threads. About 80 bytes per different n-gram.
class NgramModel {
 public:
  static constexpr int kLongest = 6;

  /// Of `order` tokens, 1…kLongest; tokens are below `vocabulary`.
  NgramModel(int order, uint32_t vocabulary);

  /// Texts one after the other, each ended by kEndOfText. Cost: `order` look-ups per token.
  void learn(std::span<const uint32_t> tokens);
  void settle();

  /// Σ −ln P of the tokens of such texts. REQUIRES: settle() was called.
  double loss(std::span<const uint32_t> tokens) const;
  /// P(token | history), where the history is all of a text before it. REQUIRES: settle().
  double probability(std::span<const uint32_t> history, uint32_t token) const;

 private:
  static constexpr uint32_t kNone = KeyTable::kNone;
  /// Numbers of the n-grams that the last 0, 1, … tokens are; kNone where that was not seen.
  using State = std::array<uint32_t, kLongest + 1>;

  /// What an n-gram is as a history, and as one token longer than its history.
  struct Entry {
    uint32_t history = 0;
    uint32_t count = 0;     ///< a(g) after settle()
    uint32_t preceded = 0;  ///< by how many different tokens
    bool from_start = false;
    std::array<uint32_t, 3> next = {};  ///< N_1, N_2, N_3+
    uint64_t total = 0;
  };
  /// N-grams of one length.
  struct Level {
    KeyTable numbers;
    std::vector<Entry> entries;
    std::array<double, 4> discount = {};
  };

  State start() const;
  uint32_t learned(int length, uint32_t history, uint32_t token);
  State after(const State& state, uint32_t token) const;
  double probability(const State& state, uint32_t token) const;
  void settle(int length);

  int order_;
  uint32_t vocabulary_;  // also the start mark
  std::vector<Level> levels_;
};

}  // namespace decant::text
