// Any bytes as a record under any model: an InputError, or a picture of the size that was claimed,
// whose dropped cells are flat, and which comes back when it is encoded again.
#include <vector>

#include "decant/base/errors.h"
#include "decant/formats/packed/packed_codec.h"

namespace {

using namespace decant;

constexpr size_t kModelBytes = 144;  // at most: the rest is the record

/// Taps and θ of the first kinds from these bytes, over and over; nothing learnt without any.
/// Reading a stored model is packed_fuzz.cc's: it is too slow for here.
const packed::Model& model_of(Bytes bytes) {
  static packed::Model model;
  const auto number = [&](size_t i) { return bytes.empty() ? 0 : static_cast<int8_t>(bytes[i % bytes.size()]); };
  for (size_t i = 0; i < size_t{3} * packed::kTaps; ++i)
    model.taps[i / packed::kTaps][i % packed::kTaps] = static_cast<int16_t>(256 * number(i));
  for (size_t i = 0; i < 4 * packed::kThetasPerKind; i += 5) model.theta[i] = static_cast<int16_t>(number(i / 5));
  return model;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Bytes bytes = std::as_bytes(std::span(data, size));
  if (bytes.empty()) return 0;
  const bool fixed = (data[0] & 1) != 0;
  const size_t taken = std::min<size_t>(bytes.size() - 1, (data[0] & 2) != 0 ? kModelBytes : 0);
  const packed::Model& model = model_of(bytes.subspan(1, taken));
  const std::optional<ImageSize> size_of_all = fixed ? std::optional(ImageSize{12, 9, 3}) : std::nullopt;
  try {
    const packed::Record record = packed::parse_record(bytes.subspan(1 + taken), size_of_all, "fuzz");
    if (record.size.bytes() > 3000) return 0;  // legal, only slow
    Image image;
    packed::decode_record(model, record, image);
    DECANT_CHECK(image.size == record.size, ==, true);
    Image again = image;
    std::vector<std::byte> encoded;
    packed::encode_record(model, again, record.mask ? &*record.mask : nullptr, fixed, encoded);
    DECANT_CHECK(again.pixels == image.pixels, ==, true);  // dropped cells were flat
    const packed::Record second = packed::parse_record(encoded, size_of_all, "fuzz");
    DECANT_CHECK(second.mask == record.mask, ==, true);
    packed::decode_record(model, second, again);
    DECANT_CHECK(again.pixels == image.pixels, ==, true);
  } catch (const InputError&) {
  }
  return 0;
}
