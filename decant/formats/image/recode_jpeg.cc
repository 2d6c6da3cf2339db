// Re-coding JPEGs through libjpeg-turbo's coefficients.
//
// What the result is. Huffman-coded with tables of its own, baseline or extended sequential; a
// progressive file stays progressive, with libjpeg's usual scans (jpeg_simple_progression). An
// arithmetic-coded file becomes a Huffman-coded one, since few decoders read the other. Restart
// markers are left out. Sampling factors, component numbers and quantisation tables stay.
//
// Markers. Every APP and COM segment before the first scan is kept, byte for byte and in order,
// those of JFIF, EXIF, ICC and Adobe among them; then comes the mask. So colours are understood as
// before, and density, orientation and profile survive. Left out are segments behind the first
// scan, and the index of a multi-picture file (APP2 "MPF"): of any file, what stands behind the
// first end mark is left out.
//
// Two libjpeg objects work here, and each jumps to its own place: functions that call setjmp are
// either of the reader or of the writer (libjpeg.h, trap 1).
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/each_recoder.h"
#include "decant/formats/image/jpeg_blocks.h"
#include "decant/formats/image/libjpeg.h"
#include "decant/formats/image/patch_segment.h"

namespace decant::image_codec {

namespace {

constexpr int kMaxBlocksInterleaved = 10;  // in an MCU
constexpr size_t kFirstRoom = size_t{1} << 16;

/// Grows by malloc, since it is reached from C.
struct MemorySink {
  jpeg_destination_mgr manager{};  // first: libjpeg's pointer to it is ours
  JOCTET* data = nullptr;
  size_t room = 0;

  size_t size() const { return room - manager.free_in_buffer; }
};

extern "C" {

static void decant_jpeg_init_sink(j_compress_ptr info) {
  auto& sink = *reinterpret_cast<MemorySink*>(info->dest);
  sink.manager.next_output_byte = sink.data;
  sink.manager.free_in_buffer = sink.room;
}

static boolean decant_jpeg_grow_sink(j_compress_ptr info) {
  auto& sink = *reinterpret_cast<MemorySink*>(info->dest);
  void* const grown = std::realloc(sink.data, 2 * sink.room);
  if (grown == nullptr) info->err->error_exit(reinterpret_cast<j_common_ptr>(info));
  sink.data = static_cast<JOCTET*>(grown);
  sink.manager.next_output_byte = sink.data + sink.room;
  sink.manager.free_in_buffer = sink.room;
  sink.room *= 2;
  return TRUE;
}

static void decant_jpeg_end_sink(j_compress_ptr) {}

}  // extern "C"

/// A compressor that writes to memory; its thread keeps it.
struct JpegWriter {
  jpeg_compress_struct info{};
  JpegTrouble trouble;
  MemorySink sink;
  bool usable = false;

  JpegWriter() {
    catch_jpeg_errors(trouble);
    info.err = &trouble.manager;
    sink.manager.init_destination = decant_jpeg_init_sink;
    sink.manager.empty_output_buffer = decant_jpeg_grow_sink;
    sink.manager.term_destination = decant_jpeg_end_sink;
    sink.data = static_cast<JOCTET*>(std::malloc(kFirstRoom));
    sink.room = kFirstRoom;
    usable = sink.data != nullptr && create();
    if (usable) info.dest = &sink.manager;
  }
  ~JpegWriter() {
    if (usable) jpeg_destroy_compress(&info);
    std::free(sink.data);
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

 private:
  bool create() noexcept {
    if (setjmp(trouble.jump) != 0) return false;
    jpeg_create_compress(&info);
    return true;
  }
};

PatchUnit unit_of(const jpeg_decompress_struct& info) {
  if (info.num_components == 1) return {DCTSIZE, DCTSIZE};
  return {info.max_h_samp_factor * DCTSIZE, info.max_v_samp_factor * DCTSIZE};
}

Bytes marker_data(const jpeg_marker_struct& marker) {
  return std::as_bytes(std::span(marker.data, marker.data_length));
}

bool is_patches(const jpeg_marker_struct& marker) {
  return marker.marker == kPatchMarker && as_text(marker_data(marker)).starts_with(kPatchName);
}

bool is_index_of_pictures(const jpeg_marker_struct& marker) {
  return marker.marker == JPEG_APP0 + 2 && as_text(marker_data(marker)).starts_with(std::string_view("MPF\0", 4));
}

StoredPatches patches_in_header(const jpeg_decompress_struct& info, std::string_view name) {
  StoredPatches found{PatchGrid(static_cast<int>(info.image_width), static_cast<int>(info.image_height), unit_of(info), 1), {}};
  for (const jpeg_marker_struct* marker = info.marker_list; marker != nullptr; marker = marker->next) {
    if (!is_patches(*marker)) continue;
    if (found.mask) fail(name, "has two masks of dropped cells", "Make it again from its source");
    found.mask = unpack_mask(marker_data(*marker).subspan(kPatchName.size()), found.whole, name);
  }
  return found;
}

int scaled_side(JDIMENSION side, int eighths) {
  return static_cast<int>((int64_t{side} * eighths + 7) / 8);
}

class JpegRecoder {
 public:
  StoredPatches open(Bytes bytes, std::string_view name) {
    reader_.open(bytes, name);
    return patches_in_header(from_, name);
  }

