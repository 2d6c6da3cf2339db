// Digests: XXH3 for "is this the same as before" (fast, not cryptographic), SHA-256 for what users
// check with sha256sum.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace decant {

uint64_t hash64(std::string_view bytes, uint64_t seed = 0);

/// XXH3-128 of everything added, as 32 hexadecimal digits. Fields are length-prefixed, so
/// ("ab","c") and ("a","bc") differ.
class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;

  Digest& add(std::string_view field);
  Digest& add(std::span<const std::byte> field);
  Digest& add(int64_t value);
  std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace decant
