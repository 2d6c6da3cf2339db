// Any bytes as a mask's text and as polygons: the same pixels as when they are read one by one.
#include "decant/formats/coco/plain_masks_for_tests.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  decant::coco::plain::compare_masks_of({reinterpret_cast<const char*>(data), size});
  return 0;
}