  void recode(Bytes bytes, std::string_view name, const Recoding& how, std::vector<std::byte>& out) {
    const StoredPatches stored = open(bytes, name);
    if (how.eighths < 8 && stored.mask)
      fail(name, "has dropped cells, and its resolution cannot be reduced any more", "Reduce its source, in the same step as cells");
    const std::optional<PatchMask> mask = both_masks(stored.mask, how.mask, name);
    const AtEnd both_are_idle{*this};
    find_last_marker();
    if (!read(how.eighths)) reader_.fail_here();
    if (!writer_.usable || !begin(how.quality)) fail_writing(name);
    const bool coarser = how.quality > 0 && make_coarser();
    change_blocks(how.eighths, mask && mask != stored.mask ? &*mask : nullptr);
    const std::vector<std::byte> segment = mask ? segment_of(*mask, name) : std::vector<std::byte>();
    if (!write(as_text(segment), how.eighths)) fail_writing(name);
    const bool as_it_was = mask == stored.mask && !coarser && how.eighths == 8;
    take(as_it_was ? bytes : Bytes(), out);
  }

  std::vector<float> cell_bytes(Bytes bytes, std::string_view name, const PatchGrid& grid) {
    open(bytes, name);
    const AtEnd both_are_idle{*this};
    if (!read(8)) reader_.fail_here();
    std::vector<float> bits(static_cast<size_t>(grid.count()));
    for (int i = 0; i < from_.num_components; ++i) add_detail_bits(plane_of(source_[i], i, 8), grid, bits);
    for (float& value : bits) value /= 8;
    return bits;
  }

 private:
  struct AtEnd {
    JpegRecoder& recoder;
    ~AtEnd() {
      jpeg_abort_decompress(&recoder.from_);
      if (recoder.writer_.usable) jpeg_abort_compress(&recoder.to_);
    }
  };

  void find_last_marker() {
    last_marker_ = from_.marker_list;
    while (last_marker_ != nullptr && last_marker_->next != nullptr) last_marker_ = last_marker_->next;
  }

  bool read(int eighths) noexcept {
    if (setjmp(reader_.trouble().jump) != 0) return false;
    if (eighths < 8) request_scaled(eighths);
    source_ = jpeg_read_coefficients(&from_);
    return true;
  }

  /// Arrays of the scaled picture's blocks, whole MCUs.
  void request_scaled(int eighths) noexcept {
    for (int i = 0; i < from_.num_components; ++i) {
      const jpeg_component_info& component = from_.comp_info[i];
      const auto padded = [](int blocks, int factor) { return static_cast<JDIMENSION>((blocks + factor - 1) / factor * factor); };
      const int across = scaled_blocks(from_.image_width, eighths, component.h_samp_factor, from_.max_h_samp_factor);
      const int down = scaled_blocks(from_.image_height, eighths, component.v_samp_factor, from_.max_v_samp_factor);
      scaled_[i] =
          from_.mem->request_virt_barray(reinterpret_cast<j_common_ptr>(&from_), JPOOL_IMAGE, TRUE, padded(across, component.h_samp_factor),
                                         padded(down, component.v_samp_factor), static_cast<JDIMENSION>(component.v_samp_factor));
    }
  }

