// Zip archives as a table of members: the central directory is read, each member by itself.
//
// Read: stored and deflated members, zip64. Why not a library: rows need any member at any time
// from a mapped file, by many threads, and stored members without a copy; and the table must be
// refused when it lies, before anything is believed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "decant/base/file.h"

namespace decant {

enum class ZipMethod : uint16_t { stored = 0, deflated = 8 };

struct ZipMember {
  std::string name;
  ZipMethod method = ZipMethod::stored;
  uint32_t crc = 0;
  int64_t size = 0;  ///< once inflated
  Bytes data;        ///< as it lies in the file
};

/// Whether the bytes begin as a zip archive does.
bool looks_like_zip(Bytes file);

/// All members but folders, in the order of the directory. `name` is for messages. Throws
/// InputError: no directory, a truncated one, encrypted members or methods other than the two,
/// names given twice, data outside the file or over one another, sizes that deflate cannot reach.
std::vector<ZipMember> zip_members(Bytes file, const std::string& name);

/// A member's bytes, checked by length and checksum: a view of the archive when it is stored, else
/// inflated into `scratch`. Throws InputError. Cost: one pass.
Bytes zip_bytes(const ZipMember& member, const std::string& archive, std::vector<std::byte>& scratch);

/// Writes archives that repeat byte for byte with the same zlib: no times, default level.
class ZipWriter {
 public:
  explicit ZipWriter(const std::filesystem::path& path);
  /// Throws IoError.
  void add(const std::string& name, ZipMethod method, Bytes bytes);
  /// Writes the directory and puts the file in its place; returns its size.
  int64_t commit();

 private:
  struct Entry {
    std::string name;
    ZipMethod method;
    uint32_t crc;
    uint64_t stored, size, offset;
  };
  FileWriter writer_;
  std::vector<Entry> entries_;
};

}  // namespace decant
