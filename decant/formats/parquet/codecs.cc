#include "decant/formats/parquet/codecs.h"

#include <algorithm>
#include <array>
#include <brotli/decode.h>
#include <brotli/encode.h>
#include <lz4.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include "decant/base/text.h"
#include "decant/formats/inflate/inflate.h"

namespace decant::parquet {
namespace {

constexpr std::array<const char*, 8> kCodecNames = {"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"};

bool unpack_snappy(Bytes packed, Buffer& out) {
  const std::string_view text = as_text(packed);
  size_t size = 0;
  return snappy::GetUncompressedLength(text.data(), text.size(), &size) && size == out.size() &&
         snappy::RawUncompress(text.data(), text.size(), reinterpret_cast<char*>(out.data()));
}

bool unpack_zstd(Bytes packed, Buffer& out) {
  const size_t got = ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size());
  return ZSTD_isError(got) == 0 && got == out.size();
}

bool unpack_brotli(Bytes packed, Buffer& out) {
  size_t size = out.size();
  const auto result = BrotliDecoderDecompress(packed.size(), reinterpret_cast<const uint8_t*>(packed.data()), &size,
                                              reinterpret_cast<uint8_t*>(out.data()));
  return result == BROTLI_DECODER_RESULT_SUCCESS && size == out.size();
}

bool unpack_lz4(Bytes packed, Buffer& out) {
  if (packed.size() > LZ4_MAX_INPUT_SIZE || out.size() > LZ4_MAX_INPUT_SIZE) return false;
  const int got = LZ4_decompress_safe(reinterpret_cast<const char*>(packed.data()), reinterpret_cast<char*>(out.data()),
                                      static_cast<int>(packed.size()), static_cast<int>(out.size()));
  return got >= 0 && static_cast<size_t>(got) == out.size();
}

bool unpack_gzip(Bytes packed, Buffer& out) {
  Inflater inflater(Compression::gzip);
  std::span<std::byte> room(out.data(), out.size());
  std::array<std::byte, 1> surplus;
  for (bool ended = false; !ended || !packed.empty();) {
    const Inflater::Step step = inflater.step(packed, room.empty() ? std::span<std::byte>(surplus) : room);
    if (!step.fault.empty() || step.stuck() || (room.empty() && step.given > 0)) return false;
    packed = packed.subspan(step.taken);
    room = room.subspan(step.given);
    ended = step.ended;
  }
  return room.empty();
}

std::string pack_gzip(std::string_view plain) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for gzip's header
  DECANT_CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY), ==, Z_OK);
  std::string packed(deflateBound(&stream, static_cast<uLong>(plain.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  DECANT_CHECK(deflate(&stream, Z_FINISH), ==, Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string pack_zstd(std::string_view plain) {
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  constexpr int kLevel = 1;  // as Arrow writes by default
  const size_t size = ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), kLevel);
  DECANT_CHECK(ZSTD_isError(size), ==, 0u);
  packed.resize(size);
  return packed;
}

std::string pack_brotli(std::string_view plain) {
  constexpr int kQuality = 8;  // as Arrow writes by default
  size_t size = BrotliEncoderMaxCompressedSize(plain.size());
  std::string packed(size, '\0');
  const auto ended =
      BrotliEncoderCompress(kQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, plain.size(),
                            reinterpret_cast<const uint8_t*>(plain.data()), &size, reinterpret_cast<uint8_t*>(packed.data()));
  DECANT_CHECK(ended, ==, BROTLI_TRUE);
  packed.resize(size);
  return packed;
}

std::string pack_lz4(std::string_view plain) {
  DECANT_CHECK(plain.size(), <=, size_t{LZ4_MAX_INPUT_SIZE});
  std::string packed(static_cast<size_t>(LZ4_compressBound(static_cast<int>(plain.size()))), '\0');
  const int size = LZ4_compress_default(plain.data(), packed.data(), static_cast<int>(plain.size()), static_cast<int>(packed.size()));
  DECANT_CHECK(size, >, 0);
  packed.resize(static_cast<size_t>(size));
  return packed;
}

std::string pack_snappy(std::string_view plain) {
  std::string packed;
  snappy::Compress(plain.data(), plain.size(), &packed);
  return packed;
}

/// A codec that is read and written here.
struct Codec {
  int number;
  bool (*unpack)(Bytes packed, Buffer& out);
  std::string (*pack)(std::string_view plain);
};

constexpr std::array<Codec, 5> kCodecs = {{{kSnappy, unpack_snappy, pack_snappy},
                                           {kGzip, unpack_gzip, pack_gzip},
                                           {kBrotli, unpack_brotli, pack_brotli},
                                           {kZstd, unpack_zstd, pack_zstd},
                                           {kLz4Raw, unpack_lz4, pack_lz4}}};

/// Null for one that is none of these, of which kUncompressed is one.
const Codec* find_codec(int number) {
  const auto* const found = std::ranges::find(kCodecs, number, &Codec::number);
  return found == kCodecs.end() ? nullptr : found;
}

}  // namespace

std::string codec_name(int codec) {
  return codec >= 0 && codec < static_cast<int>(kCodecNames.size()) ? kCodecNames[static_cast<size_t>(codec)]
                                                                    : fmt::format("codec {}", codec);
}

void require_codec(int codec, const Where& where, const std::string& column) {
  if (codec == kUncompressed || find_codec(codec) != nullptr) return;
  where.refuse(fmt::format("column '{}' is packed with {}, which decant does not read", column, codec_name(codec)),
               "Write it anew, in Python: import pyarrow.parquet as pq; pq.write_table(pq.read_table('FILE'), 'NEW', compression='zstd')");
}

void unpack(int codec, Bytes packed, size_t size, Buffer& out, const Where& where) {
  if (size > most_unpacked(packed.size()))
    where.refuse(fmt::format("claims to unpack from {} to {}", human_bytes(static_cast<int64_t>(packed.size())),
                             human_bytes(static_cast<int64_t>(size))));
  out.make(size);
  const Codec* const known = find_codec(codec);
  DECANT_CHECK(known != nullptr, ==, true);
  if (!known->unpack(packed, out))
    where.refuse(fmt::format("does not unpack ({}) to the {} bytes that it claims", codec_name(codec), size));
}

std::string pack(int codec, std::string_view plain) {
  const Codec* const known = find_codec(codec);
  return known == nullptr ? std::string(plain) : known->pack(plain);
}

}  // namespace decant::parquet
