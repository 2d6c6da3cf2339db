// PNGs of masks, of every form, made by hand: signature, chunks with their checksums, deflated
// lines.
#pragma once

#include <string>
#include <vector>
#include <zlib.h>

namespace decant::mask_files {

inline std::string be32(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift);
  return bytes;
}

inline std::string mask_chunk(const std::string& type, const std::string& content) {
  const std::string covered = type + content;
  const uLong crc = ::crc32(0, reinterpret_cast<const Bytef*>(covered.data()), static_cast<uInt>(covered.size()));
  return be32(static_cast<uint32_t>(content.size())) + covered + be32(static_cast<uint32_t>(crc));
}

inline std::string deflated(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string out(size, '\0');
  ::compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()), text.size());
  out.resize(size);
  return out;
}

struct MaskForm {
  int colour_type = 0;  ///< 0 grey, 2 colours, 3 palette, 4 grey and alpha, 6 colours and alpha
  int bits = 8;
  int interlaced = 0;
  int palette = 0;  ///< colours in it
};

/// `lines`: packed samples of each line.
inline std::string mask_png(int width, const std::vector<std::string>& lines, const MaskForm& kind = {}) {
  std::string raw;
  for (const std::string& line : lines) raw += std::string(1, '\0') + line;
  std::string header = be32(static_cast<uint32_t>(width)) + be32(static_cast<uint32_t>(lines.size()));
  for (const int byte : {kind.bits, kind.colour_type, 0, 0, kind.interlaced}) header += static_cast<char>(byte);
  std::string png = std::string("\x89PNG\r\n\x1a\n", 8) + mask_chunk("IHDR", header);
  if (kind.palette > 0) png += mask_chunk("PLTE", std::string(static_cast<size_t>(3 * kind.palette), '\x40'));
  return png + mask_chunk("IDAT", deflated(raw)) + mask_chunk("IEND", "");
}

/// Grey, 8 bits, 4 × 1, in the passes of Adam7: pixel 0, then pixel 2, then 1 and 3.
inline std::string interlaced_line_of_four(const std::vector<int>& values) {
  std::string png = mask_png(4,
                             {std::string(1, static_cast<char>(values[0])),
                              std::string(1, static_cast<char>(values[2])),
                              {static_cast<char>(values[1]), static_cast<char>(values[3])}},
                             {.interlaced = 1});
  png.replace(20, 4, be32(1));
  const std::string header = png.substr(12, 17);
  return png.replace(
      29, 4, be32(static_cast<uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(header.data()), static_cast<uInt>(header.size())))));
}

/// A grey mask of 8 bits.
inline std::string grey_mask(int width, const std::vector<int>& values) {
  std::vector<std::string> lines(values.size() / static_cast<size_t>(width));
  for (size_t i = 0; i < values.size(); ++i) lines[i / static_cast<size_t>(width)] += static_cast<char>(values[i]);
  return mask_png(width, lines);
}

inline std::string rgb_mask(int width, const std::vector<uint32_t>& colours) {
  std::vector<std::string> lines(colours.size() / static_cast<size_t>(width));
  for (size_t i = 0; i < colours.size(); ++i) {
    for (int shift = 16; shift >= 0; shift -= 8) lines[i / static_cast<size_t>(width)] += static_cast<char>(colours[i] >> shift);
  }
  return mask_png(width, lines, {.colour_type = 2});
}

}  // namespace decant::mask_files
