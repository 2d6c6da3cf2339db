// Any bytes as a COCO json: an InputError, or images and objects that lie inside it; and what is
// written of every other image is read as those images again.
#include <string>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/formats/coco/coco_json.h"
#include "decant/formats/coco/coco_writer.h"
#include "decant/formats/coco/rle.h"
#include "decant/formats/memory_file_for_fuzz.h"

namespace {

using namespace decant;
using namespace decant::coco;

void require_inside(const CocoJson& json) {
  const auto size = std::ssize(json.text());
  DECANT_CHECK(json.objects.rows(), ==, std::ssize(json.images));
  for (const ObjectPlace& place : json.objects.places) {
    DECANT_CHECK(place.offset, >=, 0);
    DECANT_CHECK(place.length, >=, 2);
    DECANT_CHECK(place.offset + place.length, <=, size);
  }
  for (const int32_t label : json.objects.labels) DECANT_CHECK(label, <, static_cast<int32_t>(json.classes.size()));
  for (const CocoImage& image : json.images) DECANT_CHECK(image.fault.empty() && !is_safe_relative(image.name), ==, false);
}

void check_halves(const CocoJson& json) {
  std::vector<std::string> ids;
  std::vector<int64_t> counts;
  for (size_t row = 0; row < json.ids.size(); row += 2) {
    ids.push_back(json.ids[row]);
    counts.push_back(json.objects.of(static_cast<int64_t>(row)).size());
  }
  std::string kept;
  put_filtered(json.text(), json.members, elements_of_images(json.text(), json.members, ids, "fuzz"), "fuzz",
               [&](std::string_view piece) { kept += piece; });
  const MemoryFile half(kept);
  const CocoJson again = read_coco_json(half.path(), {.threads = 1});
  DECANT_CHECK(again.ids == ids, ==, true);
  for (size_t row = 0; row < ids.size(); ++row) DECANT_CHECK(again.objects.of(static_cast<int64_t>(row)).size(), ==, counts[row]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto runs = runs_from(text)) {
    DECANT_CHECK(runs->size(), <=, size);
    DECANT_CHECK(*runs_from(text_of(*runs)) == *runs, ==, true);
    if (cover(*runs, 30, 40)) DECANT_CHECK(box_of(*runs, 30).x1, <=, 40.0);
  }
  const MemoryFile file(text);
  static_cast<void>(looks_like_coco_json(file.path()));
  try {
    const CocoJson json = read_coco_json(file.path(), {.threads = 1});
    require_inside(json);
    check_halves(json);
  } catch (const InputError&) {
  } catch (const IoError&) {
  }
  return 0;
}
