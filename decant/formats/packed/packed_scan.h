// The samples of a picture in coding order, each with a guess at its value and the contexts of its
// error. The one pass that encoding, decoding and learning share.
//
// Pixels go in reading order, and in each green, red, blue: what lies above a sample or to its left
// is known when it is coded, and so are the channels before its own. The guess at a sample is made
// from seven neighbours in every channel,
//
//             NNW  NN
//         NW   N   NE  NEE
//     WW   W   x
//
// relative to (W + N) / 2 of each channel, so it follows brightness:
//
//     guess = (W + N) / 2 + Σ_i tap_i · (neighbour_i − (W + N) / 2 of its channel)
//
// and from the channels of x that are known. Outside the picture, the rows above the first repeat
// the pixel to the left, the columns before the first the pixel above, the columns behind the last
// the last pixel of the row above.
//
// A dropped cell is coded as one pixel, its mean colour, where the order reaches its first; the
// cell is then filled with it, and its other pixels are known.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "decant/formats/packed/packed_model.h"

namespace decant::packed {

constexpr int kOne = 8;             ///< guesses and distances are in eighths of a grey level
constexpr int kUnsure = 32 * kOne;  ///< distance of what lies outside
constexpr int kFilled = 8 * kOne;   ///< distance of a filled pixel

/// A pixel that is known. Channels in coding order.
struct Known {
  std::array<int16_t, 3> value = {128, 128, 128};
  std::array<int16_t, 3> sign = {0, 0, 0};                        ///< sign(value − guess)
  std::array<int16_t, 3> distance = {kUnsure, kUnsure, kUnsure};  ///< |value − guess|, in eighths
};

/// The row being coded and the two above, with two pixels of margin at either side.
class Surroundings {
 public:
  explicit Surroundings(int width) : width_(width) {
    for (auto& row : rows_) row.resize(static_cast<size_t>(width) + 4);
  }

  void begin_row(int y) {
    if (y == 0) return;
    std::rotate(rows_.begin(), rows_.end() - 1, rows_.end());
    at(-1, 0) = at(-2, 0) = at(0, -1);
    at(width_, -1) = at(width_ + 1, -1) = at(width_ - 1, -1);
  }
  /// The pixel x of this row is known in all channels.
  void finish(int x, int y) {
    if (y > 0) return;
    const Known& pixel = at(x, 0);
    for (const int dy : {-1, -2}) at(x + 1, dy) = at(x + 2, dy) = pixel;
    if (x > 0) return;
    for (const int dy : {-1, -2}) at(-2, dy) = at(-1, dy) = at(0, dy) = pixel;
    at(-2, 0) = at(-1, 0) = pixel;
  }
  /// dy is 0, −1 or −2; −2 ≤ x < width + 2.
  Known& at(int x, int dy) { return rows_[static_cast<size_t>(-dy)][static_cast<size_t>(x + 2)]; }

 private:
  int width_;
  std::array<std::vector<Known>, 3> rows_;
};

/// A sample before it is known.
struct Guess {
  int kind = 0;     ///< place of its channel, + 3 for a mean colour
  int eighths = 0;  ///< 0 … 255 · 8
  std::array<uint8_t, kSets> contexts{};
  int rounded() const { return (eighths + kOne / 2) / kOne; }
};

/// In eighths of an octave of (1 + grey levels), from 0; linear inside an octave.
inline int octave_eighths(int distance) {
  const auto v = static_cast<unsigned>(distance + kOne);
  const int octave = static_cast<int>(std::bit_width(v)) - 1;
  return (octave - 3) * 8 + static_cast<int>((v >> (octave - 3)) & 7);
}

/// `steps` (in eighths) an octave, and no more than `top`.
inline int level(int distance, int steps, int top) {
  return std::min(top, octave_eighths(distance) * steps / 64);
}

/// 0, ±1 … ±4 as 0 … 8: about two octaves each.
constexpr int signed_level(int error) {
  const int size = error < 0 ? -error : error;
  const int step = size == 0 ? 0 : size <= 2 ? 1 : size <= 6 ? 2 : size <= 15 ? 3 : 4;
  return error < 0 ? step + 4 : step;
}

/// 0, ±1, ±2 as 0 … 4.
constexpr int sign(int error) {
  const int size = error < 0 ? -error : error;
  const int step = size <= 1 ? 0 : size <= 6 ? 1 : 2;
  return error < 0 && step > 0 ? step + 2 : step;
}

/// A function of −1024 … 1023, looked up: its branches would be mispredicted.
template <int (*kFunction)(int)>
int look_up(int x) {
  static constexpr auto kTable = [] {
    std::array<uint8_t, 2048> table{};
    for (int i = 0; i < 2048; ++i) table[static_cast<size_t>(i)] = static_cast<uint8_t>(kFunction(i - 1024));
    return table;
  }();
  return kTable[static_cast<size_t>(x + 1024)];
}

/// The guess of LOCO-I: the median of W, N and W + N − NW.
inline int median_guess(int west, int north, int corner) {
  return std::clamp(west + north - corner, std::min(west, north), std::max(west, north));
}

/// One pixel's neighbourhood, read once for all of its channels, 1 or 3.
template <size_t kChannels>
class Neighbourhood {
 public:
  static constexpr std::array<std::array<int, 2>, 7> kPlaces = {{{-1, 0}, {-1, -1}, {1, -1}, {-2, 0}, {0, -2}, {2, -1}, {-1, -2}}};

