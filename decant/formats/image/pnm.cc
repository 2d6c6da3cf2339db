// PBM, PGM and PPM by hand, plain (P1 to P3) and packed (P4 to P6): a header of numbers, then the
// samples, each as v · 255 / most. Packed ones bound the pixels by the file's length, plain ones by
// half of it.
#include <cctype>
#include <cmath>

#include "decant/formats/image/each_codec.h"

namespace decant::image_codec {
namespace {

struct PnmHeader {
  char kind = '1';
  int64_t width = 0, height = 0;
  int64_t most = 1;
  bool plain() const { return kind <= '3'; }
  bool bits() const { return kind == '1' || kind == '4'; }
  ImageSize size() const { return {static_cast<int>(width), static_cast<int>(height), kind == '3' || kind == '6' ? 3 : 1}; }
};

class PnmReader {
 public:
  PnmReader(Bytes bytes, std::string_view name) : text_(as_text(bytes)), name_(name) {}

  PnmHeader header() {
    PnmHeader header{.kind = text_[1]};
    at_ = 2;
    header.width = number();
    header.height = number();
    if (!header.bits()) header.most = number();
    if (header.most < 1 || header.most > 65535) fail(name_, fmt::format("is a damaged PNM: it claims values up to {}", header.most));
    if (at_ == text_.size()) truncated();
    ++at_;  // the one blank that ends it
    const auto bytes = static_cast<int64_t>(text_.size());
    check_claim(name_, header.width, header.height, header.kind == '4' ? 8 * bytes : bytes, text_.size());
    return header;
  }

  /// The next number of a header or a plain picture.
  int64_t number() {
    skip_blanks();
    int64_t value = 0;
    const size_t begin = at_;
    for (; at_ < text_.size() && is_digit(text_[at_]); ++at_) {
      value = value * 10 + (text_[at_] - '0');
      if (value > INT32_MAX) fail(name_, "is a damaged PNM: a number is too large");
    }
    if (at_ == begin) broken();
    return value;
  }

  /// One digit of a plain PBM, which need not be apart.
  int64_t digit() {
    skip_blanks();
    if (at_ == text_.size() || (text_[at_] != '0' && text_[at_] != '1')) broken();
    return text_[at_++] - '0';
  }

  /// The packed lines, each of so many bytes.
  const uint8_t* packed(int64_t lines, int64_t bytes) const {
    if (static_cast<int64_t>(text_.size()) - static_cast<int64_t>(at_) < lines * bytes) truncated();
    return reinterpret_cast<const uint8_t*>(text_.data()) + at_;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  void skip_blanks() {
    while (at_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '#')) {
      if (text_[at_] == '#') at_ = std::min(text_.size(), text_.find_first_of("\r\n", at_));
      if (at_ < text_.size()) ++at_;
    }
  }

  [[noreturn]] void truncated() const {
    fail(name_, fmt::format("is a truncated PNM: it ends at byte {}, before its picture does", text_.size()), "Fetch it again");
  }
  [[noreturn]] void broken() const {
    if (at_ >= text_.size()) truncated();
    fail(name_, fmt::format("is a damaged PNM: byte {} is no part of a number", at_));
  }

  std::string_view text_;
  std::string_view name_;
  size_t at_ = 0;
};

/// PIL rounds halves to the even number, as the machine does.
uint8_t scaled_sample(int64_t value, int64_t most) {
  return static_cast<uint8_t>(std::nearbyint(255.0 * static_cast<double>(std::min(value, most)) / static_cast<double>(most)));
}

bool is_pnm(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  return text.size() > 2 && text[0] == 'P' && text[1] >= '1' && text[1] <= '6' &&
         (std::isspace(static_cast<unsigned char>(text[2])) != 0 || text[2] == '#');
}

ImageSize probe_pnm(Bytes bytes, std::string_view name) {
  return PnmReader(bytes, name).header().size();
}

void decode_pnm(Bytes bytes, std::string_view name, int /*min_side*/, Image& image) {
  PnmReader file(bytes, name);
  const PnmHeader header = file.header();
  image.resize(header.size());
  const int64_t across = header.width * image.size.channels;
  if (header.plain()) {
    for (uint8_t& pixel : image.pixels)
      pixel = header.bits() ? static_cast<uint8_t>(255 * (1 - file.digit())) : scaled_sample(file.number(), header.most);
    return;
  }
  const int64_t each = header.most > 255 ? 2 : 1;
  const int64_t line = header.bits() ? (across + 7) / 8 : across * each;
  const uint8_t* stored = file.packed(header.height, line);
  for (int y = 0; y < image.size.height; ++y, stored += line) {
    uint8_t* const out = image.row(y);
    for (int64_t x = 0; x < across; ++x) {
      if (header.bits())
        out[x] = static_cast<uint8_t>((stored[x / 8] >> (7 - x % 8) & 1) != 0 ? 0 : 255);
      else
        out[x] = scaled_sample(each == 2 ? stored[2 * x] << 8 | stored[2 * x + 1] : stored[x], header.most);
    }
  }
}

}  // namespace

const CodecEntry& pnm_codec() {
  static const CodecEntry entry = {Codec::pnm, "PNM", ".ppm", is_pnm, probe_pnm, decode_pnm};
  return entry;
}

}  // namespace decant::image_codec
