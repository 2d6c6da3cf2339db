// What the pages of a column are packed with. Libraries do the work; sizes are checked here.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "decant/base/file.h"
#include "decant/formats/parquet/where.h"

namespace decant::parquet {

inline constexpr int kUncompressed = 0;
inline constexpr int kSnappy = 1;
inline constexpr int kGzip = 2;
inline constexpr int kBrotli = 4;
inline constexpr int kZstd = 6;
inline constexpr int kLz4Raw = 7;  ///< blocks alone; 5 is Hadoop's LZ4, with a frame of its own

/// Bytes that are about to be written over: filling 10 MB with zeros first costs as much as
/// unpacking them.
class Buffer {
 public:
  void make(size_t size) {
    data_ = std::make_unique_for_overwrite<std::byte[]>(size);
    size_ = size;
  }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::byte* data() { return data_.get(); }
  Bytes bytes() const { return {data_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[]> data_;
  size_t size_ = 0;
};

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
