// JPEG by libjpeg-turbo's classic API. How it is read: libjpeg.h.
#include <algorithm>
#include <cstdlib>

#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/libjpeg.h"

namespace decant {

namespace {

using image_codec::JpegReader;
using image_codec::JpegTrouble;

/// One decoder, kept by its thread.
class Decoder {
 public:
  ImageSize open(Bytes bytes, std::string_view name) { return reader_.open(bytes, name); }

  void decode(Bytes bytes, std::string_view name, int min_side, Image& image) {
    const ImageSize full = open(bytes, name);
    info_.scale_denom = 8;
    info_.scale_num = eighths_for(std::min(full.width, full.height), min_side);
    info_.dct_method = JDCT_ISLOW;
    info_.out_color_space = full.channels == 1 ? JCS_GRAYSCALE : info_.num_components == 4 ? JCS_CMYK : JCS_RGB;
    if (!start()) reader_.fail_here();
    const ImageSize size{static_cast<int>(info_.output_width), static_cast<int>(info_.output_height), full.channels};
    image.resize(size);
    const bool through = info_.num_components == 4 ? read_cmyk(image) : read_plain(image);
    if (!through) reader_.fail_here();
  }

 private:
  static unsigned eighths_for(int side, int min_side) {
    unsigned eighths = 8;
    while (min_side > 0 && eighths > 1 && side / 2 >= min_side) {
      side /= 2;
      eighths /= 2;
    }
    return eighths;
  }

  bool start() noexcept {
    if (setjmp(trouble_.jump) != 0) return false;
    jpeg_start_decompress(&info_);
    return true;
  }

  bool read_plain(Image& image) {
    rows_.resize(static_cast<size_t>(image.size.height));
    for (size_t y = 0; y < rows_.size(); ++y) rows_[y] = image.row(static_cast<int>(y));
    return read_rows(rows_.data());
  }

  bool read_rows(JSAMPROW* rows) noexcept {
    if (setjmp(trouble_.jump) != 0) return false;
    while (info_.output_scanline < info_.output_height)
      jpeg_read_scanlines(&info_, rows + info_.output_scanline, info_.output_height - info_.output_scanline);
    jpeg_finish_decompress(&info_);
    return true;
  }

  bool read_cmyk(Image& image) {
    line_.resize(size_t{info_.output_width} * 4);
    for (int y = 0; y < image.size.height; ++y) {
      if (!read_line(line_.data())) return false;
      cmyk_to_rgb(line_, image.row(y));
    }
    return finish();
  }

  bool read_line(JSAMPROW line) noexcept {
    if (setjmp(trouble_.jump) != 0) return false;
    jpeg_read_scanlines(&info_, &line, 1);
    return true;
  }

  bool finish() noexcept {
    if (setjmp(trouble_.jump) != 0) return false;
    jpeg_finish_decompress(&info_);
    return true;
  }

  /// The stored values are inverted (Adobe's convention, which PIL takes for granted): K is how
  /// much light black lets through.
  static void cmyk_to_rgb(const std::vector<uint8_t>& line, uint8_t* rgb) {
    for (size_t x = 0; x < line.size(); x += 4, rgb += 3) {
      const unsigned light = line[x + 3];
      for (size_t c = 0; c < 3; ++c) {
        const unsigned product = (255u - line[x + c]) * light + 128;
        const unsigned ink = ((product >> 8) + product) >> 8;  // product / 255, rounded
        rgb[c] = static_cast<uint8_t>(light > ink ? light - ink : 0);
      }
    }
  }

  JpegReader reader_;
  jpeg_decompress_struct& info_ = reader_.info();
  JpegTrouble& trouble_ = reader_.trouble();
  std::vector<JSAMPROW> rows_;
  std::vector<uint8_t> line_;
};

Decoder& decoder_of_this_thread() {
  thread_local Decoder decoder;
  return decoder;
}

struct Encoding {
  jpeg_compress_struct info{};
  JpegTrouble trouble;
  unsigned char* data = nullptr;
  unsigned long size = 0;

  ~Encoding() {
    jpeg_destroy_compress(&info);
    std::free(data);
  }
};

bool compress(Encoding& work, ImageView image, int quality, Chroma chroma) noexcept {
  if (setjmp(work.trouble.jump) != 0) return false;
  jpeg_create_compress(&work.info);
  jpeg_mem_dest(&work.info, &work.data, &work.size);
  work.info.image_width = static_cast<JDIMENSION>(image.size.width);
  work.info.image_height = static_cast<JDIMENSION>(image.size.height);
  work.info.input_components = image.size.channels;
  work.info.in_color_space = image.size.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&work.info);
  jpeg_set_quality(&work.info, quality, TRUE);
  work.info.dct_method = JDCT_ISLOW;
  const int factor = chroma == Chroma::half && image.size.channels == 3 ? 2 : 1;
  work.info.comp_info[0].h_samp_factor = factor;
  work.info.comp_info[0].v_samp_factor = factor;
  jpeg_start_compress(&work.info, TRUE);
  while (work.info.next_scanline < work.info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(image.row(static_cast<int>(work.info.next_scanline)));
    jpeg_write_scanlines(&work.info, &row, 1);
  }
  jpeg_finish_compress(&work.info);
  return true;
}

}  // namespace

namespace image_codec {

namespace {

ImageSize probe_jpeg(Bytes bytes, std::string_view name) {
  return decoder_of_this_thread().open(bytes, name);
}

void decode_jpeg(Bytes bytes, std::string_view name, int min_side, Image& image) {
  decoder_of_this_thread().decode(bytes, name, min_side, image);
}

}  // namespace

const CodecEntry& jpeg_codec() {
  static const CodecEntry entry = {Codec::jpeg, "JPEG",     ".jpg", [](Bytes bytes) { return starts_with(bytes, "\xff\xd8\xff"); },
                                   probe_jpeg,  decode_jpeg};
  return entry;
}

}  // namespace image_codec

void encode_jpeg(ImageView image, int quality, std::vector<std::byte>& out, Chroma chroma) {
  Encoding work;
  image_codec::catch_jpeg_errors(work.trouble);
  work.info.err = &work.trouble.manager;
  if (!compress(work, image, quality, chroma)) image_codec::fail("", "cannot encode as JPEG: " + std::string(work.trouble.message));
  const auto* begin = reinterpret_cast<const std::byte*>(work.data);
  out.assign(begin, begin + work.size);
}

}  // namespace decant
