// Any bytes as an archive of pictures: rows whose pixels and labels can be asked for, or an
// InputError.
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/npz/npz.h"

namespace {

const std::filesystem::path& fuzzed_npz() {
  static const auto path = std::filesystem::temp_directory_path() / ("decant_npz_" + std::to_string(getpid()) + ".npz");
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int swept = std::atexit([] { std::filesystem::remove(fuzzed_npz()); });
  if (swept != 0) std::abort();
  decant::write_file(fuzzed_npz(), std::as_bytes(std::span(data, size)));
  try {
    const decant::Dataset dataset = decant::open_npz(fuzzed_npz());
    std::vector<std::byte> scratch;
    for (const auto& [split, rows] : dataset.splits) {
      const decant::ImageSize picture = *rows->pictures()->fixed_size();
      for (int64_t row = 0; row < rows->size(); ++row) {
        if (std::ssize(rows->bytes(row, scratch)) != picture.bytes()) std::abort();
        if (rows->label(row) < decant::kNoLabel) std::abort();
      }
    }
  } catch (const decant::InputError&) {
  }
  return 0;
}
