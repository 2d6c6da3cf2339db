// Any bytes as text to learn from and to encode: tokens in range whose bytes are the text.
#include <string>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/text/byte_pairs.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace decant;
  using namespace decant::text;
  const std::string_view text = as_text(std::as_bytes(std::span(data, size)));
  const size_t half = size / 2;
  PieceCounts pieces;
  pieces.add(text.substr(0, half));
  const BytePairs pairs = learn_byte_pairs(pieces, BytePairs::kBytes + 40);
  std::vector<int32_t> ids;
  pairs.append(text, ids);
  std::string again;
  for (const int32_t id : ids) again += pairs.bytes_of(id);
  DECANT_CHECK(again == text, ==, true);
  DECANT_CHECK(ids.size(), <=, size);
  return 0;
}
