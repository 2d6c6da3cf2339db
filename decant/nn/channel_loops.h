// Loops over maps in channels-last, where the channels of a place lie next to each other: plain
// enough for the compiler to turn into vector instructions, in one copy for each instruction set
// (DECANT_EACH_INSTRUCTION_SET), the best of which is taken at start. No sum runs across channels,
// so all copies give the same.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>

#include "decant/base/errors.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define DECANT_EACH_INSTRUCTION_SET __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define DECANT_EACH_INSTRUCTION_SET
#endif
#ifdef __clang__
#define DECANT_NO_OVERLAP _Pragma("clang loop vectorize(assume_safety)")
#else
#define DECANT_NO_OVERLAP _Pragma("GCC ivdep")
#endif
#define DECANT_INLINED __attribute__((always_inline))

namespace decant::nn {

/// The places of one picture's maps. Values of a picture: a row of channels for every place, in
/// halved maps for every cell of 2×2.
struct ChannelGrid {
  int64_t height;
  int64_t width;
  int64_t channels;
  int64_t places() const { return height * width; }
  int64_t cells() const { return (height / 2) * (width / 2); }

  static ChannelGrid of(const at::Tensor& maps) {
    DECANT_CHECK(maps.is_contiguous(at::MemoryFormat::ChannelsLast), ==, true);
    return {maps.size(2), maps.size(3), maps.size(1)};
  }
};

/// visit(c). Rows that it reads and writes are the same or do not overlap.
template <class Visit>
DECANT_INLINED inline void for_channels(int64_t channels, const Visit& visit) {
  DECANT_NO_OVERLAP
  for (int64_t c = 0; c < channels; ++c) visit(c);
}

/// visit(first value of a place, first value of its cell); −1: it belongs to none.
template <class Visit>
DECANT_INLINED inline void for_places(const ChannelGrid& grid, const Visit& visit) {
  const int64_t across = grid.width / 2;
  for (int64_t y = 0; y < grid.height; ++y) {
    const bool inside = y / 2 < grid.height / 2;
    for (int64_t x = 0; x < grid.width; ++x)
      visit((y * grid.width + x) * grid.channels, inside && x / 2 < across ? (y / 2 * across + x / 2) * grid.channels : -1);
  }
}

/// Where the values of each picture begin; T is what the tensor holds, of a bfloat16 its bits.
template <class T>
struct PictureRows {
  explicit PictureRows(const at::Tensor& tensor)
      : data(static_cast<T*>(tensor.data_ptr())), each(tensor.size(0) == 0 ? 0 : tensor.numel() / tensor.size(0)) {}
  T* operator()(int64_t picture) const { return data + picture * each; }
  T* data;
  int64_t each;
};

}  // namespace decant::nn
