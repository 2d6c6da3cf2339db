#include "decant/patches/fill.h"

#include <array>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tuple>

#include "decant/base/errors.h"
#include "decant/base/random.h"
#include "decant/base/test_support.h"
#include "decant/data/memory_rows.h"
#include "decant/patches/drop.h"

namespace decant::patches {
namespace {

Image noise(ImageSize size, uint64_t seed) {
  Image image;
  image.resize(size);
  Random random(seed, "noise");
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  return image;
}

/// Of a grid of `cells` each way, all but `kept` of them dropped by chance.
PatchMask mask_of(ImageSize size, int cells, int kept, uint64_t seed) {
  const PatchGrid grid(size.width, size.height, {}, cells);
  Random random(seed, "mask");
  std::vector<float> importance(static_cast<size_t>(grid.count()));
  for (float& value : importance) value = static_cast<float>(random.below(1000));
  return drop_least(grid, importance, grid.count() - kept);
}

void fill_one(const std::string& name, Image& image, const PatchMask& mask) {
  const Filling filling{&image, &mask};
  make_filler(name)->fill({&filling, 1});
}

bool is_kept(const PatchMask& mask, int x, int y) {
  return mask.kept[static_cast<size_t>(mask.grid.cell_of(x, y))];
}

TEST(Fillers, NeverTouchKeptPixels) {
  for (const std::string& name : fill_names()) {
    const Image source = noise({23, 17, 3}, 1);
    const PatchMask mask = mask_of(source.size, 5, 12, 2);
    Image filled = source;
    fill_one(name, filled, mask);
    for (int y = 0; y < 17; ++y) {
      for (int x = 0; x < 23 * 3; ++x) {
        if (!is_kept(mask, x / 3, y)) continue;
        ASSERT_EQ(filled.row(y)[x], source.view().row(y)[x]) << name;
      }
    }
  }
}

TEST(Fillers, GrayIsGray) {
  Image image = noise({8, 8, 1}, 3);
  const PatchMask mask = mask_of(image.size, 2, 1, 4);
  fill_one("gray", image, mask);
  EXPECT_GE(std::count(image.pixels.begin(), image.pixels.end(), 128), 48);
}

TEST(Fillers, AnUnknownNameIsRefusedWithTheNearest) {
  EXPECT_THAT(message_of<UsageError>([] { make_filler("harmonik"); }), testing::HasSubstr("harmonic"));
}

/// The definition, by relaxation until nothing moves: slow, and nothing like the solver. Of one
/// channel.
std::vector<double> relaxed(const Image& image, const PatchMask& mask, int channel = 0) {
  const auto [width, height, channels] = image.size;
  std::vector<double> x;
  for (size_t i = static_cast<size_t>(channel); i < image.pixels.size(); i += static_cast<size_t>(channels)) x.push_back(image.pixels[i]);
  for (double moved = 1; moved > 1e-9;) {
    moved = 0;
    for (int y = 0; y < height; ++y) {
      for (int x0 = 0; x0 < width; ++x0) {
        if (is_kept(mask, x0, y)) continue;
        double sum = 0;
        int count = 0;
        const auto add = [&](int nx, int ny) {
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) return;
          sum += x[static_cast<size_t>(ny * width + nx)];
          ++count;
        };
        for (const int step : {-1, 1}) {
          add(x0 + step, y);
          add(x0, y + step);
        }
        double& here = x[static_cast<size_t>(y * width + x0)];
        moved = std::max(moved, std::abs(sum / count - here));
        here = sum / count;
      }
    }
  }
  return x;
}

TEST(Harmonic, EveryDroppedPixelIsTheMeanOfItsNeighbours) {
  for (uint64_t trial = 0; trial < 6; ++trial) {
    Image image = noise({static_cast<int>(12 + trial), 15, 1}, trial);
    const PatchMask mask = mask_of(image.size, 4, 1 + static_cast<int>(2 * trial), trial);
    const std::vector<double> expected = relaxed(image, mask);
    fill_one("harmonic", image, mask);
    for (size_t i = 0; i < expected.size(); ++i) ASSERT_NEAR(image.pixels[i], expected[i], 0.6) << "trial " << trial << " pixel " << i;
  }
}

// Many cells next to each other, channels, and cells too small for the solver of whole cells.
TEST(Harmonic, ChannelsAreTheMeanOfTheirNeighboursHoweverManyCellsAreDropped) {
  for (const auto& [size, cells, kept] :
       {std::tuple{ImageSize{40, 37, 3}, 5, 7}, {ImageSize{26, 48, 3}, 6, 20}, {ImageSize{70, 66, 1}, 70, 2700}}) {
    Image image = noise(size, 8);
    const PatchMask mask = mask_of(size, cells, kept, 9);
    flatten_dropped(image, mask);
    Image filled = image;
    fill_one("harmonic", filled, mask);
    for (int channel = 0; channel < size.channels; ++channel) {
      const std::vector<double> expected = relaxed(image, mask, channel);
      for (size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(filled.pixels[i * static_cast<size_t>(size.channels) + static_cast<size_t>(channel)], expected[i], 0.6)
            << cells << " cells, value " << i;
    }
  }
}

TEST(Harmonic, ContinuesARampExactly) {
  Image ramp;
  ramp.resize({32, 32, 3});
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 96; ++x) ramp.row(y)[x] = static_cast<uint8_t>(2 * (x / 3) + 3 * y);
  }
  PatchMask mask = PatchMask::whole(PatchGrid(32, 32, {}, 4));
  mask.kept[5] = mask.kept[6] = mask.kept[9] = false;
  Image filled = ramp;
  flatten_dropped(filled, mask);
  ASSERT_NE(filled.pixels, ramp.pixels);
  fill_one("harmonic", filled, mask);
  EXPECT_EQ(filled.pixels, ramp.pixels);
}

