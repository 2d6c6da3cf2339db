// Any bytes as a COCO json: the same rows, objects and faults as when it is read slowly, as strict
// JSON, an element at a time.
#include "decant/formats/coco/plain_coco_for_tests.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  decant::coco::plain::compare_readings({reinterpret_cast<const char*>(data), size});
  return 0;
}
