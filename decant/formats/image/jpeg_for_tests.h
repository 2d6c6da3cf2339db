// JPEGs of any kind, and what is in one, by plain use of libjpeg. Only *_test.cc, *_bench.cc and
// *_fuzz.cc include it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <jpeglib.h>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/file.h"
#include "decant/base/random.h"
#include "decant/data/patch_mask.h"

namespace decant {

using JpegFactors = std::vector<std::pair<int, int>>;

struct JpegKind {
  int width = 64;
  int height = 64;
  JpegFactors factors = {{2, 2}, {1, 1}, {1, 1}};  ///< sampling, of each component
  bool progressive = false;
  bool arithmetic = false;
  bool apart = false;  ///< a scan for each component, of a file that is not progressive
  int restart = 0;     ///< MCUs
  int quality = 80;
  bool luminance_for_all = false;  ///< one table, as RGB and CMYK files have it
  std::vector<std::pair<int, std::string>> markers;
  bool jfif = true;
};

/// The content of an APP1 segment, marker 0xe1, whose first directory has a tag before the
/// orientation.
inline std::string exif_segment(int orientation, bool little = true) {
  const auto number = [&](uint32_t value, int width) {
    std::string bytes;
    for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * (little ? i : width - 1 - i)));
    return bytes;
  };
  const auto entry = [&](uint32_t tag, uint32_t value) {
    return number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + std::string(2, '\0');
  };
  return std::string("Exif\0\0", 6) + (little ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) + entry(0x100, 7) +
         entry(0x112, static_cast<uint32_t>(orientation)) + number(0, 4);
}

namespace jpeg_for_tests {

inline J_COLOR_SPACE space_of(size_t components) {
  return components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_YCbCr : JCS_CMYK;
}

/// Smooth, with noise: coefficients of every frequency.
inline std::vector<uint8_t> samples(const JpegKind& kind, Random& random) {
  const int channels = static_cast<int>(kind.factors.size());
  std::vector<uint8_t> values;
  for (int y = 0; y < kind.height; ++y) {
    for (int x = 0; x < kind.width; ++x) {
      for (int c = 0; c < channels; ++c)
        values.push_back(static_cast<uint8_t>((x * (2 + c) + y * (4 - c)) % 200 + static_cast<int>(random.below(50))));
    }
  }
  return values;
}

}  // namespace jpeg_for_tests

inline const std::vector<JpegFactors>& jpeg_samplings() {
  static const std::vector<JpegFactors> all = {
      {{1, 1}, {1, 1}, {1, 1}},  // 4:4:4
      {{2, 1}, {1, 1}, {1, 1}},  // 4:2:2
      {{2, 2}, {1, 1}, {1, 1}},  // 4:2:0
      {{1, 2}, {1, 1}, {1, 1}},  // 4:4:0
      {{4, 1}, {1, 1}, {1, 1}},  // 4:1:1
      {{2, 2}, {2, 1}, {1, 2}},  // nobody's
      {{2, 2}, {2, 2}, {2, 2}},  // 4:4:4 of 12 blocks, which no single scan can hold
      {{1, 1}},
      {{2, 2}},                          // grey, whatever its factors
      {{1, 1}, {1, 1}, {1, 1}, {1, 1}},  // CMYK
      {{2, 2}, {1, 1}, {1, 1}, {2, 2}},  // as YCCK is written
  };
  return all;
}

inline int one_to(Random& random, int most) {
  return static_cast<int>(1 + random.below(static_cast<uint64_t>(most)));
}

/// Every kind that libjpeg writes.
inline JpegKind random_jpeg(Random& random) {
  JpegKind kind{
      .width = one_to(random, 90), .height = one_to(random, 90), .factors = jpeg_samplings()[random.below(jpeg_samplings().size())]};
  kind.progressive = random.below(4) == 0;
  kind.arithmetic = random.below(6) == 0;
  kind.apart = random.below(3) == 0;
  kind.restart = random.below(3) == 0 ? one_to(random, 5) : 0;
  kind.quality = 20 + one_to(random, 75);
  kind.luminance_for_all = random.below(4) == 0;
  return kind;
}

/// None, some or all cells.
inline PatchMask random_mask(const PatchGrid& grid, Random& random) {
  PatchMask mask = PatchMask::whole(grid);
  const uint64_t share = random.below(5);
  for (size_t i = 0; i < mask.kept.size(); ++i) mask.kept[i] = random.below(4) >= share;
  return mask;
}

