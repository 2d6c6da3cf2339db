// Any bytes as an annotation and as a list of names: objects that lie inside the file, and lines
// that do.
#include <string_view>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/voc/voc_layout.h"
#include "decant/formats/voc/voc_xml.h"

using namespace decant;
using namespace decant::voc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(looks_like_voc_xml(text));
  const VocXml xml = read_voc_xml(text);
  for (const VocObject& object : xml.objects) {
    DECANT_CHECK(object.place.offset, >=, 0);
    DECANT_CHECK(object.place.offset + object.place.length, <=, std::ssize(text));
    if (!object.fault.empty()) continue;
    DECANT_CHECK(object.name.empty(), ==, false);
    DECANT_CHECK(object.box.width() > 0 && object.box.height() > 0, ==, true);
  }
  const std::vector<std::string> names = {"", "a", "b c"};
  for (const bool of_rows : {false, true}) {
    const std::string kept = lines_of_names(text, names, of_rows);
    DECANT_CHECK(kept.size(), <=, size);
    DECANT_CHECK(lines_of_names(kept, names, of_rows) == kept, ==, true);
  }
  return 0;
}
