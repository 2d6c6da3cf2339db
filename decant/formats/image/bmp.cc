// BMP by hand: Windows' and OS/2's headers, 1, 4 and 8 bits with a palette, 16, 24 and 32 bits of
// colour. Uncompressed rows lie as they are, so the file's length bounds the pixels; what is
// compressed (RLE) is refused. Alpha is dropped, as PIL's convert("RGB") does.
#include <algorithm>
#include <array>
#include <bit>

#include "decant/formats/image/each_codec.h"

namespace decant::image_codec {

namespace {

constexpr uint32_t kUncompressed = 0;
constexpr uint32_t kBitFields = 3;
constexpr size_t kFileHeader = 14;

struct BmpHeader {
  int64_t width = 0;
  int64_t height = 0;
  bool bottom_up = true;
  unsigned bits = 0;
  size_t colours_at = 0;    // of the palette
  size_t colour_bytes = 4;  // each: blue, green, red and perhaps nothing
  size_t colours = 0;
  size_t pixels_at = 0;
  std::array<uint32_t, 3> masks = {};  // red, green, blue, of 16 and 32 bits

  size_t line() const { return (static_cast<size_t>(width) * bits + 31) / 32 * 4; }
};

class BmpReader {
 public:
  BmpReader(Bytes bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  uint32_t number(size_t at, size_t size) const {
    if (at + size > bytes_.size())
      fail(name_, fmt::format("is a truncated BMP: it ends at byte {}, inside its header", bytes_.size()), "Fetch it again");
    uint32_t value = 0;
    for (size_t i = size; i-- > 0;) value = value << 8 | std::to_integer<uint32_t>(bytes_[at + i]);
    return value;
  }

  BmpHeader header() const {
    BmpHeader header;
    const uint32_t size = number(kFileHeader, 4);
    const bool old = size == 12;  // OS/2's
    if (!old && (size < 40 || size > 124)) fail(name_, fmt::format("is a damaged BMP: its header claims {} bytes", size));
    header.width = static_cast<int32_t>(old ? number(18, 2) : number(18, 4));
    header.height = static_cast<int32_t>(old ? number(20, 2) : number(22, 4));
    header.bits = number(old ? 24 : 28, 2);
    header.bottom_up = header.height >= 0;
    header.height = header.bottom_up ? header.height : -header.height;
    const uint32_t compression = old ? kUncompressed : number(30, 4);
    if (compression != kUncompressed && compression != kBitFields)
      fail(name_, "is a compressed BMP; only uncompressed ones are supported", "Convert it to PNG");
    header.pixels_at = number(10, 4);
    read_colours(header, old ? 3 : 4, kFileHeader + size, old ? 0 : number(46, 4));
    read_masks(header, compression);
    require_pixels(header);
    return header;
  }

 private:
  void read_colours(BmpHeader& header, size_t each, size_t at, uint32_t used) const {
    if (header.bits != 1 && header.bits != 4 && header.bits != 8) return;
    header.colours_at = at;
    header.colour_bytes = each;
    const size_t most = size_t{1} << header.bits;
    header.colours = used == 0 || used > most ? most : used;
    const size_t room = (bytes_.size() - std::min(bytes_.size(), at)) / each;
    header.colours = std::min(header.colours, room);
  }

  void read_masks(BmpHeader& header, uint32_t compression) const {
    if (header.bits == 16) header.masks = {0x7c00, 0x3e0, 0x1f};
    if (header.bits == 32) header.masks = {0xff0000, 0xff00, 0xff};
    if (compression != kBitFields) return;
    if (header.bits != 16 && header.bits != 32) fail(name_, "is a damaged BMP: it has masks for a palette");
    const size_t at = kFileHeader + 40;  // in the header, or right behind a short one
    for (size_t i = 0; i < 3; ++i) header.masks[i] = number(at + 4 * i, 4);
    for (const uint32_t mask : header.masks) {
      const int low = mask == 0 ? 0 : std::countr_zero(mask);
      if (mask == 0 || !std::has_single_bit(uint64_t{mask >> low} + 1)) fail(name_, "is a damaged BMP: its colour masks have gaps");
    }
  }

  void require_pixels(const BmpHeader& header) const {
    const std::array<unsigned, 6> depths = {1, 4, 8, 16, 24, 32};
    if (std::ranges::find(depths, header.bits) == depths.end())
      fail(name_, fmt::format("is a damaged BMP: it claims {} bits per pixel", header.bits));
    check_claim(name_, header.width, header.height, kMaxPixels, bytes_.size());
    const size_t room = bytes_.size() - std::min(bytes_.size(), header.pixels_at);
    if (header.line() * static_cast<size_t>(header.height) > room)
      fail(name_, fmt::format("is a truncated BMP: it ends at byte {}, before its picture does", bytes_.size()), "Fetch it again");
  }

  Bytes bytes_;
  std::string_view name_;
};

/// Bits of a mask, scaled to 0…255 as PIL's tables are: bits repeated, which is rounding here.
uint8_t masked(uint32_t pixel, uint32_t mask) {
  const uint32_t most = mask >> std::countr_zero(mask);
  const uint64_t value = (pixel & mask) >> std::countr_zero(mask);
  return static_cast<uint8_t>(value * 255 / most);
}

/// One line of palette entries.
void expand_palette(const uint8_t* line, const BmpHeader& header, Bytes bytes, uint8_t* out) {
  const auto* colours = reinterpret_cast<const uint8_t*>(bytes.data()) + header.colours_at;
  const unsigned per_byte = 8 / header.bits;
  for (size_t x = 0; x < static_cast<size_t>(header.width); ++x, out += 3) {
    const unsigned shift = 8 - header.bits - header.bits * static_cast<unsigned>(x % per_byte);
    const size_t index = line[x / per_byte] >> shift & ((1u << header.bits) - 1);
    const uint8_t* const colour = colours + index * header.colour_bytes;
    const bool known = index < header.colours;
    for (size_t c = 0; c < 3; ++c) out[c] = known ? colour[2 - c] : uint8_t{0};
  }
}

void expand_masks(const uint8_t* line, const BmpHeader& header, uint8_t* out) {
  const size_t step = header.bits / 8;
  for (int64_t x = 0; x < header.width; ++x, line += step) {
    uint32_t pixel = 0;
    for (size_t i = step; i-- > 0;) pixel = pixel << 8 | line[i];
    for (const uint32_t mask : header.masks) *out++ = masked(pixel, mask);
  }
}

void swap_colours(const uint8_t* line, int64_t width, uint8_t* out) {
  for (int64_t x = 0; x < width; ++x, line += 3, out += 3) {
    out[0] = line[2];
    out[1] = line[1];
    out[2] = line[0];
  }
}

ImageSize size_of_bmp(const BmpHeader& header) {
  return {static_cast<int>(header.width), static_cast<int>(header.height), 3};
}

ImageSize probe_bmp(Bytes bytes, std::string_view name) {
  return size_of_bmp(BmpReader(bytes, name).header());
}

void decode_bmp(Bytes bytes, std::string_view name, int /*min_side*/, Image& image) {
  const BmpHeader header = BmpReader(bytes, name).header();
  image.resize(size_of_bmp(header));
  const auto* const pixels = reinterpret_cast<const uint8_t*>(bytes.data()) + header.pixels_at;
  for (int y = 0; y < image.size.height; ++y) {
    const auto stored = static_cast<size_t>(header.bottom_up ? image.size.height - 1 - y : y);
    const uint8_t* const line = pixels + stored * header.line();
    if (header.bits <= 8)
      expand_palette(line, header, bytes, image.row(y));
    else if (header.bits == 24)
      swap_colours(line, header.width, image.row(y));
    else
      expand_masks(line, header, image.row(y));
  }
}

}  // namespace

const CodecEntry& bmp_codec() {
  static const CodecEntry entry = {Codec::bmp, "BMP", ".bmp", [](Bytes bytes) { return starts_with(bytes, "BM"); }, probe_bmp, decode_bmp};
  return entry;
}

}  // namespace decant::image_codec
