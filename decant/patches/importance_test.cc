#include "decant/patches/importance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"

namespace decant::patches {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;

Image drawn(ImageSize size, uint64_t number) {
  Image image;
  image.resize(size);
  Random random(3, "pictures", number);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  return image;
}

Image mirrored(const Image& image) {
  Image result = image;
  const int channels = image.size.channels;
  for (int y = 0; y < image.size.height; ++y) {
    for (int x = 0; x < image.size.width; ++x)
      std::copy_n(image.view().row(y) + x * channels, channels, result.row(y) + (image.size.width - 1 - x) * channels);
  }
  return result;
}

Matrix<float> maps_of(const char* method, std::vector<Image> pictures, int side, std::vector<int64_t> bad = {}, int threads = 1,
                      uint64_t seed = 0) {
  const auto count = static_cast<int64_t>(pictures.size());
  const MemoryRows rows(std::move(pictures), std::vector<int32_t>(static_cast<size_t>(count), 0));
  Matrix<float> out(count, int64_t{side} * side);
  importance_maps(*find_importance(method), {.rows = &rows, .bad = bad, .side = side, .seed = seed}, out.view(), {.threads = threads});
  return out;
}

double mean_of(std::span<const float> map) {
  return std::accumulate(map.begin(), map.end(), 0.0) / static_cast<double>(map.size());
}

int luminance(const Image& image, int x, int y) {
  const uint8_t* p = image.view().row(y) + x * image.size.channels;
  return image.size.channels == 1 ? p[0] : (77 * p[0] + 150 * p[1] + 29 * p[2] + 128) / 256;
}

/// Half of the squared differences with the four neighbours that there are.
double energy_at(const Image& image, int x, int y) {
  double sum = 0;
  for (const auto& [dx, dy] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
    if (x + dx < 0 || y + dy < 0 || x + dx >= image.size.width || y + dy >= image.size.height) continue;
    const int difference = luminance(image, x + dx, y + dy) - luminance(image, x, y);
    sum += difference * difference / 2.0;
  }
  return sum;
}

/// The formula, a cell at a time.
std::vector<float> plain_energy(const Image& image, int side) {
  std::vector<float> map;
  for (int r = 0; r < side; ++r) {
    for (int c = 0; c < side; ++c) {
      const int top = r * image.size.height / side;
      const int left = c * image.size.width / side;
      const int bottom = std::max(top + 1, (r + 1) * image.size.height / side);
      const int right = std::max(left + 1, (c + 1) * image.size.width / side);
      double sum = 0;
      for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x) sum += energy_at(image, x, y);
      }
      map.push_back(static_cast<float>(sum / ((bottom - top) * (right - left))));
    }
  }
  normalise_map(map);
  return map;
}

TEST(GradientEnergy, IsItsFormulaAtAnySize) {
  for (const ImageSize size : {ImageSize{32, 32, 3}, {29, 50, 1}, {100, 37, 3}, {5, 3, 3}, {1, 1, 1}, {1, 40, 3}}) {
    const Image image = drawn(size, static_cast<uint64_t>(size.width));
    for (const int side : {1, 8, 14}) {
      const Matrix<float> maps = maps_of("gradient-energy", {image}, side);
      EXPECT_THAT(plain_energy(image, side), ::testing::Pointwise(::testing::FloatEq(), maps[0])) << size.width << "×" << size.height;
    }
  }
}

TEST(GradientEnergy, OfAMirroredPictureIsMirrored) {
  const Image image = drawn({32, 24, 3}, 1);
  const Matrix<float> maps = maps_of("gradient-energy", {image, mirrored(image)}, 8);
  for (size_t r = 0; r < 8; ++r) {
    for (size_t c = 0; c < 8; ++c) EXPECT_FLOAT_EQ(maps[0][r * 8 + c], maps[1][r * 8 + 7 - c]);
  }
}

TEST(GradientEnergy, SeesStripesOfOnePixel) {
  Image image = drawn({16, 16, 1}, 0);
  for (int i = 0; i < 256; ++i) image.pixels[static_cast<size_t>(i)] = i % 16 < 8 && i % 2 == 1 ? 200 : 0;
  const Matrix<float> maps = maps_of("gradient-energy", {image}, 2);
  EXPECT_FLOAT_EQ(maps[0][0], 7.5F / 4);  // of 15 half differences that count in 8 columns, and 1
  EXPECT_FLOAT_EQ(maps[0][1], 0.5F / 4);
}

TEST(Importance, MapsHaveMeanOneAndFlatOrBadPicturesAreOnes) {
  Image flat = drawn({40, 40, 3}, 0);
  std::ranges::fill(flat.pixels, uint8_t{77});
  const Matrix<float> maps = maps_of("gradient-energy", {drawn({40, 40, 3}, 1), flat, Image{}}, 8, {2});
  EXPECT_NEAR(mean_of(maps[0]), 1, 1e-6);
  EXPECT_THAT(maps[1], Each(1.0F));
  EXPECT_THAT(maps[2], Each(1.0F));
}

