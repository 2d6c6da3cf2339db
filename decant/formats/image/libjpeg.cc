#include "decant/formats/image/libjpeg.h"

#include <algorithm>
#include <fmt/core.h>
#include <iterator>
#include <jerror.h>
#include <string>

#include "decant/formats/image/each_codec.h"

namespace decant::image_codec {

namespace {

constexpr int64_t kPixelsPerByte = 1024;
constexpr int kMaxScans = 500;
constexpr unsigned kWholeMarker = 0xffff;
constexpr int kFilesOfAReader = 16;

JpegTrouble& trouble_of(j_common_ptr info) {
  return *reinterpret_cast<JpegTrouble*>(info->err);
}

extern "C" {

[[noreturn]] static void decant_jpeg_error(j_common_ptr info) {
  JpegTrouble& trouble = trouble_of(info);
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

}  // namespace

void catch_jpeg_errors(JpegTrouble& trouble) {
  jpeg_std_error(&trouble.manager);
  trouble.manager.error_exit = decant_jpeg_error;
  trouble.manager.emit_message = decant_jpeg_message;
}

JpegReader::JpegReader(Markers markers) : markers_(markers) {
  catch_jpeg_errors(trouble_);
  info_.err = &trouble_.manager;
  source_.init_source = decant_jpeg_init_source;
  source_.fill_input_buffer = decant_jpeg_fill;
  source_.skip_input_data = decant_jpeg_skip;
  source_.resync_to_restart = jpeg_resync_to_restart;
  source_.term_source = decant_jpeg_init_source;
  progress_.progress_monitor = decant_jpeg_progress;
  usable_ = create();
}

JpegReader::~JpegReader() {
  if (usable_) jpeg_destroy_decompress(&info_);
}

ImageSize JpegReader::open(Bytes bytes, std::string_view name) {
  forget_last_file();
  if (!usable_) throw IoError({std::string(name), "", "libjpeg cannot start: " + std::string(trouble_.message), ""});
  name_ = name;
  size_ = bytes.size();
  source_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  source_.bytes_in_buffer = bytes.size();
  trouble_.ended = false;
  trouble_.manager.msg_code = 0;
  if (!read_to_scan()) fail_here();
  check_claim(name, info_.image_width, info_.image_height, static_cast<int64_t>(bytes.size()) * kPixelsPerByte, bytes.size());
  const int components = info_.num_components;
  if (components != 1 && components != 3 && components != 4)
    fail(name, fmt::format("is a JPEG of {} colour components; 1, 3 and 4 are supported", components));
  return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height), components == 1 ? 1 : 3};
}

void JpegReader::fail_here() const {
  if (trouble_.ended) fail(name_, fmt::format("is a truncated JPEG: it ends at byte {}, before its picture does", size_), "Fetch it again");
  if (trouble_.manager.msg_code == JERR_BAD_PRECISION)
    fail(name_, fmt::format("is a JPEG of {} bits a sample; 8 are supported", info_.data_precision), "Convert it to 8 bits");
  fail(name_, "is a damaged JPEG: " + std::string(trouble_.message));
}

void JpegReader::forget_last_file() {
  if (usable_ && ++opened_ % kFilesOfAReader == 0) {
    jpeg_destroy_decompress(&info_);
    usable_ = create();
  }
  if (!usable_) return;
  jpeg_abort_decompress(&info_);
  std::fill(std::begin(info_.quant_tbl_ptrs), std::end(info_.quant_tbl_ptrs), nullptr);
  std::fill(std::begin(info_.dc_huff_tbl_ptrs), std::end(info_.dc_huff_tbl_ptrs), nullptr);
  std::fill(std::begin(info_.ac_huff_tbl_ptrs), std::end(info_.ac_huff_tbl_ptrs), nullptr);
}

bool JpegReader::create() noexcept {
  if (setjmp(trouble_.jump) != 0) return false;
  jpeg_create_decompress(&info_);
  info_.src = &source_;
  info_.progress = &progress_;
  if (markers_ == Markers::skipped) return true;
  jpeg_save_markers(&info_, JPEG_COM, kWholeMarker);
  for (int i = 0; i < 16; ++i) jpeg_save_markers(&info_, JPEG_APP0 + i, kWholeMarker);
  return true;
}

bool JpegReader::read_to_scan() noexcept {
  if (setjmp(trouble_.jump) != 0) return false;
  jpeg_read_header(&info_, TRUE);
  return true;
}

}  // namespace decant::image_codec
