// Quality and resolution, against plain restatements of their formulas.
#include "decant/formats/image/jpeg_blocks.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numbers>

#include "decant/base/test_support.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/image/jpeg_for_tests.h"
#include "decant/formats/image/recode.h"

namespace decant {
namespace {

using testing::HasSubstr;

std::vector<std::byte> made_smaller(Bytes bytes, const Recoding& how) {
  std::vector<std::byte> out;
  recode(bytes, "x.jpg", how, out);
  return out;
}

/// The tables of a JPEG of that quality.
std::array<uint16_t, 64> standard_steps(int quality, bool luminance) {
  Random random(0);
  return content_of(make_jpeg({.quality = quality}, random)).components[luminance ? 0 : 1].steps;
}

TEST(JpegQuality, RoundsToTheCoarserOfBothSteps) {
  Random random(1, "quality");
  for (int trial = 0; trial < 100; ++trial) {
    const JpegKind kind = random_jpeg(random);
    const int quality = one_to(random, 100);
    const std::vector<std::byte> source = make_jpeg(kind, random);
    const JpegContent before = content_of(source);
    const JpegContent after = content_of(made_smaller(source, {.quality = quality}));
    const bool one_table = kind.luminance_for_all || kind.factors.size() == 4;
    for (size_t c = 0; c < before.components.size(); ++c) {
      const JpegComponent& old = before.components[c];
      const auto standard = standard_steps(quality, c == 0 || one_table);
      for (size_t k = 0; k < 64; ++k) {
        const int step = std::max(old.steps[k], standard[k]);
        ASSERT_EQ(after.components[c].steps[k], step);
        for (size_t b = 0; b < old.blocks.size(); ++b)
          ASSERT_EQ(after.components[c].blocks[b][k], std::lround(1.0 * old.blocks[b][k] * old.steps[k] / step));
      }
    }
  }
}

TEST(JpegQuality, ChangesNothingThatIsCoarserAlready) {
  Random random(2, "quality");
  const std::vector<std::byte> source = make_jpeg({.restart = 1, .quality = 60}, random);
  const std::vector<std::byte> plain = made_smaller(source, {});
  EXPECT_EQ(made_smaller(source, {.quality = 60}), plain);
  EXPECT_EQ(made_smaller(source, {.quality = 100}), plain);
  EXPECT_EQ(made_smaller(plain, {.quality = 60}), plain);
  EXPECT_LT(made_smaller(source, {.quality = 30}).size(), plain.size());
}

TEST(JpegQuality, GoesTogetherWithDroppedCells) {
  Random random(3, "quality");
  const std::vector<std::byte> source = make_jpeg({.quality = 90}, random);
  const PatchMask mask = random_mask(patch_grid_of(source, "", 4), random);
  const std::vector<std::byte> coarse = made_smaller(source, {.quality = 40});
  EXPECT_EQ(made_smaller(source, {.mask = &mask, .quality = 40}), made_smaller(coarse, {.mask = &mask}));
}

double basis(int n, int k, int i) {
  return std::sqrt((k == 0 ? 1.0 : 2.0) / n) * std::cos(std::numbers::pi * (2 * i + 1) * k / (2 * n));
}

/// Sample (x, y) of a component at n/8 of its size, without rounding.
double scaled_sample(const JpegComponent& from, int n, int x, int y) {
  x = std::min(x, from.across * n - 1);
  y = std::min(y, from.down * n - 1);
  double sum = 0;
  for (int v = 0; v < n; ++v) {
    for (int u = 0; u < n; ++u) {
      const auto k = static_cast<size_t>(8 * v + u);
      sum += n / 8.0 * from.block(x / n, y / n)[k] * from.steps[k] * basis(n, u, x % n) * basis(n, v, y % n);
    }
  }
  return sum;
}

void expect_scaled(const JpegComponent& from, const JpegComponent& to, int n) {
  ASSERT_EQ(to.steps, from.steps);
  for (int by = 0; by < to.down; ++by) {
    for (int bx = 0; bx < to.across; ++bx) {
      double samples[8][8];
      for (int y = 0; y < 8; ++y) {
        for (int x = 0; x < 8; ++x) samples[y][x] = scaled_sample(from, n, 8 * bx + x, 8 * by + y);
      }
      for (int k = 0; k < 64; ++k) {
        double sum = 0;
        for (int y = 0; y < 8; ++y) {
          for (int x = 0; x < 8; ++x) sum += samples[y][x] * basis(8, k % 8, x) * basis(8, k / 8, y);
        }
        const auto i = static_cast<size_t>(k);
        ASSERT_NEAR(to.block(bx, by)[i], sum / from.steps[i], 0.5 + 1e-6);
      }
    }
  }
}

TEST(JpegResolution, IsTheLowFrequenciesOfEveryBlock) {
  Random random(4, "resolution");
  for (int trial = 0; trial < 40; ++trial) {
    JpegKind kind = random_jpeg(random);
    kind.width = one_to(random, 60);
    kind.height = one_to(random, 40);
    const int eighths = one_to(random, 7);
    SCOPED_TRACE(fmt::format("trial {}: {} × {}, {}/8", trial, kind.width, kind.height, eighths));
    const std::vector<std::byte> source = make_jpeg(kind, random);
    const JpegContent before = content_of(source);
    const JpegContent after = content_of(made_smaller(source, {.eighths = eighths}));
    ASSERT_EQ(after.width, (kind.width * eighths + 7) / 8);
    ASSERT_EQ(after.height, (kind.height * eighths + 7) / 8);
    EXPECT_EQ(after.progressive, before.progressive);
    for (size_t c = 0; c < before.components.size(); ++c) {
      EXPECT_EQ(after.components[c].factor_x, before.components[c].factor_x);
      ASSERT_NO_FATAL_FAILURE(expect_scaled(before.components[c], after.components[c], eighths));
    }
  }
}

/// What libjpeg decodes a grey JPEG to at n/8 of its size.
std::vector<uint8_t> decoded_at(Bytes bytes, int eighths) {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&info, TRUE);
  info.scale_num = static_cast<unsigned>(eighths);
  info.scale_denom = 8;
  jpeg_start_decompress(&info);
  std::vector<uint8_t> pixels(size_t{info.output_width} * info.output_height);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels.data() + size_t{info.output_scanline} * info.output_width;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_destroy_decompress(&info);
  return pixels;
}

TEST(JpegResolution, LooksAsLibjpegDecodesAtThatScale) {
  Random random(5, "resolution");
  const std::vector<std::byte> source = make_jpeg({.width = 200, .height = 120, .factors = {{1, 1}}, .quality = 100}, random);
  for (const int eighths : {7, 6, 5, 3, 1}) {
    const std::vector<uint8_t> theirs = decoded_at(source, eighths);
    Image ours;
    decode_image(made_smaller(source, {.eighths = eighths}), "", ours);
    ASSERT_EQ(ours.pixels.size(), theirs.size());
    int largest = 0;
    for (size_t i = 0; i < theirs.size(); ++i) largest = std::max(largest, std::abs(ours.pixels[i] - theirs[i]));
    EXPECT_LE(largest, 2) << eighths;
  }
}

TEST(JpegResolution, DropsCellsOfTheResult) {
  Random random(6, "resolution");
  const std::vector<std::byte> source = make_jpeg({.width = 150, .height = 130, .markers = {{0xe1, "EXIF"}}}, random);
  const PatchGrid grid = patch_grid_of(source, "", 14, 5);
  EXPECT_EQ(grid, PatchGrid(94, 82, {16, 16}, 14));
  PatchMask mask = PatchMask::whole(grid);
  mask.kept[3] = mask.kept[7] = false;
  const std::vector<std::byte> result = made_smaller(source, {.mask = &mask, .eighths = 5});
  EXPECT_EQ(stored_mask(result, ""), mask);
  EXPECT_EQ(result, made_smaller(made_smaller(source, {.eighths = 5}), {.mask = &mask}));
  EXPECT_EQ(content_of(result).markers[1].second, "EXIF");
  EXPECT_THAT(message_of([&] { made_smaller(result, {.eighths = 7}); }),
              HasSubstr("has dropped cells, and its resolution cannot be reduced"));
}

}  // namespace
}  // namespace decant
