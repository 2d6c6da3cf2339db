// What norm_relu.cc does to the maps of one picture, in channels-last: its moments, the way there,
// and the two passes of the way back. Included there alone.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "decant/nn/channel_loops.h"

namespace decant::nn::passes {

/// The bits of a bfloat16: as plain numbers they become vector instructions.
using Bits = uint16_t;

/// What maps of T are computed in.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

template <class T>
DECANT_INLINED inline Wide<T> read(T value) {
  if constexpr (std::is_same_v<T, Bits>) {
    return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
  } else {
    return value;
  }
}

/// To the nearest, ties to even. A NaN stays one: its upper bits are kept.
template <class T>
DECANT_INLINED inline T rounded(Wide<T> value) {
  if constexpr (std::is_same_v<T, Bits>) {
    const auto bits = std::bit_cast<uint32_t>(value);
    const uint32_t up = 0x7FFFU + ((bits >> 16) & 1U);
    const bool number = (bits & 0x7FFFFFFFU) <= 0x7F800000U;  // asked of the bits, which takes no branch
    return static_cast<Bits>((bits + (number ? up : 0U)) >> 16);
  } else {
    return value;
  }
}

/// Of one picture: per channel the mean, and the sum of squares around it.
template <class T>
struct MomentsPass {
  const T* maps;
  Wide<T>* mean;
  Wide<T>* squares;

  DECANT_INLINED void operator()(const ChannelGrid& grid) const {
    const Wide<T> share = Wide<T>(1) / static_cast<Wide<T>>(grid.places());
    std::fill_n(mean, grid.channels, Wide<T>(0));
    std::fill_n(squares, grid.channels, Wide<T>(0));
    for (int64_t place = 0; place < grid.places(); ++place) {
      const T* const y = maps + place * grid.channels;
      for_channels(grid.channels, [&](int64_t c) DECANT_INLINED { mean[c] += read(y[c]); });
    }
    for_channels(grid.channels, [&](int64_t c) DECANT_INLINED { mean[c] *= share; });
    for (int64_t place = 0; place < grid.places(); ++place) {
      const T* const y = maps + place * grid.channels;
      for_channels(grid.channels, [&](int64_t c) DECANT_INLINED {
        const Wide<T> off = read(y[c]) - mean[c];
        squares[c] += off * off;
      });
    }
  }
};

/// u = slope y + offset, and what it takes to get there.
template <class T>
struct Affine {
  const Wide<T>* slope;   ///< w/d
  const Wide<T>* offset;  ///< b − mean w/d
};

template <class T>
struct ForwardPass {
  const T* maps;
  const T* shortcut;  ///< or null
  T* out;
  Affine<T> affine;

  DECANT_INLINED void operator()(const ChannelGrid& grid) const {
    const Wide<T>* const slope = affine.slope;
    const Wide<T>* const offset = affine.offset;
    for (int64_t place = 0; place < grid.places(); ++place) {
      const T* const y = maps + place * grid.channels;
      const T* const s = shortcut == nullptr ? nullptr : shortcut + place * grid.channels;
      T* const z = out + place * grid.channels;
      if (s == nullptr) {
        for_channels(grid.channels, [&](int64_t c) DECANT_INLINED {
          const Wide<T> u = slope[c] * read(y[c]) + offset[c];
          z[c] = rounded<T>(u > 0 ? u : Wide<T>(0));
        });
      } else {
        for_channels(grid.channels, [&](int64_t c) DECANT_INLINED {
          const Wide<T> u = slope[c] * read(y[c]) + offset[c] + read(s[c]);
          z[c] = rounded<T>(u > 0 ? u : Wide<T>(0));
        });
      }
    }
  }
};

/// visit(places of the cell, cell); values as in for_places().
template <class Visit>
DECANT_INLINED inline void for_cells(const ChannelGrid& grid, const Visit& visit) {
  const int64_t row = grid.width * grid.channels;
  for (int64_t y = 0; y + 1 < grid.height; y += 2) {
    for (int64_t x = 0; x + 1 < grid.width; x += 2) visit(y * row + x * grid.channels, (y / 2 * (grid.width / 2) + x / 2) * grid.channels);
  }
}

template <class T>
struct HalvedForwardPass {
  const T* maps;
  T* out;
  Affine<T> affine;

