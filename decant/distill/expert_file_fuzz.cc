// Expert files: whatever the bytes, an InputError or the tensors that were asked for.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/distill/expert_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace decant;
  const std::vector<distill::ExpertTensor> expected{{"a", {2, 3}, {}}, {"b", {4}, {}}};
  try {
    const auto read = distill::parse_expert(std::as_bytes(std::span(data, size)), "fuzz", expected, {"experts/0", 0, 0});
    if (read.size() != 2 || read[0].values.size() != 6 || read[1].values.size() != 4) std::abort();
  } catch (const InputError&) {
  }
  return 0;
}
