// Rows of raw pictures of one size, which several formats store: arrays of unsigned bytes, one
// picture after the other, with or without labels.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/dataset.h"

namespace decant {

/// How the bytes of one picture lie.
enum class PixelOrder {
  interleaved,       ///< (height, width, channels)
  planes,            ///< (channels, height, width)
  planes_by_column,  ///< (channels, width, height): MATLAB's order read backwards
};

/// The pictures of one file, or of one array in it.
struct RawPart {
  std::string name;  ///< keys are "NAME#17"
  Bytes pixels;      ///< a whole number of pictures
  std::shared_ptr<const void> owner;
  std::vector<int32_t> labels;  ///< one per picture, or empty: unlabelled
  int64_t first = 0;            ///< row of its first picture; RawPictureRows sets it
  int64_t count = 0;            ///< the same
};

/// Copies one picture to interleaved pixels. REQUIRES: size.bytes() bytes at both ends, which do
/// not overlap.
void interleave(Bytes stored, PixelOrder order, const ImageSize& size, uint8_t* pixels);

/// All parts, one after the other. bytes() are the pixels as stored; nothing is copied.
class RawPictureRows final : public Rows, public Pictures, public Targets {
 public:
  /// REQUIRES: every part has pictures of this size, and all parts or none have labels.
  RawPictureRows(const ImageSize& size, PixelOrder order, std::vector<RawPart> parts);

  int64_t size() const override { return count_; }
  std::string key(int64_t row) const override;
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return picture(row); }
  int32_t label(int64_t row) const override;
  void decode(int64_t row, Image& image) const override;
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return labelled_ ? this : nullptr; }
  std::optional<ImageSize> fixed_size() const override { return size_; }
  int64_t stored_bytes() const override;

  const RawPart& part_of(int64_t row) const;
  Bytes picture(int64_t row) const;
  std::span<const RawPart> parts() const { return parts_; }

 private:
  ImageSize size_;
  PixelOrder order_;
  std::vector<RawPart> parts_;
  int64_t count_ = 0;
  bool labelled_ = false;
};

/// The rows of one part, counted from its first picture.
struct RowsOfPart {
  const RawPart* part = nullptr;
  std::vector<int64_t> rows;
};

/// `rows` (ascending) by part, parts without rows left out.
std::vector<RowsOfPart> by_part(const RawPictureRows& source, std::span<const int64_t> rows);

}  // namespace decant
