// Any bytes: records that lie inside them and are the same bytes again, or an InputError.
#include <cstdlib>

#include "decant/base/errors.h"
#include "decant/select/bins/bin_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto file = std::as_bytes(std::span(data, size));
  const std::string identity(32, '0');
  try {
    std::vector<std::byte> again;
    for (const decant::BinRecord& record : decant::parse_bins(file, "fuzz"))
      decant::append_bin(record.pool, record.bin, record.content.rows, record.content.gains, again);
    if (decant::as_text(again) != decant::as_text(file)) std::abort();
  } catch (const decant::InputError&) {
  }
  try {
    decant::parse_bin_file(file, identity, "fuzz");
  } catch (const decant::InputError&) {
  }
  return 0;
}