  Neighbourhood(Surroundings& all, int x)
      : x_(all.at(x, 0)),
        w_(all.at(x - 1, 0)),
        n_(all.at(x, -1)),
        nw_(all.at(x - 1, -1)),
        ne_(all.at(x + 1, -1)),
        ww_(all.at(x - 2, 0)),
        nn_(all.at(x, -2)) {
    for (size_t c = 0; c < kChannels; ++c) twice_[c] = w_.value[c] + n_.value[c];
    for (size_t i = 0; i < kPlaces.size(); ++i) {
      const Known& there = all.at(x + kPlaces[i][0], kPlaces[i][1]);
      for (size_t c = 0; c < kChannels; ++c) numbers_[3 * i + c] = relative(there.value[c], c);
    }
  }

  /// The numbers that taps multiply, in halves of a grey level: of place i and channel c at 3 i +
  /// c, then the first and the second channel of the pixel itself once they are known; the last is
  /// 0.
  const std::array<int16_t, kTaps>& numbers() const { return numbers_; }
  int twice(size_t c) const { return twice_[c]; }  ///< W + N

  int linear_guess(const std::array<int16_t, kTaps>& taps, size_t c) const {
    int32_t sum = 0;  // 24 · 510 · 2^15 < 2^31
    for (size_t i = 0; i < taps.size(); ++i) sum += int32_t{taps[i]} * numbers_[i];
    constexpr int kShift = kTapShift - 2;  // from halves to eighths
    return std::clamp(4 * twice_[c] + ((sum + (1 << (kShift - 1))) >> kShift), 0, 255 * kOne);
  }

  /// Fills in the contexts, given the guess. How large an error to expect follows from those nearby
  /// (close), those of the channels before (other) and the neighbours' differences (slope); its
  /// sign, from the signs of those errors and from what simpler guesses say.
  void describe(size_t c, Guess& guess) const {
    const int close = 2 * (w_.distance[c] + n_.distance[c]) + nw_.distance[c] + ne_.distance[c];
    const int slope = kOne * (difference(w_, nw_, c) + difference(n_, nw_, c) + difference(n_, ne_, c)) / 3;
    const int other = c == 0 ? 0 : c == 1 ? x_.distance[0] : (x_.distance[0] + x_.distance[1]) / 2;
    const int activity = (c == 0 ? close : (close + 3 * other) * 2 / 3) + slope;
    const int activity_octave = octave_eighths(activity);
    const int rough = std::min(4, activity_octave / 16);
    const int usual = std::min(7, activity_octave * 3 / 32);
    const int at = guess.rounded();
    const int before = kChannels == 1 ? ne_.sign[0] : c == 0 ? w_.sign[1] : x_.sign[0];
    const int between = kChannels == 1 ? ww_.sign[0] : c == 0 ? w_.sign[2] : c == 1 ? w_.sign[1] : x_.sign[1];
    const auto relation = [at](int value) { return look_up<signed_level>(value - at); };
    const auto context = [](int value) { return static_cast<uint8_t>(value); };
    guess.contexts = {
        context(level(w_.distance[c] + n_.distance[c], 7, 7) * 8 + level(slope, 8, 7)),
        context((before * 5 + between) * 5 + rough),
        context((w_.sign[c] * 5 + n_.sign[c]) * 5 + rough),
        context(level(other, 7, 7) * 8 + level(close, 6, 7)),
        context(relation(median(c)) * 8 + usual),
        context((((guess.eighths + 1) / 2) & 3) * 32 + std::min(31, activity_octave / 4)),
        context(relation(w_.value[c]) * 9 + relation(n_.value[c])),
        context(level(ww_.distance[c] + nn_.distance[c], 7, 7) * 8 + usual),
    };
  }