TEST(Importance, MapsOfSomeRowsAreThoseOfAll) {
  const MemoryRows rows({drawn({20, 30, 3}, 0), drawn({20, 30, 3}, 1), Image{}, drawn({20, 30, 3}, 3)}, {0, 0, 0, 0});
  const std::vector<int64_t> bad = {2};
  const std::vector<int64_t> chosen = {1, 2};
  for (const char* method : {"gradient-energy", "random"}) {
    Matrix<float> all(4, 16);
    Matrix<float> some(4, 16);
    importance_maps(*find_importance(method), {.rows = &rows, .bad = bad, .side = 4}, all.view(), {});
    importance_maps(*find_importance(method), {.rows = &rows, .bad = bad, .chosen = chosen, .side = 4}, some.view(), {});
    EXPECT_TRUE(std::ranges::equal(some[1], all[1]));
    for (const int64_t other : {0, 2, 3}) EXPECT_THAT(some[other], Each(1.0F));
  }
}

TEST(Importance, DoesNotDependOnThreads) {
  for (const char* method : {"gradient-energy", "random"}) {
    std::vector<Image> pictures;
    for (uint64_t i = 0; i < 40; ++i) pictures.push_back(drawn({20, 30, 3}, i));
    const Matrix<float> one = maps_of(method, pictures, 8, {}, 1);
    const Matrix<float> four = maps_of(method, pictures, 8, {}, 4);
    EXPECT_TRUE(std::equal(one.data(), one.data() + one.rows() * one.cols(), four.data()));
  }
}

TEST(Importance, AtRandomFollowsSeedAndRow) {
  const std::vector<Image> pictures(3, drawn({8, 8, 1}, 0));
  const Matrix<float> maps = maps_of("random", pictures, 8, {}, 1, 5);
  EXPECT_FALSE(std::ranges::equal(maps[0], maps[1]));
  EXPECT_TRUE(std::ranges::equal(maps[1], maps_of("random", pictures, 8, {}, 1, 5)[1]));
  EXPECT_FALSE(std::ranges::equal(maps[1], maps_of("random", pictures, 8, {}, 1, 6)[1]));
  EXPECT_TRUE(std::ranges::equal(maps[2], maps_of("random", pictures, 8, {1}, 1, 5)[2])) << "a bad row moves no other";
}

TEST(Importance, SideFollowsTheSizeOfPictures) {
  const MemoryRows small({drawn({32, 20, 3}, 0), Image{}, drawn({8, 8, 3}, 1)}, {0, 0, 0});
  EXPECT_EQ(map_side(small, std::vector<int64_t>{1}), 8);
  const MemoryRows large({drawn({32, 20, 3}, 0), drawn({33, 8, 3}, 1)}, {0, 0});
  EXPECT_EQ(map_side(large, {}), 14);
}

TEST(Importance, ACallerAddsAMethod) {
  add_importance({.name = "leftmost", .summary = "", .fill = [](const ImportanceJob& job, MatrixView<float> out, const Context&) {
                    for (int64_t row = 0; row < out.rows; ++row) {
                      for (size_t i = 0; i < out[row].size(); ++i) out[row][i] = i % static_cast<size_t>(job.side) == 0 ? 5.0F : 0.0F;
                    }
                  }});
  EXPECT_THAT(maps_of("leftmost", {drawn({8, 8, 1}, 0)}, 2)[0], ElementsAre(2, 0, 2, 0));
}

TEST(CellImportance, IsTheMapWhereTheGridIsTheMaps) {
  const std::vector<float> map = {0.5F, 1, 1.5F, 1};
  EXPECT_EQ(cell_importance(map, 2, PatchGrid(33, 47, {8, 8}, 2)), map);
}

TEST(CellImportance, IsTheMeanOverTheCell) {
  const std::vector<float> map = {0, 1, 2,  //
                                  0, 1, 2,  //
                                  3, 1, 2};
  EXPECT_THAT(cell_importance(map, 3, PatchGrid(90, 90, {}, 1)), ElementsAre(FloatNear(12.0F / 9, 1e-6F)));
  // Two columns: the middle strip of the map is shared. (0·2 + 1) / 3 …
  EXPECT_THAT(cell_importance(map, 3, PatchGrid(90, 90, {}, 2, 3)),
              ElementsAre(FloatNear(1.0F / 3, 1e-6F), FloatNear(5.0F / 3, 1e-6F), FloatNear(1.0F / 3, 1e-6F), FloatNear(5.0F / 3, 1e-6F),
                          FloatNear(7.0F / 3, 1e-6F), FloatNear(5.0F / 3, 1e-6F)));
}

TEST(CellImportance, KeepsTheMeanWhateverTheGrid) {
  Random random(9, "grids");
  for (int trial = 0; trial < 50; ++trial) {
    const auto draw = [&](uint64_t most) { return static_cast<int>(1 + random.below(most)); };
    const PatchGrid grid(draw(300), draw(300), {draw(16), draw(16)}, draw(20));
    std::vector<float> map(64);
    for (float& value : map) value = static_cast<float>(random.uniform());
    normalise_map(map);
    const std::vector<float> cells = cell_importance(map, 8, grid);
    double sum = 0;
    for (int cell = 0; cell < grid.count(); ++cell) {
      const PatchRect rect = grid.pixels(cell);
      sum += static_cast<double>(cells[static_cast<size_t>(cell)]) * rect.width() * rect.height();
    }
    if (grid.columns() == 8 && grid.rows() == 8) continue;  // the map as it is: cells of different size count alike
    EXPECT_NEAR(sum / (double{1} * grid.width() * grid.height()), 1, 1e-5);
  }
}

}  // namespace
}  // namespace decant::patches
