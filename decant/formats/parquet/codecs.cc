#include "decant/formats/parquet/codecs.h"

#include <array>
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

}  // namespace

std::string codec_name(int codec) {
  return codec >= 0 && codec < static_cast<int>(kCodecNames.size()) ? kCodecNames[static_cast<size_t>(codec)]
                                                                    : fmt::format("codec {}", codec);
}

void require_codec(int codec, const Where& where, const std::string& column) {
  if (codec == kUncompressed || codec == kSnappy || codec == kGzip || codec == kZstd) return;
  where.refuse(fmt::format("column '{}' is packed with {}, which decant does not read", column, codec_name(codec)),
               "Write it anew, in Python: import pyarrow.parquet as pq; pq.write_table(pq.read_table('FILE'), 'NEW', compression='zstd')");
}

void unpack(int codec, Bytes packed, size_t size, Buffer& out, const Where& where) {
  if (size > most_unpacked(packed.size()))
    where.refuse(fmt::format("claims to unpack from {} to {}", human_bytes(static_cast<int64_t>(packed.size())),
                             human_bytes(static_cast<int64_t>(size))));
  out.make(size);
  const bool whole = codec == kSnappy ? unpack_snappy(packed, out) : codec == kZstd ? unpack_zstd(packed, out) : unpack_gzip(packed, out);
  if (!whole) where.refuse(fmt::format("does not unpack ({}) to the {} bytes that it claims", codec_name(codec), size));
}

std::string pack(int codec, std::string_view plain) {
  if (codec == kSnappy) {
    std::string packed;
    snappy::Compress(plain.data(), plain.size(), &packed);
    return packed;
  }
  if (codec == kGzip) return pack_gzip(plain);
  if (codec == kZstd) return pack_zstd(plain);
  return std::string(plain);
}

}  // namespace decant::parquet