  DECANT_INLINED void operator()(const ChannelGrid& grid) const {
    const Wide<T>* const slope = affine.slope;
    const Wide<T>* const offset = affine.offset;
    const int64_t right = grid.channels;
    const int64_t below = grid.width * grid.channels;
    for_cells(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      const T* const y = maps + place;
      T* const z = out + cell;
      for_channels(right, [&](int64_t c) DECANT_INLINED {
        const Wide<T> top = std::max(slope[c] * read(y[c]) + offset[c], slope[c] * read(y[c + right]) + offset[c]);
        const Wide<T> bottom = std::max(slope[c] * read(y[c + below]) + offset[c], slope[c] * read(y[c + below + right]) + offset[c]);
        z[c] = rounded<T>(std::max(std::max(top, bottom), Wide<T>(0)));
      });
    });
  }
};

/// What both backward passes of a picture look at.
template <class T>
struct Behind {
  const T* maps;
  const T* out;       ///< z where there is a shortcut, else null
  const T* gradient;  ///< ∂/∂z
  Affine<T> affine;
  const Wide<T>* mean;
};

template <class T>
struct SumsPass {
  Behind<T> at;
  Wide<T>* sum;    ///< Σ ū
  Wide<T>* sum_y;  ///< Σ ū (y − mean)

  DECANT_INLINED void operator()(const ChannelGrid& grid) const {
    const Wide<T>* const slope = at.affine.slope;
    const Wide<T>* const offset = at.affine.offset;
    std::fill_n(sum, grid.channels, Wide<T>(0));
    std::fill_n(sum_y, grid.channels, Wide<T>(0));
    for (int64_t place = 0; place < grid.places(); ++place) {
      const T* const y = at.maps + place * grid.channels;
      const T* const g = at.gradient + place * grid.channels;
      const T* const z = at.out == nullptr ? nullptr : at.out + place * grid.channels;
      const auto add = [&](int64_t c, bool open) DECANT_INLINED {
        const Wide<T> all = read(g[c]);  // before the choice, which then is no branch
        const Wide<T> u = open ? all : Wide<T>(0);
        sum[c] += u;
        sum_y[c] += u * (read(y[c]) - at.mean[c]);
      };
      if (z == nullptr) {
        for_channels(grid.channels, [&](int64_t c) DECANT_INLINED { add(c, slope[c] * read(y[c]) + offset[c] > 0); });
      } else {
        for_channels(grid.channels, [&](int64_t c) DECANT_INLINED { add(c, read(z[c]) > 0); });
      }
    }
  }
};

/// ū of a cell's four places, of which the first of the largest gets the cell's, as
/// at::max_pool2d has it. Without a branch, so that it becomes vector instructions.
template <class W>
struct Shared {
  DECANT_INLINED Shared(W a, W b, W c, W d, W whole) {
    const W largest = std::max(std::max(a, b), std::max(c, d));
    W left = largest > 0 ? whole : W(0);
    first = a == largest ? left : W(0);
    left = a == largest ? W(0) : left;
    second = b == largest ? left : W(0);
    left = b == largest ? W(0) : left;
    third = c == largest ? left : W(0);
    fourth = c == largest ? W(0) : left;
  }
  W first, second, third, fourth;
};

template <class T>
struct HalvedSumsPass {
  Behind<T> at;
  Wide<T>* sum;
  Wide<T>* sum_y;

  DECANT_INLINED void operator()(const ChannelGrid& grid) const {
    using W = Wide<T>;
    const W* const slope = at.affine.slope;
    const W* const offset = at.affine.offset;
    const int64_t right = grid.channels;
    const int64_t below = grid.width * grid.channels;
    std::fill_n(sum, grid.channels, W(0));
    std::fill_n(sum_y, grid.channels, W(0));
    for_cells(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      const T* const y = at.maps + place;
      const T* const g = at.gradient + cell;
      for_channels(right, [&](int64_t c) DECANT_INLINED {
        const W a = read(y[c]);
        const W b = read(y[c + right]);
        const W d = read(y[c + below]);
        const W e = read(y[c + below + right]);
        const Shared<W> u(slope[c] * a + offset[c], slope[c] * b + offset[c], slope[c] * d + offset[c], slope[c] * e + offset[c],
                          read(g[c]));
        sum[c] += u.first + u.second + u.third + u.fourth;
        sum_y[c] += u.first * (a - at.mean[c]) + u.second * (b - at.mean[c]) + u.third * (d - at.mean[c]) + u.fourth * (e - at.mean[c]);
      });
    });
  }
};

