// JPEG by libjpeg-turbo's classic API.
//
// Trap 1: libjpeg reports errors by a callback that must not return. The callback longjmps, and a
// longjmp over a C++ object with a destructor is undefined. So the rule here: a function that calls
// setjmp holds only plain values, calls nothing but libjpeg, and says by a bool whether it got
// through; everything with a destructor lives in its caller.
//
// Trap 2: when a file ends too early, libjpeg warns, invents an end mark and paints the rest grey.
// Our source reports an error at the first byte asked for beyond the end, so that a truncated file
// is one. This is when PIL complains, too: also when nothing but the end mark itself is missing.
//
// How many pixels n bytes can hold. A Huffman code has at least one bit. Baseline: a block of 8 × 8
// costs at least two (its DC and its end of block), progressive: one (the DC; a run of ends of
// block covers 32,767 blocks). The picture's size follows from the largest sampling factors (4 × 4
// at most) over all components, and the least for which both are reached is 9 blocks (4 × 1, 1 × 4,
// 1 × 1) for 32 × 32 pixels: 1024 pixels for 9 bits, 910 a byte. Hence: at most 1024 pixels per
// byte. Arithmetic coding can go beyond that for a solid colour; such a file is refused.
//
// A progressive file can also hold thousands of empty scans, each of which costs a pass over the
// whole picture: more than 500 are refused.
#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <jerror.h>
#include <jpeglib.h>

#include "decant/formats/image/codec.h"
#include "decant/formats/image/each_codec.h"

namespace decant {

namespace {

constexpr int64_t kPixelsPerByte = 1024;
constexpr int kMaxScans = 500;

/// What the callbacks of one (de)compressor share. Plain values only: it is reached from C.
struct Trouble {
  jpeg_error_mgr manager{};  // first: libjpeg's pointer to it is ours
  std::jmp_buf jump{};
  bool ended = false;
  char message[JMSG_LENGTH_MAX] = "";
};

Trouble& trouble_of(j_common_ptr info) {
  return *reinterpret_cast<Trouble*>(info->err);
}

extern "C" {

[[noreturn]] static void decant_jpeg_error(j_common_ptr info) {
  Trouble& trouble = trouble_of(info);
  info->err->format_message(info, trouble.message);
  std::longjmp(trouble.jump, 1);
}

static void decant_jpeg_message(j_common_ptr, int) {}
static void decant_jpeg_init_source(j_decompress_ptr) {}

static boolean decant_jpeg_fill(j_decompress_ptr info) {
  trouble_of(reinterpret_cast<j_common_ptr>(info)).ended = true;
  info->err->msg_code = JERR_INPUT_EOF;
  decant_jpeg_error(reinterpret_cast<j_common_ptr>(info));
}

static void decant_jpeg_skip(j_decompress_ptr info, long count) {
  if (count <= 0) return;
  if (static_cast<size_t>(count) > info->src->bytes_in_buffer) decant_jpeg_fill(info);
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= static_cast<size_t>(count);
}

static void decant_jpeg_progress(j_common_ptr common) {
  const auto info = reinterpret_cast<j_decompress_ptr>(common);
  if (info->is_decompressor == 0 || info->input_scan_number <= kMaxScans) return;
  std::snprintf(trouble_of(common).message, JMSG_LENGTH_MAX, "more than %d scans", kMaxScans);
  std::longjmp(trouble_of(common).jump, 1);
}

}  // extern "C"

void install(Trouble& trouble) {
  jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = decant_jpeg_error;
  trouble.manager.emit_message = decant_jpeg_message;
}

/// One decoder, kept by its thread: creating one costs as much as decoding a thumbnail.
class Decoder {
 public:
  Decoder() {
    install(trouble_);
    info_.err = &trouble_.manager;
    usable_ = create();
    source_.init_source = decant_jpeg_init_source;
    source_.fill_input_buffer = decant_jpeg_fill;
    source_.skip_input_data = decant_jpeg_skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = decant_jpeg_init_source;
    progress_.progress_monitor = decant_jpeg_progress;
    if (!usable_) return;
    info_.src = &source_;
    info_.progress = &progress_;
  }
  ~Decoder() {
    if (usable_) jpeg_destroy_decompress(&info_);
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Reads up to the first scan; returns the size and leaves the decoder ready for decode().
  ImageSize open(Bytes bytes, std::string_view name) {
    if (!usable_) throw IoError({std::string(name), "", "libjpeg cannot start: " + std::string(trouble_.message), ""});
    jpeg_abort_decompress(&info_);
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
    source_.bytes_in_buffer = bytes.size();
    trouble_.ended = false;
    if (!read_header()) fail_here(name, bytes.size());
    image_codec::check_claim(name, info_.image_width, info_.image_height, static_cast<int64_t>(bytes.size()) * kPixelsPerByte,
                             bytes.size());
    const int components = info_.num_components;
    if (components != 1 && components != 3 && components != 4)
      image_codec::fail(name, fmt::format("is a JPEG of {} colour components; 1, 3 and 4 are supported", components));
    return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height), components == 1 ? 1 : 3};
  }

