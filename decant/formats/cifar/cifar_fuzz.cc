// The first byte chooses the kind; the rest is one file, repeated to whole records when it is
// short, so that records are reached.
#include <algorithm>
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/cifar/cifar.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const decant::CifarKind& kind = (data[0] & 1) != 0 ? decant::kCifar100 : decant::kCifar10;
  std::vector<std::byte> file;
  for (size_t i = 1; i < size; ++i) file.push_back(std::byte{data[i]});
  if ((data[0] & 2) != 0 && !file.empty()) {
    file.resize(std::min<size_t>(file.size(), 8));
    std::vector<std::byte> records;
    for (const std::byte value : file) records.insert(records.end(), static_cast<size_t>(kind.record_bytes()), value);
    file = std::move(records);
  }
  try {
    const std::vector<uint8_t> labels = decant::cifar_labels(file, kind, "fuzz");
    for (size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] >= kind.classes) std::abort();
      uint8_t pixels[3 * decant::kCifarPixels];
      const std::byte* record = file.data() + i * static_cast<size_t>(kind.record_bytes());
      decant::interleave_planes(record + kind.label_bytes, pixels);
      if (pixels[3071] != std::to_integer<uint8_t>(record[kind.record_bytes() - 1])) std::abort();
    }
  } catch (const decant::InputError&) {
  }
  return 0;
}
