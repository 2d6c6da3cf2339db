// Re-coding WebPs.
//
// Lossless ones (VP8L) are decoded, dropped cells get their mean, each channel (alpha too) by
// itself, and the picture is encoded without loss again; red, green and blue under alpha 0 stay
// what they are. Lossy ones (VP8) cannot lose cells: all of the picture would have to be coded a
// second time, with a second loss everywhere. With nothing to drop they stay as they are.
//
// Chunks other than the picture stay, in their order: colour profile, EXIF, XMP, unknown ones. The
// mask is a chunk behind them. A file without the header of the extended format (VP8X) gets one.
#include <algorithm>
#include <webp/decode.h>
#include <webp/encode.h>

#include "decant/formats/image/each_codec.h"
#include "decant/formats/image/each_recoder.h"
#include "decant/formats/image/patch_segment.h"
#include "decant/formats/image/raster.h"

namespace decant::image_codec {

namespace {

constexpr size_t kRiffHeader = 12;  // "RIFF", size, "WEBP"
constexpr size_t kChunkHeader = 8;
constexpr int kLosslessLevel = 6;  // of 0…9: a tenth of a second for 224 × 224 at most
constexpr std::byte kAlphaFlag{0x10};

struct RiffChunk {
  std::string_view type;
  Bytes data;
};

uint32_t little_endian_at(Bytes bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | std::to_integer<uint32_t>(bytes[at + i]);
  return value;
}

/// Those that are whole, within the container.
std::vector<RiffChunk> riff_chunks(Bytes bytes) {
  std::vector<RiffChunk> chunks;
  const size_t end = std::min(bytes.size(), size_t{little_endian_at(bytes, 4)} + kChunkHeader);
  for (size_t at = kRiffHeader; at + kChunkHeader <= end;) {
    const size_t size = little_endian_at(bytes, at + 4);
    if (size > end - at - kChunkHeader) break;
    chunks.push_back({as_text(bytes).substr(at, 4), bytes.subspan(at + kChunkHeader, size)});
    at += kChunkHeader + size + size % 2;
  }
  return chunks;
}

const RiffChunk* chunk_of(const std::vector<RiffChunk>& chunks, std::string_view type) {
  const auto found = std::ranges::find(chunks, type, &RiffChunk::type);
  return found == chunks.end() ? nullptr : &*found;
}

void append_little_endian(std::vector<std::byte>& out, size_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::byte>(value >> (8 * i) & 0xff));
}

void append_riff(std::vector<std::byte>& out, std::string_view type, Bytes data) {
  for (const char letter : type) out.push_back(static_cast<std::byte>(letter));
  append_little_endian(out, data.size(), 4);
  out.insert(out.end(), data.begin(), data.end());
  if (data.size() % 2 != 0) out.push_back(std::byte{0});
}

/// A file of the picture alone.
struct EncodedWebp {
  WebPMemoryWriter writer;
  EncodedWebp() { WebPMemoryWriterInit(&writer); }
  ~EncodedWebp() { WebPMemoryWriterClear(&writer); }
  EncodedWebp(const EncodedWebp&) = delete;
  EncodedWebp& operator=(const EncodedWebp&) = delete;
  Bytes bytes() const { return std::as_bytes(std::span(writer.mem, writer.size)); }
};

void encode_lossless(const Raster& rgba, EncodedWebp& out, std::string_view name) {
  WebPConfig config;
  WebPPicture picture;
  if (WebPConfigInit(&config) == 0 || WebPConfigLosslessPreset(&config, kLosslessLevel) == 0 || WebPPictureInit(&picture) == 0)
    throw BugError("libwebp is of another version than its headers");
  config.exact = 1;
  picture.use_argb = 1;
  picture.width = rgba.width();
  picture.height = rgba.height();
  picture.writer = WebPMemoryWrite;
  picture.custom_ptr = &out.writer;
  const bool done = WebPPictureImportRGBA(&picture, rgba.data(), rgba.width() * 4) != 0 && WebPEncode(&config, &picture) != 0;
  WebPPictureFree(&picture);
  if (!done) fail(name, fmt::format("cannot be encoded as WebP: libwebp's error {}", static_cast<int>(picture.error_code)));
}

Raster decode_rgba(Bytes bytes, const PatchGrid& whole, std::string_view name) {
  Raster rgba(whole.width(), whole.height(), 4, 8);
  if (WebPDecodeRGBAInto(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(), rgba.data(), rgba.size(), whole.width() * 4) ==
      nullptr)
    fail(name, "is a damaged or truncated WebP: its pixels cannot be decoded", "Fetch it again");
  return rgba;
}

bool has_alpha(Bytes picture) {
  WebPBitstreamFeatures features;
  return WebPGetFeatures(reinterpret_cast<const uint8_t*>(picture.data()), picture.size(), &features) == VP8_STATUS_OK &&
         features.has_alpha;
}

/// Flags (1 byte, 3 of zeros), then width − 1 and height − 1 (3 bytes each).
std::vector<std::byte> extended_header(const PatchGrid& whole, bool alpha) {
  std::vector<std::byte> header = {alpha ? kAlphaFlag : std::byte{0}, std::byte{0}, std::byte{0}, std::byte{0}};
  append_little_endian(header, static_cast<size_t>(whole.width() - 1), 3);
  append_little_endian(header, static_cast<size_t>(whole.height() - 1), 3);
  return header;
}

/// The source's chunks with another picture, and the mask.
std::vector<std::byte> joined_webp(const std::vector<RiffChunk>& source, Bytes picture, const PatchGrid& whole, const PatchMask* mask,
                                   std::string_view name) {
  const std::vector<RiffChunk> own = riff_chunks(picture);
  const RiffChunk* const pixels = chunk_of(own, "VP8L");
  DECANT_CHECK(pixels != nullptr, ==, true);
  std::vector<std::byte> body;
  if (mask != nullptr && chunk_of(source, "VP8X") == nullptr) append_riff(body, "VP8X", extended_header(whole, has_alpha(picture)));
  for (const RiffChunk& chunk : source) {
    if (chunk.type != kPatchChunk) append_riff(body, chunk.type, chunk.type == "VP8L" ? pixels->data : chunk.data);
  }
  if (mask != nullptr) append_riff(body, kPatchChunk, pack_mask(*mask, name));
  const Bytes riff = as_bytes("RIFF");
  const Bytes webp = as_bytes("WEBP");
  std::vector<std::byte> out(riff.begin(), riff.end());
  append_little_endian(out, body.size() + webp.size(), 4);
  out.insert(out.end(), webp.begin(), webp.end());
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

}  // namespace

StoredPatches patches_in_webp(Bytes bytes, std::string_view name) {
  const ImageSize size = probe_image(bytes, name);
  StoredPatches found{PatchGrid(size.width, size.height, {}, 1), {}};
  for (const RiffChunk& chunk : riff_chunks(bytes)) {
    if (chunk.type != kPatchChunk) continue;
    if (found.mask) fail(name, "has two masks of dropped cells", "Make it again from its source");
    found.mask = unpack_mask(chunk.data, found.whole, name);
  }
  return found;
}

void recode_webp(Bytes bytes, std::string_view name, const PatchMask* asked, std::vector<std::byte>& out) {
  const StoredPatches stored = patches_in_webp(bytes, name);
  const std::optional<PatchMask> mask = both_masks(stored.mask, asked, name);
  const std::vector<RiffChunk> chunks = riff_chunks(bytes);
  Raster rgba = decode_rgba(bytes, stored.whole, name);
  const bool lossless = chunk_of(chunks, "VP8L") != nullptr && chunk_of(chunks, "VP8 ") == nullptr;
  if (mask != stored.mask && !lossless)
    fail(name, "is a lossy WebP, whose cells cannot be dropped without a second loss in all of it", "Convert it to JPEG or PNG");
  if (!lossless) return out.assign(bytes.begin(), bytes.end());

  if (mask && mask != stored.mask) flatten_cells(rgba, *mask);
  EncodedWebp picture;
  encode_lossless(rgba, picture, name);
  out = joined_webp(chunks, picture.bytes(), stored.whole, mask ? &*mask : nullptr, name);
  if (mask == stored.mask && out.size() >= bytes.size()) out.assign(bytes.begin(), bytes.end());
}

}  // namespace decant::image_codec
