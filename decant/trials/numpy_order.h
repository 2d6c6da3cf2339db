// Orders as NumPy's legacy generator draws them, which published orders of classes are:
//
//     numpy.random.seed(seed); numpy.random.permutation(count)
//
// MT19937 seeded by one word (Matsumoto and Nishimura, ACM TOMACS 1998); Fisher-Yates from the last
// place down, each place drawn by masking and rejecting (numpy/random/src/legacy, which numpy
// promises to keep).
#pragma once

#include <cstdint>
#include <vector>

namespace decant::trials {

/// REQUIRES: count ≥ 0.
std::vector<int> numpy_permutation(uint32_t seed, int count);

}  // namespace decant::trials
