// Named, seeded streams of random numbers, the same on every machine and for every thread count.
//
// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) is a
// function of (key, counter): the key comes from the seed and the stream's name, the counter's
// upper half from the stream's index (a row, an epoch), so that work on row 17 needs no draws from
// rows 0–16. No standard-library distribution is used: those differ between implementations.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace decant {

class Random {
 public:
  /// Stream `index` of the family `name` under `seed`.
  explicit Random(uint64_t seed, std::string_view name = "", uint64_t index = 0);

  uint32_t bits32();
  uint64_t bits64();
  double uniform();                ///< [0, 1), 53 bits
  uint64_t below(uint64_t bound);  ///< uniform on 0…bound−1, unbiased; REQUIRES: bound > 0
  double normal();                 ///< mean 0, variance 1 (Box–Muller)

  template <class T>
  void shuffle(std::span<T> values) {  // Fisher–Yates
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  /// A random order of 0…count−1.
  std::vector<int64_t> permutation(int64_t count) {
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), int64_t{0});
    shuffle(std::span(order));
    return order;
  }

 private:
  void refill();

  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> block_{};
  int used_ = 4;
};

/// The raw block function, for those who count for themselves.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

}  // namespace decant
