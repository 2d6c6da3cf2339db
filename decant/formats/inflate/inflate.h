// Compressed bytes made plain, piece by piece: what gzip files, zip members, MAT-files, records and
// archives share. Callers say what a fault means in their file and how much may come out; nothing
// here allocates in proportion to what a header promises.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "decant/base/file.h"

namespace decant {

/// What a file of `stored` bytes may unpack to as a whole. Data sets stay far below; what goes
/// beyond is made to fill a disk.
inline constexpr size_t kMostTimes = 200;
constexpr size_t most_unpacked(size_t stored) {
  return std::max(size_t{64} << 20, kMostTimes * stored);
}

enum class Compression {
  deflate,  ///< bare (RFC 1951), as in zip
  zlib,     ///< RFC 1950, as in MAT-files
  gzip,     ///< RFC 1952
  zstd      ///< RFC 8878
};

class Inflater {
 public:
  /// Throws IoError without memory.
  explicit Inflater(Compression compression);
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  struct Step {
    size_t taken = 0;    ///< bytes of `in`
    size_t given = 0;    ///< bytes of `out`
    bool ended = false;  ///< at the end of a stream; of gzip and Zstandard another may follow, which the next step begins
    std::string fault;   ///< what is damaged; empty = nothing
    bool stuck() const { return taken == 0 && given == 0 && !ended; }  ///< needs more bytes than there are
  };
  /// Takes from the front of `in` and fills the front of `out`, at most 1 GiB of each. Throws
  /// IoError without memory.
  Step step(Bytes in, std::span<std::byte> out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace decant