double energy(const Image& image) {
  double sum = 0;
  const auto [width, height, channels] = image.size;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int here = image.view().row(y)[x];
      if (x > 0) sum += std::pow(here - image.view().row(y)[x - 1], 2);
      if (y > 0) sum += std::pow(here - image.view().row(y - 1)[x], 2);
    }
  }
  return sum;
}

double cell_mean(const Image& image, const PatchRect& cell) {
  double sum = 0;
  for (int y = cell.top; y < cell.bottom; ++y) {
    for (int x = cell.left; x < cell.right; ++x) sum += image.view().row(y)[x];
  }
  return sum / (cell.width() * cell.height());
}

TEST(Smooth, KeepsTheMeanOfEveryCellAndIsSmootherThanWhatIsStored) {
  for (uint64_t trial = 0; trial < 6; ++trial) {
    Image image;
    image.resize({24, 20, 1});
    Random random(trial, "soft noise");
    for (int y = 0; y < 20; ++y) {
      for (int x = 0; x < 24; ++x) image.row(y)[x] = static_cast<uint8_t>(60 + 3 * x + 2 * y + static_cast<int>(random.below(30)));
    }
    const PatchMask mask = mask_of(image.size, 4, 6, trial);
    flatten_dropped(image, mask);
    Image filled = image;
    fill_one("smooth", filled, mask);
    for (int cell = 0; cell < mask.grid.count(); ++cell)
      EXPECT_NEAR(cell_mean(filled, mask.grid.pixels(cell)), cell_mean(image, mask.grid.pixels(cell)), 0.3) << "trial " << trial;
    EXPECT_LT(energy(filled), energy(image));
  }
}

