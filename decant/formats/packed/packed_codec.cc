#include "decant/formats/packed/packed_codec.h"

#include <cstring>

#include "decant/base/errors.h"
#include "decant/formats/packed/packed_bytes.h"
#include "decant/formats/packed/packed_scan.h"
#include "decant/formats/packed/probability.h"
#include "decant/formats/packed/questions.h"
#include "decant/formats/packed/range_coder.h"

namespace decant::packed {

namespace {

/// What the model says of one sample: the sums of all questions at once, which is a few vector
/// additions.
class Odds {
 public:
  Odds(const Model& model, const Guess& guess) {
    const int16_t* const kind = model.theta.data() + static_cast<size_t>(guess.kind) * kThetasPerKind;
    for (size_t s = 0; s < kSets; ++s) {
      const int16_t* const row = kind + (s * kContexts + guess.contexts[s]) * kQuestions;
      for (size_t q = 0; q < kQuestions; ++q) sums_[q] = static_cast<int16_t>(sums_[q] + row[q]);
    }
  }
  uint32_t of(int question) const { return probability(sums_[static_cast<size_t>(question)]); }

 private:
  std::array<int16_t, kQuestions> sums_{};
};

std::array<uint8_t, 3> mean_of(const Image& image, const PatchRect& rect) {
  const auto channels = static_cast<size_t>(image.size.channels);
  std::array<uint64_t, 3> sums{};
  for (int y = rect.top; y < rect.bottom; ++y) {
    const uint8_t* pixel = image.view().row(y) + static_cast<size_t>(rect.left) * channels;
    for (int x = rect.left; x < rect.right; ++x, pixel += channels) {
      for (size_t c = 0; c < channels; ++c) sums[c] += pixel[c];
    }
  }
  const auto pixels = static_cast<uint64_t>(rect.width()) * static_cast<uint64_t>(rect.height());
  std::array<uint8_t, 3> mean{};
  for (size_t c = 0; c < channels; ++c) mean[c] = static_cast<uint8_t>((2 * sums[c] + pixels) / (2 * pixels));
  return mean;
}

void fill_rect(const PatchRect& rect, const std::array<uint8_t, 3>& colour, Image& image) {
  const auto channels = static_cast<size_t>(image.size.channels);
  for (int y = rect.top; y < rect.bottom; ++y) {
    uint8_t* pixel = image.row(y) + static_cast<size_t>(rect.left) * channels;
    for (int x = rect.left; x < rect.right; ++x, pixel += channels) std::memcpy(pixel, colour.data(), channels);
  }
}

std::optional<PatchMask> parse_mask(ByteReader& reader, const ImageSize& size) {
  const auto columns = static_cast<int>(reader.varint(static_cast<uint64_t>(size.width)));
  if (columns == 0) return std::nullopt;
  const auto rows = static_cast<int>(reader.varint(static_cast<uint64_t>(size.height)));
  if (rows == 0) reader.fail("has a mask without rows");
  const uint64_t count = static_cast<uint64_t>(columns) * static_cast<uint64_t>(rows);
  const Bytes bits = reader.take((count + 7) / 8);
  PatchMask mask{PatchGrid(size.width, size.height, {1, 1}, columns, rows), std::vector<bool>(count)};
  for (size_t i = 0; i < count; ++i) mask.kept[i] = (std::to_integer<int>(bits[i / 8]) >> (i % 8) & 1) != 0;
  return mask;
}

void append_mask(const PatchMask& mask, std::vector<std::byte>& out) {
  append_varint(out, static_cast<uint64_t>(mask.grid.columns()));
  append_varint(out, static_cast<uint64_t>(mask.grid.rows()));
  const size_t begin = out.size();
  out.resize(begin + (mask.kept.size() + 7) / 8);
  for (size_t i = 0; i < mask.kept.size(); ++i) {
    if (mask.kept[i]) out[begin + i / 8] |= static_cast<std::byte>(1 << (i % 8));
  }
}

ImageSize parse_size(ByteReader& reader) {
  ImageSize size;
  for (int* const number : {&size.width, &size.height, &size.channels}) *number = static_cast<int>(reader.varint(kMaxSide));
  if (!is_valid(size)) reader.fail(fmt::format("claims a picture of {}x{}x{}", size.width, size.height, size.channels));
  return size;
}

}  // namespace

void Cells::fill(int x, int y, Image& image) const {
  std::array<uint8_t, 3> colour{};
  const auto channels = static_cast<size_t>(image.size.channels);
  std::memcpy(colour.data(), image.row(y) + static_cast<size_t>(x) * channels, channels);
  fill_rect(mask_->grid.pixels(mask_->grid.cell_of(x, y)), colour, image);
}

bool is_valid(const ImageSize& size) {
  return size.width >= 1 && size.width <= kMaxSide && size.height >= 1 && size.height <= kMaxSide &&
         int64_t{size.width} * size.height <= kMaxPixels && (size.channels == 1 || size.channels == 3);
}

Record parse_record(Bytes record, const std::optional<ImageSize>& fixed, std::string_view name) {
  ByteReader reader(record, name, "");
  Record parsed;
  parsed.size = fixed ? *fixed : parse_size(reader);
  if (parsed.size.bytes() / kSamplesPerByte > static_cast<int64_t>(record.size()))
    reader.fail(fmt::format("claims a picture of {}x{} in {} bytes", parsed.size.width, parsed.size.height, record.size()));
  parsed.mask = parse_mask(reader, parsed.size);
  parsed.samples = reader.rest();
  return parsed;
}

void flatten_dropped(const PatchMask& mask, Image& image) {
  for (int cell = 0; cell < mask.grid.count(); ++cell) {
    if (mask.kept[static_cast<size_t>(cell)]) continue;
    const PatchRect rect = mask.grid.pixels(cell);
    fill_rect(rect, mean_of(image, rect), image);
  }
}

void encode_record(const Model& model, Image& image, const PatchMask* mask, bool fixed, std::vector<std::byte>& out) {
  DECANT_CHECK(is_valid(image.size), ==, true);
  if (mask != nullptr) {
    DECANT_CHECK(mask->grid.width(), ==, image.size.width);
    DECANT_CHECK(mask->grid.height(), ==, image.size.height);
    flatten_dropped(*mask, image);
  }
  const size_t begin = out.size();
  if (!fixed) {
    for (const int number : {image.size.width, image.size.height, image.size.channels}) append_varint(out, static_cast<uint64_t>(number));
  }
  if (mask == nullptr)
    append_varint(out, 0);
  else
    append_mask(*mask, out);
  RangeEncoder encoder(out);
  scan(model, mask, image, [&](const auto&, const Guess& guess, uint8_t value) {
    const Odds odds(model, guess);
    const auto ask = [&](int question, bool yes) { return encoder.write(yes, odds.of(question)), yes; };
    const auto digit = [&](bool set) { return encoder.write(set, kEven), set; };
    answer(value - guess.rounded(), ask, digit);
    return value;
  });
  encoder.finish();
  out.resize(std::max(out.size(), begin + static_cast<size_t>(image.size.bytes() / kSamplesPerByte)));
}

void decode_record(const Model& model, const Record& record, Image& image) {
  image.resize(record.size);
  RangeDecoder decoder(record.samples);
  scan(model, record.mask ? &*record.mask : nullptr, image, [&](const auto&, const Guess& guess, uint8_t) {
    const Odds odds(model, guess);
    const auto ask = [&](int question, bool) { return decoder.read(odds.of(question)); };
    const auto digit = [&](bool) { return decoder.read(kEven); };
    return static_cast<uint8_t>(guess.rounded() + answer(0, ask, digit));
  });
}

}  // namespace decant::packed