  /// The channel c of the pixel is known.
  void learn(size_t c, int value, const Guess& guess) {
    x_.value[c] = static_cast<int16_t>(value);
    x_.sign[c] = static_cast<int16_t>(look_up<sign>(value - guess.rounded()));
    x_.distance[c] = static_cast<int16_t>(std::abs(kOne * value - guess.eighths));
    if (c < 2) numbers_[3 * kPlaces.size() + c] = relative(value, c);
  }
  void fill(size_t c, int value) {
    x_.value[c] = static_cast<int16_t>(value);
    x_.sign[c] = 0;
    x_.distance[c] = kFilled;
  }

 private:
  static int difference(const Known& a, const Known& b, size_t c) { return std::abs(a.value[c] - b.value[c]); }
  int16_t relative(int value, size_t c) const { return static_cast<int16_t>(2 * value - twice_[c]); }
  /// Of the channel, or of its difference to the first.
  int median(size_t c) const {
    if (c == 0) return median_guess(w_.value[0], n_.value[0], nw_.value[0]);
    return x_.value[0] + median_guess(w_.value[c] - w_.value[0], n_.value[c] - n_.value[0], nw_.value[c] - nw_.value[0]);
  }

  Known& x_;
  const Known& w_;
  const Known& n_;
  const Known& nw_;
  const Known& ne_;
  const Known& ww_;
  const Known& nn_;
  std::array<int, 3> twice_{};
  std::array<int16_t, kTaps> numbers_{};
};

/// Which pixels are coded, and which only filled.
enum class Pixel { coded, mean, filled };

class Cells {
 public:
  explicit Cells(const PatchMask* mask) : mask_(mask) {}
  Pixel kind(int x, int y) const {
    if (mask_ == nullptr) return Pixel::coded;
    const int cell = mask_->grid.cell_of(x, y);
    if (mask_->kept[static_cast<size_t>(cell)]) return Pixel::coded;
    const PatchRect rect = mask_->grid.pixels(cell);
    return x == rect.left && y == rect.top ? Pixel::mean : Pixel::filled;
  }
  /// Every pixel of the cell at x, y gets the colour of that pixel.
  void fill(int x, int y, Image& image) const;

 private:
  const PatchMask* mask_;
};

/// Where a channel lies in a pixel, by its place in coding order: green, red, blue.
inline size_t stored_channel(size_t place, size_t channels) {
  return channels == 1 || place == 2 ? place : 1 - place;
}

template <size_t kChannels, class Sample>
void scan_channels(const Model& model, const PatchMask* mask, Image& image, Sample&& sample) {
  const Cells cells(mask);
  Surroundings all(image.size.width);
  for (int y = 0; y < image.size.height; ++y) {
    all.begin_row(y);
    for (int x = 0; x < image.size.width; ++x) {
      uint8_t* const pixel = image.row(y) + static_cast<size_t>(x) * kChannels;
      const Pixel kind = cells.kind(x, y);
      Neighbourhood<kChannels> near(all, x);
      for (size_t c = 0; c < kChannels; ++c) {
        uint8_t& value = pixel[stored_channel(c, kChannels)];
        if (kind == Pixel::filled) {
          near.fill(c, value);
          continue;
        }
        Guess guess;
        guess.kind = static_cast<int>(c) + (kind == Pixel::mean ? 3 : 0);
        guess.eighths = near.linear_guess(model.taps[c], c);
        near.describe(c, guess);
        value = sample(near, guess, value);
        near.learn(c, value, guess);
      }
      if (kind == Pixel::mean) cells.fill(x, y, image);
      all.finish(x, y);
    }
  }
}

/// Walks `image`, which has its size. For every sample, `sample(near, guess, value)` gives its
/// value: one that decodes by what it reads, one that encodes or learns by returning `value`, which
/// is what the picture holds. `near` is a Neighbourhood. REQUIRES: 1 or 3 channels; the mask, if
/// any, is of the picture's size, with units of one pixel; when encoding, its dropped cells are
/// flat.
template <class Sample>
void scan(const Model& model, const PatchMask* mask, Image& image, Sample&& sample) {
  if (image.size.channels == 1)
    scan_channels<1>(model, mask, image, sample);
  else
    scan_channels<3>(model, mask, image, sample);
}

}  // namespace decant::packed
