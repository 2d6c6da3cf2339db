// Encoded pictures ↔ pixels: JPEG (libjpeg-turbo), PNG (libspng), WebP (libwebp), and read only:
// TIFF (libtiff), AVIF (libavif, where the build has it), BMP, PNM, and of GIF and animated WebP
// the first frame.
//
// The content decides the codec, never the file's name: "cat.jpg" may well hold a PNG, and both PIL
// and browsers open it.
//
// The pixels are those that torchvision's default loader would hand to training, PIL's
// `Image.open(f).convert("RGB")`:
//   * alpha is dropped, not blended; palettes are expanded; 1, 2 and 4-bit grey is scaled to 0…255;
//   * JPEG by the accurate integer DCT with smooth ("fancy") chroma upsampling; CMYK and YCCK as
//     PIL:
//   inverted, then R = K − (255−C)·K/255;
//   * no EXIF rotation, no gamma, no colour profile: PIL applies none either. A TIFF is turned as
//     its own tag says, as in PIL.
// Two known differences. A grey picture stays one channel, since whoever wants three can repeat it.
// 16-bit grey keeps its upper 8 bits, where PIL clips every value above 255 to white and so
// destroys the picture.
//
// Hostile bytes. The size that a header claims is checked against the bytes that are there before
// anything is allocated: at most 2^28 pixels (16,384 × 16,384) in all, and no more than the format
// can express in so many bytes (the derivations are in each codec's file). A file that ends
// too early is an error, as in PIL ("image file is truncated"); damage inside that the decoder can
// step over (libjpeg's warnings) is not, as in PIL.
//
// All functions are thread-safe. JPEG keeps its decoder from call to call, one per thread. Every
// failure is an InputError whose `file` is `name`; the Image or vector handed in then holds
// anything.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"
#include "decant/data/image.h"

namespace decant {

enum class Codec { jpeg, png, webp, bmp, gif, tiff, pnm, avif };

/// By the first bytes; nullopt when they are none of these.
std::optional<Codec> codec_of(Bytes bytes);
/// ".jpg", ".png", ".webp", … REQUIRES: a codec that this build has.
const char* extension_of(Codec codec);
/// "JPEG, PNG, … and GIF": those that this build reads.
std::string codec_names();

/// Width, height and channels (1 or 3) from the header alone: a few hundred bytes are read, nothing
/// is decoded.
ImageSize probe_image(Bytes bytes, std::string_view name);

/// Decodes into `image`, whose allocation is used again. About 5 ms for a megapixel of JPEG.
void decode_image(Bytes bytes, std::string_view name, Image& image);

/// As decode_image, but a JPEG whose shorter side is at least 2, 4 or 8 times `min_side` is decoded
/// at that fraction; its shorter side is still ≥ min_side. Entropy decoding remains, so half the
/// size saves a fifth of the time, an eighth saves more, and the memory falls with the area. The
/// pixels are averages made in the DCT domain, not those of decode-then-resize: this is for
/// thumbnails and features, never where exact pixels count. Other codecs decode in full.
void decode_image_at_least(Bytes bytes, std::string_view name, int min_side, Image& image);

enum class Chroma { full, half };  ///< 4:4:4, or 4:2:0 (half the resolution each way: smaller, and what cameras write)

/// `out` is replaced. REQUIRES: 1 ≤ quality ≤ 100, channels 1 or 3, sides 1…65,500.
void encode_jpeg(ImageView image, int quality, std::vector<std::byte>& out, Chroma chroma = Chroma::half);
/// `out` is replaced. Lossless. REQUIRES: channels 1 or 3, sides ≥ 1.
void encode_png(ImageView image, std::vector<std::byte>& out);

/// Pixels that are places in a palette of at most 256 colours.
struct IndexedImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;                  ///< (height, width)
  std::vector<std::array<uint8_t, 4>> palette;  ///< red, green, blue, and how opaque
};
/// As a PNG of a palette. REQUIRES: every pixel has its colour, sides ≥ 1.
void encode_png(const IndexedImage& image, std::vector<std::byte>& out);

}  // namespace decant
