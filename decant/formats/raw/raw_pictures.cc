#include "decant/formats/raw/raw_pictures.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <utility>

#include "decant/base/errors.h"

namespace decant {
namespace {

/// Plain steps through memory; REQUIRES: three channels.
void interleave_three(const uint8_t* __restrict planes, int64_t plane, uint8_t* __restrict pixels) {
  const uint8_t* __restrict red = planes;
  const uint8_t* __restrict green = planes + plane;
  const uint8_t* __restrict blue = planes + 2 * plane;
  for (int64_t i = 0; i < plane; ++i) {
    pixels[3 * i] = red[i];
    pixels[3 * i + 1] = green[i];
    pixels[3 * i + 2] = blue[i];
  }
}

void interleave_columns(const uint8_t* __restrict planes, const ImageSize& size, uint8_t* __restrict pixels) {
  const int64_t plane = int64_t{size.width} * size.height;
  for (int64_t y = 0; y < size.height; ++y) {
    for (int64_t x = 0; x < size.width; ++x) {
      for (int64_t c = 0; c < size.channels; ++c) *pixels++ = planes[c * plane + x * size.height + y];
    }
  }
}

}  // namespace

void interleave(Bytes stored, PixelOrder order, const ImageSize& size, uint8_t* pixels) {
  const auto* from = reinterpret_cast<const uint8_t*>(stored.data());
  if (order == PixelOrder::planes_by_column) return interleave_columns(from, size, pixels);
  if (order == PixelOrder::planes && size.channels == 3) return interleave_three(from, int64_t{size.width} * size.height, pixels);
  std::memcpy(pixels, from, static_cast<size_t>(size.bytes()));
}

RawPictureRows::RawPictureRows(const ImageSize& size, PixelOrder order, std::vector<RawPart> parts)
    : size_(size), order_(order), parts_(std::move(parts)) {
  DECANT_CHECK(size.channels == 1 || size.channels == 3, ==, true);
  for (RawPart& part : parts_) {
    part.first = count_;
    part.count = std::ssize(part.pixels) / size.bytes();
    DECANT_CHECK(part.count * size.bytes(), ==, std::ssize(part.pixels));
    if (!part.labels.empty()) DECANT_CHECK(std::ssize(part.labels), ==, part.count);
    labelled_ = labelled_ || !part.labels.empty();
    count_ += part.count;
  }
}

std::string RawPictureRows::key(int64_t row) const {
  const RawPart& part = part_of(row);
  return fmt::format("{}#{}", part.name, row - part.first);
}

int32_t RawPictureRows::label(int64_t row) const {
  const RawPart& part = part_of(row);
  return part.labels.empty() ? kNoLabel : part.labels[static_cast<size_t>(row - part.first)];
}

void RawPictureRows::decode(int64_t row, Image& image) const {
  image.resize(size_);
  interleave(picture(row), order_, size_, image.pixels.data());
}

int64_t RawPictureRows::stored_bytes() const {
  return count_ * size_.bytes();
}

const RawPart& RawPictureRows::part_of(int64_t row) const {
  DECANT_CHECK(row, >=, 0);
  DECANT_CHECK(row, <, count_);
  return *(std::ranges::upper_bound(parts_, row, {}, &RawPart::first) - 1);
}

Bytes RawPictureRows::picture(int64_t row) const {
  const RawPart& part = part_of(row);
  const auto bytes = static_cast<size_t>(size_.bytes());
  return part.pixels.subspan(static_cast<size_t>(row - part.first) * bytes, bytes);
}

std::vector<RowsOfPart> by_part(const RawPictureRows& source, std::span<const int64_t> rows) {
  std::vector<RowsOfPart> found;
  for (const int64_t row : rows) {
    const RawPart& part = source.part_of(row);
    if (found.empty() || found.back().part != &part) found.push_back({&part, {}});
    found.back().rows.push_back(row - part.first);
  }
  return found;
}

}  // namespace decant
