#include "decant/base/random.h"

#include <cmath>
#include <numbers>

#include "decant/base/digest.h"
#include "decant/base/errors.h"

namespace decant {

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> c, std::array<uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53} * c[0];
    const uint64_t b = uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(b), static_cast<uint32_t>(a >> 32) ^ c[3] ^ k[1],
         static_cast<uint32_t>(a)};
    k[0] += 0x9E3779B9;
    k[1] += 0xBB67AE85;
  }
  return c;
}

Random::Random(uint64_t seed, std::string_view name, uint64_t index) {
  const uint64_t key = hash64(name, seed);
  key_ = {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32)};
  counter_ = {0, 0, static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32)};
}

void Random::refill() {
  block_ = philox4x32(counter_, key_);
  if (++counter_[0] == 0) ++counter_[1];
  used_ = 0;
}

uint32_t Random::bits32() {
  if (used_ == 4) refill();
  return block_[static_cast<size_t>(used_++)];
}

uint64_t Random::bits64() {
  const uint64_t low = bits32();
  return low | (uint64_t{bits32()} << 32);
}

double Random::uniform() {
  return static_cast<double>(bits64() >> 11) * 0x1p-53;
}

uint64_t Random::below(uint64_t bound) {
  DECANT_CHECK(bound, >, uint64_t{0});
  const uint64_t unbiased = -bound % bound;  // 2^64 mod bound values at the bottom are refused
  uint64_t bits = bits64();
  while (bits < unbiased) bits = bits64();
  return bits % bound;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace decant
