// The first frame of a GIF, by hand, as PIL gives it: on a screen of the transparent colour (else
// of colour 0), its transparency dropped.
//
// How many pixels n bytes can hold. A code has at least 3 bits and stands for at most 4096 pixels,
// and needs 12 bits by then: 2,731 pixels per byte; 4096 are allowed. The screen may be larger than
// the frame, at no cost in bytes: up to 2^24 pixels to anyone, as with lossless WebP.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "decant/formats/image/each_codec.h"

namespace decant::image_codec {

namespace {

constexpr int64_t kGifPixelsPerByte = 4096;
constexpr int64_t kGifFree = int64_t{1} << 24;
constexpr unsigned kMostCodes = 4096;

struct GifFrame {
  int64_t width = 0, height = 0;  // of the screen
  int64_t left = 0, top = 0, columns = 0, lines = 0;
  bool interlaced = false;
  size_t colours_at = 0, colours = 0;  // of the palette; none: grey
  std::optional<unsigned> transparent;
  size_t codes_at = 0;  // the byte before the first block
};

class GifReader {
 public:
  GifReader(Bytes bytes, std::string_view name) : bytes_(bytes), name_(name) {}

  [[noreturn]] void truncated() const {
    fail(name_, fmt::format("is a truncated GIF: it ends at byte {}, before its first picture does", bytes_.size()), "Fetch it again");
  }
  unsigned byte(size_t at) const {
    if (at >= bytes_.size()) truncated();
    return std::to_integer<unsigned>(bytes_[at]);
  }
  unsigned word(size_t at) const { return byte(at) | byte(at + 1) << 8; }

  GifFrame first_frame() const {
    GifFrame frame{.width = word(6), .height = word(8)};
    size_t at = 13;
    take_palette(byte(10), at, frame);
    for (;;) {
      const unsigned block = byte(at);
      if (block == ',') break;
      if (block == ';') fail(name_, "is a GIF without a picture");
      if (block != '!') {  // PIL steps over stray bytes, too
        ++at;
        continue;
      }
      if (byte(at + 1) == 0xf9 && byte(at + 2) >= 4 && (byte(at + 3) & 1) != 0) frame.transparent = byte(at + 6);
      at += 2;
      while (byte(at) != 0) at += 1 + byte(at);
      ++at;
    }
    take_descriptor(at, frame);
    return frame;
  }

 private:
  void take_palette(unsigned flags, size_t& at, GifFrame& frame) const {
    if ((flags & 0x80) == 0) return;
    frame.colours_at = at;
    frame.colours = size_t{2} << (flags & 7);
    at += 3 * frame.colours;
    if (at > bytes_.size()) truncated();
  }

  void take_descriptor(size_t at, GifFrame& frame) const {
    frame.left = word(at + 1);
    frame.top = word(at + 3);
    frame.columns = word(at + 5);
    frame.lines = word(at + 7);
    frame.width = std::max(frame.width, frame.left + frame.columns);
    frame.height = std::max(frame.height, frame.top + frame.lines);
    const unsigned flags = byte(at + 9);
    frame.interlaced = (flags & 0x40) != 0;
    at += 10;
    take_palette(flags, at, frame);
    frame.codes_at = at;
    check_claim(name_, frame.columns, frame.lines, kMaxPixels, bytes_.size());
    check_claim(name_, frame.width, frame.height, std::max(kGifFree, kGifPixelsPerByte * std::ssize(bytes_)), bytes_.size());
  }

  Bytes bytes_;
  std::string_view name_;
};

/// The codes, across blocks.
class GifCodes {
 public:
  GifCodes(const GifReader& gif, size_t at) : gif_(gif), at_(at) {}

  unsigned next(unsigned bits) {
    while (held_ < bits) {
      if (left_ == 0) {
        left_ = gif_.byte(at_++);
        if (left_ == 0) gif_.truncated();
      }
      buffer_ |= static_cast<uint32_t>(gif_.byte(at_++)) << held_;
      --left_;
      held_ += 8;
    }
    const unsigned code = buffer_ & ((1u << bits) - 1);
    buffer_ >>= bits;
    held_ -= bits;
    return code;
  }

