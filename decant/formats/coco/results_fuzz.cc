// Any bytes as results of a small truth, or as a truth of small results, boxes or masks: an
// InputError, or objects of pictures and classes that there are, with masks of their picture's
// size.
#include <string>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/formats/coco/results.h"
#include "decant/formats/memory_file_for_fuzz.h"

namespace {

using namespace decant;

constexpr std::string_view kTruth =
    R"({"images": [{"id": 1, "file_name": "a", "width": 40, "height": 30}], "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "area": 81, "iscrowd": 0, "segmentation": [[1, 1, 9, 1, 9, 9]]}], "categories": [{"id": 1, "name": "x"}]})";
constexpr std::string_view kResults = R"([{"image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9], "score": 0.5}])";

template <class Object>
void require_sound(const Object& object, const Detections& all) {
  DECANT_CHECK(object.picture, >=, 0);
  DECANT_CHECK(object.picture, <, all.pictures);
  DECANT_CHECK(object.label, >=, 0);
  DECANT_CHECK(object.label, <, all.classes);
}

/// That its outline can be made a mask.
void require_mask(const Outline& outline, const Rectangle& box, MaskSize size) {
  DECANT_CHECK(cover(mask_of(outline, box, size), size.height, size.width), ==, true);
}

void require_masks(const Detections& all) {
  DECANT_CHECK(all.truth_outlines.size(), ==, all.truth.size());
  DECANT_CHECK(all.found_outlines.size(), ==, all.found.size());
  const auto size_of = [&](const auto& object) { return all.sizes[static_cast<size_t>(object.picture)]; };
  for (size_t i = 0; i < all.truth.size(); ++i) require_mask(all.truth_outlines[i], all.truth[i].box, size_of(all.truth[i]));
  for (size_t i = 0; i < all.found.size(); ++i) require_mask(all.found_outlines[i], all.found[i].box, size_of(all.found[i]));
}

void measure(std::string_view truth, std::string_view results, bool masks) {
  const MemoryFile there(truth), found(results);
  try {
    const coco::Measured measured = coco::read_results(there.path(), found.path(), masks, {.threads = 1});
    for (const TrueObject& object : measured.detections.truth) require_sound(object, measured.detections);
    for (const DetectedObject& object : measured.detections.found) require_sound(object, measured.detections);
    if (masks) require_masks(measured.detections);
  } catch (const InputError&) {
  } catch (const IoError&) {
  }
}

/// Of a truth with masks: a polygon of a few bytes takes the time of each of the columns it lies
/// in.
constexpr size_t kMostTruth = 1024;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  measure(kTruth, text, false);
  measure(text, kResults, false);
  measure(kTruth, text, true);
  if (size <= kMostTruth) measure(text, kResults, true);
  return 0;
}
