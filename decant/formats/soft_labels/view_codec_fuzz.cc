// Any bits of any shape: a fault, or finite logits of which none is above 0.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "decant/formats/soft_labels/view_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  const int64_t classes = 1 + data[0] + 256 * (data[1] % 4);
  const int bits = data[2] % 17 == 0 ? 32 : data[2] % 17;
  const decant::ViewShape shape{.classes = classes, .bits = bits, .top = 1 + data[3] % classes};
  std::vector<std::byte> bytes(static_cast<size_t>((decant::bits_of_view(shape) + 7) / 8));
  std::copy_n(reinterpret_cast<const std::byte*>(data) + 4, std::min(bytes.size(), size - 4), bytes.begin());
  if (!decant::fault_of_view(shape, bytes, 0).empty()) return 0;
  std::vector<float> logits(static_cast<size_t>(classes));
  decant::decode_view(shape, bytes, 0, logits);
  if (!std::ranges::all_of(logits, [](float value) { return std::isfinite(value) && value <= 0; })) std::abort();
  return 0;
}
