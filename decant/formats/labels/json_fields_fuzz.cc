// Any bytes as JSON: some fields or none, and never more text than there is.
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/labels/json_fields.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> names = {"label", "a.b", "file_name"};
  const auto fields = decant::labels::json_fields(text, names);
  if (!fields) return 0;
  DECANT_CHECK(fields->size(), ==, names.size());
  for (const auto& field : *fields) DECANT_CHECK(field.text.size(), <=, 2 * size);
  return 0;
}