  static int scaled_blocks(JDIMENSION side, int eighths, int factor, int largest) noexcept {
    const int64_t all = int64_t{largest} * DCTSIZE;
    return static_cast<int>((int64_t{scaled_side(side, eighths)} * factor + all - 1) / all);
  }

  /// Parameters of the result. `quality` 0: no standard tables are wanted.
  bool begin(int quality) noexcept {
    if (setjmp(writer_.trouble.jump) != 0) return false;
    if (quality > 0) {
      jpeg_set_quality(&to_, quality, TRUE);
      for (int i = 0; i < 2; ++i) std::memcpy(standard_[i].data(), to_.quant_tbl_ptrs[i]->quantval, sizeof(QuantSteps));
    }
    jpeg_copy_critical_parameters(&from_, &to_);
    to_.optimize_coding = TRUE;
    to_.write_JFIF_header = FALSE;  // kept as saved
    to_.write_Adobe_marker = FALSE;
    if (!can_interleave())
      scan_apart();
    else if (from_.progressive_mode)
      jpeg_simple_progression(&to_);
    return true;
  }

  bool can_interleave() const noexcept {
    int blocks = 0;
    for (int i = 0; i < from_.num_components; ++i) blocks += from_.comp_info[i].h_samp_factor * from_.comp_info[i].v_samp_factor;
    return from_.num_components == 1 || blocks <= kMaxBlocksInterleaved;
  }

  /// One component a scan, or where the file is progressive two: DC and AC.
  void scan_apart() noexcept {
    int count = 0;
    for (int i = 0; i < from_.num_components; ++i) {
      if (!from_.progressive_mode) scans_[count++] = {1, {i}, 0, DCTSIZE2 - 1, 0, 0};
      if (from_.progressive_mode) scans_[count++] = {1, {i}, 0, 0, 0, 0};
    }
    for (int i = 0; i < from_.num_components && from_.progressive_mode; ++i) scans_[count++] = {1, {i}, 1, DCTSIZE2 - 1, 0, 0};
    to_.scan_info = scans_;
    to_.num_scans = count;
  }

  QuantSteps steps_of(int component) const {
    QuantSteps steps;
    std::copy_n(to_.quant_tbl_ptrs[to_.comp_info[component].quant_tbl_no]->quantval, DCTSIZE2, steps.begin());
    return steps;
  }

  /// Raises the result's steps to those of the standard tables, luminance for the table of the
  /// first component and chrominance for the others. Returns whether any was lower.
  bool make_coarser() {
    bool coarser = false;
    for (int i = 0; i < to_.num_components; ++i) {
      const int table = to_.comp_info[i].quant_tbl_no;
      const QuantSteps& standard = standard_[table == to_.comp_info[0].quant_tbl_no ? 0 : 1];
      for (size_t k = 0; k < DCTSIZE2; ++k) {
        UINT16& step = to_.quant_tbl_ptrs[table]->quantval[k];
        coarser = coarser || step < standard[k];
        step = std::max<UINT16>(step, standard[k]);
      }
    }
    return coarser;
  }

  void change_blocks(int eighths, const PatchMask* mask) {
    for (int i = 0; i < from_.num_components; ++i) {
      BlockPlane plane = plane_of(source_[i], i, 8);
      const QuantSteps before = source_steps(i);
      const QuantSteps after = steps_of(i);
      if (eighths < 8) {
        BlockPlane scaled = plane_of(scaled_[i], i, eighths);
        scale_blocks(plane, before, eighths, scaled, after);
        plane = std::move(scaled);
      } else if (before != after) {
        requantise(plane, before, after);
      }
      if (mask != nullptr) drop_cells(plane, *mask);
    }
  }

  QuantSteps source_steps(int component) const {
    QuantSteps steps;
    std::copy_n(from_.quant_tbl_ptrs[from_.comp_info[component].quant_tbl_no]->quantval, DCTSIZE2, steps.begin());
    return steps;
  }

