// Any bytes: a footer, and every page of every column of the first row groups, or an InputError.
// The last bytes of the input are put where a footer's are, so that the length and the magic need
// not be guessed.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <unistd.h>

#include "decant/base/errors.h"
#include "decant/formats/parquet/row_json.h"

namespace {

using namespace decant;

void read_rows(const parquet::ParquetFile& file) {
  std::vector<int> columns = file.footer().root().children;
  parquet::RowJson rows(file, std::move(columns));
  std::string json;
  for (int64_t row = 0; row < std::min<int64_t>(file.rows(), 64); ++row) {
    json.clear();
    rows.append(row, json);
    if (json.size() < 2) std::abort();
  }
}

void read_file(std::string_view bytes) {
  static const std::filesystem::path path = std::filesystem::temp_directory_path() / ("decant_parquet_fuzz_" + std::to_string(getpid()));
  write_file(path, bytes);
  try {
    const parquet::ParquetFile file(path, "fuzz", std::make_shared<parquet::PageCache>());
    read_rows(file);
    for (int group = 0; group < static_cast<int>(file.footer().groups.size()) && group < 4; ++group) {
      for (int column = 0; column < std::min(file.footer().column_count(), 16); ++column) file.pages(group, column);
    }
  } catch (const InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  read_file(bytes);
  if (size < 4) return 0;
  uint32_t length = 0;
  std::memcpy(&length, data, 2);
  const std::string body = bytes.substr(2);
  length = std::min<uint32_t>(length, static_cast<uint32_t>(body.size()));
  read_file("PAR1" + body + std::string(reinterpret_cast<const char*>(&length), 4) + "PAR1");
  return 0;
}
