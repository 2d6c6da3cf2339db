// Any bytes as a packed file: an InputError, or a file whose every row can be asked. Bytes that a
// fuzzer changed never pass the checksum, so a second try puts magics and checksum right.
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/packed/forging.h"
#include "decant/formats/packed/packed_codec.h"
#include "decant/formats/packed/packed_file.h"

namespace {

using namespace decant;

void read_all(Bytes file) {
  try {
    const packed::PackedView view(file, "fuzz");
    DECANT_CHECK(view.size() * static_cast<int64_t>(packed::kEntryBytes), <=, static_cast<int64_t>(file.size()));
    size_t keys = 0;
    for (int64_t row = 0; row < view.size(); ++row) {
      DECANT_CHECK(view.label(row), >=, kNoLabel);
      keys += view.key(row).size();
      try {
        const packed::Record record = packed::parse_record(view.record(row), view.fixed_size(), "fuzz");
        DECANT_CHECK(record.samples.size(), <=, file.size());
      } catch (const InputError&) {
      }
    }
    DECANT_CHECK(keys, <=, (file.size() + 10) * static_cast<size_t>(view.size()));
    packed::read_model(view.model(), "fuzz");
  } catch (const InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes = std::as_bytes(std::span(data, size));
  read_all(bytes);
  std::vector<std::byte> forged(bytes.begin(), bytes.end());
  packed::forge(forged);
  read_all(forged);
  return 0;
}
