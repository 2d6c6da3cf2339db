// Pixels of masks given one value: compared, sample by sample, with what was there before.
#include "decant/formats/image/png_fill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/formats/image/png.h"
#include "decant/formats/image/png_rows.h"
#include "decant/formats/masks/mask_pixels.h"

namespace decant {
namespace {

struct FillCase {
  const char* name;
  int colour_type;  ///< SPNG_COLOR_TYPE_…
  int bits;
  unsigned entries;  ///< of its palette
  uint32_t value;    ///< that parts are given
  PngForm after;     ///< width and height aside
};
const FillCase kFillCases[] = {
    {"grey 8", SPNG_COLOR_TYPE_GRAYSCALE, 8, 0, 255, {.bits = 8}},
    {"grey 16", SPNG_COLOR_TYPE_GRAYSCALE, 16, 0, 255, {.bits = 16}},
    {"grey 2", SPNG_COLOR_TYPE_GRAYSCALE, 2, 0, 3, {.bits = 2}},
    {"grey 1", SPNG_COLOR_TYPE_GRAYSCALE, 1, 0, 0, {.bits = 1}},
    {"colours", SPNG_COLOR_TYPE_TRUECOLOR, 8, 0, 0x804001, {.channels = 3}},
    {"palette with a border", SPNG_COLOR_TYPE_INDEXED, 8, 256, 255, {.palette = true}},
    {"short palette", SPNG_COLOR_TYPE_INDEXED, 8, 21, 255, {.palette = true}},
    {"palette of 4 bits", SPNG_COLOR_TYPE_INDEXED, 4, 11, 11, {.bits = 4, .palette = true}},
    {"narrow palette", SPNG_COLOR_TYPE_INDEXED, 4, 11, 255, {.palette = true}},
    {"palette of 1 bit", SPNG_COLOR_TYPE_INDEXED, 1, 2, 255, {.palette = true}},
};

spng_plte palette_for_fill(unsigned entries) {
  spng_plte palette{.n_entries = entries};
  for (unsigned i = 0; i < entries; ++i)
    palette.entries[i] = {static_cast<uint8_t>(i), static_cast<uint8_t>(3 * i), static_cast<uint8_t>(255 - i), 255};
  return palette;
}

std::vector<std::byte> png_to_fill(const FillCase& kind, int width, int height, Random& random) {
  const int channels = kind.colour_type == SPNG_COLOR_TYPE_TRUECOLOR ? 3 : 1;
  image_codec::Raster raster(width, height, channels, kind.bits);
  const auto most = static_cast<uint64_t>(kind.entries > 0 ? kind.entries : 1u << kind.bits);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) raster.set_sample(x, y, c, static_cast<unsigned>(random.below(most)));
    }
  }
  const spng_ihdr header{.width = static_cast<uint32_t>(width),
                         .height = static_cast<uint32_t>(height),
                         .bit_depth = static_cast<uint8_t>(kind.bits),
                         .color_type = static_cast<uint8_t>(kind.colour_type)};
  const spng_plte palette = palette_for_fill(kind.entries);
  return image_codec::encode_png_rows(raster, header, kind.entries > 0 ? &palette : nullptr);
}

std::vector<PatchRect> some_rects(int width, int height, Random& random) {
  std::vector<PatchRect> rects;
  for (int i = 0; i < 3; ++i) {
    const auto left = static_cast<int>(random.below(static_cast<uint64_t>(width)));
    const auto top = static_cast<int>(random.below(static_cast<uint64_t>(height)));
    rects.push_back({left, top, left + 1 + static_cast<int>(random.below(static_cast<uint64_t>(width - left))),
                     top + 1 + static_cast<int>(random.below(static_cast<uint64_t>(height - top)))});
  }
  return rects;
}

bool inside_any(const std::vector<PatchRect>& rects, int x, int y) {
  for (const PatchRect& rect : rects) {
    if (x >= rect.left && x < rect.right && y >= rect.top && y < rect.bottom) return true;
  }
  return false;
}