  void decode(Bytes bytes, std::string_view name, int min_side, Image& image) {
    const ImageSize full = open(bytes, name);
    info_.scale_denom = 8;
    info_.scale_num = eighths_for(std::min(full.width, full.height), min_side);
    info_.dct_method = JDCT_ISLOW;
    info_.out_color_space = full.channels == 1 ? JCS_GRAYSCALE : info_.num_components == 4 ? JCS_CMYK : JCS_RGB;
    if (!start()) fail_here(name, bytes.size());
    const ImageSize size{static_cast<int>(info_.output_width), static_cast<int>(info_.output_height), full.channels};
    image.resize(size);
    const bool through = info_.num_components == 4 ? read_cmyk(image) : read_plain(image);
    if (!through) fail_here(name, bytes.size());
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

  bool create() noexcept {
    if (setjmp(trouble_.jump) != 0) return false;
    jpeg_create_decompress(&info_);
    return true;
  }

  bool read_header() noexcept {
    if (setjmp(trouble_.jump) != 0) return false;
    jpeg_read_header(&info_, TRUE);
    return true;
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

  [[noreturn]] void fail_here(std::string_view name, size_t size) const {
    if (trouble_.ended)
      image_codec::fail(name, fmt::format("is a truncated JPEG: it ends at byte {}, before its picture does", size), "Fetch it again");
    image_codec::fail(name, "is a damaged JPEG: " + std::string(trouble_.message));
  }

  bool usable_ = false;
  jpeg_decompress_struct info_{};
  Trouble trouble_;
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  std::vector<JSAMPROW> rows_;
  std::vector<uint8_t> line_;
};

Decoder& decoder_of_this_thread() {
  thread_local Decoder decoder;
  return decoder;
}

struct Encoding {
  jpeg_compress_struct info{};
  Trouble trouble;
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

ImageSize probe_jpeg(Bytes bytes, std::string_view name) {
  return decoder_of_this_thread().open(bytes, name);
}

void decode_jpeg(Bytes bytes, std::string_view name, int min_side, Image& image) {
  decoder_of_this_thread().decode(bytes, name, min_side, image);
}

}  // namespace image_codec

void encode_jpeg(ImageView image, int quality, std::vector<std::byte>& out, Chroma chroma) {
  Encoding work;
  install(work.trouble);
  work.info.err = &work.trouble.manager;
  if (!compress(work, image, quality, chroma)) image_codec::fail("", "cannot encode as JPEG: " + std::string(work.trouble.message));
  const auto* begin = reinterpret_cast<const std::byte*>(work.data);
  out.assign(begin, begin + work.size);
}

}  // namespace decant
