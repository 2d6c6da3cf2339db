#include "decant/formats/masks/mask_values.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unordered_map>

#include "decant/base/errors.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/png_fill.h"
#include "decant/formats/image/png_samples.h"

namespace decant::masks {
namespace {

/// Counts of bytes; four tables, since equal neighbours would wait for each other in one.
class ByteCounts {
 public:
  void add(std::span<const uint8_t> bytes) {
    size_t i = 0;
    for (; i + 4 <= bytes.size(); i += 4) {
      ++tables_[0][bytes[i]];
      ++tables_[1][bytes[i + 1]];
      ++tables_[2][bytes[i + 2]];
      ++tables_[3][bytes[i + 3]];
    }
    for (; i < bytes.size(); ++i) ++tables_[0][bytes[i]];
  }
  /// Samples of 1, 2 or 4 bits from the high end of each byte.
  void add_packed(std::span<const uint8_t> bytes, int width, int bits) {
    const int mask = (1 << bits) - 1;
    const int each = 8 / bits;
    for (int x = 0; x < width; ++x) ++tables_[0][(bytes[static_cast<size_t>(x / each)] >> (8 - bits - bits * (x % each))) & mask];
  }
  void take(std::vector<ValueCount>& values) const {
    for (uint32_t value = 0; value < 256; ++value) {
      const int64_t pixels = tables_[0][value] + tables_[1][value] + tables_[2][value] + tables_[3][value];
      if (pixels > 0) values.push_back({value, pixels});
    }
  }

 private:
  std::array<std::array<int64_t, 256>, 4> tables_{};
};

/// Counts of values of which there may be many; neighbours are mostly equal.
class ValueCounts {
 public:
  void add(uint32_t value) {
    if (value == last_) return void(++run_);
    flush();
    last_ = value;
    run_ = 1;
  }
  void take(std::vector<ValueCount>& values) {
    flush();
    for (const auto& [value, pixels] : counts_) values.push_back({value, pixels});
    std::ranges::sort(values, {}, &ValueCount::value);
  }

 private:
  void flush() {
    if (run_ > 0) counts_[last_] += run_;
    run_ = 0;
  }
  std::unordered_map<uint32_t, int64_t> counts_;
  uint32_t last_ = 0;
  int64_t run_ = 0;
};

void require_countable(const PngForm& form, std::string_view name) {
  const std::string file(name);
  if (form.channels == 2 || form.channels == 4)
    throw InputError(
        {file, "", "has transparency, so it is a picture and no mask of classes", "Save the classes alone, as grey values or a palette"});
  if (form.channels == 3 && form.bits != 8)
    throw InputError({file, "", "has colours of 16 bits", "Save the classes as grey values, a palette, or colours of 8 bits"});
}

}  // namespace

MaskContent read_class_mask(Bytes bytes, std::string_view name) {
  if (const auto codec = codec_of(bytes); codec && *codec != Codec::png)
    throw InputError(
        {std::string(name), "", *codec == Codec::jpeg ? "is a JPEG, whose compression changes values" : "is no PNG", "Save masks as PNG"});
  const PngForm form = png_form(bytes, name);
  require_countable(form, name);
  MaskContent content{.width = form.width, .height = form.height, .colours = form.channels == 3, .largest = largest_png_value(form)};
  ByteCounts bytes_counted;
  ValueCounts values_counted;
  const bool many = form.bits == 16 || form.channels == 3;
  each_png_line(bytes, name, [&](const PngForm&, std::span<const uint8_t> line) {
    if (form.channels == 3) {
      for (size_t i = 0; i + 2 < line.size(); i += 3)
        values_counted.add(static_cast<uint32_t>(line[i] << 16 | line[i + 1] << 8 | line[i + 2]));
    } else if (form.bits == 16) {
      for (size_t i = 0; i + 1 < line.size(); i += 2) {
        uint16_t value = 0;
        std::memcpy(&value, line.data() + i, 2);
        values_counted.add(value);
      }
    } else if (form.bits == 8) {
      bytes_counted.add(line);
    } else {
      bytes_counted.add_packed(line, form.width, form.bits);
    }
  });
  many ? values_counted.take(content.values) : bytes_counted.take(content.values);
  return content;
}

}  // namespace decant::masks