  BlockPlane plane_of(jvirt_barray_ptr blocks, int component, int eighths) {
    const jpeg_component_info& info = from_.comp_info[component];
    BlockPlane plane;
    plane.across = scaled_blocks(from_.image_width, eighths, info.h_samp_factor, from_.max_h_samp_factor);
    plane.rows.resize(static_cast<size_t>(scaled_blocks(from_.image_height, eighths, info.v_samp_factor, from_.max_v_samp_factor)));
    if (from_.num_components > 1) {
      plane.unit_across = info.h_samp_factor;
      plane.unit_down = info.v_samp_factor;
    }
    if (!find_rows(blocks, plane.rows.data(), plane.rows.size())) reader_.fail_here();
    return plane;
  }

  /// The rows stay where they are: libjpeg-turbo keeps the whole array in memory.
  bool find_rows(jvirt_barray_ptr blocks, JBLOCKROW* rows, size_t count) noexcept {
    if (setjmp(reader_.trouble().jump) != 0) return false;
    for (JDIMENSION y = 0; y < count; ++y)
      rows[y] = from_.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&from_), blocks, y, 1, TRUE)[0];
    return true;
  }

  static std::vector<std::byte> segment_of(const PatchMask& mask, std::string_view name) {
    std::vector<std::byte> segment = pack_mask(mask, name);
    const Bytes title = as_bytes(kPatchName);
    segment.insert(segment.begin(), title.begin(), title.end());
    return segment;
  }

  bool write(std::string_view segment, int eighths) noexcept {
    if (setjmp(writer_.trouble.jump) != 0) return false;
    to_.image_width = static_cast<JDIMENSION>(scaled_side(from_.image_width, eighths));
    to_.image_height = static_cast<JDIMENSION>(scaled_side(from_.image_height, eighths));
    jpeg_write_coefficients(&to_, eighths < 8 ? scaled_ : source_);
    for (const jpeg_marker_struct* marker = from_.marker_list; last_marker_ != nullptr; marker = marker->next) {
      if (!is_patches(*marker) && !is_index_of_pictures(*marker))
        jpeg_write_marker(&to_, marker->marker, marker->data, marker->data_length);
      if (marker == last_marker_) break;
    }
    if (!segment.empty())
      jpeg_write_marker(&to_, kPatchMarker, reinterpret_cast<const JOCTET*>(segment.data()), static_cast<unsigned>(segment.size()));
    jpeg_finish_compress(&to_);
    return true;
  }

  /// The file that was written, or `instead` where that is there and no larger.
  void take(Bytes instead, std::vector<std::byte>& out) const {
    const Bytes written = std::as_bytes(std::span(writer_.sink.data, writer_.sink.size()));
    const Bytes better = !instead.empty() && instead.size() <= written.size() ? instead : written;
    out.assign(better.begin(), better.end());
  }

  [[noreturn]] void fail_writing(std::string_view name) const {
    fail(name, "is a JPEG that cannot be re-coded: " + std::string(writer_.trouble.message));
  }

  JpegReader reader_{JpegReader::Markers::saved};
  JpegWriter writer_;
  jpeg_decompress_struct& from_ = reader_.info();
  jpeg_compress_struct& to_ = writer_.info;
  jvirt_barray_ptr* source_ = nullptr;
  jvirt_barray_ptr scaled_[MAX_COMPONENTS] = {};
  const jpeg_marker_struct* last_marker_ = nullptr;
  QuantSteps standard_[2] = {};
  jpeg_scan_info scans_[2 * MAX_COMPS_IN_SCAN] = {};
};

JpegRecoder& recoder_of_this_thread() {
  thread_local JpegRecoder recoder;
  return recoder;
}

}  // namespace

StoredPatches patches_in_jpeg(Bytes bytes, std::string_view name) {
  return recoder_of_this_thread().open(bytes, name);
}

std::vector<float> cell_bytes_of_jpeg(Bytes bytes, std::string_view name, const PatchGrid& grid) {
  return recoder_of_this_thread().cell_bytes(bytes, name, grid);
}

void recode_jpeg(Bytes bytes, std::string_view name, const Recoding& how, std::vector<std::byte>& out) {
  recoder_of_this_thread().recode(bytes, name, how, out);
}

}  // namespace decant::image_codec
