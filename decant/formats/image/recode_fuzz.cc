// Damaged pictures of every codec, re-coded: it is an InputError, or a picture of the promised
// size. With nothing taken the pixels are those of the source, and re-coding again changes nothing.
//
// The input is the settings, the number of a picture that is made here, and what is changed in its
// bytes: place (2 bytes) and value, again and again. Without that no input would get beyond the
// first checksum or Huffman table. Number 255: the rest of the input is the file.
#include <algorithm>
#include <array>
#include <cstring>
#include <webp/encode.h>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/jpeg_for_tests.h"
#include "decant/formats/image/recode.h"

namespace {

using namespace decant;

std::vector<std::byte> drawn_webp(Random& random) {
  std::vector<uint8_t> rgb(24 * 20 * 3);
  for (uint8_t& value : rgb) value = static_cast<uint8_t>(random.below(4) * 60);
  uint8_t* encoded = nullptr;
  const size_t size = WebPEncodeLosslessRGB(rgb.data(), 24, 20, 24 * 3, &encoded);
  const auto* begin = reinterpret_cast<const std::byte*>(encoded);
  std::vector<std::byte> bytes(begin, begin + size);
  WebPFree(encoded);
  return bytes;
}

std::vector<std::byte> drawn_png(Random& random, int channels) {
  Image image;
  image.resize({24, 20, channels});
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  std::vector<std::byte> bytes;
  encode_png(image.view(), bytes);
  return bytes;
}

std::vector<std::byte> with_dropped_cells(const std::vector<std::byte>& source) {
  PatchMask mask = PatchMask::whole(patch_grid_of(source, "", 3));
  mask.kept[0] = false;
  std::vector<std::byte> out;
  recode(source, "", {.mask = &mask}, out);
  return out;
}

const std::vector<std::vector<std::byte>>& originals() {
  static const auto made = [] {
    Random random(1, "fuzz");
    std::vector<std::vector<std::byte>> files = {drawn_png(random, 1), drawn_png(random, 3), drawn_webp(random)};
    for (const JpegFactors& factors : jpeg_samplings()) {
      for (const bool progressive : {false, true})
        files.push_back(make_jpeg({.width = 50, .height = 35, .factors = factors, .progressive = progressive, .restart = 2}, random));
    }
    files.push_back(make_jpeg({.width = 50, .height = 35, .arithmetic = true}, random));
    for (size_t i = 0, whole = files.size(); i < whole; i += 2) files.push_back(with_dropped_cells(files[i]));
    return files;
  }();
  return made;
}

std::vector<std::byte> changed_file(size_t number, Bytes rest) {
  if (number == 255) return {rest.begin(), rest.end()};
  std::vector<std::byte> file = originals()[number % originals().size()];
  for (; rest.size() >= 3; rest = rest.subspan(3)) {
    const size_t place = std::to_integer<size_t>(rest[0]) << 8 | std::to_integer<size_t>(rest[1]);
    file[place % file.size()] = rest[2];
  }
  return file;
}

/// Nothing where the bytes do not decode.
std::optional<Image> decoded_or_none(Bytes bytes) {
  Image image;
  try {
    decode_image(bytes, "fuzz", image);
  } catch (const InputError&) {
    return std::nullopt;
  }
  return image;
}

/// libjpeg smooths progressive pictures whose last scans are missing, and a re-coded one has all.
bool may_be_progressive(Bytes file) {
  return as_text(file).find("\xff\xc2") != std::string_view::npos || as_text(file).find("\xff\xca") != std::string_view::npos;
}

void check_untouched(Bytes file, const std::vector<std::byte>& result) {
  DECANT_CHECK(result.size(), <=, file.size());
  const std::optional<Image> before = decoded_or_none(file);
  const std::optional<Image> after = decoded_or_none(result);
  DECANT_CHECK(before.has_value(), ==, after.has_value());
  if (before && !may_be_progressive(file)) DECANT_CHECK((before->pixels == after->pixels), ==, true);
  std::vector<std::byte> again;
  recode(result, "fuzz", {}, again);
  DECANT_CHECK((again == result), ==, true);
}

void check_smaller(Bytes file, const std::vector<std::byte>& result, const PatchMask& mask, int eighths) {
  const std::optional<PatchMask> stored = stored_mask(result, "fuzz");
  DECANT_CHECK((stored.has_value() || mask.dropped_count() == 0), ==, true);
  if (mask.dropped_count() > 0) DECANT_CHECK((stored->grid == mask.grid), ==, true);
  for (size_t i = 0; mask.dropped_count() > 0 && i < mask.kept.size(); ++i) DECANT_CHECK((!stored->kept[i] || mask.kept[i]), ==, true);
  if (!decoded_or_none(file)) return;
  const std::optional<Image> after = decoded_or_none(result);
  DECANT_CHECK(after.has_value(), ==, true);
  const ImageSize size = probe_image(file, "fuzz");
  DECANT_CHECK((after->size == ImageSize{(size.width * eighths + 7) / 8, (size.height * eighths + 7) / 8, size.channels}), ==, true);
}

void try_all(Bytes file, int cells, int quality, int eighths, uint64_t seed) {
  const ImageSize size = probe_image(file, "fuzz");
  if (int64_t{size.width} * size.height > (1 << 16)) return;  // legal, only slow
  std::vector<std::byte> result;
  recode(file, "fuzz", {}, result);
  check_untouched(file, result);
  Random random(seed);
  const PatchMask mask = random_mask(patch_grid_of(file, "fuzz", cells, eighths), random);
  recode(file, "fuzz", {.mask = &mask, .quality = quality, .eighths = eighths}, result);
  check_smaller(file, result, mask, eighths);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 5) return 0;
  const bool smaller = data[3] % 3 == 0;  // otherwise cells alone, which every codec knows
  try {
    const std::vector<std::byte> file = changed_file(data[0], std::as_bytes(std::span(data + 5, size - 5)));
    try_all(file, 1 + data[1] % 16, smaller ? data[2] % 101 : 0, smaller ? 1 + data[3] % 8 : 8, data[4]);
  } catch (const InputError&) {
  }
  return 0;
}
