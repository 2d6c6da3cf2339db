#include "decant/formats/image/codec_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return decant::fuzz_codec(decant::Codec::tiff, data, size);
}
