// How many pixels n bytes can hold. Runs of one colour cost next to nothing in several of TIFF's
// compressions, so: 4096 pixels per byte, and 2^24 pixels to anyone.
#include "decant/formats/image/tiff_reader.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <tiffio.h>

#include "decant/formats/image/each_codec.h"

namespace decant::image_codec {
namespace {

constexpr int64_t kTiffPixelsPerByte = 4096;
constexpr int64_t kTiffFree = int64_t{1} << 24;
constexpr uint16_t kMostSamples = 6;  // of a pixel, as in PIL

TiffBytes& tiff_bytes(thandle_t handle) {
  return *static_cast<TiffBytes*>(handle);
}

tmsize_t read_tiff(thandle_t handle, void* to, tmsize_t size) {
  TiffBytes& file = tiff_bytes(handle);
  const size_t left = file.bytes.size() - std::min(file.at, file.bytes.size());
  const size_t count = std::min(left, static_cast<size_t>(std::max<tmsize_t>(0, size)));
  std::copy_n(file.bytes.begin() + static_cast<std::ptrdiff_t>(file.at), count, static_cast<std::byte*>(to));
  file.at += count;
  return static_cast<tmsize_t>(count);
}

toff_t seek_tiff(thandle_t handle, toff_t offset, int whence) {
  TiffBytes& file = tiff_bytes(handle);
  const toff_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at : file.bytes.size();
  file.at = std::min<toff_t>(from + offset, file.bytes.size());
  return file.at;
}

int map_tiff(thandle_t handle, void** base, toff_t* size) {
  const Bytes bytes = tiff_bytes(handle).bytes;
  *base = const_cast<std::byte*>(bytes.data());  // opened for reading: libtiff does not write
  *size = bytes.size();
  return 1;
}

/// Keeps the first of libtiff's complaints.
int keep_complaint(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& text = *static_cast<std::string*>(user);
  std::array<char, 160> line = {};
  std::vsnprintf(line.data(), line.size(), format, arguments);
  if (text.empty()) text = line.data();
  return 1;  // handled: libtiff calls no handler after this one
}

int ignore_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

struct FreeTiffOptions {
  void operator()(TIFFOpenOptions* options) const { TIFFOpenOptionsFree(options); }
};

}  // namespace

bool TiffTags::grey() const {
  return photometric == PHOTOMETRIC_MINISWHITE || photometric == PHOTOMETRIC_MINISBLACK;
}

bool TiffTags::turned() const {
  return orientation >= ORIENTATION_LEFTTOP;
}

ImageSize TiffTags::size() const {
  const auto wide = static_cast<int>(turned() ? height : width);
  return {wide, static_cast<int>(turned() ? width : height), grey() ? 1 : 3};
}

void TiffReader::Close::operator()(tiff* file) const {
  TIFFClose(file);
}

template <class T>
T TiffReader::tag(uint32_t which, T otherwise) const {
  T value = otherwise;
  return TIFFGetFieldDefaulted(tiff_.get(), which, &value) == 1 ? value : otherwise;
}

TiffReader::TiffReader(Bytes bytes, std::string_view name) : file_{bytes}, name_(name) {
  const std::unique_ptr<TIFFOpenOptions, FreeTiffOptions> options(TIFFOpenOptionsAlloc());
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMaxPixels * kMostSamples * 2);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_complaint, &complaint_);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_warning, nullptr);
  tiff_.reset(TIFFClientOpenExt(
      "", "r", &file_, read_tiff, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; }, seek_tiff, [](thandle_t) { return 0; },
      [](thandle_t handle) -> toff_t { return tiff_bytes(handle).bytes.size(); }, map_tiff, [](thandle_t, void*, toff_t) {},
      options.get()));
  if (!tiff_) damaged();
  read_tags();
}

