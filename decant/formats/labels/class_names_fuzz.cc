// Any bytes as a description of a data set: names come out of what is there, or none.
#include <cstdint>

#include "decant/base/errors.h"
#include "decant/formats/labels/class_names.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& names : {decant::labels::class_names_in_json(text, "label"), decant::labels::class_names_in_card(text, "label")}) {
    size_t held = 0;
    for (const std::string& name : names) held += name.size();
    DECANT_CHECK(names.size(), <=, size);
    DECANT_CHECK(held, <=, 3 * size);  // a byte that is not UTF-8 may be kept as three
  }
  return 0;
}
