#include "decant/patches/reduced_rows.h"

#include <utility>

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/recode.h"
#include "decant/patches/drop.h"

namespace decant::patches {

ReducedRows::ReducedRows(std::shared_ptr<const Rows> below, int cells, Reducer reduce)
    : WrappedRows(std::move(below)), cells_(cells), reduce_(std::move(reduce)) {
  DECANT_CHECK(this->below().pictures() != nullptr, ==, true);
}

Bytes ReducedRows::bytes(int64_t row, std::vector<std::byte>& scratch) const {
  if (!encoded()) return below().bytes(row, scratch);
  thread_local std::vector<std::byte> source;
  const Bytes stored = below().bytes(row, source);
  const std::string name = key(row);
  const Reduction reduction = reduce_(row, patch_grid_of(stored, name, cells_));
  const PatchMask* const mask = reduction.mask && reduction.mask->dropped_count() > 0 ? &*reduction.mask : nullptr;
  recode(stored, name, {.mask = mask, .quality = reduction.quality, .eighths = reduction.eighths}, scratch);
  return scratch;
}

int64_t ReducedRows::stored_bytes() const {
  std::vector<std::byte> scratch;
  int64_t sum = 0;
  for (int64_t row = 0; row < size(); ++row) sum += std::ssize(bytes(row, scratch));
  return sum;
}

Reduction ReducedRows::reduction_of_raw(int64_t row, ImageSize size) const {
  return reduce_(row, PatchGrid(size.width, size.height, {}, cells_));
}

void ReducedRows::decode(int64_t row, Image& image) const {
  if (encoded()) {
    thread_local std::vector<std::byte> file;
    return decode_image(bytes(row, file), key(row), image);
  }
  below().pictures()->decode(row, image);
  const Reduction reduction = reduction_of_raw(row, image.size);
  if (reduction.mask) flatten_dropped(image, *reduction.mask);
}

std::optional<PatchMask> ReducedRows::mask(int64_t row) const {
  if (!encoded()) {
    thread_local Image image;
    ImageSize size = fixed_size().value_or(ImageSize{});
    if (!fixed_size()) {
      below().pictures()->decode(row, image);
      size = image.size;
    }
    return reduction_of_raw(row, size).mask;
  }
  thread_local std::vector<std::byte> file;
  return stored_mask(bytes(row, file), key(row));
}

}  // namespace decant::patches
