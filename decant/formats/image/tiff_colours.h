// One pixel's samples of a TIFF to its colours.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "decant/formats/image/tiff_reader.h"

namespace decant::image_codec {

class TiffColours {
 public:
  /// `file` must outlive this.
  explicit TiffColours(const TiffReader& file);

  /// To one value where the tags are grey(), else three.
  void convert(const uint8_t* samples, uint8_t* out) const;

 private:
  uint8_t grey(uint8_t stored) const;

  const TiffTags& tags_;
  std::array<std::vector<uint8_t>, 3> palette_;
};

}  // namespace decant::image_codec
