// Any bytes as a label file and as a data.yaml: objects whose numbers hold together, and of a yaml
// an InputError or what is written of it read again as what was to be written.
#include <cmath>
#include <string>
#include <string_view>

#include "decant/base/errors.h"
#include "decant/formats/memory_file_for_fuzz.h"
#include "decant/formats/yolo/data_yaml.h"
#include "decant/formats/yolo/label_lines.h"

namespace {

using namespace decant;
using namespace decant::yolo;

void require_sound(const Objects& objects, std::string_view text, int64_t classes) {
  DECANT_CHECK(objects.boxes.size(), ==, objects.labels.size());
  DECANT_CHECK(objects.areas.size(), ==, objects.labels.size());
  DECANT_CHECK(objects.flags.size(), ==, objects.labels.size());
  DECANT_CHECK(objects.places.size(), ==, objects.labels.size());
  int64_t last = -1;
  for (const ObjectFault& fault : objects.faults) {
    DECANT_CHECK(fault.object, >, last);
    DECANT_CHECK(objects.counts(fault.object), ==, false);
    last = fault.object;
  }
  for (int64_t i = 0; i < objects.size(); ++i) {
    const auto at = static_cast<size_t>(i);
    DECANT_CHECK(objects.places[at].offset + objects.places[at].length, <=, std::ssize(text));
    if (!objects.counts(i)) continue;
    DECANT_CHECK(objects.labels[at], >=, 0);
    DECANT_CHECK(objects.labels[at], <, classes);
    DECANT_CHECK(objects.boxes[at].width(), >, 0);
    DECANT_CHECK(objects.areas[at], >=, 0);
    DECANT_CHECK(std::isfinite(objects.areas[at]), ==, true);
  }
}

void check_lines(std::string_view text) {
  for (const LineRules& rules : {LineRules{3, 0, 0}, LineRules{3, 9, 3}}) {
    Objects objects;
    static_cast<void>(read_label_lines(text, {64, 48, 6}, rules, objects));
    require_sound(objects, text, rules.classes);
  }
  static_cast<void>(looks_like_label(text));
}

void check_yaml(std::string_view text) {
  const MemoryFile file(text);
  try {
    const DataYaml yaml = read_data_yaml(file.path());
    if (!yaml.splits.contains(Split::train)) return;
    const MemoryFile written(with_splits(yaml, {{Split::train, {"a b/images"}}}));
    const DataYaml again = read_data_yaml(written.path());
    DECANT_CHECK(again.path.empty(), ==, true);
    DECANT_CHECK(again.splits.at(Split::train) == std::vector<std::string>{"a b/images"}, ==, true);
    DECANT_CHECK(again.classes == yaml.classes, ==, true);
  } catch (const InputError&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_lines(text);
  check_yaml(text);
  return 0;
}