/// Steps downhill that keep every cell's mean, until none is left: slow, and nothing like the
/// solver. Of a grey picture.
std::vector<double> descended(const Image& image, const PatchMask& mask) {
  const auto [width, height, channels] = image.size;
  std::vector<double> x(image.pixels.begin(), image.pixels.end());
  std::vector<double> bend(x.size());
  for (double moved = 1; moved > 1e-7;) {
    moved = 0;
    std::ranges::fill(bend, 0.0);
    for (int at = 0; at < width * height; ++at) {
      const auto pair = [&](bool inside, int step) {
        if (!inside) return;
        const double gap = x[static_cast<size_t>(at)] - x[static_cast<size_t>(at - step)];
        bend[static_cast<size_t>(at)] -= gap;
        bend[static_cast<size_t>(at - step)] += gap;
      };
      pair(at % width > 0, 1);
      pair(at >= width, width);
    }
    for (int cell = 0; cell < mask.grid.count(); ++cell) {
      if (mask.kept[static_cast<size_t>(cell)]) continue;
      const PatchRect rect = mask.grid.pixels(cell);
      const auto each = [&](auto&& use) {
        for (int y = rect.top; y < rect.bottom; ++y) {
          for (int x0 = rect.left; x0 < rect.right; ++x0) use(static_cast<size_t>(y * width + x0));
        }
      };
      double mean = 0;
      each([&](size_t i) { mean += bend[i] / (rect.width() * rect.height()); });
      each([&](size_t i) {
        x[i] += 0.2 * (bend[i] - mean);
        moved = std::max(moved, std::abs(bend[i] - mean));
      });
    }
  }
  return x;
}

TEST(Smooth, IsTheSmoothestSurfaceWithTheStoredMeans) {
  for (const auto& [cells, kept] : {std::array{4, 10}, {4, 3}, {1, 0}, {11, 60}}) {
    Image image = noise({27, 22, 1}, 6);
    for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(60 + value / 2);
    const PatchMask mask = mask_of(image.size, cells, std::max(1, kept), 7);
    flatten_dropped(image, mask);
    const std::vector<double> expected = descended(image, mask);
    fill_one("smooth", image, mask);
    for (size_t i = 0; i < expected.size(); ++i)
      ASSERT_NEAR(image.pixels[i], std::clamp(expected[i], 0.0, 255.0), 0.6) << cells << " cells, pixel " << i;
  }
}

/// A bump inside a cell is lost, but for its mean: where harmonic sees flat ground, smooth sees a
/// hill.
TEST(Smooth, KnowsWhatHarmonicCannot) {
  Image image;
  image.resize({15, 15, 1});
  std::ranges::fill(image.pixels, uint8_t{100});
  for (int y = 5; y < 10; ++y) {
    for (int x = 5; x < 10; ++x) image.row(y)[x] = 140;
  }
  PatchMask mask = PatchMask::whole(PatchGrid(15, 15, {}, 3));
  mask.kept[4] = false;
  Image harmonic = image;
  fill_one("harmonic", harmonic, mask);
  EXPECT_EQ(harmonic.row(7)[7], 100);
  fill_one("smooth", image, mask);
  EXPECT_GT(image.row(7)[7], 145) << "the middle makes up for a rim that is pulled down";
  EXPECT_LT(image.row(5)[5], 140);
}

/// Memory pictures of which every second one has dropped cells.
class HalfDropped final : public MemoryRows {
 public:
  HalfDropped() : MemoryRows({noise({6, 6, 3}, 1), noise({6, 6, 3}, 2)}, {0, 1}) {}
  PictureBytes stored_as() const override { return PictureBytes::raw; }
  std::optional<PatchMask> mask(int64_t row) const override {
    if (row == 0) return std::nullopt;
    return mask_of({6, 6, 3}, 3, 4, 5);
  }
};

TEST(FilledRows, FillWhatWasDroppedAndNothingElse) {
  const auto below = std::make_shared<HalfDropped>();
  const FilledRows rows(below, make_filler("gray"));
  Image image;
  rows.pictures()->decode(0, image);
  EXPECT_EQ(image.pixels, noise({6, 6, 3}, 1).pixels);
  EXPECT_FALSE(rows.pictures()->mask(1));
  Image expected = noise({6, 6, 3}, 2);
  fill_one("gray", expected, *below->mask(1));
  rows.pictures()->decode(1, image);
  EXPECT_EQ(image.pixels, expected.pixels);
  EXPECT_EQ(rows.label(1), 1);
}

}  // namespace
}  // namespace decant::patches