TEST(FillPng, ChangesThePixelsOfThePartsAndNoOthers) {
  Random random(1, "fill");
  for (const FillCase& kind : kFillCases) {
    for (int round = 0; round < 12; ++round) {
      const auto width = static_cast<int>(1 + random.below(30)), height = static_cast<int>(1 + random.below(20));
      const std::vector<std::byte> source = png_to_fill(kind, width, height, random);
      const std::vector<PatchRect> rects = some_rects(width, height, random);
      std::vector<std::byte> out;
      fill_png(source, kind.name, rects, kind.value, out);
      const masks::MaskPixels before = masks::read_mask_pixels(source, kind.name), after = masks::read_mask_pixels(out, kind.name);
      ASSERT_EQ(after.values.size(), before.values.size());
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const auto at = static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x);
          ASSERT_EQ(after.values[at], inside_any(rects, x, y) ? kind.value : before.values[at]) << kind.name << " " << x << " " << y;
        }
      }
      if (out == source) continue;
      PngForm expected = kind.after;
      expected.width = width, expected.height = height;
      EXPECT_EQ(png_form(out, ""), expected) << kind.name;
      std::vector<std::byte> again;
      fill_png(out, "", rects, kind.value, again);
      EXPECT_EQ(again, out) << "the parts have the value already";
    }
  }
}

TEST(FillPng, KeepsThePaletteAndAddsTheEntry) {
  Random random(2, "fill");
  const std::vector<std::byte> source = png_to_fill(kFillCases[8], 8, 8, random);
  const std::vector<PatchRect> rects = {{0, 0, 4, 4}};
  std::vector<std::byte> out;
  fill_png(source, "x", rects, 255, out);
  const image_codec::PngContext context = image_codec::open_png(out, "x");
  spng_plte palette{};
  ASSERT_EQ(spng_get_plte(context.get(), &palette), 0);
  EXPECT_EQ(palette.n_entries, 256u);
  const spng_plte own = palette_for_fill(11);
  for (int i = 0; i < 11; ++i) {
    EXPECT_EQ(palette.entries[i].red, own.entries[i].red);
    EXPECT_EQ(palette.entries[i].green, own.entries[i].green);
    EXPECT_EQ(palette.entries[i].blue, own.entries[i].blue);
  }
  EXPECT_EQ(palette.entries[255].red, 224);
}

/// The decoder looks at nothing behind the pixels.
TEST(FillPng, LeavesOutASecondHeader) {
  Random random(4, "fill");
  const std::vector<std::byte> source = png_to_fill(kFillCases[8], 8, 8, random);
  std::string twice(as_text(source));
  constexpr size_t kHeader = 25, kEnd = 12;
  twice.insert(twice.size() - kEnd, twice.substr(8, kHeader));
  const std::vector<PatchRect> rects = {{0, 0, 4, 4}};
  std::vector<std::byte> out, plain;
  fill_png(as_bytes(twice), "x", rects, 255, out);
  fill_png(source, "x", rects, 255, plain);
  EXPECT_EQ(out, plain);
}

TEST(FillPng, RefusesWhatCannotHoldTheValue) {
  Random random(3, "fill");
  const std::vector<PatchRect> rects = {{0, 0, 2, 2}};
  std::vector<std::byte> out;
  const std::vector<std::byte> narrow = png_to_fill(kFillCases[3], 4, 4, random);
  EXPECT_EQ(largest_png_value(png_form(narrow, "")), 1u);
  expect_says(message_of([&] { fill_png(narrow, "m.png", rects, 255, out); }),
              {"m.png: has grey values of 1 bit, which cannot hold the value 255. Save it with 8 bits"});
  const FillCase clear{"", SPNG_COLOR_TYPE_GRAYSCALE, 8, 0, 0, {}};
  std::vector<std::byte> cut = png_to_fill(clear, 40, 40, random);
  cut.resize(cut.size() / 2);
  EXPECT_NE(message_of([&] { fill_png(cut, "m.png", rects, 255, out); }), "no error");
  expect_says(message_of([&] { fill_png(as_bytes("text"), "m.png", rects, 255, out); }), {"m.png", "is no PNG"});
}

}  // namespace
}  // namespace decant
