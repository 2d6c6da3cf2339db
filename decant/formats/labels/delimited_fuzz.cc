// Any bytes as a table: records follow each other without overlap and hold no more than they are.
#include <cstdint>

#include "decant/base/errors.h"
#include "decant/formats/labels/delimited.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char delimiter : {',', '\t', ' '}) {
    decant::labels::DelimitedReader reader(text, delimiter);
    size_t last = 0;
    while (reader.next()) {
      DECANT_CHECK(reader.begin(), >=, last);
      DECANT_CHECK(reader.end(), >, reader.begin());
      DECANT_CHECK(reader.end(), <=, size);
      size_t held = 0;
      for (size_t i = 0; i < reader.count() && i < 10000; ++i) held += reader.field(i).size();
      DECANT_CHECK(held, <=, reader.end() - reader.begin());
      last = reader.end();
    }
  }
  return 0;
}