/// Pixels and so bytes depend on `random`.
inline std::vector<std::byte> make_jpeg(const JpegKind& kind, Random& random) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  const int components = static_cast<int>(kind.factors.size());
  info.image_width = static_cast<JDIMENSION>(kind.width);
  info.image_height = static_cast<JDIMENSION>(kind.height);
  info.input_components = components;
  info.in_color_space = jpeg_for_tests::space_of(kind.factors.size());
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, kind.quality, TRUE);
  info.restart_interval = static_cast<unsigned>(kind.restart);
  info.write_JFIF_header = kind.jfif && components < 4 ? TRUE : FALSE;
  info.arith_code = kind.arithmetic ? TRUE : FALSE;
  std::vector<jpeg_scan_info> scans;
  int blocks = 0;
  for (int i = 0; i < components; ++i) {
    info.comp_info[i].h_samp_factor = kind.factors[static_cast<size_t>(i)].first;
    info.comp_info[i].v_samp_factor = kind.factors[static_cast<size_t>(i)].second;
    if (kind.luminance_for_all) info.comp_info[i].quant_tbl_no = 0;
    blocks += info.comp_info[i].h_samp_factor * info.comp_info[i].v_samp_factor;
    if (!kind.progressive) scans.push_back({1, {i}, 0, 63, 0, 0});
    if (kind.progressive) scans.push_back({1, {i}, 0, 0, 0, 1});
  }
  for (int i = 0; i < components && kind.progressive; ++i) {
    scans.push_back({1, {i}, 1, 63, 0, 0});
    scans.push_back({1, {i}, 0, 0, 1, 0});
  }
  if (kind.apart || kind.progressive || (components > 1 && blocks > 10)) {
    info.scan_info = scans.data();
    info.num_scans = static_cast<int>(scans.size());
  }
  jpeg_start_compress(&info, TRUE);
  for (const auto& [marker, content] : kind.markers)
    jpeg_write_marker(&info, marker, reinterpret_cast<const JOCTET*>(content.data()), static_cast<unsigned>(content.size()));
  const std::vector<uint8_t> pixels = jpeg_for_tests::samples(kind, random);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(pixels.data() + static_cast<size_t>(info.next_scanline) * info.image_width * kind.factors.size());
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> bytes(begin, begin + size);
  jpeg_destroy_compress(&info);
  std::free(data);
  return bytes;
}

struct JpegComponent {
  int across = 0;  ///< blocks
  int down = 0;
  int factor_x = 1;  ///< blocks in a unit of the picture's grid
  int factor_y = 1;
  std::array<uint16_t, 64> steps{};
  std::vector<std::array<int16_t, 64>> blocks;

  const std::array<int16_t, 64>& block(int x, int y) const { return blocks[static_cast<size_t>(y * across + x)]; }
};

struct JpegContent {
  int width = 0;
  int height = 0;
  bool progressive = false;
  bool arithmetic = false;
  unsigned restart = 0;
  std::vector<JpegComponent> components;
  std::vector<std::pair<int, std::string>> markers;  ///< before the first scan
};

/// REQUIRES: a whole, undamaged JPEG.
inline JpegContent content_of(Bytes bytes) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  for (int i = 0; i < 16; ++i) jpeg_save_markers(&info, JPEG_APP0 + i, 0xffff);
  jpeg_save_markers(&info, JPEG_COM, 0xffff);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  JpegContent content{.width = static_cast<int>(info.image_width),
                      .height = static_cast<int>(info.image_height),
                      .progressive = info.progressive_mode != 0,
                      .arithmetic = info.arith_code != 0,
                      .restart = info.restart_interval};
  for (const jpeg_marker_struct* marker = info.marker_list; marker != nullptr; marker = marker->next)
    content.markers.emplace_back(marker->marker, std::string(reinterpret_cast<const char*>(marker->data), marker->data_length));
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&info);
  for (int i = 0; i < info.num_components; ++i) {
    const jpeg_component_info& from = info.comp_info[i];
    JpegComponent& to = content.components.emplace_back();
    to.across = static_cast<int>(from.width_in_blocks);
    to.down = static_cast<int>(from.height_in_blocks);
    to.factor_x = info.num_components == 1 ? 1 : from.h_samp_factor;
    to.factor_y = info.num_components == 1 ? 1 : from.v_samp_factor;
    std::copy_n(info.quant_tbl_ptrs[from.quant_tbl_no]->quantval, 64, to.steps.begin());
    for (JDIMENSION y = 0; y < from.height_in_blocks; ++y) {
      const JBLOCKROW row = info.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&info), arrays[i], y, 1, FALSE)[0];
      for (int x = 0; x < to.across; ++x) std::copy_n(row[x], 64, to.blocks.emplace_back().begin());
    }
  }
  jpeg_destroy_decompress(&info);
  return content;
}

}  // namespace decant
