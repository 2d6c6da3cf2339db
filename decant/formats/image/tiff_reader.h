// The samples of the first picture of a TIFF, by libtiff, and what its tags say of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/image.h"

struct tiff;  // libtiff's TIFF

namespace decant::image_codec {

/// A file in memory, as libtiff asks for it.
struct TiffBytes {
  Bytes bytes;
  size_t at = 0;
};

/// What its tags say of a picture, in libtiff's numbers.
struct TiffTags {
  uint32_t width = 0, height = 0;
  uint16_t bits = 0, samples = 0, photometric = 0, planes = 0, kind = 0, compression = 0, orientation = 0;
  bool premultiplied = false;  ///< RGB, by a fourth sample
  bool grey() const;
  bool turned() const;     ///< shown with its sides exchanged
  ImageSize size() const;  ///< as it is shown
};

class TiffReader {
 public:
  /// Reads the tags. `bytes` and `name` must outlive this. Throws what the codec does (tiff.cc).
  TiffReader(Bytes bytes, std::string_view name);

  const TiffTags& tags() const { return tags_; }

  /// A byte a sample, the upper ones of 16 bits; samples of a pixel together. Palette entries and
  /// grey as they are stored, few bits in the lower ones.
  std::vector<uint8_t> samples();

  std::array<std::vector<uint8_t>, 3> palette() const;

 private:
  struct Close {
    void operator()(tiff* file) const;
  };

  [[noreturn]] void damaged() const;
  [[noreturn]] void refuse() const;
  template <class T>
  T tag(uint32_t which, T otherwise) const;
  void read_tags();
  bool is_known() const;
  void read_strips(uint16_t plane, std::vector<uint8_t>& all);
  void read_tiles(uint16_t plane, std::vector<uint8_t>& all);
  /// Strips and tiles may be no larger than all that the picture may be.
  size_t chunk_bytes(int64_t size) const;
  size_t strip_line() const;
  uint16_t samples_together() const;
  size_t bytes_for(uint32_t columns) const;
  /// One line of a strip or tile, from column `left` on.
  void place(const uint8_t* line, uint16_t plane, uint32_t left, uint32_t y, uint32_t columns, std::vector<uint8_t>& all) const;
  uint8_t sample(const uint8_t* line, size_t i) const;

  TiffBytes file_;
  std::string_view name_;
  std::string complaint_;
  std::unique_ptr<tiff, Close> tiff_;
  TiffTags tags_;
};

}  // namespace decant::image_codec
