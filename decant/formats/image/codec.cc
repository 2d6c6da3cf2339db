#include "decant/formats/image/codec.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "decant/formats/image/each_codec.h"

namespace decant {

namespace {

constexpr std::string_view kPng("\x89PNG\r\n\x1a\n", 8);

bool starts_with(Bytes bytes, std::string_view signature) {
  return as_text(bytes).starts_with(signature);
}

/// Formats people do have lying about, so that the message can name them.
std::string_view other_format(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> known = {{
      {{"II*\0", 4}, "TIFF"},
      {{"MM\0*", 4}, "TIFF"},
      {"P4", "PBM"},
      {"P5", "PGM"},
      {"P6", "PPM"},
      {"8BPS", "Photoshop"},
      {"%PDF", "PDF"},
  }};
  for (const auto& [signature, format] : known) {
    if (text.starts_with(signature)) return format;
  }
  if (text.size() >= 12 && text.substr(4, 4) == "ftyp") return "HEIC, AVIF or video";
  return {};
}

/// 'hello wo' for text, "de ad be ef" for the rest.
std::string first_bytes(std::string_view text) {
  text = text.substr(0, 16);
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return (c >= ' ' && c < 127) || c == '\n' || c == '\r'; });
  std::string shown;
  if (printable) {
    for (const char c : text.substr(0, text.find_first_of("\r\n"))) shown += c;
    return "'" + shown + "'";
  }
  for (const char c : text.substr(0, 8)) shown += fmt::format("{}{:02x}", shown.empty() ? "" : " ", static_cast<unsigned char>(c));
  return shown;
}

[[noreturn]] void fail_unknown(Bytes bytes, std::string_view name) {
  if (bytes.empty()) image_codec::fail(name, "is empty");
  const std::string_view text = as_text(bytes);
  if (const std::string_view format = other_format(text); !format.empty())
    image_codec::fail(name, fmt::format("is a {} file; JPEG, PNG, WebP, BMP and GIF are supported", format), "Convert it to one of these");
  image_codec::fail(name, fmt::format("is not a JPEG, PNG or WebP file (starts with {})", first_bytes(text)));
}

}  // namespace

namespace image_codec {

Codec codec_or_fail(Bytes bytes, std::string_view name) {
  const auto codec = codec_of(bytes);
  if (!codec) fail_unknown(bytes, name);
  return *codec;
}

void check_claim(std::string_view name, int64_t width, int64_t height, int64_t possible, size_t encoded_bytes) {
  if (width <= 0 || height <= 0) fail(name, fmt::format("claims a size of {} × {} pixels", width, height));
  if (height > kMaxPixels / width) fail(name, fmt::format("claims {} × {} pixels, more than the supported {}", width, height, kMaxPixels));
  if (width * height > possible)
    fail(name, fmt::format("claims {} × {} pixels in {} bytes, more than the format can hold", width, height, encoded_bytes));
}

}  // namespace image_codec

std::optional<Codec> codec_of(Bytes bytes) {
  if (starts_with(bytes, "\xff\xd8\xff")) return Codec::jpeg;
  if (starts_with(bytes, kPng)) return Codec::png;
  if (starts_with(bytes, "RIFF") && bytes.size() >= 12 && as_text(bytes).substr(8, 4) == "WEBP") return Codec::webp;
  if (starts_with(bytes, "BM")) return Codec::bmp;
  if (starts_with(bytes, "GIF87a") || starts_with(bytes, "GIF89a")) return Codec::gif;
  return std::nullopt;
}

const char* extension_of(Codec codec) {
  switch (codec) {
    case Codec::jpeg:
      return ".jpg";
    case Codec::png:
      return ".png";
    case Codec::webp:
      return ".webp";
    case Codec::bmp:
      return ".bmp";
    case Codec::gif:
      return ".gif";
  }
  return "";
}

ImageSize probe_image(Bytes bytes, std::string_view name) {
  switch (image_codec::codec_or_fail(bytes, name)) {
    case Codec::jpeg:
      return image_codec::probe_jpeg(bytes, name);
    case Codec::png:
      return image_codec::probe_png(bytes, name);
    case Codec::webp:
      return image_codec::probe_webp(bytes, name);
    case Codec::bmp:
      return image_codec::probe_bmp(bytes, name);
    case Codec::gif:
      return image_codec::probe_gif(bytes, name);
  }
  return {};
}

void decode_image(Bytes bytes, std::string_view name, Image& image) {
  decode_image_at_least(bytes, name, 0, image);
}

void decode_image_at_least(Bytes bytes, std::string_view name, int min_side, Image& image) {
  switch (image_codec::codec_or_fail(bytes, name)) {
    case Codec::jpeg:
      return image_codec::decode_jpeg(bytes, name, min_side, image);
    case Codec::png:
      return image_codec::decode_png(bytes, name, image);
    case Codec::webp:
      return image_codec::decode_webp(bytes, name, image);
    case Codec::bmp:
      return image_codec::decode_bmp(bytes, name, image);
    case Codec::gif:
      return image_codec::decode_gif(bytes, name, image);
  }
}

}  // namespace decant
