#include "decant/trials/numpy_order.h"

#include <bit>
#include <numeric>
#include <random>
#include <utility>

namespace decant::trials {

std::vector<int> numpy_permutation(uint32_t seed, int count) {
  std::mt19937 bits(seed);
  std::vector<int> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (auto place = static_cast<uint32_t>(count); place-- > 1;) {
    const uint32_t mask = std::bit_ceil(place + 1) - 1;
    uint32_t other = place + 1;
    while (other > place) other = static_cast<uint32_t>(bits()) & mask;
    std::swap(order[place], order[other]);
  }
  return order;
}

}  // namespace decant::trials
