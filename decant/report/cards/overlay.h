// Masks drawn over a picture: a small PNG of a palette, as large as the thumbnail below it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "decant/data/image.h"
#include "decant/data/targets.h"

namespace decant::report {

inline constexpr int kHues = 8;  ///< of page/objects.css, where they are h0 … h7

/// Red, green and blue of a class. There are 24: the page's hues, then darker and lighter ones.
std::array<uint8_t, 3> colour_of_class(int32_t label);

/// The pixels of a thumbnail that a mask colours.
class Overlay {
 public:
  explicit Overlay(ImageSize size) : size_(size), pixels_(static_cast<size_t>(size.width) * static_cast<size_t>(size.height)) {}

  /// Every pixel by the class in its middle; striped where that is none.
  void paint(const ClassMask& mask);
  /// Those whose middle lies inside an object. `runs`: as data/runs.h has them, and cover height ×
  /// width.
  void paint(std::span<const int64_t> runs, int64_t height, int64_t width, int32_t label);
  bool empty() const;
  /// The address of the PNG, "data:image/png;base64,…".
  std::string address() const;

 private:
  template <class Paint>
  void each_pixel(int64_t width, int64_t height, Paint&& paint);

  ImageSize size_;
  std::vector<uint8_t> pixels_;  ///< places in the palette: nothing, striped, then the colours
};

}  // namespace decant::report
