// A table of pairs, and what follows from it, of any bytes; and a table of dropped rows.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/dedup/copies.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const auto pairs = decant::read_lines({reinterpret_cast<const char*>(data), size}, 9, 4, "fuzz");
    for (const decant::Stays stays : {decant::Stays::first, decant::Stays::largest, decant::Stays::labelled})
      decant::resolve_copies(pairs, {.threshold = 0.5, .stays = stays});
  } catch (const decant::InputError&) {
  }
  try {
    for (const decant::DroppedRow& row : decant::read_dropped({reinterpret_cast<const char*>(data), size}, 9, "fuzz"))
      DECANT_CHECK(row.dropped.row, <, 9);
  } catch (const decant::InputError&) {
  }
  return 0;
}
