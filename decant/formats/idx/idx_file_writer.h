// Writes one IDX file, plain or gzip, entry by entry.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "decant/base/file.h"
#include "decant/formats/idx/idx.h"

namespace decant {

class IdxFileWriter {
 public:
  /// `shape`: how many entries will come, then that of each. Throws IoError, here and below. gzip
  /// bytes are the same on every run with the same zlib.
  IdxFileWriter(const std::filesystem::path& file, const std::vector<int64_t>& shape, bool gzip, IdxElement element = IdxElement::u8);
  ~IdxFileWriter();

  /// The bytes of one entry or several.
  void write(Bytes entries);
  /// Puts the file in its place and returns its size; without it, there is none.
  int64_t commit();

 private:
  class Deflater;

  FileWriter writer_;
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace decant
