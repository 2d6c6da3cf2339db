#include "decant/base/digest.h"

#include <array>
#include <new>
#include <openssl/sha.h>
#include <xxhash.h>

#include "decant/base/errors.h"

namespace decant {

uint64_t hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

struct Digest::State {
  XXH3_state_t* xxh = XXH3_createState();
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Digest::Digest() : state_(std::make_unique<State>()) {}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

Digest& Digest::add(std::string_view field) {
  return add(std::as_bytes(std::span(field)));
}

Digest& Digest::add(std::span<const std::byte> field) {
  add(static_cast<int64_t>(field.size()));
  XXH3_128bits_update(state_->xxh, field.data(), field.size());
  return *this;
}

Digest& Digest::add(int64_t value) {
  std::array<unsigned char, 8> little{};
  for (size_t i = 0; i < 8; ++i) little[i] = static_cast<unsigned char>(static_cast<uint64_t>(value) >> (8 * i));
  XXH3_128bits_update(state_->xxh, little.data(), little.size());
  return *this;
}

std::string Digest::hex() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->xxh);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string sha256(std::span<const std::byte> bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string hex;
  for (const unsigned char byte : digest) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace decant
