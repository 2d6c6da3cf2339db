// A text file as it lies on disk: mapped, or where it is packed by gzip or Zstandard, unpacked into
// memory; and the same way back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/file.h"

namespace decant::records {

enum class Packing { none, gzip, zstd };

/// By the file's first bytes.
Packing packing_of(Bytes stored);

/// `limit` 0: all of it, up to most_unpacked() (inflate/inflate.h): beyond, an InputError. Else the
/// first bytes of it, `limit` at most. Throws InputError for damaged or truncated data, unless a
/// limit is reached first.
std::vector<std::byte> unpacked(Bytes stored, Packing packing, const std::string& file, size_t limit = 0);

class StoredText {
 public:
  explicit StoredText(const std::filesystem::path& path);

  std::string_view text() const { return as_text(packing_ == Packing::none ? file_.bytes() : Bytes(unpacked_)); }
  Packing packing() const { return packing_; }
  int64_t stored_bytes() const { return std::ssize(file_.bytes()); }
  std::string name() const { return file_.path().string(); }

 private:
  MappedFile file_;
  Packing packing_ = Packing::none;
  std::vector<std::byte> unpacked_;
};

/// Writes a text file in the same packing. The same text gives the same bytes: gzip's header holds
/// no name and no time.
class TextWriter {
 public:
  class Packer;
  TextWriter(const std::filesystem::path& path, Packing packing);
  ~TextWriter();
  TextWriter(const TextWriter&) = delete;
  TextWriter& operator=(const TextWriter&) = delete;

  void write(std::string_view text);
  /// Returns bytes written.
  int64_t commit();

 private:
  FileWriter writer_;
  std::unique_ptr<Packer> packer_;
};

}  // namespace decant::records
