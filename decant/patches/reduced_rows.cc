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
  if (this->below().taught() == CountedIn::pixels) ignoring_.emplace(*this->below().targets(), [this](int64_t row) { return mask(row); });
}

Bytes ReducedRows::bytes(int64_t row, std::vector<std::byte>& scratch) const {
  if (!are_files()) return below().bytes(row, scratch);
  thread_local std::vector<std::byte> source;
  const Bytes stored = below().bytes(row, source);
  const std::string name = key(row);
  const Reduction reduction = reduce_(row);
  std::optional<PatchMask> mask;
  if (reduction.mask) mask = reduction.mask(patch_grid_of(stored, name, cells_, reduction.eighths));
  const bool drops = mask && mask->dropped_count() > 0;
  recode(stored, name, {.mask = drops ? &*mask : nullptr, .quality = reduction.quality, .eighths = reduction.eighths}, scratch);
  return scratch;
}

int64_t ReducedRows::stored_bytes() const {
  std::vector<std::byte> scratch;
  int64_t sum = 0;
  for (int64_t row = 0; row < size(); ++row) sum += std::ssize(bytes(row, scratch));
  return sum;
}

/// Without making the file, unless its source has a mask that counts too.
std::optional<PatchMask> ReducedRows::mask_of_file(int64_t row) const {
  thread_local std::vector<std::byte> file;
  if (below().pictures()->mask(row)) return stored_mask(bytes(row, file), key(row));
  const Reduction reduction = reduce_(row);
  if (!reduction.mask) return std::nullopt;
  PatchMask mask = reduction.mask(patch_grid_of(below().bytes(row, file), key(row), cells_, reduction.eighths));
  if (mask.dropped_count() == 0) return std::nullopt;
  return mask;
}

std::optional<PatchMask> ReducedRows::mask_of_raw(int64_t row, ImageSize size) const {
  const Reduction reduction = reduce_(row);
  if (!reduction.mask) return std::nullopt;
  return reduction.mask(PatchGrid(size.width, size.height, {}, cells_));
}

void ReducedRows::decode(int64_t row, Image& image) const {
  if (are_files()) {
    thread_local std::vector<std::byte> file;
    return decode_image(bytes(row, file), key(row), image);
  }
  below().pictures()->decode(row, image);
  if (const auto mask = mask_of_raw(row, image.size)) flatten_dropped(image, *mask);
}

std::optional<PatchMask> ReducedRows::mask(int64_t row) const {
  if (are_files()) return mask_of_file(row);
  if (const auto size = fixed_size()) return mask_of_raw(row, *size);
  thread_local Image image;
  below().pictures()->decode(row, image);
  return mask_of_raw(row, image.size);
}

}  // namespace decant::patches