std::vector<uint8_t> TiffReader::samples() {
  const TiffTags& t = tags_;
  if (t.compression == COMPRESSION_JPEG && t.photometric == PHOTOMETRIC_YCBCR)
    TIFFSetField(tiff_.get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  std::vector<uint8_t> all(size_t{t.width} * t.height * t.samples);
  const uint16_t planes = t.planes == PLANARCONFIG_SEPARATE ? t.samples : uint16_t{1};
  for (uint16_t plane = 0; plane < planes; ++plane) TIFFIsTiled(tiff_.get()) != 0 ? read_tiles(plane, all) : read_strips(plane, all);
  return all;
}

std::array<std::vector<uint8_t>, 3> TiffReader::palette() const {
  std::array<uint16_t*, 3> stored = {};
  if (TIFFGetField(tiff_.get(), TIFFTAG_COLORMAP, &stored[0], &stored[1], &stored[2]) != 1)
    fail(name_, "is a damaged TIFF: its palette is missing");
  std::array<std::vector<uint8_t>, 3> colours;
  for (size_t c = 0; c < 3; ++c) {
    for (size_t i = 0; i < size_t{1} << tags_.bits; ++i) colours[c].push_back(static_cast<uint8_t>(stored[c][i] / 256));
  }
  return colours;
}

void TiffReader::damaged() const {
  fail(name_, "is a damaged or truncated TIFF" + (complaint_.empty() ? "" : ": libtiff says '" + complaint_ + "'"), "Fetch it again");
}

void TiffReader::read_tags() {
  TiffTags& t = tags_;
  t.width = tag<uint32_t>(TIFFTAG_IMAGEWIDTH, 0);
  t.height = tag<uint32_t>(TIFFTAG_IMAGELENGTH, 0);
  t.bits = tag<uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
  t.samples = tag<uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
  t.photometric = tag<uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
  t.planes = tag<uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  t.kind = tag<uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  t.compression = tag<uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  t.orientation = tag<uint16_t>(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  uint16_t extras = 0;
  uint16_t* kinds = nullptr;
  TIFFGetFieldDefaulted(tiff_.get(), TIFFTAG_EXTRASAMPLES, &extras, &kinds);
  t.premultiplied = t.photometric == PHOTOMETRIC_RGB && extras > 0 && kinds[0] == EXTRASAMPLE_ASSOCALPHA && t.samples >= 4;
  check_claim(name_, t.width, t.height, std::max(kTiffFree, kTiffPixelsPerByte * std::ssize(file_.bytes)), file_.bytes.size());
  if (!is_known()) refuse();
}

bool TiffReader::is_known() const {
  const TiffTags& t = tags_;
  if (t.kind != SAMPLEFORMAT_UINT || t.samples > kMostSamples) return false;
  const bool few = t.bits == 1 || t.bits == 2 || t.bits == 4 || t.bits == 8;
  switch (t.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      return few || t.bits == 16;
    case PHOTOMETRIC_PALETTE:
      return few;
    case PHOTOMETRIC_RGB:
      return (t.bits == 8 || t.bits == 16) && t.samples >= 3;
    case PHOTOMETRIC_SEPARATED:
      return t.bits == 8 && t.samples >= 4;
    case PHOTOMETRIC_YCBCR:
      return t.compression == COMPRESSION_JPEG && t.bits == 8 && t.samples == 3 && t.planes == PLANARCONFIG_CONTIG;
    default:
      return false;
  }
}

void TiffReader::refuse() const {
  fail(name_,
       fmt::format("is a TIFF with {} samples of {} bits a pixel ({}, colours of kind {}), which is not supported", tags_.samples,
                   tags_.bits, tags_.kind == SAMPLEFORMAT_UINT ? "whole numbers" : "signed numbers or floats", tags_.photometric),
       "Convert it to PNG");
}

void TiffReader::read_strips(uint16_t plane, std::vector<uint8_t>& all) {
  const uint32_t lines = std::clamp<uint32_t>(tag<uint32_t>(TIFFTAG_ROWSPERSTRIP, tags_.height), 1, tags_.height);
  std::vector<uint8_t> strip(chunk_bytes(TIFFStripSize(tiff_.get())));
  for (uint32_t top = 0; top < tags_.height; top += lines) {
    const uint32_t number = TIFFComputeStrip(tiff_.get(), top, plane);
    const uint32_t here = std::min(lines, tags_.height - top);
    const size_t line = strip_line();
    const tmsize_t got = TIFFReadEncodedStrip(tiff_.get(), number, strip.data(), static_cast<tmsize_t>(strip.size()));
    if (got < 0 || static_cast<size_t>(got) < line * here) damaged();
    for (uint32_t y = 0; y < here; ++y) place(strip.data() + y * line, plane, 0, top + y, tags_.width, all);
  }
}

void TiffReader::read_tiles(uint16_t plane, std::vector<uint8_t>& all) {
  const auto across = tag<uint32_t>(TIFFTAG_TILEWIDTH, 0);
  const auto down = tag<uint32_t>(TIFFTAG_TILELENGTH, 0);
  if (across == 0 || down == 0) damaged();
  std::vector<uint8_t> tile(chunk_bytes(TIFFTileSize(tiff_.get())));
  const auto line = static_cast<size_t>(TIFFTileRowSize(tiff_.get()));
  if (line == 0 || tile.size() / line < down || line < bytes_for(across)) damaged();
  for (uint32_t top = 0; top < tags_.height; top += std::min(down, tags_.height - top)) {
    for (uint32_t left = 0; left < tags_.width; left += std::min(across, tags_.width - left)) {
      if (TIFFReadTile(tiff_.get(), tile.data(), left, top, 0, plane) < 0) damaged();
      const uint32_t columns = std::min(across, tags_.width - left);
      for (uint32_t y = 0; y < std::min(down, tags_.height - top); ++y) place(tile.data() + y * line, plane, left, top + y, columns, all);
    }
  }
}

size_t TiffReader::chunk_bytes(int64_t size) const {
  if (size <= 0 || size > kMaxPixels * kMostSamples * 2) damaged();
  return static_cast<size_t>(size);
}

size_t TiffReader::strip_line() const {
  const auto line = static_cast<size_t>(std::max<tmsize_t>(0, TIFFScanlineSize(tiff_.get())));
  if (line < bytes_for(tags_.width)) damaged();
  return line;
}

uint16_t TiffReader::samples_together() const {
  return tags_.planes == PLANARCONFIG_SEPARATE ? uint16_t{1} : tags_.samples;
}
size_t TiffReader::bytes_for(uint32_t columns) const {
  return (size_t{columns} * samples_together() * tags_.bits + 7) / 8;
}

void TiffReader::place(const uint8_t* line, uint16_t plane, uint32_t left, uint32_t y, uint32_t columns, std::vector<uint8_t>& all) const {
  const size_t together = samples_together();
  const size_t step = tags_.samples / together;
  uint8_t* out = all.data() + (size_t{y} * tags_.width + left) * tags_.samples + plane;
  const size_t count = columns * together;
  for (size_t i = 0; i < count; ++i, out += step) *out = sample(line, i);
}

uint8_t TiffReader::sample(const uint8_t* line, size_t i) const {
  if (tags_.bits == 8) return line[i];
  if (tags_.bits == 16) return static_cast<uint8_t>(reinterpret_cast<const uint16_t*>(line)[i] >> 8);  // in the machine's order
  const size_t per_byte = 8u / tags_.bits;
  const size_t shift = 8 - tags_.bits - tags_.bits * (i % per_byte);
  return static_cast<uint8_t>(line[i / per_byte] >> shift & ((1u << tags_.bits) - 1));
}

}  // namespace decant::image_codec
