// What the pages of a column are packed with. Libraries do the work; sizes are checked here.
#pragma once

#include <string>
#include <string_view>

#include "decant/base/file.h"
#include "decant/formats/parquet/buffer.h"
#include "decant/formats/parquet/where.h"

namespace decant::parquet {

inline constexpr int kUncompressed = 0;
inline constexpr int kSnappy = 1;
inline constexpr int kGzip = 2;
inline constexpr int kBrotli = 4;
inline constexpr int kZstd = 6;
inline constexpr int kLz4Raw = 7;  ///< blocks alone; 5 is Hadoop's LZ4, with a frame of its own

/// "SNAPPY"; "codec 9" of a number that is none.
std::string codec_name(int codec);

/// Throws InputError, with what to do instead, for a codec that is not read here.
void require_codec(int codec, const Where& where, const std::string& column);

/// Unpacks into `out`, which gets exactly `size` bytes. Throws InputError where `packed` holds more
/// or less, is damaged, or where `size` is beyond what so few bytes may unpack to
/// (most_unpacked()).
void unpack(int codec, Bytes packed, size_t size, Buffer& out, const Where& where);

/// Packs what `plain` holds. REQUIRES: a codec that require_codec() lets through.
std::string pack(int codec, std::string_view plain);

}  // namespace decant::parquet
