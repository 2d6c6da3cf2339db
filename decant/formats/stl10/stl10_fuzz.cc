// The first byte says how many pictures there are, the next how many bytes too many; the rest are
// labels and class names: rows with a class of ten, or an InputError.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/formats/stl10/stl10.h"

namespace {

const std::filesystem::path& fuzzed_stl10() {
  static const auto path = std::filesystem::temp_directory_path() / ("decant_stl10_" + std::to_string(getpid()));
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int swept = std::atexit([] { std::filesystem::remove_all(fuzzed_stl10()); });
  if (swept != 0 || size < 2) return 0;
  std::filesystem::create_directories(fuzzed_stl10());
  const decant::Bytes rest = std::as_bytes(std::span(data + 2, size - 2));
  const size_t pictures = data[0] % 4;
  decant::write_file(fuzzed_stl10() / "train_X.bin", std::string(pictures * 27648 + (data[1] % 8 == 0 ? data[1] / 8 : 0), 'x'));
  decant::write_file(fuzzed_stl10() / "train_y.bin", rest.first(std::min(rest.size(), pictures)));
  decant::write_file(fuzzed_stl10() / "class_names.txt", rest.subspan(std::min(rest.size(), pictures)));
  try {
    const decant::Dataset dataset = decant::open_stl10(fuzzed_stl10());
    if (dataset.classes.size() != 10) std::abort();
    for (int64_t row = 0; row < dataset.train().size(); ++row) {
      if (dataset.train().label(row) < 0 || dataset.train().label(row) >= 10) std::abort();
    }
  } catch (const decant::InputError&) {
  }
  return 0;
}
