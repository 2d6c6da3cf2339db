#include "decant/formats/image/codec.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "decant/formats/image/each_codec.h"

namespace decant {

namespace {

const std::vector<const image_codec::CodecEntry*>& all_codecs() {
  using namespace image_codec;
  static const std::vector<const CodecEntry*> all = {
      &jpeg_codec(), &png_codec(), &webp_codec(), &bmp_codec(), &gif_codec(), &tiff_codec(), &pnm_codec(),
#ifdef DECANT_HAS_AVIF
      &avif_codec(),
#endif
  };
  return all;
}

const image_codec::CodecEntry* entry_of(Bytes bytes) {
  const auto found = std::ranges::find_if(all_codecs(), [&](const auto* entry) { return entry->recognises(bytes); });
  return found == all_codecs().end() ? nullptr : *found;
}

/// Formats people do have lying about, so that the message can name them.
std::string_view other_format(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 2> known = {{{"8BPS", "Photoshop"}, {"%PDF", "PDF"}}};
  for (const auto& [signature, format] : known) {
    if (text.starts_with(signature)) return format;
  }
  if (text.size() < 12 || text.substr(4, 4) != "ftyp") return {};
  return text.substr(8, 4) == "avif" ? "AVIF" : "HEIC or video";
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
    image_codec::fail(name, fmt::format("is a {} file; {} are supported", format, codec_names()), "Convert it to one of these");
  image_codec::fail(name, fmt::format("is no picture of a known format (starts with {})", first_bytes(text)));
}

const image_codec::CodecEntry& entry_or_fail(Bytes bytes, std::string_view name) {
  const image_codec::CodecEntry* const entry = entry_of(bytes);
  if (entry == nullptr) fail_unknown(bytes, name);
  return *entry;
}

}  // namespace

namespace image_codec {

Codec codec_or_fail(Bytes bytes, std::string_view name) {
  return entry_or_fail(bytes, name).codec;
}

void check_claim(std::string_view name, int64_t width, int64_t height, int64_t possible, size_t encoded_bytes) {
  if (width <= 0 || height <= 0) fail(name, fmt::format("claims a size of {} × {} pixels", width, height));
  if (height > kMaxPixels / width) fail(name, fmt::format("claims {} × {} pixels, more than the supported {}", width, height, kMaxPixels));
  if (width * height > possible)
    fail(name, fmt::format("claims {} × {} pixels in {} bytes, more than the format can hold", width, height, encoded_bytes));
}

}  // namespace image_codec

std::optional<Codec> codec_of(Bytes bytes) {
  const image_codec::CodecEntry* const entry = entry_of(bytes);
  return entry == nullptr ? std::nullopt : std::optional(entry->codec);
}

const char* extension_of(Codec codec) {
  return (*std::ranges::find_if(all_codecs(), [&](const auto* entry) { return entry->codec == codec; }))->extension;
}

std::string codec_names() {
  std::string names;
  for (const image_codec::CodecEntry* const entry : all_codecs()) {
    const bool last = entry == all_codecs().back();
    names += (names.empty() ? "" : last ? " and " : ", ") + std::string(entry->name);
  }
  return names;
}

ImageSize probe_image(Bytes bytes, std::string_view name) {
  return entry_or_fail(bytes, name).probe(bytes, name);
}

void decode_image(Bytes bytes, std::string_view name, Image& image) {
  decode_image_at_least(bytes, name, 0, image);
}

void decode_image_at_least(Bytes bytes, std::string_view name, int min_side, Image& image) {
  entry_or_fail(bytes, name).decode(bytes, name, min_side, image);
}

}  // namespace decant