/// ȳ = slope ū − constant − along (y − mean).
template <class T>
struct Towards {
  const Wide<T>* constant;  ///< slope Σū/P
  const Wide<T>* along;     ///< slope Σ(ū n)/(P d)
};

template <class T>
struct BackwardPass {
  Behind<T> at;
  Towards<T> towards;
  T* of_maps;
  T* of_shortcut;  ///< or null

  DECANT_INLINED void operator()(const ChannelGrid& grid) const {
    const Wide<T>* const slope = at.affine.slope;
    const Wide<T>* const offset = at.affine.offset;
    for (int64_t place = 0; place < grid.places(); ++place) {
      const T* const y = at.maps + place * grid.channels;
      const T* const g = at.gradient + place * grid.channels;
      const T* const z = at.out == nullptr ? nullptr : at.out + place * grid.channels;
      T* const to = of_maps + place * grid.channels;
      const auto value = [&](int64_t c, Wide<T> u) DECANT_INLINED {
        return rounded<T>(slope[c] * u - towards.constant[c] - towards.along[c] * (read(y[c]) - at.mean[c]));
      };
      if (z == nullptr) {
        for_channels(grid.channels, [&](int64_t c) DECANT_INLINED {
          const Wide<T> all = read(g[c]);
          to[c] = value(c, slope[c] * read(y[c]) + offset[c] > 0 ? all : Wide<T>(0));
        });
      } else {
        T* const s = of_shortcut + place * grid.channels;
        for_channels(grid.channels, [&](int64_t c) DECANT_INLINED {
          const Wide<T> all = read(g[c]);
          const Wide<T> u = read(z[c]) > 0 ? all : Wide<T>(0);
          to[c] = value(c, u);
          s[c] = rounded<T>(u);
        });
      }
    }
  }
};

template <class T>
struct HalvedBackwardPass {
  Behind<T> at;
  Towards<T> towards;
  T* of_maps;

  DECANT_INLINED void operator()(const ChannelGrid& grid) const {
    using W = Wide<T>;
    const W* const slope = at.affine.slope;
    const W* const offset = at.affine.offset;
    const int64_t right = grid.channels;
    const int64_t below = grid.width * grid.channels;
    for_cells(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      const T* const y = at.maps + place;
      const T* const g = at.gradient + cell;
      T* const to = of_maps + place;
      for_channels(right, [&](int64_t c) DECANT_INLINED {
        const W a = read(y[c]);
        const W b = read(y[c + right]);
        const W d = read(y[c + below]);
        const W e = read(y[c + below + right]);
        const Shared<W> u(slope[c] * a + offset[c], slope[c] * b + offset[c], slope[c] * d + offset[c], slope[c] * e + offset[c],
                          slope[c] * read(g[c]));
        const W constant = towards.constant[c] - towards.along[c] * at.mean[c];
        to[c] = rounded<T>(u.first - constant - towards.along[c] * a);
        to[c + right] = rounded<T>(u.second - constant - towards.along[c] * b);
        to[c + below] = rounded<T>(u.third - constant - towards.along[c] * d);
        to[c + below + right] = rounded<T>(u.fourth - constant - towards.along[c] * e);
      });
    });
    if (grid.height % 2 == 0 && grid.width % 2 == 0) return;
    for_places(grid, [&](int64_t place, int64_t cell) DECANT_INLINED {
      if (cell >= 0) return;
      for_channels(right, [&](int64_t c) DECANT_INLINED {
        of_maps[place + c] = rounded<T>(-towards.constant[c] - towards.along[c] * (read(at.maps[place + c]) - at.mean[c]));
      });
    });
  }
};

}  // namespace decant::nn::passes