 private:
  const GifReader& gif_;
  size_t at_;
  unsigned left_ = 0;
  uint32_t buffer_ = 0;
  unsigned held_ = 0;
};

/// LZW: fills `pixels`, palette entries line after line as they are stored.
void unpack_lzw(const GifReader& gif, std::string_view name, size_t at, std::vector<uint8_t>& pixels) {
  const unsigned depth = gif.byte(at);
  if (depth < 1 || depth > 8) fail(name, "is a damaged GIF: its codes have an impossible size");
  GifCodes codes(gif, at + 1);
  const unsigned clear = 1u << depth;
  thread_local std::array<uint16_t, kMostCodes> before;
  thread_local std::array<uint8_t, kMostCodes> last;
  std::array<uint8_t, kMostCodes> reversed;
  unsigned bits = depth + 1;
  unsigned known = clear + 2;
  constexpr unsigned kNone = kMostCodes;
  unsigned previous = kNone;
  uint8_t first = 0;
  for (size_t done = 0; done < pixels.size();) {
    const unsigned code = codes.next(bits);
    if (code == clear) {
      bits = depth + 1;
      known = clear + 2;
      previous = kNone;
      continue;
    }
    if (code == clear + 1) gif.truncated();
    if (code > known || (code == known && previous == kNone) || (previous == kNone && code >= clear))
      fail(name, "is a damaged GIF: a code comes before it is defined");
    size_t length = 0;
    unsigned walk = code;
    if (code == known) {
      reversed[length++] = first;
      walk = previous;
    }
    while (walk >= clear) {
      reversed[length++] = last[walk];
      walk = before[walk];
    }
    first = static_cast<uint8_t>(walk);
    reversed[length++] = first;
    if (previous != kNone && known < kMostCodes) {
      before[known] = static_cast<uint16_t>(previous);
      last[known] = first;
      ++known;
      if (known == 1u << bits && bits < 12) ++bits;
    }
    previous = code;
    while (length > 0 && done < pixels.size()) pixels[done++] = reversed[--length];
  }
}

/// Where the stored line `index` belongs.
int64_t gif_line_of(int64_t index, int64_t lines, bool interlaced) {
  if (!interlaced) return index;
  constexpr std::array<std::array<int64_t, 2>, 4> kPasses = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  for (const auto& [begin, step] : kPasses) {
    const int64_t of_pass = begin < lines ? (lines - begin + step - 1) / step : 0;
    if (index < of_pass) return begin + index * step;
    index -= of_pass;
  }
  return 0;
}

/// The colours of all 256 entries; those beyond the palette are black.
std::array<uint8_t, 768> gif_palette(Bytes bytes, const GifFrame& frame) {
  std::array<uint8_t, 768> palette = {};
  for (size_t i = 0; i < 768; ++i) {
    if (frame.colours == 0)
      palette[i] = static_cast<uint8_t>(i / 3);
    else if (i < 3 * frame.colours)
      palette[i] = std::to_integer<uint8_t>(bytes[frame.colours_at + i]);
  }
  return palette;
}

ImageSize probe_gif(Bytes bytes, std::string_view name) {
  const GifFrame frame = GifReader(bytes, name).first_frame();
  return {static_cast<int>(frame.width), static_cast<int>(frame.height), 3};
}

void decode_gif(Bytes bytes, std::string_view name, int /*min_side*/, Image& image) {
  const GifReader gif(bytes, name);
  const GifFrame frame = gif.first_frame();
  thread_local std::vector<uint8_t> entries;
  entries.resize(static_cast<size_t>(frame.columns * frame.lines));
  unpack_lzw(gif, name, frame.codes_at, entries);
  const std::array<uint8_t, 768> palette = gif_palette(bytes, frame);
  image.resize({static_cast<int>(frame.width), static_cast<int>(frame.height), 3});
  const auto paint = [&](uint8_t* pixel, unsigned entry) {
    std::copy_n(palette.begin() + 3 * static_cast<std::ptrdiff_t>(entry), 3, pixel);
  };
  for (size_t i = 0; i < image.pixels.size(); i += 3) paint(&image.pixels[i], frame.transparent.value_or(0));
  for (int64_t i = 0; i < frame.lines; ++i) {
    const int64_t y = frame.top + gif_line_of(i, frame.lines, frame.interlaced);
    uint8_t* out = image.row(static_cast<int>(y)) + 3 * frame.left;
    for (int64_t x = 0; x < frame.columns; ++x, out += 3) paint(out, entries[static_cast<size_t>(i * frame.columns + x)]);
  }
}

}  // namespace

const CodecEntry& gif_codec() {
  static const CodecEntry entry = {Codec::gif, "GIF",
                                   ".gif",     [](Bytes bytes) { return starts_with(bytes, "GIF87a") || starts_with(bytes, "GIF89a"); },
                                   probe_gif,  decode_gif};
  return entry;
}

}  // namespace decant::image_codec
