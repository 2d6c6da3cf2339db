// Any bytes as a mask and as a table of classes: an InputError, or counts that add up to the mask's
// pixels, and a mask that can be filled in part.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>

#include "decant/base/errors.h"
#include "decant/formats/image/png_fill.h"
#include "decant/formats/masks/colour_table.h"
#include "decant/formats/masks/mask_pixels.h"
#include "decant/formats/masks/mask_values.h"

namespace {

using namespace decant;
using namespace decant::masks;

void check_mask(Bytes bytes) {
  try {
    const MaskContent mask = read_class_mask(bytes, "fuzz");
    int64_t pixels = 0;
    for (size_t i = 0; i < mask.values.size(); ++i) {
      DECANT_CHECK(mask.values[i].pixels, >, 0);
      if (i > 0) DECANT_CHECK(mask.values[i].value, >, mask.values[i - 1].value);
      pixels += mask.values[i].pixels;
    }
    DECANT_CHECK(pixels, ==, int64_t{mask.width} * mask.height);
    if (pixels <= 1'000'000) {
      std::vector<uint32_t> each = read_mask_pixels(bytes, "fuzz").values;
      std::ranges::sort(each);
      for (const ValueCount& value : mask.values) {
        const auto equal = std::ranges::equal_range(each, value.value);
        DECANT_CHECK(std::ssize(equal), ==, value.pixels);
      }
    }
  } catch (const InputError&) {
  }
}

/// Its upper half filled: those pixels have the value, the others theirs.
void check_filled(Bytes bytes) {
  try {
    const PngForm form = png_form(bytes, "fuzz");
    if (int64_t{form.width} * form.height > 100'000) return;  // legal, only slow
    const MaskPixels before = read_mask_pixels(bytes, "fuzz");
    const PatchRect upper{0, 0, form.width, (form.height + 1) / 2};
    const uint32_t value = std::min<uint32_t>(largest_png_value(form), 0xfe);
    std::vector<std::byte> out;
    fill_png(bytes, "fuzz", {&upper, 1}, value, out);
    const MaskPixels after = read_mask_pixels(out, "fuzz");
    DECANT_CHECK(after.values.size(), ==, before.values.size());
    const size_t filled = static_cast<size_t>(upper.bottom) * static_cast<size_t>(form.width);
    for (size_t i = 0; i < after.values.size(); ++i) DECANT_CHECK(after.values[i], ==, i < filled ? value : before.values[i]);
  } catch (const InputError&) {
  }
}

/// The file's name says of which kind it is.
void check_table(std::string_view text, const char* name) {
  static const std::string folder = [] {
    std::string path = "/tmp/decant_fuzz_XXXXXX";
    DECANT_CHECK(mkdtemp(path.data()) != nullptr, ==, true);
    return path;
  }();
  const std::string file = folder + "/" + name;
  write_file(file, text);
  try {
    const ClassTable table = read_class_table(file);
    DECANT_CHECK(table.classes.empty(), ==, false);
  } catch (const InputError&) {
  }
  ::unlink(file.c_str());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_mask(as_bytes(text));
  check_filled(as_bytes(text));
  constexpr const char* kNames[] = {"label_colors.txt", "config.json", "objectInfo150.txt", "classes.txt"};
  check_table(text, kNames[size % std::size(kNames)]);
  return 0;
}
