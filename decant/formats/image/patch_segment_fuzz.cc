// Any bytes as a stored mask: an InputError, or a mask that is stored as just these bytes. And any
// bits as a mask, which must come back; with one byte changed they must not.
#include "decant/base/errors.h"
#include "decant/formats/image/patch_segment.h"

namespace {

using namespace decant;

void read_as_mask(Bytes packed, const PatchGrid& whole) {
  try {
    const PatchMask mask = image_codec::unpack_mask(packed, whole, "fuzz");
    DECANT_CHECK((image_codec::pack_mask(mask, "fuzz") == std::vector<std::byte>(packed.begin(), packed.end())), ==, true);
  } catch (const InputError&) {
  }
}

void store_as_mask(Bytes bits, const PatchGrid& whole, int cells, size_t changed) {
  PatchMask mask = PatchMask::whole(PatchGrid(whole.width(), whole.height(), whole.unit(), cells));
  for (size_t i = 0; i < mask.kept.size() && i / 8 < bits.size(); ++i) mask.kept[i] = (bits[i / 8] >> i % 8 & std::byte{1}) != std::byte{0};
  std::vector<std::byte> packed = image_codec::pack_mask(mask, "fuzz");
  DECANT_CHECK((image_codec::unpack_mask(packed, whole, "fuzz") == mask), ==, true);
  packed[changed % packed.size()] ^= std::byte{0x10};
  try {
    image_codec::unpack_mask(packed, whole, "fuzz");
  } catch (const InputError&) {
    return;
  }
  DECANT_CHECK(changed, ==, packed.size());  // never
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 6) return 0;
  const PatchGrid whole(1 + data[0] * 3, 1 + data[1] * 3, {8 << data[2] % 2, 8 << data[2] / 2 % 2}, 1);
  const Bytes rest = std::as_bytes(std::span(data + 5, size - 5));
  read_as_mask(rest, whole);
  store_as_mask(rest, whole, 1 + data[3] % 40, data[4]);
  return 0;
}
