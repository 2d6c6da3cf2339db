// A pickle that parses means the same once it is written and parsed again.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/formats/pickle/pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace pickle = decant::pickle;
  try {
    pickle::Document document = pickle::parse(std::as_bytes(std::span(data, size)), "fuzz");
    const auto found = pickle::find(document, document.root, "data");
    const auto array = found ? pickle::array_of(document, *found) : std::nullopt;
    const auto numbers = pickle::integers_of(document, document.root);
    const std::vector<std::byte> written = pickle::serialize(document);
    pickle::Document again = pickle::parse(written, "fuzz");
    if (pickle::integers_of(again, again.root) != numbers) std::abort();
    const auto same = pickle::find(again, again.root, "data");
    const auto twin = same ? pickle::array_of(again, *same) : std::nullopt;
    if (array.has_value() != twin.has_value() || (array && decant::as_text(array->data) != decant::as_text(twin->data))) std::abort();
  } catch (const decant::InputError&) {
  }
  return 0;
}
