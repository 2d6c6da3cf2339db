// Any text: a value that is written and read again as the same, or an InputError; the two parsers
// agree on which.
#include <cstdlib>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const decant::Json tried = decant::try_parse_json(text);
  try {
    const decant::Json value = decant::parse_json(text, "fuzz");
    if (tried.is_discarded() || value != tried) std::abort();
    if (decant::parse_json(decant::json_text(value)) != value) std::abort();
  } catch (const decant::InputError&) {
    if (!tried.is_discarded()) std::abort();
  }
  return 0;
}
