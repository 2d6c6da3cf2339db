// Pictures to pack, and rows with masks. Only *_test.cc include it.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/random.h"
#include "decant/data/dataset.h"

namespace decant::packed {

/// A soft gradient under noise, different for every `index`; channels move together.
inline Image photo_like(ImageSize size, uint64_t index) {
  Random random(7, "photo", index);
  const int slope_x = static_cast<int>(random.below(9)) - 4;
  const int slope_y = static_cast<int>(random.below(9)) - 4;
  const int noise = 1 + static_cast<int>(random.below(24));
  Image image;
  image.resize(size);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int light = 128 + slope_x * (x - size.width / 2) + slope_y * (y - size.height / 2) +
                        static_cast<int>(random.below(static_cast<uint64_t>(noise)));
      for (int c = 0; c < size.channels; ++c)
        image.row(y)[x * size.channels + c] = static_cast<uint8_t>(std::clamp(light + 5 * c + static_cast<int>(random.below(4)), 0, 255));
    }
  }
  return image;
}

inline Image noise(ImageSize size, uint64_t index) {
  Random random(8, "noise", index);
  Image image;
  image.resize(size);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  return image;
}

/// Drops each cell of a grid of at most `cells` each way with one chance in `of`; the first always.
inline PatchMask random_mask(ImageSize size, int cells, uint64_t of, uint64_t index) {
  Random random(9, "mask", index);
  PatchMask mask = PatchMask::whole(PatchGrid(size.width, size.height, {1, 1}, cells));
  for (size_t cell = 0; cell < mask.kept.size(); ++cell) mask.kept[cell] = cell > 0 && random.below(of) != 0;
  return mask;
}

/// Rows with pictures, masks, labels and keys of one's own.
class MaskedRows : public Rows, public Pictures, public Targets {
 public:
  struct Row {
    Image image;
    std::optional<PatchMask> mask = std::nullopt;
    int32_t label = kNoLabel;
    std::string key = {};
  };
  explicit MaskedRows(std::vector<Row> rows, bool fixed = false) : rows_(std::move(rows)), fixed_(fixed) {}

  int64_t size() const override { return static_cast<int64_t>(rows_.size()); }
  std::string key(int64_t row) const override { return at(row).key.empty() ? "set#" + std::to_string(row) : at(row).key; }
  Bytes bytes(int64_t row, std::vector<std::byte>&) const override { return std::as_bytes(std::span(at(row).image.pixels)); }
  int64_t stored_bytes() const override { return 0; }
  const Modality& modality() const override { return modality::pictures; }
  const Pictures* pictures() const override { return this; }
  const Targets* targets() const override { return this; }
  int32_t label(int64_t row) const override { return at(row).label; }
  void decode(int64_t row, Image& image) const override { image = at(row).image; }
  std::optional<ImageSize> fixed_size() const override { return fixed_ ? std::optional(rows_.front().image.size) : std::nullopt; }
  std::optional<PatchMask> mask(int64_t row) const override { return at(row).mask; }
  PictureBytes stored_as() const override { return PictureBytes::raw; }

 private:
  const Row& at(int64_t row) const { return rows_.at(static_cast<size_t>(row)); }

  std::vector<Row> rows_;
  bool fixed_;
};

}  // namespace decant::packed
